"""The master key: a file outside the database and its backups.

Each line of the file is `<name> <key in base64>`; the first is in use, the others still open what
they wrapped. Everything here fails closed: a missing, damaged or wrong key stops the caller.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tellonce.hub.core.errors import KeyTrouble
from tellonce.hub.vault.models import MasterKey

_NONCE = 12
_CHECK = b"tellonce master key"


class MasterKeys:
    """The opened key file: wraps with the key in use, unwraps with any.

    In use is the first of the file, or the first that the database knows: a new key is in the file
    before it is there.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        self.current = next(iter(keys))
        self.names = tuple(keys)
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}

    def wrap(self, secret: bytes, bound: bytes) -> bytes:
        """`secret` under the key in use, tied to `bound`."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[self.current].encrypt(nonce, secret, bound)

    def unwrap(self, wrapped: bytes, master: str, bound: bytes) -> bytes:
        """What `wrap` took; raises `KeyTrouble` for another key, place or content."""
        if master not in self._ciphers:
            raise KeyTrouble(
                f"The master key '{master}' is not in the key file.",
                hint="Put the key file back that this database was made with.",
            )
        try:
            return self._ciphers[master].decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound)
        except InvalidTag:
            raise KeyTrouble(
                "A key in the database was not wrapped by this master key, or was changed.",
                hint="Put the right key file back, or restore the database from a backup.",
            ) from None

    def check_value(self) -> bytes:
        """A value that only the key in use opens."""
        return self.wrap(_CHECK, b"master_keys:" + self.current.encode())

    def proves(self, master: str, check_value: bytes) -> bool:
        """Whether the file holds the very key that made this check value."""
        try:
            return self.unwrap(check_value, master, b"master_keys:" + master.encode()) == _CHECK
        except KeyTrouble:
            return False


def new_key_line() -> str:
    """The text of a new key file."""
    return f"mk_{secrets.token_hex(4)} {base64.b64encode(os.urandom(32)).decode()}\n"


def read_file(path: Path) -> MasterKeys:
    """The keys of a file; raises `KeyTrouble` when it is missing, unreadable or damaged."""
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyTrouble(
            f"The master key file {path} is missing.",
            hint="Put it back, or say where it is with TELLONCE_MASTER_KEY_FILE.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    keys = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, encoded = line.partition(" ")
        try:
            keys[name] = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _damaged(path) from error
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise _damaged(path)
    return MasterKeys(keys)


def _damaged(path: Path) -> KeyTrouble:
    return KeyTrouble(
        f"The master key file {path} cannot be read or is damaged.", hint="Put a copy of it back."
    )


def master_keys() -> MasterKeys:
    """The keys of this hub, proved against the check value in the database.

    Raises `KeyTrouble` when the file is missing, damaged, or of another hub.
    """
    name = str(settings.TELLONCE_MASTER_KEY_FILE)
    try:
        changed = os.stat(name).st_mtime_ns
    except OSError:
        changed = 0
    return _proved(name, changed)


@lru_cache(maxsize=1)
def _proved(name: str, changed: int) -> MasterKeys:
    path = Path(name)
    keys = read_file(path)
    return proven(path, keys, dict(MasterKey.objects.values_list("name", "check_value")))


def proven(path: Path, keys: MasterKeys, known: Mapping[str, bytes]) -> MasterKeys:
    """The keys of a file, once they are sure to be those that a database knows (name -> check
    value); raises `KeyTrouble`.
    """
    if not known:
        raise KeyTrouble("The vault of this hub was never made.", hint="Run `tellonce init`.")
    in_use = next((name for name in keys.names if name in known), None)
    if in_use is None or not all(keys.proves(name, bytes(value)) for name, value in known.items()):
        raise KeyTrouble(
            f"The master key file {path} is not the one this database was made with.",
            hint="Put the right one back, or say where it is with TELLONCE_MASTER_KEY_FILE.",
        )
    keys.current = in_use
    return keys


def forget() -> None:
    """Read the key file again at the next use."""
    _proved.cache_clear()
