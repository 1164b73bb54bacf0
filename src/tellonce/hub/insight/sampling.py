"""The verified sample: golden values drawn at random, and what people who know say of them.

A sample is stratified by attribute: of each that matters as many are drawn. Who is drawn follows
from the sample's seed and from who is there, so a draw can be checked. The values themselves are
not kept with it: who answers sees the golden record of now, under policy.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Count

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Unknown, WrongCall
from tellonce.hub.core.ids import new_id
from tellonce.hub.customers.golden import open_values
from tellonce.hub.insight.declared import GROUPS, declared
from tellonce.hub.insight.figures import customer_having, fill_counts, follow_golden
from tellonce.hub.insight.models import Sample, SampledValue
from tellonce.hub.insight.types import Asked, DrawnValue, SampleView
from tellonce.hub.vault.services import content_hash

ANSWERS = (SampledValue.RIGHT, SampledValue.WRONG, SampledValue.UNKNOWN)
STEWARD, CUSTOMER = "steward", "customer"
SAID_BY = (STEWARD, CUSTOMER)
MAY_ANSWER = ("steward", "representative", "admin")
MAY_DRAW = ("steward", "officer", "manager", "admin")
_DRAW, _ANSWER = "sample.draw", "sample.answer"
_MOST = 5_000


def draw_sample(size: int, *, by: Actor, seed: str = "") -> SampleView:
    """Draw values for people to confirm, spread evenly over the attributes that matter; audited.

    `seed`: the same seed over the same customers draws the same. Raises `Refused`, and `WrongCall`
    where there is nothing to draw from.
    """
    refuse_unless(by, MAY_DRAW, _DRAW, may_not="draw a sample", hint="Ask a steward or a manager.")
    if not 0 < size <= _MOST:
        raise WrongCall(f"A sample of {size:,} is not drawn.", hint=f"Draw 1 to {_MOST:,} values.")
    follow_golden()
    return drawn_sample(size, by.id, seed or new_id("sed"))


def drawn_sample(size: int, author: str, seed: str) -> SampleView:
    """`draw_sample` for who has been let do it; the figures are up to date."""
    _, counts = fill_counts()
    population = {name: counts[name] for name in declared().attributes if counts[name]}
    if not population:
        raise WrongCall("There is no value to draw.", hint="Load records first.")
    now = clock.now()
    with transaction.atomic():
        sample = Sample(
            public_id=new_id("sam"), seed=seed, population=population, author=author, drawn_at=now
        )
        sample.save(force_insert=True)
        SampledValue.objects.bulk_create(list(_drawn(sample, size)))
        record_act(Act(_DRAW, author, target=sample.public_id, details={"values": size}))
    return sample_view(sample)


def _drawn(sample: Sample, size: int) -> Iterator[SampledValue]:
    chance = random.Random(hashlib.sha256(sample.seed.encode()).digest())
    population = sorted(sample.population.items())
    for place, (name, count) in enumerate(population):
        wanted = size // len(population) + (place < size % len(population))
        for at in sorted(chance.sample(range(count), min(wanted, count))):
            if (found := customer_having(name, at)) is not None:
                yield SampledValue(
                    public_id=new_id("val"),
                    sample=sample,
                    customer_id=found[0],
                    attribute=name,
                    digest=_digest(found[0], name),
                )


def _digest(customer: int, name: str) -> bytes:
    """A keyed hash of what the golden record says of an attribute."""
    said = {v.attribute: v.value for v in open_values([customer]).get(customer, ()) if v.rank == 0}
    return content_hash("\0".join(said.get(one, "") for one in GROUPS[name]).encode())[:16]


def answer_value(
    public_id: str, answer: str, *, by: Actor, said_by: str = STEWARD, note: str = ""
) -> DrawnValue:
    """Say of a drawn value that it is right, wrong, or that it cannot be known; audited.

    `said_by`: a steward who looked it up, or the customer, who was asked. Raises `Refused`,
    `Unknown`, `WrongCall` for another word, and `Conflict` where it was answered already, or where
    the golden record has changed since: then it is withdrawn, and counts neither way.
    """
    hint = "Ask a steward or a representative."
    refuse_unless(by, MAY_ANSWER, _ANSWER, may_not="answer for a sampled value", hint=hint)
    if answer not in ANSWERS or said_by not in SAID_BY:
        raise WrongCall(
            "This is no answer.", hint=f"Say {', '.join(ANSWERS)}, by a {' or a '.join(SAID_BY)}."
        )
    with transaction.atomic():
        row = _row(public_id)
        if row.state != SampledValue.OPEN:
            raise Conflict(f"This value is {row.state} already.", hint="Take one that is open.")
        changed = bytes(row.digest) != _digest(row.customer_id, row.attribute)
        row.state = SampledValue.WITHDRAWN if changed else answer
        row.said_by, row.answered_by, row.answered_at = said_by, by.id, clock.now()
        row.note = note[:255]
        row.save()
        act = Act(
            _ANSWER,
            by.id,
            target=row.public_id,
            subjects=(row.customer.public_id,),
            fields=(row.attribute,),
            details={"answer": row.state},
        )
        record_act(act)
    if changed:
        raise Conflict(
            "The value has changed since it was drawn; it was withdrawn and counts neither way.",
            hint="Take the next one.",
        )
    return _view(row)


def value_named(public_id: str) -> DrawnValue:
    """One drawn value; raises `Unknown`."""
    return _view(_row(public_id))


def drawn_values(
    *, state: str = SampledValue.OPEN, limit: int = 50, by: Actor | None = None
) -> list[DrawnValue]:
    """Drawn values in a state, those first that wait longest; of `by` those of attributes of which
    he sees something.
    """
    rows = SampledValue.objects.filter(state=state).select_related("sample", "customer")
    hidden = [name for name in GROUPS if Asked(by=by).hides(name)]
    rows = rows.exclude(attribute__in=hidden) if hidden else rows
    return [_view(row) for row in rows.order_by("id")[:limit]]


def samples(limit: int = 20) -> list[SampleView]:
    """The samples, the newest first."""
    return [sample_view(row) for row in Sample.objects.order_by("-id")[:limit]]


def sample_is_due(days: int) -> bool:
    """Whether the last sample was drawn so many days ago, or there was none."""
    last = Sample.objects.order_by("-id").first()
    return last is None or clock.now() - last.drawn_at >= timedelta(days=days)


def sample_view(row: Sample) -> SampleView:
    """A sample as it may leave the app."""
    states = dict(row.values_drawn.values_list("state").annotate(Count("id")))
    return SampleView(
        row.public_id, row.seed, row.drawn_at, sum(states.values()), states, row.population
    )


def answers_between(since: object, until: object) -> Sequence[tuple[str, str, int]]:
    """(attribute, state, how many) of the values answered in this time."""
    rows = SampledValue.objects.filter(answered_at__gte=since, answered_at__lt=until)
    return list(rows.values_list("attribute", "state").annotate(Count("id")).order_by("attribute"))


def _row(public_id: str) -> SampledValue:
    rows = SampledValue.objects.select_related("sample", "customer").select_for_update(of=("self",))
    row = rows.filter(public_id=public_id).first() if public_id else None
    if row is None:
        raise Unknown(
            f"There is no sampled value '{public_id[:40]}'.", hint="See `tellonce quality sample`."
        )
    return row


def _view(row: SampledValue) -> DrawnValue:
    return DrawnValue(
        id=row.public_id,
        sample=row.sample.public_id,
        customer=row.customer.public_id,
        attribute=row.attribute,
        state=row.state,
        drawn_at=row.sample.drawn_at,
        said_by=row.said_by,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        note=row.note,
    )
