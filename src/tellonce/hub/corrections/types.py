"""The vocabulary of corrections, and frozen values that may leave the app.

    detected -> proposed -> applied -> propagated -> closed
        \\           \\          ^  \\_______________/|
         withdrawn   rejected   +---- reopened <----+        undone: taken back, whenever
                                +---- closed: a record that says the wrong value joined the customer

`detected` waits for a value, `proposed` for a reviewer, `applied` and `reopened` for sources to
answer what they are asked, `propagated` for their next deliveries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

ORIGINS = (
    "rule",
    "decay",
    "disagreement",
    "returned_mail",
    "representative",
    "customer",
    "partner",
    "steward",
)
SEVERITIES = ("low", "medium", "high", "critical")

DETECTED, PROPOSED, APPLIED = "detected", "proposed", "applied"
PROPAGATED, REOPENED, CLOSED = "propagated", "reopened", "closed"
REJECTED, WITHDRAWN, UNDONE = "rejected", "withdrawn", "undone"
OPEN = (DETECTED, PROPOSED, APPLIED, PROPAGATED, REOPENED)
IN_FORCE = (APPLIED, PROPAGATED, REOPENED, CLOSED)
STATES = (*OPEN, CLOSED, REJECTED, WITHDRAWN, UNDONE)

VERIFIED, KEPT, EXPIRED, STANDS = "verified", "kept", "expired", "stands already"
"""How a correction was closed: every source carries it; it stands over sources that do not; its
time was over; it was proposed by somebody who does not see the value, and there was nothing to do.
"""

ASKED, DONE, FAILED, REFUSED = "asked", "done", "failed", "refused"
OVERTAKEN, GONE, TAKEN_BACK, LEFT = "overtaken", "gone", "taken back", "left"
TASK_STATES = (ASKED, DONE, FAILED, REFUSED, VERIFIED, OVERTAKEN, GONE, LEFT, TAKEN_BACK)
WATCHED = "watched"
"""Of a record of the customer that says nothing wrong: it is looked at, and asked for nothing."""
ANSWERS = (DONE, FAILED, REFUSED)
UNANSWERED = (ASKED, FAILED)
FINAL = (REFUSED, VERIFIED, OVERTAKEN, GONE, LEFT)

REVIEW, WRITE_BACK, VERIFY = "review", "write_back", "verify"
STEP_OF_STATE = {
    DETECTED: REVIEW,
    PROPOSED: REVIEW,
    APPLIED: WRITE_BACK,
    REOPENED: WRITE_BACK,
    PROPAGATED: VERIFY,
}
"""Which deadline runs in a state."""

RecordName = tuple[str, str]


@dataclass(frozen=True)
class NewCorrection:
    """What somebody, or something, found wrong. Names exactly one of `customer` (public id) and
    `record` (source, record id).

    `attribute` as golden records name it, or `identifier:KIND`, `other:NAME`. `value` None and not
    `removes`: nobody knows it yet. `old` None: the golden value as it is. `verified`: the person
    himself proved it, as far as the caller knows. `finding` names what detected it: found again
    while it is open, it is the same correction. `expires_days` None: as declared.
    """

    attribute: str
    customer: str = ""
    record: RecordName | None = None
    value: str | None = None
    removes: bool = False
    old: str | None = None
    origin: str = "representative"
    severity: str = "medium"
    reason: str = ""
    evidence: str = ""
    confidence: float | None = None
    rule: str = ""
    finding: str = ""
    owner: str = ""
    verified: bool = False
    expires_days: int | None = None


@dataclass(frozen=True)
class Content:
    """What a correction is about, in values. `value` None: there is no such value, or (of one that
    is only detected) nobody knows it. `old` None: there was none.
    """

    old: str | None
    value: str | None
    removes: bool
    reason: str
    evidence: str


@dataclass(frozen=True)
class CorrectionView:
    """A correction without values. `customer` is the public id of whoever has its record now, ""
    for nobody; `record` is SOURCE:ID. Of who does not see the attribute record, rule and outcome
    are withheld: "".
    """

    id: str
    row: int
    customer: str
    record: str
    attribute: str
    is_identifier: bool
    origin: str
    severity: str
    state: str
    outcome: str
    author: str
    reviewer: str
    owner: str
    rule: str
    confidence: float | None
    group: str
    reopened: int
    created_at: datetime
    due_at: datetime | None
    overdue: bool
    applied_at: datetime | None
    closed_at: datetime | None
    expires_at: datetime | None
    version: int


@dataclass(frozen=True)
class TaskView:
    """What a source is asked to write back; `record` is SOURCE:ID. `gives_back`: the correction was
    undone, and the value that was wrong is asked for.
    """

    id: str
    correction: str
    customer: str
    source: str
    record: str
    attribute: str
    gives_back: bool
    severity: str
    state: str
    reason: str
    asked_at: datetime
    due_at: datetime | None
    answered_by: str
    answered_at: datetime | None
    verified_at: datetime | None
    overdue: bool = False


@dataclass(frozen=True)
class StepView:
    """Something that happened to a correction, in words."""

    at: datetime
    kind: str
    actor: str
    words: str


@dataclass(frozen=True)
class ShownCorrection:
    """A correction as a viewer may see it: `old` and `value` after policy, `masked` where masked,
    both None where nothing may be seen. `reason` and `evidence` are free text: shown where the
    values are, else "".
    """

    correction: CorrectionView
    old: str | None
    value: str | None
    removes: bool
    masked: bool
    hidden: bool
    reason: str
    evidence: str
    tasks: tuple[TaskView, ...]
    story: tuple[StepView, ...]


@dataclass(frozen=True)
class GroupView:
    """Corrections that belong together; `states`: how many are in each state."""

    id: str
    name: str
    author: str
    needs: int
    approvals: tuple[str, ...]
    at: datetime
    states: Mapping[str, int]


@dataclass(frozen=True)
class Trouble:
    """A row of a bulk that cannot be proposed, and why; rows are numbered from 1."""

    row: int
    problem: str
    hint: str


@dataclass(frozen=True)
class Preview:
    """What a bulk would do: corrections by attribute, customers it touches, and what stands in the
    way. `needs`: persons who must approve it.
    """

    rows: int
    corrections: int
    customers: int
    attributes: Mapping[str, int]
    troubles: tuple[Trouble, ...]
    needs: int


@dataclass(frozen=True)
class Figures:
    """How corrections are going. Days are from proposal to closing, of those closed in the period;
    None where there is none. `reopen_rate`: closed ones of the period that came back wrong.
    """

    closed: int
    lead_days_median: float | None
    lead_days_p90: float | None
    lead_days_by_severity: Mapping[str, float]
    reopened: int
    reopen_rate: float | None
    open_by_state: Mapping[str, int]
    open_by_severity: Mapping[str, int]
    overdue: int
    queue: int
    queue_days_oldest: float | None
    queue_days_median: float | None
    tasks_open: int
    returns_late: int
    by_origin: Mapping[str, int] = field(default_factory=dict)
