"""A dry run: what rules would say of all that the hub holds of a source, with nothing written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.quality.access import check_may_write
from tellonce.hub.quality.counting import added
from tellonce.hub.quality.in_force import InForce
from tellonce.hub.quality.judging import JudgedRows, Met, facts_about, judge_rows, judge_set
from tellonce.hub.quality.running import every_record, rows_of, slices
from tellonce.hub.quality.services import RulesFile, check_rules
from tellonce.hub.quality.telling import check_may_tell
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.stored_rows import StoredRow

SHOWN = 20


@dataclass(frozen=True)
class WouldFail:
    """A record that does not meet a rule; without the value."""

    record: str
    rule: str
    field: str
    reason: str
    on_fail: str


@dataclass(frozen=True)
class SourceCheck:
    """What rules would say of the records of a source. `failing`: the first of each rule;
    `silent`: rule -> why it could not run.
    """

    source: str
    records: int
    met: Mapping[str, Met]
    silent: Mapping[str, str]
    failing: tuple[WouldFail, ...]


def check_source(
    name: str, file: RulesFile, *, by: Actor, shown: int = SHOWN, progress: Progress = no_progress
) -> SourceCheck:
    """Judge every record that the hub holds of a source by the rules of a file.

    Raises as `check_rules`, `Unknown` for the source, `WrongCall` where it holds no records.
    """
    check_may_write(by, "quality.check")
    source = source_named(name, counted=True)
    if RECORDS not in source.learned:
        raise WrongCall(f"{name!r} holds no records.", hint=f"Load some: tellonce load {name}")
    rules = check_rules(file, name)
    check_may_tell(rules, name, by, "quality.check")
    in_force = InForce(rules, {rule.id: 0 for rule in rules.rules}, file.references, "")
    facts = facts_about(source, in_force)
    found = _Found(shown)
    together = bool(in_force.of_scope("set").rules)
    tables: list[pa.Table] = []
    rows: list[StoredRow] = []
    for part in slices(every_record(source.id)):
        table = rows_of(source, part)
        found.add(judge_rows(table, in_force, facts), part)
        found.records += len(part)
        if together:
            tables.append(table)
            rows += part
        progress("judge", found.records, source.records)
    if tables:
        whole = pa.concat_tables(tables, promote_options="default")
        found.add(judge_set(whole, in_force, facts), rows)
    customer = {one.id: "customer checks judge it" for one in in_force.of_scope("customer").rules}
    return SourceCheck(
        name, found.records, found.met, found.silent | customer, tuple(found.failing)
    )


class _Found:
    """What is gathered, slice by slice."""

    def __init__(self, shown: int) -> None:
        self.records = 0
        self.met: dict[str, Met] = {}
        self.silent: dict[str, str] = {}
        self.failing: list[WouldFail] = []
        self._left: dict[str, int] = {}
        self._shown = shown

    def add(self, judged: JudgedRows, rows: list[StoredRow]) -> None:
        """What was found in these rows."""
        self.met = added(self.met, judged.met)
        self.silent |= {one.rule: one.reason for one in judged.silent}
        self.failing += self._first(judged, rows)

    def _first(self, judged: JudgedRows, rows: list[StoredRow]) -> Iterator[WouldFail]:
        for at in sorted(judged.findings):
            for one in judged.findings[at]:
                left = self._left.setdefault(one.rule, self._shown)
                if left:
                    self._left[one.rule] = left - 1
                    yield WouldFail(
                        rows[at].record_key, one.rule, one.field, one.reason, one.on_fail
                    )
