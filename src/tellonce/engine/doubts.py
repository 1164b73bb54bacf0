"""When the model's own estimate of precision and recall should not be trusted, and why.

What the estimates rest on is that agreement of independent attributes is what the model takes it
for. Each doubt is a sign, seen without labels, that it may not be so.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.score.comparisons import ADDRESS, IDENTIFIER, PHONE
from tellonce.engine.score.priors import MOST_DIFFERENT

FEW = 300  # records, below which a share of pairs says little
ORGANISATIONS = 0.1  # share of records that name one
CROWDED = 2.0  # relatives a match, from which on look-alikes abound
APART = 0.3, 0.4  # of matches that have them: addresses far apart, phones different
MISSED = 0.04  # share of matches that no key proposes, from which on more may be missing unseen


def doubts(records: pa.Table, model: ScoreModel) -> tuple[str, ...]:
    """Reasons, in words, to take the estimates for RECORDS under a model as rough; empty: none."""
    rows = records.num_rows
    named = int(pc.sum(pc.greater(pc.list_value_length(records["organisations"]), 0)).as_py() or 0)
    differing = model.m[IDENTIFIER][3] if model.m else 0.0
    apart = model.m and (sum(model.m[ADDRESS][6:8]) > APART[0] or model.m[PHONE][3] > APART[1])
    found = (
        (rows < FEW, "there are few records"),
        (named > ORGANISATIONS * rows, "organisations share names, numbers and addresses"),
        (model.others_worth == 1.0, "there are no names to compare"),
        (model.relatives > CROWDED * model.prior, "there are more relatives than matches"),
        (
            differing >= 0.98 * MOST_DIFFERENT["identifier"],
            "records that look like one customer have different identifiers",
        ),
        (bool(apart), "many that look like one customer share neither address nor phone"),
        (model.unseen > MISSED, "many matches are found by one blocking key alone"),
    )
    return tuple(why for holds, why in found if holds)
