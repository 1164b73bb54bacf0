"""How much of what matters is filled."""

from __future__ import annotations

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.insight.declared import declared
from tellonce.hub.insight.figures import complete_count, customers_lacking, fill_counts
from tellonce.hub.insight.types import Asked, Evidence, Measured, Window, share_part

ALL = "all"


def measure_completeness(window: Window) -> Measured:
    """The mean share over the attributes that matter; a part for each, and for having all."""
    customers, counts = fill_counts()
    names = declared().attributes
    if not customers:
        return Measured.nothing("There is no customer yet: load records.")
    parts = [share_part(name, counts[name], customers) for name in names]
    return Measured.counted(
        sum(counts[name] for name in names),
        customers * len(names),
        [*parts, share_part(ALL, complete_count(names), customers)],
    )


def incomplete_customers(window: Window, asked: Asked) -> Evidence:
    """Living customers that lack an attribute that matters, or the one asked for, and which."""
    names = declared().attributes
    if asked.part not in ("", ALL, *names):
        raise WrongCall(
            f"Completeness has no part '{asked.part}'.", hint=f"Known: {', '.join((*names, ALL))}."
        )
    wanted = (asked.part,) if asked.part in names else names
    told = tuple(name for name in wanted if not asked.hides(name))
    found = customers_lacking(told, row_id(asked.cursor), asked.limit) if told else []
    rows = tuple({"customer": public, "lacks": lacking} for _, public, lacking in found)
    return Evidence(rows, str(found[-1][0]) if len(found) == asked.limit else "")


def row_id(cursor: str) -> int:
    """The number in a cursor, 0 for none; raises `WrongCall` for anything else."""
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise WrongCall("This is not a cursor of this list.", hint="Take `next` of the last page.")
    return int(cursor)
