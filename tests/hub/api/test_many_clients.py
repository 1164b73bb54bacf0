"""Many clients at once on a real server: no error, nothing lost, nothing out of order."""

from __future__ import annotations

import http.client
import json
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.hub.standing import Standing, a_place

SCOPES = "records:write,customers:read,changes:read"
VERSIONS = 3
SHARED = 999


@dataclass
class Server:
    """A hub that is served, and a token for it."""

    port: int
    token: str = ""
    troubles: list[Any] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, whatever it is; what is no success is a trouble."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=240)
        headers = {"Authorization": f"Bearer {self.token}", "Tellonce-Purpose": "service"}
        text = None
        if body is not None:
            headers["Content-Type"], text = "application/json", json.dumps(body)
        try:
            connection.request(method, f"/api/v1{path}", text, headers)
            answer = connection.getresponse()
            found = json.loads(answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.troubles.append(repr(error))
            return {}
        finally:
            connection.close()
        if answer.status >= 300:
            self.troubles.append(found)
        return found

    def take_token(self, client_id: str, secret: str) -> None:
        """Sign in."""
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/api/v1/oauth/token", urlencode(form), kind)
        self.token = json.loads(connection.getresponse().read())["access_token"]
        connection.close()


@contextmanager
def served(hub: Standing) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = hub.start("serve", "--port", str(port), PYTHONUNBUFFERED="1")
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == f"http://localhost:{port}"
        yield Server(port)
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "crm.yaml").write_text("record_id: id\nsource_version: version\n")
    with a_place(tmp_path / "hub") as hub:
        hub.run("init")
        config = str(tmp_path / "crm.yaml")
        hub.run("source", "add", "crm", "--kind", "push", "--config", config)
        added = hub.run(
            "client", "add", "many", "--scopes", SCOPES, "--purposes", "service", "--json"
        )
        client = json.loads(added)
        with served(hub) as found:
            found.take_token(client["id"], client["secret"])
            yield found


def person(number: int, version: int) -> dict[str, Any]:
    """A version of somebody who is like nobody else; the phone ends in the version."""
    drawn = random.Random(number)
    given, family = ("".join(drawn.choices("abdeghiklmnoprstuvz", k=9)) for _ in range(2))
    return {
        "id": f"{number}",
        "version": version,
        "first name": given.title(),
        "last name": family.title(),
        "dob": f"{1930 + number % 70}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "email": f"{given}@example.org",
        "phone": f"+48 600 {number:03d} {version:03d}",
    }


def phone_of(server: Server, key: int) -> str:
    (hit,) = server.call("POST", "/customers/search", {"record": f"crm:{key}"})["customers"]
    values = server.call("GET", f"/customers/{hit['customer']}")["values"]
    (phone,) = [one["value"] for one in values if one["attribute"] == "phone"]
    return phone.replace(" ", "")


@pytest.mark.parametrize("clients", [8, pytest.param(100, marks=pytest.mark.drill)])
def test_many_clients_at_once_get_no_error_and_lose_no_update(server: Server, clients: int) -> None:
    """Each changes a record of its own, and all of them one that they share, in any order."""
    order = list(range(1, clients + 1))
    random.Random(7).shuffle(order)
    begin = threading.Barrier(clients)

    def one_client(number: int) -> None:
        begin.wait()
        for version in range(1, VERSIONS + 1):
            rows = [person(number, version)]
            if version == 1:
                rows.append(person(SHARED, order[number]))
            wait = "?wait=true" if version == VERSIONS else ""
            server.call("POST", f"/records{wait}", {"source": "crm", "records": rows})
            if wait:
                assert phone_of(server, number).endswith(f"{VERSIONS:03d}")

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(one_client, range(clients)))
    assert server.troubles == []
    assert eventually(lambda: phone_of(server, SHARED).endswith(f"{clients:03d}"))
    events = read_all(server)
    assert len({event["id"] for event in events}) == len(events)
    created = [e["subject"] for e in events if e["type"] == "tellonce.customer.created.v1"]
    assert len(created) == len(set(created)) == clients + 1


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Nobody waited for what was only handed over: it is placed soon, and must be in the end."""
    until = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def read_all(server: Server) -> list[Any]:
    events: list[Any] = []
    cursor, more = 0, True
    while more:
        found = server.call("GET", f"/changes?after={cursor}&limit=50")
        numbers = [int(event["sequence"]) for event in found["events"]]
        assert numbers == list(range(cursor + 1, cursor + 1 + len(numbers)))
        events += found["events"]
        cursor, more = found["cursor"], found["more"]
    return events
