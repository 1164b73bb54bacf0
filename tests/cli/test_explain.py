"""tellonce explain: pairs that are linked, not linked, never proposed; and whole customers."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import tellonce
from tellonce.cli.main import execute

Output = pytest.CaptureFixture[str]

CRM = """id,first name,last name,date of birth,e-mail,mobile
1,Ada,Testova,1980-01-02,ada@example.com,+48601000117
2,Ada,Testova,1980-01-02,,+48601000117
3,Bruno,Sample,1955-07-30,bruno@example.net,+48601000999
4,Ada,Testova,1980-01-02,ada@example.com,
"""


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("files") / "crm.csv"
    path.write_text(CRM, encoding="utf-8")
    return str(path)


def pair(left: str, right: str) -> list[str]:
    return ["--left", f"crm:{left}", "--right", f"crm:{right}"]


def test_a_linked_pair_says_what_proposed_it_and_that_it_is_linked(
    crm: str, capsys: Output
) -> None:
    assert execute(["explain", crm, *pair("1", "2")]) == 0
    said = capsys.readouterr().out
    assert "linked: at or above the link cut" in said
    assert "proposed by the blocking key phone" in said


def test_a_pair_never_proposed_says_so_and_what_could_lift_it(crm: str, capsys: Output) -> None:
    assert execute(["explain", crm, *pair("2", "3"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["proposal"]["kinds"] == []
    assert told["one_customer"] is told["linked"] is False
    missing = {e["comparison"]: e for e in told["why_not"]["missing"]}
    assert missing["email"]["lacking"] == "left"
    assert missing["email"]["most_bits"] > 0
    assert told["why_not"]["missed_bits"] > 0
    total = told["prior_bits"] + told["relatives_bits"] + told["labels_bits"]
    total += sum(step["bits"] + step["rarity_bits"] for step in told["steps"])
    assert total == pytest.approx(told["odds_bits"], abs=0.01)


def test_a_picture_is_written_where_it_is_asked_for(crm: str, tmp_path: Path) -> None:
    drawn = tmp_path / "pair.svg"
    assert execute(["explain", crm, *pair("1", "3"), "--svg", str(drawn)]) == 0
    assert "crm:1 and crm:3" in " ".join(ElementTree.parse(drawn).getroot().itertext())


def test_a_customer_shows_members_links_and_the_weakest_one(crm: str, capsys: Output) -> None:
    assert execute(["explain", crm, "--customer", "crm:1"]) == 0
    said = capsys.readouterr().out
    for words in ("member  crm:1", "member  crm:4", "weakest  crm:", "before anything is compared"):
        assert words in said
    assert execute(["explain", crm, "--customer", "crm:1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["members"] == [["crm", "1"], ["crm", "2"], ["crm", "4"]]
    bits = [link["odds_bits"] for link in told["holding"]]
    assert told["weakest"]["odds_bits"] <= min(bits)
    assert told["weakest_explained"]["odds_bits"] == pytest.approx(told["weakest"]["odds_bits"])


def test_a_customer_is_found_by_its_id_too(crm: str, tmp_path: Path, capsys: Output) -> None:
    assert execute(["explain", crm, "--customer", "crm:3", "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert (alone["weakest"], alone["links"]) == (None, [])
    drawn = tmp_path / "weakest.svg"
    assert execute(["explain", crm, "--customer", "crm:2", "--svg", str(drawn)]) == 0
    assert "The weakest link of customer crm:2" in drawn.read_text(encoding="utf-8")


def test_python_explains_a_customer_by_its_id_and_by_a_record(crm: str) -> None:
    result = tellonce.resolve({"crm": crm})
    by_record = result.explain_customer(("crm", "4"))
    assert result.explain_customer(result.customer_of("crm", "4")) == by_record
    assert result.explain(("crm", "1"), ("crm", "4")).one_customer is True


def test_a_label_is_the_strongest_link_of_a_customer(
    crm: str, tmp_path: Path, capsys: Output
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("left,right,verdict\ncrm:2,crm:3,same\n", encoding="utf-8")
    assert execute(["explain", crm, "--customer", "crm:3", "--labels", str(labels)]) == 0
    assert "crm:2 and crm:3: 1.0000 by decision" in capsys.readouterr().out


def test_a_link_to_another_customer_names_the_conflict(
    crm: str, tmp_path: Path, capsys: Output
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("left,right,verdict\ncrm:1,crm:2,different\n", encoding="utf-8")
    call = ["explain", crm, "--customer", "crm:2", "--labels", str(labels)]
    assert execute(call) == 0
    assert "crm:1 and crm:2 were decided to be different" in capsys.readouterr().out


def test_a_source_without_duplicates_is_named_as_the_conflict(
    crm: str, tmp_path: Path, capsys: Output
) -> None:
    shop = tmp_path / "shop.csv"
    shop.write_text("id,name,born,email\n9,Ada Testova,1980-01-02,ada@example.com\n")
    call = ["explain", crm, str(shop), "--unique", "crm", "--json", "--customer"]
    told = []
    for record in ("crm:1", "crm:2", "crm:4"):
        assert execute([*call, record]) == 0
        told += json.loads(capsys.readouterr().out)["apart"]
    assert told
    assert all("of one source that has no duplicates" in link["conflict"] for link in told)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "What is to be explained is not clear."),
        ([*pair("1", "2"), "--customer", "crm:1"], "What is to be explained is not clear."),
        (["--left", "crm:1"], "One record is no pair."),
        (["--customer", "cus_00"], "There is no customer cus_00."),
        (["--customer", "crm:99"], "There is no record crm:99."),
        ([*pair("1", "1")], "Left and right name the same record."),
        (["--customer", "crm:3", "--svg", "alone.svg"], "there is no link to draw"),
        ([*pair("1", "2"), "--svg", "nowhere/x.svg"], "There is no folder"),
    ],
)
def test_a_call_that_cannot_work_gets_a_sentence(
    crm: str, capsys: Output, options: list[str], sentence: str
) -> None:
    assert execute(["explain", crm, *options]) == 2
    assert sentence in capsys.readouterr().err


def test_the_picture_is_never_drawn_over_what_is_read(crm: str, capsys: Output) -> None:
    assert execute(["explain", crm, *pair("1", "2"), "--svg", crm]) == 2
    assert "which is read" in capsys.readouterr().err
    assert Path(crm).read_text(encoding="utf-8") == CRM
