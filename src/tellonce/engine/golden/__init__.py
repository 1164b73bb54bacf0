"""CLUSTERS + RECORDS -> GOLDEN: one surviving value per attribute, which can account for itself.

rules.py       what decides (GoldenRules), and steward overrides
candidates.py  what the records state, one row a value
survive.py     which values survive, ranked
lineage.py     why a value won and how sure we are of it
override.py    steward overrides in place of what survived
few.py         the same for few records, one by one; stated.py is what one of them states
merge.py       the stage: slice by slice of whole clusters
"""

from tellonce.engine.golden.merge import golden
from tellonce.engine.golden.rules import (
    ATTRIBUTES,
    GoldenRules,
    Override,
    SourceTrust,
    Survivorship,
)

__all__ = ["ATTRIBUTES", "GoldenRules", "Override", "SourceTrust", "Survivorship", "golden"]
