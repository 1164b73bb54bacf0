"""How corrections are going, in figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from tellonce.hub.core import clock
from tellonce.hub.corrections.late_returns import late_returns
from tellonce.hub.corrections.models import Correction, CorrectionStep, WriteBack
from tellonce.hub.corrections.types import CLOSED, OPEN, PROPOSED, UNANSWERED, Figures

_DAY = timedelta(days=1)


def correction_figures(since: datetime | None = None) -> Figures:
    """Figures of what was closed, and came back wrong, since a moment (None: ever), and of what is
    open now.

    Lead time: from when it was proposed or detected to its (last) closing. Reopen rate: of the
    corrections that were closed in the period at least once, the share that came back wrong in it.
    """
    closed = Correction.objects.filter(state=CLOSED)
    steps = CorrectionStep.objects.filter(kind__in=("closed", "reopened"))
    if since is not None:
        closed, steps = closed.filter(closed_at__gte=since), steps.filter(at__gte=since)
    by_severity: dict[str, list[float]] = defaultdict(list)
    for severity, begun, ended in closed.values_list("severity", "created_at", "closed_at"):
        by_severity[severity].append((ended - begun) / _DAY)
    days = sorted(one for of in by_severity.values() for one in of)
    came_back = set(steps.filter(kind="reopened").values_list("correction_id", flat=True))
    ever = set(steps.values_list("correction_id", flat=True))
    waiting = Correction.objects.filter(state__in=OPEN)
    now = clock.now()
    queue = [
        (now - at) / _DAY for at in waiting.filter(state=PROPOSED).values_list("since", flat=True)
    ]
    return Figures(
        closed=len(days),
        lead_days_median=median(days) if days else None,
        lead_days_p90=_percentile(days, 0.9),
        lead_days_by_severity={name: median(of) for name, of in sorted(by_severity.items())},
        reopened=len(came_back),
        reopen_rate=len(came_back) / len(ever) if ever else None,
        open_by_state=dict(Counter(waiting.values_list("state", flat=True))),
        open_by_severity=dict(Counter(waiting.values_list("severity", flat=True))),
        overdue=waiting.filter(due_at__lte=now).count(),
        queue=len(queue),
        queue_days_oldest=max(queue, default=None),
        queue_days_median=median(queue) if queue else None,
        tasks_open=WriteBack.objects.filter(state__in=UNANSWERED).count(),
        returns_late=late_returns()[0],
        by_origin=dict(Counter(waiting.values_list("origin", flat=True))),
    )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of them does not exceed."""
    if not ordered:
        return None
    rank = -int(-len(ordered) * share // 1)
    return ordered[max(0, rank - 1)]
