"""What stewards say, over the golden entries of a customer, and what a record itself says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tellonce.engine.golden.override import stood_over
from tellonce.engine.golden.rules import GoldenRules, Override
from tellonce.engine.tables import GOLDEN

STEWARD = "steward"
"""What lineage shows as the source, and as the rule, of a value that a steward set."""

_FIELDS = GOLDEN.names[1:]
_OBSERVED = _FIELDS.index("observed_at")
_RULES = GoldenRules()


@dataclass(frozen=True)
class StewardSays:
    """That a customer's `attribute` is `value` (None: has none) since `at`; `instead_of` names the
    value that is wrong, None where there was none. `id` is shown as the record.
    """

    attribute: str
    value: str | None
    instead_of: str | None
    at: datetime
    id: str


def entries_with(
    entries: Sequence[Sequence[Any]], said: Sequence[StewardSays]
) -> list[tuple[Any, ...]]:
    """Golden entries (as `resolution.entries_of` gives them) of one customer, with what stewards
    say over them.
    """
    rows = [dict(zip(_FIELDS, entry, strict=True)) for entry in entries]
    overrides = [
        Override(
            0,
            one.attribute,
            one.value,
            one.at,
            instead_of=one.instead_of,
            source=STEWARD,
            record_id=one.id,
        )
        for one in said
    ]
    return [_entry(row) for row in stood_over(rows, overrides, _RULES)]


def _entry(row: dict[str, Any]) -> tuple[Any, ...]:
    values = [row[name] for name in _FIELDS]
    if isinstance(values[_OBSERVED], datetime):
        values[_OBSERVED] = f"{values[_OBSERVED]:%Y-%m-%dT%H:%M:%SZ}"
    return tuple(values)
