"""Hubs in folders and databases of their own, worked by commands in processes of their own.

They are on SQLite, or where the tests run on PostgreSQL, in databases made for them there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

KEPT = {name: value for name, value in os.environ.items() if not name.startswith("TELLONCE_")}
SERVER = os.environ.get("TELLONCE_TEST_DATABASE_URL", "")


@dataclass(frozen=True)
class Standing:
    """A hub: its home, and how its commands find it."""

    home: Path
    env: dict[str, str] = field(repr=False)

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "tellonce", *words],
            env=KEPT | self.env | env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str, code: int = 0, **env: str) -> str:
        """Run a command to its end, which must have this code; what it printed."""
        process = self.start(*words, **env)
        out, err = process.communicate(timeout=180)
        assert process.returncode == code, out + err
        return out if code == 0 else out + err

    def status(self) -> dict[str, Any]:
        """What the hub holds, counted."""
        return json.loads(self.run("status", "--json"))

    def counts(self) -> dict[str, int]:
        """The counts alone, less those that grow by looking."""
        found = self.status()
        return {n: c for n, c in found.items() if isinstance(c, int) and n != "audit_entries"}

    def sql(self, statement: str) -> None:
        """Change the database behind the hub's back."""
        code = (
            "import sys, django; django.setup()\n"
            "from django.db import connection\n"
            "connection.cursor().execute(sys.argv[1])"
        )
        env = KEPT | self.env | {"DJANGO_SETTINGS_MODULE": "tellonce.hub.settings"}
        subprocess.run([sys.executable, "-c", code, statement], env=env, check=True)


@contextmanager
def a_place(folder: Path) -> Iterator[Standing]:
    """Where a hub can be made; nothing is there yet."""
    env = {"TELLONCE_HOME": str(folder)}
    if not SERVER.startswith("postgres"):
        yield Standing(folder, env)
        return
    name = f"standing_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(SERVER)
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Standing(
                folder, env | {"TELLONCE_DATABASE_URL": urlunsplit(parts._replace(path=name))}
            )
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
