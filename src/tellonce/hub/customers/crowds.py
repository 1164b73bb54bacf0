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


def sharing_counts() -> dict[int, int]:
    """Number of customers -> how many e-mails, phones and identifiers are shared by so many."""
    return dict(_fetch(f"SELECT n, COUNT(*) FROM ({_SHARED}) held GROUP BY n"))  # noqa: S608


def shared_by(least: int) -> list[tuple[int, int]]:
    """(keyed hash, customers) of what at least so many share, the most first, 100 at most."""
    return _fetch(
        f"SELECT held.one, held.n FROM ({_SHARED}) held WHERE held.n >= %s "  # noqa: S608
        "ORDER BY held.n DESC, held.one LIMIT %s",
        [least, _MOST],
    )


def customers_sharing(key: int) -> list[tuple[str, str]]:
    """(public id, family name in comparable form) of the customers behind a keyed hash."""
    return _fetch(
        "SELECT DISTINCT c.public_id, c.family_name FROM key_index k "
        "JOIN memberships m ON m.record_id = k.record_id AND m.to_at IS NULL "
        "JOIN customers c ON c.id = m.customer_id WHERE k.hash = %s ORDER BY c.public_id LIMIT 500",
        [key],
    )


def _fetch(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])
        return cursor.fetchall()
