"""A surge of quarantine: of what a source brings, many more rows than usual cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from tellonce.hub.core import clock
from tellonce.hub.insight.intervals import wilson
from tellonce.hub.insight.troubles.silence import SEEN
from tellonce.hub.insight.types import Trouble
from tellonce.hub.sources.rhythm import RunFact, ended_runs

LEAST_ROWS, LEAST_SHARE, TIMES = 10, 0.02, 3
_BEFORE_ANY = (1, 20)  # of the first delivery one row of twenty is thought usual
_TOGETHER, _PASSED = timedelta(days=1), timedelta(days=7)


def quarantine_surges() -> list[Trouble]:
    """Sources whose last day of rows went to quarantine far more often than what came before."""
    now = clock.now()
    troubles = []
    for (source, content), found in groupby(
        ended_runs(now - SEEN), key=lambda run: (run.source, run.content)
    ):
        surge = surge_of(list(found), now)
        if surge is not None:
            rows, bad, usual = surge
            troubles.append(_trouble(source, content, (rows, bad), usual))
    return troubles


def surge_of(runs: Sequence[RunFact], now: datetime) -> tuple[int, int, float] | None:
    """(rows, of these quarantined, usual share) of the last day of rows where that is a surge.

    It is one where at least 10 rows and 2 % are quarantined, and the lower end of the share's
    interval is above three times the usual share, which is that of all runs before.
    """
    filled = [run for run in runs if run.rows]
    if not filled or now - filled[-1].started_at > _PASSED:
        return None
    begin = filled[-1].started_at - _TOGETHER
    last = [run for run in filled if run.started_at > begin]
    before = [run for run in filled if run.started_at <= begin]
    bad, rows = sum(run.quarantined for run in last), sum(run.rows for run in last)
    usual = (sum(run.quarantined for run in before) + _BEFORE_ANY[0]) / (
        sum(run.rows for run in before) + _BEFORE_ANY[1]
    )
    if bad >= LEAST_ROWS and bad / rows >= LEAST_SHARE and wilson(bad, rows)[0] > TIMES * usual:
        return rows, bad, usual
    return None


def _trouble(source: str, content: str, found: tuple[int, int], usual: float) -> Trouble:
    rows, bad = found
    return Trouble(
        f"{source}:{content}",
        "high" if bad / rows > 0.5 else "medium",
        f"Of {rows:,} rows of {content} that {source} brought last, {bad:,} went to quarantine "
        f"({bad / rows:.0%}; usual are {usual:.1%}).",
        f"See the reasons, mend the source or its configuration, and replay: "
        f"tellonce quarantine list --source {source}.",
        {"source": source, "content": content, "rows": rows, "quarantined": bad},
    )
