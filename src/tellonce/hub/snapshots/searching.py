"""Finding customers: exactly by e-mail, phone or record, and by the beginnings of names.

An exact look-up is for whoever may ask for a snapshot. Names are searched only by whoever may see
names for this purpose, since a search that finds tells what it finds. One audit entry a search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import PURPOSES, Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.consents.selectors import consent_states
from tellonce.hub.core.errors import Refused
from tellonce.hub.customers.golden import open_values
from tellonce.hub.customers.searching import (
    NamePage,
    customers_in_order,
    customers_named,
    members_by_customer,
    named_among,
)
from tellonce.hub.customers.types import CustomerView, GoldenValue
from tellonce.hub.policy.decide import decide
from tellonce.hub.policy.masks import masked
from tellonce.hub.policy.refusing import check_purpose
from tellonce.hub.policy.rules import NEEDS_CONSENT
from tellonce.hub.policy.types import Action, Answer, Facts
from tellonce.hub.snapshots.finding import (
    customers_with_email,
    customers_with_phone,
    customers_with_record,
)
from tellonce.hub.snapshots.taking import judged
from tellonce.hub.sources.selectors import restricted_records

SEARCH = "customer.search"
NAMES = ("family_name", "given_name")
SUMMARY = (*NAMES, "full_name", "organisation", "birth_date", "city", "postal_code", "country")
"""Attributes that tell one hit from another; each as policy shows it."""

UNRESTRICTED = Facts(restricted=False, consents=dict.fromkeys(PURPOSES, True))


@dataclass(frozen=True)
class SearchRequest:
    """What is looked for; what is given must all fit. `name`: beginnings of names."""

    purpose: str
    name: str = ""
    email: str = ""
    phone: str = ""
    record: str = ""
    limit: int = 20
    after: str = ""

    @property
    def criteria(self) -> tuple[str, ...]:
        """The names of what is given."""
        return tuple(one for one in ("name", "email", "phone", "record") if getattr(self, one))


@dataclass(frozen=True)
class Found:
    """Hits ready for JSON, and the cursor of the next page, '' where there is none."""

    customers: Sequence[dict[str, Any]]
    cursor: str


def search_customers(request: SearchRequest, who: Actor) -> Found:
    """The living customers that fit; empty where there is none.

    Raises `Refused` for the purpose, or for a search by name of who may not see names; `WrongCall`
    for what cannot be understood. Customers that policy hides from this viewer are left out.
    """
    check_purpose(request.purpose, who, SEARCH)
    if request.name:
        check_names(request.purpose, who, SEARCH)
    page = _page(request)
    facts = facts_by_customer(page.customers, request.purpose)
    views = [
        view
        for view in customers_in_order(page.customers)
        if not decide(who, Action.REQUEST, "", request.purpose, facts[view.id]).denied
    ]
    values = open_values([view.id for view in views])
    with transaction.atomic():
        record_act(
            Act(
                SEARCH,
                who.id,
                purpose=request.purpose,
                subjects=tuple(view.public_id for view in views),
                fields=request.criteria,
                details={"found": len(views)},
            )
        )
    hits = [
        _hit(view, values.get(view.id, ()), partial(judged, who, request.purpose, facts[view.id]))
        for view in views
    ]
    return Found(hits, page.cursor)


def check_names(purpose: str, who: Actor, action: str) -> None:
    """Raise `Refused`, audited, where `who` may not see names in the clear for this purpose."""
    answers = [decide(who, Action.VALUE, name, purpose, UNRESTRICTED).answer for name in NAMES]
    if set(answers) == {Answer.ALLOW}:
        return
    reason = f"may not search by name for the purpose {purpose}"
    with transaction.atomic():
        record_act(Act(action, who.id, REFUSED, purpose, reason, fields=("name",)))
    raise Refused(f"{who.email} {reason}.", hint="Search by a complete e-mail, phone or record.")


def _page(request: SearchRequest) -> NamePage:
    exact = [
        {view.id for view in look_up(given)}
        for look_up, given in (
            (customers_with_email, request.email),
            (customers_with_phone, request.phone),
            (customers_with_record, request.record),
        )
        if given
    ]
    if not exact:
        return customers_named(request.name, request.limit, request.after)
    both = sorted(set.intersection(*exact))
    if request.name:
        both = named_among(both, request.name)
    return NamePage(both[: request.limit], "")


def facts_by_customer(customers: Sequence[int], purpose: str) -> dict[int, Facts]:
    """What policy must know of some customers (row ids).

    Consents are looked up only where the purpose needs one.
    """
    members = members_by_customer(customers)
    restricted = restricted_records([r for records in members.values() for r in records])
    return {
        customer: Facts(
            restricted=not restricted.isdisjoint(records),
            consents=consent_states(records) if purpose in NEEDS_CONSENT else {},
        )
        for customer, records in members.items()
    }


def _hit(
    view: CustomerView, values: Sequence[GoldenValue], judge: Callable[[str], Answer]
) -> dict[str, Any]:
    return {"customer": view.public_id, "version": view.version, **hit_values(values, judge)}


def hit_values(values: Sequence[GoldenValue], judge: Callable[[str], Answer]) -> dict[str, Any]:
    """What tells a customer apart, as it may be seen, and the names of what is masked of it."""
    shown: dict[str, str] = {}
    hidden = []
    for value in values:
        if value.attribute not in SUMMARY or value.rank != 0:
            continue
        answer = judge(value.attribute)
        if answer is Answer.ALLOW:
            shown[value.attribute] = value.value
        elif answer is Answer.MASK:
            shown[value.attribute] = masked(value.attribute, value.value)
            hidden.append(value.attribute)
    return {"values": shown, "masked": sorted(hidden)}
