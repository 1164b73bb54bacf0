"""The encrypted file: AES-256-GCM in chunks, each bound to its place, the last one marked.

    line 1   tellonce-backup 1
    line 2   JSON: how the key is derived, its salt, the size of a chunk; bound to every chunk
    then     chunks of that size and 16 bytes more; the last may be shorter

Each file has a key of its own, derived with a random salt, so the chunk's number is a safe nonce.
A chunk that was changed, moved, left out or cut off does not open.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tellonce.hub.core.errors import KeyTrouble
from tellonce.hub.core.files import write_once

MAGIC = b"tellonce-backup 1\n"
_CHUNK = 1 << 20
_TAG = 16
_SHORTEST = 12  # characters of a passphrase
_COST = 1 << 16
_LONGEST_HEAD = 1000
_DAMAGED = "The backup is damaged, or this is not its key."


def make_key_file(path: Path) -> None:
    """Write a new key, readable by its owner only; one that is there stays."""
    write_once(path, base64.b64encode(os.urandom(32)).decode() + "\n")


def read_key_file(path: Path, *, made_with: bool = False) -> bytes:
    """The key or passphrase in a file; raises `KeyTrouble` where there is none worth the name.

    `made_with`: it is to open a backup that is there, so no new one is of help.
    """
    this = "Name the file that holds the key or passphrase that the backup was made with."
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyTrouble(
            f"The key file {path} cannot be read.",
            hint=this
            if made_with
            else "Name a file with a passphrase, or make one with a new key: add --new-key.",
        ) from error
    if len(text) < _SHORTEST:
        raise KeyTrouble(
            f"The passphrase in {path} is shorter than {_SHORTEST} characters.",
            hint=this
            if made_with
            else "Write a longer one into it, or name a file that is not there and add --new-key.",
        )
    return text.encode()


class Sealer:
    """Writes an encrypted file; what is written is whole only after `close`."""

    def __init__(self, file: IO[bytes], secret: bytes) -> None:
        derivation = {"kdf": _kdf_for(secret), "cost": _COST, "chunk": _CHUNK}
        derivation["salt"] = base64.b64encode(os.urandom(16)).decode()
        self._head = MAGIC + json.dumps(derivation, sort_keys=True).encode() + b"\n"
        self._cipher = AESGCM(_derived(secret, derivation))
        self._file = file
        self._buffer = bytearray()
        self._number = 0
        file.write(self._head)

    def write(self, data: bytes) -> None:
        """Add to the content."""
        self._buffer += data
        while len(self._buffer) > _CHUNK:  # the last chunk is never empty but for no content
            self._seal(self._buffer[:_CHUNK], last=False)
            del self._buffer[:_CHUNK]

    def close(self) -> None:
        """Write the last chunk; the file itself stays open."""
        self._seal(self._buffer, last=True)

    def _seal(self, chunk: bytearray, *, last: bool) -> None:
        nonce = _nonce(self._number, last=last)
        self._file.write(self._cipher.encrypt(nonce, bytes(chunk), self._head))
        self._number += 1


def opened_chunks(file: IO[bytes], secret: bytes) -> Iterator[bytes]:
    """The content of an encrypted file, chunk by chunk, each proved before it is given.

    Raises `KeyTrouble` for another key, and for a file that was changed or cut off anywhere.
    """
    head = file.readline(len(MAGIC)) + file.readline(_LONGEST_HEAD)
    derivation = _derivation(head)
    cipher, size = AESGCM(_derived(secret, derivation)), derivation["chunk"] + _TAG
    number, block = 0, file.read(size)
    while True:
        following = file.read(size)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), block, head)
        except (InvalidTag, ValueError):
            raise KeyTrouble(_DAMAGED, hint="Try another key, or an older backup.") from None
        if not following:
            return
        number, block = number + 1, following


def _derivation(head: bytes) -> dict[str, Any]:
    """The second line, with every figure within what we would have written ourselves."""
    try:
        if not head.startswith(MAGIC):
            raise ValueError
        found = json.loads(head[len(MAGIC) :])
        known = {"kdf", "cost", "chunk", "salt"}
        if set(found) != known or found["cost"] != _COST or found["chunk"] != _CHUNK:
            raise ValueError
        base64.b64decode(found["salt"], validate=True)
    except (ValueError, TypeError, binascii.Error):
        raise KeyTrouble("This is not a backup of Tellonce.", hint="Name another file.") from None
    return found


def _kdf_for(secret: bytes) -> str:
    """A key of 32 random bytes needs no slow derivation, a passphrase does."""
    try:
        return "hkdf" if len(base64.b64decode(secret, validate=True)) == 32 else "scrypt"
    except (binascii.Error, ValueError):
        return "scrypt"


def _derived(secret: bytes, derivation: dict[str, Any]) -> bytes:
    salt = base64.b64decode(derivation["salt"])
    if derivation["kdf"] == "hkdf":
        return HKDF(hashes.SHA256(), 32, salt, b"tellonce backup").derive(secret)
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(secret)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
