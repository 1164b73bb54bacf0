"""Small charts as SVG, drawn here: they stand in a page that has no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tellonce.hub.insight.types import TrendPoint

_WIDE, _HIGH, _EDGE = 260, 64, 6
_BAR_WIDE, _BAR_HIGH = 120, 9


@dataclass(frozen=True)
class Scale:
    """From days and values to places in the drawing; larger values stand higher."""

    first: date
    last: date
    low: float
    high: float

    @classmethod
    def of(cls, points: Sequence[TrendPoint], also: Sequence[float]) -> Scale:
        """One that holds all points and some more values, with a little room."""
        values = [point.value for point in points if point.value is not None] + list(also)
        low, high = min(values), max(values)
        room = (high - low) * 0.12 or abs(high) * 0.05 or 0.5
        return cls(points[0].day, points[-1].day, low - room, high + room)

    def x(self, day: date) -> float:
        """From the left; where there is one day only, at the right edge."""
        days = (self.last - self.first).days
        share = (day - self.first).days / days if days else 1.0
        return round(_EDGE + share * (_WIDE - 2 * _EDGE), 1)

    def y(self, value: float) -> float:
        """From above."""
        share = (value - self.low) / (self.high - self.low)
        return round(_HIGH - _EDGE - share * (_HIGH - 2 * _EDGE), 1)


def trend_chart(
    points: Sequence[TrendPoint], target: float, interval: tuple[float, float] | None, title: str
) -> str:
    """The line of a KPI over the days, broken where it was not measured; its target as a dashed
    line, the newest value as a dot, its interval as a bar. "" where nothing was ever measured.

    `title` says it in words, for those who do not see it.
    """
    if not any(point.value is not None for point in points):
        return ""
    scale = Scale.of(points, [target, *(interval or ())])
    level = scale.y(target)
    parts = [
        f'<line class="target" x1="{_EDGE}" x2="{_WIDE - _EDGE}" y1="{level}" y2="{level}"/>',
        *(f'<polyline class="trend" points="{line}"/>' for line in _lines(points, scale)),
    ]
    newest = next(point for point in reversed(points) if point.value is not None)
    at, value = scale.x(newest.day), newest.value or 0.0
    if interval is not None:
        top, bottom = scale.y(interval[1]), scale.y(interval[0])
        parts.append(f'<line class="interval" x1="{at}" x2="{at}" y1="{top}" y2="{bottom}"/>')
    parts.append(f'<circle class="now" cx="{at}" cy="{scale.y(value)}" r="3.5"/>')
    return (
        f'<svg class="chart" role="img" aria-label="{title}" viewBox="0 0 {_WIDE} {_HIGH}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _lines(points: Sequence[TrendPoint], scale: Scale) -> Iterator[str]:
    """Each unbroken stretch of at least two days, as SVG points."""
    stretch: list[str] = []
    for point in [*points, TrendPoint(scale.last, None)]:
        if point.value is not None:
            stretch.append(f"{scale.x(point.day)},{scale.y(point.value)}")
            continue
        if len(stretch) > 1:
            yield " ".join(stretch)
        stretch = []


def share_bar(share: float) -> str:
    """A share as a bar, for the eye alone: the figure stands beside it."""
    filled = round(max(0.0, min(1.0, share)) * _BAR_WIDE, 1)
    return (
        f'<svg class="bar" aria-hidden="true" viewBox="0 0 {_BAR_WIDE} {_BAR_HIGH}" '
        f'xmlns="http://www.w3.org/2000/svg"><rect class="rest" width="{_BAR_WIDE}" '
        f'height="{_BAR_HIGH}" rx="2"/><rect class="part" width="{filled}" height="{_BAR_HIGH}" '
        'rx="2"/></svg>'
    )
