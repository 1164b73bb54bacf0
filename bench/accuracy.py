"""Every labelled set of a data folder, resolved with no mapping and no setting, against its truth.

    python -m bench.accuracy [--data DIR] [--sets NAME,NAME] [--quick] [--peers] [--jobs N]

A set is blinded first (see bench/sets.py): Tellonce never sees the answers. Peers are run with
--peers; their results are kept until their version, their settings or the data change, so that a
run without it compares with them too. Ends with 1 where a floor is missed or a set failed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import matchers, published
from bench.calibration_page import Calibrated, bin_table, diagram, guess_table, sure_table
from bench.comparison import (
    HEAD,
    TITLES,
    Judged,
    Published,
    Verdict,
    chart,
    verdict_table,
)
from bench.matchers import PEERS, Found
from bench.measure import CommandFailed
from bench.report import OUT, RESULTS, ROOT, publish, table
from bench.sets import LabelledSet, labelled_sets

QUICK = 5000  # rows of the largest set with --quick

# Pairwise F1 at least; a floor of a folder holds for each of its files.
FLOORS = {
    "febrl1": 0.99,
    "febrl2": 0.98,
    "febrl3": 0.985,
    "febrl_zingg20k": 0.98,
    "fake_1000": 0.85,
    "fake_20000": 0.78,
    "pseudopeople": 0.90,
    "early_childhood_sites": 0.80,
    "senzing_truthset": 0.55,
    "census": 0.50,
}
HOW = """\
Made by `python -m bench.accuracy --peers`. Each set is resolved as it is: no mapping, no setting,
the answer columns taken away. P, R, F1 are pairwise; B³ is B-cubed; seconds are wall time of the
whole command, files in to customers out, with a warm compiled cache, and CPU s its processor
seconds, which other work on the machine stretches less; peak MB is its largest resident set. A set
of name pairs becomes two files, and a pair counts as linked where both names are one customer;
other pairs are not judged.

- **Splink 5** has the settings of its own demos where it publishes them for the set, and sensible
  ones by hand elsewhere (`bench/splink_settings/`); of the plans for a set and of all thresholds,
  the best by pairwise F1 was chosen **with the labels**, which Tellonce is not given.
- **Splink 5 taught** has its m probabilities from the labels too. It is shown for what the labels
  are worth and takes no part in the verdict.
- **goldenmatch** runs with zero configuration. **Exact rules** link what is equal in the obvious
  attributes (`bench/exact_rules.py`); they are a baseline and take no part in the verdict either.

The interval of F1 is a bootstrap over true entities (500 rounds), that of the difference on the
same draws. *Better* and *behind*: the interval of the difference is all on one side of 0; else
*equal*. Where a verdict has a star, the peer's result was not at hand: its figures are those of an
earlier run, at the commit its part names, and the interval is that of Tellonce's F1 alone."""
CALIBRATION_HOW = """\
Made by `python -m bench.accuracy`. A pair is one that `tellonce resolve --edges` writes: it was
proposed, and its probability is at least the review cut .5. Stated is the mean probability, true
the share of matches. ECE, the expected calibration error, is the mean gap between them over the
bins below. Sure links are linked pairs with a probability of at least .99."""
KEPT = """\
In each cell: stated, true, number of pairs. The columns begin at the probability in the head."""


def judged_by_tellonce(labelled: LabelledSet) -> Judged | str:
    """What Tellonce makes of a set, or a sentence where it could not do it; prints it."""
    return tried("tellonce", labelled, lambda: matchers.tellonce(labelled))


def judged_by(peer: str, labelled: LabelledSet, cache: Path, *, run: bool) -> Judged | str | None:
    """What a peer made of a set; a sentence where it could not; None where it has yet to run."""
    if run and not matchers.is_kept(peer, labelled, cache):
        matchers.run_peer(peer, labelled, cache)
    if not matchers.is_kept(peer, labelled, cache):
        return None
    return tried(peer, labelled, lambda: matchers.kept(peer, labelled, cache))


def tried(matcher: str, labelled: LabelledSet, run: Callable[[], Found]) -> Judged | str:
    """The judged result of `run`, or a sentence where it failed; prints either."""
    try:
        judged = Judged.of(run())
    except CommandFailed as failure:
        said = str(failure).strip().splitlines()[-1].strip()
        sentence = f"{matcher} could not do {labelled.name}: {said}"
        print(sentence, flush=True)
        return sentence
    print(f"{matcher:13} " + "  ".join(judged.row()), flush=True)
    return judged


def floor(name: str) -> float | None:
    """The least pairwise F1 that is good enough of us; None where none is set."""
    return FLOORS.get(name.split("/")[0])


def missed_floors(ours: Sequence[Judged]) -> list[str]:
    """The sets whose F1, as printed, is under their floor."""
    named = [(judged.found.labelled.name, judged.f1) for judged in ours]
    return [name for name, f1 in named if round(f1, 4) < (floor(name) or 0)]


def arguments(given: list[str] | None) -> argparse.Namespace:
    """The command line of this bench."""
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--sets", default="", help="names separated by commas; all by default")
    parser.add_argument("--quick", action="store_true", help=f"only sets of at most {QUICK:,} rows")
    parser.add_argument("--peers", action="store_true", help="run peers that have no kept result")
    parser.add_argument("--jobs", type=int, default=1, help="sets at a time; blurs the seconds")
    parser.add_argument(
        "--cache", type=Path, default=OUT / "peers", help="where peers' results are kept"
    )
    return parser.parse_args(given)


def chosen_sets(asked: argparse.Namespace) -> list[LabelledSet]:
    """The sets that were asked for, by name or by the name of their folder."""
    names = set(filter(None, asked.sets.split(",")))
    return [
        s
        for s in labelled_sets(asked.data)
        if (not names or names & {s.name, s.path.parent.name})
        and not (asked.quick and s.rows > QUICK)
    ]


def report(
    results: dict[str, list[Judged | str]], missing: list[str], earlier: dict[str, published.Part]
) -> list[str]:
    """The parts of the page: verdicts, then a table per matcher, then floors. `earlier`: the parts
    of peers as the page has them, for those without any result now.
    """
    done = {m: [r for r in found if isinstance(r, Judged)] for m, found in results.items()}
    verdicts = verdicts_of(done, earlier)
    parts = ["## Tellonce beside the best peer", verdict_table(verdicts)]
    missing = [one for one in missing if not _is_published(one, earlier)]
    if missing:
        parts.append(f"No result of a peer is kept for: {', '.join(missing)}. Run with --peers.")
    for matcher, found in results.items():
        if not found and matcher in earlier:
            parts += [f"## {TITLES[matcher]}", earlier[matcher].text]
            continue
        failures = [r for r in found if isinstance(r, str)]
        parts += [f"## {TITLES[matcher]}", table(HEAD, [j.row() for j in done[matcher]]), *failures]
        if matcher.startswith("splink"):
            parts.append(plans(done[matcher]))
    missed = missed_floors(done["tellonce"])
    floors = ", ".join(f"{name} {f1:g}" for name, f1 in FLOORS.items())
    return [*parts, f"Floors of F1: {floors}. Missed: {', '.join(missed) or 'none'}."]


def _is_published(missing: str, earlier: dict[str, published.Part]) -> bool:
    """Whether the page has what is missing, "PEER on SET"."""
    peer, _, name = missing.partition(" on ")
    return peer in earlier and name in earlier[peer].f1


def verdicts_of(done: dict[str, list[Judged]], earlier: dict[str, published.Part]) -> list[Verdict]:
    """Tellonce beside its peers, by set; a peer without a result as the page has it."""
    peers: dict[str, dict[str, Judged | Published]] = {}
    for peer, part in earlier.items():
        for name, f1 in part.f1.items():
            peers.setdefault(name, {})[peer] = Published(f1)
    for matcher, found in done.items():
        for judged in found if matcher != "tellonce" else ():
            peers.setdefault(judged.found.labelled.name, {})[matcher] = judged
    return [Verdict(one, peers.get(one.found.labelled.name, {})) for one in done["tellonce"]]


def plans(done: Sequence[Judged]) -> str:
    """Which plan and threshold of Splink was best on which set."""
    rows = [
        [j.found.labelled.name, str(j.found.notes["plan"]), f"{j.found.notes['weight']:.2f}"]
        for j in done
    ]
    return table(("set", "plan", "match weight from"), rows)


def write_pages(
    results: dict[str, list[Judged | str]], parts: list[str], earlier: dict[str, published.Part]
) -> None:
    """docs/results/accuracy.md and calibration.md with their charts."""
    done = {m: [r for r in found if isinstance(r, Judged)] for m, found in results.items()}
    publish("accuracy", "Accuracy on labelled sets", HOW, "![Pairwise F1](accuracy.svg)", *parts)
    (RESULTS / "accuracy.svg").write_text(chart(verdicts_of(done, earlier)))
    sets = calibrated(done["tellonce"])
    picture = "![Reliability diagrams](calibration.svg)"
    tables = ("## Sure links", sure_table(sets), "## Estimates without labels", guess_table(sets))
    bins = ("## Stated and true", KEPT, bin_table(sets))
    publish("calibration", "Calibration", CALIBRATION_HOW, picture, *tables, *bins)
    (RESULTS / "calibration.svg").write_text(diagram(sets))


def calibrated(ours: Sequence[Judged]) -> list[Calibrated]:
    """The calibration of every set of records."""
    return [Calibrated.of(judged) for judged in ours if not judged.found.labelled.pairs]


def run_all(
    chosen: list[LabelledSet], asked: argparse.Namespace
) -> tuple[dict[str, list[Judged | str]], list[str]]:
    """The results of every matcher, and what no peer has done yet."""
    results: dict[str, list[Judged | str]] = {}
    with ThreadPoolExecutor(asked.jobs) as pool:
        results["tellonce"] = list(pool.map(judged_by_tellonce, chosen))
    missing = []
    for peer in PEERS:
        fit = [
            s for s in chosen if not (s.pairs and peer == "splink_taught")
        ]  # no column of labels
        found = [judged_by(peer, s, asked.cache, run=asked.peers) for s in fit]
        results[peer] = [result for result in found if result is not None]
        pairs = zip(fit, found, strict=True)
        missing += [f"{peer} on {s.name}" for s, result in pairs if result is None]
    return results, missing


def main(given: list[str] | None = None) -> int:
    """Measure, print, write the pages; 1 if a set failed or a floor is missed."""
    asked = arguments(given)
    if not asked.data.is_dir():
        print(f"There is no data folder {asked.data}. Name one with --data.")
        return 2
    chosen = chosen_sets(asked)
    if not chosen:
        print(f"{asked.data} has no such labelled set (see bench/sets.py for its shapes).")
        return 2
    judged_by_tellonce(min(chosen, key=lambda s: s.rows))  # compiles and caches the kernels
    results, missing = run_all(chosen, asked)
    page = RESULTS / "accuracy.md"
    earlier = published.parts(page.read_text()) if page.exists() else {}
    shown = report(results, missing, earlier)
    sets = calibrated([r for r in results["tellonce"] if isinstance(r, Judged)])
    print("\n" + "\n\n".join([*shown, "## Calibration", sure_table(sets), guess_table(sets)]))
    if not asked.sets and not asked.quick:
        write_pages(results, shown, earlier)
    ours = results["tellonce"]
    failed = [r for r in ours if isinstance(r, str)]
    return 1 if failed or missed_floors([r for r in ours if isinstance(r, Judged)]) else 0


if __name__ == "__main__":
    sys.exit(main())
