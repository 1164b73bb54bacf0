"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DONE, REFUSED, FAILED = "done", "refused", "failed"


@dataclass(frozen=True)
class Act:
    """What is to be written down.

    `actor` is a text id, `target` the public id of the thing acted on ('' where it has none),
    `subjects` the public ids of all customers seen or changed (stored as keyed hashes), `fields`
    names of what was seen or changed, `details` counts and codes; no personal value anywhere.
    """

    action: str
    actor: str
    outcome: str = DONE
    purpose: str = ""
    reason: str = ""
    target: str = ""
    subjects: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold: the first number that is wrong, and what is wrong there."""

    number: int
    problem: str
