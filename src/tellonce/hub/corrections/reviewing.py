"""Review: never by whoever proposed; by nobody only where that is declared."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse, refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict
from tellonce.hub.corrections.applying import apply_corrections, take_back
from tellonce.hub.corrections.declared import Declared
from tellonce.hub.corrections.models import Correction, CorrectionGroup
from tellonce.hub.corrections.naming import policy_name
from tellonce.hub.corrections.proposing import Prepared
from tellonce.hub.corrections.storing import (
    check_seen,
    check_state,
    correction_row,
    move,
    policy_in_force,
    rows_named,
    telling,
)
from tellonce.hub.corrections.types import DETECTED, IN_FORCE, PROPOSED, REJECTED, WITHDRAWN
from tellonce.hub.intake.stewards import PROPOSED_IT
from tellonce.hub.policy.seeing import sees
from tellonce.hub.sources.cards import truncate_cards

REVIEWS = ("steward", "admin")
_REVIEW = "review corrections"


def check_reviewer(by: Actor, action: str) -> None:
    """Raises `Refused`, audited, for who is neither steward nor administrator."""
    refuse_unless(by, REVIEWS, action, may_not=_REVIEW, hint="Ask a steward.")


def approve(name: str, *, by: Actor, seen: int | None = None) -> list[str]:
    """Approve a correction, or a group: it is applied, and the sources are asked to take it over.

    A group that needs two persons is applied by the second. Returns the ids. Raises `Refused` for
    whoever proposed it or approved it before, or does not see what it is about, `Stale`, and
    `Conflict` where it cannot be applied any more.
    """
    check_reviewer(by, "correction.approve")
    found = _of(name, seen)
    rows = _left(found, (PROPOSED,))
    if not all(sees(by, policy_name(row)) for row in rows):  # applying it tells what stands
        _refuse("no purpose of this client shows what it is about", by)
    for row in rows:
        check_state(row, (PROPOSED,), "approved")
    if by.id in {row.author for row in rows}:
        _refuse(PROPOSED_IT, by)
    if not name.startswith("cog_") or _enough(name, by):
        rest = any(row.state in IN_FORCE for row in found)
        apply_corrections(rows, policy_in_force()[1], by=by, reviewer=by.id, rest=rest)
    return _ids(rows)


def _enough(group: str, by: Actor) -> bool:
    """Note that somebody approves a group; whether that makes all who must."""
    with transaction.atomic():
        row = CorrectionGroup.objects.select_for_update().get(public_id=group)
        if by.id in row.approvals and len(row.approvals) < row.needs:
            already = True
        else:
            already = False
            row.approvals = sorted({*row.approvals, by.id})
            row.save(update_fields=["approvals"])
            record_act(Act("correction.approve", by.id, target=group))
    if already:
        _refuse("it takes two persons, and this one approved it already", by)
    return len(row.approvals) >= row.needs


def _refuse(reason: str, by: Actor) -> None:
    hint = "Another steward approves it."
    refuse(by, reason, "correction.approve", may_not="approve this correction", hint=hint)


def reject(name: str, *, by: Actor, reason: str = "", seen: int | None = None) -> list[str]:
    """Turn a correction, or a group, down. Raises `Refused` for whoever proposed it: who did takes
    it back instead.
    """
    check_reviewer(by, "correction.reject")
    rows = _of(name, seen)
    if by.id in {row.author for row in rows}:
        hint = f"Take it back: tellonce correction withdraw {name}"
        reason = "the person who proposed it takes it back instead"
        refuse(by, reason, "correction.reject", may_not="reject this correction", hint=hint)
    return _ended(rows, REJECTED, by, reason)


def withdraw(name: str, *, by: Actor, reason: str = "", seen: int | None = None) -> list[str]:
    """Take back what one proposed, before it is applied. Raises `Refused` for anybody else."""
    rows = _of(name, seen)
    if {row.author for row in rows} != {by.id}:
        refuse(
            by,
            "somebody else proposed it",
            "correction.withdraw",
            may_not="take this correction back",
            hint="A steward rejects it instead.",
        )
    return _ended(rows, WITHDRAWN, by, reason)


def undo(name: str, *, by: Actor, reason: str = "", seen: int | None = None) -> list[str]:
    """Take an applied correction, or a group, back, at any age: golden records are exactly what
    they would be without it. A source that has taken it over is asked for the former value.

    Raises `Refused`, `Stale`, and `Conflict` where it is not in force.
    """
    check_reviewer(by, "correction.undo")
    rows = _left(_of(name, seen), IN_FORCE)
    words = truncate_cards(reason[:1_000])
    take_back(rows, policy_in_force()[1], by=by, reason=words)
    return _ids(rows)


def _left(rows: list[Correction], states: Sequence[str]) -> list[Correction]:
    """Those of a group that are in these states, which was cut short else; all where none is."""
    return [row for row in rows if row.state in states] or rows


def _ids(rows: Sequence[Correction]) -> list[str]:
    return [row.public_id for row in rows]


def _of(name: str, seen: int | None) -> list[Correction]:
    rows = rows_named(name)
    for row in rows:
        check_seen(row, seen)
        if row.group is not None and row.public_id == name:
            raise Conflict(
                f"The correction {name} belongs to the group {row.group.public_id}.",
                hint="Act on the group: it is approved, rejected and undone as one.",
            )
    return rows


def _ended(rows: Sequence[Correction], state: str, by: Actor, reason: str) -> list[str]:
    for row in rows:
        check_state(row, (DETECTED, PROPOSED), state)
    now = clock.now()
    with transaction.atomic():
        reviewer = {"reviewer": by.id} if state == REJECTED else {}
        move(rows, state, now, policy_in_force()[1], closed_at=now, **reviewer)
        told = telling(rows, now, by.id)
        for row in rows:
            told.add(row, state, truncate_cards(reason[:1_000]))
        told.write()
        group = rows[0].group
        target = group.public_id if group else rows[0].public_id
        verb = "reject" if state == REJECTED else "withdraw"
        subjects = tuple(sorted(set(told.customers.values())))
        record_act(Act(f"correction.{verb}", by.id, target=target, subjects=subjects))
    return _ids(rows)


def approve_by_policy(
    rows: Sequence[Correction],
    ready: Sequence[Prepared],
    policy: tuple[int, Declared],
    *,
    by: Actor,
) -> None:
    """Apply those of these that the declarations approve by themselves; a group only whole. What
    its proposer does not see needs a person, else what became of it would tell him.
    """
    number, rules = policy
    covered = [
        row
        for row, one in zip(rows, ready, strict=True)
        if row.state == PROPOSED
        and one.seen
        and any(rule.covers(one.new, one.attribute, by.email) for rule in rules.auto_approve)
    ]
    if covered and (rows[0].group is None or len(covered) == len(rows)):
        apply_corrections(
            [correction_row(row.public_id) for row in covered],
            rules,
            by=by,
            reviewer=f"policy:{number}",
            why="as declared: needs no reviewer",
        )
