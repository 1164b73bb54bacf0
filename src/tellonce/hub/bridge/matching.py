"""Search before create: which of the held records one may belong with, explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tellonce.engine.explaining import explain
from tellonce.engine.placing import candidates
from tellonce.engine.settings import link_cut
from tellonce.hub.bridge.held import Held
from tellonce.hub.bridge.holdings import Holdings
from tellonce.hub.bridge.resolution import model_of, settings_of
from tellonce.hub.bridge.rows import records_table
from tellonce.hub.bridge.types import ResolutionRules

LEAST = 0.05
"""Match probability below which a record is not shown as a candidate."""


@dataclass(frozen=True)
class Reason:
    """What one comparison says, without the values: evidence in bits (log2), for or against."""

    comparison: str
    words: str
    bits: float


@dataclass(frozen=True)
class Candidate:
    """A held record (row id) that may be of the same customer; `linked`: it would be linked."""

    record: int
    match_weight: float
    probability: float
    linked: bool
    reasons: tuple[Reason, ...]


def link_cut_of(rules: ResolutionRules) -> float:
    """The match probability from which on the adopted model links two records."""
    model = model_of(rules)
    assert model is not None
    return link_cut(settings_of(rules), model)


def compared_pair(one: str, other: str, rules: ResolutionRules) -> tuple[Reason, ...]:
    """What each comparison says of two records given as JSON, without their values."""
    model = model_of(rules)
    assert model is not None
    why = explain(records_table([one, other]), model, rules.hash_key)
    return tuple(Reason(s.comparison, s.words, s.all_bits) for s in why.compared())


def candidates_of(
    document: str, holdings: Holdings, rules: ResolutionRules, limit: int
) -> Sequence[Candidate]:
    """The likeliest candidates of a record given as JSON, likeliest first."""
    model, settings = model_of(rules), settings_of(rules)
    assert model is not None
    held = Held(holdings, model, settings)
    asked = records_table([document])
    found = candidates(asked, held, model, settings, LEAST)[:limit]
    ids = held.ids_of([name for name, _, _ in found])
    texts = holdings.documents(ids)
    made = []
    for record, (_, weight, probability) in zip(ids, found, strict=True):
        why = explain(records_table([document, texts[record]]), model, settings.hash_key)
        reasons = tuple(Reason(s.comparison, s.words, s.all_bits) for s in why.compared())
        made.append(Candidate(record, weight, probability, probability >= why.link, reasons))
    return made
