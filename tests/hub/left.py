"""In the environment of a hub: place what waits, and print what is held as JSON.

`equal`: the customers are those of one batch. Run as `python -m tests.hub.left`.
"""

from __future__ import annotations

import json
import os
import sys

import django


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
        "equal": stored() == batch(),
        "waiting": Waiting.objects.count(),
        "audit": first_break(),
        "versions": sorted(map(list, held)),
        "records": Record.objects.count(),
    }
    sys.stdout.write(json.dumps(told, default=str))


if __name__ == "__main__":
    main()
