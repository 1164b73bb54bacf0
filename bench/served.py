"""A hub served as `deploy/` has it, web server and worker each a process, and its clients."""

from __future__ import annotations

import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from bench import bare
from bench.measure import measure

SCOPES = "records:write,match:read,customers:read,changes:read,snapshots:write"
Row = dict[str, Any]
MOST_SECONDS = 1_800
_LETTERS = re.compile(r"[^\W\d_]{2}")
_PURPOSE = {"Tellonce-Purpose": "service"}


@dataclass(frozen=True)
class Timed:
    """Milliseconds of many requests, and how many of them did not succeed."""

    p50: float
    p95: float
    p99: float
    requests: int
    failed: int

    def __str__(self) -> str:
        shown = f"{self.p50:.0f} / {self.p95:.0f} / {self.p99:.0f}"
        return shown + (f" ({self.failed} of {self.requests} failed)" if self.failed else "")


def timed(seconds: Iterable[float], failed: int = 0) -> Timed:
    """Percentiles of what clients waited."""
    ordered = sorted(seconds) or [0.0]

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3

    return Timed(at(0.5), at(0.95), at(0.99), len(ordered), failed)


class Served:
    """Starts the server, takes a token, asks; ends the server."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self._local = threading.local()
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Served:
        command = [sys.executable, "-m", "tellonce"]
        added = measure(
            [*command, *f"client add bench --json --scopes {SCOPES} --purposes service".split()],
            env=self.env,
        )
        self._secret = json.loads(added.stdout)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._begun("work", "--workers", "2")
        self._begun("serve", "--no-worker", "--port", str(self.port))
        try:
            self._wait_until_ready()
            self._take_token()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()

    def _begun(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tellonce", *command],
            env={**os.environ, **self.env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process

    def _wait_until_ready(self) -> None:
        for _ in range(900):
            try:
                if requests.get(self._at("/readyz"), timeout=5).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        raise SystemExit("The server did not become ready.")

    def _at(self, path: str) -> str:
        return f"http://localhost:{self.port}{path}"

    def _take_token(self) -> None:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._secret["id"],
            "client_secret": self._secret["secret"],
        }
        answer = requests.post(self._at("/api/v1/oauth/token"), data=asked, timeout=30)
        self._token, self._taken = answer.json()["access_token"], time.monotonic()

    def request(self, method: str, path: str, body: Any = None) -> requests.Response:
        """One request on this thread's connection; a token is renewed after five minutes."""
        if time.monotonic() - self._taken > 300:
            self._take_token()
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        headers = {"Authorization": f"Bearer {self._token}", **_PURPOSE}
        found: requests.Response = self._local.session.request(
            method, self._at(f"/api/v1{path}"), json=body, headers=headers, timeout=120
        )
        return found

    def _clocked(self, calls: Iterable[Callable[[], requests.Response]]) -> Timed:
        seconds, failed = [], 0
        for call in calls:
            begun = time.perf_counter()
            failed += not _succeeds(call)
            seconds.append(time.perf_counter() - begun)
        return timed(seconds, failed)

    def push(self, rows: Sequence[Row], *, wait: bool = False) -> requests.Response:
        """Hand rows over."""
        path = "/records?wait=true" if wait else "/records"
        return self.request("POST", path, {"source": "crm", "records": [plain(r) for r in rows]})

    def search(self, **asked: str) -> requests.Response:
        """Search customers."""
        return self.request("POST", "/customers/search", asked)

    def warm_up(self, rows: Sequence[Row]) -> None:
        """So that kernels are loaded and caches are filled."""
        for row in rows:
            self.push([row], wait=True)

    def customers_of(self, rows: Sequence[Row], count: int) -> list[dict[str, Any]]:
        """Customers of some records that are held."""
        found: list[dict[str, Any]] = []
        for row in random.sample(list(rows), count):
            answer = self.search(record=f"crm:{row['record_id']}")
            if not answer.ok:
                raise SystemExit(f"A search was answered {answer.status_code}: {answer.text}")
            found += answer.json()["customers"][:1]
        return found

    def singles(self, rows: Sequence[Row]) -> Timed:
        """One record after the other, accepted and placed."""
        return self._clocked(lambda row=row: self.push([row], wait=True) for row in rows)

    def batches(self, rows: Sequence[Row], size: int) -> dict[str, Any]:
        """Batches from four clients, until the last record is placed: records a second."""
        parts = [rows[at : at + size] for at in range(0, len(rows), size)]
        begun = time.perf_counter()
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(self.push, parts))
        accepted = time.perf_counter() - begun
        while bare.asked(self.env, "SELECT 1 FROM waiting LIMIT 1"):
            if time.perf_counter() - begun > MOST_SECONDS:
                raise SystemExit("What was accepted was not placed in time.")
            time.sleep(0.1)
        placed = time.perf_counter() - begun
        return {
            "accepted": round(len(rows) / accepted),
            "placed": round(len(rows) / placed),
            "failed": sum(not answer.ok for answer in answers),
        }

    def snapshots(self, customers: Sequence[str], going: Callable[[], bool]) -> Timed:
        """Snapshots of these customers, one after the other, for as long as something goes on."""

        def calls() -> Iterator[Callable[[], requests.Response]]:
            while going():
                body = {"customer": random.choice(customers), "purpose": "service"}
                yield lambda: self.request("POST", "/snapshots", body)  # noqa: B023  called at once
                time.sleep(0.05)

        return self._clocked(calls())

    def reads(self, customers: Sequence[str]) -> Timed:
        """Customers by id."""
        return self._clocked(
            lambda one=one: self.request("GET", f"/customers/{one}") for one in customers
        )

    def searches(self, rows: Sequence[Row], kind: str, count: int) -> Timed:
        """Searches of one kind, for people who are held."""
        asked = [query for row in rows if (query := _query(row, kind))][:count]
        return self._clocked(lambda one=one: self.search(**one) for one in asked)

    def crowd(self, customers: Sequence[str], rows: Sequence[Row], clients: int) -> Timed:
        """So many clients at once, each with reads, a search and a change of its own record."""

        def work(number: int) -> Timed:
            row = rows[number] | {"phone": f"+4860{number:07d}"}
            return self._clocked(
                [
                    *(lambda: self.request("GET", f"/customers/{random.choice(customers)}"),) * 3,
                    lambda: self.push([row]),
                    lambda: self.search(record=f"crm:{row['record_id']}"),
                ]
            )

        return self._together(work, clients)

    def mixed(
        self, customers: Sequence[str], rows: Sequence[Row], minutes: float
    ) -> dict[str, Any]:
        """Eight clients for so long: mostly reads, some searches, records handed over."""
        end, memory = time.monotonic() + minutes * 60, [self._memory()]

        def work(number: int) -> Timed:
            seconds, failed, mine = [], 0, iter(rows[number::8])
            while time.monotonic() < end:
                dice = random.random()
                begun = time.perf_counter()
                if dice < 0.8:
                    one = random.choice(customers)
                    done = _succeeds(lambda one=one: self.request("GET", f"/customers/{one}"))
                elif dice < 0.9 or (row := next(mine, None)) is None:
                    query = _query(random.choice(rows), "name") or {"q": "nobody"}
                    done = _succeeds(lambda query=query: self.search(**query))
                else:
                    done = _succeeds(lambda row=row: self.push([row]))
                seconds.append(time.perf_counter() - begun)
                failed += not done
                if number == 0 and len(seconds) % 200 == 0:
                    memory.append(self._memory())
            return timed(seconds, failed)

        found = self._together(work, 8)
        memory.append(self._memory())
        middle = memory[len(memory) // 2]
        return {
            "ms": found,
            "a second": round(found.requests / (minutes * 60)),
            "memory MB at first, halfway, at the end": [memory[0], middle, memory[-1]],
        }

    def _together(self, work: Callable[[int], Timed], clients: int) -> Timed:
        with ThreadPoolExecutor(clients) as pool:
            each = list(pool.map(work, range(clients)))
        worst = sorted(each, key=lambda one: one.p95)
        middle = worst[len(worst) // 2]
        return Timed(
            middle.p50,
            middle.p95,
            max(one.p99 for one in each),
            sum(one.requests for one in each),
            sum(one.failed for one in each),
        )

    def _memory(self) -> int:
        """Resident MB of web server and worker together."""
        kept = 0
        for process in self._processes:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as lines:
                line = next(line for line in lines if line.startswith("VmRSS"))
            kept += int(line.split()[1]) // 1000
        return kept


def _succeeds(call: Callable[[], requests.Response]) -> bool:
    try:
        return bool(call().ok)
    except requests.RequestException:
        return False


def plain(row: Row) -> Row:
    """A generated row as JSON can say it."""
    return {k: v if isinstance(v, str | int) else str(v) for k, v in row.items() if v is not None}


def _query(row: Row, kind: str) -> dict[str, str]:
    if kind in ("email", "phone"):
        return {kind: row[kind]} if row[kind] else {}
    if not row["given_name"] or not _LETTERS.search(row["family_name"] or ""):
        return {}  # also where a system holds "N/A": no name to look for
    if kind == "beginning":
        return {"q": row["family_name"][:4]}
    return {"q": f"{row['given_name']} {row['family_name']}"}
