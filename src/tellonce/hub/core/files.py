"""Files that hold secrets."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_once(path: Path, text: str) -> None:
    """Write a file only its owner may read, durably; one that is there stays as it is.

    The file is there whole or not at all, whenever the process or the machine stops.
    """
    if path.exists():
        return
    name = _beside(path, text)
    try:
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
    _make_durable(path.parent)


def replace_whole(path: Path, text: str) -> None:
    """Give a file that only its owner may read another content, durably: the old or the new."""
    name = _beside(path, text)
    try:
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    _make_durable(path.parent)


def _beside(path: Path, text: str) -> str:
    """The name of a new file in the same folder, synced; none stays where writing fails."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(name)
        raise
    return name


def _make_durable(folder: Path) -> None:
    """A new name in a folder survives a power failure once the folder is synced."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
