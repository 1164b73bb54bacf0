"""Rules over many rows beside pandera, and over one arrival.

    python -m bench.rules [--rows N]

Made-up rows with seeded faults; the same nine checks here and in pandera (in the peers' own
environment, .venv-bench), which must find the same failures; then a tenth check that pandera has
not, phone numbers, here by the plans and there by a function over `phonenumbers`. One process each,
one thread, CPU seconds of the judging alone. Ends with 1 where a duty is missed or findings differ.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.__main__ import PEERS, make_peers
from bench.report import OUT, ROOT, publish, table
from tellonce.rules.evaluating import evaluate
from tellonce.rules.reading import read_rules
from tellonce.rules.types import Facts

ROWS, ARRIVALS = 100_000, 500
LEAST_A_SECOND, LONGEST_US = 100_000, 1_000
HOW = (
    "Made by `python -m bench.rules`: made-up rows with seeded faults, one process and one thread "
    "each, CPU seconds of judging alone (rows in memory, rules read). Both keep every failure."
)
Judged = tuple[float, dict[str, int]]  # CPU seconds, failures by rule
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FACTS = Facts(now=NOW, country="PL", attributes={"email": "email"})
PLAIN = """
- email: required, name: email_required
- email: matches (?i)[a-z0-9._%+-]+@(?:[a-z0-9-]+\\.)+[a-z]{2,24}, name: email_pattern
- member_no: matches [A-Z]{2}\\d{6}, name: member_pattern
- age: between 0 and 120, name: age_range
- status: one of [active, closed, waiting], name: status_set
- given_name: 2 to 30 characters, name: name_length
- country: one of [PL, DE, AT, GB, US], name: country_set
- birth_date: not after 2026-01-01, name: birth_past
- customer_no: unique, name: customer_unique
"""
PHONE = "- phone: valid, name: phone_valid"
ONE = """
- email: required
- email: valid
- email: at most 254 characters
- email: tidy
- phone: required
- phone: valid
- member_no: required
- member_no: matches [A-Z]{2}\\d{6}
- member_no: exactly 8 characters
- age: between 0 and 120
- age: at least 18, when: status is active
- age: valid number
- status: required
- status: one of [active, closed, waiting]
- status: in lower case
- status: not one of [test]
- given_name: required
- given_name: 2 to 30 characters
- given_name: in title case
- given_name: tidy
- given_name: does not match .*\\d.*
- country: required
- country: valid
- country: one of [PL, DE, AT, GB, US]
- country: exactly 2 characters
- birth_date: required
- birth_date: valid
- birth_date: between 1900-01-01 and today
- birth_date: at least 18 years old, when: status is active
- customer_no: required
"""


def made(count: int) -> pa.Table:
    """Rows of made-up people, one in fifty of the values of each column with a fault."""
    rng = random.Random(7)
    faults = {
        "email": ("", "anna.mail.example", "a b@mail.example"),
        "member_no": ("AB12345", "ab123456", "AB1234567"),
        "age": ("130", "-1"),
        "status": ("Active", "gone"),
        "given_name": ("A", "A" * 31),
        "country": ("XX", "Polska"),
        "birth_date": ("2030-05-17", "2999-01-01"),
        "phone": ("+48 123", "12"),
    }
    names = ("Anna", "Jan", "Maria", "Piotr", "Zofia", "Adam", "Ewa", "Paweł")
    rows = []
    for n in range(count):
        row = {
            "customer_no": str(n if rng.random() > 0.01 else n // 2),
            "email": f"{rng.choice(names).lower()}.{n}@mail{rng.randrange(99)}.example",
            "phone": f"+48 60{rng.randrange(10)} {rng.randrange(1000):03d} 123",
            "member_no": f"AB{rng.randrange(1_000_000):06d}",
            "age": str(rng.randrange(18, 95)),
            "status": rng.choice(("active", "closed", "waiting")),
            "given_name": rng.choice(names),
            "country": rng.choice(("PL", "DE", "AT", "GB", "US")),
            "birth_date": f"{rng.randrange(1930, 2007)}-{rng.randrange(1, 13):02d}-17",
        }
        row |= {name: rng.choice(bad) for name, bad in faults.items() if rng.random() < 0.02}
        rows.append(row)
    return pa.Table.from_pylist(rows)


def judged(rows: pa.Table, text: str) -> Judged:
    """CPU seconds of the fastest of three runs, and failures by rule."""
    rules = read_rules(text)
    best, found = float("inf"), None
    for _ in range(3):
        started = time.process_time()
        found = evaluate(rules, rows, FACTS)
        best = min(best, time.process_time() - started)
    assert found is not None
    return best, {name: counts.failed for name, counts in found.counts.items()}


def beside(path: Path) -> dict[str, Judged]:
    """The same by pandera: group of checks -> CPU seconds and failures by check."""
    make_peers()
    command = [str(PEERS / "bin" / "python"), str(ROOT / "bench" / "pandera_rules.py"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    return {name: (one["cpu"], one["failed"]) for name, one in said.items()}


def arrivals(rows: pa.Table) -> tuple[int, list[float]]:
    """How many rules, and the CPU microseconds of judging one row by all of them, row by row."""
    rules = read_rules(ONE)
    taken = []
    for n in range(ARRIVALS):
        one = rows.slice(n, 1)
        started = time.process_time()
        evaluate(rules, one, FACTS)
        taken.append(1e6 * (time.process_time() - started))
    return len(rules.rules), sorted(taken)


def compared(rows: pa.Table, theirs: dict[str, Judged]) -> tuple[list[list[str]], list[str]]:
    """Lines of the table, and what is wrong: findings that differ, duties that are missed."""
    lines, wrong = [], []
    for name, text in (("plain", PLAIN), ("phone", PHONE)):
        cpu, failed = judged(rows, text)
        other, found = theirs[name]
        if failed != found:
            wrong.append(f"Findings differ: {failed} here, {found} by pandera.")
        asked = len(failed) * len(rows)
        if asked / cpu < LEAST_A_SECOND:
            wrong.append(f"Missed: {LEAST_A_SECOND:,} record-rules a second.")
        words = f"{len(failed)} checks" if len(failed) > 1 else "phone numbers"
        ours = [f"{cpu:.2f}", f"{asked / cpu:,.0f}"]
        peers = [f"{other:.2f}", f"{asked / other:,.0f}", f"{other / cpu:.1f}"]
        lines.append([words, *ours, *peers, f"{sum(failed.values()):,}"])
    return lines, wrong


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and publish; 1 where a duty is missed or findings differ."""
    parser = argparse.ArgumentParser(prog="bench.rules")
    parser.add_argument("--rows", type=int, default=ROWS)
    asked = parser.parse_args(argv)
    pa.set_cpu_count(1)
    rows = made(asked.rows)
    path = OUT / "rules.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path)
    lines, wrong = compared(rows, beside(path))
    count, taken = arrivals(rows)
    median, late = statistics.median(taken), taken[int(0.95 * len(taken))]
    if median > LONGEST_US:
        wrong.append(f"Missed: one arrival in {LONGEST_US:,} µs.")
    head = ("", "CPU s", "record-rules a s", "pandera", "its rate", "ratio", "failures")
    said = "" if wrong else " Both find the same failures, check by check."
    parts = [
        f"{len(rows):,} rows.{said}",
        table(head, lines),
        f"One arrival judged by {count} rules: {median:,.0f} µs of CPU (median of {len(taken)}; "
        f"95 % within {late:,.0f} µs).",
        *wrong,
    ]
    print("\n\n".join(parts))
    if asked.rows == ROWS:
        publish("rules", "Rules beside pandera", HOW, *parts)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
