"""`tellonce init`, `user`, `doctor` as a person calls them, each in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def tellonce_in(home: Path) -> Run:
    """`tellonce` in a process of its own, in `home`, on SQLite."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TELLONCE_")}

    def tellonce(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tellonce", *args],
            env=kept | {"TELLONCE_HOME": str(home)} | env,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return tellonce


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `tellonce` in a folder that does not exist yet."""
    return tellonce_in(tmp_path / "hub")


@pytest.fixture(scope="session")
def new_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub as `init` leaves it, made once."""
    home = tmp_path_factory.mktemp("new") / "hub"
    done = tellonce_in(home)("init")
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def home(new_hub: Path, tmp_path: Path) -> Path:
    """The folder of a hub that was just made, where `run` finds it."""
    return shutil.copytree(new_hub, tmp_path / "hub")


def sentences(failed: subprocess.CompletedProcess[str], code: int) -> str:
    """What a failed command said: two lines on stderr, nothing on stdout, no traceback."""
    assert failed.returncode == code, failed.stderr
    assert failed.stdout == ""
    assert len(failed.stderr.strip().splitlines()) == 2, failed.stderr
    return failed.stderr


def test_a_command_before_init_says_so_and_makes_nothing(run: Run, tmp_path: Path) -> None:
    assert "tellonce init" in sentences(run("status"), 4)
    assert not (tmp_path / "hub").exists()


def test_init_keeps_its_secrets_to_its_owner_and_can_be_run_again(run: Run, home: Path) -> None:
    before = {path.name: path.read_bytes() for path in home.glob("*.key")}
    assert set(before) == {"master.key", "secret.key"}
    for path in home.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    again = run("init")
    assert again.returncode == 0
    assert "was there already" in again.stdout
    assert {path.name: path.read_bytes() for path in home.glob("*.key")} == before


def test_a_missing_key_file_stops_every_command_and_init_makes_no_new_one(
    run: Run, home: Path
) -> None:
    (home / "master.key").unlink()
    added = run("user", "add", "ada@example.org", "--role", "steward")
    assert "missing" in sentences(added, 4)
    assert "missing" in sentences(run("init"), 4)
    assert not (home / "master.key").exists()


def test_another_hub_s_key_file_is_told_from_the_right_one(run: Run, home: Path) -> None:
    other = home.parent / "other"
    assert run("init", TELLONCE_HOME=str(other)).returncode == 0
    (home / "master.key").write_bytes((other / "master.key").read_bytes())
    added = run("user", "add", "ada@example.org", "--role", "steward")
    assert "not the one this database was made with" in sentences(added, 4)


def test_a_user_can_be_added_twice_and_a_second_role_joins_the_first(run: Run, home: Path) -> None:
    for role in ("steward", "steward", "officer"):
        added = run("user", "add", "Ada@Example.org", "--role", role)
        assert added.returncode == 0, added.stderr
    assert added.stdout.strip() == "ada@example.org: officer, steward"


@pytest.mark.parametrize(
    ("email", "role", "says"), [("ada", "steward", "e-mail"), ("a@b.example", "king", "officer")]
)
def test_a_wrong_user_is_a_wrong_call(
    run: Run, home: Path, email: str, role: str, says: str
) -> None:
    assert says in sentences(run("user", "add", email, "--role", role), 2)


def test_only_an_administrator_adds_users(run: Run, home: Path) -> None:
    assert run("user", "add", "ada@example.org", "--role", "steward").returncode == 0
    refused = run("user", "add", "b@example.org", "--role", "admin", "--as", "ada@example.org")
    assert "ada@example.org may not add users" in sentences(refused, 3)
    by_default = run(
        "user", "add", "b@b.example", "--role", "admin", TELLONCE_USER="nobody@b.example"
    )
    assert "no user 'nobody@b.example'" in sentences(by_default, 2)


def test_a_locked_database_is_a_sentence_after_the_timeout(run: Run, home: Path) -> None:
    holder = sqlite3.connect(home / "hub.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    added = run(
        "user", "add", "ada@example.org", "--role", "steward", TELLONCE_DATABASE_TIMEOUT="0.2"
    )
    holder.close()
    assert "locked" in sentences(added, 4)


def test_a_full_disk_is_a_sentence_and_nothing_is_half_written(run: Run, home: Path) -> None:
    full = "import sys,resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    full += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    full += "from tellonce.cli.main import run; run()"
    args = ["user", "add", "ada@example.org", "--role", "steward"]
    added = subprocess.run(
        [sys.executable, "-c", full, *args],
        env=os.environ | {"TELLONCE_HOME": str(home), "TELLONCE_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert added.returncode == 4, added.stderr
    assert "The disk is full" in added.stderr
    assert run("user", *args[1:]).returncode == 0


@pytest.mark.parametrize("garbage", ["not a database at all" * 300])
def test_a_damaged_database_is_a_sentence(run: Run, home: Path, garbage: str) -> None:
    (home / "hub.sqlite3").write_text(garbage)
    assert "damaged" in sentences(run("status"), 4)


def test_an_unreachable_server_is_a_sentence_without_its_password(run: Run) -> None:
    url = "postgres://hub:hush-hush@127.0.0.1:1/none"
    said = sentences(run("status", TELLONCE_DATABASE_URL=url), 4)
    assert "cannot be reached" in said
    assert "hush-hush" not in said


def test_production_starts_with_good_secrets_only(run: Run, home: Path) -> None:
    (home / "secret.key").write_text("short")
    assert "secret key" in sentences(run("status", TELLONCE_PRODUCTION="yes"), 4)
    url = "postgres://hub:postgres@127.0.0.1:1/none"
    (home / "secret.key").write_text("x" * 40)
    refused = run("status", TELLONCE_PRODUCTION="yes", TELLONCE_DATABASE_URL=url)
    assert "password" in sentences(refused, 4)


def test_a_secret_may_come_from_a_file(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("nonsense\n")
    refused = run("status", TELLONCE_DATABASE_URL_FILE=str(tmp_path / "url"))
    assert "not a database address" in sentences(refused, 4)
    refused = run("status", TELLONCE_DATABASE_URL_FILE=str(tmp_path / "gone"))
    assert "cannot be read" in sentences(refused, 4)


def test_doctor_finds_a_healthy_hub_healthy(run: Run, home: Path) -> None:
    found = run("doctor", "--json")
    assert found.returncode == 0, found.stdout
    assert json.loads(found.stdout)["ok"]


def test_doctor_misses_the_secret_key(run: Run, home: Path) -> None:
    (home / "secret.key").write_text("")
    assert "secret.key is missing or empty" in run("doctor").stdout
    (home / "secret.key").unlink()
    assert "secret.key is missing or empty" in run("doctor").stdout
    run("init")
    assert run("doctor").returncode == 0


def test_doctor_asks_the_other_questions_while_the_database_is_locked(run: Run, home: Path) -> None:
    with sqlite3.connect(home / "hub.sqlite3", isolation_level=None) as database:
        database.execute("BEGIN IMMEDIATE")
        found = run("doctor", TELLONCE_DATABASE_TIMEOUT="0.1")
    assert found.returncode == 1, found.stderr
    assert "BAD  audit: The database is in use" in found.stdout
    assert "ok   keys" in found.stdout


def test_doctor_says_where_the_audit_breaks_and_who_may_read_the_keys(run: Run, home: Path) -> None:
    run("user", "add", "ada@example.org", "--role", "steward")
    with sqlite3.connect(home / "hub.sqlite3") as database:
        database.execute("UPDATE audit_entries SET actor = 'usr_x' WHERE number = 2")
    (home / "master.key").chmod(0o644)
    found = run("doctor")
    assert found.returncode == 1
    assert "breaks at entry 2: the entry was changed" in found.stdout
    assert "chmod 600" in found.stdout
    assert found.stdout.count("BAD") == 2


def test_a_hub_and_a_user_are_made_by_scripts_too(run: Run, tmp_path: Path) -> None:
    made = json.loads(run("init", "--json").stdout)
    assert made == {
        "home": str(tmp_path / "hub"),
        "database": "sqlite",
        "administrator": "admin@localhost",
        "master_key": str(tmp_path / "hub" / "master.key"),
        "was_there": False,
    }
    assert json.loads(run("init", "--json").stdout) == made | {"was_there": True}
    added = json.loads(run("user", "add", "ada@example.org", "--role", "steward", "--json").stdout)
    assert added.pop("id").startswith("usr_")
    assert (added["email"], added["roles"]) == ("ada@example.org", ["steward"])


def test_users_are_listed_lose_roles_and_are_disabled_and_enabled(run: Run, home: Path) -> None:
    for role in ("steward", "officer"):
        run("user", "add", "ada@example.org", "--role", role)
    assert run("user", "remove", "ada@example.org", "--role", "officer").returncode == 0
    disabled = run("user", "disable", "Ada@example.org")
    assert disabled.stdout == "ada@example.org: steward (disabled)\n", disabled.stderr
    listed = run("user", "list").stdout.splitlines()
    assert listed == ["ada@example.org: steward (disabled)", "admin@localhost: admin"]
    refused = run("source", "add", "crm", "--kind", "crm", TELLONCE_USER="ada@example.org")
    assert "is disabled" in sentences(refused, 2)
    enabled = json.loads(run("user", "enable", "ada@example.org", "--json").stdout)
    assert enabled["active"]
    assert enabled["roles"] == ["steward"]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("disable", "admin@localhost"), 2, "only administrator"),
        (("remove", "admin@localhost", "--role", "admin"), 2, "only administrator"),
        (("remove", "admin@localhost", "--role", "steward"), 2, "has not the role"),
        (("enable", "nobody@example.org"), 2, "no user"),
        (("disable", "admin@localhost", "--as", "ada@example.org"), 3, "may not disable"),
    ],
)
def test_nobody_shuts_the_hub_out(
    run: Run, home: Path, args: tuple[str, ...], code: int, says: str
) -> None:
    run("user", "add", "ada@example.org", "--role", "steward")
    assert says in sentences(run("user", *args), code)


def test_an_administrator_may_go_once_there_is_another(run: Run, home: Path) -> None:
    run("user", "add", "ada@example.org", "--role", "admin")
    assert run("user", "disable", "admin@localhost").returncode == 0
    says = "only administrator"
    by_ada = {"TELLONCE_USER": "ada@example.org"}
    assert says in sentences(run("user", "disable", "ada@example.org", **by_ada), 2)
    assert run("user", "enable", "admin@localhost", **by_ada).returncode == 0


def test_a_disabled_user_gets_a_role_and_stays_disabled(run: Run, home: Path) -> None:
    run("user", "add", "ada@example.org", "--role", "admin")
    assert run("user", "disable", "admin@localhost").returncode == 0
    added = run(
        *("user", "add", "admin@localhost", "--role", "steward"), TELLONCE_USER="ada@example.org"
    )
    assert added.stdout == "admin@localhost: admin, steward (disabled)\n", added.stderr
    assert run("init").returncode == 0, "bringing the hub up to date asks nobody"
