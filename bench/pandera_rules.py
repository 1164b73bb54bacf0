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


def _is_past(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, format="%Y-%m-%d") <= pd.Timestamp("2026-01-01")


def plain() -> pan.DataFrameSchema:
    """Nine checks that both have."""
    check = pan.Check
    return pan.DataFrameSchema(
        {
            "email": pan.Column(str, check.str_matches(EMAIL), nullable=False),
            "member_no": pan.Column(str, check.str_matches(r"\A[A-Z]{2}\d{6}\Z")),
            "age": pan.Column(int, check.in_range(0, 120), coerce=True),
            "status": pan.Column(str, check.isin(["active", "closed", "waiting"])),
            "given_name": pan.Column(str, check.str_length(2, 30)),
            "country": pan.Column(str, check.isin(["PL", "DE", "AT", "GB", "US"])),
            "birth_date": pan.Column(str, check(_is_past, name="birth_past")),
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


NAMES = {
    ("email", "not_nullable"): "email_required",
    ("email", "str_matches"): "email_pattern",
    ("member_no", "str_matches"): "member_pattern",
    ("age", "in_range"): "age_range",
    ("status", "isin"): "status_set",
    ("given_name", "str_length"): "name_length",
    ("country", "isin"): "country_set",
    ("customer_no", "field_uniqueness"): "customer_unique",
}


def measured(schema: pan.DataFrameSchema, rows: pd.DataFrame) -> dict[str, Any]:
    """CPU seconds of the fastest of three runs, and the failures by check."""
    best = float("inf")
    cases = pd.DataFrame({"column": [], "check": []})
    for _ in range(3):
        started = time.process_time()
        try:
            schema.validate(rows, lazy=True)
        except pan.errors.SchemaErrors as error:
            cases = error.failure_cases
        best = min(best, time.process_time() - started)
    failed: dict[str, int] = {}
    for (column, name), count in cases[["column", "check"]].value_counts().items():
        told = str(name).partition("(")[0]
        failed[NAMES.get((column, told), told)] = int(count)
    return {"cpu": best, "failed": failed}


def main(path: str) -> None:
    """Judge the rows of a Parquet file."""
    rows = pd.read_parquet(path)
    rows["email"] = rows["email"].where(rows["email"] != "", pd.NA)
    result = {"plain": measured(plain(), rows), "phone": measured(phone(), rows)}
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1])
