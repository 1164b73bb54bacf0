"""Carrying out what a person wants: work out what it changes, write it or keep it as a proposal.

Its verdicts on pairs of records are appended, and what they change is written, in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from django.conf import settings
from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.placing import RowChanges, place_rows
from tellonce.hub.bridge.types import no_progress
from tellonce.hub.core.errors import Stale
from tellonce.hub.customers.selectors import customer_by_public_id, customers_of_records
from tellonce.hub.customers.types import Applied
from tellonce.hub.intake.acts import act
from tellonce.hub.intake.contradictions import check_no_contradiction
from tellonce.hub.intake.holdings import StoredHoldings
from tellonce.hub.intake.pairs import pairs_across, pairs_within
from tellonce.hub.intake.placing import Prepared, prepare, write_prepared
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.intake.services import resolved_if_due
from tellonce.hub.intake.stewards import check_steward
from tellonce.hub.intake.telling import Tally
from tellonce.hub.intake.turns import resolving
from tellonce.hub.intake.types import ActDone
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.matching import acts
from tellonce.hub.matching.counting import bound_parts
from tellonce.hub.matching.selectors import pairs_said_same
from tellonce.hub.matching.types import NewAct, StoredAct, Verdicts, pair_of


@contextmanager
def turn(by: Actor, kind: str, seen: Mapping[str, int] | None = None) -> Iterator[HeldLease]:
    """The resolver's lease for somebody who may act; nothing is moved by others meanwhile.

    `seen`: customer (public id) -> the version that the caller saw; raises `Stale` where it is
    another by now, and `Refused` for who is neither steward nor administrator.
    """
    check_steward(by, kind)
    with resolving(by.id) as lease:
        resolved_if_due(Tally(), lease, no_progress)
        for public_id, version in (seen or {}).items():
            _check_seen(public_id, version)
        yield lease


def _check_seen(public_id: str, version: int) -> None:
    found = customer_by_public_id(public_id)
    if found.asked_as:
        raise Stale(
            f"The customer {public_id} was merged into {found.public_id}.",
            hint="Look at that one, and decide anew.",
        )
    if found.retired_at is not None or found.version != version:
        raise Stale(
            f"The customer {public_id} is at version {found.version} by now, not at {version}.",
            hint="Look at it again, and decide anew.",
        )


def carry_out(
    new: NewAct, lease: HeldLease, by: Actor, *, approves: StoredAct | None = None
) -> ActDone:
    """Do what is wanted, or keep it as a proposal where it moves more records than one person may.

    `approves` is the proposal it was. Raises `Contradiction`.
    """
    new = replace(new, bound=_bound(new))
    verdicts, prepared = _worked_out(new)
    new = replace(new, moved=prepared.moved)
    most = settings.TELLONCE_TWO_PERSON_RECORDS
    if approves is None and 0 < most < prepared.moved:
        with transaction.atomic():
            stored = acts.propose_act(new)
            record_act(Act(f"{new.kind}.propose", by.id, target=stored.id))
        return ActDone(stored, _customers_around(verdicts))
    with act(lease) as moment:
        if approves is None:
            stored = acts.store_act(new, moment)
        else:
            stored = acts.settle_act(approves.row, by.id, moment, does=new)
        acts.store_verdicts(verdicts, stored, moment)
        if new.target is not None:
            acts.mark_undone(new.target, stored.row)
        applied = write_prepared(prepared, moment)
        _audit(stored, applied, by, len(verdicts))
    return _done(stored, applied, verdicts)


def _worked_out(new: NewAct) -> tuple[Verdicts, Prepared]:
    """What an act says of pairs, and what that changes."""
    rules = rules_in_force()
    if new.target is not None:
        undone = acts.verdicts_after_undo(new.target)
        return undone, prepare([], undone, rules)
    verdicts = _said(new)
    check_no_contradiction(verdicts)
    prepared = prepare([], verdicts, rules)
    torn = [group for group in new.groups if new.kind == acts.SPLIT and _is_torn(group, prepared)]
    if torn:
        verdicts |= dict.fromkeys({p for group in torn for p in pairs_within(group)}, acts.SAME)
        check_no_contradiction(verdicts)
        prepared = prepare([], verdicts, rules)
    return verdicts, prepared


def _said(new: NewAct) -> dict[tuple[int, int], str]:
    if new.kind == acts.DECIDE:
        return {pair_of(one, other): new.verdict for one, other in new.groups}
    if new.kind == acts.SPLIT:
        return dict.fromkeys(pairs_across(new.groups), acts.DIFFERENT)
    bound = {record for part in new.bound for record in part}
    main = [[record for record in group if record not in bound] for group in new.groups]
    return dict.fromkeys(pairs_across(new.groups) | pairs_across(main), acts.SAME)


def _bound(new: NewAct) -> tuple[tuple[int, ...], ...]:
    """The parts of the groups of a merge that only what people said so far holds to theirs."""
    if new.kind != acts.MERGE:
        return ()
    same = [pairs_said_same(group) for group in new.groups]
    said = [(*pair, acts.WITHDRAWN) for pairs in same for pair in pairs]
    if not said:
        return ()
    parts = place_rows(RowChanges({}, {}, said), StoredHoldings(), rules_in_force().resolution).sets
    bound = (
        bound_parts(group, parts, pairs) for group, pairs in zip(new.groups, same, strict=True)
    )
    return tuple(part for found in bound for part in found)


def _is_torn(group: Collection[int], prepared: Prepared) -> bool:
    """Whether matching alone would not keep a group together."""
    sets = prepared.placed.sets
    return sum(not members.keys().isdisjoint(group) for members in sets) > 1


def _audit(stored: StoredAct, applied: Applied, by: Actor, pairs: int) -> None:
    subjects = {*applied.created, *applied.changed, *applied.merged, *applied.split}
    subjects |= {*applied.merged.values(), *applied.restored, *applied.removed}
    record_act(
        Act(
            stored.kind if by.id == stored.author else f"{stored.kind}.approve",
            by.id,
            target=stored.id,
            subjects=tuple(sorted(subjects)),
            details={"pairs": pairs, "moved": stored.moved, "verdict": stored.verdict},
        )
    )


def _done(stored: StoredAct, applied: Applied, verdicts: Verdicts) -> ActDone:
    return ActDone(
        stored,
        _customers_around(verdicts),
        applied.created,
        applied.merged,
        {one: list(others) for one, others in applied.split.items()},
        applied.restored,
        applied.removed,
        applied.split,
    )


def _customers_around(verdicts: Verdicts) -> Sequence[str]:
    found = customers_of_records({end for pair in verdicts for end in pair})
    return [one.public_id for one in found]
