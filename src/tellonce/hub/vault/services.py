"""What other apps call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import one_at_a_time
from tellonce.hub.core.files import write_once
from tellonce.hub.vault import masterkeys, namedkeys
from tellonce.hub.vault.datakeys import destroy_keys, new_key, new_keys, opened_key, opened_keys
from tellonce.hub.vault.models import MasterKey
from tellonce.hub.vault.namedkeys import (
    blind_index,
    blind_indexes,
    content_hash,
    content_hashes,
    hash_key,
    subject_hash,
)
from tellonce.hub.vault.values import decrypt, decrypt_many, encrypt, encrypt_many

MASTER_KEYS = MasterKey._meta.db_table
"""The table of the master keys that a database has known."""

__all__ = [
    "MASTER_KEYS",
    "blind_index",
    "blind_indexes",
    "check_keys",
    "check_master_key",
    "content_hash",
    "content_hashes",
    "decrypt",
    "decrypt_many",
    "destroy_keys",
    "encrypt",
    "encrypt_many",
    "forget_keys",
    "hash_key",
    "install",
    "new_key",
    "new_keys",
    "opened_key",
    "opened_keys",
    "subject_hash",
]


def install(*, make_key_file: bool = False) -> None:
    """Prove the master key file to an empty database, and make the hub's own keys.

    `make_key_file`: where the database has never known a key and there is no file, write one.
    Doing it again changes nothing. Raises `KeyTrouble` when the file is missing, damaged, or not
    the one this database was made with.
    """
    forget_keys()
    with transaction.atomic():
        one_at_a_time("keys")
        if not MasterKey.objects.exists():
            path = Path(settings.TELLONCE_MASTER_KEY_FILE)
            if make_key_file:
                write_once(path, masterkeys.new_key_line())
            keys = masterkeys.read_file(path)
            MasterKey(name=keys.current, check_value=keys.check_value(), since=clock.now()).save(
                force_insert=True
            )
        namedkeys.make_missing(masterkeys.master_keys())


def forget_keys() -> None:
    """Read all keys again at the next use: the database was replaced."""
    masterkeys.forget()
    namedkeys.forget()


def check_master_key(known: Mapping[str, bytes]) -> None:
    """Raise `KeyTrouble` unless the key file holds the very keys (name -> the value that only it
    opens) of a database that is not this one yet.
    """
    path = Path(settings.TELLONCE_MASTER_KEY_FILE)
    masterkeys.proven(path, masterkeys.read_file(path), known)


def check_keys() -> None:
    """Raise `KeyTrouble` unless master key and the hub's own keys open."""
    hash_key()
