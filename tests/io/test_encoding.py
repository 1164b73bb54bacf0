"""Encodings are recognised by their letters and can be overridden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tellonce.io.errors import BadSetting, NotText
from tellonce.io.read import open_file, read_file
from tellonce.io.values import FileSettings

POLISH = (
    "id;imię;miasto\n1;Zażółta Gęślą;Łódź\n2;Jaźń Ćmasta;Świętochłowice\n3;Ana Testowa;Gdańsk\n"
)
CZECH = (
    "id;jméno;město\n1;Žluťoučký Kůňová;Plzeň\n2;Řehoř Ďáblický;Děčín\n3;Tomáš Nežijící;Třebíč\n"
)
HUNGARIAN = "id;név;város\n1;Űrhajós Őrs;Győr\n2;Tükörfúró Gyűrű;Székesfehérvár\n"
GERMAN = "id;Name;Ort\n1;Jörg Grünspäht;Köln\n2;Änne Weißgärber;Überlingen\n"
FRENCH = "id;prénom;ville\n1;Aurèle Fictîf;Orléans\n2;Gaëlle Çaprice;Besançon\n3;Noël Être;Nîmes\n"
SPANISH = "id;nombre;ciudad\n1;Íñigo Ficción;A Coruña\n2;Begoña Señuelo;Málaga\n"
SWEDISH = "id;namn;stad\n1;Åke Påhittad;Malmö\n2;Märta Öländsk;Gävle\n"
CARONS = "id;jméno;město\n1;Žofie Smyšlená;Děčín\n2;Šárka Šímová;Žatec\n"  # signs in cp1250
SIGNS = "id;name;ort\n1;Fabel® GmbH – „Müller“;Köln\n2;Märchen © AG;Düsseldorf\n"
DANISH = "id;navn;by\n1;Søren Opdigtet;Ærø\n2;Åse Grød;Århus\n"


def written(folder: Any, text: Any, encoding: Any, name: Any = "people.csv") -> Any:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("text", [POLISH, CZECH, HUNGARIAN, GERMAN, FRENCH, SPANISH, SWEDISH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_recognised_with_and_without_a_mark(
    tmp_path: Path, text: Any, encoding: Any
) -> None:
    contents = read_file(written(tmp_path, text, encoding))
    assert contents.table.column_names == text.splitlines()[0].split(";")
    assert contents.table.to_pylist()[0] == dict(
        zip(text.splitlines()[0].split(";"), text.splitlines()[1].split(";"), strict=True)
    )


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        (POLISH, "cp1250", "Windows-1250"),
        (POLISH, "iso8859-2", "ISO-8859-2"),
        (CZECH, "cp1250", "Windows-1250"),
        (CZECH, "iso8859-2", "ISO-8859-2"),
        (HUNGARIAN, "cp1250", "Windows-1250"),
        (FRENCH, "cp1252", "Windows-1252"),
        (SPANISH, "cp1252", "Windows-1252"),
        (SWEDISH, "cp1252", "Windows-1252"),
        (DANISH, "cp1252", "Windows-1252"),
        (GERMAN, "cp1252", "Windows-1252"),
        (POLISH + GERMAN[12:] * 5, "cp1250", "Windows-1250"),
        (CARONS, "cp1250", "Windows-1250"),
        (CARONS, "iso8859-2", "ISO-8859-2"),
        (SIGNS, "cp1252", "Windows-1252"),
    ],
)
def test_8_bit_encodings_are_told_apart_by_their_letters(
    tmp_path: Path, text: Any, encoding: Any, words: Any
) -> None:
    contents = read_file(written(tmp_path, text, encoding))
    assert contents.report.encoding == words
    assert contents.table.column(1).to_pylist() == [
        line.split(";")[1] for line in text.splitlines()[1:]
    ]


def test_a_few_damaged_rows_do_not_make_utf_8_another_encoding(tmp_path: Path) -> None:
    good = "".join(f"{n};Zażółta Gęślą;Łódź\n" for n in range(50))
    data = (
        "id;imię;miasto\n" + good
    ).encode() + b"51;Za\xbf\xf3\xb3ta;Radom\n52;Ana;Gda\xc5\x84sk\n"
    (tmp_path / "people.csv").write_bytes(data)
    contents = read_file(tmp_path / "people.csv")
    assert contents.report.encoding == "UTF-8"
    assert [(r.line, r.reason) for r in contents.rejects] == [
        (52, "the row holds bytes that do not decode")
    ]
    assert "\\xbf" in contents.rejects[0].raw
    assert contents.table.num_rows == 51


def test_an_encoding_that_shows_late_in_the_file_is_seen(tmp_path: Path) -> None:
    text = "id,name\n" + "".join(f"{n},Ada Test\n" for n in range(50_000)) + "50000,Łucja Ćma\n"
    contents = read_file(written(tmp_path, text, "cp1250"))
    assert contents.report.encoding == "Windows-1250"
    assert contents.table["name"][-1].as_py() == "Łucja Ćma"


def test_a_given_encoding_wins_and_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, POLISH, "iso8859-2")
    contents = read_file(path, FileSettings(encoding="latin2"))
    assert contents.table.column_names[1] == "imię"
    assert "ISO-8859-2 (as given)" in contents.report.sentences()[0]


def test_a_mark_is_dropped_also_where_utf_8_is_given(tmp_path: Path) -> None:
    path = written(tmp_path, GERMAN, "utf-8-sig")
    contents = read_file(path, FileSettings(encoding="utf-8"))
    assert contents.table.column_names[0] == "id"
    assert ", UTF-8 (as given)," in contents.report.sentences()[0]


def test_a_wrong_given_encoding_gets_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, POLISH, "cp1250")
    with pytest.raises(NotText, match=r"The first row of .* cannot be read"):
        read_file(path, FileSettings(encoding="utf-8"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_text_that_cannot_be_in_the_given_encoding_at_all_gets_a_sentence(
    tmp_path: Path, encoding: str
) -> None:
    with pytest.raises(NotText, match=f"not in {encoding}"):
        read_file(written(tmp_path, GERMAN, "utf-8"), FileSettings(encoding=encoding))


def test_utf_16_cut_in_half_rejects_the_last_row_only(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("id,name\n1,Ada Test\n2,Bo Test".encode("utf-16")[:-1])
    contents = read_file(path)
    assert contents.table.num_rows == 1
    assert contents.rejects[0].line == 3


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "punycode", "utf\0"])
def test_what_is_no_encoding_of_text_is_refused(tmp_path: Path, encoding: Any) -> None:
    path = written(tmp_path, GERMAN, "utf-8")
    with pytest.raises(BadSetting):
        open_file(path, FileSettings(encoding=encoding))
