"""Times as files write them, read by the engine's rules for dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pyarrow as pa

from tellonce.engine.standardise.dates import date_order, read_dates

_CLOCK = re.compile(r"[T ,](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap])?\.?m?\.?\s*$", re.I)


def day_comes_first(column: pa.Array, region: str | None, told: bool | None) -> bool:
    """Whether 03/04/1980 is the third of April in this column of text."""
    values = [v for v in column.unique().to_pylist() if v]
    return date_order(values, region, told).day_first


def read_times(column: pa.Array, *, day_first: bool) -> list[datetime | None]:
    """A column of text as moments in UTC (where it names no zone too); None where unreadable.

    Each distinct value is read once.
    """
    coded = column.dictionary_encode()
    order = date_order([], None, day_first)
    texts = coded.dictionary.to_pylist()
    moments = _moments(texts, read_dates(coded.dictionary, order).iso.to_pylist())
    return [None if i is None else moments[i] for i in coded.indices.to_pylist()]


def _moments(texts: list[str], dates: list[str | None]) -> list[datetime | None]:
    return [_moment(text, iso) for text, iso in zip(texts, dates, strict=True)]


def _moment(text: str, iso: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        if iso is None or len(iso) < 10:
            return None
        moment = datetime.fromisoformat(iso) + _clock(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clock(text: str) -> timedelta:
    match = _CLOCK.search(text)
    if match is None:
        return timedelta()
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    try:
        time(hour, minute, second)
    except ValueError:
        return timedelta()
    return timedelta(hours=hour, minutes=minute, seconds=second)
