"""The nine sections: what belongs to each, and when it is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tellonce.hub.activity.reading import SECTION_OF

# A section is complete when one name of each group is filled.
_EXPECTED = {
    "demographics": (
        ("given_name", "full_name", "organisation"),
        ("family_name", "full_name", "organisation"),
        ("birth_date", "organisation"),
        ("email",),
        ("phone",),
        ("street", "address_line"),
        ("city",),
        ("postal_code",),
        ("country",),
    ),
    "transactions": (("at",), ("reference",), ("title", "product"), ("amount",), ("currency",)),
    "interactions": (("at",), ("title", "reference"), ("channel", "kind"), ("status",)),
    "account": (("at",), ("status",), ("title", "reference")),
    "marketing": (("at",), ("title", "reference"), ("channel",), ("status",)),
    "notes": (("at",), ("title", "text", "note", "body")),
    "social": (("title", "reference", "url", "handle"), ("channel",)),
    "feedback": (("at",), ("title", "reference"), ("amount", "status", "score", "answer")),
    "consent": (("at",), ("purpose",), ("state",), ("channel",)),
}


def kinds_of(section: str) -> tuple[str, ...]:
    """The kinds of activity that a section shows."""
    return tuple(kind for kind, of in SECTION_OF.items() if of == section)


def completeness(section: str, rows: Iterable[Mapping[str, Any]]) -> float | None:
    """The share of what is expected of a section that is filled, averaged over its rows.

    `rows` are entries by field; demographics is one row of all its attributes. None without rows:
    whether something is missing, or never happened, cannot be told.
    """
    shares = [_share(_EXPECTED[section], row) for row in rows]
    return round(sum(shares) / len(shares), 3) if shares else None


def _share(groups: tuple[tuple[str, ...], ...], row: Mapping[str, Any]) -> float:
    filled = sum(any(row.get(name) not in (None, "") for name in group) for group in groups)
    return filled / len(groups)
