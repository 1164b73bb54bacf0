"""Reads."""

from __future__ import annotations

from django.db.models import Count

from tellonce.hub.jobs.models import Job


def job_counts() -> dict[str, int]:
    """Jobs by state: waiting, running, done, dead."""
    counts = {Job.WAITING: 0, Job.RUNNING: 0, Job.DONE: 0, Job.DEAD: 0}
    return counts | dict(Job.objects.values_list("state").annotate(Count("id")))
