"""A new master key: nothing is lost, whenever it is interrupted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tellonce.cli.main import execute
from tellonce.hub import operations
from tellonce.hub.accounts.services import add_user
from tellonce.hub.core.errors import Busy, KeyTrouble, Refused, WrongCall
from tellonce.hub.vault import rotation, services
from tellonce.hub.vault.models import DataKey, MasterKey
from tellonce.hub.vault.types import Place

PLACE = Place("records", "sealed", "rec_1")


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, request: pytest.FixtureRequest, hub: None) -> Any:
    """A copy of the key file of this test's own, since tests share the home."""
    path = tmp_path / "master.key"
    path.write_bytes(Path(settings.TELLONCE_MASTER_KEY_FILE).read_bytes())
    path.chmod(0o600)
    with override_settings(TELLONCE_MASTER_KEY_FILE=path):
        yield path
    services.forget_keys()


def quiet(stage: str, done: int, total: int) -> None:
    """Shows nothing."""


def sealed(count: int = 3) -> list[tuple[int, bytes]]:
    """Values under keys of their own."""
    return [(key.id, services.encrypt(key, b"secret", PLACE)) for key in services.new_keys(count)]


def all_open(values: list[tuple[int, bytes]]) -> bool:
    services.forget_keys()
    keys = services.opened_keys([pk for pk, _ in values])
    return all(services.decrypt(keys[pk], value, PLACE) == b"secret" for pk, value in values)


@pytest.mark.django_db
def test_after_a_rotation_everything_opens_and_nothing_needs_the_old_key(
    own_file: Path, admin: Any
) -> None:
    values, hashed = sealed(2500), services.subject_hash("cus_1")
    old = MasterKey.objects.get().name
    name, count = operations.rotate_master_key(quiet, by=admin)
    assert name != old
    assert count >= 2500
    assert [one.wraps for one in rotation.master_key_states() if not one.in_use] == [0]
    assert own_file.stat().st_mode & 0o077 == 0
    operations.drop_master_key(old, by=admin)
    assert own_file.read_text().split()[0] == name
    assert len(own_file.read_text().splitlines()) == 1
    assert [one.name for one in rotation.master_key_states()] == [name]
    assert all_open(values)
    assert services.subject_hash("cus_1") == hashed
    assert all_open(sealed())


@pytest.mark.django_db
def test_a_rotation_that_was_interrupted_after_the_file_is_finished_by_the_next(
    own_file: Path, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = sealed()
    with monkeypatch.context() as patch:
        patch.setattr(rotation.MasterKey, "save", lambda *a, **k: (_ for _ in ()).throw(OSError()))
        with pytest.raises(OSError):
            rotation.add_master_key()
    assert len(own_file.read_text().splitlines()) == 2
    assert all_open(values), "the key that the database does not know yet is not used"
    assert all_open(sealed())
    operations.rotate_master_key(quiet, by=admin)
    assert len(own_file.read_text().splitlines()) == 2, "the key that was made is taken"
    assert all_open(values)


@pytest.mark.django_db
def test_a_rotation_that_was_interrupted_while_wrapping_goes_on(admin: Any) -> None:
    values = sealed()
    rotation.add_master_key()
    more = sealed()
    assert all_open(values + more)
    (old,) = [one for one in rotation.master_key_states() if not one.in_use]
    with pytest.raises(WrongCall, match="still wraps"):
        rotation.forget_master_key(old.name)
    assert operations.rewrap_keys(quiet, by=admin) == old.wraps
    assert all_open(values + more)


@pytest.mark.django_db
def test_dropping_an_old_key_can_be_interrupted_before_the_file(own_file: Path, admin: Any) -> None:
    values = sealed()
    operations.rotate_master_key(quiet, by=admin)
    (old,) = [one.name for one in rotation.master_key_states() if not one.in_use]
    rotation.forget_master_key(old)
    assert all_open(values), "the file may hold more than the database knows"
    operations.drop_master_key(old, by=admin)
    assert old not in own_file.read_text()
    assert all_open(values)


@pytest.mark.django_db
def test_a_destroyed_key_stays_destroyed(admin: Any) -> None:
    (gone, _), *kept = sealed()
    services.destroy_keys([gone])
    operations.rotate_master_key(quiet, by=admin)
    assert DataKey.objects.get(pk=gone).wrapped is None
    assert all_open(kept)


@pytest.mark.django_db
def test_a_file_without_a_key_the_database_knows_still_stops_everything(
    own_file: Path, admin: Any
) -> None:
    operations.rotate_master_key(quiet, by=admin)
    first, second = own_file.read_text().splitlines(keepends=True)
    for content in (first, second):
        own_file.write_text(content)
        services.forget_keys()
        with pytest.raises(KeyTrouble):
            services.check_keys()
    own_file.write_text(first + second)


@pytest.mark.django_db
def test_keys_are_for_administrators(admin: Any) -> None:
    engineer = add_user("eng@example.com", "engineer", by=admin)
    for act in (operations.rotate_master_key, operations.rewrap_keys):
        with pytest.raises(Refused):
            act(quiet, by=engineer)
    assert MasterKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_keys_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["key", "rotate"]) == 0
    assert execute(["key", "list", "--json"]) == 0
    out = capsys.readouterr().out
    used, old = json.loads(out[out.index("[") :])
    assert (used["in_use"], old["in_use"], old["wraps"]) == (True, False, 0)
    assert execute(["key", "drop", used["name"]]) == 2
    assert execute(["key", "drop", "mk_nothing"]) == 2
    assert execute(["key", "rewrap"]) == 0
    assert execute(["key", "drop", old["name"]]) == 0
    assert execute(["key", "list"]) == 0
    assert "in use" in capsys.readouterr().out


@pytest.mark.django_db
def test_while_a_key_is_rotated_nobody_else_changes_the_key_file(
    own_file: Path, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = (one.name for one in rotation.master_key_states())
    own = rotation.add_master_key

    def meanwhile() -> str:
        for act in (
            lambda: operations.rotate_master_key(quiet, by=admin),
            lambda: operations.rewrap_keys(quiet, by=admin),
            lambda: operations.drop_master_key(old, by=admin),
        ):
            with pytest.raises(Busy):
                act()
        return own()

    monkeypatch.setattr(rotation, "add_master_key", meanwhile)
    operations.rotate_master_key(quiet, by=admin)
    assert MasterKey.objects.count() == 2
