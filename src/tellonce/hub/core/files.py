"""Files that hold secrets."""

from __future__ import annotations

import os
from pathlib import Path


def write_once(path: Path, text: str) -> None:
    """Write a file only its owner may read, durably; one that is there stays as it is."""
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
