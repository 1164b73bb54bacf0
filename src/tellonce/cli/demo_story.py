"""What the demo says: on a terminal with colour and tables, elsewhere as plain lines."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tellonce.cli.snapshot_table import print_page
from tellonce.demo import COMPANY, SYSTEMS, File, Manifest

_FORMATS = {
    ".csv": "CSV, semicolons, Windows-1250",
    ".jsonl": "JSON lines",
    ".tsv": "tab separated, UTF-8",
    ".gz": "gzipped CSV",
    ".parquet": "Parquet",
}
_CHANGES = {"moved": "moved", "married": "married", "income": "earned more"}
_NEARLY_NOTHING = 0.05  # bits
_WIDTH = 120  # where there is no terminal


class Story:
    """The demo's report, step by step; every method prints."""

    def __init__(self, console: Console | None = None) -> None:
        """`console` stands in for standard output."""
        self._console = console or Console(highlight=False, emoji=False, markup=False)
        if not self._console.is_terminal and "COLUMNS" not in os.environ:
            self._console.width = _WIDTH
        self._number = 0

    @contextmanager
    def step(self, heading: str) -> Iterator[None]:
        """A numbered heading before what happens, and the seconds it took after it."""
        self._number += 1
        self._console.print()
        self._console.print(Text(f"{self._number}  {heading}", style="bold cyan"))
        started = perf_counter()
        yield
        self._console.print(Text(f"   {perf_counter() - started:.1f} s", style="dim"))

    def files(self, manifest: Manifest) -> None:
        """The systems, and what each of them exported."""
        table = _table("system", "of customers", "rows", "and what they did")
        for system in SYSTEMS:
            files = [file for file in manifest.files if file.source == system.name]
            rows = sum(f.rows for f in files if f.content == "records")
            others = ", ".join(f"{f.rows:,} {f.content}" for f in files if f.content != "records")
            kind = next(_FORMATS[f.path.suffix] for f in files if f.content == "records")
            table.add_row(system.label, kind, f"{rows:,}", others)
        self._line(
            f"{COMPANY} knows {manifest.people:,} people in Poland, Germany, Britain and America. "
            "Nobody of them exists."
        )
        self._console.print(table)

    def loaded(self, file: File, report: Any) -> None:
        """What became of the rows of one file."""
        counts = report.delivery.counts
        parts = [f"{counts.added:,} new"] if counts.added else []
        parts += [f"{counts.changed:,} changed"] if counts.changed else []
        parts += [f"{counts.quarantined:,} in quarantine"] if counts.quarantined else []
        self._line(f"{file.source:<11}{file.path.name:<32}{', '.join(parts)}")

    def accuracy(self, placed: Any, evaluation: Any, people: int) -> None:
        """Counts, and precision and recall against the truth."""
        self._line(
            f"{evaluation.records:,} records of {people:,} people became "
            f"{placed.customers:,} customers."
        )
        table = _table("compared with the truth", "precision", "recall", "F1")
        for words, scores in (
            ("by pairs of records", evaluation.pairwise),
            ("by records (B-cubed)", evaluation.b_cubed),
        ):
            shares = (scores.precision, scores.recall, scores.f1)
            table.add_row(words, *(f"{share:.1%}" for share in shares))
        self._console.print(table)

    def explained(self, records: list[Any], explained: Any, *, together: bool) -> None:
        """Two records, and what speaks for and against their being one person's."""
        self._line(
            "Linked, though they differ:" if together else "Not linked, though alike:", "bold"
        )
        for record in records:
            self._line(f"{record.source}:{record.record_key:<12}{_described(record.values)}")
        for bits, words in _waterfall(explained.document):
            self._line(f"    {bits:+6.1f}  {words}", "dim")
        self._line(f"    match probability {explained.probability:.4f}\n", "dim")

    def life(self, name: tuple[str, str], changes: Sequence[tuple[str, date]]) -> None:
        """Which customer is asked for, and what the truth says of its life."""
        self._line(f"Asked for is the customer behind {':'.join(name)}, for the purpose service.")
        told = [f"{_CHANGES[change]} on {day:%d %B %Y}" for change, day in changes]
        if told:
            self._line(f"The truth: this person {', '.join(told)};")
            self._line("the five systems heard of it at different times, or never.")

    def snapshot(self, taken: Any, seconds: float) -> None:
        """The event P1624, and the page."""
        from tellonce.hub.snapshots.reading import readable  # noqa: PLC0415

        self._console.print_json(data=dict(taken.event), default=str)
        print_page(readable(taken.snapshot), self._console)
        self._line(f"taken, sealed and announced in {seconds * 1000:.0f} ms", "dim")

    def status(self, status: Any) -> None:
        """What the hub holds now."""
        self._console.print()
        self._console.print(Text("What the hub holds now", style="bold cyan"))
        lines = status.lines()
        width = max(len(label) for label, _ in lines) + 2
        for label, value in lines:
            self._line(f"{label:<{width}}{value}")

    def what_next(self, manifest: Manifest, home: Path) -> None:
        """Commands to try."""
        source, record_id = manifest.stars[1 % len(manifest.stars)]
        here = manifest.folder
        self._console.print()
        self._console.print(Text("What to try next", style="bold cyan"))
        snapshot = f"tellonce snapshot --record {source}:{record_id} --purpose service"
        for words, command in (
            ("another customer", snapshot),
            ("the same for the browser", f"{snapshot} --format html > customer.html"),
            ("what was recognised in the shop's file", "tellonce source show shop"),
            (
                "the same files without a hub",
                f"tellonce resolve {here}/*-customers.* --out who.parquet",
            ),
            ("the hub in the browser", "tellonce serve"),
        ):
            self._line(f"{words}:")
            self._line(f"  {command}", "bold")
        self._line(f"The files are in {here}, the hub in {home}; the next demo replaces both.")

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text("   " + text, style=style), soft_wrap=True)


def _described(values: Mapping[str, Any]) -> str:
    """A record in one line: who, born when, where, how to reach."""
    name = (values.get("names") or [{}])[0]
    address = (values.get("addresses") or [{}])[0]
    told = (
        " ".join(
            filter(None, (name.get(part) for part in ("given", "middle", "family", "suffix")))
        ),
        values.get("birth_date"),
        " ".join(filter(None, (address.get(part) for part in ("street", "number", "city")))),
        *(values.get("emails") or [])[:1],
        *(values.get("phones") or [])[:1],
    )
    return ", ".join(filter(None, told))


def _waterfall(explanation: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """Bits and what gives them, from the prior to the sum; nearly nothing is left out."""
    prior, relatives = explanation["prior_bits"], explanation["relatives_bits"]
    yield prior, "before anything is compared"
    steps = [
        (one["bits"] + one["rarity_bits"], one) for one in explanation["steps"] if one["level"]
    ]
    for bits, one in sorted(steps, key=lambda step: -abs(step[0])):
        if abs(bits) >= _NEARLY_NOTHING:
            same = one["left"] == one["right"]
            values = one["left"] if same else f"{one['left']} / {one['right']}"
            yield bits, f"{one['words']}: {values}"
    if abs(relatives) >= _NEARLY_NOTHING:
        yield relatives, "relatives share this too"
    yield prior + explanation["match_weight"], "in all, log2 of the odds"


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        right = number > 0 and column in ("rows", "precision", "recall", "F1")
        table.add_column(column, justify="right" if right else "left")
    return table
