"""Whether a value is a valid one of its kind: an e-mail address, a phone number, ..."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.identifiers import is_valid
from tellonce.engine.standardise.placeholders import placeholder_mask
from tellonce.rules.checks.amounts import NO_NUMBER, number_of, sure_numbers
from tellonce.rules.checks.codes import (
    country_fault,
    currency_fault,
    language_fault,
    postal_fault,
    surely_postal,
)
from tellonce.rules.checks.emails import email_fault, surely_emails
from tellonce.rules.checks.moments import date_fault, sure_days
from tellonce.rules.checks.phones import phone_fault, surely_phones
from tellonce.rules.types import Cell, Check

Fault = Callable[[str, tuple[str, ...], Cell, str], str | None]
Surely = Callable[[pa.Array, Sequence[pa.Array], Cell, str], pa.Array | None]


@dataclass(frozen=True)
class Format:
    """A kind of value: its words, its judge, and samples.

    fault    (value, beside, cell, country or "") -> what is wrong, None where nothing is
    hints    fields of the row that are read where they are there
    country  whether `for DE` may follow
    """

    words: str
    fault: Fault
    surely: Surely | None = None
    hints: tuple[str, ...] = ()
    country: bool = False
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()


def _identifier_fault(kind: str) -> Fault:
    def fault(value: str, beside: tuple[str, ...], cell: Cell, country: str) -> str | None:
        return None if is_valid(kind, value) else "does not pass the check of its number"

    return fault


def _identifier(kind: str, words: str, passes: str, fails: str) -> Format:
    return Format(words, _identifier_fault(kind), passes=(passes,), fails=(fails,))


def _url_fault(value: str, beside: tuple[str, ...], cell: Cell, country: str) -> str | None:
    try:
        found = urlsplit(value)
        host = (found.hostname or "").rstrip(".")
    except ValueError:
        return "is no web address"
    if found.scheme not in ("http", "https"):
        return "is no web address: it does not begin with http:// or https://"
    plain = "." in host and not any(one.isspace() for one in value)
    return None if plain else "is no web address: its host is not complete"


def _date_sure(values: pa.Array, beside: Sequence[pa.Array], cell: Cell, country: str) -> pa.Array:
    days = sure_days(values, cell.order)
    nothing = placeholder_mask(values, cell.attribute or "observed_at")
    return pc.and_(days.is_valid(), pc.invert(nothing))


FORMATS: dict[str, Format] = {
    "email": Format(
        "an e-mail address that mail can be sent to",
        lambda value, beside, cell, country: email_fault(value),
        lambda values, beside, cell, country: surely_emails(values),
        passes=("anna@mail.example", "a.b+shop@mail.example"),
        fails=("anna@mail", "anna.mail.example", "anna..b@mail.example"),
    ),
    "phone": Format(
        "a phone number of its country",
        phone_fault,
        surely_phones,
        ("country",),
        country=True,
        passes=("+48 601 234 567", "+49 30 1234567"),
        fails=("+48 601 234", "12345", "call me"),
    ),
    "postal_code": Format(
        "a postal code of its country",
        postal_fault,
        surely_postal,
        ("country",),
        country=True,
        passes=("00-950", "SW1A 1AA"),
        fails=("?", "00-950 Warszawa"),
    ),
    "date": Format(
        "a day of the calendar",
        lambda value, beside, cell, country: date_fault(value, cell.attribute, cell.order),
        _date_sure,
        passes=("1980-05-17", "17.05.1980", "17 May 1980"),
        fails=("1980-02-30", "1980", "soon", "9999-12-31"),
    ),
    "number": Format(
        "a number",
        lambda value, beside, cell, country: None if number_of(value) is not None else NO_NUMBER,
        lambda values, beside, cell, country: sure_numbers(values).is_valid(),
        passes=("12", "-1,234.50", "1.234,50 €"),
        fails=("twelve", "12 or 13"),
    ),
    "url": Format(
        "a web address",
        _url_fault,
        passes=("https://shop.example/a",),
        fails=("shop.example", "https://shop"),
    ),
    "country": Format(
        "a country's code or name",
        lambda value, beside, cell, country: country_fault(value),
        passes=("PL", "Poland", "Polska"),
        fails=("XX", "Atlantis"),
    ),
    "currency": Format(
        "the code of a currency that is in use",
        lambda value, beside, cell, country: currency_fault(value),
        passes=("EUR", "PLN"),
        fails=("eur", "DEM", "euro"),
    ),
    "language": Format(
        "the code of a language",
        lambda value, beside, cell, country: language_fault(value),
        passes=("de", "de-AT"),
        fails=("deutsch", "xx"),
    ),
    "iban": _identifier("iban", "an IBAN", "DE89 3704 0044 0532 0130 00", "DE89370400440532013001"),
    "vat": _identifier("vat", "a VAT number of the EU", "PL5260250995", "PL5260250994"),
    "lei": _identifier(
        "lei", "a legal entity identifier", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D16"
    ),
    "pesel": _identifier("pesel", "a PESEL of Poland", "44051401359", "44051401358"),
    "nip": _identifier("nip", "a NIP of Poland", "526-025-09-95", "526-025-09-94"),
    "regon": _identifier("regon", "a REGON of Poland", "192598184", "192598183"),
    "ssn": _identifier("ssn", "a social security number of the USA", "536-90-4399", "666-90-4399"),
    "ein": _identifier("ein", "an employer number of the USA", "91-1144442", "07-1144442"),
    "de_idnr": _identifier(
        "de_idnr", "a tax number of Germany", "36 574 261 809", "36 574 261 890"
    ),
    "nino": _identifier("nino", "a national insurance number of the UK", "AB123456C", "QQ123456C"),
    "nhs": _identifier("nhs", "an NHS number of the UK", "943-476-5870", "943-476-5871"),
    "utr": _identifier("utr", "a taxpayer reference of the UK", "1955839661", "2955839661"),
    "siren": _identifier("siren", "a SIREN of France", "552 008 443", "552 008 444"),
    "siret": _identifier("siret", "a SIRET of France", "73282932000074", "73282932000079"),
    "dni": _identifier("dni", "a DNI of Spain", "54362315-K", "54362315Z"),
    "codice_fiscale": _identifier(
        "codice_fiscale", "a codice fiscale of Italy", "RCCMNL83S18D969H", "RCCMNL83S18D969"
    ),
    "bsn": _identifier("bsn", "a BSN of the Netherlands", "1112.22.333", "1112.52.333"),
    "tfn": _identifier("tfn", "a tax file number of Australia", "123 456 782", "999 999 999"),
    "abn": _identifier("abn", "a business number of Australia", "83 914 571 673", "99 999 999 999"),
}
DATES = ("birth_date", "observed_at")
NUMBERS = ("age", "latitude", "longitude")


@dataclass(frozen=True)
class Valid(Check):
    """The value is a valid one of a format, of one country where that is said."""

    format: str
    country: str = ""
    kind: ClassVar[str] = "valid"
    dimension: ClassVar[str] = "validity"

    def tells(self) -> bool:
        return False

    def phrase(self) -> str:
        return f"valid {self.format}" + (f" for {self.country}" if self.country else "")

    def aloud(self) -> str:
        of = f" of {self.country}" if self.country else ""
        return f"must be {FORMATS[self.format].words}{of}"

    def hints(self) -> tuple[str, ...]:
        return () if self.country else FORMATS[self.format].hints

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        return FORMATS[self.format].fault(value, beside, cell, self.country)

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        told = FORMATS[self.format].surely
        return told(values, beside, cell, self.country) if told else None
