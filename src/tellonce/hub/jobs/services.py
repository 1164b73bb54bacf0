"""What other apps call: leases and jobs."""

from __future__ import annotations

from tellonce.hub.jobs.leases import confirm, held_lease
from tellonce.hub.jobs.queue import claim, enqueue, fail, finish, heartbeat, replay

__all__ = ["claim", "confirm", "enqueue", "fail", "finish", "heartbeat", "held_lease", "replay"]
