"""Which given names stand for each other (Bob and Robert, Gosia and Małgorzata, John and Jan)."""

from __future__ import annotations

from functools import lru_cache

from tellonce.engine.standardise.given_names import OTHER_GIVEN_NAMES, VARIANT_GROUPS
from tellonce.engine.standardise.text import fold_cached


def variant_groups(given: str) -> tuple[int, ...]:
    """Return the ids of the groups a given name belongs to, ascending; empty if it is in none.

    Two given names are variants of each other if they share a group. The name may be written in any
    case and script.
    """
    return _groups().get(given, ()) if given.isascii() and given.islower() \
        else _groups().get(fold_cached(given), ())  # fmt: skip


def is_given_name(word: str) -> bool:
    """Return whether a word in normal form is known to be a given name."""
    return word in _known()


@lru_cache(maxsize=1)
def _groups() -> dict[str, tuple[int, ...]]:
    groups: dict[str, tuple[int, ...]] = {}
    for number, line in enumerate(VARIANT_GROUPS.split("|")):
        for name in sorted(set(map(fold_cached, line.split()))):
            groups[name] = (*groups.get(name, ()), number)
    return groups


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(_groups()) | frozenset(map(fold_cached, OTHER_GIVEN_NAMES.split()))
