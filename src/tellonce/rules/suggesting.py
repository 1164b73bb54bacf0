"""Rules that a reviewer would keep, suggested from the data: few and good rather than many.

What the profile and the rows make likely (`candidates.py`, `candidates_beside.py`) is asked of the
rows by the very evaluation that will apply it later. A rule stays only where nearly all rows pass:
one that a tenth of good rows would break is no rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from tellonce.engine.standardise import Recognition
from tellonce.rules.candidates import Candidate, candidates
from tellonce.rules.candidates_beside import candidates_beside
from tellonce.rules.chances import wilson
from tellonce.rules.errors import RuleErrors
from tellonce.rules.evaluating import evaluate
from tellonce.rules.profile_types import Profile
from tellonce.rules.profiling import profile, recognised
from tellonce.rules.reading import read_rules
from tellonce.rules.surroundings import attributes_of, surroundings_of
from tellonce.rules.types import Facts, Rule, RuleSet

LOOKED_AT = 200_000  # rows that rules are tried on, spread evenly over the file
_TENTH = 0.9  # whatever the sample, more than this share must surely pass


@dataclass(frozen=True)
class Suggestion:
    """A rule worth keeping: its line of YAML, why, the share of rows that pass now, and how many
    rows it is about and how many of them fail.
    """

    rule: str
    why: str
    share: float
    rows: int
    failing: int

    def as_document(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)


def suggest(
    rows: pa.Table,
    name: str = "rows",
    *,
    now: datetime | None = None,
    recognition: Recognition | None = None,
    profiled: Profile | None = None,
) -> tuple[Suggestion, ...]:
    """Rules for a table of text columns, in the order of its fields, those about two fields last.

    `now` is the moment that "in the future" is judged at; None: such rules are not suggested.
    `profiled` is the profile of the rows where there is one already.
    """
    known = recognition or recognised(rows, name)
    found = profiled or profile(rows, name, known)
    tried_on = _spread(rows)
    facts = facts_of(tried_on, known, now)
    likely = [*candidates(found), *candidates_beside(tried_on, found, dict(facts.orders))]
    return tuple(_kept(likely, tried_on, facts))


def facts_of(rows: pa.Table, known: Recognition, now: datetime | None = None) -> Facts:
    """What rules may know of rows that were recognised: the attributes, the country, and how the
    dates of each column are read, which its values show.
    """
    attributes = attributes_of(known)
    found = surroundings_of(rows, attributes, country=known.region, day_first=known.day_first)
    return Facts(now=now, attributes=attributes, orders=found.orders, country=found.country)


def as_yaml(suggestions: Iterable[Suggestion], name: str) -> str:
    """A file of rules, each with why it was suggested."""
    lines = [f"# Suggested from {name}. Read each rule, and take out what you do not mean."]
    for one in suggestions:
        failing = f"; {one.failing:,} of {one.rows:,} rows fail now" if one.failing else ""
        lines += ["", f"# {one.why}{failing}", f"- {one.rule}"]
    return "\n".join(lines) + "\n"


def _spread(rows: pa.Table) -> pa.Table:
    if rows.num_rows <= LOOKED_AT:
        return rows
    step = rows.num_rows / LOOKED_AT
    return rows.take(pa.array([int(n * step) for n in range(LOOKED_AT)], pa.int64()))


def _kept(likely: list[Candidate], rows: pa.Table, facts: Facts) -> Iterator[Suggestion]:
    asked = list(_readable(likely))
    result = evaluate(RuleSet("suggested", tuple(rule for rule, _ in asked)), rows, facts)
    told = set()
    for rule, candidate in asked:
        counts = result.counts.get(rule.id)
        line = candidate.line()
        if counts is None or line in told:
            continue
        failed = counts.failed
        about = counts.passed + failed
        if not about or (candidate.mends and not failed):
            continue
        share = counts.passed / about
        if share >= candidate.least and _surely(counts.passed, about):
            told.add(line)
            yield Suggestion(line, candidate.why, round(share, 6), about, failed)


def _surely(passed: int, about: int) -> bool:
    """Whether more than nine in ten pass for sure; of a few rows all must."""
    return passed == about or wilson(passed, about)[0] > _TENTH


def _readable(likely: list[Candidate]) -> Iterator[tuple[Rule, Candidate]]:
    """The candidates that read as rules, each with an id of its own."""
    for number, candidate in enumerate(likely):
        try:
            (rule,) = read_rules(f"- {candidate.line()}").rules
        except RuleErrors:
            continue
        yield Rule(f"candidate {number}", rule.field, rule.check, rule.when), candidate
