"""Detectors judge histories: seeded troubles are found, and quiet histories stay quiet."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tellonce.hub.insight.troubles.quarantine import surge_of
from tellonce.hub.insight.troubles.refusals import too_many
from tellonce.hub.insight.troubles.silence import SEEN, in_words, longest_usual_silence
from tellonce.hub.insight.troubles.slowness import is_slow
from tellonce.hub.insight.troubles.volume import unusual_volume
from tellonce.hub.sources.rhythm import RunFact

MONDAY = datetime(2030, 1, 7, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEKS = 26


def rhythms(name: str, chance: random.Random) -> Iterator[datetime]:
    """Half a year of deliveries of a source with this rhythm."""
    for day in range(WEEKS * 7):
        begin = MONDAY + DAY * day
        weekday = begin.weekday()
        if name == "nightly" or (name == "working days" and weekday < 5):
            yield begin + 3 * HOUR + timedelta(minutes=chance.uniform(-30, 30))
        if name == "quarter-hourly":
            yield from (begin + timedelta(minutes=15 * n) for n in range(96))
        if name == "office hours" and weekday < 5:
            yield from (begin + HOUR * chance.uniform(8, 18) for _ in range(30))
        if name == "weekly" and weekday == 4:
            yield begin + HOUR * chance.uniform(9, 15)
        if name == "now and then":
            times = chance.choice((0, 1, 2))
            yield from (begin + HOUR * chance.uniform(0, 24) for _ in range(times))


def alarms(starts: list[datetime], until: datetime) -> list[datetime]:
    """When somebody who looks every four hours sees that the source has fallen silent."""
    found = []
    now, silent = starts[0], False
    while now < until:
        now += 4 * HOUR
        seen = starts[bisect_left(starts, now - SEEN) : bisect_right(starts, now)]
        usual = longest_usual_silence(seen, now) if seen else None
        is_silent = usual is not None and now - seen[-1] > usual
        if is_silent and not silent:
            found.append(now)
        silent = is_silent
    return found


RHYTHMS = ("nightly", "working days", "quarter-hourly", "office hours", "weekly")


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_half_a_year_of_a_steady_source_raises_no_alarm(rhythm: str) -> None:
    starts = sorted(rhythms(rhythm, random.Random(5)))
    assert alarms(starts[:: 8 if rhythm == "quarter-hourly" else 1], starts[-1]) == []


def test_a_source_that_delivers_by_chance_is_seldom_thought_silent() -> None:
    found = 0
    for seed in range(4):
        starts = sorted(rhythms("now and then", random.Random(seed)))
        found += len(alarms(starts, starts[-1]))
    assert found <= 4, "in two years"


@pytest.mark.parametrize(
    ("rhythm", "at_most"),
    [
        ("nightly", 2 * DAY),
        ("working days", 6 * DAY),
        ("quarter-hourly", DAY),
        ("office hours", 5 * DAY),
        ("weekly", 12 * DAY),
    ],
)
def test_a_source_that_stops_is_found_silent_in_time(rhythm: str, at_most: timedelta) -> None:
    starts = sorted(rhythms(rhythm, random.Random(6)))
    starts = starts[:: 8 if rhythm == "quarter-hourly" else 1]
    stops = MONDAY + 100 * DAY
    left = [start for start in starts if start < stops]
    (found,) = alarms(left, stops + 15 * DAY)
    assert found - left[-1] <= at_most


def test_one_outage_does_not_teach_that_it_is_usual() -> None:
    nightly = [MONDAY + DAY * n for n in range(60) if not 20 <= n < 30]
    usual = longest_usual_silence(nightly, nightly[-1])
    assert usual is not None
    assert usual < 3 * DAY


def test_a_rhythm_is_known_only_after_two_weekends_and_five_days() -> None:
    assert longest_usual_silence([MONDAY + DAY * n for n in range(14)], MONDAY) is None
    assert longest_usual_silence([MONDAY + 10 * DAY * n for n in range(4)], MONDAY) is None
    assert longest_usual_silence([MONDAY + DAY * n for n in range(17)], MONDAY) is not None


def days(counts: list[int], weekdays: bool = False) -> list[tuple[date, int]]:
    found = [(MONDAY + DAY * n).date() for n in range(len(counts) * 2)]
    found = [day for day in found if not weekdays or day.weekday() < 5]
    return list(zip(found, counts, strict=False))


def looked(history: list[tuple[date, int]]) -> float | None:
    last = history[-1][0]
    return unusual_volume(history, datetime(last.year, last.month, last.day, tzinfo=UTC) + DAY)


@pytest.mark.parametrize("last", [0, 90, 400, 2_600, 30_000])
def test_a_volume_out_of_proportion_is_found(last: int) -> None:
    chance = random.Random(1)
    usual = [int(chance.gauss(1_000, 60)) for _ in range(30)]
    found = looked(days([*usual, last]))
    assert found is not None
    assert 900 < found < 1_100


def volumes(name: str, chance: random.Random) -> list[tuple[date, int]]:
    found = []
    for n in range(WEEKS * 7):
        day = (MONDAY + DAY * n).date()
        weekend = day.weekday() >= 5
        if name == "steady":
            rows = chance.gauss(1_000, 80)
        elif name == "weekends":
            rows = chance.gauss(40 if weekend else 1_000, 10)
        elif name == "growing":
            rows = 200 * 1.01**n * chance.uniform(0.8, 1.25)
        elif name == "noisy":
            rows = chance.lognormvariate(6, 0.6)
        else:
            rows = chance.gauss(12, 4)  # small
        found.append((day, max(0, int(rows))))
    return found


@pytest.mark.parametrize("name", ["steady", "weekends", "growing", "noisy", "small"])
def test_half_a_year_of_usual_volumes_raises_hardly_an_alarm(name: str) -> None:
    found = 0
    for seed in range(3):
        history = volumes(name, random.Random(seed))
        found += sum(looked(history[max(0, n - 60) : n]) is not None for n in range(2, 183))
    assert found <= (3 if name == "noisy" else 0), "in a year and a half"


def test_a_volume_is_not_judged_before_it_is_known_or_long_after() -> None:
    assert looked(days([1_000] * 7 + [0])) is None
    history = days([1_000] * 30 + [0])
    assert unusual_volume(history, MONDAY + 60 * DAY) is None
    assert looked(days([1_000] * 30 + [985])) is None


def run(day: float, rows: int, bad: int) -> RunFact:
    return RunFact("crm", "records", True, MONDAY + DAY * day, rows, bad, "")


def test_a_surge_of_quarantine_is_found() -> None:
    before = [run(n, 1_000, 5) for n in range(20)]
    assert surge_of([*before, run(20, 1_000, 60)], MONDAY + 20 * DAY) == (1_000, 60, 101 / 20_020)
    in_small = [*before, *(run(20 + n / 96, 40, 6) for n in range(4))]
    assert surge_of(in_small, MONDAY + 21 * DAY) is not None
    assert surge_of([run(0, 300, 80)], MONDAY) is not None, "of a first delivery, too"
    assert surge_of([run(0, 0, 0)], MONDAY) is None
    assert surge_of([*before, run(20, 1_000, 60)], MONDAY + 30 * DAY) is None, "long ago"


def test_usual_quarantine_is_no_surge() -> None:
    chance = random.Random(2)
    found = 0
    for share in (0.0, 0.002, 0.03, 0.1):
        runs = [run(n, 500, sum(chance.random() < share for _ in range(500))) for n in range(150)]
        found += sum(surge_of(runs[:n], runs[n - 1].started_at) is not None for n in range(1, 150))
    assert found == 0
    assert surge_of([run(0, 300, 12)], MONDAY) is None


def test_refusals_count_against_what_is_usual_with_an_actor() -> None:
    today = MONDAY.date()
    clumsy = {today - DAY * n: 8 for n in range(1, 15)}
    assert too_many({today: 10}, today, 10)
    assert not too_many({today: 9}, today, 10)
    assert not too_many({**clumsy, today: 12}, today, 10)
    assert too_many({**clumsy, today: 24}, today, 10)


def test_snapshots_are_slow_by_the_target_or_by_their_past() -> None:
    assert is_slow(1_100, 500, None)
    assert not is_slow(900, 500, None)
    assert is_slow(300, 500, 40)
    assert not is_slow(150, 500, 20), "nobody notices"
    assert not is_slow(300, 500, 90)


def test_spans_are_told_in_words() -> None:
    told = [in_words(timedelta(hours=hours)) for hours in (0.01, 0.5, 1, 26, 60, 100)]
    assert told == ["a minute", "30 minutes", "1 hour", "26 hours", "2 days", "4 days"]
