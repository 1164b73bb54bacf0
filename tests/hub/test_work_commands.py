"""`tellonce work` and `jobs` in processes of their own: killed, asked to end, several at once."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tellonce.cli.main import execute
from tellonce.hub.accounts.services import add_user
from tellonce.hub.jobs import queue, selectors, services
from tests.hub.standing import KEPT, a_place

SCRIPT = Path(__file__).parent / "working.py"
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `tellonce`, with a kind of job of the tests' own, in a new hub."""
    with a_place(tmp_path / "hub") as place:
        env = KEPT | place.env | {"PYTHONUNBUFFERED": "1"}

        def begin(*words: str) -> subprocess.Popen[str]:
            command = [sys.executable, str(SCRIPT), *words]
            return subprocess.Popen(command, env=env, text=True, stdout=-1, stderr=-1)

        assert ended(begin("init"))[0] == 0
        yield begin


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    assert condition()


def begun(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def status(start: Start) -> dict[str, Any]:
    process = start("status", "--json")
    return json.loads(process.communicate(timeout=60)[0])


def test_what_a_killed_worker_held_is_done_by_another_and_written_once(
    start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "begun"
    ended(start("enqueue", str(file), "0.3", "6"))
    first, second = start("work"), start("work", "--workers", "1")
    wait_for(lambda: begun(file))
    first.kill()
    first.communicate()
    wait_for(lambda: status(start)["jobs"]["done"] == 6)
    second.send_signal(signal.SIGTERM)
    assert ended(second)[0] == 0
    assert set(begun(file)) == {str(n) for n in range(6)}
    found = status(start)
    assert (found["events"], found["work"]["workers"]) == (6, 0)


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(5))
def test_workers_that_are_killed_again_and_again_do_every_job_and_write_it_once(
    start: Start, tmp_path: Path, seed: int
) -> None:
    file, chance = tmp_path / "begun", random.Random(seed)
    ended(start("enqueue", str(file), "0.05", "120"))
    workers = [start("work") for _ in range(2)]
    for _ in range(12):
        time.sleep(chance.uniform(0.5, 3))
        one = workers.pop(0)
        one.send_signal(chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)))
        one.communicate(timeout=60)
        workers.append(start("work"))
    wait_for(lambda: status(start)["jobs"]["done"] == 120)
    for one in workers:
        one.send_signal(signal.SIGTERM)
        assert ended(one)[0] == 0
    found = status(start)
    assert (found["events"], found["jobs"]["dead"]) == (120, 0)


def test_a_worker_asked_to_end_finishes_its_job_and_leaves_the_others(
    start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "begun"
    ended(start("enqueue", str(file), "1", "3"))
    process = start("work", "--workers", "1")
    wait_for(lambda: begun(file))
    process.send_signal(signal.SIGTERM)
    code, said = ended(process)
    assert (code, "1 job done." in said) == (0, True)
    jobs = status(start)["jobs"]
    assert (jobs["done"], jobs["waiting"], jobs["running"]) == (1, 2, 0)


def test_a_second_signal_ends_a_worker_at_once_and_the_next_one_does_its_job(
    start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "begun"
    ended(start("enqueue", str(file), "4", "1"))
    process = start("work", "--workers", "1")
    wait_for(lambda: begun(file))
    process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == 130
    assert status(start)["jobs"]["running"] == 1
    code, said = ended(start("work", "--until-idle"))
    assert (code, said) == (0, "1 job done.\n")
    assert status(start)["events"] == 1


def test_once_does_one_job_and_until_idle_the_rest(start: Start, tmp_path: Path) -> None:
    ended(start("enqueue", str(tmp_path / "begun"), "0", "3"))
    assert ended(start("work", "--once")) == (0, "1 job done.\n")
    assert ended(start("work", "--until-idle")) == (0, "2 jobs done.\n")


@pytest.mark.django_db(transaction=True)
def test_jobs_are_listed_shown_replayed_and_cancelled(
    capsys: pytest.CaptureFixture[str], admin: Any
) -> None:
    number = services.enqueue("mail", {"to": "nobody"}, admin.id)
    queue.bury(services.claim(), "The mail server does not answer.")
    assert execute(["jobs", "list", "--state", "dead"]) == 0
    assert "The mail server does not answer." in capsys.readouterr().out
    assert execute(["jobs", "show", str(number), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["kind"], shown["state"], shown["attempts"]) == ("mail", "dead", 1)
    assert execute(["jobs", "replay", str(number)]) == 0
    assert selectors.job(number).state == "waiting"
    assert execute(["jobs", "replay", str(number)]) == 2
    assert "not dead" in capsys.readouterr().err
    assert execute(["jobs", "cancel", str(number)]) == 0
    assert selectors.job(number).state == "cancelled"
    assert execute(["jobs", "cancel", str(number)]) == 2
    assert execute(["jobs", "replay", "--dead"]) == 0
    assert "0 jobs will be tried again" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["jobs", "show", "4711"], 2),
        (["jobs", "replay"], 2),
        (["jobs", "replay", "1", "--dead"], 2),
        (["jobs", "list", "--state", "lost"], 2),
        (["jobs", "replay", "--dead", "--as", "rep@example.com"], 3),
        (["jobs", "cancel", "1", "--as", "rep@example.com"], 3),
    ],
)
def test_what_cannot_or_may_not_be_done_is_said(
    words: list[str], code: int, admin: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    add_user("rep@example.com", "representative", by=admin)
    assert execute(words) == code
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2, "a sentence what is wrong and one what to do"


@pytest.mark.django_db(transaction=True)
def test_schedules_are_listed_with_their_next_run(capsys: pytest.CaptureFixture[str]) -> None:
    services.set_schedule("pull:crm", "every 15m", "pull", {}, "usr_1")
    assert execute(["jobs", "schedules"]) == 0
    assert "every 15m" in capsys.readouterr().out
    assert execute(["jobs", "schedules", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["name"] == "pull:crm"
