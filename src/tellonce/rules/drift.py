"""What changed between two profiles of one source, one plain sentence each.

A sentence is written only where chance does not explain the difference (`chances.py`). Two
deliveries of one source share most of their rows, so these tests, which take the rows as
independent, are careful rather than rash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tellonce.rules.chances import apart, moved, sprang_up
from tellonce.rules.profile_types import MEDIAN, QUANTILES, Counted, FieldProfile, Profile, Range

KINDS = (
    "volume", "field_gone", "field_new", "kind", "fill", "placeholders", "format_new",
    "format_gone", "format_share", "value_new", "value_surge", "repeats", "range",
)  # fmt: skip
MARGIN = 0.01  # shares that differ by less are no news
_FEW = 30  # rows below which a source is not compared at all
_CLOSED = 30  # different values that a closed set may have
_TWICE = 2  # a volume is news where it doubled or halved
_MOST = 3  # sentences of one kind about a field


@dataclass(frozen=True)
class Drift:
    """One change: of which kind (`KINDS`), in which field (None: the whole source), the share or
    number before and after, and a sentence that holds no value of a record but for the middle of a
    range. `details` are the formats or values it is about, as far as the profiles hold them.
    """

    kind: str
    field: str | None
    sentence: str
    before: float
    after: float
    details: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)


def drift(before: Profile, after: Profile) -> tuple[Drift, ...]:
    """What changed from `before` to `after`: of the source, then field by field."""
    if before.rows < _FEW or after.rows < _FEW:
        return ()
    return tuple(_of_all(before, after))


def _of_all(before: Profile, after: Profile) -> Iterator[Drift]:
    yield from _volume(before.rows, after.rows)
    for field in before.fields:
        if field.filled and after.of(field.field) is None:
            sentence = f"{field.field} is gone; it was filled in {_share(field.fill)} of the rows."
            yield Drift("field_gone", field.field, sentence, field.fill, 0.0)
    for field in after.fields:
        earlier = before.of(field.field)
        if earlier is None:
            sentence = f"{field.field} is new, filled in {_share(field.fill)} of the rows."
            yield Drift("field_new", field.field, sentence, 0.0, field.fill)
        else:
            yield from _of_field(earlier, field)


def _volume(before: int, after: int) -> Iterator[Drift]:
    if before <= after < _TWICE * before or after <= before < _TWICE * after:
        return
    many = f"{after / before:.1f} times as many as" if after > before else ""
    change = many or f"{_share(1 - after / before)} fewer than"
    sentence = f"{after:,} rows are {change} the {before:,} before."
    yield Drift("volume", None, sentence, before, after)


def _of_field(before: FieldProfile, after: FieldProfile) -> Iterator[Drift]:
    yield from _fill(before, after)
    if min(before.filled, after.filled) < _FEW:
        return
    yield from _placeholders(before, after)
    formats = tuple(_formats(before, after))
    if formats and before.kind != after.kind:
        sentence = f"{after.field} held {_kind(before)} and now holds {_kind(after)}."
        yield Drift("kind", after.field, sentence, 0.0, 0.0, (before.kind, after.kind))
    yield from formats
    yield from _values(before, after)
    yield from _repeats(before, after)
    yield from _range(before, after)


def _fill(before: FieldProfile, after: FieldProfile) -> Iterator[Drift]:
    if moved((before.filled, before.rows), (after.filled, after.rows), MARGIN):
        sentence = (
            f"{after.field} is filled in {_share(after.fill)} of the rows; "
            f"it was in {_share(before.fill)}."
        )
        yield Drift("fill", after.field, sentence, before.fill, after.fill)


def _placeholders(before: FieldProfile, after: FieldProfile) -> Iterator[Drift]:
    old, new = (sum(one.rows for one in field.placeholders) for field in (before, after))
    if new > old and moved((old, before.filled), (new, after.filled), MARGIN):
        sentence = (
            f"{_share(new / after.filled)} of the values of {after.field} stand for nothing known; "
            f"{_share(old / before.filled)} did."
        )
        yield Drift(
            "placeholders", after.field, sentence, old / before.filled, new / after.filled
        )  # fmt: skip


def _kind(field: FieldProfile) -> str:
    return {"number": "numbers", "date": "dates", "empty": "nothing"}.get(field.kind, "text")


def _formats(before: FieldProfile, after: FieldProfile) -> Iterator[Drift]:
    new, gone, shifted = [], [], []
    for one in after.formats:
        earlier, sure = _rows_of(one.text, before.formats, before.formats_distinct)
        now_in = (one.rows, after.filled)
        if sure and not earlier:
            if one.rows >= 5 and sprang_up(one.rows, before.filled, after.filled):
                new.append(one)
        elif moved((earlier, before.filled), now_in, MARGIN) and (
            sure or earlier / before.filled < one.rows / after.filled
        ):
            shifted.append((one, earlier / before.filled))
    for one in before.formats:
        later, sure = _rows_of(one.text, after.formats, after.formats_distinct)
        if sure and not later and moved((one.rows, before.filled), (0, after.filled), MARGIN):
            gone.append(one)
    for one in new[:_MOST]:
        sentence = f"{after.field} has a new format {one.text} in {_rows(one.rows)}."
        yield _format(sentence, "format_new", after, one.text, (0.0, one.rows / after.filled))
    for one in gone[:_MOST]:
        share = one.rows / before.filled
        sentence = f"{after.field} no longer has the format {one.text}, which {_share(share)} had."
        yield _format(sentence, "format_gone", after, one.text, (share, 0.0))
    for one, share in [] if new or gone else shifted[:1]:
        now = one.rows / after.filled
        sentence = (
            f"{_share(now)} of the values of {after.field} have the format {one.text}; "
            f"{_share(share)} had."
        )
        yield _format(sentence, "format_share", after, one.text, (share, now))


def _format(
    sentence: str, kind: str, field: FieldProfile, text: str, shares: tuple[float, float]
) -> Drift:
    return Drift(kind, field.field, sentence, *shares, (text,))


def _rows_of(text: str, counted: Sequence[Counted], distinct: int) -> tuple[int, bool]:
    """The rows of a format or value, and whether they are known: what is not among the most
    frequent ones has at most the rows of the last of them.
    """
    for one in counted:
        if one.text == text:
            return one.rows, True
    if distinct <= len(counted):
        return 0, True
    return (counted[-1].rows if counted else 0), False


def _values(before: FieldProfile, after: FieldProfile) -> Iterator[Drift]:
    if is_closed(before):
        known = {one.text for one in before.top}
        new = [one for one in after.top if one.text not in known]
        rows = sum(one.rows for one in new)
        once = round((1 - before.repeated) * before.distinct)  # so many rows had a new value then
        if new and rows >= 5 and sprang_up(rows, before.filled, after.filled, once):
            number = f"{len(new)} new values" if len(new) > 1 else "a new value"
            sentence = f"{after.field}, always one of {len(known)}, has {number} in {_rows(rows)}."
            told = tuple(one.text for one in new)
            yield Drift("value_new", after.field, sentence, 0.0, rows / after.filled, told)
    for one in after.top[:1]:
        earlier, sure = _rows_of(one.text, before.top, before.distinct)
        if not before.top or earlier * after.filled >= one.rows * before.filled:
            continue
        if moved((earlier, before.filled), (one.rows, after.filled), 10 * MARGIN):
            old, new_share = earlier / before.filled, one.rows / after.filled
            sentence = (
                f"One value now stands in {_share(new_share)} of the filled rows of "
                f"{after.field}; it did in {'' if sure else 'at most '}{_share(old)}."
            )
            yield Drift("value_surge", after.field, sentence, old, new_share, (one.text,))


def is_closed(field: FieldProfile) -> bool:
    """Whether a field holds a few values over and over, all of which the profile tells."""
    return (
        field.distinct_exact
        and 1 < field.distinct <= min(_CLOSED, len(field.top))
        and field.filled >= 20 * field.distinct
    )


def _repeats(before: FieldProfile, after: FieldProfile) -> Iterator[Drift]:
    if before.repeated or not after.repeated or before.filled < 100:
        return
    values = max(1, round(after.repeated * after.distinct))
    if sprang_up(values, before.filled, after.filled):
        sentence = (
            f"{after.field} never repeated a value; now {values:,} of them come more than once."
        )
        yield Drift("repeats", after.field, sentence, 0.0, after.repeated)


def _range(before: FieldProfile, after: FieldProfile) -> Iterator[Drift]:
    """Numbers and birth dates; other dates move on with time, which is no news."""
    old, new = before.range, after.range
    if old is None or new is None or before.kind != after.kind:
        return
    if before.kind == "date" and after.attribute != "birth_date":
        return
    if apart(_gap(old, new), old.rows, new.rows):
        low, high = old.quantiles[MEDIAN], new.quantiles[MEDIAN]
        sentence = (
            f"The values of {after.field} have shifted: half of them are up to {high}; "
            f"it was up to {low}."
        )
        yield Drift("range", after.field, sentence, 0.0, _gap(old, new))


def _gap(old: Range, new: Range) -> float:
    """The least that the shares of the two below some point differ by, as their quantiles show."""
    points = [_sortable(one) for one in (*old.quantiles, *new.quantiles)]
    ours, theirs = ([_sortable(one) for one in found.quantiles] for found in (old, new))
    widest = 0.0
    for point in points:
        (low, high), (other_low, other_high) = _between(point, ours), _between(point, theirs)
        widest = max(widest, low - other_high, other_low - high)
    return widest


def _between(point: float, quantiles: Sequence[float]) -> tuple[float, float]:
    """Between which shares of the rows are up to `point`."""
    reached = [share for share, at in zip(QUANTILES, quantiles, strict=True) if at <= point]
    beyond = [share for share, at in zip(QUANTILES, quantiles, strict=True) if at > point]
    return (reached[-1] if reached else 0.0), (beyond[0] if beyond else 1.0)


def _sortable(told: str) -> float:
    """A number, or a date as the number its digits make."""
    bare = told.replace("-", "") if told.count("-") == 2 and told[0] != "-" else told
    return float(bare)


def _share(share: float) -> str:
    """A share in per cent, told so that little is not called nothing and most not all."""
    percent = 100 * share
    if 0 < percent < 0.1:
        return "under 0.1 %"
    if 99.9 < percent < 100:
        return "over 99.9 %"
    return f"{percent:.0f} %" if percent == round(percent) else f"{percent:.1f} %"


def _rows(rows: int) -> str:
    return f"{rows:,} row{'' if rows == 1 else 's'}"
