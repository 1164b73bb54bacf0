"""What was measured of hubs, the page that says it, and the duties that were missed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from bench.measure import CommandFailed
from bench.report import OUT, commit, table
from bench.served import Timed

HOW = (
    "Made by `python -m bench.hub`. Rows of `tellonce.engine.synth` in one file of one source, "
    "loaded by the command into an empty hub, which is then served as `deploy/` has it: a web "
    "server and a worker, beside the clients on one machine. Figures in milliseconds are p50 / p95 "
    "/ p99 as the client saw them, over HTTP with one connection each. `bare` is the same rows "
    "written to, or read from, the same database by its driver alone; `inside` is in the process. "
    "After a first load the consumers of the feed (households, upkeep) work off an event for each "
    "customer: what is asked `consumers at work` is asked meanwhile, the rest after their cursors "
    "were moved to the end and the job that upkeep left to the background had ended."
)
LOADS = ("first load, s", "its CPU, s", "its peak, MB", "bare: the same rows written, s")
DUTIES = {  # figure: the most p95 may be, on SQLite and on PostgreSQL
    "one record": (20, 30),
    "by id": (15, 15),
    "by id inside": (5, 5),
    "search name": (50, 50),
    "search email": (50, 50),
    "search phone": (50, 50),
    "search beginning": (50, 50),
    "snapshots while 100,000 rows load": (300, 300),
}
MILLION = {"first load, s": 360, "its peak, MB": 3_000}
A_SECOND = 500
GROWS = ("one record", "by id", "by id inside", "search name", "search email", "search phone")
MOST_GROWTH = 2.0
"""From one size to ten times it: p50 of what grows with the logarithm grows by far less."""


@dataclass
class Found:
    """The figures of one hub, as JSON has them."""

    database: str
    count: int
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Where the figures are kept for a run that goes on."""
        return OUT / "hub" / f"{self.database}-{self.count}.json"

    def keep(self, name: str, value: Any) -> None:
        """Keep a figure, and tell it."""
        self.figures[name] = _plain(value)
        print(
            f"{self.database:10} {self.count:>9,} {name}: {shown(self.figures[name])}", flush=True
        )

    def tried(self, name: str, measured: Callable[[], Any]) -> None:
        """Keep what is measured, or why it could not be."""
        try:
            value = measured()
        except (requests.RequestException, CommandFailed, SystemExit, OSError) as error:
            value = f"failed: {type(error).__name__} {str(error)[:200]}"
        self.keep(name, value)

    def write_down(self) -> None:
        """Keep all figures for a run that goes on."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps({"commit": commit(), "figures": self.figures}))


def _plain(value: Any) -> Any:
    if isinstance(value, Timed):
        return {name: round(one, 2) for name, one in vars(value).items()}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def shown(value: Any) -> str:
    """A figure as the page has it."""
    if isinstance(value, dict) and "p50" in value:
        digits = 2 if value["p99"] < 10 and "requests" not in value else 0
        text = " / ".join(f"{value[name]:.{digits}f}" for name in ("p50", "p95", "p99"))
        failed = value.get("failed", 0)
        return text + (f" ({failed:.0f} of {value['requests']:.0f} failed)" if failed else "")
    if isinstance(value, dict):
        return ", ".join(f"{shown(one)} {name}" for name, one in value.items())
    if isinstance(value, list):
        return " / ".join(map(shown, value))
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def page(all_found: Sequence[Found]) -> list[str]:
    """The parts of docs/results/hub.md."""
    head = ["", *(f"{one.database}, {one.count:,}" for one in all_found)]
    names = dict.fromkeys(name for one in all_found for name in one.figures)

    def lines(wanted: Sequence[str]) -> list[list[str]]:
        return [[name, *(shown(one.figures.get(name, "")) for one in all_found)] for name in wanted]

    rest = [name for name in names if name not in LOADS]
    parts = [HOW, "## First load", table(head, lines(LOADS))]
    parts += ["## Asked", table(head, lines(rest))]
    sentences = missed(all_found) or ["None."]
    return [*parts, "## Missed", "\n".join(f"- {sentence}" for sentence in sentences)]


def missed(all_found: Sequence[Found]) -> list[str]:
    """A sentence for each duty missed, and for each figure that could not be had."""
    return [sentence for one in all_found for sentence in _missed(one)] + list(_growth(all_found))


def _missed(one: Found) -> Iterator[str]:
    which = 0 if one.database == "sqlite" else 1
    hub = f"{one.database}, {one.count:,}"
    for name, value in one.figures.items():
        if isinstance(value, str):
            yield f"{hub}: {name}: {value}."
        elif name in DUTIES and value["p95"] > DUTIES[name][which]:
            yield f"{hub}: {name}, p95 {value['p95']:.1f} ms, at most {DUTIES[name][which]}."
        elif name in MILLION and one.count == 1_000_000 and value > MILLION[name]:
            yield f"{hub}: {name[:-3]} {value:,.0f}{name[-3:]}, at most {MILLION[name]:,}."
        elif name == "records a second":
            for what in ("accepted", "placed"):
                if value[what] < A_SECOND:
                    yield f"{hub}: records a second {what}: {value[what]} of {A_SECOND}."
        for failed in _failures(value):
            yield f"{hub}: {name}: {failed:.0f} requests failed."


def _failures(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        if value.get("failed"):
            yield value["failed"]
        for inner in value.values():
            yield from _failures(inner)


def _growth(all_found: Sequence[Found]) -> Iterator[str]:
    for small in all_found:
        for large in all_found:
            if (large.database, large.count) != (small.database, small.count * 10):
                continue
            for name in GROWS:
                before, after = small.figures.get(name), large.figures.get(name)
                if not isinstance(before, dict) or not isinstance(after, dict):
                    continue
                if after["p50"] > MOST_GROWTH * before["p50"]:
                    yield (
                        f"{small.database}: {name} grows from {before['p50']:.1f} to "
                        f"{after['p50']:.1f} ms (p50) from {small.count:,} to {large.count:,} rows."
                    )
