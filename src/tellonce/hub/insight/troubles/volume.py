"""A source that suddenly brings many more rows than it used to, or many fewer."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from tellonce.hub.core import clock
from tellonce.hub.insight.intervals import deviation, median
from tellonce.hub.insight.troubles.silence import LEARNING, SEEN
from tellonce.hub.insight.types import Trouble
from tellonce.hub.sources.rhythm import RunFact, ended_runs

FEWEST = 8
RATIO = 2.5
_SPREADS = 4
_ROWS, _PART = 20, 0.1
_MANY = 20
_PASSED = timedelta(days=7)
Day = tuple[date, int]
"""A day, and how many rows came on it."""


def changed_volumes() -> list[Trouble]:
    """Sources whose last day of deliveries was out of all proportion."""
    now = clock.now()
    troubles = []
    for (source, content), runs in groupby(
        ended_runs(now - SEEN), key=lambda run: (run.source, run.content)
    ):
        days = _days([run for run in runs if run.good], now)
        usual = unusual_volume(days, now)
        if usual is not None:
            troubles.append(_trouble(source, content, days[-1], usual))
    return troubles


def unusual_volume(days: Sequence[Day], now: datetime) -> float | None:
    """The usual number of rows a day, where the last day differs from it beyond reason; else None.

    It must differ by a factor of 2.5, by 20 rows and by a tenth of a usual day, by four robust
    deviations of the logarithm, and be beyond the extremes of the history (of twenty and more days
    the second extremes) by half as much again, so that weekends and month ends, once seen, are no
    news. Days of one weekday are compared with each other where there are four of them; before
    that, it must be beyond the extremes 2.5-fold.
    """
    if len(days) <= FEWEST or days[-1][0] - days[0][0] < LEARNING:
        return None
    last, rows = days[-1]
    if now.date() - last > _PASSED:
        return None
    same = [n for day, n in days[:-1] if day.weekday() == last.weekday()]
    history = same if len(same) >= 4 else [n for _, n in days[:-1]]
    logs, here = [math.log1p(n) for n in history], math.log1p(rows)
    usual = median(logs)
    all_rows = sorted(n for _, n in days[:-1])
    place = 1 if len(all_rows) >= _MANY else 0
    least, most = all_rows[place], all_rows[-1 - place]
    room = 1.5 if history is same else RATIO
    beyond = rows > room * most or rows * room < least
    far = abs(here - usual) > max(math.log(RATIO), _SPREADS * deviation(logs))
    matters = max(_ROWS, _PART * median(all_rows))
    if beyond and far and abs(rows - math.expm1(usual)) >= matters:
        return math.expm1(usual)
    return None


def _days(runs: Sequence[RunFact], now: datetime) -> list[Day]:
    """Rows a day, by day. The day at hand is not over: it counts where it already brought more
    than any other day, and is left out otherwise.
    """
    rows: dict[date, int] = defaultdict(int)
    for run in runs:
        rows[run.started_at.date()] += run.rows
    days = sorted(rows.items())
    if (
        days
        and days[-1][0] == now.date()
        and days[-1][1] <= max((n for _, n in days[:-1]), default=0)
    ):
        return days[:-1]
    return days


def _trouble(source: str, content: str, last: Day, usual: float) -> Trouble:
    day, rows = last
    more = "more" if rows > usual else "fewer"
    return Trouble(
        f"{source}:{content}",
        "high" if rows == 0 or rows < usual / 10 else "medium",
        f"{source} brought {rows:,} rows of {content} on {day}; about {usual:,.0f} are usual. "
        f"That is many {more}.",
        f"Compare with the source whether all of it came: tellonce source runs {source}.",
        {
            "source": source,
            "content": content,
            "day": day.isoformat(),
            "rows": rows,
            "usual": round(usual),
        },
    )
