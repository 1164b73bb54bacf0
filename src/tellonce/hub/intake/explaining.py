"""Why two of the hub's records are, or are not, taken for one customer's."""

from __future__ import annotations

from tellonce.hub.bridge.resolution import explain_pair
from tellonce.hub.bridge.types import Explained, ResolutionRules
from tellonce.hub.core.errors import Unknown
from tellonce.hub.intake.types import RecordName
from tellonce.hub.matching.selectors import adopted_model
from tellonce.hub.sources.selectors import record_ids, record_texts
from tellonce.hub.vault.services import hash_key


def explain_records(left: RecordName, right: RecordName) -> Explained:
    """What speaks for and against two records, each named (source, record id), being one person's.

    Under the adopted model, else the shipped one. The explanation shows values of both records:
    whoever calls this has checked that they may be seen. Raises `Unknown`.
    """
    ids = record_ids([left, right])
    texts = record_texts(ids.values())
    for name in (left, right):
        if ids.get(name) not in texts:
            raise Unknown(
                f"There is no record {':'.join(name)}.", hint="Name it as SOURCE:ID, its own id."
            )
    model = adopted_model()
    rules = ResolutionRules(model=model.document if model else None, hash_key=hash_key())
    one, other = (text.document for text in (texts[ids[left]], texts[ids[right]]))
    return explain_pair(one, other, rules)
