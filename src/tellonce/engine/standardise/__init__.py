"""Stage 1: columns recognised, values parsed and cleaned (RECORDS), then in normal form
(COMPARABLE).
"""

from tellonce.engine.standardise.columns import Column, Mapping, Recognition, recognise
from tellonce.engine.standardise.comparable import comparable
from tellonce.engine.standardise.few import comparable_row
from tellonce.engine.standardise.params import StandardiseParams
from tellonce.engine.standardise.phonetics import phonetic
from tellonce.engine.standardise.placeholders import Placeholder
from tellonce.engine.standardise.records import Standardised, records
from tellonce.engine.standardise.variants import variant_groups

__all__ = [
    "Column",
    "Mapping",
    "Placeholder",
    "Recognition",
    "StandardiseParams",
    "Standardised",
    "comparable",
    "comparable_row",
    "phonetic",
    "recognise",
    "records",
    "variant_groups",
]
