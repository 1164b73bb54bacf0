"""Card data is refused on every way in: payment card numbers are truncated, security codes dropped.

A card number is 14 to 19 digits, in one piece or in groups, that begin like a card scheme's, have
its length and satisfy the Luhn check (ISO/IEC 7812-1). At most the first six and the last four
digits may be kept (PCI DSS 3.4.1); the last four are. Among further digits (an expiry date, another
card) it is found where it stands in one piece or in the groups that cards are printed in. Digits
after a decimal point, and the groups of an account number (IBAN), are not looked into. A column in
which long numbers are common but rarely satisfy the check holds other numbers (one in ten satisfies
it by chance) and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

_GAP = "[ \u00a0\u2009\u202f\t._/\u2010-\u2014-]"  # what stands between groups of digits
_DIGITS = re.compile(rf"\d(?:{_GAP}{{0,2}}\d)*", re.ASCII)
_SAYS_CARD = re.compile(r"(?:card|visa|amex|karta|pan|no|nr)$", re.IGNORECASE)
LEAST_DIGITS, MOST_DIGITS = 14, 19
_GROUP = re.compile(r"\d+", re.ASCII)
_PREFILTER = rf"\d(?:{_GAP}{{0,2}}\d){{13}}"
_PREFILTER_OF_FEW = re.compile(_PREFILTER, re.ASCII)
_FEW = 100  # rows
_PRINTED = {(4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4)}
_ACCOUNT = (2, 4, 4, 4, 4, 4, 4)  # how the digits of a Polish account number are printed
_SECURITY_CODES = {
    "cvv",
    "cvv2",
    "cvc",
    "cvc2",
    "cvn",
    "securitycode",
    "cardsecuritycode",
    "pinblock",
}
_SECURITY_CODES |= {"trackdata", "track1", "track2", "cardpin", "magstripe"}
_SCHEMES = (  # prefixes from, to, lengths
    ("4", "4", {16, 19}),
    ("51", "55", {16}),
    ("2221", "2720", {16}),
    ("34", "34", {15}),
    ("37", "37", {15}),
    ("300", "305", {14, 16}),
    ("36", "36", {14}),
    ("38", "39", {14, 16}),
    ("6011", "6011", {16, 19}),
    ("644", "659", {16, 19}),
    ("3528", "3589", {16, 19}),
    ("62", "62", {16, 17, 18, 19}),
    ("50", "50", {16, 19}),
    ("56", "58", {16, 19}),
    ("6304", "6304", {16, 18, 19}),
    ("67", "67", {16, 18, 19}),
)
_DELIMITERS = re.compile(r"([,;|\t])")
_ENOUGH = 20  # long numbers in a column before it can be judged
_BY_CHANCE = 0.3


@dataclass
class CardFindings:
    """How many values of each column were truncated or dropped."""

    columns: dict[str, int] = field(default_factory=dict)

    def add(self, column: str, count: int) -> None:
        """Count `count` more values of `column`."""
        if count:
            self.columns[column] = self.columns.get(column, 0) + count

    @property
    def total(self) -> int:
        """Values truncated or dropped in all."""
        return sum(self.columns.values())


def is_card_number(digits: str) -> bool:
    """Whether a string of digits alone looks like a payment card number."""
    return _has_scheme(digits) and _luhn(digits)


def truncate_cards(text: str) -> str:
    """`text` with every card number replaced by its last four digits; in linear time."""
    cut, done = "", 0
    for match in _DIGITS.finditer(text):
        if match.end() - match.start() < LEAST_DIGITS:
            continue
        start, groups = _untouched(text, match)
        if groups and groups[-1][1] - groups[0][0] >= LEAST_DIGITS:
            end = start + groups[-1][1]
            cut += text[done:start] + _truncated(
                text[start:end], text[max(0, start - 3) : start], groups
            )
            done = end
    return cut + text[done:]


def _untouched(text: str, match: re.Match[str]) -> tuple[int, list[tuple[int, int]]]:
    """Where the run begins and its groups from there, without those that a letter touches; a word
    that says what it is may.
    """
    spans = [found.span() for found in _GROUP.finditer(text, *match.span())]
    before = text[max(0, match.start() - 5) : match.start()]
    after = text[match.end() : match.end() + 1]
    if after and after.isascii() and after.isalnum():
        spans = spans[:-1]
    letter = before[-1:].isascii() and before[-1:].isalnum() and not _SAYS_CARD.search(before)
    if letter or before[-1:] == "+":
        spans = spans[1:]
    start = spans[0][0] if spans else match.start()
    return start, [(begin - start, end - start) for begin, end in spans]


def truncate_cards_of_line(line: str) -> str:
    """`truncate_cards` of each cell of a line whose delimiter is not known."""
    return "".join(map(truncate_cards, _DELIMITERS.split(line)))


def without_card_data(
    table: pa.Table, findings: CardFindings, *, exempt: Iterable[str] = ()
) -> pa.Table:
    """The table without card data; columns of text that hold none are passed on untouched.

    `exempt` names columns known to hold other long numbers (see `number_columns`).
    """
    exempt = set(exempt)
    for index, name in enumerate(table.column_names):
        column = table.column(index)
        if _is_security_code(name) and column.null_count < len(column):
            findings.add(name, len(column) - column.null_count)
            table = table.set_column(index, name, pa.nulls(len(column), column.type))
        elif name not in exempt:
            clean = _clean_column(column, name, findings)
            if clean is not None:
                table = table.set_column(index, name, clean)
    return table


def number_columns(table: pa.Table) -> list[str]:
    """Columns whose long numbers are something else than card numbers, by how few satisfy Luhn."""
    found: list[str] = []
    if table.num_rows < _ENOUGH:
        return found
    for name in table.column_names:
        text = _as_text(table.column(name))
        if text is None:
            continue
        long = [v for v in text.filter(_suspicious(text)).to_pylist() if _only_digits(v)]
        if len(long) >= _ENOUGH and sum(is_card_number(v) for v in long) < _BY_CHANCE * len(long):
            found.append(name)
    return found


def card_rows(table: pa.Table, columns: Iterable[str]) -> Mapping[int, str]:
    """Row number -> column, of rows where one of these key columns is itself a card number."""
    found: dict[int, str] = {}
    for name in columns:
        text = _as_text(table.column(name))
        if text is None or not pc.any(_suspicious(text)).as_py():
            continue
        for row, value in enumerate(text.to_pylist()):
            if value and truncate_cards(value) != value:
                found.setdefault(row, name)
    return found


def _clean_column(
    column: pa.ChunkedArray, name: str, findings: CardFindings
) -> pa.ChunkedArray | pa.Array | None:
    text = _as_text(column)
    if text is None:
        return None
    suspicious = _suspicious(text)
    if not (any(suspicious.to_pylist()) if len(text) <= _FEW else pc.any(suspicious).as_py()):
        return None
    values = text.to_pylist()
    clean = [
        truncate_cards(v) if s else v for v, s in zip(values, suspicious.to_pylist(), strict=True)
    ]
    changed = sum(a != b for a, b in zip(values, clean, strict=True))
    findings.add(name, changed)
    return pa.array(clean, pa.string()) if changed else None


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column
    if pa.types.is_dictionary(column.type) or pa.types.is_int64(column.type):
        return column.cast(pa.string())
    if pa.types.is_uint64(column.type):
        return column.cast(pa.string())
    return None


def _suspicious(text: pa.ChunkedArray) -> pa.ChunkedArray:
    if len(text) <= _FEW:  # compiling the pattern anew, as Arrow does, is most of the work
        found = [bool(value and _PREFILTER_OF_FEW.search(value)) for value in text.to_pylist()]
        return pa.chunked_array([found], pa.bool_())
    return pc.fill_null(pc.match_substring_regex(text, _PREFILTER), False)


def _only_digits(value: str) -> bool:
    return value.isdigit() and 14 <= len(value) <= 19


def _truncated(run: str, before: str, groups: Sequence[tuple[int, int]]) -> str:
    """The run with each card number in it cut."""
    if _is_account(groups, before):
        return run
    cut, done, at = "", 0, 0
    while at < len(groups):
        last = _card_end(run, groups, at, before)
        if last is None:
            at += 1
            continue
        start, end = groups[at][0], groups[last][1]
        cut += f"{run[done:start]}[card ending {_digits(run[start:end])[-4:]}]"
        done, at = end, last + 1
    return cut + run[done:]


def _card_end(run: str, groups: Sequence[tuple[int, int]], first: int, before: str) -> int | None:
    """The last group of a card number that begins with this group; None where none does."""
    start = groups[first][0]
    decimals = re.search(r"\d[.,]$", before + run[max(0, start - 3) : start]) is not None
    for last in range(min(len(groups), first + MOST_DIGITS) - 1, first - 1, -1):
        lengths = tuple(end - begin for begin, end in groups[first : last + 1])
        if not LEAST_DIGITS <= sum(lengths) <= MOST_DIGITS:
            continue
        whole = first == 0 and last == len(groups) - 1
        shaped = whole or lengths in _PRINTED or len(lengths) == 1
        digits = _digits(run[start : groups[last][1]])
        if shaped and not (decimals and len(lengths) == 1) and is_card_number(digits):
            return last
    return None


def _is_account(groups: Sequence[tuple[int, int]], before: str) -> bool:
    """Whether these are the groups of an account number: after a country's two letters, or so
    printed.
    """
    lengths = tuple(end - start for start, end in groups)
    return lengths == _ACCOUNT or re.search(r"(^|[^A-Za-z])[A-Z]{2}$", before) is not None


def _digits(text: str) -> str:
    return "".join(_GROUP.findall(text))


def _has_scheme(digits: str) -> bool:
    return any(
        low <= digits[: len(low)] <= high and len(digits) in lengths
        for low, high, lengths in _SCHEMES
    )


def _luhn(digits: str) -> bool:
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (
        sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)
    ) % 10 == 0


def _is_security_code(header: str) -> bool:
    return re.sub(r"[^a-z0-9]", "", header.lower()) in _SECURITY_CODES
