"""A field that is suddenly filled less or more often, or comes in a new format: from profiles.

What is so now is told by the newest profile of each source, compared with that of a month before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tellonce.hub.insight.types import Trouble
from tellonce.hub.quality.profile_types import SourceDrift
from tellonce.hub.quality.profile_views import standing_drifts
from tellonce.hub.sources.contents import RECORDS

FILL = ("fill", "field_gone")
LEAST_FILL, LEAST_FORMAT = 0.05, 0.02


def changed_fills() -> list[Trouble]:
    """Fields whose fill rate moved by 5 points and more, or that are no longer there."""
    return _troubles(
        [
            one
            for one in standing_drifts()
            if one.change.kind in FILL and abs(one.change.after - one.change.before) >= LEAST_FILL
        ],
        "Ask who runs the source whether its export changed: tellonce quality profile {source}.",
    )


def new_formats() -> list[Trouble]:
    """Fields of which 2 % and more have a format that was not there before, or another kind."""
    return _troubles(
        [
            one
            for one in standing_drifts()
            if one.change.kind == "kind"
            or (one.change.kind == "format_new" and one.change.after >= LEAST_FORMAT)
        ],
        "See whether values are still read rightly: tellonce quality profile {source}; then adapt "
        "the source's configuration, or a rule.",
    )


def _troubles(drifts: Sequence[SourceDrift], advice: str) -> list[Trouble]:
    """One trouble a field."""
    by_field: dict[tuple[str, str], list[SourceDrift]] = defaultdict(list)
    for one in drifts:
        of_what = one.source if one.content == RECORDS else f"{one.source} {one.content}"
        by_field[of_what, one.change.field or ""].append(one)
    return [
        Trouble(
            f"{of_what}:{field}",
            _severity(found),
            f"{of_what}: " + " ".join(one.change.sentence for one in found),
            advice.format(source=_named(found[0])),
            {
                "source": found[0].source,
                "content": found[0].content,
                "field": field,
                "before": round(found[0].change.before, 4),
                "after": round(found[0].change.after, 4),
                "compared_with": found[0].since.isoformat(),
            },
        )
        for (of_what, field), found in sorted(by_field.items())
    ]


def _named(one: SourceDrift) -> str:
    """A source as `tellonce quality profile` takes it."""
    return one.source if one.content == RECORDS else f"{one.source} --content {one.content}"


def _severity(found: Sequence[SourceDrift]) -> str:
    """Grave is what is gone, or has halved."""
    lost = any(
        one.change.kind in FILL and one.change.after <= one.change.before / 2 for one in found
    )
    return "high" if lost else "medium"
