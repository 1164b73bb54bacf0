"""Whether a value is a valid one of its kind: an e-mail address, a phone number, ..."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from tellonce.rules.checks.emails import email_fault, surely_emails
from tellonce.rules.types import Cell, Check

Fault = Callable[[str, tuple[str, ...], Cell, str], str | None]
Surely = Callable[[pa.Array, Cell, str], pa.Array | None]


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


FORMATS: dict[str, Format] = {
    "email": Format(
        "an e-mail address that mail can be sent to",
        lambda value, beside, cell, country: email_fault(value),
        lambda values, cell, country: surely_emails(values),
        passes=("anna@mail.example", "a.b+shop@mail.example"),
        fails=("anna@mail", "anna.mail.example", "anna..b@mail.example"),
    ),
}


@dataclass(frozen=True)
class Valid(Check):
    """The value is a valid one of a format, of one country where that is said."""

    format: str
    country: str = ""
    kind: ClassVar[str] = "valid"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        return f"valid {self.format}" + (f" for {self.country}" if self.country else "")

    def aloud(self) -> str:
        of = f" of {self.country}" if self.country else ""
        return f"must be {FORMATS[self.format].words}{of}"

    def hints(self) -> tuple[str, ...]:
        return () if self.country else FORMATS[self.format].hints

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        return FORMATS[self.format].fault(value, beside, cell, self.country)

    def surely(self, values: pa.Array, cell: Cell) -> pa.Array | None:
        told = FORMATS[self.format].surely
        return told(values, cell, self.country) if told else None
