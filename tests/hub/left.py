"""In the environment of a hub: place what waits, and print what is held as JSON.

`differs`: what is not as one batch makes it, a few of each. Run as `python -m tests.hub.left`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

MOST = 5


def differing(held: dict[str, Any], made: dict[str, Any]) -> dict[str, list[str]]:
    """By part, some of what one has and the other has not."""
    found = {}
    for part, of in held.items():
        ours, theirs = _entries(of), _entries(made[part])
        if ours != theirs:
            held_only, batch_only = list(ours - theirs)[:MOST], list(theirs - ours)[:MOST]
            found[part] = [*(f"held {x}" for x in held_only), *(f"batch {x}" for x in batch_only)]
    return found


def _entries(of: Any) -> set[Any]:
    if not isinstance(of, dict):
        return set(of)
    return {(key, frozenset(v.items()) if isinstance(v, dict) else v) for key, v in of.items()}


def main() -> None:
    """Place what waits, and say what is held."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tellonce.hub.settings")
    django.setup()
    from tellonce.hub.accounts.selectors import actor
    from tellonce.hub.audit.chain import first_break
    from tellonce.hub.intake.models import Waiting
    from tellonce.hub.intake.services import place_waiting
    from tellonce.hub.jobs.sequencer import number_pending
    from tellonce.hub.sources.models import Record, RecordVersion
    from tests.hub.batches import batch, stored

    place_waiting(by=actor())
    number_pending()
    held = RecordVersion.objects.values_list("record__record_key", "source_version")
    told = {
        "differs": differing(stored(), batch()),
        "waiting": Waiting.objects.count(),
        "audit": first_break(),
        "versions": sorted(map(list, held)),
        "records": Record.objects.count(),
    }
    sys.stdout.write(json.dumps(told, default=str))


if __name__ == "__main__":
    main()
