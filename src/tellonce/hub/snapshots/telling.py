"""The history of a customer as a readable story, for one viewer and purpose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.canonical import plain
from tellonce.hub.customers.selectors import customer_by_public_id, customers_exactly
from tellonce.hub.customers.story import stays_of, story_of
from tellonce.hub.customers.types import Chapter, Stay
from tellonce.hub.matching.acts import acts_at
from tellonce.hub.matching.types import StoredAct
from tellonce.hub.policy.masks import HIDDEN
from tellonce.hub.policy.refusing import check_purpose
from tellonce.hub.policy.types import Answer
from tellonce.hub.snapshots.gathering import Around
from tellonce.hub.snapshots.taking import judged
from tellonce.hub.snapshots.viewing import check_may_see
from tellonce.hub.sources.selectors import record_names

HISTORY = "customer.history"


def view_history(public_id: str, purpose: str, who: Actor) -> dict[str, Any]:
    """Versions, members by period, and the story; ready for JSON. Audited.

    Asked for by the id of a merged customer, the story of that one stands beside it. Raises
    `Unknown` and `Refused`. A customer without records has a history, too.
    """
    check_purpose(purpose, who, HISTORY)
    customer = customer_by_public_id(public_id)
    around = Around.of(customer, clock.now())
    check_may_see(around, purpose, who, HISTORY)
    lives = [customer, *(customers_exactly([customer.asked_as]) if customer.asked_as else ())]
    stays = [stays_of(one.id) for one in lives]
    stories = [story_of(one) for one in lives]
    chapters = [one for story in stories for one in story]
    acts = acts_at({one.at for one in chapters})
    touched = {stay.record for stay in stays[0]} | {r for one in chapters for r in one.records}
    names = {pk: ":".join(name) for pk, name in record_names(touched).items()}
    personal = judged(who, purpose, around.facts_for(purpose), "record_id") is Answer.ALLOW
    if not personal:
        names = {record: f"{name.partition(':')[0]}:{HIDDEN}" for record, name in names.items()}
    with transaction.atomic():
        subjects = tuple(one.public_id for one in lives)
        record_act(Act(HISTORY, who.id, purpose=purpose, subjects=subjects))
    told, *asked = [
        [_told(c, names, _quiet(c, own, names), _by(acts.get(c.at), personal)) for c in story]
        for story, own in zip(stories, stays, strict=True)
    ]
    return plain(
        {
            "customer": customer.public_id,
            "asked_as": customer.asked_as or None,
            "version": customer.version,
            "created_at": customer.created_at,
            "retired_at": customer.retired_at,
            "members": [_member(stay, names) for stay in stays[0]],
            "story": told,
            "asked_story": asked[0] if asked else [],
        }
    )


def _member(stay: Stay, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "record": names.get(stay.record, HIDDEN),
        "confidence": round(stay.confidence, 4),
        "from": stay.from_at,
        "to": stay.to_at,
    }


def _told(
    chapter: Chapter,
    names: Mapping[int, str],
    quiet: str,
    by: Mapping[str, str] | None,
) -> dict[str, Any]:
    records = [names.get(record, HIDDEN) for record in chapter.records]
    return {
        "at": chapter.at,
        "what": chapter.kind,
        "sentence": quiet or _sentence(chapter, records),
        "records": records,
        "customers": chapter.others,
        "attributes": chapter.attributes,
        "version": chapter.version,
        "by": by,
    }


def _quiet(chapter: Chapter, stays: Iterable[Stay], names: Mapping[int, str]) -> str:
    """What made a version in which every value is as it was; '' for any other chapter."""
    if chapter.kind != "changed" or chapter.attributes:
        return ""
    came = {stay.record for stay in stays if stay.from_at == chapter.at}
    left = {stay.record for stay in stays if stay.to_at == chapter.at}
    moved = [
        f"{_listed(names.get(record, HIDDEN) for record in sorted(records))} {verb}"
        for records, verb in ((came - left, "joined"), (left - came, "left"))
        if records
    ]
    if not moved:
        return f"What the values rest on changed, no value did; this is version {chapter.version}."
    return f"{' and '.join(moved)}, which changed no value; this is version {chapter.version}."


def _by(act: StoredAct | None, reasons: bool) -> dict[str, str] | None:
    """Who did it and why; None where matching did, by what arrived. A reason is free text: it is
    shown to who may see personal values only.
    """
    if act is None:
        return None
    reason = act.reason if reasons or not act.reason else HIDDEN
    return {"act": act.id, "kind": act.kind, "author": act.author, "reason": reason}


def _sentence(chapter: Chapter, records: Iterable[str]) -> str:
    which, other = _listed(records), _listed(chapter.others)
    attributes = _listed(chapter.attributes)
    return {
        "created": "The customer came to be.",
        "joined": f"{which} joined.",
        "merged": f"The customer {other} was merged into this one, and brought {which}.",
        "received": f"{which} moved here from the customer {other}, which goes on.",
        "gave": f"{which} moved to the customer {other}.",
        "lost": f"{which} went, and belongs to no customer.",
        "changed": f"{attributes} changed; this is version {chapter.version}.",
        "led": f"It was merged into the customer {other}, to which its id leads.",
        "restored": "The id came back into use: a merge was undone.",
        "retired": "No record was left; the id is kept for those who know it.",
    }[chapter.kind]


def _listed(words: Iterable[str], most: int = 5) -> str:
    found = list(words)
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    *first, last = found or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last
