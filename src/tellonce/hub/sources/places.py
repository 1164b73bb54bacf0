"""Where the sealed values of this app are kept: they open nowhere else."""

from __future__ import annotations

from tellonce.hub.vault.types import Place


def raw_place(record: int, content_hash: bytes) -> Place:
    """The row of a version as it was delivered."""
    return Place("record_versions", "raw", f"{record}:{content_hash.hex()}")


def secret_place(record: int, content_hash: bytes) -> Place:
    """The sensitive and secret attributes of a version."""
    return Place("record_versions", "secret", f"{record}:{content_hash.hex()}")


def quarantine_place(delivery: int, row: int) -> Place:
    """The text of a row that could not be used."""
    return Place("quarantined", "raw", f"{delivery}:{row}")


def quarantine_correction_place(delivery: int, row: int, header: str) -> Place:
    """What a person wrote into a field of such a row."""
    return Place("quarantine_corrections", "value", f"{delivery}:{row}:{header}")
