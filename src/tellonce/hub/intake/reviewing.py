"""A review as people see it: why it is one, and what both records say, under policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.matching import Reason, compared_pair
from tellonce.hub.intake.deciding import decide
from tellonce.hub.intake.review_queue import VIEW, OpenReview, described
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.intake.stewards import check_steward
from tellonce.hub.intake.types import ActDone
from tellonce.hub.matching.reviews import review_numbered
from tellonce.hub.matching.types import StoredReview
from tellonce.hub.policy.decide import decide as judge
from tellonce.hub.policy.masks import masked
from tellonce.hub.policy.refusing import check_purpose
from tellonce.hub.policy.types import Action, Answer, Facts
from tellonce.hub.sources.selectors import record_texts, record_views

_ACTIVE = Facts(restricted=False)  # restricted records take no part in matching
_NO_VALUE = ("source", "record_id", "observed_at", "birth_date_ambiguous")
_ONE_OF = {"emails": "email", "phones": "phone", "addresses": "address", "names": "name"}


@dataclass(frozen=True)
class ShownValue:
    """What both records say of one attribute, as the viewer may see it."""

    attribute: str
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True)
class ExplainedReview:
    """A review with what comparisons say, and the values that policy lets the viewer see; neither
    of attributes of which it shows nothing.
    """

    review: OpenReview
    reasons: tuple[Reason, ...]
    values: tuple[ShownValue, ...]


def explained_review(number: int, purpose: str, *, by: Actor) -> ExplainedReview:
    """One review explained. What is seen is audited; raises `Refused`, and `Unknown` where it is
    open no more.
    """
    check_steward(by, VIEW)
    check_purpose(purpose, by, VIEW)
    stored = review_numbered(number)
    (review,) = described([stored])
    texts = record_texts([stored.left, stored.right])
    one, other = (texts[record].document for record in (stored.left, stored.right))
    said = compared_pair(one, other, rules_in_force().resolution)
    reasons = tuple(reason for reason in said if _may_be_told(reason, purpose, by))
    values = _values(stored, purpose, by)
    with transaction.atomic():
        record_act(
            Act(
                VIEW,
                by.id,
                purpose=purpose,
                subjects=tuple(dict.fromkeys(review.customers)),
                fields=tuple(shown.attribute for shown in values),
            )
        )
    return ExplainedReview(review, reasons, values)


def decide_review(number: int, verdict: str, *, by: Actor, reason: str = "") -> ActDone:
    """Decide on the pair of a review: same, different, or unsure, which takes it off the queue."""
    check_steward(by, "decide")
    stored = review_numbered(number)
    pair = (stored.left, stored.right)
    return decide([pair], verdict, by=by, reason=reason, review=number)


def _may_be_told(reason: Reason, purpose: str, who: Actor) -> bool:
    """Whether policy shows something of what was compared; what has no known meaning may be
    anything.
    """
    name = reason.comparison
    attribute = "identifier" if name.startswith("other_") else name
    return judge(who, Action.VALUE, attribute, purpose, _ACTIVE).answer is not Answer.DENY


def _values(stored: StoredReview, purpose: str, who: Actor) -> tuple[ShownValue, ...]:
    views = {view.id: view.values for view in record_views([stored.left, stored.right])}
    sides = [dict(_said(views[record])) for record in (stored.left, stored.right)]
    shown = []
    for attribute in sorted(sides[0].keys() | sides[1].keys()):
        answer = judge(who, Action.VALUE, attribute, purpose, _ACTIVE).answer
        if answer is not Answer.DENY:
            left, right = (_seen(attribute, side.get(attribute, []), answer) for side in sides)
            shown.append(ShownValue(attribute, left, right))
    return tuple(shown)


def _seen(attribute: str, values: Sequence[str], answer: Answer) -> tuple[str, ...]:
    if answer is Answer.ALLOW:
        return tuple(values)
    return tuple(masked(attribute, value) for value in values)


def _said(document: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Attribute as policy knows it -> what a RECORDS row says of it, in words."""
    found: dict[str, list[str]] = {}
    for name, value in document.items():
        for one in value if isinstance(value, list) else [value]:
            if one in (None, "") or name in _NO_VALUE:
                continue
            attribute, words = _worded(_ONE_OF.get(name, name), one)
            found.setdefault(attribute, []).append(words)
    yield from found.items()


def _worded(name: str, value: Any) -> tuple[str, str]:
    if not isinstance(value, Mapping):
        return name, str(value)
    if name == "identifiers":
        return f"identifier:{value['kind']}", str(value["value"])
    if name == "others":
        return f"other:{value['name']}", str(value["value"])
    return name, _whole(value)


def _whole(value: Mapping[str, Any]) -> str:
    """A name or an address in words, each part said once: as a whole, and what that lacks."""
    whole = str(value.get("full") or "")
    said = {key: str(part) for key, part in value.items() if part and key not in ("kind", "full")}
    lacks = [part for part in said.values() if part.casefold() not in whole.casefold()]
    if not whole:
        return " ".join(lacks)
    return f"{whole} ({', '.join(lacks)})" if lacks else whole
