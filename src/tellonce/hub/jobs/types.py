"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HeldLease:
    """A lease we hold. `token` is larger than that of every earlier holder."""

    name: str
    token: int
    holder: str


@dataclass(frozen=True)
class ClaimedJob:
    """A job that is ours until its lease ends; `attempt` counts from 1."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    actor: str
    token: int
    attempt: int
