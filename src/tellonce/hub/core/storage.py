"""What the database says when it cannot, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError

from tellonce.hub.core.errors import Busy, Failed, HubError

_SENTENCES = (
    (
        ("database is locked", "database table is locked", "canceling statement due to lock"),
        Busy(
            "The database is in use by another process and stayed locked.",
            hint="Wait until the other command has ended, then run the same again.",
        ),
    ),
    (
        ("disk is full", "no space left", "could not extend file"),
        Failed(
            "The disk is full; nothing of this step was written.",
            hint="Free some space and run the same command again.",
        ),
    ),
    (
        ("disk i/o error",),  # what SQLite says when there is no room for its write-ahead log
        Failed(
            "The disk is full or cannot be used; nothing of this step was written.",
            hint="Free some space, or check the disk, and run the same command again.",
        ),
    ),
    (
        ("readonly database", "read-only"),
        Failed("The database may not be written.", hint="Check who owns the file and its folder."),
    ),
    (
        ("disk image is malformed", "not a database"),
        Failed("The database file is damaged.", hint="Restore the last backup."),
    ),
    (
        ("unable to open database file",),  # SQLite's, also where it may not make its log
        Failed(
            "The database file cannot be opened, or its folder may not be written.",
            hint="Check that both are there and who owns them, and that the disk is not read-only.",
        ),
    ),
    (
        (
            *("connection refused", "could not connect", "connection failed", "unable to open"),
            *("server closed the connection", "terminating connection", "connection is closed"),
            *("connection is lost", "the database system is"),  # starting up, shutting down
        ),
        Failed(
            "The database cannot be reached.",
            hint="Start it, or correct TELLONCE_DATABASE_URL.",
        ),
    ),
)


def sentence_for(error: BaseException) -> HubError | None:
    """The error to show for what a database driver raised; None where it is a mistake of ours."""
    text = str(error).lower()
    for signs, sentence in _SENTENCES:
        if any(sign in text for sign in signs):
            return type(sentence)(str(sentence), sentence.hint)
    return None


@contextmanager
def database_in_words() -> Iterator[None]:
    """Turns a database that is locked, full, damaged or away into a `HubError`."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        found = sentence_for(error)
        if found is None:
            raise
        raise found from error
