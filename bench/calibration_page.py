"""The tables and the diagram of `bench.calibration`, for docs/results/calibration.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench import calibration
from bench.calibration import Guess, Reliability
from bench.charts import Curve, panels
from bench.comparison import NO_SCORE, Judged
from bench.report import table
from bench.sets import truth

SURE_HEAD = (
    "set",
    "contact or identifier",
    "pairs",
    "ECE",
    "sure links",
    "precision",
    "at least .999",
)
GUESS_HEAD = ("set", "P estimated", "P true", "R estimated", "R true", "within .05", "says so")
BIN_HEAD = ("set", *(f"{low:g}" for low in calibration.BOUNDS[:-1]))


@dataclass(frozen=True)
class Calibrated:
    """One set: how its probabilities, its sure links and its estimates stand to the truth."""

    name: str
    telling: bool
    reliability: Reliability
    precision: Guess
    recall: Guess
    uncertain: bool

    @classmethod
    def of(cls, judged: Judged) -> Calibrated:
        """From what Tellonce made of a set of records."""
        summary = judged.found.notes["summary"]
        labelled = judged.found.labelled
        guesses = calibration.guesses(summary, judged.agreement.pairwise)
        return cls(
            labelled.name,
            calibration.has_telling_attribute(summary),
            calibration.reliability(judged.found.notes["edges"], truth(labelled)),
            *guesses,
            calibration.says_uncertain(summary),
        )

    @property
    def close(self) -> bool:
        """Whether both estimates are near the truth."""
        return self.precision.close and self.recall.close

    @property
    def sure_enough(self) -> bool:
        """Whether sure links are right as often as they should be; true where there is none."""
        precision = self.reliability.sure_precision
        return precision is None or precision >= calibration.SURE_PRECISION


def sure_table(sets: Sequence[Calibrated]) -> str:
    """Calibration error and the precision of sure links, one row a set."""
    rows = []
    for one in sets:
        precision = one.reliability.sure_precision
        rows.append(
            [
                one.name,
                "yes" if one.telling else "no",
                f"{sum(b.pairs for b in one.reliability.bins):,}",
                f"{one.reliability.error:.4f}",
                f"{one.reliability.sure:,}",
                NO_SCORE if precision is None else f"{precision:.5f}",
                verdict(one),
            ]
        )
    telling = [one for one in sets if one.telling]
    met = sum(one.sure_enough for one in telling)
    return (
        f"{table(SURE_HEAD, rows)}\n\nSets with a contact or identifier whose sure links are right "
        f"in {calibration.SURE_PRECISION} or more: {met} of {len(telling)}."
    )


def verdict(one: Calibrated) -> str:
    """Whether a set meets the demand on sure links, where it is made."""
    if not one.telling:
        return NO_SCORE
    return "met" if one.sure_enough else "missed"


def guess_table(sets: Sequence[Calibrated]) -> str:
    """Estimated precision and recall beside the true ones, one row a set."""
    rows = [
        [
            one.name,
            *said(one.precision),
            *said(one.recall),
            "yes" if one.close else "no",
            "uncertain" if one.uncertain else "",
        ]
        for one in sets
    ]
    close = sum(one.close for one in sets)
    honest = sum(one.close or one.uncertain for one in sets)
    return (
        f"{table(GUESS_HEAD, rows)}\n\nBoth within {calibration.CLOSE} of the truth: {close} of "
        f"{len(sets)} sets. Within, or said to be uncertain: {honest} of {len(sets)}."
    )


def said(guess: Guess) -> tuple[str, str]:
    """The estimate with its interval, and the truth."""
    return f"{guess.value:.3f} ({guess.low:.3f} to {guess.high:.3f})", f"{guess.true:.3f}"


def bin_table(sets: Sequence[Calibrated]) -> str:
    """Of each set and bin: stated, true and the number of pairs."""
    rows = [
        [
            one.name,
            *(
                f"{b.stated:.3f} {b.true:.3f} {b.pairs:,}" if b.pairs else ""
                for b in one.reliability.bins
            ),
        ]
        for one in sets
    ]
    return table(BIN_HEAD, rows)


def diagram(sets: Sequence[Calibrated]) -> str:
    """The reliability diagrams of all sets as one SVG."""
    curves = [
        Curve(
            one.name,
            [(b.stated, b.true, b.pairs) for b in one.reliability.bins if b.pairs],
            f"calibration error {one.reliability.error:.3f}",
        )
        for one in sets
    ]
    return panels("Stated match probability against the share of true matches, by set", curves)
