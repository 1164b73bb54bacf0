"""When the model's own estimate of precision and recall should not be trusted, and why.

What the estimates rest on is that agreement of independent attributes is what the model takes it
for. Each doubt is a sign, seen without labels, that it may not be so.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.score.comparisons import ADDRESS, GIVEN, IDENTIFIER, PHONE
from tellonce.engine.score.priors import MOST_DIFFERENT, shipped

FEW = 300  # records, below which a share of pairs says little
ORGANISATIONS = 0.1  # share of records that name one
CROWDED = 2.0  # relatives a match, from which on look-alikes abound
APART = 0.3, 0.4  # of matches that have them: addresses far apart, phones different
AT_LIMIT = 0.98  # of what is believed to differ at most, from which on more may differ
ELSEWHERE = ("addresses", "phones", "emails", "identifiers")  # what twins need not share
MISSED = 0.04  # share of matches that no key proposes, from which on more may be missing unseen


def doubts(records: pa.Table, model: ScoreModel, clusters: pa.Table) -> tuple[str, ...]:
    """Reasons, in words, to take the estimates for RECORDS under a model, which made these
    CLUSTERS of them, as rough; empty: none.
    """
    rows = records.num_rows
    named = int(pc.sum(pc.greater(pc.list_value_length(records["organisations"]), 0)).as_py() or 0)
    differing, renamed = (
        bool(model.m) and model.m[of][level] >= AT_LIMIT * MOST_DIFFERENT[name]
        for of, level, name in ((IDENTIFIER, 3, "identifier"), (GIVEN, 6, "given_name"))
    )
    apart = model.m and (sum(model.m[ADDRESS][6:8]) > APART[0] or model.m[PHONE][3] > APART[1])
    found = (
        (rows < FEW, "there are few records"),
        (
            model.m == shipped(rows, model.others).m,
            "no pairs were found from which to learn what matches have in common",
        ),
        (pc.count_distinct(clusters["cluster"]).as_py() == rows, "nothing was linked"),
        (named > ORGANISATIONS * rows, "organisations share names, numbers and addresses"),
        (model.others_worth == 1.0, "there are no names to compare"),
        (model.relatives > CROWDED * model.prior, "there are more relatives than matches"),
        (differing, "records that look like one customer have different identifiers"),
        (
            renamed and not _any(records, *ELSEWHERE),
            "given names differ, and nothing but names and birth dates tells twins from slips",
        ),
        (bool(apart), "many that look like one customer share neither address nor phone"),
        (model.unseen > MISSED, "many matches are found by one blocking key alone"),
    )
    return tuple(why for holds, why in found if holds)


def _any(records: pa.Table, *columns: str) -> bool:
    """Whether some record has a value in one of these list columns."""
    return any((pc.max(pc.list_value_length(records[name])).as_py() or 0) > 0 for name in columns)
