"""Tellonce beside its peers: every set with scores, intervals and a verdict; as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bench import agreement
from bench.agreement import Agreement, Interval
from bench.charts import Row, dots
from bench.matchers import Found
from bench.report import table
from bench.sets import truth

RIVALS = ("splink", "goldenmatch")  # those of the verdict; the others are shown beside them
TITLES = {
    "tellonce": "Tellonce",
    "splink": "Splink 5",
    "goldenmatch": "goldenmatch",
    "rules": "exact rules",
    "splink_taught": "Splink 5 taught",
}
HEAD = ("set", "rows", "P", "R", "F1", "B³ P", "B³ R", "B³ F1", "seconds", "CPU s", "peak MB")
NO_SCORE = "–"


@dataclass(frozen=True)
class Judged:
    """What one matcher made of one set, and how well it agrees with the truth."""

    found: Found
    agreement: Agreement

    @classmethod
    def of(cls, found: Found) -> Judged:
        """Compare with the truth of the set."""
        return cls(found, agreement.agreement(found.customer, truth(found.labelled)))

    @property
    def f1(self) -> float:
        """Pairwise."""
        return self.agreement.pairwise.f1

    def row(self) -> list[str]:
        """The cells of `HEAD`."""
        bcubed = self.agreement.bcubed
        return [
            self.found.labelled.name,
            f"{self.found.labelled.rows:,}",
            *(f"{x:.4f}" for x in self.agreement.pairwise),
            *([f"{x:.4f}" for x in bcubed] if bcubed else [NO_SCORE] * 3),
            f"{self.found.measured.seconds:.1f}",
            f"{self.found.measured.cpu:.1f}",
            f"{self.found.measured.peak_mb:,.0f}",
        ]


@dataclass(frozen=True)
class Published:
    """The pairwise F1 of a peer as the page has it, where its result is not at hand."""

    f1: float


@dataclass(frozen=True)
class Verdict:
    """Tellonce on one set beside the peers that have a result there."""

    ours: Judged
    peers: dict[str, Judged | Published]

    @cached_property
    def interval(self) -> Interval:
        """Of our pairwise F1."""
        return agreement.f1_interval(self.ours.agreement)

    @cached_property
    def best(self) -> Judged | Published | None:
        """The rival with the highest pairwise F1; None where none has a result."""
        rivals = [self.peers[name] for name in RIVALS if name in self.peers]
        return max(rivals, key=lambda judged: judged.f1, default=None)

    @cached_property
    def difference(self) -> Interval:
        """Of our pairwise F1 minus that of the best rival, both on the same draws; of ours alone
        where the rival's result is not at hand.
        """
        assert self.best is not None
        if isinstance(self.best, Published):
            return Interval(*(bound - self.best.f1 for bound in self.interval))
        return agreement.difference_interval(self.ours.agreement, self.best.agreement)

    @property
    def word(self) -> str:
        """better, equal (within the interval), behind; nothing to compare with: a dash."""
        if self.best is None:
            return NO_SCORE
        if self.difference.low > 0:
            return "better"
        return "behind" if self.difference.high < 0 else "equal"

    @property
    def without(self) -> str:
        """The rivals without a result, for a verdict that is not the last word; else nothing."""
        absent = [TITLES[name] for name in RIVALS if name not in self.peers]
        return f" (without {' and '.join(absent)})" if absent else ""

    def row(self) -> list[str]:
        """The cells of `VERDICT_HEAD`."""
        ours = f"{self.ours.f1:.4f} ({self.interval.low:.3f} to {self.interval.high:.3f})"
        shown = [f"{self.peers[p].f1:.4f}" if p in self.peers else NO_SCORE for p in PEER_COLUMNS]
        if self.best is None:
            return [self.ours.found.labelled.name, ours, *shown, NO_SCORE, self.word]
        gap = f"{self.ours.f1 - self.best.f1:+.4f} ({self.difference.low:+.3f} to "
        return [
            self.ours.found.labelled.name,
            ours,
            *shown,
            f"{gap}{self.difference.high:+.3f})",
            self.word + self.without + (" *" if isinstance(self.best, Published) else ""),
        ]

    def dot_row(self) -> Row:
        """For the chart."""
        shown = [self.peers[p].f1 if p in self.peers else None for p in PEER_COLUMNS[:3]]
        return Row(self.ours.found.labelled.name, [self.ours.f1, *shown], *self.interval)


PEER_COLUMNS = ("splink", "goldenmatch", "rules", "splink_taught")
VERDICT_HEAD = (
    "set",
    "Tellonce F1 (95 %)",
    *(TITLES[peer] for peer in PEER_COLUMNS),
    "to the best peer (95 %)",
    "verdict",
)


def verdict_table(verdicts: Sequence[Verdict]) -> str:
    """One row a set, and a line that counts the verdicts."""
    words = [verdict.word for verdict in verdicts]
    counts = ", ".join(f"{words.count(w)} {w}" for w in ("better", "equal", "behind"))
    return f"{table(VERDICT_HEAD, [v.row() for v in verdicts])}\n\nOf {len(words)} sets: {counts}."


def chart(verdicts: Sequence[Verdict]) -> str:
    """The pairwise F1 of all sets as SVG."""
    series = [TITLES[name] for name in ("tellonce", *PEER_COLUMNS[:3])]
    title = "Pairwise F1 by set, Tellonce with its 95 % interval"
    return dots(title, series, [verdict.dot_row() for verdict in verdicts])
