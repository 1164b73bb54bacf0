"""Which files of a folder are whole and new, and putting them away once they are loaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.connectors.files.settings import QUIET_SECONDS
from tellonce.hub.sources.pages import Skipped

PARTIAL = (".part", ".partial", ".filepart", ".crdownload", ".tmp", ".swp")
"""Endings that programs give to a file while they write it."""


@dataclass(frozen=True)
class Found:
    """A file that is ready, and its stamp: another stamp means that it has changed since."""

    path: Path
    stamp: tuple[int, int]  # bytes, nanoseconds of its last change

    def is_unchanged(self) -> bool:
        """Whether it still is what it was when it was found."""
        try:
            return stamp_of(self.path) == self.stamp
        except FileNotFoundError:
            return False


def found(stream: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Found | Skipped]:
    """The files that are ready, in order. `seen`: name -> stamp of those that are loaded already.

    Skipped is what is still being written, and a link that leads out of the folder: whoever may put
    files there must not have us read others. Raises `WrongCall` where the folder is not there.
    """
    folder = Path(stream["folder"]).expanduser().resolve()
    candidates = []
    for path in listed(stream):
        try:
            candidates.append(Found(path, stamp_of(path)))
        except FileNotFoundError:
            continue  # renamed or taken away since the folder was listed
    if stream.get("order") == "mtime":
        candidates.sort(key=lambda one: (one.stamp[1], one.path.name))
    for one in candidates:
        if list(one.stamp) == seen.get(one.path.name):
            continue
        if folder not in one.path.resolve().parents:
            yield Skipped(one.path.name, "it is a link that leads out of the folder")
            continue
        reason = _unfinished(one, float(stream.get("quiet_seconds", QUIET_SECONDS)))
        yield Skipped(one.path.name, reason) if reason else one


def put_away(stream: Mapping[str, Any], one: Found) -> None:
    """Move a loaded file to the archive, where there is one; another of its name is kept too."""
    if "archive" not in stream:
        return
    archive = Path(stream["archive"]).expanduser()
    archive.mkdir(parents=True, exist_ok=True)
    target, number = archive / one.path.name, 1
    while target.exists():
        number += 1
        target = archive / f"{one.path.stem}-{number}{one.path.suffix}"
    shutil.move(one.path, target)


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of the last change."""
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns


def listed(stream: Mapping[str, Any]) -> list[Path]:
    """The files of the folder that are meant, by name, ready or not."""
    folder = Path(stream["folder"]).expanduser()
    if not folder.is_dir():
        raise WrongCall(
            f"There is no folder {folder}.", hint="Make it, or correct `folder` of the source."
        )
    pattern = stream.get("pattern", "*")
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise WrongCall(
            f"The pattern {pattern!r} leads out of the folder.",
            hint='Write a pattern of names such as "*.csv", or "**/*.csv" for folders inside too.',
        )
    archive = Path(stream["archive"]).expanduser().resolve() if "archive" in stream else None
    return sorted(
        path
        for path in folder.glob(pattern)
        if path.is_file()
        and not path.name.startswith((".", "~"))
        and path.suffix.lower() not in PARTIAL
        and (archive is None or archive not in path.resolve().parents)
    )


def _unfinished(one: Found, quiet_seconds: float) -> str:
    """Why the file seems to be still written, "" where it does not."""
    for ending in PARTIAL:
        if one.path.with_name(one.path.name + ending).exists():
            return f"there is a {one.path.name}{ending} beside it"
    age = clock.now().timestamp() - one.stamp[1] / 1e9
    if 0 <= age < quiet_seconds:  # a time to come is one of another clock, and says nothing
        return f"it changed within the last {quiet_seconds:g} seconds"
    return "" if one.is_unchanged() else "it is changing"
