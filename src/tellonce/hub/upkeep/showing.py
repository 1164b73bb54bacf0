"""Customers by staleness as one viewer may see them for one purpose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.core.canonical import plain
from tellonce.hub.core.errors import Refused
from tellonce.hub.customers.golden import golden_halves
from tellonce.hub.customers.selectors import customers_exactly
from tellonce.hub.policy.decide import decide, purposes_of
from tellonce.hub.policy.masks import masked
from tellonce.hub.policy.rules import NEEDS_CONSENT
from tellonce.hub.policy.types import Action, Answer, Facts
from tellonce.hub.upkeep.ageing import unit_named, without_identifiers
from tellonce.hub.upkeep.facts import facts_of
from tellonce.hub.upkeep.selectors import stale_customers
from tellonce.hub.upkeep.types import StaleCustomer

ACTION = "customers.stale"
MOST = 100


def view_stale(
    purpose: str, who: Actor, *, unit: str = "", limit: int = 20, cursor: str = ""
) -> dict[str, Any]:
    """A page of stale customers with their stale values as policy shows them; ready for JSON.

    Customers whom `who` may not see for the purpose are left out and counted in `withheld`. What is
    seen is audited. Raises `Refused` for a purpose that was not granted, `WrongCall` for a cursor.
    """
    _check_purpose(purpose, who)
    page = stale_customers(limit=max(1, min(limit, MOST)), cursor=cursor, unit=unit)
    rows = {
        one.public_id: one.id for one in customers_exactly([c.customer for c in page.customers])
    }
    facts = facts_of(list(rows.values()), with_consents=purpose in NEEDS_CONSENT)
    may = [
        one
        for one in page.customers
        if not decide(who, Action.REQUEST, "", purpose, facts.get(rows[one.customer])).denied
    ]
    golden = golden_halves([rows[one.customer] for one in may])
    shown = [
        _shown(one, golden[rows[one.customer]], who, purpose, facts[rows[one.customer]])
        for one in may
        if rows[one.customer] in golden
    ]
    fields = {name for one in shown for value in one["values"] for name in value["says"]}
    with transaction.atomic():
        record_act(
            Act(
                ACTION,
                who.id,
                purpose=purpose,
                subjects=tuple(one["customer"] for one in shown),
                fields=tuple(sorted(fields)),
            )
        )
    return plain(
        {"customers": shown, "withheld": len(page.customers) - len(shown), "cursor": page.next}
    )


def _check_purpose(purpose: str, who: Actor) -> None:
    granted = purposes_of(who)
    if purpose not in granted:
        reason = f"may not act for the purpose {purpose}"
        with transaction.atomic():
            record_act(Act(ACTION, who.id, REFUSED, purpose, reason))
        hint = f"Allowed are: {', '.join(granted)}." if granted else "No purpose was granted."
        raise Refused(f"{who.email} {reason}.", hint=hint)


def _shown(
    one: StaleCustomer,
    golden: tuple[list[Any], list[Any]],
    who: Actor,
    purpose: str,
    facts: Facts,
) -> dict[str, Any]:
    entries, _ = without_identifiers(*golden)
    return {
        "customer": one.customer,
        "due_at": one.due_at,
        "values": [
            {
                "attribute": value.unit,
                "decay": value.score,
                "stated_at": value.stated_at,
                "confirmed_at": value.confirmed_at,
                "stale_since": value.stale_at,
                "importance": value.importance,
                "says": dict(_says(value.unit, entries, who, purpose, facts)),
            }
            for value in one.values
        ],
    }


def _says(
    unit: str, entries: Sequence[Sequence[Any]], who: Actor, purpose: str, facts: Facts
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Attribute -> its value as policy shows it; what is withheld is left out."""
    for entry in entries:
        attribute, rank, value = entry[:3]
        if rank == 0 and unit_named(attribute) == unit:
            answer = decide(who, Action.VALUE, attribute, purpose, facts).answer
            if answer is not Answer.DENY:
                hidden = answer is Answer.MASK
                text = masked(attribute, value) if hidden else value
                yield attribute, {"value": text, "masked": hidden}
