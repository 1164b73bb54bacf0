"""SQL databases: SQLite, PostgreSQL and MariaDB, read only, in batches, from where it stopped."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import Failed, WrongCall
from tellonce.hub.sources import running
from tellonce.hub.sources.connectors.sql import reading
from tellonce.hub.sources.connectors.sql.reading import pages
from tellonce.hub.sources.models import Record, RecordVersion
from tellonce.hub.sources.pages import Asked, Page
from tellonce.hub.sources.run_views import runs_of
from tellonce.hub.sources.running import Run, run_source
from tellonce.hub.sources.selectors import source_named
from tellonce.io.objects import object_chunk
from tests.hub.delivering import a_source

USUAL = {
    "postgresql": "postgresql://postgres@127.0.0.1:5432/postgres",
    "mariadb": "mariadb://root@127.0.0.1:3306/mysql",
}
GIVEN = {
    "postgresql": "TELLONCE_TEST_DATABASE_URL",
    "mariadb": "TELLONCE_TEST_MARIADB_URL",
}


def server_of(kind: str) -> str:
    """The address of the server of this kind that tests use."""
    given = os.environ.get(GIVEN[kind], "")
    return given if given.startswith(kind[:7]) else USUAL[kind]


def driven(address: str) -> str:
    """The address with the driver that is installed here."""
    scheme, mark, rest = address.partition("://")
    drivers = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}
    return drivers.get(scheme, scheme) + mark + rest


@pytest.fixture(params=["sqlite", *USUAL])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, empty."""
    if request.param == "sqlite":
        (tmp_path / "crm.db").touch()
        yield f"sqlite:///{tmp_path / 'crm.db'}"
        return
    given = server_of(request.param)
    server = create_engine(driven(given), isolation_level="AUTOCOMMIT")
    name = f"tellonce_source_{uuid.uuid4().hex[:12]}"
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except SQLAlchemyError as error:
        pytest.skip(f"no {request.param} answers: {type(error).__name__}")
    yield f"{given.rpartition('/')[0]}/{name}"
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


READ_ONLY = r"(?i)read.?only"


class Crm:
    """A table of customers in a database."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.engine = create_engine(driven(address))
        self.execute(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, first_name VARCHAR(50),"
            " last_name VARCHAR(50), email VARCHAR(80), updated_at TIMESTAMP NULL)"
        )

    def execute(self, statement: str, **values: Any) -> None:
        """Run a statement and commit it."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def put(self, number: int, minute: int | None, email: str = "") -> None:
        """Insert a person, or change him."""
        start = dt.datetime(2026, 3, 1, 10)  # noqa: DTZ001  as a database without zones has it
        moment = None if minute is None else start + dt.timedelta(minutes=minute)
        self.execute("DELETE FROM people WHERE id = :id", id=number)
        self.execute(
            "INSERT INTO people VALUES (:id, :first, :last, :email, :at)",
            id=number,
            first=f"Testina{number}",
            last=f"Beispielowski{number}",
            email=email or f"p{number}@example.org",
            at=moment,
        )


@pytest.fixture
def crm(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crm]:
    """The table, its address in the variable CRM_URL."""
    monkeypatch.setenv("CRM_URL", address)
    made = Crm(address)
    yield made
    made.engine.dispose()


def declared(**more: Any) -> dict[str, Any]:
    """What is declared about it."""
    return {"url_env": "CRM_URL", "table": "people"} | more


def read(**more: Any) -> list[Page]:
    """All its pages."""
    return list(pages(declared(**more), Asked()))


def ids(found: list[Page]) -> list[int]:
    """The ids of all rows, in order."""
    return [row["id"] for page in found for row in page.rows]


def run(**config: Any) -> Any:
    """Run the source once; gives its run."""
    (done,) = run_source("crm", Run(actor(), **config))
    return done


def test_a_table_is_read_in_batches(crm: Crm) -> None:
    for number in range(1, 8):
        crm.put(number, number)
    found = read(batch=3)
    assert [len(page.rows) for page in found] == [3, 3, 1]
    assert sorted(ids(found)) == list(range(1, 8))


def test_only_what_is_new_by_the_cursor_is_read_and_a_bit_before_it(crm: Crm) -> None:
    for number in range(1, 6):
        crm.put(number, number)
    found = list(pages(declared(cursor="updated_at"), Asked()))
    cursor = found[-1].cursor
    assert ids(found) == [1, 2, 3, 4, 5]
    crm.put(6, 6)
    crm.put(2, 7)
    assert ids(list(pages(declared(cursor="updated_at"), Asked(cursor)))) == [5, 6, 2]
    back = declared(cursor="updated_at", overlap="2m")
    assert ids(list(pages(back, Asked(cursor)))) == [3, 4, 5, 6, 2]


def test_a_number_can_be_the_cursor(crm: Crm) -> None:
    for number in range(1, 6):
        crm.put(number, None)
    found = list(pages(declared(cursor="id", batch=2), Asked()))
    assert [page.cursor["value"] for page in found] == ["2", "4", "5"]
    assert ids(list(pages(declared(cursor="id"), Asked(found[1].cursor)))) == [4, 5]
    back = declared(cursor="id", overlap="2")
    assert ids(list(pages(back, Asked(found[1].cursor)))) == [2, 3, 4, 5]


def test_rows_without_a_value_of_the_cursor_are_never_lost(crm: Crm) -> None:
    crm.put(1, 1)
    crm.put(2, None)
    stream = declared(cursor="updated_at")
    first = list(pages(stream, Asked()))
    assert sorted(ids(first)) == [1, 2]
    crm.put(3, None)
    assert set(ids(list(pages(stream, Asked(first[-1].cursor))))) == {1, 2, 3}


def test_a_query_is_read_as_it_stands(crm: Crm) -> None:
    crm.put(1, 1, "a:b@example.org")
    crm.put(2, 2)
    query = "SELECT id, email, ':x 100%' AS note FROM people WHERE email LIKE '%:b@%';"
    (page,) = pages({"url_env": "CRM_URL", "query": query}, Asked())
    assert page.rows == [{"id": 1, "email": "a:b@example.org", "note": ":x 100%"}]


def test_of_two_columns_of_one_name_none_is_lost(crm: Crm) -> None:
    crm.put(1, 1)
    query = "SELECT a.id, b.id FROM people a JOIN people b ON a.id = b.id"
    stream = {"url_env": "CRM_URL", "query": query}
    if crm.engine.dialect.name == "sqlite":  # which gives the second a name of its own
        (page,) = pages(stream, Asked())
        assert len(page.rows[0]) == 2
        return
    with pytest.raises((WrongCall, Failed)):
        list(pages(stream, Asked()))


def test_names_are_quoted_whatever_they_hold(crm: Crm) -> None:
    crm.put(1, 1)
    for wrong in ({"table": "people; DROP TABLE people"}, {"cursor": "id; DROP TABLE people"}):
        with pytest.raises((Failed, WrongCall)):
            read(**wrong)
    assert ids(read()) == [1]


def test_nothing_can_be_written(crm: Crm) -> None:
    crm.put(1, 1)
    erase = text("DELETE FROM people")
    with (
        reading._reading(declared()) as connection,
        pytest.raises(SQLAlchemyError, match=READ_ONLY),
    ):
        connection.execute(erase)
    assert ids(read()) == [1]


@pytest.mark.django_db
def test_runs_go_on_from_the_cursor_and_change_what_changed(crm: Crm) -> None:
    for number in range(1, 6):
        crm.put(number, number)
    a_source(sql=declared(cursor="updated_at", overlap="1m"), source_version="updated_at")
    assert run().counts.added == 5
    crm.put(2, 9, "moved@example.org")
    crm.put(6, 8)
    second = run()
    assert (second.counts.added, second.counts.changed) == (1, 1)
    third = run()
    assert (third.counts.added, third.counts.changed) == (0, 0)
    assert RecordVersion.objects.count() == 7
    again = run(afresh=True)
    assert (again.counts.repeated, RecordVersion.objects.count()) == (6, 7)


@pytest.mark.django_db
def test_a_whole_table_deletes_what_is_gone_and_none_of_it_where_it_is_empty(crm: Crm) -> None:
    for number in range(1, 6):
        crm.put(number, number)
    a_source(sql=declared(full=True, batch=2))
    run()
    crm.execute("DELETE FROM people WHERE id = 3")
    assert run().counts.deleted == 1
    crm.execute("DELETE FROM people")
    with pytest.raises(WrongCall, match="nothing was deleted"):
        run()
    assert Record.objects.filter(state="active").count() == 4


@pytest.mark.django_db
def test_a_run_that_breaks_off_anywhere_is_gone_on_with(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 11):
        crm.put(number, number)
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 3)
    a_source(sql=declared(cursor="updated_at", batch=3), source_version="updated_at")
    whole = reading.pages

    def broken(stream: Any, asked: Asked) -> Iterator[Page]:
        with closing(whole(stream, asked)) as found:
            yield next(found)
        raise Failed("The line is dead.")

    monkeypatch.setattr(reading, "pages", broken)
    seen = []
    for _ in range(4):
        with pytest.raises(Failed, match="line is dead"):
            run()
        seen.append(Record.objects.count())
    assert seen == [3, 5, 7, 9]
    monkeypatch.setattr(reading, "pages", whole)
    run()
    assert (Record.objects.count(), RecordVersion.objects.count()) == (10, 10)
    states = [one.state for one in runs_of(source_named("crm").id)]
    assert states == ["done", "failed", "failed", "failed", "failed"]


@pytest.mark.django_db
def test_activity_and_consents_come_in_pages_too(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 3)
    crm.put(1, 1)
    crm.execute("CREATE TABLE orders (nr INTEGER PRIMARY KEY, customer_id INTEGER, amount INTEGER)")
    for nr in range(1, 8):
        crm.execute("INSERT INTO orders VALUES (:nr, 1, :nr)", nr=nr)
    said = "SELECT id AS customer_id, 'news' AS purpose, 'yes' AS consent, updated_at AS at"
    said += " FROM people"
    orders = {"url_env": "CRM_URL", "table": "orders", "cursor": "nr", "batch": 3}
    streams = [
        declared(cursor="updated_at"),
        orders | {"as": "transactions"},
        {"url_env": "CRM_URL", "query": said, "as": "consents"},
    ]
    a_source(sql=streams, record_id="id")
    first = run_source("crm", Run(actor()))
    assert [(one.content, one.counts.added) for one in first] == [
        ("records", 1),
        ("transactions", 7),
        ("consents", 1),
    ]
    crm.execute("INSERT INTO orders VALUES (8, 1, 80)")
    _, second, third = run_source("crm", Run(actor()))
    assert (second.counts.added, second.counts.repeated, third.counts.repeated) == (1, 1, 1)
    assert second.cursor_after["value"] == "8"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://nobody:wrongword@127.0.0.1:1/x", "The database says"),
        ("oracle://h/x", "cannot be used"),
        ("nonsense", "cannot be used"),
        ("sqlite:////nowhere/none.db", "no SQLite file"),
    ],
)
def test_a_database_that_does_not_answer_is_said_without_its_password(
    address: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", address)
    with pytest.raises((Failed, WrongCall), match=says) as raised:
        read()
    assert "wrongword" not in f"{raised.value} {raised.value.hint}"


def test_a_secret_comes_from_a_variable_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "crm.db"
    made = create_engine(f"sqlite:///{file}")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE people (id INTEGER)"))
        connection.execute(text("INSERT INTO people VALUES (1)"))
    made.dispose()
    address = tmp_path / "address"
    address.write_text(f"sqlite:///{file}\n")
    stream = {"url_file": str(address), "table": "people"}
    assert ids(list(pages(stream, Asked()))) == [1]
    monkeypatch.delenv("CRM_URL", raising=False)
    with pytest.raises(WrongCall, match="CRM_URL, which url_env names, is not set"):
        read()
    with pytest.raises(WrongCall, match="cannot be read"):
        list(pages(stream | {"url_file": str(tmp_path / "none")}, Asked()))


def test_values_of_any_type_are_read_the_same_whatever_stands_beside_them() -> None:
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    rows = [
        {"a": moment, "b": Decimal("1.50"), "c": 1.0, "d": uuid.UUID(int=1), "e": True},
        {"a": moment.replace(microsecond=6), "b": None, "c": 0.5, "d": b"x", "e": [1, {"f": 2}]},
    ]
    both = object_chunk(rows).table.to_pylist()
    alone = [object_chunk([row]).table.to_pylist()[0] for row in rows]
    assert [{k: v for k, v in row.items() if v} for row in both] == [
        {k: v for k, v in row.items() if v} for row in alone
    ]
    assert alone[0]["a"] == "2026-01-02T03:04:05+00:00"
    assert (alone[0]["b"], alone[0]["c"], alone[1]["e.2.f"]) == ("1.50", "1", "2")
