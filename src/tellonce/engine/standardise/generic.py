"""Columns nobody has a word for: whether they behave like an attribute, and of which kind."""

from __future__ import annotations

import pyarrow as pa

from tellonce.engine.standardise.content import Content, looks_like_number
from tellonce.engine.standardise.dates import date_order, read_dates
from tellonce.engine.standardise.several import elements_repeat, is_of_lists

_LEAST_FILL = 0.05
_LONGEST = 80


def generic_column(
    content: Content, *, strict: bool, alone: bool = False, people: bool = False
) -> tuple[str, str]:
    """Return ("category", "text", "number", "date" or "list", why), or ("", why not).

    An attribute is filled, has more than one value, and its values repeat. Where nothing better is
    in the file (`strict` false) text of several words is taken too, though it does not repeat.
    In a small file values need not repeat, unless there is nothing else to go by (`alone`). Lists
    are compared by their elements beside names of `people` only: what a person works on and whom
    with is his own, of an organisation two records may have nothing in common.
    """
    if content.distinct < 2:
        return "", "all its values are the same"
    if content.fill < _LEAST_FILL and strict:
        return "", "it is hardly ever filled"
    if people and is_of_lists(content):
        if elements_repeat(content):
            return "list", "its values are lists, compared by what they have in common"
        return "", "its values are lists of what hardly ever repeats"
    repeats = 1 - content.distinct / content.filled
    if _is_counter(content):
        return "", "it numbers the rows"
    wordy = content.share(lambda value: " " in value) >= 0.5
    if repeats < 0.02 and (alone or content.filled >= 10 if strict else not wordy):
        return "", "its values hardly ever repeat"
    if strict and sum(map(len, content.sample)) > _LONGEST * len(content.sample):
        return "", "it is free text"
    return _kind(content), "its values are compared as they are"


def _kind(content: Content) -> str:
    if _dates(content) >= 0.9:
        return "date"
    if content.share(looks_like_number) >= 0.95:
        return "category" if content.distinct <= 30 else "number"
    few = content.distinct <= 50 or content.distinct <= 0.2 * content.filled
    return "category" if few else "text"


def _dates(content: Content) -> float:
    if content.share(_like_date) < 0.9:
        return 0.0
    values = pa.array(content.sample, pa.string())
    read = read_dates(values, date_order(content.sample, None, None))
    return 1.0 - int(read.iso.null_count) / max(len(read.iso), 1)


def _like_date(value: str) -> bool:
    digits = sum(map(str.isdigit, value))
    packed = len(value) == 8 and digits == 8
    written = 6 <= len(value) <= 27 and 3 <= digits < len(value) and "," not in value
    return packed or written


def _is_counter(content: Content) -> bool:
    """Whole numbers without repeats that lie close together, such as row numbers."""
    if content.distinct < content.filled or not all(map(str.isdigit, content.sample)):
        return False
    numbers = [int(value) for value in content.sample]
    return max(numbers) - min(numbers) <= 2 * content.filled
