"""Short ways to ask rules of made-up rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from tellonce.rules.evaluating import evaluate
from tellonce.rules.reading import read_rules
from tellonce.rules.references import reference_of
from tellonce.rules.types import Evaluation, Facts

CITIES = reference_of(
    "postal_codes",
    ("country", "postal_code"),
    [("PL", "00-950"), ("PL", "30-001"), ("PL", "30-001"), ("GB", "SW1A")],
    ["Warszawa", "Kraków", "Zabierzów", "London"],
)
CODES = reference_of("codes", ("code",), [("A1",), ("B2",)], ["", ""])
FACTS = Facts(
    now=datetime(2026, 11, 26, 12, tzinfo=UTC),
    attributes={"country": "country", "postal_code": "postal_code", "email": "email"},
    country="PL",
    references={"postal_codes": CITIES, "codes": CODES},
)


def said(text: str, columns: dict[str, list[Any]], facts: Facts = FACTS) -> Evaluation:
    """What rules say of columns."""
    return evaluate(read_rules(text), pa.table(columns), facts)


def reason(check: str, value: str | None, facts: Facts = FACTS, **beside: str | None) -> str | None:
    """Why a check fails for one value; None where it passes."""
    name, _, asked = check.partition(": ")
    columns = {name: [value], **{key: [text] for key, text in beside.items()}}
    done = said(f"- {name}: {asked}", columns, facts)
    assert not done.not_evaluated
    found = done.failures["reason"].to_pylist()
    return found[0] if found else None
