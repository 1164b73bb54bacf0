"""Labels are read generously, counted aloud, and refused with a sentence where they are unclear."""

from pathlib import Path

import pyarrow as pa
import pytest

from tellonce.engine.tables import RECORDS
from tellonce.io.errors import BadSetting, FileMissing
from tellonce.io.labels import Label, read_labels, taken

ONE = ("crm", "1"), ("shop", "A")
SOURCES = ("crm", "shop")


def csv(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("left_source,left_id,right_source,right_id,verdict", "crm,1,shop,A,same"),
        ("verdict,left_source,left_id,right_source,right_id,left name", "yes,crm,1,shop,A,Al"),
        ("Left Source,Left ID,Right Source,Right ID,Label", "crm,1,shop,A,1"),
        ("source_dataset_l,unique_id_l,source_dataset_r,unique_id_r,match", "crm,1,shop,A,TRUE"),
        ("source1,id1,source2,id2,is_match", "crm,1,shop,A,1.0"),
        ("left,right,decision", "crm:1,shop:A,Match"),
    ],
)
def test_headers_and_verdicts_that_mean_the_same_are_read(
    tmp_path: Path, head: str, row: str
) -> None:
    assert read_labels(csv(tmp_path, f"{head}\n{row}\n"), SOURCES).decided == (Label(*ONE, True),)


def test_a_frame_is_read_as_a_file_is() -> None:
    table = pa.table({"left": ["crm:1"], "right": ["shop:A"], "same": [False]})
    assert read_labels(table, SOURCES).decided == (Label(*ONE, False),)


def test_with_one_source_its_name_may_be_left_out(tmp_path: Path) -> None:
    path = csv(tmp_path, "left_id,right_id,verdict\n1,2,different\n")
    assert read_labels(path, ["crm"]).decided == (Label(("crm", "1"), ("crm", "2"), False),)


def test_what_is_left_undecided_is_counted(tmp_path: Path) -> None:
    text = "left,right,verdict\ncrm:1,shop:A,same\ncrm:1,shop:B,\ncrm:1,shop:C,unsure\n"
    labels = read_labels(csv(tmp_path, text), SOURCES)
    assert (len(labels.decided), labels.undecided) == (1, 2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("left,right\ncrm:1,shop:A\n", "no column 'verdict'"),
        ("left,verdict\ncrm:1,same\n", "no column 'right_id'"),
        ("left,right,verdict\ncrm:1,shop:A,perhaps so\n", "'perhaps so' in row 1"),
        ("left,right,verdict\n1,2,same\n", "does not say which source '1' is of"),
        ("left,right,verdict\ncrm:1,crm:1,same\n", "names one record on both sides"),
        ("left,right,verdict\ncrm:1,shop:A,same\ncrm:1\n", "Line 3 of labels.csv cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(BadSetting, match=sentence) as raised:
        read_labels(csv(tmp_path, text), SOURCES)
    assert raised.value.hint


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(FileMissing, match=r"labels\.csv"):
        read_labels("nowhere/labels.csv", SOURCES)


def test_labels_about_unknown_records_are_left_out_and_said_aloud(tmp_path: Path) -> None:
    names = [{"source": "crm", "record_id": "1"}, {"source": "shop", "record_id": "A"}]
    records = pa.Table.from_pylist(names, schema=RECORDS)
    text = "left,right,verdict\ncrm:1,shop:A,different\ncrm:9,shop:A,same\n"
    found = taken(read_labels(csv(tmp_path, text), SOURCES), records)
    assert found.decisions.to_pylist() == [{"left": 0, "right": 1, "verdict": "different"}]
    assert found.counts() == {"same": 0, "different": 1, "undecided": 0, "unknown": 1}
    assert "1 left out, about records that are not here, such as crm:9" in found.sentence()
