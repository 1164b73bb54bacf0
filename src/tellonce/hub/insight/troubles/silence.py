"""A source that is silent, or late: by its schedule, else by the rhythm it has had so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from tellonce.hub.core import clock
from tellonce.hub.insight.types import Trouble
from tellonce.hub.jobs.services import parse_rule
from tellonce.hub.sources.rhythm import RunFact, ended_runs
from tellonce.hub.sources.selectors import sources

SEEN = timedelta(days=60)
LEARNING = timedelta(days=15)
"""How long a source must have been seen before its rhythm is known: two weekends."""

FEWEST_DAYS = 5
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_MANY = 20


def silent_sources() -> list[Trouble]:
    """Sources that should have delivered by now."""
    now = clock.now()
    runs = {
        name: list(found)
        for name, found in groupby(ended_runs(now - SEEN), key=lambda run: run.source)
    }
    troubles = []
    for source in sources():
        found = runs.get(source.name, [])
        good = sorted(run.started_at for run in found if run.good)
        if source.config.schedule:
            trouble = _late(source.name, source.config.schedule, source.created_at, found, now)
        else:
            trouble = _silent(source.name, good, now)
        troubles += [trouble] if trouble else []
    return troubles


def longest_usual_silence(starts: Sequence[datetime], now: datetime) -> timedelta | None:
    """For how long a source may be silent before it is news; None where its rhythm is not known.

    `starts`: when it delivered, in order. Of each day the longest pause that ended on it is looked
    at; the longest of these (of twenty and more the second longest, so that one outage does not
    teach that it is usual), and half as much again, is usual.
    """
    pauses: dict[object, timedelta] = {}
    for before, after in pairwise(starts):
        day = after.date()
        pauses[day] = max(pauses.get(day, timedelta(0)), after - before)
    days = {start.date() for start in starts}
    if len(days) < FEWEST_DAYS or starts[-1] - starts[0] < LEARNING or not pauses:
        return None
    ordered = sorted(pauses.values())
    usual = ordered[-2] if len(ordered) >= _MANY else ordered[-1]
    return max(usual * 1.5, usual + _HOUR)


def _silent(name: str, starts: Sequence[datetime], now: datetime) -> Trouble | None:
    if not starts:
        return None
    usual, silence = longest_usual_silence(starts, now), now - starts[-1]
    if usual is None or silence <= usual:
        return None
    return Trouble(
        name,
        "high" if silence > 3 * usual else "medium",
        f"{name} has delivered nothing for {in_words(silence)}; "
        f"it was never silent for more than about {in_words(usual / 1.5)}.",
        f"Ask who runs {name} whether its export still runs: tellonce source runs {name}.",
        {"source": name, "last_at": starts[-1].isoformat(), "usual_hours": usual / _HOUR},
    )


def _late(
    name: str, rule: str, created: datetime, found: Sequence[RunFact], now: datetime
) -> Trouble | None:
    """Late is a scheduled source that has not come to a good end half a period, and at least an
    hour, after it was due.
    """
    good = [run.started_at for run in found if run.good]
    last = max(good, default=created)
    parsed = parse_rule(rule)
    due = parsed.after(last)
    if now <= due + max(_HOUR, parsed.period(due) / 2):
        return None
    failed = [run for run in found if not run.good and run.started_at > last]
    why = f" Its last run failed: {failed[-1].trouble}" if failed else " No run has begun since."
    advice = (
        f"See what went wrong: tellonce source runs {name}."
        if failed
        else "See whether a worker is at work: tellonce doctor."
    )
    return Trouble(
        name,
        "high" if len(failed) > 2 or now - due > 3 * parsed.period(due) else "medium",
        f"{name} is late: it was due {in_words(now - due)} ago.{why}",
        advice,
        {"source": name, "due_at": due.isoformat(), "failed_runs": len(failed)},
    )


def in_words(span: timedelta) -> str:
    """About how long: 3 days, 5 hours, 20 minutes."""
    for unit, word in ((_DAY, "day"), (_HOUR, "hour"), (timedelta(minutes=1), "minute")):
        if span >= 2 * unit or (span >= unit and word != "day"):
            count = round(span / unit)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "a minute"
