"""What rules are and what comes of them: frozen values that cross the borders of `rules`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar, NamedTuple

import pyarrow as pa

from tellonce.engine.standardise.dates import DateOrder

ON_FAIL = ("accept", "flag", "quarantine", "correct")
SEVERITIES = ("low", "medium", "high", "critical")
DIMENSIONS = ("accuracy", "completeness", "consistency", "timeliness", "uniqueness", "validity")
SCOPES = ("row", "set", "customer")

FAILURES = pa.schema(
    [
        ("row", pa.int64()),  # position in the rows that were judged, from 0
        ("rule", pa.string()),  # Rule.id
        ("field", pa.string()),  # the header the value stands under; the rule's field if none
        ("value", pa.string()),  # as the rule found it; null where there is none
        ("reason", pa.string()),  # in words, without any value of the row
        ("on_fail", pa.string()),  # what happens: one of ON_FAIL
        ("corrected", pa.string()),  # the value put in its place; null unless on_fail is "correct"
    ]
)


@dataclass(frozen=True)
class Reference:
    """A list of known values, or of what belongs to a key.

    values   folded key -> folded values that belong to it; an empty collection: known, and no more
    keys     the columns that make a key, in order; their folded values are joined by a tab
    shown    folded value -> the value as it is written, for corrections
    """

    name: str
    values: Mapping[str, Collection[str]]
    keys: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)


Known = Callable[[str, list[str]], Collection[str]]


@dataclass(frozen=True)
class Facts:
    """What rules may look at besides the rows; a rule whose fact is missing is not evaluated.

    now          the moment judged at, with its time zone
    attributes   header -> attribute it was recognised as, `email#work` for one of a group
    orders       header -> how its dates are read; others are read year first, else day first
                 outside the USA
    country      ISO alpha-2 country of phones and postal codes beside which none stands
    references   further lists of known values, by name
    known        (field, comparable values) -> those that other records of the source hold
    whole        whether the rows are all there is; rules of scope "set" need that, or `known`
    """

    now: datetime | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, DateOrder] = field(default_factory=dict)
    country: str | None = None
    references: Mapping[str, Reference] = field(default_factory=dict)
    known: Known | None = None
    whole: bool = True


NOTHING = Facts()


@dataclass(frozen=True)
class Cell:
    """Where a judged value stands: its header, the attribute it was recognised as ("" for none),
    how dates are read there and in the columns beside, and the facts.
    """

    header: str
    attribute: str
    order: DateOrder
    facts: Facts
    orders_beside: tuple[DateOrder, ...] = ()


class Check:
    """What a rule asks of one value; subclasses are frozen dataclasses of the arguments.

    kind        the name in the mapping form (`{one_of: [a, b]}`)
    dimension   the dimension of a rule that does not say its own
    scope       "row": one row decides; "set": all rows do; "customer": records of one customer
    sees_empty  whether rows without a value are judged too
    sees_raw    whether blanks around the value are judged too
    """

    kind: ClassVar[str] = ""
    dimension: ClassVar[str] = "validity"
    scope: ClassVar[str] = "row"
    sees_empty: ClassVar[bool] = False
    sees_raw: ClassVar[bool] = False

    def phrase(self) -> str:
        """The check as it is written in a rule; reading it gives the same check."""
        raise NotImplementedError

    def aloud(self) -> str:
        """What must be so, to follow the name of the field: "is filled"."""
        raise NotImplementedError

    def beside(self) -> tuple[str, ...]:
        """Fields of the same row that are read too, and without which it cannot be judged."""
        return ()

    def hints(self) -> tuple[str, ...]:
        """Fields of the same row that are read where they are there."""
        return ()

    def lacking(self, facts: Facts) -> str:
        """What is missing to judge at all, as a sentence; "" for nothing."""
        return ""

    def tells(self) -> bool:
        """Whether who wrote the check could ask by it what a value is, guess by guess: only checks
        with nothing of the author's own to compare with do not.
        """
        return True

    def reads(self) -> tuple[str, ...] | None:
        """Fields that it may tell of beside its own, where it `tells`; None: any of the row."""
        return (*self.beside(), *self.hints())

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        """What is wrong with a value, in words and without it; None where nothing is, "" where
        nothing can be said, which counts as if there were no value.

        `beside` are the values of `beside()` and then `hints()`, "" for none.
        """
        raise NotImplementedError

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        """Which of these distinct values (with what stands beside each) pass, told at once for the
        plain ones: a mask that is true only where `judge` finds nothing. None: ask it for each.
        """
        return None

    def plainly(
        self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell
    ) -> Iterable[tuple[pa.Array, str]]:
        """Which of these do not, told at once: masks that are true only where `judge` gives this
        reason; of several the first counts. What neither this nor `surely` tells is asked of it.
        """
        return ()


@dataclass(frozen=True)
class Condition:
    """`FIELD is VALUE`: rows the rule is about. All of a rule's conditions must hold.

    Without `values` it asks whether the field is filled; `wanted` False turns it round.
    """

    field: str
    values: tuple[str, ...] = ()
    wanted: bool = True

    def phrase(self) -> str:
        """As it is written after `when:`."""
        turned = "is" if self.wanted else "is not"
        if not self.values:
            return f"{self.field} {turned} filled"
        one = self.values[0] if len(self.values) == 1 else f"one of [{', '.join(self.values)}]"
        return f"{self.field} {turned} {one}"


@dataclass(frozen=True)
class Rule:
    """One rule.

    id          its `name:`, else made from its field and check; stable
    field       attribute or header it is about; "" for a rule about whole rows (SQL)
    check       what must be so
    when        conditions that must hold, else the rule is not about the row
    on_fail     one of ON_FAIL; `otherwise` is what happens where a correction does not help
    correction  phrase of the named correction, "" unless on_fail is "correct"
    owner       who is asked about it; "" where nobody is named
    line        its line in the file
    """

    id: str
    field: str
    check: Check
    when: tuple[Condition, ...] = ()
    on_fail: str = "flag"
    severity: str = "medium"
    dimension: str = "validity"
    owner: str = ""
    correction: str = ""
    otherwise: str = "flag"
    line: int = 0

    @property
    def scope(self) -> str:
        """Whether one row, all rows, or the records of one customer decide."""
        return self.check.scope

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Every field it cannot be judged without: its own, those beside, those of `when`."""
        own = (self.field,) if self.field else ()
        found = (*own, *self.check.beside(), *(one.field for one in self.when))
        return tuple(dict.fromkeys(found))

    @property
    def tells(self) -> bool:
        """Whether failing it, or not, may tell what a value is (see `Check.tells`)."""
        return self.check.tells() or any(one.values for one in self.when)

    @cached_property
    def tells_of(self) -> frozenset[str] | None:
        """Fields whose values failing it, or not, may tell; None: any of the row."""
        read = self.check.reads() if self.check.tells() else ()
        if read is None:
            return None
        own = (self.field,) if self.field and self.check.tells() else ()
        asked = (one.field for one in self.when if one.values)
        return frozenset((*own, *read, *asked))

    def canonical(self) -> str:
        """Everything that decides about a result, on one line."""
        when = " and ".join(condition.phrase() for condition in self.when)
        parts = (self.id, self.field, self.check.phrase(), when, self.on_fail, self.correction)
        return "\t".join((*parts, self.otherwise, self.severity, self.dimension, self.owner))


@dataclass(frozen=True)
class ReferenceFile:
    """A list the user gives: a file of records, the columns that make a key, and the column of what
    belongs to it ("" for none).
    """

    name: str
    file: str
    key: tuple[str, ...]
    value: str = ""
    line: int = 0


@dataclass(frozen=True)
class RuleSet:
    """Rules in the order of their file, and the lists of values they bring along."""

    name: str
    rules: tuple[Rule, ...]
    references: tuple[ReferenceFile, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """The version of the rules: 16 hex digits that change when a result might."""
        lines = [rule.canonical() for rule in self.rules]
        lines += [repr((one.name, one.file, one.key, one.value)) for one in self.references]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    @cached_property
    def in_order(self) -> tuple[tuple[int, Rule], ...]:
        """The rules in the order they run, each with its place in the file: those that correct
        first, so that all others judge what came of it.
        """
        numbered = list(enumerate(self.rules))
        first = [one for one in numbered if one[1].on_fail == "correct"]
        return (*first, *(one for one in numbered if one[1].on_fail != "correct"))

    def of_scope(self, *scopes: str) -> RuleSet:
        """The same without rules of other scopes."""
        kept = tuple(rule for rule in self.rules if rule.scope in scopes)
        return RuleSet(self.name, kept, self.references)


class Counts(NamedTuple):
    """Rows a rule was about. Rows outside its `when` are in none of these."""

    passed: int
    failed: int
    empty: int


@dataclass(frozen=True)
class NotEvaluated:
    """A rule that could not run, which is never a pass."""

    rule: str
    reason: str


@dataclass(frozen=True)
class Evaluation:
    """What rules say of rows.

    failures       FAILURES, by row and then in the order of the rules
    not_evaluated  rules that could not run, and why
    counts         Rule.id -> Counts, of the rules that ran
    corrected      the rows with the declared corrections; the very same table where there are none
    version        the fingerprint of the rules
    """

    failures: pa.Table
    not_evaluated: tuple[NotEvaluated, ...]
    counts: Mapping[str, Counts]
    corrected: pa.Table
    version: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file of rules: where (from 1), one sentence, and what to do."""

    line: int
    column: int
    sentence: str
    hint: str
