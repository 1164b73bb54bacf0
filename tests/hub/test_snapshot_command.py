"""`tellonce snapshot` as a person calls it."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from tellonce.cli.main import execute
from tellonce.hub.accounts.services import add_user
from tellonce.hub.accounts.types import Actor
from tellonce.hub.intake.services import load_records
from tellonce.hub.sources.services import add_source

pytestmark = pytest.mark.django_db
PEOPLE = """id,first_name,last_name,email
17,Ada,Testowa,ada@mail.example
18,Jan,<b>Próbny</b>,jan@mail.example
"""
VOID = {"meta", "link", "br"}


@pytest.fixture(scope="module", autouse=True)
def loaded(kept_hub: Actor, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A hub with two customers and a representative."""
    people = tmp_path_factory.mktemp("files") / "people.csv"
    people.write_text(PEOPLE)
    add_source("crm", "crm", by=kept_hub)
    load_records("crm", people, by=kept_hub)
    add_user("kim@company.example", "representative", by=kept_hub)


def test_in_json_the_output_is_one_document_of_event_and_snapshot(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert execute(["snapshot", "--record", "crm:17", "--purpose", "service", "--format=json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"event", "snapshot"}
    assert document["event"]["data"]["code"] == "P1624"
    assert document["event"]["data"]["sha256"] == document["snapshot"]["sha256"]
    assert document["snapshot"]["trigger"] == "profile"


def test_in_a_terminal_the_event_comes_first_and_can_be_parsed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call = ["snapshot", "--email", "ada@mail.example", "--purpose", "sales"]
    assert execute([*call, "--trigger", "proposal", "--as", "kim@company.example"]) == 0
    out = capsys.readouterr().out
    event, end = json.JSONDecoder().raw_decode(out)
    assert event["data"]["trigger"] == "proposal"
    assert "Ada Testowa" in out[end:]
    assert "kim@company.example for sales" in out[end:]


class Tags(HTMLParser):
    """Notes the tags of a page and those left open or closed out of order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_as_html_it_is_one_whole_page_that_needs_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert execute(["snapshot", "--record", "crm:18", "--purpose", "service", "--format=html"]) == 0
    page = capsys.readouterr().out
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert not {"script", "link", "img", "iframe", "b"} & set(tags.seen)
    assert page.startswith("<!doctype html>")
    assert "Jan &lt;b&gt;Próbny&lt;/b&gt;" in page
    assert 'lang="en"' in page


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--record", "crm:17", "--purpose", "service", "--format", "pdf"], 2, "not there yet"),
        (["--record", "crm:17", "--purpose", "gossip"], 2, "service, sales"),
        (["--record", "crm:17"], 2, "--purpose"),
        (["--purpose", "service"], 2, "--customer ID"),
        (["--record", "crm:99", "--purpose", "service"], 2, "no record '99'"),
        (["--record", "crm:17", "--purpose", "risk", "--as", "kim@company.example"], 3, "sales"),
        (["--record", "crm:17", "--purpose", "service", "--as", "eve@x.example"], 2, "no user"),
    ],
)
def test_a_mistake_is_a_sentence_and_a_code_and_nothing_on_stdout(
    capsys: pytest.CaptureFixture[str], options: list[str], code: int, says: str
) -> None:
    assert execute(["snapshot", *options]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.strip().splitlines()) == 2
