"""From what somebody, or something, found wrong to a proposed correction, once it is sure to make
sense: the customer is there, has the value that is wrong, and the new one is a possible one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import CLIENT, Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.stewards import NAMED_ATTRIBUTES, is_said, standard_value
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, WrongCall
from tellonce.hub.core.ids import new_id
from tellonce.hub.corrections.customers_at_hand import AtHand, at_hand, customer_meant
from tellonce.hub.corrections.declared import Declared
from tellonce.hub.corrections.models import Correction, CorrectionGroup
from tellonce.hub.corrections.naming import (
    as_seen,
    named_attribute,
    policy_name_of,
    row_known_to,
    stands_already,
)
from tellonce.hub.corrections.storing import (
    check_seen,
    check_state,
    contents,
    move,
    policy_in_force,
    sealed,
    telling,
)
from tellonce.hub.corrections.types import (
    DETECTED,
    OPEN,
    ORIGINS,
    PROPOSED,
    REVIEW,
    SEVERITIES,
    Content,
    NewCorrection,
)
from tellonce.hub.jobs.types import SYSTEM
from tellonce.hub.policy.seeing import sees
from tellonce.hub.sources.cards import truncate_cards
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.selectors import record_names, source_named
from tellonce.hub.vault.services import opened_keys
from tellonce.hub.vault.types import Key

PROPOSES = ("representative", "steward", "engineer", "officer", "manager", "admin", CLIENT)
THE_HUB = Actor(SYSTEM, "the hub", "the hub", frozenset({CLIENT}))
"""Proposes what rules, decay and sources' disagreement bring up."""

_LONGEST = 1_000


@dataclass(frozen=True)
class Prepared:
    """A correction that makes sense, ready to be stored. `record` is the row id of its anchor, one
    of the `members` of the customer. `seen`: its proposer sees the values it is about; else nothing
    he is told hangs on them.
    """

    new: NewCorrection
    customer: str
    record: int
    members: frozenset[int]
    attribute: str
    is_identifier: bool
    content: Content
    seen: bool = True

    @property
    def state(self) -> str:
        """Where it begins."""
        known = self.content.value is not None or self.content.removes
        return PROPOSED if known else DETECTED


def check_proposer(by: Actor) -> None:
    """Raises `Refused`, audited, for who may not propose."""
    hint = "Ask a representative or a steward."
    refuse_unless(by, PROPOSES, "correction.propose", may_not="propose corrections", hint=hint)


def prepared(new: NewCorrection, by: Actor) -> Prepared:
    """What is to be stored of a correction that `by` proposes.

    Raises `Unknown` for the customer or record, `WrongCall` where an attribute, an origin or the
    new value is none, `Conflict` where the customer has not got the old value, or has the new one
    already. Who does not see such values is told none of that: applying it closes it then.
    """
    _check_words(new)
    customer, named = customer_meant(new)
    whole = at_hand(customer)
    hand = as_seen(whole, by)
    attribute, is_identifier = named_attribute(new.attribute, hand, by)
    seen = sees(by, policy_name_of(attribute, is_identifier=is_identifier))
    hand = whole if is_identifier else hand
    old = _old(new, attribute, hand, seen=seen)
    anchor = _anchor(attribute, old if seen else None, named, hand)
    value = _value(new, attribute, is_identifier, anchor)
    if seen and new.removes and old is None:
        raise Conflict(
            f"The customer has no {attribute} that could be removed.", hint="Look at it again."
        )
    content = Content(
        old,
        value,
        new.removes,
        truncate_cards(new.reason[:_LONGEST]),
        truncate_cards(new.evidence[:_LONGEST]),
    )
    if seen and stands_already(content, attribute, is_identifier, hand):
        raise Conflict("The customer has this value already.", hint="There is nothing to correct.")
    members = frozenset(hand.versions)
    return Prepared(
        new, customer.public_id, anchor, members, attribute, is_identifier, content, seen
    )


def _check_words(new: NewCorrection) -> None:
    for what, word, known in (
        ("origin", new.origin, ORIGINS),
        ("severity", new.severity, SEVERITIES),
    ):
        if word not in known:
            raise WrongCall(f"There is no {what} {word!r}.", hint=f"Say {', '.join(known)}.")
    if new.confidence is not None and not 0 <= new.confidence <= 1:
        raise WrongCall("A confidence is from 0 to 1.", hint="Leave it out where none is known.")
    if new.removes and new.value is not None:
        raise WrongCall("A value is replaced or removed.", hint="Give a value, or say it is gone.")


def _old(new: NewCorrection, attribute: str, hand: AtHand, *, seen: bool) -> str | None:
    """The value that is wrong, as the golden record or a record writes it; where it is not `seen`,
    as the proposer does, since another way of writing it would tell him that it is said.
    """
    golden = hand.golden.get(attribute, ())
    if new.old is None:
        return golden[0] if golden else None
    if not seen:
        return truncate_cards(new.old)
    said = [*golden, *(value for one in hand.said.values() for value in one.get(attribute, ()))]
    for same in (lambda one: one == new.old, lambda one: is_said(str(new.old), [one])):
        found = next(filter(same, said), None)
        if found is not None:
            return found
    raise Conflict(f"The customer has no such {attribute} (any more).", hint="Look at it again.")


def _anchor(attribute: str, old: str | None, named: int | None, hand: AtHand) -> int:
    saying = hand.records_saying(attribute, old) if old is not None else []
    if named in hand.versions and (named in saying or not saying):
        return named
    return saying[0] if saying else min(hand.versions)


def _value(new: NewCorrection, attribute: str, is_identifier: bool, record: int) -> str | None:
    if new.value is None:
        return None
    ((source, _),) = record_names([record]).values()
    view = source_named(source)
    region = view.config.country or view.learned.get("records", {}).get("region") or None
    own = attribute if attribute in NAMED_ATTRIBUTES else f"other:{attribute}"
    meant = f"identifier:{attribute}" if is_identifier else own
    value, problem = standard_value(meant, new.value, region)
    if problem or value is None:
        raise WrongCall(
            f"The new value {problem}.", hint=f"Correct it; it is to be kept as {attribute}."
        )
    return value


def check_not_open(ready: Prepared) -> Correction | None:
    """The open correction of the same finding; raises `Conflict` where another wants the same, and
    the proposer sees what that is.
    """
    rows = Correction.objects.filter(
        record__in=ready.members, attribute=ready.attribute, state__in=OPEN
    ).select_related("record", "group")
    said = contents(list(rows))
    for row in rows:
        if ready.new.finding and row.finding == ready.new.finding:
            return row
        one = said.get(row.pk) if ready.seen else None
        wants = ready.content
        if one and (one.old, one.value, one.removes) == (wants.old, wants.value, wants.removes):
            raise Conflict(
                f"The correction {row.public_id} says the same, and is {row.state}.",
                hint=f"See it: tellonce correction show {row.public_id}",
            )
    return None


def store(
    ready: Sequence[Prepared],
    policy: Declared,
    by: Actor,
    group: CorrectionGroup | None = None,
) -> list[Correction]:
    """In the transaction at hand: these are proposed, or detected, now."""
    now = clock.now()
    key_of = dict(
        Record.objects.filter(id__in={one.record for one in ready}).values_list("id", "key_id")
    )
    keys = opened_keys(set(key_of.values()))
    rows = [_row(one, keys[key_of[one.record]], policy, now) for one in ready]
    for row in rows:
        row.group, row.author = group, by.id
    Correction.objects.bulk_create(rows)
    told = telling(rows, now, by.id)
    for row in rows:
        told.add(row, row.state, _ORIGIN_WORDS[row.origin])
    told.write()
    _audit(rows, told.customers.values(), by, group)
    return rows


def _row(one: Prepared, key: Key, policy: Declared, now: datetime) -> Correction:
    public_id = new_id("cor")
    return Correction(
        public_id=public_id,
        record_id=one.record,
        attribute=one.attribute,
        is_identifier=one.is_identifier,
        origin=one.new.origin,
        severity=one.new.severity,
        confidence=one.new.confidence,
        rule=one.new.rule[:120],
        finding=one.new.finding[:120],
        sealed=sealed(one.content, key, public_id),
        state=one.state,
        owner=(one.new.owner or policy.owner)[:60],
        created_at=now,
        since=now,
        due_at=now + timedelta(days=policy.deadlines[one.new.severity][REVIEW]),
        expires_at=_expiry(one, policy),
    )


def _expiry(one: Prepared, policy: Declared) -> datetime | None:
    days = one.new.expires_days
    if days is None:
        name = f"identifier:{one.attribute}" if one.is_identifier else one.attribute
        found = policy.expires_after(name)
        return None if found is None else clock.now() + timedelta(days=found)
    return clock.now() + timedelta(days=days)


_ORIGIN_WORDS = {
    "rule": "a rule failed",
    "decay": "the value grew stale",
    "disagreement": "sources disagree",
    "returned_mail": "mail came back",
    "representative": "a representative reported it",
    "customer": "the customer said so",
    "partner": "a partner reported it",
    "steward": "a steward found it",
}


def _audit(
    rows: Sequence[Correction],
    customers: object,
    by: Actor,
    group: CorrectionGroup | None,
) -> None:
    record_act(
        Act(
            "correction.propose",
            by.id,
            target=group.public_id if group else rows[0].public_id,
            subjects=tuple(sorted(set(customers))),
            fields=tuple(sorted({row.attribute for row in rows})),
            details={"corrections": len(rows)},
        )
    )


def supply_value(
    public_id: str,
    *,
    value: str | None = None,
    removes: bool = False,
    by: Actor,
    reason: str = "",
    seen: int | None = None,
) -> str:
    """Say what a detected value should be; whoever says so is the proposer from then on.

    Raises what `prepared` does, `Stale`, and `Conflict` where it has a value already.
    """
    check_proposer(by)
    row = row_known_to(public_id, by)
    check_seen(row, seen)
    check_state(row, (DETECTED,), "given a value")
    said = contents([row])[row.pk]
    name = f"identifier:{row.attribute}" if row.is_identifier else row.attribute
    ((source, key),) = record_names([row.record_id]).values()
    new = NewCorrection(
        name, record=(source, key), value=value, removes=removes, old=said.old, origin=row.origin
    )
    ready = prepared(new, by)
    if ready.state == DETECTED:
        raise WrongCall("No value is given.", hint="Give one, or say that it is gone.")
    policy = policy_in_force()[1]
    words = truncate_cards(reason[:_LONGEST]) or said.reason
    content = replace(ready.content, reason=words, evidence=said.evidence)
    key_id = row.record.key_id
    with transaction.atomic():
        blob = sealed(content, opened_keys([key_id])[key_id], row.public_id)
        move([row], PROPOSED, clock.now(), policy, sealed=blob, author=by.id)
        told = telling([row], clock.now(), by.id)
        told.add(row, PROPOSED, "said what it should be")
        told.write()
        _audit([row], told.customers.values(), by, None)
    return row.public_id
