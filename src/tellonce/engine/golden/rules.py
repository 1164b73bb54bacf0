"""What decides which value of a customer survives: parameters of the golden stage, JSON-able."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tellonce.engine.errors import ModelError
from tellonce.engine.units import UNITS

CRITERIA = ("verified", "trust", "kind", "validity", "completeness", "recency", "frequency")
"""What a survivorship order may list; how a candidate stands on each:

verified      its source holds what the person himself confirmed
trust         how far its source is trusted for this attribute
kind          a main name or address stands before a former, alias or mailing one
validity      a checked value before an unchecked one before a failed one; no doubt which is the day
completeness  how many of the parts that matter are there (given, family; street, number, place)
recency       the record's own observed-at; a record without one is the oldest; never arrival
frequency     how many records of the customer say the same
"""

ATTRIBUTES = (
    *UNITS["name"],
    *UNITS["organisation"],
    *UNITS["birth_date"],
    *UNITS["gender"],
    *UNITS["email"],
    *UNITS["phone"],
    *UNITS["address"],
)
"""The named attributes of GOLDEN, in the order their rows stand in."""


@dataclasses.dataclass(frozen=True)
class Survivorship:
    """The rule of one attribute.

    `attribute` is a unit (`UNITS`), "identifier" or "other" for all of those, or the kind of one
    identifier or the name of one other attribute. `order` lists criteria, the first that tells two
    values apart decides. `keep` is how many values survive; None keeps all, best first.
    """

    attribute: str
    order: tuple[str, ...]
    keep: int | None = 1

    def __post_init__(self) -> None:
        """Refuse an order that names an unknown criterion."""
        for criterion in self.order:
            if criterion not in CRITERIA:
                raise ModelError(
                    f"Survivorship of {self.attribute!r} names the criterion {criterion!r}.",
                    f"Use only {', '.join(CRITERIA)}.",
                )

    @property
    def changing(self) -> bool:
        """Whether the newest stands before the most frequent: the attribute changes in a life."""
        asked = [name for name in self.order if name in ("recency", "frequency")]
        return asked[:1] == ["recency"]


@dataclasses.dataclass(frozen=True)
class SourceTrust:
    """How far a source is trusted, from 0 to 1: for one attribute, or for all ("*")."""

    source: str
    trust: float
    attribute: str = "*"


@dataclasses.dataclass(frozen=True)
class Override:
    """A value that a steward set for the customer that record `row` belongs to.

    It wins over every record until `until` (None: for good); of two, the later `decided_at` wins.
    `value` None says that the customer has no such value. Of an attribute that keeps several,
    `instead_of` names the one that is wrong: it goes, the new one takes its place, and the others
    stay. `source` and `record_id` are what lineage shows.
    """

    row: int
    attribute: str
    value: str | None
    decided_at: datetime
    until: datetime | None = None
    instead_of: str | None = None
    source: str | None = None
    record_id: str | None = None


_SETTLED = ("verified", "trust", "validity", "completeness", "frequency", "recency")
_CHANGING = ("verified", "trust", "kind", "completeness", "recency", "frequency")
_CONTACT = ("verified", "trust", "validity", "recency", "frequency")

DEFAULT_SURVIVORSHIP = (
    Survivorship("name", _CHANGING),
    Survivorship("address", _CHANGING),
    Survivorship("birth_date", _SETTLED),
    Survivorship("gender", ("verified", "trust", "frequency", "recency")),
    Survivorship("organisation", ("verified", "trust", "recency", "frequency"), keep=None),
    Survivorship("email", _CONTACT, keep=None),
    Survivorship("phone", _CONTACT, keep=None),
    Survivorship("identifier", ("verified", "trust", "validity", "frequency", "recency"), None),
    Survivorship("other", ("verified", "trust", "recency", "frequency")),
)


@dataclasses.dataclass(frozen=True)
class GoldenRules:
    """Parameters of the golden stage.

    What changes in a life (name, address, contact) follows the newest record, what does not
    (birth date, gender, identifiers) the majority. `default_trust` is the probability that a value
    of a source nobody rated is right; `verified_sources` hold what persons confirmed themselves.
    """

    survivorship: tuple[Survivorship, ...] = DEFAULT_SURVIVORSHIP
    trust: tuple[SourceTrust, ...] = ()
    default_trust: float = 0.8
    verified_sources: tuple[str, ...] = ()

    def rule(self, attribute: str, family: str = "") -> Survivorship:
        """The survivorship declared for `attribute`, else for its `family`, else the default."""
        for wanted in (attribute, family):
            for known in (self.survivorship, DEFAULT_SURVIVORSHIP):
                for rule in known:
                    if rule.attribute == wanted:
                        return rule
        return Survivorship(attribute, ("verified", "trust", "recency", "frequency"))

    def declared(self, attribute: str) -> bool:
        """Whether `attribute` has a survivorship or a trust under its own name."""
        named = {rule.attribute for rule in self.survivorship}
        return attribute in named | {trust.attribute for trust in self.trust}

    def trust_of(self, source: str, attribute: str) -> float:
        """Trust in `source` for `attribute`: the one for just that, else "*", else the default."""
        for wanted in (attribute, "*"):
            for trust in self.trust:
                if trust.source == source and trust.attribute == wanted:
                    return trust.trust
        return self.default_trust

    def to_json(self) -> dict[str, Any]:
        """The rules as plain dicts, lists, strings and numbers."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> GoldenRules:
        """The rules of a document made by `to_json`. Raises ModelError when it does not fit."""
        try:
            survivorship = (
                Survivorship(s["attribute"], tuple(s["order"]), s["keep"])
                for s in document["survivorship"]
            )
            return cls(
                survivorship=tuple(survivorship),
                trust=tuple(SourceTrust(**trust) for trust in document["trust"]),
                default_trust=float(document["default_trust"]),
                verified_sources=tuple(document["verified_sources"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The golden rules of this model cannot be read ({error}).",
                "Write them with GoldenRules.to_json.",
            ) from error
