"""Which attribute a correction is about, and who sees its values."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.stewards import NAMED_ATTRIBUTES, keeps_several
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.corrections.customers_at_hand import AtHand
from tellonce.hub.corrections.models import Correction
from tellonce.hub.corrections.storing import correction_row, unknown_correction
from tellonce.hub.corrections.types import Content
from tellonce.hub.policy.seeing import at_the_machine, sees
from tellonce.hub.quality.showing import Lines

IDENTIFIER, OTHER = PREFIXES = ("identifier:", "other:")


def policy_name_of(attribute: str, *, is_identifier: bool) -> str:
    """An attribute of golden records as policy knows it."""
    return f"{IDENTIFIER}{attribute}" if is_identifier else attribute


def policy_name(row: Correction) -> str:
    """The attribute of a correction as policy knows it."""
    return policy_name_of(row.attribute, is_identifier=row.is_identifier)


def as_seen(hand: AtHand, by: Actor) -> AtHand:
    """The customer without identifiers, as if it had none, where `by` does not see any."""
    if at_the_machine(by) or sees(by, IDENTIFIER):
        return hand
    kept = hand.identifiers
    said = {
        record: {name: values for name, values in of.items() if name not in kept}
        for record, of in hand.said.items()
    }
    golden = {name: values for name, values in hand.golden.items() if name not in kept}
    return replace(hand, said=said, golden=golden, identifiers=frozenset())


def named_attribute(attribute: str, hand: AtHand, by: Actor) -> tuple[str, bool]:
    """The attribute as golden records name it, and whether it is an identifier's kind.

    Raises `WrongCall` where it is none of those that everybody has, and none that the customer has
    and `by` sees; another one is written with its prefix.
    """
    for prefix in PREFIXES:
        if attribute.startswith(prefix) and attribute != prefix:
            return attribute.removeprefix(prefix)[:120], prefix == IDENTIFIER
    if attribute in hand.identifiers:
        return attribute, True
    held = {*hand.golden, *(name for said in hand.said.values() for name in said)}
    known = {one for one in held if sees(by, one)}
    if attribute not in known | set(NAMED_ATTRIBUTES):
        near = difflib.get_close_matches(attribute, sorted(known), 1)
        own = "Write other:NAME for one of your own, identifier:KIND for an identifier."
        raise WrongCall(
            f"There is no attribute {attribute[:60]!r}.",
            hint=f"Did you mean {near[0]!r}?" if near else own,
        )
    return attribute, False


def stands_already(content: Content, attribute: str, is_identifier: bool, hand: AtHand) -> bool:
    """Whether the customer has the new value already, or none where there should be none."""
    golden = hand.golden.get(attribute, ())
    if content.removes:
        return content.old is None and not golden
    several = keeps_several(attribute, is_identifier=is_identifier)
    same = content.value == content.old or (several and content.old is None)
    return content.value is not None and same and content.value in golden


def unseen_by(by: Actor) -> Q:
    """Which corrections are about what `by` does not see, and were proposed by others; his own he
    knows.
    """
    return about_unseen(by) & ~Q(author=by.id)


def about_unseen(by: Actor, prefix: str = "") -> Q:
    """Which corrections are about attributes that `by` does not see, or were opened by a rule about
    such; `prefix`: the way to them.
    """
    if at_the_machine(by):
        return Q(pk__in=[])
    found = Q(pk__in=[])
    for which in (*_of_attributes(by), *_of_rules(by)):
        found |= Q(**{f"{prefix}{name}": value for name, value in which.items()})
    return found


def unseen_among(rows: Sequence[Correction], by: Actor) -> set[int]:
    """Which of these corrections (row ids) `about_unseen` would find, asked of them alone."""
    if at_the_machine(by):
        return set()
    lines, opened = Lines(by), [row.pk for row in rows if row.rule and row.origin == "rule"]
    found = {row.pk for row in rows if not sees(by, policy_name(row))}
    named = Correction.objects.filter(pk__in=opened) if opened else Correction.objects.none()
    for pk, source, rule in named.values_list("pk", "record__source_id", "rule"):
        if lines.hidden_rules([(source, _rule_named(rule))]):
            found.add(pk)
    return found


def row_known_to(public_id: str, by: Actor) -> Correction:
    """The row of this id; raises `Unknown`, also where a rule opened it of which `by` may read no
    line: that it is there tells who fails the rule.
    """
    row = correction_row(public_id)
    if row.origin == "rule" and row.author != by.id and unseen_among([row], by):
        raise unknown_correction(public_id)
    return row


def _rule_named(rule: str) -> str:
    """A correction names a rule with its version: `email_ok@3`."""
    return rule.rpartition("@")[0]


def _of_attributes(by: Actor) -> Iterator[dict[str, Any]]:
    named = Correction.objects.order_by().values_list("attribute", "is_identifier").distinct()
    for attribute, is_identifier in named:
        if not sees(by, policy_name_of(attribute, is_identifier=is_identifier)):
            yield {"attribute": attribute, "is_identifier": is_identifier}


def _of_rules(by: Actor) -> Iterator[dict[str, Any]]:
    opened = Correction.objects.filter(origin="rule").exclude(rule="").order_by()
    lines = Lines(by)
    for source, rule in opened.values_list("record__source_id", "rule").distinct():
        if lines.hidden_rules([(source, _rule_named(rule))]):
            yield {"record__source_id": source, "rule": rule}
