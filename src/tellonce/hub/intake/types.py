"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tellonce.hub.matching.types import StoredAct

RecordName = tuple[str, str]
"""(source, record id)"""


@dataclass(frozen=True)
class ActDone:
    """What an act of a person brought about, customers by public id.

    `act.state` is proposed where it moves more records than one person may: then nothing is changed
    yet. `customers` hold the records it was about now. `merged`: id -> the id it leads to now;
    `split`: id -> the ids that took records from it; `taken`: of these, how many each took;
    `restored` are in use again.
    """

    act: StoredAct
    customers: Sequence[str]
    created: Sequence[str] = ()
    merged: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, Sequence[str]] = field(default_factory=dict)
    restored: Sequence[str] = ()
    removed: Sequence[str] = ()
    taken: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def proposed(self) -> bool:
        """Whether another person must approve it first."""
        return self.act.state == "proposed"
