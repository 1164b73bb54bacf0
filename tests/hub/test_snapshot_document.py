"""What a snapshot shows, masks and leaves out; how it is sealed; how it reads."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from tellonce.cli.snapshot_table import print_page
from tellonce.hub.policy.types import Answer
from tellonce.hub.snapshots.document import Tally, refused_section, section_document
from tellonce.hub.snapshots.reading import age, readable
from tellonce.hub.snapshots.report import html_page
from tellonce.hub.snapshots.sealing import salted, seal
from tellonce.hub.snapshots.sections import completeness
from tellonce.hub.snapshots.types import HeldEntry, HeldSection, HeldValue, SealedSnapshot

NOON = datetime(2030, 6, 15, 12, tzinfo=UTC)
JUNE = datetime(2030, 6, 5, 12, tzinfo=UTC)
MAY = datetime(2030, 5, 16, 12, tzinfo=UTC)


def value(attribute: str, text: str, rank: int = 0, seen: datetime | None = MAY) -> HeldValue:
    return HeldValue(attribute, text, rank, "crm", "17", seen, JUNE, 0.98765, 2, "recency")


def order(**fields: Any) -> HeldEntry:
    return HeldEntry("transactions", MAY, "shop", 0.9, fields)


def judging(**answers: Answer) -> Callable[[str], Answer]:
    """Says what `answers` says of an attribute, and allows the rest."""
    return lambda attribute: answers.get(attribute.rpartition(".")[2], Answer.ALLOW)


PERSON = HeldSection(
    "demographics",
    values=(
        value("given_name", "Ada"),
        value("family_name", "Testowa"),
        value("email", "ada@mail.example"),
        value("email", "ada.t@work.example", rank=1, seen=None),
        value("identifier:pesel", "44051401359"),
    ),
    completeness=0.5,
)


def test_each_value_says_its_source_age_and_confidence() -> None:
    section = section_document(PERSON, judging(), Tally(), NOON)
    assert section["values"][0] == {
        "attribute": "given_name",
        "value": "Ada",
        "masked": False,
        "rank": 0,
        "source": "crm",
        "record": "17",
        "observed_at": MAY,
        "delivered_at": JUNE,
        "age_days": 30,
        "decay": 0.0,
        "stale": False,
        "confirmed_at": None,
        "confidence": 0.9877,
        "agreeing": 2,
        "rule": "recency",
    }
    assert section["values"][3]["age_days"] is None
    assert (section["completeness"], section["freshness"], section["age_days"]) == (0.5, JUNE, 10)


def test_a_masked_value_is_masked_and_a_withheld_one_leaves_nothing_but_its_name() -> None:
    tally = Tally()
    judge = judging(email=Answer.MASK, **{"identifier:pesel": Answer.DENY})
    section = section_document(PERSON, judge, tally, NOON)
    assert [v["value"] for v in section["values"]] == ["Ada", "Testowa", "a***@m***", "a***@w***"]
    assert "44051401359" not in str(section)
    assert tally.as_json()["masked"] == ["demographics.email"]
    assert tally.as_json()["withheld"] == ["demographics.identifier:pesel"]


def test_who_may_not_see_personal_values_does_not_see_the_record_s_own_id_either() -> None:
    section = section_document(PERSON, judging(record_id=Answer.MASK), Tally(), NOON)
    assert {v["record"] for v in section["values"]} == {"***"}


def test_fields_of_entries_are_masked_and_withheld_one_by_one() -> None:
    held = HeldSection(
        "transactions", entries=(order(amount="9.5", note="call", pin="1"),), total=1
    )
    section = section_document(held, judging(note=Answer.MASK, pin=Answer.DENY), Tally(), NOON)
    assert section["entries"][0]["fields"] == {"amount": "9.5", "note": "***"}
    assert section["entries"][0]["masked"] == ["note"]


def test_sums_are_shown_to_whoever_may_see_the_amounts() -> None:
    held = HeldSection("transactions", summary={"transactions": {"count": 2, "amounts": {"": "9"}}})
    shown = section_document(held, judging(), Tally(), NOON)["summary"]
    hidden = section_document(held, judging(amount=Answer.MASK), Tally(), NOON)["summary"]
    assert shown == {"transactions": {"count": 2, "amounts": {"": "9"}}}
    assert hidden == {"transactions": {"count": 2}}


@pytest.mark.parametrize(
    ("section", "rows", "share"),
    [
        ("demographics", [{"full_name": "Ada Testowa", "email": "a@b.example"}], 0.333),
        ("demographics", [{"organisation": "Prosta Sp. z o.o."}], 0.333),
        ("transactions", [{"at": MAY, "reference": "1", "title": "x", "amount": "1"}], 0.8),
        ("notes", [{"at": MAY, "note": "x"}, {"note": "y"}], 0.75),
        ("social", [], None),
    ],
)
def test_completeness_is_the_share_of_what_is_expected(
    section: str, rows: list[dict[str, Any]], share: float | None
) -> None:
    assert completeness(section, rows) == share


def test_the_same_document_sealed_twice_has_two_hashes() -> None:
    first, second = salted({"a": 1}), salted({"a": 1})
    assert seal(first) != seal(second)
    assert len(bytes.fromhex(first["salt"])) == 16
    assert seal(first) == seal(dict(reversed(first.items())))


def sealed(*sections: HeldSection) -> SealedSnapshot:
    tally = Tally()
    document = salted(
        {
            "snapshot": "snp_1",
            "customer": "cus_1",
            "requested_by": {"id": "usr_1", "email": "kim@company.example", "roles": ["admin"]},
            "records": {"crm": 2, "shop": 1},
            "sections": {
                **{one.name: section_document(one, judging(), tally, NOON) for one in sections},
                "notes": refused_section("product has no need of notes"),
            },
            "masking": tally.as_json(),
        }
    )
    return SealedSnapshot(
        "snp_1", "cus_1", "service", "profile", "usr_1", NOON, seal(document), document
    )


ORDERS = HeldSection(
    "transactions",
    entries=(
        order(
            reference="R-1", title="Kettle <b>red</b>", amount="1234.5", currency="EUR", gift="yes"
        ),
        order(reference="R-2", title="Lamp"),
    ),
    total=40,
    summary={"transactions": {"amounts": {"EUR": "1234.50"}}},
    completeness=0.9,
)


def test_a_page_names_the_customer_and_says_of_each_section_what_there_is() -> None:
    page = readable(sealed(PERSON, ORDERS, HeldSection("social")))
    assert page.name == "Ada Testowa"
    demographics, transactions, social, notes = page.sections
    assert demographics.table.rows[2] == ("email", "ada@mail.example", "crm", "30 d", "99%")
    assert demographics.table.rows[3][0::3] == ("  also", "10 d+")
    assert transactions.note == "40 in all · 1,234.50 EUR · 90% complete · newest 30 d old"
    assert transactions.table.columns == (
        "When",
        "Reference",
        "What",
        "Amount",
        "Details",
        "Source",
    )
    assert demographics.more.startswith("+: at least so old")
    assert transactions.table.rows[0][3:5] == ("1,234.50 EUR", "gift: yes")
    assert transactions.more == "and 38 earlier"
    assert (social.note, social.table) == ("nothing known", None)
    assert notes.note == "not served: product has no need of notes"


@pytest.mark.parametrize("width", [80, 120])
def test_in_a_terminal_no_line_is_wider_than_the_terminal_and_nothing_is_cut(width: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, markup=False)
    print_page(readable(sealed(PERSON, ORDERS)), console)
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for shown in ("Ada Testowa", "ada.t@work.example", "1,234.50 EUR", "Kettle", "SHA-256"):
        assert shown in text


def test_a_value_cannot_become_markup_on_the_page_or_in_the_terminal() -> None:
    page = html_page(sealed(PERSON, ORDERS))
    assert "Kettle &lt;b&gt;red&lt;/b&gt;" in page
    assert "<script" not in page.lower()
    assert "http" not in page.replace("http-equiv", "")
    out = io.StringIO()
    sums = {"transactions": {"amounts": {"\x1b[5m\u202eZZ": "10"}}}
    entries = (order(title="[bold]\x1b[31m\u202ered"),)
    held = HeldSection("social", entries=entries, total=1, summary=sums)
    print_page(readable(sealed(held)), Console(file=out, width=80, highlight=False, markup=False))
    assert "[bold]" in out.getvalue()
    assert not {"\x1b", "\u202e"} & set(out.getvalue())


@pytest.mark.parametrize(
    ("days", "words"), [(None, "?"), (0, "today"), (59, "59 d"), (90, "3 mo"), (800, "2 y")]
)
def test_ages_are_in_words_people_use(days: int | None, words: str) -> None:
    assert age(days) == words
