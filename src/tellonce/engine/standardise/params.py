"""What the standardise stage may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StandardiseParams:
    """Parameters of the stage; everything not given is decided from the data of each source.

    regions      source -> ISO 3166 alpha-2 country its phone numbers and addresses default to
    day_first    source -> whether 03/04/1980 is the third of April there
    weak_share   share of a source's birth dates on one day of the year (such as 1 January) above
                 which that day is taken for a default and only the year is kept
    """

    regions: Mapping[str, str] = field(default_factory=dict)
    day_first: Mapping[str, bool] = field(default_factory=dict)
    weak_share: float = 0.2
