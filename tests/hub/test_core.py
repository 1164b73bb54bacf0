"""Ids, the clock, canonical JSON, settings: what everything else stands on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from tellonce.hub import env
from tellonce.hub.core import clock
from tellonce.hub.core.canonical import canonical_json, digest, plain
from tellonce.hub.core.errors import Busy, Failed
from tellonce.hub.core.files import write_once
from tellonce.hub.core.ids import is_id, new_id
from tellonce.hub.core.storage import database_in_words


def test_ids_say_what_they_are_and_sort_by_age() -> None:
    made = [new_id("cus") for _ in range(100)]
    assert made == sorted(made)
    assert len(set(made)) == 100
    assert all(is_id(one, "cus") for one in made)


@pytest.mark.parametrize("text", ["", "cus_1", "snp_" + "0" * 32, "cus_" + "g" * 32, "cus_é"])
def test_what_is_no_id_of_a_customer_is_told_apart(text: str) -> None:
    assert not is_id(text, "cus")


def test_a_secret_file_is_written_whole_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "some.key"
    write_once(path, "first")
    write_once(path, "second")
    assert path.read_text() == "first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_file_that_cannot_be_finished_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_once(tmp_path / "some.key", "first")
    assert list(tmp_path.iterdir()) == []


def test_sqlite_without_its_file_is_not_told_to_start_a_server() -> None:
    with pytest.raises(Failed, match="cannot be opened") as caught, database_in_words():
        raise OperationalError("unable to open database file")
    assert "DATABASE_URL" not in caught.value.hint


def test_a_stopped_clock_stands_still_in_utc_and_runs_on_afterwards() -> None:
    noon_in_warsaw = datetime(2030, 1, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    with clock.stopped_at(noon_in_warsaw):
        assert clock.iso(clock.now()) == "2030-01-01T11:00:00Z"
    assert clock.now() - datetime.now(UTC) < timedelta(seconds=5)


def test_equal_values_have_one_canonical_form_whatever_their_order() -> None:
    value = {"b": [1, None, "ł"], "a": {"d": Decimal("1.50"), "c": date(2030, 1, 2)}}
    same = {"a": {"c": date(2030, 1, 2), "d": Decimal("1.50")}, "b": [1, None, "ł"]}
    assert canonical_json(value).decode() == '{"a":{"c":"2030-01-02","d":"1.50"},"b":[1,null,"ł"]}'
    assert digest(value) == digest(same) == digest(plain(value))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_an_error(value: float) -> None:
    with pytest.raises(ValueError):
        canonical_json({"a": value})


def test_a_type_without_a_canonical_form_is_an_error() -> None:
    with pytest.raises(TypeError, match="set has no canonical JSON"):
        canonical_json({"a": {1}})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("TELLONCE_PRODUCTION", "", False),
        ("TELLONCE_PRODUCTION", "Yes", True),
        ("TELLONCE_DATABASE_TIMEOUT", "0.5", 0.5),
        ("TELLONCE_HOSTS", "a.example, b.example,", ["a.example", "b.example"]),
        ("TELLONCE_USER", "", ""),
    ],
)
def test_a_setting_is_read_in_its_type(name: str, text: str, value: Any) -> None:
    assert env.read(name, {name: text}) == value


@pytest.mark.parametrize("name", ["TELLONCE_PRODUCTION", "TELLONCE_DATABASE_TIMEOUT"])
def test_a_setting_of_another_type_is_named_in_the_error(name: str) -> None:
    with pytest.raises(Failed, match=name):
        env.read(name, {name: "perhaps"})


def test_every_setting_has_help_and_a_default_of_its_own_type() -> None:
    assert all(setting.help.endswith(".") for setting in env.SETTINGS)
    assert all(env.read(setting.name, {}) is not None for setting in env.SETTINGS)


def test_postgresql_is_one_setting(tmp_path: Path) -> None:
    found = env.database("postgres://hub:pw@db.example:5433/crm", tmp_path, 5.0)
    named = {name: found[name] for name in ("ENGINE", "NAME", "HOST", "PORT", "ATOMIC_REQUESTS")}
    assert named == {
        "ENGINE": "tellonce.hub.core.postgresql",
        "NAME": "crm",
        "HOST": "db.example",
        "PORT": 5433,
        "ATOMIC_REQUESTS": False,
    }


@pytest.mark.parametrize(
    ("said", "kind", "sentence"),
    [
        ("database is locked", Busy, "stayed locked"),
        ("server closed the connection unexpectedly", Failed, "cannot be reached"),
        ("terminating connection due to administrator command", Failed, "cannot be reached"),
        ("FATAL:  the database system is starting up", Failed, "cannot be reached"),
        ("database or disk is full", Failed, "disk is full"),
        ("could not extend file: No space left on device", Failed, "disk is full"),
        ("attempt to write a readonly database", Failed, "may not be written"),
    ],
)
def test_what_a_database_cannot_do_is_a_sentence(
    said: str, kind: type[Exception], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence), database_in_words():
        raise OperationalError(said)


def test_a_mistake_of_ours_is_not_dressed_up_as_trouble_of_the_database() -> None:
    with pytest.raises(OperationalError), database_in_words():
        raise OperationalError("no such column: nmae")
