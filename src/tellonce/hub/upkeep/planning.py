"""Whom to ask what: one question a person, the most valuable one, where it may be asked at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.customers.kin import kin_of
from tellonce.hub.customers.selectors import customers_exactly
from tellonce.hub.policy.decide import decide
from tellonce.hub.policy.types import Action, Facts
from tellonce.hub.upkeep.ageing import unit_named
from tellonce.hub.upkeep.blocking import blocked
from tellonce.hub.upkeep.declared import policy_in_force
from tellonce.hub.upkeep.facts import facts_of
from tellonce.hub.upkeep.models import Nudge
from tellonce.hub.upkeep.selectors import ages_of, stale_customers
from tellonce.hub.upkeep.types import Aged, NudgePolicy, StaleCustomer

CHANNELS = ("email", "phone")
FORBIDDEN = "policy or consent forbids it"
ASKED_LATELY = "asked lately"
NO_CHANNEL = "no e-mail or phone"
OPEN = "only values that a correction is open on, or none that is stale"
WORTH_LITTLE = "an answer would be worth too little"
_PAGE = 100
_SEEN_AT_MOST = 20  # pages looked through for one question that may be asked


@dataclass(frozen=True)
class Question:
    """One question to one customer (row id and public id)."""

    row: int
    customer: str
    version: int
    unit: str
    score: float
    worth: float
    channel: str


@dataclass(frozen=True)
class Plan:
    """Questions that may be asked, and of the customers looked at how many may not, by reason."""

    questions: tuple[Question, ...]
    passed_over: Mapping[str, int]


def planned(limit: int, *, by: Actor) -> Plan:
    """The questions that may be asked now, those of most worth first; nothing is written.

    They are looked for among those who are most overdue.
    """
    found: list[Question] = []
    passed_over: Counter[str] = Counter()
    cursor = ""
    for _ in range(_SEEN_AT_MOST + limit // _PAGE):
        page = stale_customers(limit=_PAGE, cursor=cursor)
        for one in _questions(page.customers, by):
            if isinstance(one, str):
                passed_over[one] += 1
            else:
                found.append(one)
        cursor = page.next
        if not cursor or len(found) >= limit:
            break
    found.sort(key=lambda one: (-one.worth, one.row))
    return Plan(tuple(found[:limit]), dict(passed_over.most_common()))


def question_now(customer: str, *, by: Actor) -> Question | None:
    """The question a customer may be asked at this moment; None where there is none."""
    (found,) = _questions((StaleCustomer(customer, clock.now(), ()),), by)
    return None if isinstance(found, str) else found


def was_asked(customer: int, quiet_days: int) -> bool:
    """Whether this person was asked within so many days, whichever customer he was then."""
    since = clock.now() - timedelta(days=quiet_days)
    asked = Nudge.objects.filter(asked_at__gt=since)
    return asked.exists() and asked.filter(customer_id__in=kin_of(customer, since)).exists()


def _questions(customers: tuple[StaleCustomer, ...], by: Actor) -> Iterator[Question | str]:
    """The question to each, or why there is none."""
    rules = policy_in_force().nudges
    views = {one.public_id: one for one in customers_exactly([c.customer for c in customers])}
    views = {name: one for name, one in views.items() if one.retired_at is None}
    facts = facts_of([one.id for one in views.values()], with_consents=True)
    blocks = blocked(list(views))
    for one in customers:
        view = views.get(one.customer)
        if view is None or not _may_ask(facts.get(view.id), rules, by):
            yield FORBIDDEN
        elif was_asked(view.id, rules.quiet_days):
            yield ASKED_LATELY
        else:
            apart = {unit_named(attribute) for attribute in blocks.get(one.customer, ())}
            best = _best(ages_of(view.id, view.version), apart)
            if isinstance(best, str):
                yield best
            elif best[1] < rules.least:
                yield WORTH_LITTLE
            else:
                aged, worth, channel = best
                yield Question(
                    view.id, one.customer, view.version, aged.unit, aged.score, worth, channel
                )


def _may_ask(facts: Facts | None, rules: NudgePolicy, by: Actor) -> bool:
    """Whether policy lets him be dealt with for this purpose, and he has not said no to it."""
    if facts is None or facts.consents.get(rules.purpose) is False:
        return False
    return not decide(by, Action.REQUEST, "", rules.purpose, facts).denied


def _best(ages: Mapping[str, Aged], apart: set[str]) -> tuple[Aged, float, str] | str:
    """The stale value whose confirmation is worth most, its worth, and the channel to ask by; else
    why there is none.
    """
    reach = {name: 1 - ages[name].score / 100 for name in CHANNELS if name in ages}
    if not reach:
        return NO_CHANNEL
    channel = max(reach, key=lambda name: reach[name])
    asked = [one for one in ages.values() if one.stale and one.unit not in apart]
    if not asked:
        return OPEN
    best = max(asked, key=lambda one: (one.score * one.importance, one.unit))
    return best, round(best.score * best.importance * reach[channel], 2), channel
