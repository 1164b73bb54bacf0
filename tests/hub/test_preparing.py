"""Statements of our own are planned once by PostgreSQL; nothing else is. Collected there only."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError, atomic, set_rollback

from tellonce.hub.core.bulk import among, among_pairs, count_grown_tables, fetched
from tellonce.hub.core.postgresql import base
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
def test_a_new_connection_is_served() -> None:
    assert fetched("SELECT 1") == [(1,)]
    connection.close()
    assert fetched("SELECT 1") == [(1,)]


def test_a_value_and_many_are_found_by_both_in_a_table_that_has_not_been_counted() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE uncounted (source_id bigint, name varchar(200), "
            "UNIQUE (source_id, name)) ON COMMIT DROP"
        )
        cursor.execute("INSERT INTO uncounted SELECT 1, i::text FROM generate_series(1, 40000) i")
    statement = "SELECT name FROM uncounted WHERE"
    wanted = [str(number) for number in range(39_001, 41_001)]
    found = among_pairs(statement, ("source_id", "name"), 1, wanted)
    assert {name for (name,) in found} == set(wanted[:1_000])
    assert among_pairs(statement, ("source_id", "name"), 2, wanted) == []
    (name,) = prepared(statement)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"EXPLAIN EXECUTE {name} (1, '{{7}}')")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "(source_id = ($1)) AND (name = (unnest($2)))" in plan.partition("Index Cond:")[2]


def test_tables_are_counted_once_they_have_grown() -> None:
    def pages() -> int:
        return fetched("SELECT relpages FROM pg_class WHERE relname = 'sequences'")[0][0]

    Sequence.objects.bulk_create(Sequence(name=f"{n}") for n in range(5_000))
    count_grown_tables()
    counted = pages()
    assert counted > 20
    Sequence.objects.bulk_create(Sequence(name=f"{n}") for n in range(5_000, 5_100))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET relpages = relpages - 5 WHERE relname = 'sequences'")
    count_grown_tables()
    assert pages() == counted - 5
