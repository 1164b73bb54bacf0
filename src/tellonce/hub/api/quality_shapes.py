"""What is sent and answered about rules and what they found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, model_validator

from tellonce.hub.api.fields import Withheld
from tellonce.hub.quality.selectors import MOST
from tellonce.hub.quality.types import STATES
from tellonce.rules.reading import LONGEST
from tellonce.rules.types import DIMENSIONS, SEVERITIES

LARGEST = 2**63 - 1
_MOMENT = "2026-11-26T08:15:30Z"
SourceName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_.-]*$")]
_VERSION = {
    "source": "",
    "number": 3,
    "name": "rules.yaml",
    "fingerprint": "9f86d081884c7d65",
    "rules": 12,
    "reason": "postal codes of Austria",
    "at": _MOMENT,
    "in_force": True,
}
_FAILURE = {
    "id": 41,
    "record": "crm:17",
    "rule": "email_valid",
    "field": "E-Mail",
    "attribute": "email",
    "reason": "has no @",
    "dimension": "validity",
    "severity": "medium",
    "owner": "crm-team",
    "on_fail": "flag",
    "state": "open",
    "because": "",
    "rules_version": 3,
    "found_at": _MOMENT,
    "settled_at": None,
}
_SUGGESTION = {
    "rule": "email: valid",
    "why": "Nearly all values of email are e-mail addresses.",
    "share": 0.992,
    "rows": 3624,
    "failing": 29,
}


class OfSource(Schema):
    """Which source; none: the rules for all sources."""

    source: SourceName = Field("", description="A source, or all where it is left out.")


class RulesVersion(Schema):
    """The rules of one source, or of all (`source` empty), as they were set at a time."""

    source: str
    number: int
    name: str
    fingerprint: str
    rules: int
    reason: str
    at: datetime
    in_force: bool

    model_config = {"json_schema_extra": {"examples": [_VERSION]}}


class RulesText(RulesVersion):
    """With the text."""

    text: str


class Rule(Schema):
    """A rule in force. `source`: in whose rules it stands, empty for all sources; `scope`: row, set
    (all records of the source together) or customer.
    """

    source: str
    id: str
    field: str
    check: str
    aloud: str = Field(description="What it asks, in words.")
    on_fail: str
    severity: str
    dimension: str
    owner: str
    scope: str
    version: int


class Rules(Schema):
    """What is in force: for a source each rule that holds for it, else each version."""

    versions: list[RulesVersion]
    rules: list[Rule]


class RulesHistory(Schema):
    """The newest first."""

    versions: list[RulesText]


class RulesAsked(Schema):
    """The rules that are to be in force: a text in YAML, or an earlier version."""

    source: SourceName = Field("", description="For this source only; empty: for all.")
    text: str | None = Field(None, max_length=LONGEST, description="Rules in YAML.")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="Back to this version.")
    name: str = Field("rules.yaml", min_length=1, max_length=100)
    reason: str = Field("", max_length=200)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [{"text": "- email: valid, on_fail: flag\n", "reason": "as agreed"}]
        },
    }

    @model_validator(mode="after")
    def _one_of_both(self) -> RulesAsked:
        if (self.text is None) == (self.version is None):
            raise ValueError("Give text or version, one of both")
        return self


class RulesSet(Schema):
    """The version in force now; `changed` is false where it was so before."""

    version: RulesVersion
    changed: bool
    sentences: list[str] = Field(description="What is to be known about these rules.")


class FailuresAsked(Schema):
    """Which failures; what is left out stands for any."""

    source: SourceName = ""
    rule: str = Field("", max_length=100)
    severity: Literal[("", *SEVERITIES)] = ""
    dimension: Literal[("", *DIMENSIONS)] = ""
    owner: str = Field("", max_length=100)
    state: Literal[("any", *STATES)] = "open"
    limit: int = Field(50, ge=1, le=MOST)
    cursor: str = Field("", pattern="^[0-9]{0,18}$", description="Of the page before.")


class Failure(Schema):
    """That a rule was not met by a record; without the value."""

    id: int
    record: str = Field(description="SOURCE:ID; empty for who may not read customers.")
    rule: str
    field: str
    attribute: str
    reason: str = Field(description="In words, without the value.")
    dimension: str
    severity: str
    owner: str
    on_fail: str
    state: str
    because: str = Field(description="Why it was waived.")
    rules_version: int
    found_at: datetime
    settled_at: datetime | None

    model_config = {"json_schema_extra": {"examples": [_FAILURE]}}


class Failures(Schema):
    """A page, the newest first."""

    failures: list[Failure]
    cursor: str = Field(description="For the next page; empty at the end.")
    withheld: Withheld


class FailureSeen(Failure):
    """With its value as policy shows it: `shown` is allow, mask or deny."""

    value: str | None
    shown: str

    model_config = {
        "json_schema_extra": {"examples": [{**_FAILURE, "value": "a***", "shown": "mask"}]}
    }


class WaiveAsked(Schema):
    """Why it may stand."""

    reason: str = Field(min_length=1, max_length=200)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"reason": "He has no other address."}]},
    }


class CountsAsked(Schema):
    """From which day to which, both included; the last 30 days where they are left out."""

    since: date | None = None
    until: date | None = None
    source: SourceName = ""


class RuleCount(Schema):
    """How often a rule was judged and met on a day. `occasion`: arrival, or run (over what is
    held). `not_evaluated`: it could not run, which is no pass.
    """

    day: date
    source: str
    rule: str
    dimension: str
    occasion: str
    passed: int
    failed: int
    empty: int
    not_evaluated: int


class DimensionCount(Schema):
    """The same for all rules of a dimension; `share`: of what was judged, what passed."""

    dimension: str
    passed: int
    failed: int
    empty: int
    not_evaluated: int
    share: float | None


class Counts(Schema):
    """By day and rule, and by dimension."""

    since: date
    until: date
    rules: list[RuleCount]
    dimensions: list[DimensionCount] = Field(description="Sums of the rules above.")
    withheld: Withheld


class SuggestionsAsked(Schema):
    """Of which source."""

    source: SourceName = Field(min_length=1)


class Suggestion(Schema):
    """A rule as a line of YAML, why, and how many of its rows pass (`share`) or fail now."""

    rule: str
    why: str
    share: float
    rows: int
    failing: int


class Suggestions(Schema):
    """From `looked_at` of the records of the source; `text` are the rules, ready to be set."""

    source: str
    records: int
    looked_at: int
    suggestions: list[Suggestion]
    text: str

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "source": "crm",
                    "records": 4802,
                    "looked_at": 4802,
                    "suggestions": [_SUGGESTION],
                    "text": "# Suggested from crm.\n- email: valid\n",
                }
            ]
        }
    }


class RunAsked(Schema):
    """Nothing is to be said."""

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{}]}}


class RunAccepted(Schema):
    """A job judges what is due."""

    job: int
