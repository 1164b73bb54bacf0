"""What people did about who is one customer: acts, what they decided, and what an undo restores.

An act counts until it is undone, and again when that undo is undone. Of a pair, the newest decision
of an act that counts is what holds; `counting` says what more there is to it with merges upon
merges. Whatever changes that appends a row that says so: the newest row of a pair, of whichever
act, is always what holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Count, Min

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import insert_rows
from tellonce.hub.core.errors import Conflict, Unknown
from tellonce.hub.core.ids import is_id, new_id
from tellonce.hub.matching.counting import said_around
from tellonce.hub.matching.models import Decision, MatchAct
from tellonce.hub.matching.types import NewAct, Pair, StoredAct, Verdicts
from tellonce.hub.sources.cards import truncate_cards

DECIDE, MERGE, SPLIT, UNDO = MatchAct.DECIDE, MatchAct.MERGE, MatchAct.SPLIT, MatchAct.UNDO
DONE, PROPOSED, REJECTED = MatchAct.DONE, MatchAct.PROPOSED, MatchAct.REJECTED
SAME, DIFFERENT, UNSURE = Decision.SAME, Decision.DIFFERENT, Decision.UNSURE
WITHDRAWN = Decision.WITHDRAWN

_NOT_KNOWN_YET = 0


def store_act(new: NewAct, at: datetime) -> StoredAct:
    """Append what a person did at this moment; what it decided is stored by `store_verdicts`."""
    return _view(_insert(new, DONE, at))


def propose_act(new: NewAct) -> StoredAct:
    """Keep what a person would do, for another to approve."""
    return _view(_insert(new, PROPOSED, clock.now()))


def _insert(new: NewAct, state: str, at: datetime) -> MatchAct:
    row = MatchAct(
        public_id=new_id("act"),
        kind=new.kind,
        verdict=new.verdict,
        state=state,
        groups=[list(group) for group in new.groups],
        bound=[list(part) for part in new.bound],
        customers=list(new.customers),
        target_id=new.target,
        moved=new.moved,
        author=new.author,
        reason=truncate_cards(new.reason),
        at=at,
    )
    row.save(force_insert=True)
    return row


def settle_act(
    row: int, by: str, at: datetime, *, does: NewAct | None, reason: str = ""
) -> StoredAct:
    """A proposal does this now, or is rejected (None), for a reason; raises `Conflict` where it was
    settled meanwhile.
    """
    found = MatchAct.objects.filter(pk=row, state=PROPOSED)
    why = truncate_cards(reason)
    settled = {"settled_by": by, "settled_at": at, "settled_reason": why}
    if does is not None:
        bound = [list(part) for part in does.bound]
        changed = found.update(state=DONE, moved=does.moved, bound=bound, at=at, **settled)
    else:
        changed = found.update(state=REJECTED, **settled)
    stored = MatchAct.objects.select_related("target", "undone_by").get(pk=row)
    if not changed:
        raise Conflict(f"The act {stored.public_id} is {stored.state} already.", hint="Look again.")
    return _view(stored)


def store_verdicts(verdicts: Verdicts, act: StoredAct, at: datetime) -> None:
    """Append what an act says of each pair."""
    insert_rows(
        Decision,
        ("left_id", "right_id", "verdict", "actor", "reason", "decided_at", "act_id"),
        [
            (*pair, verdict, act.author, act.reason, at, act.row)
            for pair, verdict in sorted(verdicts.items())
        ],
    )


def act_named(public_id: str) -> StoredAct:
    """The act of this id; raises `Unknown`."""
    row = MatchAct.objects.select_related("target", "undone_by").filter(public_id=public_id).first()
    if row is None:
        shape = "" if is_id(public_id, "act") else "An id looks like act_ and 32 hex digits. "
        raise Unknown(
            f"There is no act {public_id!r}.", hint=f"{shape}See them by `tellonce acts list`."
        )
    return _view(row)


def acts(*, state: str = "", limit: int = 50, before: str = "") -> list[StoredAct]:
    """What people did, the newest first; `before`: older than this id."""
    rows = MatchAct.objects.select_related("target", "undone_by").order_by("-id")
    if state:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(id__lt=act_named(before).row)
    return [_view(row) for row in rows[:limit]]


def proposals_since() -> tuple[int, datetime | None]:
    """How many acts wait for a second person, and when the oldest was proposed."""
    rows = MatchAct.objects.filter(state=MatchAct.PROPOSED)
    found = rows.aggregate(count=Count("id"), oldest=Min("at"))
    return found["count"], found["oldest"]


def acts_at(moments: Collection[datetime]) -> dict[datetime, StoredAct]:
    """The acts of people that were done at these moments."""
    rows = MatchAct.objects.select_related("target", "undone_by")
    return {row.at: _view(row) for row in rows.filter(at__in=moments, state=DONE)}


def verdicts_after_undo(target: int) -> dict[Pair, str]:
    """What changes about pairs once the target (row id) is undone; nothing is written."""
    undone, base = _undone(target, _NOT_KNOWN_YET)
    pairs = Decision.objects.filter(act=base).values_list("left_id", "right_id")
    said = said_around({end for pair in pairs for end in pair})
    holds = said.counting(undone)
    return {
        pair: holds.get(pair, WITHDRAWN)
        for pair, verdict in said.newest().items()
        if verdict != holds.get(pair, WITHDRAWN)
    }


def mark_undone(target: int, by: int) -> None:
    """The act `by` undoes the target; what that undid counts again, unless another undoes it."""
    for act, undone_by in _undone(target, by)[0].items():
        MatchAct.objects.filter(pk=act).update(undone_by=undone_by)


def _undone(target: int, by: int) -> tuple[Mapping[int, int | None], int]:
    """What undoes each act that is affected, None: it counts; and the act that decided."""
    undone: dict[int, int | None] = {target: by}
    act = MatchAct.objects.get(pk=target)
    while act.target_id is not None:
        undos = MatchAct.objects.filter(target=act.target_id, state=DONE)
        counting = (
            pk
            for pk, undone_by in undos.values_list("id", "undone_by_id")
            if undone.get(pk, undone_by) is None
        )
        undone[act.target_id] = max(counting, default=None)
        act = MatchAct.objects.get(pk=act.target_id)
    return undone, act.pk


def _view(row: MatchAct) -> StoredAct:
    return StoredAct(
        row=row.pk,
        id=row.public_id,
        kind=row.kind,
        verdict=row.verdict,
        state=row.state,
        groups=_frozen(row.groups),
        customers=tuple(row.customers),
        target=row.target.public_id if row.target else "",
        undone_by=row.undone_by.public_id if row.undone_by else "",
        moved=row.moved,
        author=row.author,
        reason=row.reason,
        at=row.at,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        settled_reason=row.settled_reason,
    )


def _frozen(groups: Iterable[Iterable[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(group) for group in groups)
