"""Seeded errors: faults of 20 kinds put into many sets, and what two sets of rules find of them.

    python -m bench.seeded --data FOLDER

Suggested: what `suggest` makes of the clean file, untouched by hand. Standard: what a user writes
who knows what the fields are (`seeded_sets.py`), for fields and not for faults. Precision: of the
cells that rules name after seeding and not before, those that were seeded. Recall: of the seeded
cells, those that a rule names.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from bench.report import ROOT, publish, table
from bench.seeded_faults import ANOTHERS, FAULTS, Cell, Columns, Ground, kinds_of, rounds_of, seeded
from bench.seeded_sets import Set, make_company, sets
from tellonce.rules.evaluating import evaluate
from tellonce.rules.profiling import recognised
from tellonce.rules.reading import read_rules
from tellonce.rules.suggesting import suggest
from tellonce.rules.surroundings import facts_of_file
from tellonce.rules.types import Facts, RuleSet

SEED, NOW = 11, datetime(2026, 12, 1, tzinfo=UTC)
ABOUT = (
    "Made by `python -m bench.seeded --data FOLDER`: published sets, files of the made-up company "
    "(`tellonce.demo`), and AdventureWorks, to which a seeded generator adds the phone, address, "
    "bank account and orders that it lacks. *Suggested* are the rules that `tellonce quality "
    "suggest` gives for the clean file, untouched by hand; *standard* are those a user writes who "
    "knows what the fields are, from one list for all sets (`bench/seeded_sets.py`)."
)
HOW = (
    "Cells are counted, not rows: a rule must name the very field. A fault goes where no rule "
    "complained before, one a row, 200 to 400 of a kind, fewer in small sets or where few rows "
    "fit; small sets take several rounds, each from "
    "the clean file, so their faults repeat in the same few rows. What rules name in the clean "
    "file is told apart, as *there before*, and is in neither figure. Precision: of the cells "
    "named after seeding and not before, those seeded; what a fault makes rules say of other cells "
    "of its row counts against them. Recall: of the 20 kinds. *Another row's value* is well formed "
    "and wrong, and is no kind of the 20: rules are expected not to see it. Faults, standard rules "
    "and suggestions come from one project, so a good figure says that a kind is covered, not how "
    "often it happens. No city list is given but for the made-up addresses of AdventureWorks: "
    "a city of another code is not to be found elsewhere."
)


@dataclass
class Found:
    """What one set of rules found in one set, over all rounds, by kind of fault.

    before      cells named in the clean file, by field
    beside      cells named that are not seeded, in rows with a fault of that kind
    untouched   cells newly named in rows without a fault
    """

    rules: int
    before: Counter[str]
    seeded: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    untouched: int = 0

    def add(self, named: set[Cell], truth: dict[Cell, str]) -> None:
        """Count one round: the cells newly named beside the truth."""
        kind_of = {row: kind for (row, _), kind in truth.items()}
        self.seeded.update(truth.values())
        self.hit.update(truth[cell] for cell in named & set(truth))
        for row, _ in named - set(truth):
            if row in kind_of:
                self.beside[kind_of[row]] += 1
            else:
                self.untouched += 1

    def recall(self, *kinds: str) -> str:
        """The share of the seeded cells of these kinds that was named."""
        total = sum(self.seeded[kind] for kind in kinds)
        return _share(sum(self.hit[kind] for kind in kinds), total)

    def precision(self, *kinds: str, untouched: bool = False) -> str:
        """The share of the cells named in rows with faults of these kinds that was seeded."""
        hit = sum(self.hit[kind] for kind in kinds)
        false = sum(self.beside[kind] for kind in kinds) + (self.untouched if untouched else 0)
        return _share(hit, hit + false)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


@dataclass(frozen=True)
class Judge:
    """A set of rules with the facts of the clean file, and the cells it names there."""

    rules: RuleSet
    facts: Facts
    before: frozenset[Cell]


def judge_of(text: str, rows: pa.Table, one: Set) -> Judge:
    """The judge that these rules make for the rows of a set."""
    rules = read_rules(text)
    known = recognised(rows, one.name)
    facts = facts_of_file(rules, rows, known, now=NOW, references=one.lists)
    return Judge(rules, facts, frozenset(_named(rules, rows, facts)))


def _named(rules: RuleSet, rows: pa.Table, facts: Facts) -> set[Cell]:
    failures = evaluate(rules, rows, facts).failures
    return set(zip(failures["row"].to_pylist(), failures["field"].to_pylist(), strict=True))


def found_in(one: Set, rows: pa.Table) -> dict[str, Found]:
    """Seed the rows of a set, and count what each set of rules finds."""
    suggestions = suggest(rows, one.name, now=NOW)
    judges = {
        "suggested": judge_of("\n".join(f"- {each.rule}" for each in suggestions), rows, one),
        "standard": judge_of(one.rules(), rows, one),
    }
    found = {
        name: Found(len(judge.rules.rules), Counter(header for _, header in judge.before))
        for name, judge in judges.items()
    }
    columns: Columns = {n: [v or "" for v in rows[n].to_pylist()] for n in rows.column_names}
    before = frozenset[Cell]().union(*(judge.before for judge in judges.values()))
    ground = Ground(columns, one.roles, one.formats, one.closed, before)
    rng = random.Random(SEED)
    for _ in range(rounds_of(ground)[1]):
        made = seeded(ground, rng)
        judged = pa.table({n: pa.array(v, pa.string()) for n, v in made.columns.items()})
        for name, judge in judges.items():
            named = _named(judge.rules, judged, judge.facts) - judge.before
            found[name].add(named, made.truth)
    return found


def overview(all_found: dict[str, dict[str, Found]], rows: dict[str, int]) -> str:
    """The table of sets: precision and recall of both sets of rules."""
    head = ("set", "rows", "rules from", "rules", "there before", "seeded", "precision", "recall",
            "another row's value")  # fmt: skip
    lines = []
    for name, found in all_found.items():
        for rules, one in found.items():
            kinds = [kind for kind in one.seeded if kind != ANOTHERS]
            seeded_cells = sum(one.seeded[kind] for kind in kinds)
            lines.append((name, f"{rows[name]:,}", rules, str(one.rules),
                          f"{one.before.total():,}", f"{seeded_cells:,}",
                          one.precision(*one.seeded, untouched=True), one.recall(*kinds),
                          one.recall(ANOTHERS)))  # fmt: skip
    return table(head, lines)


def by_kind(found: dict[str, Found], place: dict[str, str] | None = None) -> str:
    """The table of kinds: seeded cells, and precision and recall of both sets of rules."""
    suggested, standard = found["suggested"], found["standard"]
    head = ["fault", *(["field"] if place else []), "seeded", "suggested: recall", "precision",
            "standard: recall", "precision"]  # fmt: skip
    lines = [
        [kind, *([place[kind]] if place else []), f"{suggested.seeded[kind]:,}",
         suggested.recall(kind), suggested.precision(kind),
         standard.recall(kind), standard.precision(kind)]
        for kind in FAULTS if suggested.seeded[kind]
    ]  # fmt: skip
    return table(head, lines)


def pooled(all_found: Sequence[Found]) -> Found:
    """What was found in several sets together."""
    total = Found(0, Counter())
    for one in all_found:
        total.seeded += one.seeded
        total.hit += one.hit
        total.beside += one.beside
        total.untouched += one.untouched
    return total


def _pages(one: Set, found: dict[str, Found]) -> Iterator[str]:
    place = {kind: one.roles.get(FAULTS[kind][0], "") for kind in kinds_of(one.roles)}
    yield f"## {one.name}"
    yield by_kind(found, place)
    told = [
        f"*{name}*: "
        + (", ".join(f"{h} {n:,}" for h, n in each.before.most_common()) or "nothing")
        + f" (and newly named in rows without a fault: {each.untouched:,})"
        for name, each in found.items()
    ]
    yield "There before, by field. " + "; ".join(told) + "."


def main(argv: Sequence[str] | None = None) -> int:
    """Seed, judge, print and publish; with --sets only print."""
    parser = argparse.ArgumentParser(prog="bench.seeded")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--sets", default="", help="those whose name contains this; no page")
    asked = parser.parse_args(argv)
    if not asked.data.is_dir():
        print(f"There is no data folder {asked.data}. Name one with --data.")
        return 2
    all_found, rows, pages = {}, {}, []
    with tempfile.TemporaryDirectory() as folder:
        make_company(Path(folder))
        for one in sets():
            if asked.sets in one.name:
                table_of = one.rows(asked.data, Path(folder))
                rows[one.name] = table_of.num_rows
                all_found[one.name] = found_in(one, table_of)
                pages += _pages(one, all_found[one.name])
                print(one.name, flush=True)
    total = {n: pooled([f[n] for f in all_found.values()]) for n in ("suggested", "standard")}
    cells = total["standard"].seeded
    count = f"{cells.total() - cells[ANOTHERS]:,} cells with a fault of the 20 kinds, and "
    count += f"{cells[ANOTHERS]:,} with another row's value; a duplicate is two cells."
    parts = [
        count,
        overview(all_found, rows),
        "## By kind, all sets together",
        by_kind(total),
        *pages,
    ]
    print("\n\n".join(parts))
    if not asked.sets:
        publish("seeded", "Seeded errors found by rules", ABOUT, HOW, *parts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
