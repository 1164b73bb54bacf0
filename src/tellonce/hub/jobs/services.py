"""What other apps call: leases, jobs, schedules, and registering what can be worked on."""

from __future__ import annotations

from tellonce.hub.jobs.keeping import KeptLease
from tellonce.hub.jobs.leases import acquire, confirm, held_lease, is_held
from tellonce.hub.jobs.queue import cancel, claim, enqueue, fail, finish, heartbeat, replay
from tellonce.hub.jobs.registry import (
    register_consumer,
    register_handler,
    register_pulse,
    register_recurring,
)
from tellonce.hub.jobs.roster import forget_workers
from tellonce.hub.jobs.running import work_once
from tellonce.hub.jobs.schedules import parse_rule, remove_schedule, set_schedule
from tellonce.hub.jobs.ticking import tick, work_until_idle
from tellonce.hub.jobs.worker import Worker

__all__ = [
    "KeptLease",
    "Worker",
    "acquire",
    "cancel",
    "claim",
    "confirm",
    "enqueue",
    "fail",
    "finish",
    "forget_workers",
    "heartbeat",
    "held_lease",
    "is_held",
    "parse_rule",
    "register_consumer",
    "register_handler",
    "register_pulse",
    "register_recurring",
    "remove_schedule",
    "replay",
    "set_schedule",
    "tick",
    "work_once",
    "work_until_idle",
]
