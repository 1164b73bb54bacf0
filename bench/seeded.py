"""Seeded errors: 4,000 faults of 20 kinds put into published rows, and what rules find of them.

    python -m bench.seeded --data FOLDER

Rows of AdventureWorks (`c360_adventureworks/customers.parquet`) with made-up phones, addresses and
orders beside, since the set has none. A rule is written for a field as a user would, not for a
fault. Precision: of the cells that a rule names, those that were seeded; what rules find in rows as
they are published counts against them. Recall: of the seeded cells, those that a rule names.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.report import publish, table
from tellonce.rules.evaluating import evaluate
from tellonce.rules.reading import read_rules
from tellonce.rules.references import reference_of
from tellonce.rules.types import Facts

EACH, SEED = 200, 11
Row = dict[str, str]
HOW = (
    "Made by `python -m bench.seeded`: 200 faults of each kind in rows of AdventureWorks "
    "(fictitious customers of a published sample), to which a seeded generator adds phone, "
    "address, bank account and orders. Cells, not rows: a rule must name the very field. Faults "
    "and rules have one author, and every fault is one that a value betrays: a wrong value that "
    "is well formed, such as a neighbour's house number, no rule of this kind can find."
)
RULES = """
- EmailAddress: required
- EmailAddress: valid
- EmailAddress: unique
- FirstName: required
- FirstName: tidy
- FirstName: in upper case
- LastName: 2 to 40 characters
- LastName: does not match .*[0-9].*
- BirthDate: valid date
- BirthDate: between 1900-01-01 and 18 years ago
- Gender: one of [M, F, NA]
- AnnualIncome: between 0 and 1000000
- phone: valid
- country: known country
- postal_code: valid
- city: fits postal_code
- iban: valid
- currency: valid
- last_order: not before first_order
- updated_at: not in the future
- paid: at most total
"""
CITIES = [("PL", "00-950", "Warszawa"), ("PL", "30-001", "Kraków"), ("DE", "10115", "Berlin"),
          ("DE", "80331", "München"), ("AT", "1010", "Wien")]  # fmt: skip
PHONES = {"PL": "+48601", "DE": "+4915112", "AT": "+4366412"}
IBANS = ("DE89370400440532013000", "PL61109010140000071219812874", "AT611904300234573201")


def completed(published: list[Row], rng: random.Random) -> list[Row]:
    """The rows with what the set lacks: contact, address, account, orders."""
    rows = []
    for one in published:
        country, code, city = rng.choice(CITIES)
        total = rng.randrange(100, 9000)
        year = rng.randrange(2015, 2023)
        rows.append({**one,
            "phone": f"{PHONES[country]}{rng.randrange(10**6):06d}",
            "country": country, "postal_code": code, "city": city, "iban": rng.choice(IBANS),
            "currency": rng.choice(("EUR", "PLN")), "first_order": f"{year}-03-17",
            "last_order": f"{year + 1}-{rng.randrange(1, 13):02d}-05",
            "updated_at": f"2025-{rng.randrange(1, 13):02d}-11",
            "total": str(total), "paid": str(total - rng.randrange(100))})  # fmt: skip
    return rows


FAULTS: dict[str, tuple[str, Callable[[Row, random.Random], str]]] = {
    "missing": ("EmailAddress", lambda row, rng: rng.choice(("", " "))),
    "placeholder": ("FirstName", lambda row, rng: rng.choice(("n/a", "unknown", "test", "-"))),
    "e-mail without @": ("EmailAddress", lambda row, rng: row["EmailAddress"].replace("@", "")),
    "e-mail with a blank": (
        "EmailAddress", lambda row, rng: row["EmailAddress"].replace("@", " @")
    ),
    "duplicate": ("EmailAddress", lambda row, rng: ""),  # filled by `seeded`
    "capitals": ("FirstName", lambda row, rng: row["FirstName"].title()),
    "garbled letters": ("FirstName", lambda row, rng: row["FirstName"] + "Ã¼"),
    "HTML": ("FirstName", lambda row, rng: f"<b>{row['FirstName']}</b>"),
    "digit in a name": ("LastName", lambda row, rng: row["LastName"][:-1] + rng.choice("0134")),
    "name cut off": ("LastName", lambda row, rng: row["LastName"][:1]),
    "impossible date": ("BirthDate", lambda row, rng: rng.choice(("1975-02-30", "1980-13-01"))),
    "birth in the future": ("BirthDate", lambda row, rng: f"20{rng.randrange(27, 99)}-01-05"),
    "outside of the set": ("Gender", lambda row, rng: rng.choice(("m", "X", "1", "male"))),
    "outside of the range": ("AnnualIncome", lambda row, rng: rng.choice(("-1", "90000000"))),
    "phone too short": ("phone", lambda row, rng: row["phone"][: rng.randrange(5, 8)]),
    "postal code of no country": ("postal_code", lambda row, rng: row["postal_code"][:-1]),
    "city of another code": ("city", lambda row, rng: rng.choice(("Sopot", "Bonn", "Linz"))),
    "IBAN with a wrong digit": ("iban", lambda row, rng: _turned(row["iban"], rng)),
    "last order before the first": (
        "last_order", lambda row, rng: f"20{rng.randrange(10, 15)}-01-05"
    ),
    "paid more than the total": (
        "paid", lambda row, rng: str(int(row["total"]) + rng.randrange(1, 99))
    ),
}  # fmt: skip


def _turned(iban: str, rng: random.Random) -> str:
    at = rng.randrange(4, len(iban))
    return f"{iban[:at]}{(int(iban[at]) + rng.randrange(1, 10)) % 10}{iban[at + 1 :]}"


def seeded(rows: list[Row], rng: random.Random) -> dict[tuple[int, str], str]:
    """Put the faults in, one a row at most; (row, field) -> kind of fault."""
    places = rng.sample(range(len(rows)), EACH * len(FAULTS))
    truth = {}
    untouched = sorted(set(range(len(rows))) - set(places))
    for number, (kind, (name, fault)) in enumerate(FAULTS.items()):
        for row in places[number * EACH : (number + 1) * EACH]:
            made = fault(rows[row], rng)
            if kind == "duplicate":
                other = untouched.pop()
                made = rows[other][name].upper()
                truth[other, name] = kind
            rows[row][name] = made
            truth[row, name] = kind
    return truth


def figures(truth: dict[tuple[int, str], str], found: set[tuple[int, str]]) -> list[Sequence[str]]:
    """Lines of the table: per kind the seeded and found cells, and false ones of its field."""
    false = Counter(name for row, name in found - set(truth))
    lines = []
    for kind, (name, _) in FAULTS.items():
        cells = {cell for cell, told in truth.items() if told == kind}
        hit = len(cells & found)
        share = f"{hit / len(cells):.3f}"
        lines.append((kind, name, f"{len(cells)}", f"{hit}", share, f"{false[name]}"))
    hit, all_found = len(set(truth) & found), len(found)
    share = f"{hit / len(truth):.3f}"
    return [*lines, ("all", "", f"{len(truth)}", f"{hit}", share, f"{all_found - hit}")]


def main(argv: Sequence[str] | None = None) -> int:
    """Seed, judge, print and publish."""
    parser = argparse.ArgumentParser(prog="bench.seeded")
    parser.add_argument("--data", type=Path, required=True, help="folder with c360_adventureworks")
    asked = parser.parse_args(argv)
    published = pq.read_table(asked.data / "c360_adventureworks" / "customers.parquet")
    texts = pa.table({n: published[n].cast(pa.string()) for n in published.column_names})
    rng = random.Random(SEED)
    rows = completed([{k: v or "" for k, v in row.items()} for row in texts.to_pylist()], rng)
    places = [(country, code) for country, code, _ in CITIES]
    names = [city for *_, city in CITIES]
    cities = reference_of("postal_codes", ("country", "postal_code"), places, names)
    facts = Facts(now=datetime(2026, 1, 1, tzinfo=UTC), references={"postal_codes": cities})
    rules = read_rules(RULES)
    clean = evaluate(rules, pa.Table.from_pylist(rows), facts)
    truth = seeded(rows, rng)
    done = evaluate(rules, pa.Table.from_pylist(rows), facts)
    pairs = zip(done.failures["row"].to_pylist(), done.failures["field"].to_pylist(), strict=True)
    found = set(pairs)
    before = Counter(clean.failures["rule"].to_pylist())
    hit = len(set(truth) & found)
    precision, recall = hit / len(found), hit / len(truth)
    head = ("fault", "field", "seeded", "found", "recall", "further cells named in the field")
    parts = [
        f"{len(rows):,} rows, {len(truth):,} seeded cells, {len(rules.rules)} rules; a "
        f"duplicate is two cells. Precision {precision:.3f}, recall {recall:.3f}.",
        table(head, figures(truth, found)),
        "What the same rules name in the rows before anything was seeded: "
        + (", ".join(f"{rule} {count:,}" for rule, count in before.items()) or "nothing")
        + (". Not evaluated: " + ", ".join(one.rule for one in done.not_evaluated)
           if done.not_evaluated else "") + ".",
    ]  # fmt: skip
    print("\n\n".join(parts))
    publish("seeded", "Seeded errors found by rules", HOW, *parts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
