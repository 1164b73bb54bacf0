"""Functions known by their dotted names, imported when they are first called.

An app says by name who does its work, so that setting the hub up imports none of that work: what
`tellonce status` needs not, it does not pay for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string

_named: dict[str, Late] = {}


@dataclass(frozen=True, slots=True)
class Late:
    """The function of this dotted name, such as `tellonce.hub.intake.jobs.place`."""

    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Import it where that has not been done yet, and call it."""
        return self.found()(*args, **kwargs)

    def found(self) -> Callable[..., Any]:
        """The function itself; raises `ImportError` where there is none of this name."""
        function: Callable[..., Any] = import_string(self.name)
        return function


def late(function: Callable[..., Any] | str) -> Callable[..., Any]:
    """A function as it is; one given by its dotted name imported when it is first called."""
    if not isinstance(function, str):
        return function
    return _named.setdefault(function, Late(function))


def all_late() -> list[Late]:
    """Every function that was given by its name in this process."""
    return list(_named.values())
