"""Rules that cannot all hold: a value that passes one must fail another."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from tellonce.engine.standardise.dates import DateOrder
from tellonce.rules.checks.amounts import Amount, AmountBeside, Between
from tellonce.rules.checks.lists import SameAs
from tellonce.rules.checks.moments import Aged, Dated, DatedBeside, Within
from tellonce.rules.checks.patterns import Matches, matching
from tellonce.rules.checks.presence import Empty, Required
from tellonce.rules.checks.sets import OneOf
from tellonce.rules.checks.texts import Cased, Length
from tellonce.rules.types import NOTHING, Cell, Check, Rule

_CELL = Cell("", "", DateOrder(True, False), NOTHING)
_OPPOSITE = {"at least": "less than", "at most": "more than"}
_OPPOSITE |= {other: one for one, other in _OPPOSITE.items()}
_OTHER_SIDE = {"before": "not before", "after": "not after"}
_OTHER_SIDE |= {other: one for one, other in _OTHER_SIDE.items()}
_FLIPPED = {
    "before": "after", "after": "before", "not before": "not after", "not after": "not before",
}  # fmt: skip


def contradictions(rules: tuple[Rule, ...]) -> Iterator[tuple[int, int, str]]:
    """(place of the rule, place of an earlier one, what is wrong between them).

    Only rules are compared of which one is about all rows that the other one is about.
    """
    for place, rule in enumerate(rules):
        for earlier in range(place):
            why = _between(rules[earlier], rule)
            if why:
                yield place, earlier, why


def _between(one: Rule, other: Rule) -> str:
    alike = set(one.when) <= set(other.when) or set(other.when) <= set(one.when)
    if not alike:
        return ""
    if one.field != other.field:
        return _opposed(one, other)
    if one.check == other.check:
        if one.on_fail == other.on_fail and one.correction == other.correction:
            return ""  # told as the same rule twice, unless it is for other rows
        return (
            f"It asks the same, but there a failure means {one.on_fail}, and here {other.on_fail}."
        )
    clash = _clash(one.check, other.check) or _clash(other.check, one.check)
    return f"No value fulfils both: {clash}." if clash else ""


def _clash(one: Check, other: Check) -> str:
    """Why no value can pass both checks, "" where one can."""
    if isinstance(one, Required) and isinstance(other, Empty):
        return "one asks for a value, the other for none"
    if isinstance(one, OneOf) and one.wanted:
        return _of_set(one, other)
    if isinstance(one, Cased) and isinstance(other, Cased):
        return f"one asks for {one.case}, the other for {other.case}"
    if isinstance(one, Length) and isinstance(other, Length):
        return _apart((one.low, one.high), (other.low, other.high), "lengths")
    if isinstance(one, Amount | Between) and isinstance(other, Amount | Between):
        return _apart(_ends(one), _ends(other), "ranges")
    if isinstance(one, Amount | Between) and isinstance(other, Dated | Within | Aged):
        return "one asks for a number, the other for a date"
    if isinstance(one, Dated | Within) and isinstance(other, Dated | Within):
        return _days_apart(one, other)
    if isinstance(one, Matches) and isinstance(other, Matches):
        turned = one.pattern == other.pattern and one.wanted != other.wanted
        return "one asks for the pattern that the other does not allow" if turned else ""
    return _beside(one, other)


def _of_set(one: OneOf, other: Check) -> str:
    """Whether any of the listed values passes another check of the value alone."""
    if (
        isinstance(other, Required | Empty)
        or other.beside()
        or other.hints()
        or other.scope != "row"
    ):
        return ""
    if other.lacking(NOTHING):
        return ""
    if isinstance(other, Matches):
        passing = matching(pa.array(one.values, pa.string()), other.pattern).to_pylist()
        left = any(found == other.wanted for found in passing)
    else:
        left = any(other.judge(value, (), _CELL) is None for value in one.values)
    return "" if left else "none of the listed values is allowed by the other"


def _ends(check: Amount | Between) -> tuple[float, float | None]:
    if isinstance(check, Between):
        return check.low, check.high
    low = check.operator in ("at least", "more than")
    return (check.number, None) if low else (float("-inf"), check.number)


def _apart(one: tuple[float, float | None], other: tuple[float, float | None], what: str) -> str:
    low = max(one[0], other[0])
    highs = [end for end in (one[1], other[1]) if end is not None]
    return f"their {what} have nothing in common" if highs and low > min(highs) else ""


def _days_apart(one: Dated | Within, other: Dated | Within) -> str:
    lows, highs = [], []
    for check in (one, other):
        if isinstance(check, Within):
            lows.append(check.low)
            highs.append(check.high)
        else:
            (lows if check.side in ("after", "not before") else highs).append(check.day)
    for low in lows:
        for high in highs:
            if low.surely_after(high):
                return "their days have nothing in common"
    return ""


def _beside(one: Check, other: Check) -> str:
    """Two comparisons of a field with the same other one."""
    if isinstance(one, SameAs) and isinstance(other, SameAs) and one.other == other.other:
        return "one asks for the same, the other for something else"
    if isinstance(one, AmountBeside) and isinstance(other, AmountBeside):
        turned = other.operator == _OPPOSITE[one.operator]
        return (
            "one asks for more, the other for less" if one.other == other.other and turned else ""
        )
    if isinstance(one, DatedBeside) and isinstance(other, DatedBeside) and one.other == other.other:
        sides = {one.side, other.side}
        clash = sides in ({"before", "after"}, {one.side, _OTHER_SIDE[one.side]})
        return "one asks for an earlier day, the other for a later one" if clash else ""
    return ""


def _opposed(one: Rule, other: Rule) -> str:
    """A before B, and B before A."""
    first, second = one.check, other.check
    if not isinstance(first, DatedBeside) or not isinstance(second, DatedBeside):
        return ""
    if first.other != other.field or second.other != one.field:
        return ""
    turned = DatedBeside(_FLIPPED[second.side], first.other)
    clash = _beside(first, turned) if turned != first else ""
    return f"No row fulfils both: {clash}." if clash else ""
