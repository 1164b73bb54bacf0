"""What the doors call."""

from __future__ import annotations

from tellonce.hub.accounts.types import Actor
from tellonce.hub.insight.declared import Declared, Known, declared
from tellonce.hub.insight.declared import declare as _declare
from tellonce.hub.insight.kpis.registry import KPIS
from tellonce.hub.insight.troubles.registry import DETECTORS
from tellonce.hub.insight.types import SHARE
from tellonce.hub.insight.watching import WATCH

__all__ = ["declare", "declared", "note_ready"]


def declare(text: str, *, by: Actor) -> Declared:
    """Put a declaration (YAML, see `declared`) in force; raises `Refused` and `WrongCall`."""
    return _declare(text, _known(), by=by)


def note_ready(failing: list[str]) -> None:
    """A probe's word: the hub is ready where no check fails."""
    WATCH.note(failing)


def _known() -> Known:
    return Known(
        frozenset(kpi.name for kpi in KPIS),
        frozenset(kpi.name for kpi in KPIS if kpi.unit == SHARE),
        frozenset(one.name for one in DETECTORS),
    )
