"""How large customers are, and how many of them share one e-mail, phone or identifier."""

from __future__ import annotations

from typing import Any

from django.db import connection

_SIZES = (
    "SELECT m.customer_id AS one, COUNT(*) AS n FROM memberships m WHERE m.to_at IS NULL "
    "GROUP BY m.customer_id"
)
_SHARED = (
    "SELECT k.hash AS one, COUNT(DISTINCT m.customer_id) AS n FROM key_index k "
    "JOIN memberships m ON m.record_id = k.record_id AND m.to_at IS NULL GROUP BY k.hash"
)
_MOST = 100


def customer_size_counts() -> dict[int, int]:
    """Number of records -> how many living customers have so many."""
    return dict(_fetch(f"SELECT n, COUNT(*) FROM ({_SIZES}) held GROUP BY n"))  # noqa: S608


def customers_of_size(least: int) -> list[tuple[str, int]]:
    """(public id, records) of customers with at least so many, the largest first, 100 at most."""
    return _fetch(
        f"SELECT c.public_id, held.n FROM ({_SIZES}) held "  # noqa: S608  our own
        "JOIN customers c ON c.id = held.one WHERE held.n >= %s "
        "ORDER BY held.n DESC, c.id LIMIT %s",
        [least, _MOST],
    )


def shared_keys(least: int) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """Number of customers -> how many e-mails, phones and identifiers are shared by so many; and
    (keyed hash, customers) of what at least `least` share, the most first, 100 at most.

    All keys are grouped once for both: at a million customers that is nearly all it costs.
    """
    found = _fetch(
        f"WITH held AS MATERIALIZED ({_SHARED}) "  # noqa: S608  our own
        "SELECT 0 AS place, 0 AS one, n, COUNT(*) AS many FROM held GROUP BY n UNION ALL "
        "SELECT 1, most.one, most.n, 1 FROM (SELECT one, n FROM held WHERE n >= %s "
        "ORDER BY n DESC, one LIMIT %s) most",
        [least, _MOST],
    )
    most = [(key, customers) for place, key, customers, _ in found if place]
    counts = {customers: many for place, _, customers, many in found if not place}
    return counts, sorted(most, key=lambda one: (-one[1], one[0]))


def customers_sharing(key: int, limit: int = 500, after: str = "") -> list[tuple[str, str]]:
    """(public id, family name in comparable form) of the customers behind a keyed hash, in the
    order of their ids; `after`: those behind this one.
    """
    return _fetch(
        "SELECT DISTINCT c.public_id, c.family_name FROM key_index k "
        "JOIN memberships m ON m.record_id = k.record_id AND m.to_at IS NULL "
        "JOIN customers c ON c.id = m.customer_id WHERE k.hash = %s "
        "AND c.public_id > %s ORDER BY c.public_id LIMIT %s",
        [key, after, limit],
    )


def _fetch(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])
        return cursor.fetchall()
