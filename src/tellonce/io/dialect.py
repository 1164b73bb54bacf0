"""What separates the fields of a text file, and whether its first row names them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tellonce.io.errors import BadSetting, DuplicateHeaders, FileEmpty, NotText
from tellonce.io.rows import Record, Shape, split_records
from tellonce.io.values import FileSettings

DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 200  # records
_SEPARATOR_LINE = re.compile(rb'"?sep=(.)"?\r?\n', re.IGNORECASE)  # as Excel writes it
_NUMBER = re.compile(r"[\d\s.,:/+()€$%-]*\d[\d\s.,:/+()€$%-]*")
_LONG_HEADER = 80


@dataclass(frozen=True)
class Dialect:
    """`skip_bytes` and `skip_lines` stand before the first data row."""

    delimiter: str
    header: bool
    columns: tuple[str, ...]
    skip_bytes: int
    skip_lines: int


def recognise_dialect(name: str, sample: bytes, settings: FileSettings, *, final: bool) -> Dialect:
    """The dialect of the transcoded beginning `sample` of the file called `name`.

    `final` says that the sample is the whole file. Raises FileEmpty, DuplicateHeaders, BadSetting.
    """
    said = _SEPARATOR_LINE.match(sample)
    offset, lines = (said.end(), 1) if said else (0, 0)
    hint = said.group(1).decode("utf-8", "replace") if said else ""
    body = sample[offset:]
    delimiter = _given_delimiter(settings.delimiter) or hint
    delimiter = delimiter or _best_delimiter(body, settings, final=final)
    records = _records(body, delimiter, settings, final=final)
    if not body.strip() or not records:
        raise _without_rows(name, body)
    first = records[0]
    if first.fields is None:
        raise NotText(
            f"The first row of {name} cannot be read: {first.reason}.",
            "Give the encoding or the delimiter of the file in the mapping.",
        )
    header = settings.header
    if header is None:
        header = looks_like_header([record.fields or [] for record in records])
    if not header:
        columns = tuple(f"column_{n + 1}" for n in range(len(first.fields)))
        return Dialect(delimiter, False, columns, offset, lines)
    size = sum(len(line) for line in body.split(b"\n", first.end)[: first.end]) + first.end
    columns = column_names(name, first.fields)
    return Dialect(delimiter, True, columns, offset + min(size, len(body)), lines + first.end)


def _without_rows(name: str, body: bytes) -> FileEmpty | NotText:
    if not body.strip():
        return FileEmpty(f"{name} holds only blank lines.", "Export it again.")
    return NotText(
        f"The first row of {name} is longer than {len(body)} bytes.",
        "Check that it is a file of separated columns, one record a line.",
    )


def _given_delimiter(given: str | None) -> str:
    if given is None:
        return ""
    char = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(char) != 1 or not char.isascii() or char in '"\r\n\0':
        raise BadSetting(f"{given!r} cannot be a delimiter.", "Give one character, or 'tab'.")
    return char


def _records(body: bytes, delimiter: str, settings: FileSettings, *, final: bool) -> list[Record]:
    shape = Shape(delimiter, 0, settings.max_row)
    found = split_records(body, shape, final=final).records
    return found[:_LOOKED_AT]


def _best_delimiter(body: bytes, settings: FileSettings, *, final: bool) -> str:
    """The delimiter under which most records have as many fields as the first, and at least two;
    of equals the one that makes more fields.
    """
    scores: dict[str, tuple[float, int]] = {}
    for delimiter in DELIMITERS:
        records = _records(body, delimiter, settings, final=final)
        widths = [len(record.fields) for record in records if record.fields is not None]
        width = widths[0] if widths else 0
        agreeing = widths.count(width) / len(widths) if width > 1 else 0.0
        scores[delimiter] = (round(agreeing, 1), width)
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])


def looks_like_header(rows: list[list[str]]) -> bool:
    """A first row names the columns unless a cell of it looks like a value: an e-mail address, a
    number or date, a long text, or something that its own column says again further down.
    """
    first = rows[0]
    for n, cell in enumerate(first):
        text = cell.strip()
        if "@" in text or len(text) > _LONG_HEADER or _NUMBER.fullmatch(text):
            return False
        if text and any(len(row) > n and row[n].strip() == text for row in rows[1:]):
            return False
    return any(cell.strip() for cell in first)


def column_names(name: str, cells: list[str]) -> tuple[str, ...]:
    """The columns that a header row names; an empty cell gets its number.

    Raises DuplicateHeaders.
    """
    names = [cell.strip() or f"column_{n + 1}" for n, cell in enumerate(cells)]
    refuse_duplicates(name, names)
    return tuple(names)


def refuse_duplicates(name: str, columns: list[str]) -> None:
    """Raise DuplicateHeaders for the first column name that comes twice in the file `name`."""
    for n, column in enumerate(columns):
        if column in columns[:n]:
            first = columns.index(column) + 1
            raise DuplicateHeaders(
                f"{name} has two columns called {column!r}: number {first} and number {n + 1}.",
                "Rename one of them; which of the two is meant cannot be guessed.",
            )
