"""An explanation as a waterfall: bars from the prior to the odds, as data and as an SVG picture.

The picture stands alone: its words, values and figures are in it, it follows the reader's light or
dark setting, tells signs by figure and not by colour alone, and runs no script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from math import ceil, floor

from tellonce.engine.score.explain import Evidence, Explanation
from tellonce.engine.score.weights import log_odds

WIDTH, LEFT, RIGHT, ROW, TOP, FOOT = 960, 400, 56, 40, 96, 26
WORDS_SHOWN, VALUES_SHOWN, LINE_SHOWN = 54, 62, 140
LEAST_SPAN = 4.0  # bits that the axis shows at least
# What XML 1.0 forbids, and what turns the direction of the text around it.
UNSHOWABLE = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
STYLE = """
svg { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.ground { fill: #ffffff; }
.title { font-size: 16px; font-weight: 600; } .text { fill: #1c2430; } .quiet { fill: #5b6675; }
.quiet { font-size: 11.5px; } .figure { font-variant-numeric: tabular-nums; }
.line { stroke: #d8dee6; } .cut { stroke: #5b6675; stroke-dasharray: 4 3; }
.for { fill: #2b6cb0; } .against { fill: #c2560c; } .state { fill: #5b6675; }
@media (prefers-color-scheme: dark) {
  .ground { fill: #14181f; } .text { fill: #e8ecf1; } .quiet { fill: #a3aebc; }
  .line { stroke: #333c48; } .cut { stroke: #a3aebc; }
  .for { fill: #63a4e8; } .against { fill: #f0914e; } .state { fill: #a3aebc; }
}
"""


@dataclass(frozen=True)
class Bar:
    """One bar: from log2 odds `start` to `end`; `state` for the prior and the sum, drawn from 0."""

    words: str
    values: str
    start: float
    end: float
    state: bool = False

    @property
    def bits(self) -> float:
        """Its length with its sign."""
        return self.end - self.start


def bars(explanation: Explanation) -> tuple[Bar, ...]:
    """The way from the prior to the odds, what weighs most first."""
    at = explanation.prior_bits
    found = [Bar("before anything is compared", "", 0.0, at, state=True)]
    for step in explanation.compared():
        values = f"{step.left} / {step.right}{rarity(step.rarity_bits)}"
        found.append(Bar(step.words, values, at, at + step.all_bits))
        at += step.all_bits
    relatives = "taken back: relatives share this too"
    if explanation.relatives_bits > 0:
        relatives = "added: relatives are even less like this"
    further = (
        (explanation.relatives_bits, relatives),
        (explanation.labels_bits, f"calibrated on {explanation.labels:,} labels"),
    )
    for bits, words in further:
        if bits:
            found.append(Bar(words, "", at, at + bits))
            at += bits
    total = f"in all: match probability {explanation.probability:.4f} (+1 doubles the odds)"
    return (*found, Bar(total, "", 0.0, explanation.odds_bits, state=True))


def rarity(bits: float) -> str:
    """How much of a step's weight comes from how often its value is seen."""
    if not bits:
        return ""
    return f", {bits:+.1f} of it because that is {'rare' if bits > 0 else 'common'}"


def verdict(explanation: Explanation) -> tuple[str, ...]:
    """What follows from the sum, a sentence a line: linked or not, why not, what proposed it."""
    why, cut = explanation.why_not(), f"the link cut of {explanation.link:.2f}"
    if why is None:
        said = [f"linked: at or above {cut}"]
    else:
        said = [f"not linked: {why.missed_bits:.1f} bits below {cut}"]
        if why.review_missed_bits:
            said[0] += f", {why.review_missed_bits:.1f} below the review cut"
            said[0] += f" of {explanation.review:.2f}"
    if explanation.one_customer not in (None, explanation.linked):
        said.append(
            "one customer all the same: other records hold the two together"
            if explanation.one_customer
            else "two customers all the same: a conflict, or the records around them, outweigh it"
        )
    if why is not None:
        said += [f"against it: {step.words}, {step.all_bits:+.1f}" for step in why.against]
        said += _missing(why.missing)
    return (*said, explanation.proposal.sentence())


def _missing(evidence: tuple[Evidence, ...]) -> list[str]:
    """What one record has and the other lacks, each; what both lack, in one line."""
    said = [f"could change it: {e.sentence()}" for e in evidence if e.lacking != "both"]
    neither = [f"{e.comparison} {e.most_bits:+.1f}" for e in evidence if e.lacking == "both"]
    if neither:
        said.append(f"neither record has, with what it could add at most: {', '.join(neither)}")
    return said


def svg(explanation: Explanation, title: str) -> str:
    """The waterfall as one static SVG document; `title` names the two records."""
    rows, lines = bars(explanation), verdict(explanation)
    scale = _Scale.over(rows, log_odds(explanation.link))
    foot = TOP + ROW * len(rows) + FOOT
    height = foot + 18 * len(lines) + 20
    drawn = [
        _text(20, 32, title, "text title", 110),
        _text(20, 52, "evidence in bits: +1 doubles the odds of being one customer", "quiet", 110),
        *_axis(scale, explanation, foot - FOOT),
    ]
    for index, bar in enumerate(rows):
        drawn += _row(bar, TOP + ROW * index, scale)
    for index, line in enumerate(lines):
        drawn.append(_text(20, foot + 14 + 18 * index, line, "quiet", LINE_SHOWN))
    told = escape(_clean(title)), escape(_clean("; ".join([*(b.words for b in rows), *lines])))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="what how">',
            f'<title id="what">{told[0]}</title>',
            f'<desc id="how">{told[1]}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{height}" class="ground"/>',
            *drawn,
            "</svg>\n",
        ]
    )


@dataclass(frozen=True)
class _Scale:
    """From log2 odds to horizontal places."""

    low: float
    high: float

    @classmethod
    def over(cls, rows: tuple[Bar, ...], cut: float) -> _Scale:
        ends = [0.0, cut, *(bar.start for bar in rows), *(bar.end for bar in rows)]
        return cls(
            floor(min(ends)) - 1.0, max(ceil(max(ends)), floor(min(ends)) + LEAST_SPAN) + 1.0
        )

    def at(self, bits: float) -> float:
        """The place of these log2 odds."""
        wide = WIDTH - LEFT - RIGHT
        return round(LEFT + wide * (bits - self.low) / (self.high - self.low), 1)


def _axis(scale: _Scale, explanation: Explanation, bottom: int) -> list[str]:
    """Lines at even odds and at the link cut."""
    found = []
    marks = ((0.0, "even odds", "line", 70), (log_odds(explanation.link), "link cut", "cut", 84))
    for bits, words, style, above in marks:
        x = scale.at(bits)
        label = words if not bits else f"{words} {explanation.link:.2f}"
        found.append(f'<line x1="{x}" x2="{x}" y1="{above + 4}" y2="{bottom}" class="{style}"/>')
        found.append(f'<text x="{x}" y="{above}" text-anchor="middle" class="quiet">{label}</text>')
    return found


def _row(bar: Bar, top: int, scale: _Scale) -> list[str]:
    """Words, values, the bar and its figure."""
    low, high = sorted((scale.at(bar.start), scale.at(bar.end)))
    style = "state" if bar.state else "for" if bar.bits >= 0 else "against"
    middle = top + ROW // 2
    found = [
        _text(20, middle - 3 if bar.values else middle + 4, bar.words, "text", WORDS_SHOWN),
        f'<rect x="{low}" y="{top + 9}" width="{max(round(high - low, 1), 1.5)}" height="22" '
        f'rx="2" class="{style}"/>',
        f'<text x="{high + 5}" y="{middle + 4}" class="text figure">{bar.bits:+.1f}</text>',
    ]
    if bar.values:
        found.append(_text(20, middle + 12, bar.values, "quiet", VALUES_SHOWN))
    return found


def _text(x: int, y: int, text: str, style: str, most: int) -> str:
    """A line of text; a longer one is cut, and whole as its tooltip."""
    clean = _clean(text)
    if len(clean) <= most:
        return f'<text x="{x}" y="{y}" class="{style}">{escape(clean)}</text>'
    short = escape(clean[: most - 1] + "…")
    return f'<text x="{x}" y="{y}" class="{style}"><title>{escape(clean)}</title>{short}</text>'


def _clean(text: str) -> str:
    return UNSHOWABLE.sub("\ufffd", text)
