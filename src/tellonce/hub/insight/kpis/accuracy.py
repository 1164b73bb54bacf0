"""How many golden values are right, by what people said of a random sample of them."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Case, IntegerField, Value, When

from tellonce.hub.core.clock import iso
from tellonce.hub.insight.declared import NAMES
from tellonce.hub.insight.figures import fill_counts
from tellonce.hub.insight.intervals import stratified, wilson
from tellonce.hub.insight.kpis.completeness import row_id
from tellonce.hub.insight.models import SampledValue
from tellonce.hub.insight.sampling import answers_between
from tellonce.hub.insight.types import Asked, Evidence, Measured, Part, Window

RIGHT, WRONG = SampledValue.RIGHT, SampledValue.WRONG


def measure_accuracy(window: Window) -> Measured:
    """The stratified estimate with its interval; a part for each attribute that was answered."""
    told: dict[str, dict[str, int]] = defaultdict(dict)
    for attribute, state, count in answers_between(window.since, window.until):
        told[attribute][state] = count
    _, population = fill_counts()
    strata = [
        (name, states.get(RIGHT, 0), states.get(RIGHT, 0) + states.get(WRONG, 0))
        for name, states in sorted(told.items())
    ]
    found = stratified([(right, of, population.get(name, 0)) for name, right, of in strata])
    if found is None:
        return Measured.nothing("No sampled value was answered yet: `tellonce quality sample`.")
    parts = [Part(name, right / of, of, *wilson(right, of)) for name, right, of in strata if of]
    return Measured(Part("", found.value, found.of, found.low, found.high, _left(told)), (*parts,))


def _left(told: dict[str, dict[str, int]]) -> str:
    """What was answered and says neither right nor wrong."""
    unknown, withdrawn = (
        sum(states.get(state, 0) for states in told.values())
        for state in (SampledValue.UNKNOWN, SampledValue.WITHDRAWN)
    )
    if not unknown + withdrawn:
        return ""
    return f"Left out: {unknown:,} that could not be known, {withdrawn:,} that had changed."


def sampled_values(window: Window, asked: Asked) -> Evidence:
    """Answered values, those that were wrong first; without the values themselves."""
    rows = SampledValue.objects.filter(answered_at__gte=window.since).exclude(
        state=SampledValue.OPEN
    )
    rows = rows.filter(attribute=asked.part) if asked.part else rows
    rows = rows.exclude(attribute__in=[name for name in NAMES if asked.hides(name)])
    wrong_first = Case(When(state=WRONG, then=Value(0)), default=Value(1), output_field=_WHOLE)
    begin = row_id(asked.cursor)
    found = list(
        rows.order_by(wrong_first, "-answered_at", "-id").select_related("customer")[
            begin : begin + asked.limit
        ]
    )
    return Evidence(
        tuple(
            {
                "value": row.public_id,
                "customer": row.customer.public_id,
                "attribute": row.attribute,
                "answer": row.state,
                "said_by": row.said_by,
                "at": iso(row.answered_at) if row.answered_at else None,
            }
            for row in found
        ),
        str(begin + len(found)) if len(found) == asked.limit else "",
    )


_WHOLE = IntegerField()
