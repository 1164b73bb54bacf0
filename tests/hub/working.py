"""`tellonce` with a kind of job of its own, `test.count`, for tests that kill it.

It writes a line into the file of its payload when it begins, sleeps, and writes what it counted in
the transaction that finishes the job.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import django


def count(context: Any) -> None:
    """Begin, take a while, and write an event with the end of the job."""
    from django.db import transaction

    from tellonce.hub.events.services import emit
    from tellonce.hub.events.types import Happened

    with Path(context.payload["file"]).open("a") as file:
        file.write(f"{context.payload['n']}\n")
    time.sleep(context.payload["seconds"])
    with transaction.atomic():
        emit(Happened("tellonce.test.counted.v1", data={"n": context.payload["n"]}))
        context.finish()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tellonce.hub.settings")
    django.setup()
    from tellonce.cli.main import run
    from tellonce.hub.jobs.services import enqueue, register_handler

    register_handler("test.count", count)
    if sys.argv[1] == "enqueue":
        file, seconds, many = sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
        for n in range(many):
            enqueue("test.count", {"file": file, "seconds": seconds, "n": n}, "usr_test")
    else:
        run()
