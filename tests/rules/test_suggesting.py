"""Suggested rules are few, fit the data, and name what is wrong in it."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tellonce.engine.synth.records import rows as made_up_records
from tellonce.rules.evaluating import evaluate
from tellonce.rules.profiling import recognised
from tellonce.rules.reading import read_rules
from tellonce.rules.suggesting import as_yaml, facts_of, suggest

NOW = datetime(2026, 1, 15, tzinfo=UTC)
Columns = dict[str, list[str | None]]


def tickets(rows: int = 1_000, seed: int = 1) -> Columns:
    """A made-up service desk, without a fault."""
    draw = random.Random(seed)
    status = [draw.choice(["open", "waiting", "closed"]) for _ in range(rows)]
    opened = [f"2025-{draw.randint(1, 6):02d}-{draw.randint(1, 28):02d}" for _ in range(rows)]
    return {
        "ticket_id": [f"T-{n:05d}" for n in range(rows)],
        "email": [f"p{draw.randrange(400)}@firm{n % 7}.org" for n in range(rows)],
        "country": [draw.choice(["DE", "PL", "US"]) for _ in range(rows)],
        "status": list(status),
        "rating": [str(draw.randint(1, 5)) if s == "closed" else None for s in status],
        "opened_at": list(opened),
        "closed_at": [
            f"{day[:5]}{int(day[5:7]) + draw.randint(1, 3):02d}-28" if s == "closed" else None
            for s, day in zip(status, opened, strict=True)
        ],
        "amount": [f"{draw.randrange(1, 90_000) / 100}" for _ in range(rows)],
        "text": [" ".join(draw.choices(["it", "does", "not", "work"], k=30)) for _ in range(rows)],
    }  # fmt: skip


def suggested(columns: Columns) -> list[str]:
    return [one.rule for one in suggest(pa.table(columns), now=NOW)]


def test_a_good_file_gets_the_rules_a_reviewer_would_write() -> None:
    found = suggested(tickets())
    (status,) = (rule for rule in found if rule.startswith("status: one of"))
    assert sorted(status[len("status: one of [") : -1].split(", ")) == ["closed", "open", "waiting"]
    assert [rule for rule in found if rule != status] == [
        "ticket_id: unique, severity: high",
        "ticket_id: required, severity: high",
        "ticket_id: matches ^[A-Z]-[0-9]{5}$",
        "email: required",
        "email: valid",
        "country: required",
        "country: valid",
        "rating: between 1 and 5",
        "opened_at: required",
        "opened_at: not in the future",
        "closed_at: not in the future",
        "amount: at least 0",
        "closed_at: not before opened_at",
        "rating: required, when: status is closed",
        "closed_at: required, when: status is closed",
    ]


def test_what_is_wrong_in_a_file_fails_the_rules_suggested_from_it() -> None:
    columns = tickets(2_000)
    columns["email"][3] = "nobody at home"
    columns["status"][5] = "cloosed"
    columns["status"][6] = "OPEN"
    columns["closed_at"][next(n for n, s in enumerate(columns["status"]) if s == "closed")] = (
        "2024-01-01"
    )
    columns["amount"][9] = "-3"
    columns["country"][11] = " PL"
    found = {one.rule: one for one in suggest(pa.table(columns), now=NOW)}
    assert found["email: valid"].failing == 1
    assert found["closed_at: not before opened_at"].failing == 1
    assert found["amount: at least 0"].failing == 1
    assert found["country: tidy, on_fail: correct, correction: tidy"].failing == 1
    (status,) = (one for rule, one in found.items() if rule.startswith("status: one of"))
    assert status.failing == 2
    assert "2 rows say something else" in status.why


def test_nothing_is_suggested_that_a_tenth_of_the_rows_would_break() -> None:
    columns = tickets()
    for name in ("email", "opened_at", "amount", "country"):
        columns[name] = [value if n % 9 else "?!" for n, value in enumerate(columns[name])]
    found = suggest(pa.table(columns), now=NOW)
    assert found
    assert all(one.share > 0.9 for one in found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rules_of_one_half_hold_in_the_other(seed: int) -> None:
    made = made_up_records(2_000, seed=seed)
    table = pa.table({name: made[name] for name in made.column_names if name != "person"})
    text = pa.table({name: column.cast(pa.string()) for name, column in zip(
        table.column_names, table.columns, strict=True)})  # fmt: skip
    odd = pa.array([n % 2 == 1 for n in range(text.num_rows)])
    one, other = text.filter(odd), text.filter(pa.compute.invert(odd))
    found = suggest(one, now=NOW)
    assert found
    rules = read_rules("\n".join(f"- {each.rule}" for each in found))
    result = evaluate(rules, other, facts_of(other, recognised(other, "other"), NOW))
    for rule in rules.rules:
        counts = result.counts[rule.id]
        assert counts.passed > 0.9 * (counts.passed + counts.failed), rule


def test_what_is_suggested_is_a_file_of_rules_that_can_be_read() -> None:
    columns = tickets()
    columns["odd: header, {really}"] = [["a", "b: c", "d, e"][n % 3] for n in range(1_000)]
    found = suggest(pa.table(columns), now=NOW)
    text = as_yaml(found, "tickets.csv")
    rules = read_rules(text).rules
    assert len(rules) == len(found)
    assert "odd: header, {really}" in {rule.field for rule in rules}


def test_without_a_moment_nothing_is_said_of_the_future() -> None:
    found = [one.rule for one in suggest(pa.table(tickets()))]
    assert "email: valid" in found
    assert not any("future" in rule for rule in found)


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_a_few_rows_are_no_evidence(rows: int) -> None:
    columns = {name: values[:rows] for name, values in tickets().items()}
    assert len(suggested(columns)) <= 2


def test_two_fields_that_together_tell_every_row_are_a_key() -> None:
    columns: Columns = {
        "order_no": [f"{10_000 + n // 4}" for n in range(400)],
        "line": [str(n % 4 + 1) for n in range(400)],
    }
    assert "order_no: unique with line, severity: high" in suggested(columns)


def test_numbers_that_grow_get_no_fixed_length() -> None:
    for first in (300, 2_000):
        columns: Columns = {"note_no": [f"N-{n}" for n in range(first, first + 1_200)]}
        assert "note_no: matches ^[A-Z]-[0-9]+$" in suggested(columns)
    padded: Columns = {"note_no": [f"N-{n:06d}" for n in range(1_200)]}
    assert "note_no: matches ^[A-Z]-[0-9]{6}$" in suggested(padded)


def test_names_and_free_text_are_no_closed_sets() -> None:
    columns: Columns = {
        "agent": [["A. Sample", "B. Muster"][n % 2] for n in range(500)],
        "comment": [["fine", "slow"][n % 2] for n in range(500)],
        "city": [["Teststadt", "Probeort"][n % 2] for n in range(500)],
    }
    assert not any("one of" in rule for rule in suggested(columns))


def people(given: str, family: str) -> list[str]:
    """Rules suggested for 200 made-up people whose names are written like these."""
    return suggested({
        "first_name": [f"{given}{'abcdefghij'[n % 10]}" for n in range(200)],
        "last_name": [f"{family}{'klmnopqrst'[n // 10 % 10]}" for n in range(200)],
    })  # fmt: skip


def test_a_clean_file_of_people_gets_rules_that_find_spoilt_names() -> None:
    found = people("Anna", "Mustermann")
    for name in ("given_name", "family_name"):
        assert f"{name}: does not match .*[0-9].*" in found
        assert f"{name}: in title case" in found
    assert "first_name: tidy, on_fail: correct, correction: tidy" in found
    rules = read_rules("\n".join(f"- {rule}" for rule in found))
    rows = pa.table({
        "first_name": ["Anna", "ANNA", "<b>Anna</b>", "AnnaÃ¼", *["Annab"] * 20],
        "last_name": ["Must3rmann", "Muster", "Muster", "Muster", *["Muster"] * 20],
    })  # fmt: skip
    failures = evaluate(rules, rows, facts_of(rows, recognised(rows, "people"), NOW)).failures
    cells = set(zip(failures["row"].to_pylist(), failures["field"].to_pylist(), strict=True))
    named = {(1, "first_name"), (2, "first_name"), (3, "first_name"), (0, "last_name")}
    assert cells == named


def test_the_case_of_names_is_asked_only_where_nearly_all_are_written_so() -> None:
    assert "given_name: in title case" not in people("李", "王")
    mixed: Columns = {
        "first_name": ["ANNA" if n % 20 == 0 else "Anna" for n in range(400)],
        "last_name": [f"Muster{'abcdefghij'[n % 10]}" for n in range(400)],
    }
    found = suggested(mixed)
    assert not any(rule.startswith("given_name: in ") for rule in found)
    assert "family_name: in title case" in found
