"""A file of rules as text."""

from __future__ import annotations

from pathlib import Path

from tellonce.hub.core.errors import WrongCall


def rules_text(path: Path) -> str:
    """What stands in a file of rules; raises `WrongCall` where it is no UTF-8 text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise WrongCall(f"{path} is not UTF-8 text.", hint="Save it as UTF-8.") from None
