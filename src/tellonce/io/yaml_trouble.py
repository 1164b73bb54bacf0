"""YAML that cannot be read: which errors say so, and what is wrong in words."""

from __future__ import annotations

import yaml

NOT_YAML = (yaml.YAMLError, ValueError, RecursionError)
"""What reading YAML raises; a ValueError for a date that is none, such as 2024-02-31."""


def yaml_trouble(error: Exception) -> str:
    """What is wrong, as the end of a sentence without its point."""
    if isinstance(error, RecursionError):
        return "it is nested too deep to be read"
    problem = getattr(error, "problem", None)
    return str(problem or str(error).splitlines()[0])
