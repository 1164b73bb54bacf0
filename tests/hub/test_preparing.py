"""Statements of our own are planned once by PostgreSQL; nothing else is. Collected there only."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError, atomic, set_rollback

from tellonce.hub.core.bulk import among, clear_out, fetched
from tellonce.hub.core.postgresql import base
from tellonce.hub.doctor import findings
from tellonce.hub.jobs.models import Sequence

pytestmark = pytest.mark.django_db
_PREPARED = "SELECT name, statement FROM pg_prepared_statements ORDER BY prepare_time"


def prepared(about: str) -> list[str]:
    """Names of what the server has prepared for this connection."""
    with connection.cursor() as cursor:
        cursor.execute(_PREPARED)
        return [name for name, statement in cursor.fetchall() if about in statement]


def plan_of(name: str) -> str:
    """How the server would run a statement it has prepared, for one number."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN EXECUTE {name} ('{{1}}')")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_one_statement_serves_lists_of_any_length_and_numbers_of_any_size() -> None:
    for values in ([1], [2, 3, 4], [1 << 20], [5, -(1 << 60)]):
        among("SELECT 17 FROM leases WHERE token", values)
        fetched("SELECT 18 FROM leases WHERE token = %s AND name = %s", values[0], "resolver")
    assert len(prepared("SELECT 17")) == len(prepared("SELECT 18")) == 1


def test_statements_of_django_are_not_prepared() -> None:
    for _ in range(10):
        assert not Sequence.objects.filter(number__gt=1 << 40).exists()
    assert prepared('FROM "sequences"') == []


def test_a_table_that_fills_is_not_read_by_the_plan_of_an_empty_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE filling (id bigint PRIMARY KEY) ON COMMIT DROP")
        cursor.execute("ANALYZE filling")
    statement = "SELECT id FROM filling WHERE id"
    for _ in range(10):
        assert among(statement, [1]) == []
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO filling SELECT generate_series(1, 20000)")
    assert among(statement, [1]) == [(1,)]
    (name,) = prepared(statement)
    assert "Seq Scan" in plan_of(name)
    monkeypatch.setattr(base, "_PLANNED", -1.0)
    assert among(statement, [1]) == [(1,)]
    assert "Seq Scan" not in plan_of(name)


def test_a_broken_transaction_is_refused_and_a_new_one_is_served() -> None:
    with atomic():
        set_rollback(True)
        with pytest.raises(TransactionManagementError):
            fetched("SELECT 1")
    assert fetched("SELECT 1") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_table_whose_rows_are_gone_takes_no_room() -> None:
    def room() -> int:
        return fetched("SELECT pg_relation_size('sequences')")[0][0]

    rows = [Sequence(name=f"gone {n}") for n in range(3_000)]
    before = room()
    Sequence.objects.bulk_create(rows)
    assert room() > before + 50_000
    Sequence.objects.filter(name__startswith="gone").delete()
    clear_out(Sequence)
    assert room() <= before + 8_192


def test_the_doctor_says_where_the_server_leaves_tables_to_themselves() -> None:
    (storage,) = [one for one in findings() if one.name == "storage"]
    assert ("VACUUM" in storage.sentence) == (fetched("SHOW autovacuum") == [("off",)])
