"""What rules cost a delivery: the same rows with and without 15 rules in force.

    python -m bench.quality [--rows N]

Each is one process with an empty SQLite hub of its own; counted are CPU seconds from the file to
record versions (read, judge, standardise, seal, store), without placing, and of a run over all that
is held then. Rows are those of `tellonce.engine.synth`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from typing import Any

import pyarrow.csv as csv

from bench.hub import made_rows
from bench.measure import measure
from bench.report import OUT, publish, table

FOLDER = OUT / "quality"
RULES = """\
- given_name: required, on_fail: flag, severity: low
- family_name: required, on_fail: quarantine, severity: high
- birth_date: required, on_fail: flag, severity: low
- birth_date: "not after today", on_fail: flag, severity: high
- email: valid, on_fail: flag, severity: medium
- email: required, on_fail: flag, severity: low
- phone: valid, on_fail: flag, severity: medium
- phone: required, on_fail: flag, severity: low
- gender: "one of [female, male, f, m, F, M, Female, Male]", on_fail: flag, severity: low
- city: required, on_fail: flag, severity: low
- city: "does not match ^[0-9 ]+$", on_fail: flag, severity: medium
- postal_code: valid, on_fail: flag, severity: medium
- street: required, on_fail: flag, severity: low
- country: valid, on_fail: flag, severity: medium
- house_number: "matches ^[0-9]", on_fail: flag, severity: low
"""


def main() -> None:
    """Measure both, and write the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    rows = asked.parse_args().rows
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    csv.write_csv(made_rows(rows, seed=11), FOLDER / "rows.csv")
    (FOLDER / "rules.yaml").write_text(RULES)
    without, judged = delivered("without"), delivered("with", str(FOLDER / "rules.yaml"))
    added = judged["cpu"] - without["cpu"]
    lines = [
        ["without rules", f"{without['cpu']:.1f}", f"{without['cpu'] / rows * 1e6:.0f}", "", ""],
        [
            "with 15 rules",
            f"{judged['cpu']:.1f}",
            f"{judged['cpu'] / rows * 1e6:.0f}",
            f"{judged['failures']:,}",
            f"{judged['kept out']:,}",
        ],
    ]
    head = ["a delivery", "CPU s", "µs a row", "failures kept", "rows kept out"]
    told = (
        f"Of {rows:,} rows. Rules add {added:.1f} s, {added / without['cpu']:.0%}: "
        f"{rows * 15 / added:,.0f} record-rules a CPU second, keeping what was found included. "
        f"A run over all that is held then took {judged['run cpu']:.1f} s for "
        f"{judged['run records']:,} records, opening each sealed row included. "
        "Made by `python -m bench.quality`; CPU seconds of all threads, on SQLite, nothing placed."
    )
    print(publish("quality", "Rules on arrival", told, table(head, lines)))


def delivered(name: str, *rules: str) -> dict[str, Any]:
    """The figures of one delivery, in a process and a hub of its own."""
    home = FOLDER / name
    home.mkdir()
    inside = [sys.executable, "-m", "bench.quality_inside", str(FOLDER / "rows.csv"), *rules]
    said = measure(inside, env={"TELLONCE_HOME": str(home)}).stdout
    return dict(json.loads(said.splitlines()[-1]))


if __name__ == "__main__":
    main()
