"""What is sent and answered about corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, model_validator

from tellonce.hub.api.fields import Withheld
from tellonce.hub.corrections.bulk import MOST as MOST_IN_GROUP
from tellonce.hub.corrections.detecting import ORIGINS as DETECTED_ORIGINS
from tellonce.hub.corrections.types import (
    ANSWERS,
    ORIGINS,
    SEVERITIES,
    STATES,
    TASK_STATES,
    NewCorrection,
)

Origin = Literal[ORIGINS]  # the vocabulary of corrections, not a second list of it
Severity = Literal[SEVERITIES]
State = Literal[("", "open", *STATES)]
TaskState = Literal[("", "open", *TASK_STATES)]
Answer = Literal[ANSWERS]
CORRECTION = "cor_019a2b3c4d5e7f8091a2b3c4d5e6f708"
GROUP = "cog_019a2b3c4d5e7f8091a2b3c4d5e6f708"
TASK = "tsk_019a2b3c4d5e7f8091a2b3c4d5e6f708"
_CUSTOMER = "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708"
_CLIENT = "cli_019a2b3c4d5e7f8091a2b3c4d5e6f708"
_MOMENT = "2026-11-26T08:15:30Z"
Value = Annotated[str, Field(min_length=1, max_length=1000)]
Text = Annotated[str, Field(max_length=1000)]
_WRONG = {
    "record": "crm:1",
    "attribute": "email",
    "value": "annamaria.new@example.org",
    "origin": "customer",
    "reason": "She wrote it down.",
}


class Wrong(Schema):
    """That a value of a customer is wrong, and what it should be. One of `customer` and `record`,
    and one of `value` and `removes`, or neither: then somebody has to find out.
    """

    customer: str | None = Field(None, min_length=1, max_length=36, description="cus_...")
    record: str | None = Field(
        None, max_length=400, pattern=r"^[^:]+:.+$", description="SOURCE:ID, such as crm:17."
    )
    attribute: str = Field(
        min_length=1, max_length=120, description="As in a customer; identifier:KIND, other:NAME."
    )
    value: Value | None = None
    removes: bool = Field(False, description="There is no such value.")
    old: Value | None = Field(None, description="The value that is wrong; else the golden one.")
    origin: Origin = "representative"
    severity: Severity = "medium"
    reason: Text = ""
    evidence: Text = ""
    confidence: float | None = Field(None, ge=0, le=1)
    verified: bool = Field(False, description="The person proved it himself.")
    expires_days: int | None = Field(
        None, ge=1, le=36_500, description="It stands over the sources so long; else its half-life."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Wrong:
        if (self.customer is None) == (self.record is None):
            raise ValueError("Name exactly one of customer, record")
        if self.removes and self.value is not None:
            raise ValueError("A value is replaced or removed, not both")
        return self

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [_WRONG]}}

    def new(self) -> NewCorrection:
        """As the hub takes it."""
        said = self.dict(exclude={"customer", "record"})
        source, colon, key = (self.record or "").partition(":")
        record = (source, key) if colon else None
        return NewCorrection(customer=self.customer or "", record=record, **said)


class GroupSent(Schema):
    """Corrections that are reviewed, applied and undone as one."""

    name: str = Field(min_length=1, max_length=120, description="For whoever reviews it.")
    corrections: list[Wrong] = Field(min_length=1, max_length=MOST_IN_GROUP)
    preview: bool = Field(False, description="Say what it would do, and keep nothing.")
    skip: bool = Field(False, description="Leave out what cannot be proposed.")

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [{"name": "returned mail", "corrections": [_WRONG], "preview": True}]
        },
    }


class DetectSent(Schema):
    """Which findings; `source` and `rule` only of rules that records do not meet."""

    origins: list[Literal[DETECTED_ORIGINS]] = Field(
        list(DETECTED_ORIGINS), min_length=1, max_length=len(DETECTED_ORIGINS)
    )
    severity: Severity = Field("low", description="This and above.")
    source: str = Field("", max_length=255)
    rule: str = Field("", max_length=100)
    limit: int = Field(1_000, ge=1, le=1_000, description="Open no more once there are so many.")

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"origins": ["rule"], "severity": "high"}]},
    }


class DetectedAnswer(Schema):
    """Corrections that were opened; findings that had one, or that none can help."""

    opened: list[str]
    known: int
    passed_over: int


class ValueSent(Schema):
    """What a detected value should be."""

    value: Value | None = None
    removes: bool = False
    reason: Text = ""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"removes": True, "reason": "It bounces."}]},
    }


class AnswerSent(Schema):
    """What became of a write-back in a source; a failure or refusal says why."""

    answer: Answer
    reason: Text = ""

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{"answer": "done"}]}}


class Correction(Schema):
    """A correction, without values. `version` grows with every change."""

    id: str
    customer: str = Field(description="Whose it is now; empty for nobody.")
    record: str = Field(description="SOURCE:ID, for who may read customers and sees the value.")
    attribute: str
    origin: str
    severity: str
    state: str
    outcome: str = Field(description="Of a closed one: verified, kept, expired, stands already.")
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


CORRECTION_EXAMPLE: dict[str, Any] = {
    "id": CORRECTION,
    "customer": _CUSTOMER,
    "record": "crm:1",
    "attribute": "email",
    "origin": "customer",
    "severity": "medium",
    "state": "proposed",
    "outcome": "",
    "author": _CLIENT,
    "reviewer": "",
    "owner": "steward",
    "rule": "",
    "confidence": None,
    "group": "",
    "reopened": 0,
    "created_at": _MOMENT,
    "due_at": "2026-12-01T08:15:30Z",
    "overdue": False,
    "applied_at": None,
    "closed_at": None,
    "expires_at": "2029-09-20T08:15:30Z",
    "version": 1,
}


class Corrections(Schema):
    """The newest first, and the cursor of the next page, empty at the end."""

    corrections: list[Correction]
    before: str

    model_config = {
        "json_schema_extra": {"examples": [{"corrections": [CORRECTION_EXAMPLE], "before": ""}]}
    }


class CorrectionsListed(Corrections):
    """With what is left out of the list."""

    withheld: Withheld


class Task(Schema):
    """What a source is asked to write back."""

    id: str
    correction: str
    customer: str
    source: str
    record: str
    attribute: str
    gives_back: bool = Field(description="Undone: the value that was wrong is asked for.")
    severity: str
    state: str
    reason: str
    asked_at: datetime
    due_at: datetime | None
    answered_by: str
    answered_at: datetime | None
    verified_at: datetime | None
    overdue: bool


class Tasks(Schema):
    """The oldest first, and the cursor of the next page, empty at the end."""

    tasks: list[Task]
    after: str


class Step(Schema):
    """Something that happened."""

    at: datetime
    kind: str
    actor: str
    words: str


class ShownCorrection(Schema):
    """A correction with its values as policy shows them, its write-backs and its story."""

    correction: Correction
    old: str | None
    value: str | None
    removes: bool
    masked: bool
    hidden: bool
    reason: str
    evidence: str
    tasks: list[Task]
    story: list[Step]


class TroubleShown(Schema):
    """What stands in the way of a row, numbered from 1."""

    row: int
    problem: str
    hint: str


class PreviewShown(Schema):
    """What a group would do, or does."""

    rows: int
    corrections: int
    customers: int
    attributes: dict[str, int]
    troubles: list[TroubleShown]
    needs: int = Field(description="Persons who must approve it.")


class Group(Schema):
    """A group: who approved it, and how many of its corrections are in each state."""

    id: str
    name: str
    author: str
    needs: int
    approvals: list[str]
    at: datetime
    states: dict[str, int]


class GroupAnswer(Schema):
    """A preview keeps nothing, so it has no group."""

    group: Group | None
    preview: PreviewShown


class CorrectionsAsked(Schema):
    """Which corrections."""

    state: State = ""
    severity: Literal[("", *SEVERITIES)] = ""
    origin: Literal[("", *ORIGINS)] = ""
    customer: str = Field("", max_length=36, description="cus_...")
    group: str = Field("", max_length=40, description="cog_...")
    overdue: bool = False
    limit: int = Field(50, ge=1, le=500)
    before: str = Field("", max_length=40, description="`before` of the page before.")


class TasksAsked(Schema):
    """Which write-backs."""

    state: TaskState = "open"
    source: str = Field("", max_length=255)
    limit: int = Field(100, ge=1, le=500)
    after: str = Field("", max_length=40, description="`after` of the page before.")
