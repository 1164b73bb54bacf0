"""One delivery into a hub of its own: `python -m bench.quality_inside FILE [RULES]`.

Prints one JSON document: CPU seconds of the delivery (all threads), rows, and what rules found.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import django


def main() -> None:
    """Deliver the file, judged by the rules where there are some; nothing is placed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tellonce.hub.settings")
    django.setup()
    from django.core.management import call_command

    from tellonce.hub.accounts.services import make_first_administrator
    from tellonce.hub.intake.delivering import deliver_records
    from tellonce.hub.quality.models import RuleFailure
    from tellonce.hub.quality.running import run_rules
    from tellonce.hub.quality.services import RulesFile, set_rules
    from tellonce.hub.sources.services import add_source
    from tellonce.hub.vault.services import install

    call_command("migrate", verbosity=0)
    install(make_key_file=True)
    by = make_first_administrator()
    add_source("crm", "crm", {"record_id": "record_id"}, by=by)
    if len(sys.argv) > 2:
        set_rules(RulesFile("rules.yaml", Path(sys.argv[2]).read_text()), by=by)
    started = time.process_time()
    report = deliver_records("crm", Path(sys.argv[1]), full=False, by=by)
    delivered = time.process_time() - started
    started = time.process_time()
    judged = run_rules(everything=True, by=by).records
    counts = report.delivery.counts
    figures = {
        "cpu": delivered,
        "rows": counts.rows,
        "kept out": counts.quarantined,
        "failures": RuleFailure.objects.count(),
        "run cpu": time.process_time() - started,
        "run records": judged,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
