"""The master key that a restore needs is asked for before anything is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.backup import services
from tellonce.hub.core.errors import KeyTrouble
from tellonce.hub.vault.masterkeys import new_key_line
from tellonce.hub.vault.models import MasterKey

SECRET = b"correct horse battery staple"


@pytest.mark.django_db(transaction=True)
def test_another_master_key_is_found_before_anything_is_loaded(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hub.backup"
    services.write_backup(file, SECRET, "usr_1", _quiet)
    known = services.verify_backup(file, SECRET, _quiet).master_keys
    assert {name: bytes(value) for name, value in known.items()} == {
        row.name: bytes(row.check_value) for row in MasterKey.objects.all()
    }
    for name in ("_restore_file", "_restore_tables"):
        monkeypatch.setattr(services, name, _never)
    settings.TELLONCE_MASTER_KEY_FILE = tmp_path / "another.key"
    settings.TELLONCE_MASTER_KEY_FILE.write_text(new_key_line())
    with pytest.raises(KeyTrouble, match="not the one this database was made with"):
        services.restore_backup(file, SECRET, _quiet, replace=True)


def _quiet(stage: str, done: int, total: int) -> None:
    """No progress."""


def _never(*_: object) -> None:
    raise AssertionError("it was loaded")
