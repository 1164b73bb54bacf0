"""Profiles of sources, as much of them as somebody may be told.

How often a value comes tells whether it comes again, so of identifiers, health and money the whole
field is for who sees it; of other fields who sees only masks is told figures, and no value. What
was not recognised as an attribute may be anything, and is personal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from tellonce.hub.accounts.types import Actor
from tellonce.hub.policy.classes import attribute_class, is_encrypted
from tellonce.hub.policy.seeing import (
    FEWEST,
    NOTHING,
    WHY,
    Withheld,
    at_best,
    at_the_machine,
    policy_name,
    sees,
)
from tellonce.hub.policy.types import Answer
from tellonce.hub.quality.profile_types import FieldMoment, SourceDrift, SourceProfileView
from tellonce.hub.quality.telling import columns_of
from tellonce.hub.sources.selectors import sources
from tellonce.rules.drift import Drift
from tellonce.rules.profile_types import FieldProfile

_NAMES_A_VALUE = "range"  # kind of a change whose sentence does: the middle one


@dataclass(frozen=True)
class Told:
    """A profile as somebody may be told, and how many fields are withheld."""

    profile: SourceProfileView
    withheld: Withheld


class Fields:
    """Which fields of sources somebody may be told of."""

    def __init__(self, who: Actor) -> None:
        self._who = who

    def hides(self, source: str, field: str) -> bool:
        """Whether nothing of a field (a header of this source) is for him."""
        return is_hidden(self._attributes.get((source, field), ""), field, self._who)

    def tells_values(self, source: str, field: str) -> bool:
        """Whether he sees values of the field as they are."""
        return sees(self._who, policy_name(self._attributes.get((source, field), ""), field))

    @cached_property
    def _attributes(self) -> dict[tuple[str, str], str]:
        return {
            (one.name, header): attribute
            for one in sources(counted=False)
            for header, attribute in columns_of(one)
        }


def is_hidden(attribute: str, header: str, by: Actor) -> bool:
    """Whether nothing of such a field is for `by`."""
    name = policy_name(attribute, header)
    best = at_best(by, name)
    return best is Answer.DENY or (is_encrypted(attribute_class(name)) and best is Answer.MASK)


def shown_profile(found: SourceProfileView, by: Actor) -> Told:
    """A stored profile as `by` may be told."""
    if at_the_machine(by):
        return Told(found, NOTHING)
    fields = found.profile.fields
    kept = [one for one in fields if not is_hidden(one.attribute or "", one.field, by)]
    left_out = {one.field for one in fields} - {one.field for one in kept}
    plain = {one.field for one in kept if sees(by, policy_name(one.attribute or "", one.field))}
    profile = replace(
        found.profile, fields=tuple(one if one.field in plain else _figures(one) for one in kept)
    )
    changes = tuple(
        one if one.field is None or one.field in plain else _without_details(one)
        for one in found.changes
        if one.field in plain or (one.field not in left_out and one.kind != _NAMES_A_VALUE)
    )
    kept_back = Withheld(len(left_out), WHY) if left_out else NOTHING
    return Told(replace(found, profile=profile, changes=changes), kept_back)


def _figures(field: FieldProfile) -> FieldProfile:
    """A field without values, and without formats that few records have."""
    formats = tuple(one for one in field.formats if one.rows >= FEWEST)
    outliers = tuple(one for one in field.outliers if one.rows >= FEWEST)
    return replace(field.without_values(None), formats=formats, outliers=outliers, placeholders=())


def _without_details(change: Drift) -> Drift:
    return replace(change, details=())


def shown_moments(source: str, found: Iterable[FieldMoment], by: Actor) -> list[FieldMoment]:
    """Figures over time of the fields that `by` may be told of."""
    fields = Fields(by)
    return [one for one in found if at_the_machine(by) or not fields.hides(source, one.field)]


def shown_drifts(found: Iterable[SourceDrift], by: Actor) -> list[SourceDrift]:
    """Changes of the fields that `by` may be told of."""
    if at_the_machine(by):
        return list(found)
    fields, shown = Fields(by), []
    for one in found:
        name = one.change.field
        if name is None or fields.tells_values(one.source, name):
            shown.append(one)
        elif not fields.hides(one.source, name) and one.change.kind != _NAMES_A_VALUE:
            shown.append(replace(one, change=_without_details(one.change)))
    return shown
