"""The web server: what it took in it answers, also when it is asked to end."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tellonce.cli.listening import WebServer

Application = Callable[..., list[bytes]]


class Served:
    """A server in a thread, for as long as a test needs it."""

    def __init__(self, application: Application) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.asked = False
        server = WebServer(application, "127.0.0.1", self.port)
        self.thread = threading.Thread(target=server.run, args=(lambda: self.asked,))
        self.thread.start()

    def ask(self, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """One request; its status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found


@pytest.fixture
def serve() -> Iterator[Callable[[Application], Served]]:
    """Serves a WSGI application until the test is over."""
    servers: list[Served] = []

    def begin(application: Application) -> Served:
        servers.append(Served(application))
        return servers[-1]

    yield begin
    for server in servers:
        server.asked = True
        server.thread.join(20)


def scheme(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['wsgi.url_scheme']} {environ['REMOTE_ADDR']}".encode()]


def test_a_request_at_hand_is_answered_before_the_end(serve: Callable[..., Served]) -> None:
    entered, answers = threading.Event(), []

    def slow(environ: dict[str, Any], start: Any) -> list[bytes]:
        entered.set()
        time.sleep(0.6)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    server = serve(slow)
    client = threading.Thread(target=lambda: answers.append(server.ask()))
    client.start()
    assert entered.wait(20)
    server.asked = True
    client.join(20)
    server.thread.join(20)
    assert answers == [(200, b"done")]
    assert not server.thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        server.ask()


def test_requests_one_after_the_other_are_answered_by_one_thread(
    serve: Callable[..., Served],
) -> None:
    def named(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [threading.current_thread().name.encode()]

    server, seen = serve(named), []
    for _ in range(12):
        time.sleep(0.05)  # until the thread waits again
        seen.append(server.ask()[1])
    assert max(map(seen.count, seen)) >= 10


def test_a_body_above_the_limit_is_refused_before_it_is_read(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLONCE_BODY_LIMIT", "1")
    server = serve(scheme)
    assert server.ask(b"x" * 900_000)[0] == 200
    status, body = server.ask(**{"Content-Length": "5000000"})
    found = json.loads(body)
    assert (status, found["status"], found["type"]) == (413, 413, "/api/v1/docs#too-large")
    assert found["detail"] == "The body is larger than 1 megabytes, which are taken at most."
    assert all(found[name] for name in ("title", "hint", "request_id"))
    status, body = server.ask(**{"X-Long": "x" * 40_000})
    assert json.loads(body)["status"] == status == 400


def test_forwarded_headers_are_believed_from_the_trusted_proxy_only(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    assert serve(scheme).ask(**forwarded) == (200, b"http 127.0.0.1")
    monkeypatch.setenv("TELLONCE_TRUSTED_PROXY", "127.0.0.1")
    assert serve(scheme).ask(**forwarded) == (200, b"https 203.0.113.7")
