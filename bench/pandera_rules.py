"""The checks of `bench.rules` in pandera; runs in the peers' own environment, .venv-bench.

    .venv-bench/bin/python bench/pandera_rules.py ROWS.parquet

Prints, as JSON, CPU seconds and failures by check for each group of checks.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pandas as pd
import pandera.pandas as pan
import phonenumbers

EMAIL = r"(?i)\A[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,24}\Z"


def plain() -> pan.DataFrameSchema:
    """Nine checks that both have."""
    check = pan.Check
    return pan.DataFrameSchema(
        {
            "email": pan.Column(
                str, check.str_matches(EMAIL, name="email_pattern"), nullable=False
            ),
            "member_no": pan.Column(
                str, check.str_matches(r"\A[A-Z]{2}\d{6}\Z", name="member_pattern")
            ),
            "age": pan.Column(int, check.in_range(0, 120, name="age_range"), coerce=True),
            "status": pan.Column(
                str, check.isin(["active", "closed", "waiting"], name="status_set")
            ),
            "given_name": pan.Column(str, check.str_length(2, 30, name="name_length")),
            "country": pan.Column(
                str, check.isin(["PL", "DE", "AT", "GB", "US"], name="country_set")
            ),
            "birth_date": pan.Column(
                "datetime64[ns]",
                check.le(pd.Timestamp("2026-01-01"), name="birth_past"),
                coerce=True,
            ),
            "customer_no": pan.Column(str, unique=True, report_duplicates="all"),
        }
    )


def _is_phone(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "PL"))
    except phonenumbers.NumberParseException:
        return False


def phone() -> pan.DataFrameSchema:
    """Phone numbers, by a function of each."""
    judged = pan.Check(lambda column: column.map(_is_phone), name="phone_valid")
    return pan.DataFrameSchema({"phone": pan.Column(str, judged)})


NAMES = {"not_nullable": "email_required", "field_uniqueness": "customer_unique"}


def measured(schema: pan.DataFrameSchema, rows: pd.DataFrame) -> dict[str, Any]:
    """CPU seconds of the fastest of three runs, and the failures by check."""
    best = float("inf")
    cases = pd.DataFrame({"check": []})
    for _ in range(3):
        started = time.process_time()
        try:
            schema.validate(rows, lazy=True)
        except pan.errors.SchemaErrors as error:
            cases = error.failure_cases
        best = min(best, time.process_time() - started)
    failed: dict[str, int] = {}
    for name, count in cases["check"].value_counts().items():
        told = str(name).partition("(")[0]
        failed[NAMES.get(told, told)] = int(count)
    return {"cpu": best, "failed": failed}


def main(path: str) -> None:
    """Judge the rows of a Parquet file."""
    rows = pd.read_parquet(path)
    rows["email"] = rows["email"].replace("", None)
    result = {"plain": measured(plain(), rows), "phone": measured(phone(), rows)}
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1])
