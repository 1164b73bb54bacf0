"""Search before create, for one viewer and purpose: candidates with reasons; writes no record.

That a name or a birth date agrees tells what it is, so only who may see names may ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.customers.golden import open_values
from tellonce.hub.customers.searching import customer_ids
from tellonce.hub.intake.matching import MatchedCustomer, match_record
from tellonce.hub.policy.decide import decide
from tellonce.hub.policy.masks import HIDDEN
from tellonce.hub.policy.refusing import check_purpose
from tellonce.hub.policy.types import Action, Answer
from tellonce.hub.snapshots.searching import (
    UNRESTRICTED,
    check_names,
    facts_by_customer,
    hit_values,
)
from tellonce.hub.snapshots.taking import judged

MATCH = "customer.match"


def match_customers(
    row: Mapping[str, Any], purpose: str, who: Actor, *, source: str = "", limit: int = 10
) -> list[dict[str, Any]]:
    """The customers a row (column -> value) may belong to, likeliest first, ready for JSON.

    Raises `Refused`, `Unknown` for the source, `WrongCall` where the row cannot be compared.
    """
    check_purpose(purpose, who, MATCH)
    check_names(purpose, who, MATCH)
    found = match_record(
        row, source=source, limit=limit, compared=partial(_may_be_asked, who, purpose)
    )
    ids = customer_ids([one.customer for one in found])
    facts = facts_by_customer(list(ids.values()), purpose)
    seen = [
        one
        for one in found
        if not decide(who, Action.REQUEST, "", purpose, facts[ids[one.customer]]).denied
    ]
    values = open_values([ids[one.customer] for one in seen])
    with transaction.atomic():
        subjects = tuple(one.customer for one in seen)
        details = {"found": len(seen)}
        record_act(Act(MATCH, who.id, purpose=purpose, subjects=subjects, details=details))
    shown = []
    for one in seen:
        pk = ids[one.customer]
        judge = partial(judged, who, purpose, facts[pk])
        summary = hit_values(values.get(pk, ()), judge)
        shown.append({**_candidate(one, judge("record_id") is Answer.ALLOW), **summary})
    return shown


def _may_be_asked(who: Actor, purpose: str, attribute: str) -> bool:
    """What policy would not show in the clear takes no part: candidates would confirm guesses."""
    return decide(who, Action.VALUE, attribute, purpose, UNRESTRICTED).answer is Answer.ALLOW


def _candidate(one: MatchedCustomer, show_record: bool) -> dict[str, Any]:
    return {
        "customer": one.customer,
        "probability": round(one.probability, 6),
        "match_weight": round(one.match_weight, 3),
        "linked": one.linked,
        "record": f"{one.source}:{one.record_id if show_record else HIDDEN}",
        "records": one.records,
        "reasons": [
            {"comparison": r.comparison, "words": r.words, "bits": round(r.bits, 3)}
            for r in one.candidate.reasons
        ],
    }
