"""A profile in a terminal: a line or a few for each field, with bars of blocks."""

from __future__ import annotations

from collections.abc import Iterator

from tellonce.cli.output import show
from tellonce.rules.profile_page import different_words, doubts, recognised_words
from tellonce.rules.profile_types import FieldProfile, Profile

_BAR = 10  # characters
_TOP = 3
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_TALL = "▁▂▃▄▅▆▇█"


def show_fields(found: Profile) -> None:
    """Print what every field looks like."""
    width = min(32, max((len(field.field) for field in found.fields), default=0))
    for field in found.fields:
        for line in field_lines(field, width):
            show(line)


def field_lines(field: FieldProfile, width: int) -> Iterator[str]:
    """A field in a terminal: a bar of how much is filled, what it holds, then what stands out."""
    head = f"{field.field[:width].ljust(width)}  {bar(field.fill)} {percent(field.fill).rjust(5)}"
    if not field.filled:
        yield f"{head}  never filled"
        return
    yield f"{head}  {recognised_words(field)}; {different_words(field)}"
    inner = " " * (width + 2)
    told = [f"{one.text} {percent(one.rows / field.filled)}" for one in field.formats[:_TOP]]
    yield f"{inner}formats: {' · '.join(told)}{_more(field.formats_distinct - _TOP)}"
    if field.range is not None and field.range.low:
        yield f"{inner}from {field.range.low} to {field.range.high}  {_spark(field)}"
    elif field.top and field.distinct < field.filled:
        told = [f"{one.text[:30]} {percent(one.rows / field.filled)}" for one in field.top[:_TOP]]
        yield f"{inner}most: {' · '.join(told)}{_more(field.distinct - _TOP)}"
    for sentence in doubts(field):
        yield f"{inner}! {sentence}"


def _more(number: int) -> str:
    return f" · {number:,} more" if number > 0 else ""


def percent(share: float) -> str:
    told = f"{share:.0%}"
    if told == "100%" and share < 1:
        told = "<100%"
    if told == "0%" and share > 0:
        told = ">0%"
    return told


def bar(share: float) -> str:
    """A share as `_BAR` characters of blocks."""
    eighths = round(share * _BAR * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[part] if part else "")).ljust(_BAR, "·")


def _spark(field: FieldProfile) -> str:
    """The histogram in one line of blocks."""
    bars = field.range.bars if field.range else ()
    most = max((one.rows for one in bars), default=1) or 1
    return "".join(_TALL[round(7 * one.rows / most)] for one in bars)


def spark_of_shares(shares: list[float]) -> str:
    """Shares over time in one line of blocks, from none to all."""
    return "".join(_TALL[round(7 * share)] for share in shares)
