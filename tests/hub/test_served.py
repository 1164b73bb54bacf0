"""The status page, and `tellonce serve` and `status` around it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tellonce.cli.main import execute
from tellonce.hub.core.errors import Busy
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.sources.services import add_source
from tellonce.hub.status import LABELS


@pytest.mark.django_db
def test_the_page_says_that_the_hub_is_ready_what_it_holds_and_what_to_do_next(
    client: Client, admin: Any
) -> None:
    page = client.get("/").content.decode()
    assert "its database answers" in page
    assert "tellonce source add" in page
    add_source("crm", "crm", by=admin)
    page = client.get("/").content.decode()
    assert "tellonce load" in page
    assert re.search(r"<dt>Sources</dt><dd>1</dd>", page)


@pytest.mark.django_db
def test_the_page_has_no_script_and_may_not_be_framed_kept_or_guessed(client: Client) -> None:
    answer = client.get("/")
    assert "<script" not in answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.django_db
def test_the_page_can_be_read_only(client: Client) -> None:
    assert client.post("/").status_code == 405
    assert client.get("/status.css").headers["Content-Type"].startswith("text/css")


@pytest.mark.django_db
def test_another_host_s_name_is_refused_and_an_address_is_sent_to_the_name(client: Client) -> None:
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400
    answer = client.get("/", headers={"host": "127.0.0.1:8000"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://localhost:8000/")


@pytest.mark.django_db
def test_the_page_says_which_command_shows_the_rows_in_quarantine(
    client: Client, admin: Any
) -> None:
    add_source("crm", "crm", by=admin)
    accept_records("crm", [{"id": "1", "first name": "Anna"}, {"id": "2"}], by=admin)
    page = client.get("/").content.decode()
    assert "1 row waits in quarantine" in page
    assert "tellonce quarantine list" in page


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_a_sentence_on_the_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked() -> None:
        raise Busy("The database stayed locked.", hint="Wait a little.")

    monkeypatch.setattr("tellonce.hub.pages.hub_status", locked)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "The database stayed locked." in answer.content.decode()
    assert "Wait a little." in answer.content.decode()


@pytest.mark.django_db
def test_status_counts_the_same_for_people_and_for_programs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert execute(["status", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(LABELS) | {"jobs", "work", "database", "versions"} == set(document)
    assert (document["users"], document["sources"], document["jobs"]["waiting"]) == (1, 0, 0)
    assert execute(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[: len(LABELS)]] == list(LABELS.values())
    assert re.search(r"^users +1$", "\n".join(lines), re.MULTILINE)


def test_serve_answers_on_this_machine_only_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TELLONCE_")}
    env = kept | {"TELLONCE_HOME": str(tmp_path / "hub")}
    tellonce = [sys.executable, "-m", "tellonce"]
    subprocess.run([*tellonce, "init"], env=env, check=True, capture_output=True, timeout=60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen(
        [*tellonce, "serve", "--port", str(port)],
        env=env | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        assert served.stdout is not None
        assert served.stdout.readline().strip() == f"http://localhost:{port}"
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=20) as answer:
            assert "its database answers" in answer.read().decode()
            assert answer.headers["Server"] is None
        found = subprocess.run([*tellonce, "status", "--json"], env=env, capture_output=True)
        assert json.loads(found.stdout)["work"]["workers"] == 1
        again = subprocess.run(
            [*tellonce, "serve", "--port", str(port)], env=env, capture_output=True, text=True
        )
        assert (again.returncode, again.stdout) == (4, "")
        assert f"Port {port} is taken" in again.stderr
    finally:
        served.send_signal(signal.SIGINT)
        _, said = served.communicate(timeout=20)
    assert served.returncode == 0, said
