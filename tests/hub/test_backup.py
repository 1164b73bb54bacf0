"""Backup, restore and upgrade, as an operator calls them."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tellonce.hub.backup.framing import MembersWriter, read_members
from tellonce.hub.backup.sealing import Sealer, opened_chunks, read_key_file
from tellonce.hub.core.errors import KeyTrouble
from tests.hub.standing import KEPT, Standing, a_place

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
PREVIOUS = Path(__file__).parent / "previous"
SECRET = b"correct horse battery staple"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A hub with a few customers, orders and a snapshot."""
    folder = tmp_path_factory.mktemp("standing")
    with a_place(folder / "hub") as made:
        made.run("init")
        made.run("source", "add", "crm", "--kind", "crm")
        made.run("load", "crm", str(EXAMPLE / "crm.csv"))
        made.run("snapshot", "--record", "crm:1", "--purpose", "service")
        yield made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Standing]:
    """Where nothing is yet."""
    with a_place(tmp_path / "elsewhere") as place:
        yield place


@pytest.fixture
def kept(hub: Standing, tmp_path: Path) -> tuple[Path, Path]:
    """A backup of the hub, and its key."""
    file, key = tmp_path / "hub.backup", tmp_path / "backup.key"
    hub.run("backup", str(file), "--key", str(key), "--new-key")
    return file, key


def with_master_key(place: Standing, hub: Standing) -> Standing:
    """The same place after the operator put the copy of the master key there."""
    place.home.mkdir()
    shutil.copy(hub.home / "master.key", place.home)
    return place


def test_a_restored_hub_holds_the_same_and_is_in_order(
    hub: Standing, elsewhere: Standing, kept: tuple[Path, Path]
) -> None:
    file, key = kept
    with_master_key(elsewhere, hub)
    assert "The hub is what it was at" in elsewhere.run("restore", str(file), "--key", str(key))
    assert elsewhere.counts() == hub.counts()
    assert "BAD" not in elsewhere.run("doctor")
    elsewhere.run("snapshot", "--record", "crm:1", "--purpose", "service")
    elsewhere.run("load", "crm", str(EXAMPLE / "crm.csv"))
    assert elsewhere.counts()["records"] == hub.counts()["records"]
    elsewhere.run("source", "add", "shop", "--kind", "shop")
    elsewhere.run("load", "shop", str(EXAMPLE / "shop.csv"))
    assert elsewhere.counts()["customers"] == 5  # a test entry of placeholders makes none


def test_a_backup_is_private_says_nothing_in_the_clear_and_has_no_master_key(
    hub: Standing, kept: tuple[Path, Path]
) -> None:
    file, key = kept
    content = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(key.stat().st_mode) == 0o600
    inside = bytearray()
    with file.open("rb") as opened:
        read_members(
            opened_chunks(opened, read_key_file(key)),
            lambda name, pieces: inside.extend(b"".join(pieces)),
        )
    assert b"Doeling" in inside
    assert b"Doeling" not in content
    master = (hub.home / "master.key").read_text().split()[1].encode()
    assert master not in inside
    assert not [one for one in hub.home.iterdir() if one.name.startswith(".backup")]


def test_a_backup_can_be_verified_at_any_time(hub: Standing, kept: tuple[Path, Path]) -> None:
    file, key = kept
    words = ["backup", str(file), "--key", str(key), "--verify"]
    assert "is whole" in hub.run(*words)
    assert json.loads(hub.run(*words, "--json"))["version"]
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    assert "damaged, or this is not its key" in hub.run(*words, code=4)


def test_a_backup_is_consistent_while_a_load_is_under_way(
    elsewhere: Standing, tmp_path: Path
) -> None:
    key = str(tmp_path / "backup.key")
    rows = "".join(f"{n},Name{n},Family{n},n{n}@example.org\n" for n in range(1000))
    file = tmp_path / "many.csv"
    file.write_text("id,first name,last name,email\n" + rows)
    elsewhere.run("init")
    elsewhere.run("source", "add", "crm", "--kind", "crm")
    loading = elsewhere.start("load", "crm", str(file))
    made = []
    while loading.poll() is None or not made:
        made.append(tmp_path / f"{len(made)}.backup")
        elsewhere.run("backup", str(made[-1]), "--key", key, "--new-key")
    loading.communicate()
    with ExitStack() as stack:
        for at, backup in enumerate(made[-1:]):
            place = stack.enter_context(a_place(tmp_path / f"again{at}"))
            with_master_key(place, elsewhere).run("restore", str(backup), "--key", key)
            assert "BAD" not in place.run("doctor")
            place.run("load", "crm", str(file))
            assert place.counts()["records"] == 1000


def test_a_hub_that_holds_something_is_replaced_only_when_told_to(
    hub: Standing, elsewhere: Standing, kept: tuple[Path, Path]
) -> None:
    file, key = kept
    words = ["restore", str(file), "--key", str(key)]
    with_master_key(elsewhere, hub).run(*words)
    elsewhere.run("source", "add", "lost", "--kind", "crm")
    assert "holds something already" in elsewhere.run(*words, code=2)
    assert elsewhere.counts()["sources"] == 2
    elsewhere.run(*words, "--replace")
    assert elsewhere.counts() == hub.counts()


def test_a_hub_where_somebody_works_is_not_replaced(
    hub: Standing, elsewhere: Standing, kept: tuple[Path, Path]
) -> None:
    file, key = kept
    words = ["restore", str(file), "--key", str(key), "--replace"]
    with_master_key(elsewhere, hub).run(*words)
    working = elsewhere.start("work")
    try:
        while not elsewhere.status()["work"]["workers"]:
            pass
        assert "A worker is at work" in elsewhere.run(*words, code=4)
    finally:
        working.terminate()
        working.communicate()
    elsewhere.run(*words)


def test_a_restore_without_the_right_master_key_is_refused_before_anything_is_touched(
    hub: Standing, elsewhere: Standing, kept: tuple[Path, Path]
) -> None:
    file, key = kept
    assert "master.key is missing" in elsewhere.run("restore", str(file), "--key", str(key), code=4)


def test_a_restore_under_another_hub_s_master_key_leaves_the_hub_as_it_is(
    hub: Standing, elsewhere: Standing, kept: tuple[Path, Path]
) -> None:
    file, key = kept
    elsewhere.run("init")
    elsewhere.run("source", "add", "own", "--kind", "crm")
    elsewhere.run("load", "own", str(EXAMPLE / "crm.csv"))
    held, files = elsewhere.counts(), {one.name for one in elsewhere.home.iterdir()}
    words = ["restore", str(file), "--key", str(key), "--replace"]
    assert "is not the one this database was made with" in elsewhere.run(*words, code=4)
    assert elsewhere.counts() == held
    assert {one.name for one in elsewhere.home.iterdir()} == files
    assert "BAD" not in elsewhere.run("doctor")
    elsewhere.run("snapshot", "--record", "own:1", "--purpose", "service")
    shutil.copy(hub.home / "master.key", elsewhere.home)
    elsewhere.run(*words)
    assert elsewhere.counts() == hub.counts()
    assert "BAD" not in elsewhere.run("doctor")


def test_a_restore_into_an_empty_place_under_another_master_key_makes_no_hub(
    elsewhere: Standing, kept: tuple[Path, Path]
) -> None:
    file, key = kept
    elsewhere.home.mkdir()
    (elsewhere.home / "master.key").write_text("mk_00000000 " + "A" * 43 + "=\n")
    said = elsewhere.run("restore", str(file), "--key", str(key), code=4)
    assert "is not the one this database was made with" in said
    assert "tellonce init" in elsewhere.run("status", code=4)


def test_a_backup_of_a_newer_program_is_refused(
    hub: Standing, elsewhere: Standing, tmp_path: Path
) -> None:
    file, key = tmp_path / "newer.backup", str(tmp_path / "backup.key")
    future = "VALUES ('jobs', '9999_future', '2040-01-01')"
    hub.sql(f"INSERT INTO django_migrations (app, name, applied) {future}")
    try:
        hub.run("backup", str(file), "--key", key, "--new-key")
        with_master_key(elsewhere, hub)
        assert "made by a newer program" in elsewhere.run(
            "restore", str(file), "--key", key, code=4
        )
    finally:
        hub.sql("DELETE FROM django_migrations WHERE name = '9999_future'")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["backup", "FILE"], 2, "No key for the backup is named"),
        (["backup", "FILE", "--key", "KEY"], 4, "cannot be read"),
        (["backup", "FILE", "--key", "SHORT"], 4, "shorter than 12 characters"),
        (["backup", "FILE", "--key", "SHORT"], 4, "name a file that is not there and add"),
        (["backup", "GOOD", "--key", "SHORT", "--verify"], 4, "that the backup was made with"),
        (["restore", "GOOD", "--key", "SHORT"], 4, "that the backup was made with"),
        (["restore", "GOOD", "--key", "KEY"], 4, "that the backup was made with"),
        (["backup", "GOOD", "--key", "KEY", "--verify", "--new-key"], 2, "Leave out --new-key"),
        (["backup", "FILE", "--key", "GOOD", "--verify"], 2, "There is no file"),
        (["backup", "GOOD", "--key", "GOOD", "--verify"], 4, "not a backup of Tellonce"),
        (["backup", "GOOD", "--key", "GOOD"], 2, "is there already"),
        (["backup", "NOWHERE/FILE", "--key", "GOOD"], 4, "The system says"),
    ],
)
def test_what_cannot_be_done_is_said(
    hub: Standing, tmp_path: Path, words: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "SHORT").write_text("secret")
    (tmp_path / "GOOD").write_bytes(SECRET)
    named = [str(tmp_path / word) if word.isupper() or "/" in word else word for word in words]
    assert sentence in hub.run(*named, code=code)
    assert not (tmp_path / "FILE").exists()
    assert not (tmp_path / "KEY").exists()


def sealed(*pieces: bytes, secret: bytes = SECRET) -> bytes:
    """These members in an encrypted file."""
    file = io.BytesIO()
    sealer = Sealer(file, secret)
    writer = MembersWriter(sealer.write, {"kind": "test"})
    for number, piece in enumerate(pieces):
        writer.member(f"m{number}", [piece])
    writer.close()
    sealer.close()
    return file.getvalue()


def opened(content: bytes, secret: bytes = SECRET) -> dict[str, bytes]:
    """The members of an encrypted file."""
    found: dict[str, bytes] = {}
    read_members(
        opened_chunks(io.BytesIO(content), secret),
        lambda name, pieces: found.update({name: b"".join(pieces)}),
    )
    return found


def noise(size: int) -> bytes:
    """Bytes that do not compress."""
    return b"".join(hash_of(n) for n in range(size // 32))


def hash_of(number: int) -> bytes:
    import hashlib

    return hashlib.sha256(str(number).encode()).digest()


def test_what_was_sealed_is_opened_whatever_its_size() -> None:
    pieces = (b"", b"x", noise(3_000_000), b"\n" * 5_000_000)
    assert list(opened(sealed(*pieces)).values()) == list(pieces)


def test_a_file_that_was_cut_changed_or_reordered_anywhere_does_not_open() -> None:
    whole = sealed(noise(3_000_000))
    head = whole.index(b"}\n") + 2
    chunk = (1 << 20) + 16
    cuts = [whole[:n] for n in (0, 5, head - 1, head, head + 100, head + chunk, len(whole) - 1)]
    flips = [bytearray(whole) for _ in range(4)]
    for flipped, place in zip(flips, (20, head + 3, head + chunk + 9, len(whole) - 1), strict=True):
        flipped[place] ^= 4
    first, second = whole[head : head + chunk], whole[head + chunk : head + 2 * chunk]
    swapped = whole[:head] + second + first + whole[head + 2 * chunk :]
    longer = whole + whole[head:]
    for bad in (*cuts, *map(bytes, flips), swapped, longer):
        with pytest.raises(KeyTrouble):
            opened(bad)
    with pytest.raises(KeyTrouble):
        opened(whole, b"another passphrase")


def test_two_backups_of_the_same_have_nothing_in_common() -> None:
    first, second = sealed(b"x" * 1000), sealed(b"x" * 1000)
    assert first[-500:] != second[-500:]


@pytest.fixture
def previous(tmp_path: Path) -> Standing:
    """A hub as version 0.1.0 left it, on SQLite."""
    home = tmp_path / "previous"
    home.mkdir()
    database = sqlite3.connect(home / "hub.sqlite3")
    script = gzip.decompress((PREVIOUS / "hub-0.1.0.sql.gz").read_bytes()).decode()
    database.executescript(script)
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
    shutil.copy(PREVIOUS / "master-key.txt", home / "master.key")
    (home / "secret.key").write_text("x" * 40)
    for one in home.iterdir():
        one.chmod(0o600)
    return Standing(home, {"TELLONCE_HOME": str(home)})


@pytest.mark.sqlite
def test_the_previous_version_s_hub_is_upgraded_with_all_it_holds(previous: Standing) -> None:
    assert "tellonce upgrade" in previous.run("status", code=4)
    assert "BAD  migrations" in previous.run("doctor", code=1)
    planned = previous.run("upgrade", "--plan")
    assert "jobs: 0002_working" in planned
    assert "BAD  migrations" in previous.run("doctor", code=1), "a plan changes nothing"
    assert "Next: tellonce doctor" in previous.run("upgrade")
    assert previous.run("upgrade") == "The database is up to date.\n"
    found = previous.counts()
    held = {
        "sources": 2,
        "records": 10,
        "customers": 6,
        "activities": 2,
        "snapshots": 1,
        "users": 2,
    }
    assert {name: found[name] for name in held} == held
    assert "BAD" not in previous.run("doctor")
    previous.run("snapshot", "--record", "crm:1", "--purpose", "service")
    previous.run("load", "crm", str(EXAMPLE / "crm.csv"))
    previous.run("load", "shop", str(EXAMPLE / "shop.csv"))
    assert {name: previous.counts()[name] for name in ("records", "customers")} == {
        "records": 10,
        "customers": 6,
    }


FIRST_TABLES = """
import django; django.setup()
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from tellonce.hub.backup.tablecopy import migrate_to
first = "accounts activity audit consents customers events jobs matching snapshots sources vault"
nodes = MigrationLoader(connection).graph.nodes
migrate_to(
    {(app, "0001_initial") for app in first.split()}
    | {node for node in nodes if node[0] in ("auth", "contenttypes")}
)
"""


def test_the_first_tables_are_upgraded_with_their_rows_on_any_database(
    elsewhere: Standing,
) -> None:
    elsewhere.home.mkdir()
    env = KEPT | elsewhere.env | {"DJANGO_SETTINGS_MODULE": "tellonce.hub.settings"}
    subprocess.run([sys.executable, "-c", FIRST_TABLES], env=env, check=True)
    elsewhere.sql(
        "INSERT INTO jobs (kind, payload, actor, state, attempts, token, run_at, created_at,"
        " trouble) VALUES ('mail', '{}', 'usr_1', 'dead', 8, 8, '2026-01-01', '2026-01-01',"
        " 'no answer')"
    )
    elsewhere.sql(
        "INSERT INTO events (public_id, number, type, subject, at, data)"
        " VALUES ('evt_1', 1, 'tellonce.customer.changed.v1', 'cus_1', '2026-01-01', '{}')"
    )
    elsewhere.run("init")
    (job,) = json.loads(elsewhere.run("jobs", "list", "--json"))
    assert (job["state"], job["trouble"], job["bulk"]) == ("dead", "no answer", False)
    assert elsewhere.counts()["events"] == 1
