"""What the values of a column look like: shares over a sample that no row order can change."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.model.hashing import FILE_HASH_KEY, hash64
from tellonce.engine.standardise.dates import EARLIEST, OLDEST, date_order, read_dates
from tellonce.engine.standardise.genders import display_gender
from tellonce.engine.standardise.names import TITLES
from tellonce.engine.standardise.organisations import looks_like_organisation
from tellonce.engine.standardise.places import country_code
from tellonce.engine.standardise.text import fold
from tellonce.engine.standardise.variants import is_given_name

SAMPLE = 2000
_EMAIL = re.compile(r"^\S+@\S+\.\S+$")
_PHONE = re.compile(r"^\+?[\d\s().\-/]{7,20}$")
_DATE_LIKE = re.compile(
    r"^\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|^\d{8}$|[A-Za-z]{3,9}.*\d{4}|^\d{1,2}.*[A-Za-z]{3}"
)
_NUMBER = re.compile(r"^-?\d+(?:[.,]\d+)?$")
_ENTITY = re.compile(
    r"^(?:p|o|person|individual|organi[sz]ation|company|business|firma|osoba.*|privat.*|unternehmen|c|b|i)$",
    re.I,
)


@dataclass(frozen=True)
class Content:
    """A column as text without placeholders, with the counts that recognition goes by.

    rows, filled and distinct are counts; `sample` holds at most SAMPLE different values, sorted,
    and `counts` in how many rows each of them stands.
    """

    text: pa.Array
    rows: int
    filled: int
    distinct: int
    sample: tuple[str, ...]
    counts: tuple[int, ...] = ()

    @property
    def fill(self) -> float:
        """Share of rows with a value, 0 where there are no rows."""
        return self.filled / self.rows if self.rows else 0.0

    def share(self, test: Callable[[str], bool]) -> float:
        """Share of the sampled values that pass a test, 0 where there are none."""
        return sum(map(test, self.sample)) / len(self.sample) if self.sample else 0.0

    def share_of_rows(self, test: Callable[[str], bool]) -> float:
        """Share of the rows with a sampled value whose value passes a test, 0 where there are none:
        a few errors are most of the different values where there are but twelve right ones.
        """
        passed = sum(n for value, n in zip(self.sample, self.counts, strict=True) if test(value))
        return passed / max(sum(self.counts), 1)


def content_of(text: pa.Array) -> Content:
    """Return the content of a trimmed text column."""
    counted = pc.value_counts(text.drop_null())
    different = counted.field("values")
    sample, counts = _sample(different, counted.field("counts"))
    return Content(text, len(text), len(text) - text.null_count, len(different), sample, counts)


def _sample(different: pa.Array, counts: pa.Array) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """At most SAMPLE of the values, with their counts: those of the smallest hashes, so that order
    changes nothing.
    """
    if len(different) > SAMPLE:
        smallest = np.argpartition(hash64(different, FILE_HASH_KEY), SAMPLE)[:SAMPLE]
        different, counts = (column.take(pa.array(smallest)) for column in (different, counts))
    found = sorted(zip(different.to_pylist(), counts.to_pylist(), strict=True))
    return tuple(value for value, _n in found), tuple(n for _value, n in found)


def looks_like_email(value: str) -> bool:
    return _EMAIL.match(value) is not None


def looks_like_phone(value: str) -> bool:
    return _PHONE.match(value) is not None and sum(map(str.isdigit, value)) >= 7


def looks_like_written_phone(value: str) -> bool:
    """A phone number by its plus, brackets or grouping, not just any long number."""
    return looks_like_phone(value) and not value.isdigit() and not _DATE_LIKE.match(value) \
        and (value[0] in "+(" or len(re.findall(r"\d+", value)) >= 3)  # fmt: skip


def looks_like_name(value: str) -> bool:
    letters = sum(map(str.isalpha, value))
    return letters * 2 >= len(value) and "@" not in value and len(value) <= 80


def looks_like_given_name(value: str) -> bool:
    words = fold(value).split()
    return 0 < len(words) <= 2 and is_given_name(words[0])


def looks_like_person(value: str) -> bool:
    """Two to five words, one of them a known given name, nothing of an organisation."""
    words = fold(value).split()
    if not 2 <= len(words) <= 5 or any(map(str.isdigit, value)) or looks_like_organisation(value):
        return False
    return any(is_given_name(word) for word in words)


def looks_like_number(value: str) -> bool:
    return _NUMBER.match(value) is not None


def birth_dates(content: Content) -> float:
    """Share of the sample that reads as full dates of people: years from OLDEST, spread over
    decades.
    """
    if content.share(lambda value: _DATE_LIKE.match(value) is not None) < 0.9:
        return 0.0
    order = date_order(content.sample, None, None)
    years = [int(iso[:4]) for iso in _iso(content, order) if iso and len(iso) == 10]
    if len(years) < 5 or max(years) - min(years) < 25:
        return 0.0
    years.sort()
    return len(years) / len(content.sample) if years[len(years) // 2] <= 2005 else 0.0


def years_of_people(content: Content) -> bool:
    """Return whether values are four-digit years that spread as those of people's births do."""
    years = sorted(int(value) for value in content.sample if _whole(value, OLDEST, 2100))
    if len(years) < 30 or len(years) < 0.95 * len(content.sample):
        return False
    return years[-1] - years[0] >= 60 and years[len(years) // 2] <= 1995


def _iso(content: Content, order: object) -> list[str | None]:
    column = pa.array(content.sample, pa.string())
    iso: list[str | None] = read_dates(column, order).iso.to_pylist()  # type: ignore[arg-type]
    return iso


def _whole(value: str, low: int, high: int) -> bool:
    return value.isdigit() and len(value) <= 4 and low <= int(value) <= high


def _within(value: str, most: float) -> bool:
    return looks_like_number(value) and abs(float(value.replace(",", "."))) <= most


def _looks_like_date(value: str) -> bool:
    return _DATE_LIKE.match(value) is not None or _whole(value, OLDEST, 2100) or (
        value.isdigit() and len(value) in {5, 6}
    )  # fmt: skip


def _has_digits(value: str) -> bool:
    return sum(map(str.isdigit, value)) >= 3


@lru_cache(maxsize=1)
def _tests() -> dict[str, tuple[Callable[[str], bool], float]]:
    """Return attribute -> (test of a value, share of the sample that must pass it)."""
    return {
        "email": (lambda value: "@" in value or _EMAIL.match(value) is not None, 0.3),
        "phone": (lambda value: 5 <= sum(map(str.isdigit, value)) <= 24, 0.5),
        "birth_date": (_looks_like_date, 0.4),
        "observed_at": (_looks_like_date, 0.5),
        "birth_year": (lambda value: _whole(value, EARLIEST, 2100) or _whole(value, 0, 99), 0.5),
        "birth_month": (lambda value: _whole(value, 1, 12) or value.isalpha(), 0.5),
        "birth_day": (lambda value: _whole(value, 1, 31), 0.5),
        "age": (lambda value: _whole(value, 0, 125), 0.5),
        "gender": (lambda value: display_gender(value) is not None, 0.3),
        "country": (lambda value: country_code(value) is not None or value.isalpha(), 0.2),
        "postal_code": (lambda value: any(map(str.isdigit, value)), 0.4),
        "house_number": (lambda value: any(map(str.isdigit, value)), 0.4),
        "title": (
            lambda value: fold(value).split()[:1] != [] and fold(value).split()[0] in TITLES,
            0.3,
        ),
        "entity": (lambda value: _ENTITY.match(value) is not None, 0.6),
        "given_name": (looks_like_name, 0.5),
        "middle_name": (looks_like_name, 0.5),
        "family_name": (looks_like_name, 0.5),
        "former_name": (looks_like_name, 0.5),
        "full_name": (looks_like_name, 0.5),
        "name": (looks_like_name, 0.3),
        "city": (looks_like_name, 0.4),
        "latitude": (lambda value: _within(value, 90), 0.95),
        "longitude": (lambda value: _within(value, 180), 0.95),
        "identifier": (_has_digits, 0.5),
    }


def supports(attribute: str, content: Content) -> bool:
    """Return whether the values of a column can be of the attribute its header names: enough of the
    different ones, or enough of all.
    """
    found = _tests().get(attribute.partition(":")[0])
    if found is None or not content.sample:
        return True
    test, least = found
    return content.share(test) >= least or content.share_of_rows(test) >= least
