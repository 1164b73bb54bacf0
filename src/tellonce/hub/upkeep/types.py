"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tellonce.hub.policy.seeing import NOTHING, Withheld
from tellonce.rules.decay import DecayRules, score_at

_DAY = 86_400.0

SAID_BY = ("customer", "representative", "steward")
"""Who can confirm a value: the customer himself, a representative who has him on the phone, or a
steward who has evidence."""

QUALITY = {"customer": 1.0, "representative": 0.95, "steward": 0.95}
"""How far a person's word is trusted. Our estimate."""

AGREE_ON = ("birth_date", "gender", "name", "address", "marital_status")
REQUIRED = ("email", "phone", "address")
UNIQUE = ("identifier",)


@dataclass(frozen=True)
class NudgePolicy:
    """How people are asked. `quiet_days` after one question there is no other; `least` is the worth
    below which nobody is asked; `most` the questions of one run.
    """

    quiet_days: int = 92
    purpose: str = "service"
    least: float = 10.0
    most: int = 500


@dataclass(frozen=True)
class Policy:
    """What is declared about upkeep. `version` 0: nothing is, these are the defaults.

    `agree_on`: units on which the sources of a customer should agree; `required`: units that should
    be fresh; `unique`: units that no two customers should share.
    """

    version: int = 0
    decay: DecayRules = field(default_factory=DecayRules)
    agree_on: tuple[str, ...] = AGREE_ON
    required: tuple[str, ...] = REQUIRED
    unique: tuple[str, ...] = UNIQUE
    nudges: NudgePolicy = field(default_factory=NudgePolicy)


@dataclass(frozen=True, slots=True)
class Aged:
    """How current one unit of a customer is, when it is looked at.

    `score` is its decay, 0 to 100; `stale_at` None: it never goes stale, or in no time that
    matters; `confirmed_at` None: no person confirmed what it says now.
    """

    unit: str
    stated_at: datetime
    confirmed_at: datetime | None
    score: float
    stale: bool
    stale_at: datetime | None
    importance: float


@dataclass(frozen=True)
class StaleCustomer:
    """A customer with stale values, the most due first."""

    customer: str
    due_at: datetime
    values: tuple[Aged, ...]


@dataclass(frozen=True)
class StalePage:
    """Customers by staleness; `next` is the cursor of the next page, "" at the end."""

    customers: tuple[StaleCustomer, ...]
    next: str


@dataclass(frozen=True)
class Timeliness:
    """Of one unit: customers with a value of it that can go stale, and those whose is not stale."""

    unit: str
    customers: int
    current: int

    @property
    def share(self) -> float | None:
        """Share that is current; None without customers."""
        return self.current / self.customers if self.customers else None


@dataclass(frozen=True)
class Consistency:
    """Customers with a golden record, and those without an open disagreement of their sources;
    `looked_at`: whether anybody was looked at yet.
    """

    customers: int
    consistent: int
    looked_at: bool = True

    @property
    def share(self) -> float | None:
        """Share whose sources agree; None without customers, and where nobody was looked at."""
        return self.consistent / self.customers if self.customers and self.looked_at else None


@dataclass(frozen=True)
class FindingView:
    """Something wrong with a customer (public id) as a whole.

    `kind`: disagreement (sources say different things), shared (another customer has the same),
    stale (a required value is out of date). `detail` holds ids and times only: `sides` of a
    disagreement with their records as SOURCE:ID, the newest first; `customers` that share.
    """

    id: str
    customer: str
    kind: str
    attribute: str
    rule: str
    rule_version: str
    severity: str
    dimension: str
    owner: str
    state: str
    sentence: str
    detail: Mapping[str, Any]
    since: datetime | None
    opened_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True)
class FindingPage:
    """Findings, the newest first; `next` is the cursor of the next page, "" at the end."""

    findings: tuple[FindingView, ...]
    next: str
    withheld: Withheld = NOTHING


@dataclass(frozen=True)
class ConfirmationView:
    """That a person said a value is right. `record` is SOURCE:ID; `undone_at` None: it counts, as
    long as the record says the same.
    """

    id: str
    customer: str
    record: str
    attribute: str
    said_by: str
    channel: str
    author: str
    said_at: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True)
class NudgeView:
    """A question to a person, asked or (`id` "") to be asked. `worth`: what an answer is worth, 0
    to 100: decay times importance times how well the channel reaches him.
    """

    id: str
    customer: str
    attribute: str
    score: float
    worth: float
    channel: str
    purpose: str
    state: str
    asked_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class NudgePlan:
    """Questions to be asked, and of the stale customers that were looked at how many are not, by
    reason.
    """

    nudges: tuple[NudgeView, ...]
    passed_over: Mapping[str, int]


@dataclass(frozen=True)
class NudgePage:
    """Questions that were asked; `next` is the cursor of the next page, "" at the end."""

    nudges: tuple[NudgeView, ...]
    next: str


@dataclass(frozen=True)
class NudgeAnswer:
    """An answer opened: `value` is what the person said instead, None where he gave none."""

    nudge: NudgeView
    value: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ageing:
    """How one value ages. `stated_at`: when it was last said, None: not known; `half_life` in days,
    None: it never changes; `stale_from`: the score from which it is stale.
    """

    half_life: float | None
    stated_at: datetime | None = None
    support: float = 0.0
    confirmed_at: datetime | None = None
    stale_from: float = 100.0

    def score(self, now: datetime) -> float | None:
        """Its decay at this moment, 0 to 100; None where it is not known when it was said."""
        if self.half_life is None:
            return 0.0
        if self.stated_at is None:
            return None
        age = (now - self.stated_at).total_seconds() / _DAY
        return round(score_at(self.half_life, age, self.support), 1)


NEVER_AGES = Ageing(None)
