"""Named corrections: what may be put in the place of a value that fails.

Each is idempotent: what it made it leaves alone. It gives None where it does not know better.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from tellonce.engine.standardise.emails import display_emails
from tellonce.engine.standardise.phones import display_phones
from tellonce.rules.checks.amounts import number_of, written
from tellonce.rules.checks.codes import country_of, postal_patterns
from tellonce.rules.checks.lists import POSTAL_CODES, known_beside, no_list
from tellonce.rules.checks.moments import moment_of
from tellonce.rules.checks.phones import region_of
from tellonce.rules.checks.texts import (
    in_case,
    single_spaced,
    tidied,
    without_garbling,
    without_html,
)
from tellonce.rules.types import Cell, Facts

Apply = Callable[[str, tuple[str, ...], Cell], str | None]


@dataclass(frozen=True)
class Correction:
    """A correction: what it does in words, how, and the fields of the row it reads."""

    aloud: str
    apply: Apply
    hints: tuple[str, ...] = ()
    sample: tuple[str, str] = ("", "")
    list: str = ""

    def lacking(self, facts: Facts) -> str:
        """What it cannot do without, "" where all is there."""
        return no_list(self.list, facts) if self.list else ""


def _plain(
    aloud: str, function: Callable[[str], str | None], before: str, after: str
) -> Correction:
    return Correction(aloud, lambda value, beside, cell: function(value), (), (before, after))


def _email(text: str) -> str | None:
    written: str | None = display_emails(pa.array([text.strip()], pa.string()))[0].as_py()
    return written


def _phone(value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
    region = region_of(beside, cell, "")
    numbers = display_phones(pa.array([value.strip()], pa.string()), region)
    written: str | None = numbers[0].as_py()
    return written


def _date(value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
    found = moment_of(value.strip(), cell.order)
    return found if found and len(found) >= 10 else None


def _number(text: str) -> str | None:
    number = number_of(text.strip())
    return None if number is None else written(number)


def _postal_code(value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
    """Written as the country does: capitals, its blank or hyphen, a lost leading zero."""
    told = beside[0] if beside else ""
    region = country_of(told) if told else cell.facts.country
    pattern = postal_patterns().get(region or "")
    if pattern is None:
        return None
    bare = re.sub(r"[^A-Z0-9]", "", value.upper())
    tried = [value.strip().upper()]
    for text in (bare, f"0{bare}"):
        cuts = [f"{text[:at]}{sign}{text[at:]}" for sign in " -" for at in range(1, len(text))]
        tried += [*cuts, text] if region in _PARTED else [text, *cuts]
    return next((text for text in tried if re.fullmatch(pattern, text, re.ASCII)), None)


_PARTED = frozenset(("GB", "CA", "NL", "SE", "CZ", "SK", "GR", "IE", "MT", "JP", "BR"))


def _city(value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
    """The city that the list of postal codes has, where it has one only."""
    reference = cell.facts.references[POSTAL_CODES]
    known = known_beside(reference, beside[0], beside[1], cell.facts)
    return reference.shown[known[0]] if len(known) == 1 else None


CORRECTIONS: dict[str, Correction] = {
    "trim": _plain("blanks around it are taken away", str.strip, " Anna ", "Anna"),
    "single spaces": _plain(
        "doubled blanks become one",
        lambda text: single_spaced(text.strip()),
        "Anna  Maria",
        "Anna Maria",
    ),
    "tidy": _plain(
        "blanks, control signs, HTML and garbled letters are put right",
        tidied,
        " <b>MÃ¼ller</b>",
        "Müller",
    ),
    "remove html": _plain("HTML is taken out", without_html, "A&amp;B<br>", "A&B"),
    "fix encoding": _plain(
        "letters garbled by a wrong encoding are read rightly",
        without_garbling,
        "MÃ¼ller",
        "Müller",
    ),
    "title case": _plain(
        "words begin with a capital",
        lambda text: in_case(text, "title case"),
        "ANNA MARIA",
        "Anna Maria",
    ),
    "lower case": _plain(
        "capitals become small letters", str.lower, "Anna@Mail.Example", "anna@mail.example"
    ),
    "upper case": _plain("small letters become capitals", str.upper, "pl", "PL"),
    "digits only": _plain(
        "all but digits is taken away",
        lambda text: re.sub(r"[^0-9]", "", text),
        "12-34 a",
        "1234",
    ),
    "normalise email": _plain(
        "the address alone, in small letters",
        _email,
        "Anna <Anna@Mail.Example>",
        "anna@mail.example",
    ),
    "normalise phone": Correction(
        "written with + and the country code",
        _phone,
        ("country",),
        ("+48 601 234 567", "+48601234567"),
    ),
    "normalise postal code": Correction(
        "written as its country does, a lost leading zero put back",
        _postal_code,
        ("country",),
        ("00950", "00-950"),
    ),
    "normalise country": _plain(
        "written as the country's code of two letters", country_of, "Polska", "PL"
    ),
    "normalise date": Correction("written year-month-day", _date, (), ("17.05.1980", "1980-05-17")),
    "normalise number": _plain("written with a decimal point alone", _number, "1.234,50", "1234.5"),
    "use postal code's city": Correction(
        "the city that the list of postal codes has, where it has one only",
        _city,
        ("postal_code", "country"),
        ("", ""),
        POSTAL_CODES,
    ),
    "empty it": _plain("the value is taken away", lambda text: "", "n/a", ""),
}
