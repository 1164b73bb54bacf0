"""Charts as static SVG, written as text; they follow the reader's light or dark theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """<style>
text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2937 }
.soft { fill: #6b7280 } .rule { stroke: #d1d5db } .ideal { stroke: #9ca3af; stroke-dasharray: 4 3 }
.a { fill: #1d4ed8; stroke: #1d4ed8 } .b { fill: #c2410c; stroke: #c2410c }
.c { fill: #15803d; stroke: #15803d } .d { fill: #6b7280; stroke: #6b7280 }
.page { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb } .soft { fill: #9ca3af }
  .rule { stroke: #374151 } .ideal { stroke: #6b7280 }
  .a { fill: #60a5fa; stroke: #60a5fa } .b { fill: #fb923c; stroke: #fb923c }
  .c { fill: #4ade80; stroke: #4ade80 } .d { fill: #9ca3af; stroke: #9ca3af }
  .page { fill: #0d1117 }
}
</style>"""
COLOURS = ("a", "b", "c", "d")
LABEL, PLOT, ROW = 230, 560, 30  # width of the names, width of the plot, height of a row
PANEL, GAP, ACROSS = 150, 46, 4  # a small plot, the room between, how many in a line


@dataclass(frozen=True)
class Row:
    """One line of a dot plot: a value from 0 to 1 per series (None: not there), and the interval
    of the first.
    """

    name: str
    values: Sequence[float | None]
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """One small plot: points (stated, true, number of pairs), shares from 0 to 1."""

    name: str
    points: Sequence[tuple[float, float, int]]
    below: str


def dots(title: str, series: Sequence[str], rows: Sequence[Row]) -> str:
    """A dot plot: a line per row, a colour per series, the first with its interval."""
    top, height = 60, 60 + ROW * len(rows)
    parts = legend(series, 24)
    for tick in range(0, 11, 2):
        x = LABEL + PLOT * tick / 10
        parts.append(line(x, top - 8, x, height, "rule"))
        parts.append(text(x, height + 18, f"{tick / 10:.1f}", "soft", "middle"))
    for n, row in enumerate(rows):
        y = top + ROW * n + ROW / 2
        parts.append(text(LABEL - 12, y + 4, row.name, "", "end"))
        parts.append(line(LABEL + PLOT * row.low, y, LABEL + PLOT * row.high, y, "a", width=3))
        for colour, value in reversed(list(zip(COLOURS, row.values, strict=False))):
            if value is not None:
                size = 6 if colour == "a" else 4.5
                parts.append(circle(LABEL + PLOT * value, y, size, colour))
    return drawing(title, LABEL + PLOT + 30, height + 34, parts)


def panels(title: str, curves: Sequence[Curve]) -> str:
    """Reliability diagrams: a small plot per curve, stated to the right from .5, true upwards."""
    parts = []
    for n, curve in enumerate(curves):
        x, y = 44 + n % ACROSS * (PANEL + GAP), 34 + n // ACROSS * (PANEL + 62)
        parts += [panel(curve, x, y)]
    lines = (len(curves) + ACROSS - 1) // ACROSS
    return drawing(title, 44 + ACROSS * (PANEL + GAP), 34 + lines * (PANEL + 62), parts)


def panel(curve: Curve, x: float, y: float) -> str:
    """One small plot with its upper left corner at (x, y)."""
    bottom = y + PANEL
    parts = [text(x, y - 8, curve.name, "", "start")]
    for share in (0, 0.5, 1):
        height = bottom - PANEL * share
        parts.append(line(x, height, x + PANEL, height, "rule"))
        parts.append(text(x - 6, height + 4, f"{share:g}", "soft", "end"))
    for stated in (0.5, 0.75, 1):
        place = x + PANEL * (stated - 0.5) * 2
        parts.append(text(place, bottom + 15, f"{stated:g}", "soft", "middle"))
    parts.append(line(x, bottom - PANEL / 2, x + PANEL, y, "ideal"))
    most = max((pairs for *_, pairs in curve.points), default=1)
    for stated, true, pairs in curve.points:
        size = 2.5 + 4.5 * (pairs / most) ** 0.5
        parts.append(circle(x + PANEL * (stated - 0.5) * 2, bottom - PANEL * true, size, "a"))
    parts.append(text(x + PANEL, bottom + 31, curve.below, "soft", "end"))
    return "\n".join(parts)


def legend(series: Sequence[str], y: float) -> list[str]:
    """A dot and a name for each series, in one line."""
    parts, x = [], float(LABEL)
    for colour, name in zip(COLOURS, series, strict=False):
        parts += [circle(x, y - 4, 5, colour), text(x + 12, y, name, "", "start")]
        x += 30 + 7 * len(name)
    return parts


def drawing(title: str, width: float, height: float, parts: Sequence[str]) -> str:
    """The whole SVG."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">'
        f"<title>{escape(title)}</title>"
    )
    page = f'<rect class="page" width="{width:g}" height="{height:g}"/>'
    return "\n".join([head, STYLE, page, *parts, "</svg>"]) + "\n"


def text(x: float, y: float, said: str, colour: str, anchor: str) -> str:
    """A line of text; `anchor` is start, middle or end."""
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{colour}" {where}>{escape(said)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1) -> str:
    """A straight line."""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line class="{colour}" {ends} stroke-width="{width:g}"/>'


def circle(x: float, y: float, radius: float, colour: str) -> str:
    """A dot."""
    return f'<circle class="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
