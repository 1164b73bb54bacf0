"""The kinds of blocking keys, in the order of their specificity.

A pair of records is scored under the first kind it shares a key of. A kind combines features of
units (`unit.feature`, see `features.py`); features of one unit come from the same name, address or
e-mail of a record, features of different units are combined freely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tellonce.engine.block.categories import PARTS, QUARTERS, blocked_on


@dataclass(frozen=True)
class Kind:
    """One kind of key: its name, the features it joins, and the comparisons it blocks on.

    `refine` names the row feature joined to a key whose block is too large.
    """

    name: str
    features: tuple[str, ...]
    blocks_on: frozenset[str]
    refine: str = "born_or_place"

    def blocks_on_with(self, categories: Sequence[str]) -> frozenset[str]:
        """`blocks_on`, and the further attributes it takes, where these are the model's."""
        taken = [f.removeprefix("category.") for f in self.features if f.startswith("category.")]
        return self.blocks_on.union(*(blocked_on(part, categories) for part in taken))

    @property
    def many_keys(self) -> bool:
        """Whether a record has many keys of it: they cost more than the pairs they propose."""
        return any(feature in MANY for feature in self.features)


def _kind(name: str, features: str, blocks_on: str, refine: str = "born_or_place") -> Kind:
    return Kind(name, tuple(features.split()), frozenset(blocks_on.split()), refine)


def _parts_kind(part: str) -> Kind:
    """Three quarters of the further attributes, or two and the birth year."""
    if len(part) == QUARTERS - 1:
        return Kind(f"categories {part}", (f"category.{part}",), frozenset())
    features = (f"category.{part}", "date.year")
    return Kind(f"year+categories {part}", features, frozenset(["birth_date"]))


MANY = ("given.slip", "family.slip")
MOST_ROWS = 100_000  # with more records than this, kinds of many keys are left out
NAMES = "given_name family_name"
KINDS: tuple[Kind, ...] = (
    _kind("identifier", "identifier.value", "identifier", "given"),
    _kind("email", "email.value", "email", "given"),
    _kind("phone", "phone.value", "phone", "given"),
    _kind("family+birth", "name.family_sound date.day", "family_name birth_date", "given"),
    _kind("given+birth", "name.root date.day", "given_name birth_date", "place"),
    _kind("address+given", "address.house name.root", "address given_name"),
    _kind("address+family", "address.house name.family_sound", "address family_name", "given"),
    _kind("birth+place", "date.day address.postal", "birth_date address", "given"),
    _kind("organisation+place", "organisation.sound address.postal", "organisation address"),
    _kind("organisation", "organisation.sound", "organisation", "place"),
    _kind("name+place", "name.root name.family_sound address.postal", f"{NAMES} address"),
    _kind("name+city", "name.root name.family_sound address.city", f"{NAMES} address"),
    _kind("name+year", "name.root name.family_sound date.year", f"{NAMES} birth_date"),
    _kind("mailbox", "email.mailbox", "email", "given"),
    _kind("mailbox+birth", "email.mailbox_head date.year", "email birth_date", "given"),
    _kind("name", "name.sorted", NAMES),
    _kind("house", "address.house", "address", "given"),
    _kind("birth", "date.day", "birth_date", "given"),
    _kind("name head+year", "name.head date.year", f"{NAMES} birth_date"),
    _kind("name head+place", "name.head address.postal", f"{NAMES} address"),
    _kind("family+place", "name.family_sound address.postal", "family_name address", "given"),
    _kind("given+place", "name.root address.postal", "given_name address"),
    _kind("street+given", "address.street name.initial", "address given_name"),
    _kind("street+family", "address.street name.family_initial", "address family_name"),
    _kind("number+family", "address.number name.family_head", "address family_name"),
    _kind("number+given", "address.number name.root", "address given_name"),
    _kind("birth slip+given", "date.slip name.initial", "birth_date given_name", "place"),
    _kind("birth slip+family", "date.slip name.family_initial", "birth_date family_name", "place"),
    _kind("given+city", "name.root address.city", "given_name address"),
    _kind("family+city", "name.family_sound address.city", "family_name address", "given"),
    _kind("given+year", "name.root date.year", "given_name birth_date", "place"),
    _kind("family+year", "name.family_sound date.year", "family_name birth_date", "given"),
    _kind("word+place", "organisation.word address.postal", "organisation address"),
    _kind("word+number", "organisation.word address.number", "organisation address"),
    _kind("name head", "name.head", NAMES),
    _kind("email head", "email.head", "email", "given"),
    _kind("street", "address.street", "address", "given"),
    _kind("family", "name.family_sound", "family_name", "given"),
    _kind("word", "organisation.word", "organisation", "place"),
    _kind("given", "name.root", "given_name"),
    _kind("family tail", "name.family_tail name.initial", NAMES),
    _kind("family slip+year", "family.slip date.year", "family_name birth_date", "given"),
    _kind("given slip+year", "given.slip date.year", "given_name birth_date", "place"),
    _kind("family slip+initial", "family.slip family.other_initial", NAMES),
    _kind("given slip+initial", "given.slip given.other_initial", NAMES),
    _kind("year+city", "date.year address.city", "birth_date address", "given"),
    _kind("initials+city", "name.initial name.family_initial address.city", f"{NAMES} address"),
    _kind("initials", "name.initial name.family_initial", NAMES),
    _kind("place", "address.postal", "address", "given"),
    _kind("number", "address.number", "address", "given"),
    _kind("category", "other.all", "other"),
    *(_parts_kind(part) for part in PARTS),
)
SELECTIVE = tuple(kind.name for kind in KINDS[:16])  # cheap on any number of records
BY_NAME = {kind.name: index for index, kind in enumerate(KINDS)}
