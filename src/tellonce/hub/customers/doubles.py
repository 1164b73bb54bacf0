"""Customers who may be one person: what matching thinks of the pairs it kept apart."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

# Pairs of customers with the surest of the record pairs between them. What people decided to be
# different counts no more; a pair they have called the same is one customer, or soon will be.
_PAIRS = """
    SELECT CASE WHEN l.customer_id < r.customer_id THEN l.customer_id ELSE r.customer_id END AS one,
           CASE WHEN l.customer_id < r.customer_id THEN r.customer_id ELSE l.customer_id END AS two,
           MAX(e.probability) AS p
    FROM edges e
    JOIN memberships l ON l.record_id = e.left_id AND l.to_at IS NULL
    JOIN memberships r ON r.record_id = e.right_id AND r.to_at IS NULL
    WHERE NOT e.linked AND l.customer_id <> r.customer_id
    AND COALESCE((
        SELECT d.verdict FROM decisions d WHERE d.left_id = e.left_id AND d.right_id = e.right_id
        ORDER BY d.id DESC LIMIT 1
    ), '') <> 'different'
    GROUP BY 1, 2
"""


class ExpectedDoubles(NamedTuple):
    """How many customers are expected to be doubles of another: `expected`, its variance, and the
    number of pairs of customers that this is the sum over.
    """

    expected: float
    variance: float
    pairs: int


def expected_doubles() -> ExpectedDoubles:
    """The sum of the match probabilities of pairs of customers that are kept apart."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT SUM(p), SUM(p * (1 - p)), COUNT(*) FROM ({_PAIRS}) pairs")  # noqa: S608
        expected, variance, pairs = cursor.fetchone()
    return ExpectedDoubles(expected or 0.0, variance or 0.0, pairs)


def likely_doubles(limit: int, offset: int = 0) -> list[tuple[str, str, float]]:
    """(customer, customer, match probability) by public ids, the most probable first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.public_id, b.public_id, pairs.p "  # noqa: S608  our own
            f"FROM ({_PAIRS}) pairs "
            "JOIN customers a ON a.id = pairs.one JOIN customers b ON b.id = pairs.two "
            "ORDER BY pairs.p DESC, pairs.one, pairs.two LIMIT %s OFFSET %s",
            [limit, offset],
        )
        return cursor.fetchall()
