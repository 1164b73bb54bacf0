"""Secrets of connectors: a configuration names the variable or the file that holds one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tellonce.hub.core.errors import WrongCall


def named_secret(section: Mapping[str, Any], name: str) -> str:
    """The secret `name` by the variable `<name>_env` or the file `<name>_file`; "" without either.

    Raises `WrongCall` where the variable is not set, or the file cannot be read.
    """
    variable, file = section.get(f"{name}_env"), section.get(f"{name}_file")
    if variable:
        value = os.environ.get(variable, "").strip()
        if not value:
            raise WrongCall(
                f"The variable {variable}, which {name}_env names, is not set.",
                hint="Set it where this runs; a worker needs it too.",
            )
        return value
    if not file:
        return ""
    try:
        value = Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongCall(
            f"The file {file}, which {name}_file names, cannot be read.",
            hint="Check that it is there, and that the user of the worker may read it.",
        ) from error
    if not value:
        raise WrongCall(f"The file {file}, which {name}_file names, is empty.", hint="Fill it.")
    return value
