"""Doing one job: from the claim to done, again later, or dead."""

from __future__ import annotations

import logging
import random
import threading
import time
import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, InterfaceError

from tellonce.hub.core.errors import Busy, HubError, LeaseLost, Refused, WrongCall
from tellonce.hub.jobs import queue
from tellonce.hub.jobs.registry import Handling, handlers
from tellonce.hub.jobs.types import ClaimedJob, JobContext, ReleaseJob

_log = logging.getLogger(__name__)
_SHOWN_EVERY = 1.0  # seconds between two writes of progress
_BUSY_FOR = 3.0
_OURS = "tellonce"
_leading: set[int] = set()


def work_once(
    kinds: Collection[str] | None = None, *, stopping: threading.Event | None = None
) -> bool:
    """Do the first due job in this thread, without a heartbeat; False when there is none.

    `kinds` narrows the registered ones. What the job raises is kept in its row, not raised.
    """
    known = handlers()
    wanted = set(known) if kinds is None else set(known) & set(kinds)
    job = queue.claim(wanted) if wanted else None
    if job is None:
        return False
    run_job(job, known[job.kind], stopping or threading.Event())
    return True


def run_job(job: ClaimedJob, handling: Handling, stopping: threading.Event) -> None:
    """Call the handler and write down how it ended.

    Raises what the database raises when it cannot even be told: the job's lease then ends by
    itself, and the job is done again.
    """
    try:
        with _leads(job, handling):
            handling.handler(_context(job, handling, stopping))
    except ReleaseJob as given_back:
        queue.release(job, given_back.after)
    except Busy:
        queue.release(job, timedelta(seconds=_BUSY_FOR * random.uniform(0.5, 1.5)))
    except LeaseLost:
        _log.warning("Job %s (%s) was taken over or cancelled.", job.id, job.kind)
        queue.release(job)  # where only another lease was lost and the job is still ours
    except (WrongCall, Refused) as error:
        queue.bury(job, sentence(error))
    except Exception as error:
        _log.warning("Job %s (%s) failed: %s", job.id, job.kind, type(error).__name__)
        queue.fail(job, sentence(error), attempts=handling.attempts)
    else:
        queue.finish(job, kept=handling.kept)


def is_led() -> bool:
    """Whether this process does a job now that goes before consumers which work ahead."""
    return bool(_leading)


@contextmanager
def _leads(job: ClaimedJob, handling: Handling) -> Iterator[None]:
    if handling.leads:
        _leading.add(job.id)
    try:
        yield
    finally:
        _leading.discard(job.id)


def sentence(error: BaseException) -> str:
    """What went wrong, for people; an error that is not ours is named by kind and place only,
    since its own words may quote personal data.
    """
    if isinstance(error, HubError):
        return f"{error} {error.hint}".strip()
    if isinstance(error, DatabaseError | InterfaceError):
        return f"The database refused it ({type(error).__name__})."
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _OURS in Path(frame.filename).parts] or frames
    where = f" in {ours[-1].name}, {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"Unexpected {type(error).__name__}{where}."


def _context(job: ClaimedJob, handling: Handling, stopping: threading.Event) -> JobContext:
    meter = _Meter(job)

    def confirm() -> None:
        _keep(queue.heartbeat(job), job)

    def finish() -> None:
        _keep(queue.finish(job, kept=handling.kept), job)

    return JobContext(
        job.id,
        job.kind,
        job.payload,
        job.actor,
        job.attempt,
        progress=meter.show,
        confirm=confirm,
        finish=finish,
        stopping=stopping,
    )


def _keep(mine: bool, job: ClaimedJob) -> None:
    if not mine:
        raise LeaseLost(
            f"The job {job.id} was taken over by another worker, or cancelled.",
            hint="Nothing of this step was written.",
        )


@dataclass
class _Meter:
    """Writes progress down at a new stage, and otherwise at most once a second."""

    job: ClaimedJob
    stage: str = ""
    shown_at: float = field(default=float("-inf"))

    def show(self, stage: str, done: int, total: int) -> None:
        """As `JobContext.progress`."""
        moment = time.monotonic()
        if stage == self.stage and moment - self.shown_at < _SHOWN_EVERY:
            return
        self.stage, self.shown_at = stage, moment
        queue.show_progress(self.job, stage, done, total)
