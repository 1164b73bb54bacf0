"""Asking people, rarely, and what they answer.

A question is told as an event, ids only; whoever sends messages fetches what to ask through policy.
Never two to one person in a quarter, whatever is merged, split and undone meanwhile: it is checked
again in the transaction that asks, while nothing else may change who is one customer.
"""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.statements import said_by_golden
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Unknown, WrongCall
from tellonce.hub.core.ids import is_id, new_id
from tellonce.hub.customers.selectors import customer_by_public_id
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened
from tellonce.hub.intake.turns import resolving
from tellonce.hub.jobs.services import confirm
from tellonce.hub.sources.cards import truncate_cards
from tellonce.hub.upkeep.ageing import Case, cases, value_hash
from tellonce.hub.upkeep.confirming import store_confirmation
from tellonce.hub.upkeep.declared import policy_in_force
from tellonce.hub.upkeep.models import Nudge
from tellonce.hub.upkeep.planning import Question, planned, question_now
from tellonce.hub.upkeep.types import NudgeAnswer, NudgePage, NudgePlan, NudgeView
from tellonce.hub.vault.services import decrypt, encrypt, new_key, opened_keys
from tellonce.hub.vault.types import Place

ACTION = "nudge"
ASKED = "tellonce.nudge.asked.v1"
ANSWERED = "tellonce.nudge.answered.v1"
ROLES = ("steward", "manager", "admin")
ANSWERERS = ("representative", "steward", "manager", "admin")
ANSWERS = (Nudge.CONFIRMED, Nudge.CHANGED, Nudge.DECLINED)
STATES = (Nudge.ASKED, *ANSWERS, Nudge.LAPSED)
MOST = 500
_LONGEST = 1_000  # signs of an answer


def plan_nudges(*, by: Actor, limit: int = 50) -> NudgePlan:
    """Whom would be asked what now, those of most worth first; nothing is written or sent."""
    _check_may(by, ROLES)
    found = planned(max(1, min(limit, MOST)), by=by)
    nudges = tuple(
        NudgeView("", q.customer, q.unit, q.score, q.worth, q.channel, _purpose(), "planned")
        for q in found.questions
    )
    return NudgePlan(nudges, found.passed_over)


def send_nudges(*, by: Actor, limit: int | None = None) -> list[NudgeView]:
    """Ask: at most so many people, else as many as policy lets a run ask. Each question is an event
    for a system that sends messages. Raises `Refused` for who may not, `Busy`.
    """
    _check_may(by, ROLES)
    most = policy_in_force().nudges.most
    asked = []
    for question in planned(min(limit or most, most), by=by).questions:
        with resolving(by.id, bulk=True) as lease, transaction.atomic():
            confirm(lease)
            now = question_now(question.customer, by=by)
            if now is not None:
                asked.append(_ask(now, by))
    return asked


def answer_nudge(nudge_id: str, answer: str, *, by: Actor, value: str = "") -> NudgeView:
    """What the person answered: confirmed; changed, with the new `value` if he gave it; declined.

    A confirmation counts if the value is still the one he was asked about, else the question has
    lapsed. A changed value is kept sealed for a correction. Raises `Refused`, `Unknown`,
    `WrongCall`, and `Conflict` where it is answered already.
    """
    _check_may(by, ANSWERERS)
    if answer not in ANSWERS or (value and answer != Nudge.CHANGED) or len(value) > _LONGEST:
        raise WrongCall(
            "An answer is confirmed, declined, or changed, which alone may give a new value.",
            hint=f"Say one of {', '.join(ANSWERS)}.",
        )
    with transaction.atomic():
        nudge = _named(nudge_id)
        case = _case_of(nudge) if answer == Nudge.CONFIRMED else None
        state = Nudge.LAPSED if answer == Nudge.CONFIRMED and case is None else answer
        open_ones = Nudge.objects.filter(pk=nudge.pk, state=Nudge.ASKED)
        if not open_ones.update(state=state, answered_at=clock.now()):
            raise Conflict(f"The nudge {nudge_id} is {nudge.state} already.", hint="Look at it.")
        if case is not None:
            store_confirmation(
                case,
                nudge.unit,
                by=by,
                said_by="customer",
                channel=nudge.channel,
                at=clock.now(),
            )
        if value:
            _seal(nudge, value)
        customer = nudge.customer.public_id
        data = {"nudge": nudge_id, "attribute": nudge.unit, "answer": state}
        emit(Happened(ANSWERED, customer, data))
        subjects, fields = (customer,), (nudge.unit,)
        record_act(
            Act(f"{ACTION}.answer", by.id, target=nudge_id, subjects=subjects, fields=fields)
        )
    return _view(_named(nudge_id))


def nudges(*, by: Actor, state: str = "", limit: int = 50, cursor: str = "") -> NudgePage:
    """Questions that were asked, the newest first. Raises `WrongCall` for a state or cursor."""
    _check_may(by, ANSWERERS)
    if state and state not in STATES:
        raise WrongCall(f"There is no state {state!r}.", hint=f"Say one of {', '.join(STATES)}.")
    rows = Nudge.objects.select_related("customer").order_by("-id")
    rows = rows.filter(state=state) if state else rows
    if cursor:
        rows = rows.filter(id__lt=_named(cursor).pk)
    limit = max(1, min(limit, MOST))
    found = list(rows[: limit + 1])
    shown = tuple(map(_view, found[:limit]))
    return NudgePage(shown, shown[-1].id if len(found) > limit else "")


def nudge_answer(nudge_id: str) -> NudgeAnswer:
    """What a person said instead, opened, for the app that corrects; raises `Unknown`."""
    row = _named(nudge_id)
    value = None
    keys = opened_keys([row.key_id]) if row.key_id else {}
    if row.answer is not None and row.key_id in keys:
        value = json.loads(decrypt(keys[row.key_id], bytes(row.answer), _place(nudge_id)))
    return NudgeAnswer(_view(row), value)


def _ask(question: Question, by: Actor) -> NudgeView:
    case = next(iter(cases([question.row])))
    row = Nudge(
        public_id=new_id("nud"),
        customer_id=question.row,
        unit=question.unit,
        score=question.score,
        worth=question.worth,
        channel=question.channel,
        purpose=_purpose(),
        author=by.id,
        value=_hash(question.unit, case),
        asked_at=clock.now(),
    )
    row.save(force_insert=True)
    data = {
        "nudge": row.public_id,
        "attribute": row.unit,
        "channel": row.channel,
        "purpose": row.purpose,
    }
    emit(Happened(ASKED, question.customer, data))
    subjects, fields = (question.customer,), (question.unit,)
    record_act(
        Act(
            f"{ACTION}.ask",
            by.id,
            purpose=row.purpose,
            target=row.public_id,
            subjects=subjects,
            fields=fields,
        )
    )
    return _view(row)


def _case_of(nudge: Nudge) -> Case | None:
    """The customer he is now, if the value is still the one he was asked about."""
    customer = customer_by_public_id(nudge.customer.public_id)
    case = next(iter(cases([customer.id])), None)
    if case is None or _hash(nudge.unit, case) != bytes(nudge.value):
        return None
    return case


def _hash(unit: str, case: Case) -> bytes:
    return value_hash(unit, said_by_golden(case.best))


def _purpose() -> str:
    return policy_in_force().nudges.purpose


def _seal(nudge: Nudge, value: str) -> None:
    key = new_key()
    text = json.dumps(truncate_cards(value)).encode()
    sealed = encrypt(key, text, _place(nudge.public_id))
    Nudge.objects.filter(pk=nudge.pk).update(answer=sealed, key=key.id)


def _place(public_id: str) -> Place:
    return Place("nudges", "answer", public_id)


def _check_may(by: Actor, roles: tuple[str, ...]) -> None:
    refuse_unless(by, roles, ACTION, may_not="ask people", hint="Ask a steward or a manager.")


def _named(public_id: str) -> Nudge:
    row = Nudge.objects.select_related("customer").filter(public_id=public_id).first()
    if row is None:
        shape = "" if is_id(public_id, "nud") else "An id looks like nud_ and 32 hex digits. "
        raise Unknown(
            f"There is no nudge {public_id!r}.", hint=f"{shape}See `tellonce upkeep nudges list`."
        )
    return row


def _view(row: Nudge) -> NudgeView:
    answered: datetime | None = row.answered_at
    return NudgeView(
        row.public_id,
        row.customer.public_id,
        row.unit,
        row.score,
        row.worth,
        row.channel,
        row.purpose,
        row.state,
        row.asked_at,
        answered,
    )
