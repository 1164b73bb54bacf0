"""Rules applied to rows of a source: the keyhole to `tellonce.rules.evaluating`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.hub.core import clock
from tellonce.hub.quality.in_force import InForce
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.types import Finding, SourceView
from tellonce.rules.evaluating import evaluate
from tellonce.rules.surroundings import Surroundings, surroundings_of
from tellonce.rules.types import Evaluation, Facts, NotEvaluated, RuleSet

IGNORED = "ignore"


@dataclass(frozen=True)
class Met:
    """How often one rule was met. `not_evaluated`: it could not run, which is no pass."""

    passed: int = 0
    failed: int = 0
    empty: int = 0
    not_evaluated: int = 0

    def plus(self, other: Met) -> Met:
        """Both together."""
        return Met(
            self.passed + other.passed,
            self.failed + other.failed,
            self.empty + other.empty,
            self.not_evaluated + other.not_evaluated,
        )


@dataclass(frozen=True)
class JudgedRows:
    """What rules say of rows.

    `table`: the rows with the declared corrections; `findings`: position of a row -> what was found
    in it; `met`: rule id -> how often it was met; `silent`: rules that could not run, and why.
    """

    table: pa.Table
    findings: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    met: Mapping[str, Met] = field(default_factory=dict)
    silent: tuple[NotEvaluated, ...] = ()


def settled_surroundings(source: SourceView) -> Surroundings:
    """How earlier deliveries settled that rows of a source are read, under what is declared."""
    learned, config = source.learned.get(RECORDS, {}), source.config
    held = Surroundings.from_document(learned.get("reading", {}))
    country = config.country or held.country
    if not country and "country" not in learned.get("reading", {}):
        country = learned.get("region") or None
    orders = held.orders
    if (first := config.day_first) is not None:
        orders = {name: replace(one, day_first=first, sure=True) for name, one in orders.items()}
    return Surroundings(country, orders)


def surroundings_at_hand(
    source: SourceView, rows: pa.Table, attributes: Mapping[str, str]
) -> Surroundings:
    """How rows that arrive are read: as was settled, and what was not as they show it."""
    held, settled = settled_surroundings(source), source.learned.get(RECORDS, {})
    known = "country" in settled.get("reading", {})
    country = source.config.country or (held.country if known else None)
    shown = surroundings_of(
        rows,
        attributes,
        country=country,
        day_first=source.config.day_first,
        headers=[name for name in rows.column_names if name not in held.sure],
    )
    if known:
        shown = replace(shown, country=country)
    return shown.beside(held)


def facts_about(
    source: SourceView,
    in_force: InForce,
    attributes: Mapping[str, str] | None = None,
    surroundings: Surroundings | None = None,
) -> Facts:
    """What rules may look at besides rows of a source.

    `attributes` (header -> attribute) and `surroundings`: what was recognised in the rows at hand;
    what earlier deliveries settled goes before, and stands where they are None.
    """
    learned = source.learned.get(RECORDS, {}).get("columns", {})
    said = {**(attributes or {}), **learned, **source.config.columns}
    found = surroundings or settled_surroundings(source)
    return Facts(
        now=clock.now(),
        attributes={header: name for header, name in said.items() if name != IGNORED},
        orders=found.orders,
        country=found.country,
        references=in_force.references,
        whole=False,
    )


def stamp_of(in_force: InForce, facts: Facts) -> str:
    """16 hex digits that change with the rules and with how columns are read: then all is judged
    anew.
    """
    read = (sorted(facts.attributes.items()), sorted(facts.orders.items(), key=str), facts.country)
    return hashlib.sha256(f"{in_force.stamp}:{read!r}".encode()).hexdigest()[:16]


def judge_rows(
    rows: pa.Table, in_force: InForce, facts: Facts, *, apart: Iterable[int] = ()
) -> JudgedRows:
    """What the rules that one row decides say of `rows`; those at the positions `apart` (of records
    that are deleted) are not judged, and not corrected.
    """
    left_out = set(apart)
    if not left_out:
        return _judged(rows, in_force.of_scope("row"), in_force, facts)
    kept = [row for row in range(rows.num_rows) if row not in left_out]
    some = rows.take(pa.array(kept, pa.int64()))
    found = _judged(some, in_force.of_scope("row"), in_force, facts)
    mask = pa.array([row not in left_out for row in range(rows.num_rows)])
    return JudgedRows(
        _put_back(rows, mask, some, found.table),
        {kept[row]: said for row, said in found.findings.items()},
        found.met,
        found.silent,
    )


def judge_set(rows: pa.Table, in_force: InForce, facts: Facts) -> JudgedRows:
    """What the rules that all rows of a source decide together say; `rows` are all there are."""
    return _judged(rows, in_force.of_scope("set"), in_force, replace(facts, whole=True))


def ages(in_force: InForce) -> bool:
    """Whether some rule looks at the present moment, so that a row may fail without a change."""
    return any(
        rule.check.lacking(Facts()) != rule.check.lacking(Facts(now=clock.now()))
        for rule in in_force.rules.rules
    )


def _judged(rows: pa.Table, rules: RuleSet, in_force: InForce, facts: Facts) -> JudgedRows:
    if not rules.rules:
        return JudgedRows(rows)
    said = evaluate(rules, rows, facts)
    return JudgedRows(
        said.corrected,
        _findings(said, in_force, facts),
        _met(said, rows.num_rows),
        said.not_evaluated,
    )


def _met(said: Evaluation, rows: int) -> dict[str, Met]:
    met = {rule: Met(*counts) for rule, counts in said.counts.items()}
    return met | {one.rule: Met(not_evaluated=rows) for one in said.not_evaluated}


def _findings(said: Evaluation, in_force: InForce, facts: Facts) -> dict[int, tuple[Finding, ...]]:
    """What is kept of the failures: all but those of rules that accept, which only count."""
    found: dict[int, list[Finding]] = {}
    columns = [said.failures.column(name).to_pylist() for name in _FAILURE]
    for row, name, header, value, reason, on_fail in zip(*columns, strict=True):
        if on_fail == "accept":
            continue
        rule = in_force.by_id[name]
        found.setdefault(row, []).append(
            Finding(
                rule=name,
                field=header,
                attribute=facts.attributes.get(header, ""),
                value=value,
                reason=reason,
                on_fail=on_fail,
                dimension=rule.dimension,
                severity=rule.severity,
                owner=rule.owner,
                scope=rule.scope,
                rules=in_force.versions[name],
            )
        )
    return {row: tuple(findings) for row, findings in found.items()}


_FAILURE = ("row", "rule", "field", "value", "reason", "on_fail")


def _put_back(rows: pa.Table, mask: pa.Array, some: pa.Table, corrected: pa.Table) -> pa.Table:
    """`rows` with the corrected ones (where the mask is true) in their places."""
    if corrected is some:
        return rows
    for at, header in enumerate(rows.column_names):
        fresh = corrected.column(header)
        if fresh.equals(some.column(header)):
            continue
        column = pc.replace_with_mask(
            rows.column(header).combine_chunks(), mask, fresh.combine_chunks()
        )
        rows = rows.set_column(at, header, column)
    return rows
