"""What is inside the encrypted file: members one after the other, compressed, with their digests.

frame    one byte kind, four bytes length, content
H        JSON: kind of database, version, migrations, sequences, moment
M        name of a member; its content follows in D frames
E        JSON: name -> [bytes, SHA-256] of every member; the end
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tellonce.hub.core.errors import KeyTrouble

_HEAD = 5
_MOST = 1 << 24
_LEVEL = 1  # the disk is slower than better compression is worth


class Frame(NamedTuple):
    """One frame: `kind` is H, M, D or E."""

    kind: bytes
    content: bytes


class MembersWriter:
    """Writes members to `write`, which takes bytes."""

    def __init__(self, write: Callable[[bytes], None], head: dict[str, Any]) -> None:
        self._write = write
        self._compressor = zlib.compressobj(_LEVEL)
        self._digests: dict[str, tuple[int, str]] = {}
        self._frame(b"H", json.dumps(head).encode())

    def member(self, name: str, content: Iterable[bytes]) -> int:
        """Write one member; returns its size in bytes."""
        self._frame(b"M", name.encode())
        size, digest = 0, hashlib.sha256()
        for piece in content:
            view = bytes(piece)
            digest.update(view)
            size += len(view)
            for start in range(0, len(view), _MOST):
                self._frame(b"D", view[start : start + _MOST])
        self._digests[name] = (size, digest.hexdigest())
        return size

    def close(self) -> None:
        """Write the table of digests and what the compressor still holds."""
        self._frame(b"E", json.dumps(self._digests).encode())
        self._write(self._compressor.flush())

    def _frame(self, kind: bytes, content: bytes) -> None:
        framed = kind + len(content).to_bytes(4, "big") + content
        self._write(self._compressor.compress(framed))


def frames(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """The frames in compressed chunks; raises `KeyTrouble` where they do not end as they should."""
    expander, buffer, ended = zlib.decompressobj(), bytearray(), False
    for chunk in chunks:
        try:
            buffer += expander.decompress(chunk)
        except zlib.error:
            raise _incomplete() from None
        while len(buffer) >= _HEAD:
            length = int.from_bytes(buffer[1:_HEAD], "big")
            if len(buffer) < _HEAD + length:
                break
            kind = bytes(buffer[:1])
            yield Frame(kind, bytes(buffer[_HEAD : _HEAD + length]))
            ended = kind == b"E"
            del buffer[: _HEAD + length]
    if not ended or buffer:
        raise _incomplete()


def read_members(
    chunks: Iterable[bytes], take: Callable[[str, Iterator[bytes]], None]
) -> tuple[dict[str, Any], dict[str, tuple[int, str]]]:
    """Give each member with its content to `take`; returns the head and every size and digest.

    Raises `KeyTrouble` where a member is not what was written.
    """
    stream = frames(chunks)
    head = json.loads(next(stream).content)
    found: dict[str, tuple[int, str]] = {}
    frame = next(stream)
    while frame.kind == b"M":
        reader = _MemberReader(stream)
        name = frame.content.decode()
        take(name, reader.content())
        for _ in reader.content():
            pass  # what `take` did not want
        found[name] = (reader.size, reader.digest.hexdigest())
        frame = reader.following
    written = {name: tuple(one) for name, one in json.loads(frame.content).items()}
    if written != found or next(stream, None) is not None:
        raise _incomplete()
    return head, found


class _MemberReader:
    """The D frames of one member; `following` is the frame after them."""

    def __init__(self, stream: Iterator[Frame]) -> None:
        self._stream = stream
        self._over = False
        self.following = Frame(b"", b"")
        self.size, self.digest = 0, hashlib.sha256()

    def content(self) -> Iterator[bytes]:
        """What is left of the member."""
        while not self._over:
            frame = next(self._stream)
            if frame.kind != b"D":
                self._over, self.following = True, frame
                return
            self.size += len(frame.content)
            self.digest.update(frame.content)
            yield frame.content


def _incomplete() -> KeyTrouble:
    return KeyTrouble("The backup is not complete.", hint="Use an older one.")
