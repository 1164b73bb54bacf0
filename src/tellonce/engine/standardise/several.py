"""Values that are lists: co-authors, classes, keywords, all in one column."""

from __future__ import annotations

import re

from tellonce.engine.standardise.content import Content
from tellonce.engine.standardise.text import fold

MARK = "|"  # begins the normal form of a list; no other normal form has it
MOST = 32  # elements compared: the first in alphabetical order, which two lists have in common
SHORTEST, LONGEST = 3, 60  # characters of an element
LISTS = 0.2  # share of values with several elements that makes a column one of lists
_SEPARATOR = re.compile(r"\s*(?:\*\*|[;|])\s*")


def elements(value: str) -> list[str]:
    """The elements of a list, in normal form, in alphabetical order: the words of each are sorted
    and joined, so that "Bell, Anna" is "Anna Bell".
    """
    folded = ("".join(sorted(fold(part).split())) for part in _SEPARATOR.split(value))
    return sorted({element for element in folded if len(element) >= SHORTEST})


def comparable_list(value: str) -> str | None:
    """The normal form of a list; None where nothing is in it."""
    found = elements(value)[:MOST]
    return " ".join([MARK, *found]) if found else None


def is_of_lists(content: Content) -> bool:
    """Whether the values of a column are lists, separated by ; or | or **, and not sentences."""
    if content.share(lambda value: len(_SEPARATOR.split(value.strip(" ;|"))) > 1) < LISTS:
        return False
    parts = [part for value in content.sample for part in _SEPARATOR.split(value)]
    return sum(map(len, parts)) <= LONGEST * len(parts) / 2


def elements_repeat(content: Content) -> bool:
    """Whether one element in fifty or more stands in another value too."""
    every = [element for value in content.sample for element in elements(value)]
    return len(set(every)) <= 0.98 * len(every)
