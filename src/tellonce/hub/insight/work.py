"""The background work of this app: the kinds of its jobs, and who does them."""

from __future__ import annotations

from tellonce.hub.jobs.registry import register_handler, register_pulse, register_recurring

MEASURE, SAMPLE, DETECT = "insight.measure", "insight.sample", "insight.detect"


def register() -> None:
    """Tell the workers what there is to do."""
    register_handler(MEASURE, "tellonce.hub.insight.jobs.measure_kpis")
    register_handler(SAMPLE, "tellonce.hub.insight.jobs.draw_due_sample")
    register_handler(DETECT, "tellonce.hub.insight.jobs.detect_troubles")
    register_recurring(MEASURE, "every 1h", MEASURE)
    register_recurring(SAMPLE, "every 6h", SAMPLE)
    register_recurring(DETECT, "every 15m", DETECT)
    register_pulse("insight.watch", "tellonce.hub.insight.watching.note_alive")
