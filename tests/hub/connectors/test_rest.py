"""A JSON API on a real local server: paging, limits, failures midway, tokens, new rows only."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import Failed, WrongCall
from tellonce.hub.sources.connectors.rest import reading
from tellonce.hub.sources.models import Record, RecordVersion
from tellonce.hub.sources.pages import Asked, Page
from tellonce.hub.sources.quarantining import Which, quarantine_entries
from tellonce.hub.sources.running import Run, run_source
from tests.hub.delivering import a_source


class Shop:
    """A shop's API: its customers, what it was asked, and what it is to answer first."""

    def __init__(self) -> None:
        self.people: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.faults: list[tuple[int, dict[str, str], bytes] | None] = []
        self.size = 3
        self.url = ""

    def put(self, number: int, minute: int, **more: Any) -> None:
        """Add a customer, or change it."""
        self.people = [one for one in self.people if one["id"] != number]
        person = {
            "id": number,
            "name": {"first": f"Testina{number}", "last": f"Beispielowski{number}"},
            "email": f"p{number}@example.org",
            "updated_at": f"2026-03-01T10:{minute:02d}:00Z",
        }
        self.people.append(person | more)

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        since = query.get("updated_since", "")
        rows = [one for one in self.people if one["updated_at"] >= since]
        start = {
            "/page": (int(query.get("page", 1)) - 1) * self.size,
            "/offset": int(query.get("offset", 0)),
        }.get(path, int(query.get("after", 0)))
        size = int(query.get("limit", self.size))
        part, more = rows[start : start + size], start + size < len(rows)
        following = f"{self.url}{path}?after={start + size}&updated_since={since}"
        headers = {"Link": f'<{following}>; rel="next"'} if path == "/link" and more else {}
        body: Any = {"data": part}
        if path == "/cursor":
            body["paging"] = {"next": str(start + size) if more else None}
        if path == "/next":
            body["next"] = following if more else None
        if path == "/list":
            body = part
        if path == "/stuck":
            body = {"data": rows[:1]}
        if path == "/lost":
            headers = {"Link": '<https://elsewhere.example/x>; rel="next"'}
        return 200, headers, json.dumps(body).encode()


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The API on a port of this machine."""
    made = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            made.asked.append((parts.path, query, dict(self.headers)))
            fault = made.faults.pop(0) if made.faults else None
            status, headers, body = fault or made.answer(parts.path, query)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would be slept, in seconds; nobody waits in tests."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


PAGINGS = {
    "/page": {"by": "page", "param": "page"},
    "/offset": {"by": "offset", "size": 3},
    "/cursor": {"by": "cursor", "param": "after", "cursor_path": "paging.next"},
    "/link": {"by": "link"},
    "/next": {"by": "next", "next_path": "next"},
}
SINCE = {"param": "updated_since", "field": "updated_at"}


def read(shop: Shop, path: str, asked: Asked = Asked(), **more: Any) -> list[Page]:
    """All pages of an address."""
    return list(reading.pages({"url": shop.url + path, "rows": "data", **more}, asked))


def ids(found: list[Page]) -> list[int]:
    """The ids of all rows, in order."""
    return [row["id"] for page in found for row in page.rows]


@pytest.mark.parametrize("path", PAGINGS)
def test_every_page_is_read_however_the_next_is_asked_for(shop: Shop, path: str) -> None:
    for number in range(1, 9):
        shop.put(number, number)
    assert ids(read(shop, path, paging=PAGINGS[path])) == list(range(1, 9))


def test_without_paging_there_is_one_page_and_its_rows_are_found(shop: Shop) -> None:
    for number in range(1, 4):
        shop.put(number, number)
    for path in ("/list", "/page"):
        found = list(reading.pages({"url": shop.url + path}, Asked()))
        assert ids(found) == [1, 2, 3]


def test_a_server_that_is_busy_is_asked_again_when_it_says(
    shop: Shop, no_pauses: list[float]
) -> None:
    shop.put(1, 1)
    shop.faults = [(429, {"Retry-After": "7"}, b""), (503, {}, b""), None]
    assert ids(read(shop, "/page")) == [1]
    assert len(shop.asked) == 3
    assert no_pauses[0] == 7


def test_it_is_not_asked_for_ever(shop: Shop) -> None:
    shop.faults = [(500, {}, b"annamaria@example.org")] * 10
    with pytest.raises(Failed, match="answers 500") as raised:
        read(shop, "/page", retries=2)
    assert len(shop.asked) == 3
    assert "annamaria" not in f"{raised.value} {raised.value.hint}"


def test_no_more_requests_a_second_than_declared(shop: Shop, no_pauses: list[float]) -> None:
    for number in range(1, 9):
        shop.put(number, number)
    read(shop, "/cursor", paging=PAGINGS["/cursor"], per_second=0.5)
    assert len(no_pauses) == 2
    assert sum(no_pauses) > 3


def test_the_token_is_sent_and_never_stands_in_the_address(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    read(shop, "/page", token_env="SHOP_TOKEN")
    file = tmp_path / "token"
    file.write_text("other\n")
    read(shop, "/page", token_file=str(file), token_header="X-Api-Key", headers={"X-Shop": "1"})
    (_, query, first), (_, _, second) = shop.asked
    assert first["Authorization"] == "Bearer s3cret"
    assert (second["X-Api-Key"], second["X-Shop"]) == ("other", "1")
    assert "Authorization" not in second
    assert query == {}
    assert first["User-Agent"].startswith("tellonce/")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ((401, {}, b"{}"), "answers 401"),
        ((200, {}, b"<html>"), "something else than JSON"),
        ((200, {}, b'{"other": []}'), "nothing at 'data'"),
        ((200, {}, b"[" * 100_000), "something else than JSON"),
        ((302, {"Location": "https://elsewhere.example/x"}, b""), "sends on to https://elsewhere"),
        ((302, {"Location": "http://127.0.0.1:1/x"}, b""), "sends on to http://127.0.0.1"),
    ],
)
def test_what_is_no_answer_is_one_sentence(shop: Shop, fault: Any, says: str) -> None:
    shop.faults = [fault]
    with pytest.raises((Failed, WrongCall), match=says):
        read(shop, "/page", retries=0)
    assert len(shop.asked) == 1


def test_a_redirect_to_the_same_host_is_followed(shop: Shop) -> None:
    shop.put(1, 1)
    shop.faults = [(302, {"Location": "/page"}, b"")]
    assert ids(read(shop, "/old")) == [1]


def test_a_next_page_on_another_host_is_not_asked_for(shop: Shop) -> None:
    shop.put(1, 1)
    with pytest.raises(Failed, match="sends on to https://elsewhere"):
        read(shop, "/lost", paging={"by": "link"})
    assert len(shop.asked) == 1


def test_pages_that_never_end_are_noticed(shop: Shop) -> None:
    shop.put(1, 1)
    with pytest.raises(Failed, match="the same page again"):
        read(shop, "/stuck", paging={"by": "page"})


def test_nobody_answers(shop: Shop) -> None:
    with pytest.raises(Failed, match="cannot be reached"):
        list(reading.pages({"url": "http://127.0.0.1:1/x", "retries": 1}, Asked()))


def test_only_what_is_new_by_the_cursor_is_asked_for(shop: Shop) -> None:
    for number in range(1, 6):
        shop.put(number, number)
    how = {"paging": PAGINGS["/cursor"], "cursor": {**SINCE, "initial": "2020-01-01"}}
    cursor = read(shop, "/cursor", **how)[-1].cursor
    assert shop.asked[0][1]["updated_since"] == "2020-01-01"
    shop.put(6, 6)
    assert ids(read(shop, "/cursor", Asked(cursor), **how)) == [5, 6]
    how["cursor"]["overlap"] = "2m"
    assert ids(read(shop, "/cursor", Asked(cursor), **how)) == [3, 4, 5, 6]
    assert shop.asked[-1][1]["updated_since"] == "2026-03-01T10:03:00Z"


def test_the_largest_value_is_the_cursor_in_whatever_order_rows_come(shop: Shop) -> None:
    for number in (5, 1, 4, 2, 3):
        shop.put(number, number)
    found = read(shop, "/cursor", paging=PAGINGS["/cursor"], cursor=SINCE)
    assert [page.cursor.get("value", "") for page in found] == ["", "", "2026-03-01T10:05:00Z"]


def test_a_field_that_no_row_has_is_no_cursor(shop: Shop) -> None:
    shop.put(1, 1)
    with pytest.raises(WrongCall, match="No row of the page has a value of 'changed'"):
        read(shop, "/page", cursor={"param": "since", "field": "changed"})


@pytest.mark.django_db
def test_a_run_stores_the_rows_and_the_next_only_what_is_new(shop: Shop) -> None:
    for number in range(1, 8):
        shop.put(number, number)
    shop.put(8, 9, phone="+48 600 700 801")
    rest = {
        "url": f"{shop.url}/cursor",
        "rows": "data",
        "paging": PAGINGS["/cursor"],
        "cursor": {**SINCE, "overlap": "1m"},
    }
    a_source(rest=rest, record_id="id", source_version="updated_at")
    (first,) = run_source("crm", Run(actor()))
    assert (first.counts.added, first.connector) == (8, "rest")
    shop.put(2, 12, email="moved@example.org")
    (second,) = run_source("crm", Run(actor()))
    assert (second.counts.changed, second.counts.repeated) == (1, 1)
    assert second.cursor_after["value"] == "2026-03-01T10:12:00Z"


@pytest.mark.django_db
def test_rows_that_are_none_wait_in_quarantine_and_the_others_go_on(shop: Shop) -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"a": deep}
    shop.put(1, 1)
    bad = [7, None, ["x"], {"id": "\0"}, {"id": "\ud800"}, {"id": 2, "x": deep}, {"email": "no id"}]
    shop.people += [one for one in bad if one is not None]
    body = json.dumps({"data": shop.people}).encode()
    shop.faults = [(200, {}, body)]
    a_source(rest={"url": f"{shop.url}/page", "rows": "data"}, record_id="id")
    (done,) = run_source("crm", Run(actor()))
    assert done.counts.added >= 1
    assert done.counts.rows == len(bad)
    reasons = {entry.reason.split(": ")[-1] for entry in quarantine_entries(Which("crm"))}
    assert {"not an object with names and values", "no value in id, the record id"} <= reasons
    assert any("zero byte or half a character" in reason for reason in reasons)


def test_a_page_that_is_too_large_is_not_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.put(1, 1)
    monkeypatch.setattr(reading, "LARGEST", 10)
    with pytest.raises(Failed, match="bytes at once"):
        read(shop, "/page")


@pytest.mark.django_db
@pytest.mark.parametrize("ordered", [False, True])
def test_a_run_that_fails_midway_is_gone_on_with_and_nothing_is_lost_or_doubled(
    shop: Shop, ordered: bool
) -> None:
    for number in range(1, 10):
        shop.put(number, number)
    rest = {
        "url": f"{shop.url}/cursor",
        "rows": "data",
        "retries": 0,
        "paging": PAGINGS["/cursor"],
        "cursor": {**SINCE, **({"sorted": True} if ordered else {})},
    }
    a_source(rest=rest, record_id="id", source_version="updated_at")
    shop.faults = [None, None, (500, {}, b"")]
    with pytest.raises(Failed, match="answers 500"):
        run_source("crm", Run(actor()))
    assert Record.objects.count() == 6
    asked = len(shop.asked)
    (done,) = run_source("crm", Run(actor()))
    assert (Record.objects.count(), RecordVersion.objects.count()) == (9, 9)
    since = shop.asked[asked][1].get("updated_since")
    assert since == ("2026-03-01T10:06:00Z" if ordered else None)
    assert done.counts.added == 3
