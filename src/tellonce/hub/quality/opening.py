"""The value of a failure, opened for who may see it, as policy shows it for a purpose."""

from __future__ import annotations

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.policy.decide import decide
from tellonce.hub.policy.masks import masked
from tellonce.hub.policy.refusing import check_purpose
from tellonce.hub.policy.seeing import policy_name
from tellonce.hub.policy.types import Action, Answer, Facts
from tellonce.hub.quality.access import check_may_read
from tellonce.hub.quality.models import RuleFailure
from tellonce.hub.quality.places import failure_place
from tellonce.hub.quality.showing import shown_failure
from tellonce.hub.quality.types import SeenFailure
from tellonce.hub.sources.selectors import restricted_records
from tellonce.hub.sources.stored_rows import record_keys
from tellonce.hub.vault.services import decrypt

OPEN = "quality.read"


def open_failure(number: int, purpose: str, *, by: Actor) -> SeenFailure:
    """A failure with its value, allowed, masked or denied by policy; audited.

    Raises `Unknown`, also where it is withheld from `by` as a whole, and `Refused` where he may not
    act for the purpose.
    """
    check_may_read(by, OPEN)
    check_purpose(purpose, by, OPEN)
    view = shown_failure(number, by=by)
    row = RuleFailure.objects.get(pk=number)
    restricted = bool(restricted_records([row.record_id]))
    attribute = policy_name(view.attribute, view.field)
    answer = decide(by, Action.VALUE, attribute, purpose, Facts(restricted)).answer
    value = None if answer is Answer.DENY else _value(row)
    if value is not None and answer is Answer.MASK:
        value = masked(attribute, value)
    with transaction.atomic():
        target, fields = view.source[:64], (attribute,)
        record_act(Act(OPEN, by.id, purpose=purpose, target=target, fields=fields))
    return SeenFailure(view, value, answer.name.lower())


def _value(row: RuleFailure) -> str | None:
    key = record_keys([row.record_id]).get(row.record_id)
    if key is None or row.value is None:
        return None
    return decrypt(
        key, bytes(row.value), failure_place(row.record_id, row.rule, row.field)
    ).decode()
