"""Why a value won and how sure we are of it.

Confidence. Each record that states a value is evidence of strength ``e = trust * membership``:
trust in its source for the attribute (`VERIFIED_TRUST` at least where the person confirmed it)
times the confidence of its membership in the cluster, at most `STRONGEST`. Evidence is taken as
independent, so a value with support ``S = 1 - product(1 - e)`` over the records that agree has the
odds ``o = S / (1 - S)``. Where only one value can be true, its confidence is
``o / (1 + sum of the odds of all values stated)``: one source of trust .8 gives .8, two that agree
.96, two against one .83, one against one .44. Of an attribute that changes in a life (recency
stands before frequency in its rule), what was observed before the golden value was first stated
does not count against it: it was true in its time. Where several values can be true at once
(e-mails, phones, identifiers, organisations) they do not compete and confidence is ``S``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

VERIFIED_TRUST = 0.99
STRONGEST = 0.999
LEAST_DOUBT = 500.0  # in -ln(1 - S): what hundreds of records agree on is as sure as it gets

ONLY = "only"  # no other value was stated
ORDER = "order"  # no criterion tells the two apart: the smaller (source, record_id) wins
OVERRIDE = "steward"  # a steward set it
REASONS = (
    ONLY,
    ORDER,
    "verified",
    "trust",
    "kind",
    "validity",
    "completeness",
    "recency",
    "frequency",
    OVERRIDE,
)
"""What the `rule` column of GOLDEN may say: a criterion of `rules.CRITERIA` or one of the above."""


def doubt(trust: Floats, membership: Floats) -> Floats:
    """-ln(1 - e) of each record; summed over those that agree it gives -ln(1 - S)."""
    evidence: Floats = -np.log1p(-np.clip(trust * membership, 0.0, STRONGEST))
    return evidence


def confidence(summed: Floats, group: Ints, competing: bool) -> Floats:
    """Confidence of each distinct value from its summed `doubt`; `group` numbers what competes."""
    support: Floats = -np.expm1(-summed)
    if not competing or not len(summed):
        return support
    odds = np.expm1(np.minimum(summed, LEAST_DOUBT))
    order = np.lexsort((odds, group))  # a sum of floats must not depend on what stands elsewhere
    rivals = np.bincount(group[order], weights=odds[order])
    rated: Floats = odds / (1.0 + rivals[group])
    return rated


def deciding(
    standing: Mapping[str, Ints], order: Sequence[str], winner: Ints, runner_up: Ints
) -> Ints:
    """Index into REASONS of the first criterion of `order` that tells winner from runner-up.

    `winner` and `runner_up` index the arrays of `standing`; a runner-up of -1 means none.
    """
    reason = np.full(len(winner), REASONS.index(ORDER), dtype=np.int64)
    for criterion in reversed(order):
        stands = standing[criterion]
        differs = stands[winner] != stands[runner_up]
        reason[differs] = REASONS.index(criterion)
    reason[runner_up < 0] = REASONS.index(ONLY)
    return reason
