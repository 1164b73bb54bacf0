"""Rules about two fields of a row, which a profile alone cannot show: these look at the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.dates import DateOrder, read_dates
from tellonce.engine.standardise.headers import slug
from tellonce.engine.standardise.text import as_text
from tellonce.rules.candidates import FEW, Candidate, closed_values, is_category, is_key
from tellonce.rules.checks.sets import quoted
from tellonce.rules.numbers_read import numbers_of
from tellonce.rules.profile_types import FieldProfile, Profile

Floats = npt.NDArray[np.float64]

_HOLDS = 0.99  # of the rows an order must hold in to be meant
_ALWAYS, _NEVER = 0.995, 0.005  # filled where a condition holds, and elsewhere
_MOST_DEPENDENT = 6  # fields that hang on one; more show that several kinds of rows are pooled
_MOST_DATES, _MOST_NUMBERS, _MOST_KEYS = 12, 12, 6


def candidates_beside(
    rows: pa.Table, profile: Profile, orders: dict[str, DateOrder]
) -> Iterator[Candidate]:
    """Orders of dates and of numbers, fields filled under a condition, keys of two fields.

    `orders` says how the dates of a header are read.
    """
    if rows.num_rows < FEW:
        return
    yield from _date_orders(rows, profile, orders)
    yield from _number_orders(rows, profile)
    yield from _conditional(rows, profile)
    yield from _composite_keys(rows, profile)


def _date_orders(
    rows: pa.Table, profile: Profile, orders: dict[str, DateOrder]
) -> Iterator[Candidate]:
    dated = [one for one in profile.fields if one.kind == "date" and one.field in orders]
    days = {
        one.field: _days(rows[one.field], orders[one.field], one.attribute or "observed_at")
        for one in dated[:_MOST_DATES]
    }
    pairs = []
    for left, right in combinations(dated[:_MOST_DATES], 2):
        for one, other in ((left, right), (right, left)):
            if _kept_by_machine(other) and _born(one):
                continue
            if _is_order(days[one.field], days[other.field], born=_born(one)):
                pairs.append((one.field, other.field))
    for early, late in _direct(pairs):
        share = _share_in_order(days[early], days[late])
        yield Candidate(late, f"not before {early}", f"true of {100 * share:.1f} % of the rows")


def _born(field: FieldProfile) -> bool:
    return field.attribute == "birth_date"


def _kept_by_machine(field: FieldProfile) -> bool:
    """Whether a date only says when the record was written: that follows from nothing in it."""
    return field.attribute == "observed_at" or bool(
        set(slug(field.field).split("_")) & {"updated", "modified", "changed", "loaded", "inserted"}
    )


def _days(column: pa.ChunkedArray, order: DateOrder, attribute: str) -> Floats:
    """The days of a column as numbers, NaN where there is none."""
    iso = read_dates(as_text(column), order, attribute).iso
    whole = pc.fill_null(pc.equal(pc.utf8_length(iso), 10), False)
    days = pc.if_else(whole, iso, None).cast(pa.date32()).cast(pa.int32()).cast(pa.float64())
    found: Floats = days.to_numpy(zero_copy_only=False)
    return found


def _is_order(one: Floats, other: Floats, *, born: bool = False) -> bool:
    """Whether `one` is hardly ever above `other`, mostly below it, and not merely because all of
    one lies before all of the other (births come first even so).
    """
    both = ~np.isnan(one) & ~np.isnan(other)
    if both.sum() < FEW:
        return False
    one, other = one[both], other[both]
    if np.mean(one <= other) < _HOLDS or np.mean(one < other) < 0.5:
        return False
    return born or bool(np.quantile(one, 0.95) > np.quantile(other, 0.05))


def _share_in_order(one: Floats, other: Floats) -> float:
    both = ~np.isnan(one) & ~np.isnan(other)
    return float(np.mean(one[both] <= other[both]))


def _direct(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Orders that do not follow from two others."""
    known = set(pairs)
    for one, other in pairs:
        between = (middle for _, middle in pairs if middle not in (one, other))
        if not any((one, middle) in known and (middle, other) in known for middle in between):
            yield one, other


def _number_orders(rows: pa.Table, profile: Profile) -> Iterator[Candidate]:
    """Of numbers whose headers share a word, such as product cost and product price."""
    numeric = [one for one in profile.fields if one.kind == "number" and not is_key(one)]
    numbers = {one.field: numbers_of(as_text(rows[one.field])) for one in numeric[:_MOST_NUMBERS]}
    for left, right in combinations(numeric[:_MOST_NUMBERS], 2):
        if not set(slug(left.field).split("_")) & set(slug(right.field).split("_")):
            continue
        for one, other in ((left.field, right.field), (right.field, left.field)):
            if _is_order(numbers[one], numbers[other]):
                share = _share_in_order(numbers[one], numbers[other])
                why = f"true of {100 * share:.1f} % of the rows"
                yield Candidate(other, f"at least {one}", why)


def _conditional(rows: pa.Table, profile: Profile) -> Iterator[Candidate]:
    """Fields that are filled where another one has certain values, and nowhere else."""
    partly = [one for one in profile.fields if 0.01 < one.fill < 0.99]
    found: dict[str, list[Candidate]] = {}
    explained: set[str] = set()
    for field in profile.fields:
        values = [one.text for one in closed_values(field)] if is_category(field) else []
        if not 2 <= len(values) <= 8:
            continue
        said = as_text(rows[field.field])
        for other in partly:
            if other.field == field.field or other.field in explained:
                continue
            having = _filled_where(said, as_text(rows[other.field]), values)
            if having:
                explained.add(other.field)
                found.setdefault(field.field, []).append(_when(other.field, field.field, having))
    for dependent in found.values():
        if len(dependent) <= _MOST_DEPENDENT:
            yield from dependent


def _filled_where(said: pa.Array, other: pa.Array, values: Sequence[str]) -> list[str]:
    """The values at which `other` is filled; [] where that is not clear-cut."""
    filled = other.is_valid().to_numpy(zero_copy_only=False)
    having = []
    for value in values:
        here = pc.fill_null(pc.equal(said, value), False).to_numpy(zero_copy_only=False)
        share = float(filled[here].mean()) if here.sum() >= FEW else 0.5
        if share >= _ALWAYS:
            having.append(value)
        elif share > _NEVER:
            return []
    return having if 0 < len(having) < len(values) else []


def _when(field: str, other: str, values: list[str]) -> Candidate:
    one = len(values) == 1
    listed = quoted(values[0]) if one else f"one of [{', '.join(map(quoted, values))}]"
    why = f"it is filled where {other} is {' or '.join(values)}, and nowhere else"
    return Candidate(field, "required", why, (("when", f"{other} is {listed}"),))


def _composite_keys(rows: pa.Table, profile: Profile) -> Iterator[Candidate]:
    """The first two fields that together tell every row, where no single one does."""
    keys = [one for one in profile.fields if one.fill == 1 and _part_of_key(one)]
    if any(one.distinct == one.rows for one in keys):
        return
    codes = {one.field: _codes(as_text(rows[one.field])) for one in keys[:_MOST_KEYS]}
    pairs = sorted(combinations(keys[:_MOST_KEYS], 2), key=lambda pair: all(map(is_key, pair)))
    for left, right in pairs:  # first those with a line of an order
        if left.distinct * right.distinct < rows.num_rows:
            continue
        together = codes[left.field] * (codes[right.field].max() + 1) + codes[right.field]
        if len(np.unique(together)) == rows.num_rows:
            why = "both together tell every row"
            yield Candidate(
                left.field, f"unique with {right.field}", why, (("severity", "high"),), least=0.98
            )
            return


def _part_of_key(field: FieldProfile) -> bool:
    words = set(slug(field.field).split("_"))
    return is_key(field) or bool(words & {"line", "item", "position", "pos"})


def _codes(text: pa.Array) -> npt.NDArray[np.int64]:
    codes: npt.NDArray[np.int64] = (
        text.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    )
    return codes
