"""How long what waits for a person has waited."""

from __future__ import annotations

from datetime import datetime, timedelta

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.core.clock import iso
from tellonce.hub.corrections.late_returns import late_returns
from tellonce.hub.corrections.selectors import correction_figures, waiting_corrections
from tellonce.hub.insight.models import SampledValue
from tellonce.hub.insight.types import Asked, Evidence, Measured, Part, Window
from tellonce.hub.matching.acts import proposals_since
from tellonce.hub.matching.reviews import review_totals
from tellonce.hub.policy.seeing import at_best
from tellonce.hub.policy.types import Answer
from tellonce.hub.quality.selectors import quarantine_age
from tellonce.hub.quality.showing_counts import may_keep_out_unseen

Queue = tuple[int, datetime | None]
"""How many wait, and since when the oldest does."""

COMMANDS = {
    "reviews": "tellonce review list --order age",
    "proposals": "tellonce acts list",
    "corrections": "tellonce correction list",
    "returns": "tellonce correction tasks --state ''",
    "quarantine": "tellonce quarantine list",
    "sample": "tellonce quality sample",
}
"""Where each queue is worked on."""


def queues(by: Actor | None = None) -> dict[str, Queue]:
    """Each queue of people: doubtful matches, acts that need a second person, corrections, tasks of
    giving back past their deadline, rows in quarantine, sampled values. `by`: without what he does
    not see.
    """
    reviews, quarantine = review_totals(), quarantine_age()
    found = {
        "reviews": (reviews.apart + reviews.together, reviews.oldest),
        "proposals": proposals_since(),
        "corrections": _corrections() if by is None else waiting_corrections(by),
        "returns": late_returns(by),
        "quarantine": (quarantine.waiting, quarantine.oldest),
        "sample": _sample(),
    }
    hidden = set() if by is None else _hidden_from(by)
    return {name: queue for name, queue in found.items() if name not in hidden}


def _corrections() -> Queue:
    now = clock.now()
    found = correction_figures(now)
    days = found.queue_days_oldest
    return found.queue, None if days is None else now - timedelta(days=days)


def _sample() -> Queue:
    rows = SampledValue.objects.filter(state=SampledValue.OPEN).select_related("sample")
    first = rows.order_by("id").first()
    return rows.count(), first.sample.drawn_at if first else None


def _hidden_from(by: Actor) -> set[str]:
    """Queues whose length would tell `by` of what he does not see: rows that a rule keeps out of
    which he may read no line, pairs of which identifiers may be what is alike.
    """
    hidden = {"reviews"} if at_best(by, "identifier") is Answer.DENY else set()
    return hidden | ({"quarantine"} if may_keep_out_unseen(by) else set())


def measure_queue_age(window: Window, by: Actor | None = None) -> Measured:
    """The age of what waits longest, in days; 0 where nothing waits. `by`: as in `queues`."""
    found = queues(by).items()
    parts = tuple(Part(name, _days(oldest, window.until), count) for name, (count, oldest) in found)
    ages = [part.value for part in parts if part.value is not None]
    return Measured(Part("", max(ages), sum(part.evidence for part in parts)), parts)


def waiting_queues(window: Window, asked: Asked) -> Evidence:
    """Each queue, how many wait in it and since when, and where it is worked on."""
    rows = [
        {
            "queue": name,
            "waiting": count,
            "since": iso(oldest) if oldest else None,
            "see": COMMANDS[name],
        }
        for name, (count, oldest) in queues(asked.by).items()
        if asked.part in ("", name)
    ]
    return Evidence(tuple(rows))


def _days(oldest: datetime | None, now: datetime) -> float:
    return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds() / 86_400)
