"""Which held records one that is not held may belong with: search before create."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing.arrival import arrival
from tellonce.engine.placing.lookup import Identity, Lookup
from tellonce.engine.placing.scorer import Scorer
from tellonce.engine.settings import Settings, under_key


def candidates(
    records: pa.Table, lookup: Lookup, model: MatchModel, settings: Settings, least: float
) -> list[tuple[Identity, float, float]]:
    """Held records that a row of RECORDS is a candidate with, at a match probability of at least
    `least`: (record, match weight, probability), likeliest first. Nothing is changed.
    """
    model = under_key(model, settings.hash_key)
    asked = arrival(records, model, settings)
    scorer = Scorer(asked, lookup, model, replace(settings, review=least))
    found = {}
    for edge in scorer.edges(frozenset()):
        for one in edge[:2]:
            if one not in asked.row:
                found[one] = (edge.match_weight, edge.probability)
    return sorted(
        ((one, *figures) for one, figures in found.items()), key=lambda row: (-row[2], row[0])
    )
