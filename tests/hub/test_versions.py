"""The numbered rules of `sources/versions.py`, one test a rule."""

from __future__ import annotations

from itertools import permutations

import pytest

from tellonce.hub.sources.versions import (
    ABSENT,
    Stamp,
    equals_latest,
    version_order,
    version_time,
    wins,
)

OLD, NEW = Stamp(1, b"a" * 16), Stamp(2, b"b" * 16)


def test_the_first_version_of_a_record_counts() -> None:
    assert wins(OLD, None)


def test_the_highest_source_version_counts_whatever_arrives_last() -> None:
    assert wins(NEW, OLD)
    assert not wins(OLD, NEW)


def test_equal_source_versions_are_told_apart_by_content_in_any_order() -> None:
    stamps = [Stamp(1, bytes([n]) * 16) for n in (3, 1, 2)]
    winners = set()
    for order in permutations(stamps):
        held = None
        for stamp in order:
            held = stamp if wins(stamp, held) else held
        winners.add(held)
    assert winners == {stamps[0]}


def test_without_versions_what_arrives_later_counts() -> None:
    assert wins(Stamp(None, b"a" * 16), Stamp(None, b"b" * 16))
    assert wins(Stamp(None, b"a" * 16), NEW)


def test_an_unversioned_row_repeats_only_the_latest() -> None:
    held = Stamp(None, b"a" * 16)
    assert equals_latest(Stamp(None, b"a" * 16), held)
    assert not equals_latest(Stamp(None, b"b" * 16), held)
    assert not equals_latest(Stamp(None, b"a" * 16), Stamp(None, b"a" * 16, deleted=True))


def test_a_deletion_by_absence_deletes_older_versions_only() -> None:
    absent = Stamp(2, ABSENT, deleted=True)
    assert wins(absent, OLD)
    assert not wins(absent, NEW)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("9", "10"),
        ("2024-01-31", "2024-02-01"),
        ("2024-02-01", "2024-02-01 00:00:01"),
        ("2024-02-01T12:00:00+02:00", "2024-02-01T11:00:00Z"),
        ("-5", "0"),
    ],
)
def test_source_versions_grow_as_numbers_and_as_times(earlier: str, later: str) -> None:
    assert version_order(earlier) < version_order(later)


@pytest.mark.parametrize("text", ["yesterday", "", "1.5", str(2**70)])
def test_what_is_neither_number_nor_time_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="source version"):
        version_order(text)


def test_a_number_is_not_taken_for_a_time() -> None:
    assert version_time("20240101") is None
