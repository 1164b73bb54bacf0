"""A hub of several processes under eight clients, and what may befall it on the way.

At the end every record that was acknowledged is there once, the audit chain holds, and the
customers are those of one batch over the records.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ENVIRONMENT = {n: value for n, value in os.environ.items() if not n.startswith("TELLONCE_")}
CLIENTS, PEOPLE = 8, 40
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def is_alive(process: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True
    )
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


class Cluster:
    """A PostgreSQL of the test's own, that may be killed."""

    def __init__(self, folder: Path) -> None:
        self._bin, self._folder, self.port = SERVERS[-1].parent, folder, free_port()
        shutil.chown(folder.parent, "postgres") if os.getuid() == 0 else None
        self._run("initdb", "-D", str(folder), "-U", "postgres", "-A", "trust", "--no-sync")
        self.start()

    @property
    def url(self) -> str:
        """The database's address."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, program: str, *args: str) -> None:
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        command = [*(user if os.getuid() == 0 else []), str(self._bin / program), *args]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        """Start it, and wait until it has recovered."""
        options = f"-p {self.port} -c unix_socket_directories='' -c listen_addresses=127.0.0.1"
        log = str(self._folder.parent / "log")
        self._run("pg_ctl", "-D", str(self._folder), "-o", options, "-l", log, "-w", "start")

    def kill(self) -> None:
        """kill -9 of the server and all its processes, then a start."""
        pid = int((self._folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGSTOP)  # so that no child is born while they are killed
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
        killed = (*map(int, children.stdout.split()), pid)
        for one in killed:
            os.kill(one, signal.SIGKILL)
        while any(is_alive(one) for one in killed):  # what lives holds the shared memory
            time.sleep(0.05)
        (self._folder / "postmaster.pid").unlink(missing_ok=True)
        self.start()

    def stop(self) -> None:
        """The end."""
        self._run("pg_ctl", "-D", str(self._folder), "-m", "immediate", "stop")


def shifted(clock: int) -> tuple[str, ...]:
    """The module to run, under a clock that is moved after some seconds."""
    return ("tests.hub.shifted", str(clock)) if clock else ("tellonce",)


@dataclass
class Hub:
    """A hub whose web and worker are processes of their own."""

    home: Path
    database: str = ""
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    token: str = ""
    taken: float = -1e9
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def said(self) -> Path:
        """Where its processes say what troubles them."""
        return self.home.parent / "said"

    @property
    def env(self) -> dict[str, str]:
        """What its commands are told."""
        return ENVIRONMENT | {
            "TELLONCE_HOME": str(self.home),
            "TELLONCE_DATABASE_URL": self.database,
            "TELLONCE_REQUEST_LIMIT": "1000000",
        }

    def run(self, *args: str) -> str:
        """Run a command to its good end."""
        command = [sys.executable, "-m", *args]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def made(self) -> Hub:
        """Make it, with a source and a client."""
        self.run("tellonce", "init")
        config = self.home.parent / "crm.yaml"
        config.write_text("record_id: id\nsource_version: version\n")
        self.run(*f"tellonce source add crm --kind push --config {config}".split())
        asked = "tellonce client add drill --scopes records:write --purposes service --json"
        self.client = json.loads(self.run(*asked.split()))
        return self

    def start(self, which: str, *, clock: int = 0) -> None:
        """Start web or worker; `clock`: by how many seconds its clock is moved while it runs."""
        args = {
            "web": ["serve", "--port", str(self.port), "--no-worker"],
            "worker": ["work"],
        }[which.rstrip("0123456789")]
        with self.said.open("ab") as said:
            self.processes[which] = subprocess.Popen(
                [sys.executable, "-m", *shifted(clock), *args],
                env=self.env,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    def kill(self, which: str, *, clock: int = 0) -> None:
        """kill -9, then a start; the next kill is not before the web answers again."""
        self.processes[which].kill()
        self.processes[which].wait()
        self.start(which, clock=clock)
        self.wait_until_up()

    def twice(self) -> None:
        """Start workers that are there already once more, and end those started so before."""
        for which in ("worker1", "worker2"):
            if twin := self.processes.pop(f"{which}0", None):
                twin.terminate()
                twin.wait()
            self.start(f"{which}0")

    def wait_until_up(self) -> None:
        """Wait until the web answers."""
        end = time.monotonic() + 180
        while time.monotonic() < end and self.processes["web"].poll() is None:
            try:
                requests.get(f"http://localhost:{self.port}/healthz", timeout=60)
            except requests.RequestException:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"the web does not answer: {self.said.read_text()[-2000:]}")

    def end(self) -> None:
        """End all processes."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def post(self, row: dict[str, Any]) -> bool:
        """Whether the row was acknowledged."""
        try:
            headers = {"Authorization": f"Bearer {self._token()}"}
            body = {"source": "crm", "records": [row]}
            wait = "?wait=true" if random.random() < 0.2 else ""
            answer = requests.post(
                f"http://localhost:{self.port}/api/v1/records{wait}",
                json=body,
                headers=headers,
                timeout=60,
            )
        except (requests.RequestException, KeyError, ValueError):
            return False
        return answer.ok

    def _token(self) -> str:
        with self.lock:
            if time.monotonic() - self.taken > 300:
                asked = {
                    "grant_type": "client_credentials",
                    "client_id": self.client["id"],
                    "client_secret": self.client["secret"],
                }
                url = f"http://localhost:{self.port}/api/v1/oauth/token"
                answer = requests.post(url, data=asked, timeout=60)
                self.token, self.taken = answer.json()["access_token"], time.monotonic()
        return self.token


def row(person: int, record: int, version: int) -> dict[str, Any]:
    """A record of one of few people, so that records of several clients meet."""
    return {
        "id": f"r{record}",
        "version": version,
        "first name": ("Testa", "Mocka", "Fnorda", "Quuxa")[person % 4],
        "last name": f"Przykladna{chr(97 + person % 26)}{chr(97 + person // 26)}",
        "dob": f"19{60 + person % 30}-0{1 + person % 9}-1{person % 10}",
        "email": f"p{person}@example.org" if version % 3 else "",
        "phone": f"+48601{person:06d}" if version % 2 else "",
    }


def client(hub: Hub, number: int, stop: threading.Event, kept: list[tuple[str, str]]) -> None:
    """Hand records over until told to stop; what was acknowledged is in `kept`."""
    dice, version = random.Random(number), 0
    while not stop.is_set():
        version += 1
        record = number * 1000 + dice.randrange(30)
        if hub.post(row(dice.randrange(PEOPLE), record, version)):
            kept.append((f"r{record}", str(version)))
        else:
            time.sleep(0.1)


def drill(hub: Hub, victims: dict[str, Callable[[], None]], rounds: int) -> None:
    """Kill one of the victims `rounds` times, under load; then look."""
    stop, kept = threading.Event(), [[] for _ in range(CLIENTS)]
    for which in ("web", "worker1", "worker2"):
        hub.start(which)
    hub.wait_until_up()
    clients = [
        threading.Thread(target=client, args=(hub, number, stop, kept[number]))
        for number in range(CLIENTS)
    ]
    for one in clients:
        one.start()
    dice = random.Random(rounds)
    try:
        for _ in range(rounds):
            time.sleep(dice.uniform(1.0, 8.0))
            victims[dice.choice(sorted(victims))]()
        time.sleep(8)
    finally:
        stop.set()
    for one in clients:
        one.join()
    hub.end()
    found = json.loads(hub.run("tests.hub.left"))
    acknowledged = [pair for of in kept for pair in of]
    held = [tuple(pair) for pair in found["versions"]]
    assert len(acknowledged) > 2 * rounds
    assert set(acknowledged) <= set(held)
    assert len(held) == len(set(held)), "a version is held twice"
    assert found["waiting"] == 0
    assert found["audit"] is None
    assert not found["differs"], found["differs"]
