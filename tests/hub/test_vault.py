"""Values open only under their own key, in their own place, with the right master key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tellonce.hub.core.errors import KeyTrouble
from tellonce.hub.vault import masterkeys, services
from tellonce.hub.vault.types import Place

pytestmark = pytest.mark.django_db
PLACE = Place("records", "sealed", "rec_1")


def test_a_value_comes_back_under_its_key_and_in_its_place() -> None:
    key = services.new_key()
    stored = services.encrypt(key, "Łódź".encode(), PLACE)
    assert services.decrypt(services.opened_key(key.id), stored, PLACE).decode() == "Łódź"


def test_equal_values_are_stored_differently_and_unreadably() -> None:
    key = services.new_key()
    first, second = services.encrypt_many([(key, b"44051401359", PLACE)] * 2)
    assert first != second
    assert b"44051401359" not in first


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("record", "ssealed", "rec_1"),
        Place("records", "raw", "rec_1"),
        Place("records", "sealed", "rec_2"),
    ],
)
def test_a_value_moved_to_another_place_does_not_open(elsewhere: Place) -> None:
    key = services.new_key()
    with pytest.raises(KeyTrouble):
        services.decrypt(key, services.encrypt(key, b"secret", PLACE), elsewhere)


def test_a_value_does_not_open_under_another_key_or_after_a_change() -> None:
    one, other = services.new_keys(2)
    stored = services.encrypt(one, b"secret", PLACE)
    with pytest.raises(KeyTrouble):
        services.decrypt(other, stored, PLACE)
    with pytest.raises(KeyTrouble):
        services.decrypt(one, stored[:-1] + bytes([stored[-1] ^ 1]), PLACE)


def test_a_destroyed_key_is_gone_for_ever_and_others_stay() -> None:
    one, other = services.new_keys(2)
    assert services.destroy_keys([one.id]) == 1
    assert set(services.opened_keys([one.id, other.id])) == {other.id}
    with pytest.raises(KeyTrouble, match="destroyed"):
        services.opened_key(one.id)


def test_a_key_that_was_never_there_is_an_error() -> None:
    with pytest.raises(KeyTrouble, match="does not have"):
        services.opened_keys([999_999])


def test_no_key_stands_in_the_database_in_the_clear() -> None:
    key = services.new_key()
    with connection.cursor() as cursor:
        cursor.execute("SELECT wrapped FROM data_keys")
        assert all(key.secret not in bytes(row[0]) for row in cursor.fetchall())


def test_another_master_key_is_told_from_the_right_one(tmp_path: Path, settings: Any) -> None:
    services.hash_key()
    settings.TELLONCE_MASTER_KEY_FILE = tmp_path / "other.key"
    settings.TELLONCE_MASTER_KEY_FILE.write_text(masterkeys.new_key_line())
    with pytest.raises(KeyTrouble, match="not the one this database was made with"):
        services.hash_key()
    with pytest.raises(KeyTrouble, match="not the one"):
        services.install()


def test_a_forged_key_of_the_right_name_is_still_the_wrong_key(
    tmp_path: Path, settings: Any
) -> None:
    name = masterkeys.master_keys().current
    settings.TELLONCE_MASTER_KEY_FILE = tmp_path / "other.key"
    other = masterkeys.new_key_line().split()[1]
    settings.TELLONCE_MASTER_KEY_FILE.write_text(f"{name} {other}\n")
    with pytest.raises(KeyTrouble, match="not the one"):
        services.new_key()


@pytest.mark.parametrize("content", ["", "mk_1 short", "mk_1 !!!", "\x00\xff"])
def test_a_damaged_key_file_is_said_to_be_damaged(
    tmp_path: Path, settings: Any, content: str
) -> None:
    settings.TELLONCE_MASTER_KEY_FILE = tmp_path / "damaged.key"
    settings.TELLONCE_MASTER_KEY_FILE.write_text(content)
    with pytest.raises(KeyTrouble, match="damaged"):
        services.new_key()


def test_a_missing_key_file_is_said_to_be_missing(tmp_path: Path, settings: Any) -> None:
    settings.TELLONCE_MASTER_KEY_FILE = tmp_path / "nowhere.key"
    with pytest.raises(KeyTrouble, match="missing"):
        services.new_key()


def test_installing_again_keeps_the_keys() -> None:
    before = services.hash_key()
    services.install()
    assert services.hash_key() == before
    assert len(before) == 16


def test_blind_indexes_are_equal_for_equal_values_of_one_kind_only() -> None:
    assert services.blind_index("a", "pesel") == services.blind_index("a", "pesel")
    assert services.blind_index("a", "pesel") != services.blind_index("a", "nip")
    assert services.blind_index("a", "pesel") != services.blind_index("b", "pesel")
