"""Permission denied repeatedly: somebody, or a program, tries what it may not, or looks in vain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from tellonce.hub.audit.refusals import Denials, denials, refused_actions
from tellonce.hub.audit.types import REFUSED
from tellonce.hub.core import clock
from tellonce.hub.insight.intervals import median
from tellonce.hub.insight.types import Trouble

LEAST = {"refused": 10, "failed": 30}
"""In a day; looking for somebody who is not there happens to everybody now and then."""

TIMES = 3
_SEEN = timedelta(days=15)
_DAY = timedelta(days=1)


def repeated_refusals() -> list[Trouble]:
    """Actors that were refused, or looked in vain, far more often than is usual with them."""
    now = clock.now()
    by_actor: dict[tuple[str, str], list[Denials]] = defaultdict(list)
    for one in denials(now - _SEEN):
        by_actor[one.actor, one.outcome].append(one)
    troubles = []
    for (actor, outcome), found in by_actor.items():
        counts = {one.day: one.count for one in found}
        days = [now.date(), now.date() - _DAY]
        day = max(days, key=lambda one: counts.get(one, 0))  # past midnight, yesterday's, too
        if too_many(counts, day, LEAST[outcome]):
            troubles.append(_trouble(actor, outcome, counts[day], day))
    return troubles


def too_many(counts: Mapping[object, int], day: date, least: int) -> bool:
    """Whether a day's count is at least `least` and three times what is usual with this actor: the
    median of the 14 days before, days without any counting as 0.
    """
    before = [counts.get(day - _DAY * n, 0) for n in range(1, 15)]
    return counts.get(day, 0) >= max(least, TIMES * median(before))


def _trouble(actor: str, outcome: str, count: int, day: date) -> Trouble:
    actions = refused_actions(actor, clock.now() - 2 * _DAY)
    what = ", ".join(list(actions)[:3])
    did = "was refused" if outcome == REFUSED else "looked for customers who are not there"
    return Trouble(
        f"{actor}:{outcome}",
        "high" if count >= 5 * LEAST[outcome] else "medium",
        f"{actor} {did} {count:,} times on {day}: {what}.",
        f"Ask whoever is behind {actor} what it tries to do; grant it, or take its access away.",
        {"actor": actor, "outcome": outcome, "times": count, "actions": _first(actions)},
    )


def _first(actions: Mapping[str, int]) -> Sequence[str]:
    return list(actions)[:10]
