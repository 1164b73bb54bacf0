"""Where the sealed values of this app are kept: they open nowhere else."""

from __future__ import annotations

from tellonce.hub.vault.types import Place


def failure_place(record: int, rule: str, field: str) -> Place:
    """The value in which a rule was not met."""
    return Place("rule_failures", "value", f"{record}:{rule}:{field}")
