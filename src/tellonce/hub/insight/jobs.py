"""Background work: measuring, looking for troubles, drawing the sample that is due, watching."""

from __future__ import annotations

from tellonce.hub.bridge.types import Progress
from tellonce.hub.core.ids import new_id
from tellonce.hub.insight.alerting import check_troubles
from tellonce.hub.insight.declared import declared
from tellonce.hub.insight.figures import fill_counts, follow_golden
from tellonce.hub.insight.measuring import measure_all
from tellonce.hub.insight.sampling import drawn_sample, sample_is_due
from tellonce.hub.jobs.types import SYSTEM, JobContext, ReleaseJob


def measure_kpis(context: JobContext) -> None:
    """Measure all KPIs."""
    measure_all(_shown(context))


def detect_troubles(context: JobContext) -> None:
    """Let every detector look, those that take long less often."""
    check_troubles(_shown(context), sparing=True)


def _shown(context: JobContext) -> Progress:
    """Progress of a job, which is given back between steps where the worker is asked to end."""

    def progress(stage: str, done: int, total: int) -> None:
        context.progress(stage, done, total)
        if context.stopping.is_set():
            raise ReleaseJob

    return progress


def draw_due_sample(context: JobContext) -> None:
    """Draw a sample, where one is wanted and the last is as old as declared."""
    wanted = declared()
    if not wanted.sample_size or not sample_is_due(wanted.sample_days):
        return
    follow_golden()
    if fill_counts()[0]:
        drawn_sample(wanted.sample_size, SYSTEM, new_id("sed"))
