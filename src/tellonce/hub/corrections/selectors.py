"""Reads. Lists show no value; one correction shows its values as policy lets the viewer see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Min, QuerySet

from tellonce.hub.accounts.refusing import refuse
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.corrections.customers_at_hand import named_records
from tellonce.hub.corrections.declared import DEFAULT
from tellonce.hub.corrections.figures import correction_figures
from tellonce.hub.corrections.late_returns import WAITS
from tellonce.hub.corrections.models import (
    Correction,
    CorrectionGroup,
    CorrectionPolicy,
    CorrectionStep,
    WriteBack,
)
from tellonce.hub.corrections.naming import (
    about_unseen,
    policy_name,
    row_known_to,
    unseen_among,
    unseen_by,
)
from tellonce.hub.corrections.storing import contents, correction_row
from tellonce.hub.corrections.types import (
    OPEN,
    ORIGINS,
    PROPOSED,
    SEVERITIES,
    STATES,
    TASK_STATES,
    UNANSWERED,
    WATCHED,
    CorrectionView,
    GroupView,
    ShownCorrection,
    StepView,
    TaskView,
)
from tellonce.hub.customers.selectors import (
    customer_by_public_id,
    customers_by_record,
    members_of,
)
from tellonce.hub.policy.decide import decide, purposes_of
from tellonce.hub.policy.masks import masked
from tellonce.hub.policy.seeing import Withheld, withheld
from tellonce.hub.policy.types import Action, Answer, Facts
from tellonce.hub.sources.selectors import restricted_records

__all__ = [
    "correction_figures",
    "correction_view",
    "correction_views",
    "corrections",
    "corrections_withheld",
    "group_view",
    "policy_text",
    "shown_correction",
    "tasks",
    "waiting_corrections",
]

MOST = 500
VIEW = "correction.view"
_HIDDEN_TEXT = ""


class Which(TypedDict, total=False):
    """Which corrections are asked for; what is left out, or "", asks nothing."""

    state: str
    severity: str
    origin: str
    customer: str
    group: str
    overdue: bool
    reopened: bool


def corrections(
    *, limit: int = 50, before: str = "", by: Actor | None = None, **which: Unpack[Which]
) -> list[CorrectionView]:
    """Corrections, the newest first; `state` may be `open` for all that are. `before`: older than
    this one. `by` None: the hub itself asks; else those that others proposed about what he does not
    see are left out.

    Raises `WrongCall` for a word that is none, `Unknown` for a customer or correction.
    """
    rows = _asked(**which)
    if by is not None:
        rows = rows.exclude(unseen_by(by))
    if before:
        rows = rows.filter(id__lt=correction_row(before).pk)
    return _views(rows[: max(1, min(limit, MOST))], by)


def corrections_withheld(*, by: Actor, **which: Unpack[Which]) -> Withheld:
    """What `corrections` leaves out of those asked for, but for what rules and sources brought up,
    of which a count tells who fails a rule; raises as it does.
    """
    rows = _asked(**which)
    rows = rows.exclude(origin__in=("rule", "disagreement"))
    return withheld(rows.filter(unseen_by(by)).count(), by)


def waiting_corrections(by: Actor) -> tuple[int, datetime | None]:
    """How many corrections that `by` may be told of wait for a reviewer, and since when the oldest
    does; None where none does.
    """
    rows = Correction.objects.filter(state=PROPOSED).exclude(unseen_by(by))
    return rows.count(), rows.aggregate(oldest=Min("since"))["oldest"]


def _asked(**which: Unpack[Which]) -> QuerySet[Correction]:
    rows = Correction.objects.order_by("-id")
    state, severity, origin = which.get("state"), which.get("severity"), which.get("origin")
    for what, word, known in (
        ("state", state, (*STATES, "open")),
        ("severity", severity, SEVERITIES),
        ("origin", origin, ORIGINS),
    ):
        if word and word not in known:
            raise WrongCall(f"There is no {what} {word!r}.", hint=f"Say {', '.join(known)}.")
    if state:
        rows = rows.filter(state__in=OPEN if state == "open" else [state])
    if severity:
        rows = rows.filter(severity=severity)
    if origin:
        rows = rows.filter(origin=origin)
    if group := which.get("group"):
        rows = rows.filter(group__public_id=group)
    if which.get("reopened"):
        rows = rows.filter(reopened__gt=0)
    if which.get("overdue"):
        rows = rows.filter(state__in=OPEN, due_at__lte=clock.now())
    if customer := which.get("customer"):
        members = members_of(customer_by_public_id(customer).id)
        rows = rows.filter(record__in=[member.record for member in members])
    return rows


def correction_view(public_id: str, *, by: Actor | None = None) -> CorrectionView:
    """One correction without values, as `by` may know it; raises `Unknown`."""
    return _views([correction_row(public_id)], by)[0]


def correction_views(ids: Sequence[str], *, by: Actor | None = None) -> list[CorrectionView]:
    """These corrections (public ids) without values, as `by` may know them, oldest first; those not
    there are left out.
    """
    return _views(Correction.objects.filter(public_id__in=ids).order_by("id"), by)


def shown_correction(public_id: str, purpose: str, *, by: Actor) -> ShownCorrection:
    """One correction with its values, tasks and story, as `by` may see it for the purpose.

    What is seen is audited. Raises `Unknown`, and `Refused` where policy denies.
    """
    if purpose not in purposes_of(by):
        reason = f"may not act for the purpose {purpose}"
        granted = ", ".join(purposes_of(by))
        refuse(by, reason, VIEW, may_not="see it", hint=f"Allowed are: {granted}.")
    row = row_known_to(public_id, by)
    (view,) = _views([row], by)
    answer = _answer(row, view, purpose, by)
    said = contents([row]).get(row.pk)
    hidden = said is None or answer is Answer.DENY
    with transaction.atomic():
        fields = () if hidden else (row.attribute,)
        subjects = (view.customer,) if view.customer else ()
        record_act(
            Act(VIEW, by.id, purpose=purpose, target=public_id, subjects=subjects, fields=fields)
        )
    plain = answer is Answer.ALLOW

    def seen(value: str | None) -> str | None:
        if value is None or hidden:
            return None
        return value if plain else masked(policy_name(row), value)

    return ShownCorrection(
        view,
        seen(said and said.old),
        seen(said and said.value),
        bool(said and said.removes and not hidden),
        masked=not hidden and not plain,
        hidden=hidden,
        reason=said.reason if said and plain else _HIDDEN_TEXT,
        evidence=said.evidence if said and plain else _HIDDEN_TEXT,
        tasks=tuple(tasks(correction=public_id, by=by)),
        story=tuple(_story(row, plain)),
    )


def _answer(row: Correction, view: CorrectionView, purpose: str, by: Actor) -> Answer:
    facts = Facts(restricted=bool(restricted_records([row.record_id])))
    return decide(by, Action.VALUE, policy_name(row), purpose, facts).answer


_NO_VALUES = ("detected", "proposed", "valued")


def _story(row: Correction, plain: bool) -> Iterable[StepView]:
    """What people wrote may hold anything, and what sources did tells what they say: that is shown
    where the values are.
    """
    for step in CorrectionStep.objects.filter(correction=row).order_by("id"):
        words = step.words if plain or step.kind in _NO_VALUES else _HIDDEN_TEXT
        yield StepView(step.at, step.kind, step.actor, words)


def tasks(
    *,
    state: str = "",
    source: str = "",
    correction: str = "",
    limit: int = MOST,
    after: str = "",
    by: Actor | None = None,
) -> list[TaskView]:
    """What sources are asked to write back, the oldest first; `state` may be `open`: asked, or
    failed. `after`: newer than this one. `by` None: the hub itself asks; else those about what he
    does not see are left out, since they tell which record says it.

    Raises `WrongCall` for a state that is none, `Unknown` for a task.
    """
    rows = WriteBack.objects.exclude(state=WATCHED).order_by("id")
    rows = rows.select_related("correction", "record__source")
    if state and state not in (*TASK_STATES, "open"):
        raise WrongCall(f"No task is ever {state!r}.", hint=f"Say open, {', '.join(TASK_STATES)}.")
    if state:
        rows = rows.filter(state__in=UNANSWERED if state == "open" else [state])
    if source:
        rows = rows.filter(record__source__name=source)
    if correction:
        rows = rows.filter(correction__public_id=correction)
    if by is not None:
        rows = rows.exclude(about_unseen(by, "correction__"))
    if after:
        last = WriteBack.objects.filter(public_id=after).values_list("id", flat=True).first()
        if last is None:
            raise Unknown(f"There is no task {after!r}.", hint="Begin without it.")
        rows = rows.filter(id__gt=last)
    found = list(rows[: max(1, min(limit, MOST))])
    customers = customers_by_record({row.record_id for row in found})
    return [_task(row, customers.get(row.record_id, "")) for row in found]


def _task(row: WriteBack, customer: str) -> TaskView:
    source = row.record.source.name
    due = row.due_at if row.gives_back else row.correction.due_at
    return TaskView(
        row.public_id,
        row.correction.public_id,
        customer,
        source,
        f"{source}:{row.record.record_key}",
        row.correction.attribute,
        row.gives_back,
        row.correction.severity,
        row.state,
        row.reason,
        row.asked_at,
        due,
        row.answered_by,
        row.answered_at,
        row.verified_at,
        overdue=row.state in WAITS and due is not None and due <= clock.now(),
    )


def group_view(public_id: str) -> GroupView:
    """A group of corrections; raises `Unknown`."""
    row = CorrectionGroup.objects.filter(public_id=public_id).first()
    if row is None:
        raise Unknown(f"There is no group {public_id!r}.", hint="See the list of corrections.")
    states = Correction.objects.filter(group=row).values_list("state", flat=True)
    return GroupView(
        row.public_id,
        row.name,
        row.author,
        row.needs,
        tuple(row.approvals),
        row.at,
        dict(Counter(states)),
    )


def policy_text() -> str:
    """What is declared about corrections, as YAML."""
    row = CorrectionPolicy.objects.order_by("-id").first()
    return row.text if row else DEFAULT


def _views(rows: Iterable[Any], by: Actor | None) -> list[CorrectionView]:
    found: Sequence[Correction] = list(rows)
    records = {row.record_id for row in found}
    names, customers = named_records(records), customers_by_record(records)
    groups = dict(
        CorrectionGroup.objects.filter(
            id__in={row.group_id for row in found if row.group_id}
        ).values_list("id", "public_id")
    )
    now = clock.now()
    shown = _shown_to(by, found)
    return [
        CorrectionView(
            id=row.public_id,
            row=row.pk,
            customer=customers.get(row.record_id, ""),
            record=names[row.record_id] if row.pk in shown else "",
            attribute=row.attribute,
            is_identifier=row.is_identifier,
            origin=row.origin,
            severity=row.severity,
            state=row.state,
            outcome=row.outcome if row.pk in shown else "",
            author=row.author,
            reviewer=row.reviewer,
            owner=row.owner,
            rule=row.rule if row.pk in shown else "",
            confidence=row.confidence,
            group=groups.get(row.group_id, ""),
            reopened=row.reopened,
            created_at=row.created_at,
            due_at=row.due_at,
            overdue=row.state in OPEN and row.due_at is not None and row.due_at <= now,
            applied_at=row.applied_at,
            closed_at=row.closed_at,
            expires_at=row.expires_at,
            version=row.version,
        )
        for row in found
    ]


def _shown_to(by: Actor | None, found: Sequence[Correction]) -> set[int]:
    """Of which of these (row ids) `by` may know record, rule and outcome."""
    ids = {row.pk for row in found}
    return ids if by is None else ids - unseen_among(found, by)
