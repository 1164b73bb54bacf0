"""Whether the hub was there when it was needed.

A minute counts as up where the hub was seen ready in it, and never not ready. A minute in which
nobody saw it counts as down: what stops the hub stops what watches it, and the worst outages leave
exactly such gaps. How much of it was seen to be down, and how much is gaps, is told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tellonce.hub.core.clock import iso
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.insight.kpis.completeness import row_id
from tellonce.hub.insight.models import HealthHour
from tellonce.hub.insight.types import Asked, Evidence, Measured, Part, Window, share_part

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
DOWN, UNSEEN = "seen not ready", "not seen"
PARTS = ("seen", "last day")


@dataclass(frozen=True)
class _Stretch:
    """Minutes of one hour as bits: those asked about, up and down."""

    begin: datetime
    asked: int
    up: int
    down: int
    reasons: tuple[str, ...] = ()


def measure_availability(window: Window) -> Measured:
    """The share of minutes that were up since the first one that anybody saw."""
    stretches = list(_stretches(window))
    asked, up, down = _totals(stretches)
    if not asked:
        return Measured.nothing("Nobody has watched the hub yet: `tellonce work` or `serve` does.")
    day = _totals(list(_stretches(Window.of_days(1, window.until))))
    parts = (
        share_part("seen", up, up + down),  # leaving gaps out
        share_part("last day", day[1], day[0]),
    )
    return Measured(Part("", up / asked, asked), parts)


def outages(window: Window, asked: Asked) -> Evidence:
    """Stretches of minutes in which the hub was not up, the newest first; the cursor is the minute
    that the last one began.
    """
    if asked.part not in ("", *PARTS):
        raise WrongCall("Availability has no such part.", hint=f"Known: {', '.join(PARTS)}.")
    found = sorted(_outages(list(_stretches(window))), key=lambda row: row[0], reverse=True)
    if before := row_id(asked.cursor):
        found = [row for row in found if _number(row[0]) < before]
    rows = tuple(
        {
            "from": iso(begin),
            "to": iso(end),
            "minutes": int((end - begin) / _MINUTE),
            "what": what,
            "reasons": list(reasons),
        }
        for begin, end, what, reasons in found[: asked.limit]
    )
    more = len(found) > asked.limit
    return Evidence(rows, str(_number(found[asked.limit - 1][0])) if more else "")


def _number(minute: datetime) -> int:
    return int(minute.timestamp()) // 60


def _stretches(window: Window) -> Iterator[_Stretch]:
    """Every hour of the window, from the first minute that anybody ever saw."""
    first = HealthHour.objects.order_by("hour").first()
    if first is None:
        return
    seen = first.up | first.down
    begin = max(_minute(window.since), first.hour + _MINUTE * ((seen & -seen).bit_length() - 1))
    end = _minute(window.until)  # the minute at hand has not ended
    rows = {row.hour: row for row in HealthHour.objects.filter(hour__gt=begin - _HOUR)}
    hour = begin.replace(minute=0)
    while hour < end:
        last = 60 if hour + _HOUR <= end else end.minute
        start = begin.minute if hour < begin else 0
        asked = (1 << last) - (1 << start)
        row = rows.get(hour)
        down = row.down & asked if row else 0
        up = row.up & asked & ~down if row else 0
        yield _Stretch(hour, asked, up, down, tuple(row.reasons) if row else ())
        hour += _HOUR


def _totals(stretches: list[_Stretch]) -> tuple[int, int, int]:
    """Minutes asked about, up, and seen down."""
    return (
        sum(one.asked.bit_count() for one in stretches),
        sum(one.up.bit_count() for one in stretches),
        sum(one.down.bit_count() for one in stretches),
    )


def _outages(
    stretches: list[_Stretch],
) -> Iterator[tuple[datetime, datetime, str, tuple[str, ...]]]:
    open_at: datetime | None = None
    what, reasons = "", tuple[str, ...]()
    for one in stretches:
        for minute in range(60):
            bit = 1 << minute
            if not one.asked & bit:
                continue
            now = "" if one.up & bit else DOWN if one.down & bit else UNSEEN
            at = one.begin + _MINUTE * minute
            if open_at is not None and now != what:
                yield open_at, at, what, reasons
                open_at = None
            if now and open_at is None:
                open_at, what, reasons = at, now, one.reasons if now == DOWN else ()
            last = at
    if open_at is not None:
        yield open_at, last + _MINUTE, what, reasons


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
