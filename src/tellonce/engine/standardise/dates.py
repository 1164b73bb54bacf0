"""Dates as people write them: the order of day and month is decided per column, by evidence."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.placeholders import Placeholder
from tellonce.engine.standardise.plain_dates import plain_dates
from tellonce.engine.standardise.text import FEW, fold, map_distinct, map_parts

OLDEST = 1870
NEWEST = 2100
# A column in which so many dates, and such a share of them, are older is of people of the past.
EARLIEST, LEAST_PAST, LEAST_PAST_SHARE = 1000, 20, 0.1
_PIVOT = 30  # two-digit years up to this one are of this century; the engine has no clock
_EXCEL_EPOCH = date(1899, 12, 30)

_YEAR_FIRST = re.compile(r"^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?:[T ].*)?$")
_YEAR_LAST = re.compile(r"^(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d{2})(?:[T ,].*)?$")
_YEAR_ENDS = re.compile(r"^(?:\d{1,2}[-/. ]+){2}(\d{4})$")
_YEAR_MONTH = re.compile(r"^(\d{4})[-/.](\d{1,2})$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[-/.](\d{4})$")
_DIGITS = re.compile(r"^\d{4,8}$")
_YEAR_ONLY = re.compile(r"(?<!\d)(18[7-9]\d|19\d{2}|20\d{2})(?!\d)")
_MISREAD = str.maketrans("OoQDIl|iZSsBGgr", "000011112558661"[:15])
_MONTH_NAMES = """jan january januar janvier enero stycznia styczen|
feb february februar fevrier febrero lutego luty|
mar march marz maerz mrz mars marzo marca marzec|apr april avril abril kwietnia kwiecien|
may mai mayo maja maj|jun june juni juin junio czerwca czerwiec|
jul july juli juillet julio lipca lipiec|
aug august aout agosto sierpnia sierpien|sep sept september septembre septiembre wrzesnia wrzesien|
oct october okt oktober octobre octubre pazdziernika pazdziernik|
nov november novembre noviembre listopada listopad|
dec december dez dezember decembre diciembre grudnia grudzien"""
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split("|"), start=1)
    for name in names.split()
}


@dataclass(frozen=True)
class DateOrder:
    """How the numbers of a column's dates are to be read.

    day_first  in 03/04/1980 the third of April
    sure       the column itself shows it (some value has a part above 12, and hardly any disagrees)
    packed     order of eight bare digits: "ymd", "dmy" or "mdy"
    oldest     the first year that is believed
    """

    day_first: bool
    sure: bool
    packed: str = "ymd"
    oldest: int = OLDEST


@dataclass(frozen=True)
class Dates:
    """A column of dates read: ISO 8601 text (shortened where partial), doubt, what was refused."""

    iso: pa.Array
    ambiguous: pa.Array
    refused: list[Placeholder]


def date_order(values: Iterable[str], region: str | None, day_first: bool | None) -> DateOrder:
    """Return the order of a column's dates from its distinct values.

    `day_first` given wins; then parts above 12; then dots or a country other than the USA mean
    day first.
    """
    values = list(values)
    oldest = _oldest(values)
    first = second = dots = slashes = 0
    packed: Counter[str] = Counter({"ymd": 0})
    for value in values:
        if match := _YEAR_LAST.match(value):
            first += int(match[1]) > 12
            second += int(match[2]) > 12
            dots += "." in value
            slashes += "/" in value
        elif len(value) == 8 and value.isdecimal():
            packed.update(order for order in ("ymd", "dmy", "mdy") if _possible(value, order))
    order = _packed_order(packed, day_first if day_first is not None else region != "US")
    if day_first is not None:
        return DateOrder(day_first, True, order, oldest)
    if first or second:
        sure = min(first, second) * 10 <= max(first, second)
        return DateOrder(first >= second, sure, order, oldest)
    if order != "ymd" and packed["dmy"] != packed["mdy"]:
        return DateOrder(order == "dmy", True, order, oldest)
    month_first = region == "US" or (region is None and slashes > dots)
    return DateOrder(not month_first, False, order, oldest)


def _oldest(values: list[str]) -> int:
    """The first year to believe: EARLIEST where many years are older than a living person's."""
    found = (_YEAR_FIRST.match(value) or _YEAR_ENDS.match(value) for value in values)
    years = [int(match[1]) for match in found if match]
    past = sum(EARLIEST <= year < OLDEST for year in years)
    return EARLIEST if past >= max(LEAST_PAST, LEAST_PAST_SHARE * len(years)) else OLDEST


def _packed_order(packed: Counter[str], day_first: bool) -> str:
    """Return the order of eight digits most values allow; of equals year first, then the usual."""
    preferred = ("ymd", "dmy", "mdy") if day_first else ("ymd", "mdy", "dmy")
    most = max(packed.values())
    return next(name for name in preferred if packed[name] == most)


def read_dates(column: pa.Array, order: DateOrder, attribute: str = "birth_date") -> Dates:
    """Return a column of date texts as ISO dates; impossible parts are dropped and counted."""
    if len(column) <= FEW:
        return _read_few(column.to_pylist(), order, attribute)
    coded = column.dictionary_encode()
    plain, swappable = plain_dates(
        coded.dictionary, years=(order.oldest, NEWEST), day_first=order.day_first, sure=order.sure
    )
    rest = pc.if_else(plain.is_valid(), None, coded.dictionary)
    iso, unsure, bad = map_parts(rest, lambda text: _read(text, order), 3)
    iso = pc.coalesce(plain, iso).take(coded.indices)
    unsure = pc.or_(swappable, unsure.is_valid()).take(coded.indices)
    impossible = pc.fill_null(bad.is_valid().take(coded.indices), False)
    refused = [
        Placeholder(attribute, entry["values"], entry["counts"], "is not a possible date")
        for entry in pc.value_counts(column.filter(impossible)).to_pylist()
    ]
    return Dates(iso, pc.fill_null(unsure, False), sorted(refused, key=_by_value))


def _read_few(values: list[str | None], order: DateOrder, attribute: str) -> Dates:
    """The same, value by value."""
    read = [(None, None, None) if text is None else _read(text, order) for text in values]
    wrong = Counter(text for text, one in zip(values, read, strict=True) if text and one[2])
    return Dates(
        pa.array([iso for iso, _, _ in read], pa.string()),
        pa.array([unsure is not None for _, unsure, _ in read], pa.bool_()),
        [
            Placeholder(attribute, text, count, "is not a possible date")
            for text, count in sorted(wrong.items())
        ],
    )


def read_date(text: str, order: DateOrder) -> str | None:
    """Return one date as ISO 8601, shortened where it is partial; None unless it is possible as
    it is written, without a guess at letters meant as digits or at parts that changed places
    (13/01/1980 where the column surely has the month first).
    """
    parts = _parts(text, order)
    if parts is None or parts[1] > 12 or _changed_places(text, order):
        return None
    iso, _, impossible = _read(text, order)
    return None if impossible else iso


def year_out_of_reach(text: str, order: DateOrder) -> int | None:
    """The year of a day of the calendar, plainly written, that is before `order.oldest` or after
    NEWEST; None of anything else.
    """
    parts = None if len(text) == 5 else _parts(text, order)  # five digits count days
    if parts is None:
        return None
    year, month, day, _ = parts
    if order.oldest <= year <= NEWEST or not 1 <= month <= 12 or _changed_places(text, order):
        return None
    return year if 1 <= day <= calendar.monthrange(max(year, 1), month)[1] else None


def _changed_places(text: str, order: DateOrder) -> bool:
    """Whether a date is possible only with day and month in another order than the column's."""
    if len(text) == 8 and text.isdecimal():
        told = order.sure or order.packed == "ymd"  # nobody writes year, day, month
        other = _other_order(text, order.packed)
        return told and other != order.packed and not _possible(text, order.packed)
    match = _YEAR_LAST.match(text)
    if match is None or not order.sure:
        return False
    one, two = int(match[1]), int(match[2])
    return two > 12 >= one if order.day_first else one > 12 >= two


def _by_value(one: Placeholder) -> str:
    return one.value


def _read(text: str, order: DateOrder) -> tuple[str | None, str | None, str | None]:
    """Return (ISO date, "?" if day and month might be swapped, "!" if some part was impossible)."""
    parts = _parts(text, order) or _parts(text.translate(_MISREAD), order)
    if parts is None:
        found = _YEAR_ONLY.search(text)
        return (found[1] if found else None), None, "!"
    year, month, day, swappable = parts
    if not order.oldest <= year <= NEWEST:
        return None, None, "!"
    if month == 0:
        return f"{year:04d}", None, None
    if month > 12 >= day > 0:
        month, day = day, month
    if not 1 <= month <= 12:
        return f"{year:04d}", None, "!"
    if day == 0:
        return f"{year:04d}-{month:02d}", None, None
    if day > calendar.monthrange(year, month)[1]:
        return f"{year:04d}-{month:02d}", None, "!"
    open_order = swappable and not order.sure and day <= 12 and day != month
    return f"{year:04d}-{month:02d}-{day:02d}", "?" if open_order else None, None


def _parts(text: str, order: DateOrder) -> tuple[int, int, int, bool] | None:
    """Return (year, month, day, whether the order of day and month was a choice); 0 is not told."""
    if match := _YEAR_FIRST.match(text):
        return int(match[1]), int(match[2]), int(match[3]), False
    if match := _YEAR_LAST.match(text):
        one, two = int(match[1]), int(match[2])
        if one > 12 >= two or (order.day_first and two <= 12):
            return _year(match[3]), two, one, True
        return _year(match[3]), one, two, True
    if _DIGITS.match(text):
        return _packed(text, order)
    if match := _YEAR_MONTH.match(text):
        return int(match[1]), int(match[2]), 0, False
    if match := _MONTH_YEAR.match(text):
        return int(match[2]), int(match[1]), 0, False
    return _worded(text)


def _packed(text: str, order: DateOrder) -> tuple[int, int, int, bool] | None:
    if len(text) == 8:
        name = order.packed if _possible(text, order.packed) else _other_order(text, order.packed)
        return (*_cut(text, name), False)
    if len(text) == 4:
        return int(text), 0, 0, False
    if len(text) == 6 and OLDEST <= int(text[:4]) <= NEWEST and int(text[4:]) <= 12:
        return int(text[:4]), int(text[4:]), 0, False
    if len(text) == 6:
        return _year(text[:2]), int(text[2:4]), int(text[4:]), False
    if len(text) == 5:
        day = _EXCEL_EPOCH + timedelta(days=int(text))
        return day.year, day.month, day.day, False
    return None


def _other_order(text: str, usual: str) -> str:
    """Only a day and month that were swapped are read otherwise than the column."""
    swapped = {"ymd": "ydm", "dmy": "mdy", "mdy": "dmy"}[usual]
    return swapped if _possible(text, swapped) else usual


def _cut(text: str, order: str) -> tuple[int, int, int]:
    if order == "ymd":
        return int(text[:4]), int(text[4:6]), int(text[6:])
    if order == "ydm":
        return int(text[:4]), int(text[6:]), int(text[4:6])
    if order == "dmy":
        return int(text[4:]), int(text[2:4]), int(text[:2])
    return int(text[4:]), int(text[:2]), int(text[2:4])


def _possible(text: str, order: str) -> bool:
    year, month, day = _cut(text, order)
    if not (OLDEST <= year <= NEWEST and 1 <= month <= 12 and day >= 1):
        return False
    return day <= calendar.monthrange(year, month)[1]


def _worded(text: str) -> tuple[int, int, int, bool] | None:
    """17 May 1980, May 17, 1980, 17-MAY-80, 5. maja 1980, May 1980."""
    words = fold(text).split()
    month = next((_MONTHS[word] for word in words if word in _MONTHS), 0)
    numbers = [re.sub(r"(?:st|nd|rd|th)$", "", word) for word in words if word not in _MONTHS]
    numbers = [number for number in numbers if number.isdecimal()]
    if not month or not numbers:
        return None
    year = next((number for number in numbers if len(number) == 4), None)
    if year is None and len(numbers) > 1:
        year = numbers[-1]
    if year is None:
        return None
    numbers.remove(year)
    return _year(year), month, int(numbers[0]) if numbers else 0, False


def _year(text: str) -> int:
    number = int(text)
    if len(text) > 2:
        return number
    return number + (2000 if number <= _PIVOT else 1900)


def without_defaults(iso: pa.Array, weak_share: float) -> tuple[pa.Array, list[Placeholder]]:
    """Return ISO birth dates with suspiciously common ones weakened, and what was found.

    A day of the year held by more than `weak_share` of at least 30 full dates is a default, so only
    the year stays. A single date held by 20 records and 2 % of a column of at least 50 different
    dates stands for nothing.
    """
    found: list[Placeholder] = []
    if len(iso) < 30:
        return iso, found
    full = iso.filter(pc.fill_null(pc.equal(pc.utf8_length(iso), 10), False))
    if len(full) < 30:
        return iso, found
    for entry in _counts(full):
        if entry[1] >= 20 and entry[1] >= 0.02 * len(full) and len(pc.unique(full)) >= 50:
            found.append(Placeholder("birth_date", entry[0], entry[1], "is far too common"))
            iso = pc.if_else(pc.equal(iso, entry[0]), None, iso)
    for day, count in _counts(pc.utf8_slice_codeunits(full, 5, 10)):
        if count > weak_share * len(full):
            found.append(
                Placeholder("birth_date", f"....-{day}", count, "looks like a default day")
            )
            weak = pc.fill_null(pc.equal(pc.utf8_slice_codeunits(iso, 5), day), False)
            iso = pc.if_else(weak, pc.utf8_slice_codeunits(iso, 0, 4), iso)
    return iso, found


def _counts(values: pa.Array) -> list[tuple[str, int]]:
    counted = pc.value_counts(values)
    common = counted.filter(pc.greater_equal(counted.field("counts"), 20)).to_pylist()
    return sorted((entry["values"], entry["counts"]) for entry in common)


def join_parts(year: pa.Array, month: pa.Array, day: pa.Array) -> pa.Array:
    """Return ISO-like text of separate year, month and day columns (month names are understood).

    A part that is missing shortens the date; what is impossible is left for `read_dates` to refuse.
    """
    years = map_distinct(year, _year_text)
    months = map_distinct(month, _month_text)
    days = map_distinct(day, _day_text)
    whole = pc.binary_join_element_wise(years, months, days, "-")
    return pc.coalesce(whole, pc.binary_join_element_wise(years, months, "-"), years)


def _year_text(text: str) -> str | None:
    return f"{_year(text):04d}" if text.isdecimal() and len(text) in {2, 4} else None


def _month_text(text: str) -> str | None:
    number = _MONTHS.get(fold(text)) or (int(text) if text.isdecimal() else 0)
    return f"{number:02d}" if 0 < number <= 31 else None


def _day_text(text: str) -> str | None:
    return f"{int(text):02d}" if text.isdecimal() and 0 < int(text) <= 31 else None


def read_times(column: pa.Array | pa.ChunkedArray, text: pa.Array, order: DateOrder) -> pa.Array:
    """Return timestamps in UTC of when each record was last true; null if not understood."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        return whole.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")) if not _zone(kind) \
            else whole.cast(pa.timestamp("us", "UTC"))  # fmt: skip
    coded = text.dictionary_encode()
    times = [_time(value, order) for value in coded.dictionary.to_pylist()]
    return pa.array(times, pa.timestamp("us", "UTC")).take(coded.indices)


def _zone(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) and kind.tz is not None


def _time(text: str, order: DateOrder) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        iso = _read(text, order)[0]
        if iso is None or len(iso) < 10:
            return None
        moment = datetime.fromisoformat(iso)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
