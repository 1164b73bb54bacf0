"""What single comparisons mean, in sentences."""

import pytest

from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.levels import (
    birth_date_level,
    email_level,
    family_level,
    given_level,
    name_levels,
    organisation_level,
    phone_level,
)

SPELLING = Spelling(variants=lambda name: (1,) if name in ("anna", "ania") else ())
NOBODY: frozenset[str] = frozenset()


def name(given: str, family: str, middle: str | None = None) -> dict[str, str | None]:
    return {"given": given, "middle": middle, "family": family}


def born(year: int, month: int | None = None, day: int | None = None) -> dict[str, int | None]:
    return {"birth_year": year, "birth_month": month, "birth_day": day}


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("anna", "anna", 1),
        ("anna", "ania", 2),
        ("anna maria", "anna", 2),
        ("leon", "lepn", 3),
        ("christopher", "chris", 3),
        ("a", "anna", 4),
        ("otto", "zofia", 6),
        ("anna11", "anna12", 6),
        ("robert0", "roberto", 3),
    ],
)
def test_given_names(a: str, b: str, level: int) -> None:
    assert given_level(a, b, SPELLING) == given_level(b, a, SPELLING) == level


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("testowski", "testowski", 1),
        ("testowski nowy", "nowy", 2),
        ("testowski", "testovski", 3),
        ("testowski", "musterfrau", 5),
        ("testowski11", "testowski12", 5),
        ("testowski nowy1", "testowski nowy2", 5),
        ("testowsk1", "testowski", 3),
    ],
)
def test_family_names(a: str, b: str, level: int) -> None:
    assert family_level(a, b, SPELLING) == family_level(b, a, SPELLING) == level


def test_swapped_names_are_seen_as_swapped() -> None:
    assert name_levels([name("anna", "testowska")], [name("testowska", "anna")], SPELLING) == (0, 6)


def test_the_best_of_several_names_decides() -> None:
    married = [name("anna", "nowa"), name("anna", "testowska")]
    assert name_levels(married, [name("anna", "testowska")], SPELLING) == (1, 1)


def test_a_family_name_that_became_the_middle_name_is_a_part() -> None:
    found = name_levels([name("anna", "nowa", "testowska")], [name("anna", "testowska")], SPELLING)
    assert found == (1, 2)


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        (born(1980, 5, 17), born(1980, 5, 17), 1),
        (born(1980, 5, 7), born(1980, 7, 5), 2),
        (born(1980, 5, 17), born(1980, 5, 18), 2),
        (born(1980, 5, 17), born(1990, 5, 17), 2),
        (born(1980, 5, 17), born(1980, 5, 29), 3),
        (born(1980, 5), born(1980, 5, 17), 3),
        (born(1980, 5, 17), born(1981, 6, 17), 4),
        (born(1980, 5, 17), born(1990, 6, 18), 5),
        (born(1980, 12, 24), born(1981, 11, 5), 5),
        (born(1980), born(1980, 5, 17), 5),
        (born(1980, 5, 17), born(1961, 12, 24), 6),
    ],
)
def test_birth_dates(a: dict[str, int], b: dict[str, int], level: int) -> None:
    assert birth_date_level(a, b, frozenset()) == birth_date_level(b, a, frozenset()) == level


def test_a_default_day_says_only_its_year() -> None:
    default = frozenset({(1, 1)})
    assert birth_date_level(born(1980, 1, 1), born(1980, 1, 1), default) == 5


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("447700900123", "07700900123", 2),
        ("447700900123", "447700900124", 2),
        ("447700900123", "447700999999", 3),
    ],
)
def test_phones(a: str, b: str, level: int) -> None:
    assert phone_level([a], [b], NOBODY) == phone_level([b], [a], NOBODY) == level


def test_a_phone_that_many_share_is_a_level_of_its_own() -> None:
    assert phone_level(["1111111"], ["1111111"], frozenset({"1111111"})) == 4


def _with_email(email: str) -> dict[str, object]:
    return {"emails": [email], "names": [name("anna", "testowska")]}


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("sonne77@a.example", "sonne77@b.example", 2),
        ("anna.testowska@a.example", "anna.testowska@other.example", 5),
        ("anna.testowska1@a.example", "anna.testowska2@a.example", 5),
        ("anna.testowska@a.example", "anna.testowka@a.example", 2),
        ("sonne77@a.example", "regen12@b.example", 3),
        ("sonnenblume77@a.example", "sonnenblume78@a.example", 5),
        ("sonnenblume77@a.example", "sonnenblme77@a.example", 2),
    ],
)
def test_emails_made_of_the_name_say_little(a: str, b: str, level: int) -> None:
    assert email_level(_with_email(a), _with_email(b), NOBODY) == level


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("muster werke", "muster werke", 1),
        ("muster werke", "muster werke nord", 2),
        ("muster werke", "mustar werke nord", 2),
        ("muster werke", "zufall handel", 5),
        ("werke11", "werke12", 5),
        ("muster werke 12", "muster werke 21", 6),
        ("muster werke 3a", "muster werke 3b", 6),
        ("muster werke a", "muster werke b", 6),
        ("muster werke a", "muster werke 1", 6),
        ("muster werke", "muster werke 12", 2),
        ("muster werke 12", "mustar werke 12", 2),
        ("a muster werke", "b muster werke", 4),
    ],
)
def test_organisations(a: str, b: str, level: int) -> None:
    found = organisation_level([a], [b], lambda _word: 128)
    assert found == organisation_level([b], [a], lambda _word: 128) == level
