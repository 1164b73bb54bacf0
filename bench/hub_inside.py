"""Reads in the hub's own process, beside the bare database: `python -m bench.hub_inside READS`.

Prints one JSON document: milliseconds p50, p95, p99 of `view_customer` and of one SELECT.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence

import django

_BARE = (
    "SELECT g.document FROM customers c JOIN golden_versions g "
    "ON g.customer_id = c.id AND g.number = c.version WHERE c.public_id = %s"
)


def main() -> None:
    """Read random customers both ways."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tellonce.hub.settings")
    django.setup()
    from django.db import connection

    from tellonce.hub.accounts.selectors import actor
    from tellonce.hub.customers.models import Customer
    from tellonce.hub.snapshots.viewing import view_customer

    by, last = actor(), Customer.objects.order_by("-id")[0].pk
    chosen = random.Random(5).sample(range(1, last + 1), min(int(sys.argv[1]), last))
    rows = Customer.objects.filter(id__in=chosen, retired_at=None)
    ids = list(rows.values_list("public_id", flat=True))

    def bare(public_id: str) -> None:
        with connection.cursor() as cursor:
            json.loads(cursor.execute(_BARE, [public_id]).fetchone()[0])

    print(
        json.dumps(
            {
                "by id inside": clocked(lambda one: view_customer(one, "service", by), ids),
                "bare: by id": clocked(bare, ids),
            }
        )
    )


def clocked(read: Callable[[str], object], ids: Sequence[str]) -> list[float]:
    """Milliseconds p50, p95, p99; the first twenty are for warming up."""
    seconds = []
    for one in ids:
        begun = time.perf_counter()
        read(one)
        seconds.append((time.perf_counter() - begun) * 1e3)
    ordered = sorted(seconds[20:])
    return [round(ordered[int(share * len(ordered))], 2) for share in (0.5, 0.95, 0.99)]


if __name__ == "__main__":
    main()
