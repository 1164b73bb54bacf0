"""How long people and programs wait for a snapshot."""

from __future__ import annotations

from tellonce.hub.core.clock import iso
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.insight.kpis.completeness import row_id
from tellonce.hub.insight.types import Asked, Evidence, Measured, Part, Window
from tellonce.hub.snapshots.timing import slowest_times, time_quantiles

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def measure_retrieval(window: Window) -> Measured:
    """The 95th percentile of real requests; a part for the 50th, 95th and 99th."""
    count, found = time_quantiles(window.since, window.until, tuple(SHARES.values()))
    if not count:
        return Measured.nothing("No snapshot was asked for in this time.")
    parts = [Part(name, ms, count) for name, ms in zip(SHARES, found, strict=True)]
    return Measured(Part("", parts[1].value, count), tuple(parts))


def slow_snapshots(window: Window, asked: Asked) -> Evidence:
    """The slowest ones; the cursor says how many came before."""
    if asked.part not in ("", *SHARES):
        raise WrongCall("The time has no such part.", hint=f"Known: {', '.join(SHARES)}.")
    begin = row_id(asked.cursor)
    found = slowest_times(window.since, asked.limit, begin)
    rows = tuple({"at": iso(at), "kind": kind, "milliseconds": ms} for at, kind, ms in found)
    return Evidence(rows, str(begin + len(found)) if len(found) == asked.limit else "")
