"""Whatever is delivered, in whatever pieces and by whichever way: each row is stored, waits in
quarantine, or was discarded, exactly one of these; and rules find the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.intake.delivering import deliver_records
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.quality.models import RuleFailure
from tellonce.hub.quality.running import run_rules
from tellonce.hub.quality.services import RulesFile, set_rules
from tellonce.hub.sources.models import Quarantined, RecordVersion
from tellonce.hub.sources.places import raw_place
from tellonce.hub.sources.quarantining import (
    Which,
    discard_quarantined,
    open_quarantined,
    quarantine_entries,
    replay_quarantined,
)
from tellonce.hub.vault.services import decrypt, opened_key
from tests.hub.delivering import a_source, write_csv

Row = dict[str, str]
RULES = """\
- email: valid, name: email_ok, on_fail: flag
- given_name: required, name: has_name, on_fail: quarantine
- phone: required, name: has_phone, on_fail: flag
- city: "not one of [Nowhere]", name: real_city, on_fail: quarantine
"""
STRICTER = RULES + "- family_name: required, name: has_family, on_fail: quarantine\n"
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from("abcde"),
            "first name": st.sampled_from(["Annamaria", "Ottokar", ""]),
            "last name": st.sampled_from(["Testowska", ""]),
            "email": st.sampled_from(["a@example.org", "a at home", ""]),
            "phone": st.sampled_from(["+48 600 700 801", ""]),
            "city": st.sampled_from(["Warszawa", "Nowhere"]),
        }
    ),
    min_size=1,
    max_size=12,
)
PIECES = st.lists(st.tuples(st.sampled_from(["file", "push"]), st.integers(1, 5)), min_size=1)


def numbered(rows: Sequence[Row]) -> list[Row]:
    """The rows with a version and a text of their own each."""
    return [{**row, "changed": str(n + 1), "note": f"row {n}"} for n, row in enumerate(rows)]


def pieces_of(rows: list[Row], sizes: Sequence[tuple[str, int]]) -> list[tuple[str, list[Row]]]:
    """The rows in pieces, each with the way it goes; the last way goes on to the end."""
    found, at, turn = [], 0, 0
    while at < len(rows):
        way, size = sizes[min(turn, len(sizes) - 1)]
        found.append((way, rows[at : at + size]))
        at, turn = at + size, turn + 1
    return found


def deliver(way: str, rows: list[Row], tmp_path: Path) -> None:
    """Hand rows over, as a file or by a program."""
    if way == "push":
        accept_records("crm", rows, by=actor())
    else:
        deliver_records("crm", write_csv(tmp_path / "a.csv", rows), full=False, by=actor())


def where_rows_are() -> Counter[tuple[str, str]]:
    """(text of its own, stored or waiting or discarded) of every row, counted."""
    found: Counter[tuple[str, str]] = Counter()
    for version in RecordVersion.objects.select_related("record"):
        place = raw_place(version.record_id, bytes(version.content_hash))
        raw = decrypt(opened_key(version.record.key_id), bytes(version.raw or b""), place)
        found[json.loads(raw)["note"], "stored"] += 1
    rows = Quarantined.objects.exclude(state=Quarantined.REPLAYED)
    ids = list(rows.values_list("id", flat=True))
    for one in open_quarantined(ids, by=actor()) if ids else ():
        found[json.loads(one.raw)["note"], one.entry.state] += 1
    return found


def failures() -> list[tuple[Any, ...]]:
    """What stands of every record."""
    names = ("record__record_key", "rule", "field", "reason", "state", "on_fail")
    rows = RuleFailure.objects.filter(state__in=("open", "corrected", "waived"))
    return sorted(rows.values_list(*names))


def a_hub(rules: str = RULES) -> None:
    """A source whose columns are settled, and rules."""
    columns = {
        "first name": "given_name",
        "last name": "family_name",
        "email": "email",
        "phone": "phone",
        "city": "city",
        "note": "ignore",
    }
    a_source(record_id="id", source_version="changed", columns=columns, region="PL")
    set_rules(RulesFile("rules.yaml", rules), by=actor())


@pytest.mark.django_db
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ROWS, PIECES, PIECES, st.booleans())
def test_each_row_is_in_one_place_and_pieces_make_no_difference(
    tmp_path: Path,
    rows: list[Row],
    pieces: list[tuple[str, int]],
    others: list[tuple[str, int]],
    stricter: bool,
) -> None:
    outcomes = []
    for sizes in (pieces, others):
        with transaction.atomic():
            a_hub(STRICTER if stricter else RULES)
            for way, part in pieces_of(numbered(rows), sizes):
                deliver(way, part, tmp_path)
            places = where_rows_are()
            assert {note for note, _ in places} == {f"row {n}" for n in range(len(rows))}
            assert set(places.values()) == {1}, places
            found = failures()
            run_rules(by=actor(), everything=True)
            assert failures() == found  # a run over everything finds what arriving did
            outcomes.append((sorted(places), found))
            transaction.set_rollback(True)
    assert outcomes[0] == outcomes[1]


@pytest.mark.django_db
@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ROWS, PIECES, st.lists(st.sampled_from(["replay", "discard", "loosen"]), max_size=4))
def test_nothing_leaves_the_quarantine_silently(
    tmp_path: Path, rows: list[Row], pieces: list[tuple[str, int]], acts: list[str]
) -> None:
    with transaction.atomic():
        a_hub()
        for way, part in pieces_of(numbered(rows), pieces):
            deliver(way, part, tmp_path)
        for act in acts:
            waiting = [one.id for one in quarantine_entries(Which("crm"))]
            if act == "loosen":
                set_rules(RulesFile("rules.yaml", RULES.splitlines()[0]), by=actor())
            elif act == "replay" and waiting:
                replay_quarantined(Which("crm"), by=actor())
            elif act == "discard" and waiting:
                discard_quarantined(Which(ids=(waiting[-1],)), by=actor(), reason="a test")
            places = where_rows_are()
            assert {note for note, _ in places} == {f"row {n}" for n in range(len(rows))}
            assert set(places.values()) == {1}, places
        transaction.set_rollback(True)
