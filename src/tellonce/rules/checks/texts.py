"""Texts: how long they are, and whether they are written cleanly."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.text import words_of
from tellonce.rules.types import Cell, Check

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--.*?-->", re.DOTALL)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#x[0-9A-Fa-f]{2,5});")
_GARBLED = re.compile("[ÂÃÄÅâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_KEPT_SIGNS = "\t\n\r"
_PARTICLES = frozenset(
    words_of("""
    van von der den de la le di da del della du dos das do zu zum zur af av y e i bin ibn al el ter
    ten op and und of the et
    """)
)
_WORD = re.compile(r"[^\W\d_]+")
CASES = ("title case", "lower case", "upper case")


@dataclass(frozen=True)
class Length(Check):
    """So many characters; `high` None: any number from `low` on."""

    low: int
    high: int | None = None
    kind: ClassVar[str] = "length"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        if self.high is None:
            return f"at least {_characters(self.low)}"
        if self.low == self.high:
            return f"exactly {_characters(self.low)}"
        if self.low <= 0:
            return f"at most {_characters(self.high)}"
        return f"{self.low} to {_characters(self.high)}"

    def aloud(self) -> str:
        return f"must have {self.phrase()}"

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        if len(value) < self.low:
            return self._less
        return self._more if self.high is not None and len(value) > self.high else None

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        length = pc.utf8_length(values)
        enough = pc.greater_equal(length, self.low)
        return enough if self.high is None else pc.and_(enough, pc.less_equal(length, self.high))

    def plainly(
        self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell
    ) -> Iterable[tuple[pa.Array, str]]:
        length = pc.utf8_length(values)
        yield pc.less(length, self.low), self._less
        if self.high is not None:
            yield pc.greater(length, self.high), self._more

    @property
    def _less(self) -> str:
        return f"has less than {_characters(self.low)}"

    @property
    def _more(self) -> str:
        return f"has more than {_characters(self.high or 0)}"


def _characters(count: int) -> str:
    return f"{count} character{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Tidy(Check):
    """Written cleanly: no blanks around or doubled, no control signs, no HTML, no letters that were
    garbled by a wrong encoding.
    """

    kind: ClassVar[str] = "tidy"
    dimension: ClassVar[str] = "validity"
    sees_raw: ClassVar[bool] = True

    def tells(self) -> bool:
        return False

    def phrase(self) -> str:
        return "tidy"

    def aloud(self) -> str:
        return (
            "must be written cleanly, without blanks around it or doubled, control signs, HTML, "
            "or letters garbled by a wrong encoding"
        )

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        if value != value.strip():
            return "has blanks around it"
        if any(
            unicodedata.category(one) in ("Cc", "Cf", "Co")
            for one in value
            if one not in _KEPT_SIGNS
        ):
            return "holds control signs"
        if "\ufffd" in value or without_garbling(value) != value:
            return "holds letters garbled by a wrong encoding"
        if without_html(value) != value:
            return "holds HTML"
        return "has doubled blanks" if single_spaced(value) != value else None

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        return pc.match_substring_regex(values, r"\A[!-%'-;=?-~]+(?: [!-%'-;=?-~]+)*\z")


@dataclass(frozen=True)
class Cased(Check):
    """Written in capitals as it must be."""

    case: str
    kind: ClassVar[str] = "in"
    dimension: ClassVar[str] = "validity"

    def tells(self) -> bool:
        return False

    def phrase(self) -> str:
        return f"in {self.case}"

    def aloud(self) -> str:
        return f"must be written in {self.case}"

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        return None if in_case(value, self.case) == value else f"is not written in {self.case}"

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        plain = {
            "title case": r"\A[A-Z][a-z]+(?:-[A-Z][a-z]+)?\z",
            "lower case": r"\A[!-@\[-~ ]*\z",
            "upper case": r"\A[!-`{-~ ]*\z",
        }
        return pc.match_substring_regex(values, plain[self.case])


def _steers(sign: str) -> bool:
    return sign not in _KEPT_SIGNS and unicodedata.category(sign) in ("Cc", "Cf", "Co")


def in_case(text: str, case: str) -> str:
    """A text in title, lower or upper case."""
    if case == "lower case":
        return text.lower()
    return text.upper() if case == "upper case" else _titled(text)


def _titled(text: str) -> str:
    """Every word that is all capitals or none begins with one; `McDonald` stays, and so does `van`
    behind another word.
    """

    def word(match: re.Match[str]) -> str:
        found, start = match[0], match.start()
        before = text[start - 1] if start else ""
        if before and before in "'’`´" and len(found) == 1 and start > 1:
            return found.lower()  # King's
        if start and before.isspace() and found.lower() in _PARTICLES:
            return found.lower()
        alike = found.islower() or (found.isupper() and (len(found) > 1 or not start))
        return found[0].title() + found[1:].lower() if alike else found

    return _WORD.sub(word, text)


def single_spaced(text: str) -> str:
    """A text with one blank where there were several, and none around it."""
    return " ".join(text.split(" ")) if "  " not in text else re.sub(r" {2,}", " ", text).strip(" ")


def without_html(text: str) -> str:
    """A text without tags, its entities as the signs they stand for."""
    for _ in range(10):  # an entity may stand for the beginning of another one
        plain = _ENTITY.sub(lambda found: html.unescape(found[0]), _TAG.sub("", text))
        if plain == text:
            break
        text = plain
    return text


def without_garbling(text: str) -> str:
    """A text whose UTF-8 was read as Windows-1252, read rightly; any other stays as it is."""
    while _GARBLED.search(text):
        try:
            plain = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            break
        if plain == text:
            break
        text = plain
    return text


def tidied(text: str) -> str:
    """A text that `Tidy` finds nothing wrong with, unless its letters are lost."""
    for _ in range(5):
        plain = without_html(without_garbling(text))
        kept = [
            one
            for one in plain
            if one in _KEPT_SIGNS or unicodedata.category(one) not in ("Cc", "Cf", "Co")
        ]
        plain = single_spaced("".join(kept).strip()).strip()
        if plain == text:
            break
        text = plain
    return text
