"""Alerts, as much of them as somebody may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tellonce.hub.accounts.types import Actor
from tellonce.hub.insight.alerts import alert_named
from tellonce.hub.insight.troubles.registry import BY_NAME, alert_evidence
from tellonce.hub.insight.types import AlertView, Asked, Evidence
from tellonce.hub.policy.seeing import WHY, Withheld, at_best, at_the_machine, sees_all
from tellonce.hub.policy.types import Answer
from tellonce.hub.quality.showing_counts import may_keep_out_unseen
from tellonce.hub.quality.showing_profiles import Fields

_COMPARES: Mapping[str, tuple[str, ...]] = {
    "shared-contact": ("email", "phone"),
    "shared-address": ("full_address",),
    "over-merging": ("family_name", "birth_date"),
}
"""What the records are compared by that an alert of a kind is about."""
_CONTACT, _QUARANTINE = "shared-contact", "quarantine-surge"


def shown_alert(alert: AlertView, by: Actor) -> AlertView:
    """An alert, of which only its kind is told where `by` does not see what it is about."""
    if _is_told(alert, by):
        return alert
    kind = BY_NAME.get(alert.kind)
    title = kind.title if kind else alert.kind
    return replace(alert, sentence=f"{title}. {WHY}", details={})


def shown_evidence(public_id: str, asked: Asked, by: Actor) -> Evidence:
    """What an alert is about, as it is now; nothing where `by` does not see it. Raises as
    `alert_evidence` does.
    """
    if _is_told(alert_named(public_id), by):
        return alert_evidence(public_id, asked)
    return Evidence(withheld=Withheld(None, WHY))


def _is_told(alert: AlertView, by: Actor) -> bool:
    if at_the_machine(by):
        return True
    source, field = alert.details.get("source"), alert.details.get("field")
    if source and field:
        return not Fields(by).hides(str(source), str(field))
    if alert.kind == _CONTACT and at_best(by, "identifier") is Answer.DENY:
        return False  # it may be one that they share
    if alert.kind == _QUARANTINE:
        return not may_keep_out_unseen(by)
    return sees_all(by, _COMPARES.get(alert.kind, ()))
