"""A stretch of a file of activity -> rows ready to be stored."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.hub.activity.amounts import currency, number
from tellonce.hub.activity.columns import Layout
from tellonce.hub.activity.types import ArrivedActivity, ArrivedProduct
from tellonce.hub.bridge.services import header_name
from tellonce.hub.bridge.times import read_times
from tellonce.hub.policy.classes import field_class, is_encrypted
from tellonce.hub.sources.arrival import customer_key
from tellonce.hub.vault.services import content_hash

SECTION_OF = {
    "accounts": "account",
    "products": "account",
    "transactions": "transactions",
    "opportunities": "transactions",
    "interactions": "interactions",
    "tickets": "interactions",
    "marketing": "marketing",
    "notes": "notes",
    "social": "social",
    "surveys": "feedback",
}
_TITLE, _KEY, _SHORT = 255, 255, 60


@dataclass
class Keys:
    """Keys of the rows of one file: the k-th row of equal key gets `#k`, so that lines that are
    really twice in a file are kept, and the same file loaded again repeats them all.
    """

    seen: dict[str, int] = field(default_factory=dict)

    def of(self, own: str | None, digest: bytes) -> str:
        """The key of the next row: its own, else one made of its content."""
        key = own[: _KEY - 12] if own else "~" + base64.b64encode(digest).decode().rstrip("=")
        count = self.seen[key] = self.seen.get(key, 0) + 1
        return key if count == 1 else f"{key}#{count}"


def activities(
    table: pa.Table, layout: Layout, kind: str, keys: Keys, unread: Counter[str]
) -> list[ArrivedActivity]:
    """The rows of a table of text columns, in order; `unread` counts as `_Columns` says."""
    rows = table.num_rows
    one = _Columns(table, layout, unread)
    digests = digests_of(table)
    own = one.text(layout.key) if layout.key else [None] * rows
    quantities, amounts, currencies = _money(one)
    columns = (
        one.customer_keys(),
        [keys.of(key, digest) for key, digest in zip(own, digests, strict=True)],
        digests,
        one.times("occurred_at"),
        one.short("reference", 100),
        one.short("title", _TITLE),
        one.short("product_key", 100),
        quantities,
        amounts,
        currencies,
        _states(one.short("status", _SHORT), quantities, amounts, kind),
        one.short("channel", _SHORT),
    )
    details = _details(one.rest(but=_price_beside_amount(layout)), kind)
    return [ArrivedActivity(*row) for row in zip(*columns, *details, strict=True)]


def products(table: pa.Table, layout: Layout, unread: Counter[str]) -> list[ArrivedProduct]:
    """The rows of a catalogue; those without a product key are left out."""
    one = _Columns(table, layout, unread)
    columns = (
        [key.strip() for key in one.short("product_key", 100)],
        one.short("title", _TITLE),
        one.short("category", _TITLE),
        one.numbers("price"),
        one.currencies("price"),
    )
    details, _ = _details(one.rest(), "products")
    return [ArrivedProduct(*row) for row in zip(*columns, details, strict=True) if row[0]]


def digests_of(table: pa.Table) -> list[bytes]:
    """16 bytes over the filled columns of each row, whatever their order."""
    parts = [
        pc.binary_join_element_wise(pa.scalar(name), table.column(name), "\x1f")
        for name in sorted(table.column_names)
    ]
    # Rows whose values are all null would be lost without a last one that never is.
    joined = pc.binary_join_element_wise(*parts, pa.scalar(""), "\x1e", null_handling="skip")
    return [content_hash((text or "").encode())[:16] for text in joined.to_pylist()]


class _Columns:
    """The columns of a table by field; a field without a column is all missing.

    It remembers which values a field could not hold in full (a text too long, a date that cannot
    be read), so that these are kept among the details as well, and counts in `unread`, by column,
    the dates and numbers that could not be read.
    """

    def __init__(self, table: pa.Table, layout: Layout, unread: Counter[str]) -> None:
        self._table, self._layout, self._unread = table, layout, unread
        self._lost: dict[str, list[bool]] = {}

    def rest(self, but: str | None = None) -> pa.Table:
        """What no field holds: columns without a field and `but`, and lost values of the others."""
        table, nothing = self._table, pa.scalar(None, pa.string())
        for header in set(self._layout.columns.values()) - {but}:
            place = table.column_names.index(header)
            if header in self._lost:
                lost = pa.array(self._lost[header], pa.bool_())
                kept = pc.if_else(lost, whole(table.column(header)), nothing)
                table = table.set_column(place, header, kept)
            else:
                table = table.remove_column(place)
        return table

    def column(self, name: str) -> pa.Array:
        """The column of a field, as one array of text."""
        header = self._layout.columns.get(name)
        if header is None:
            return pa.nulls(self._table.num_rows, pa.string())
        return whole(self._table.column(header))

    def text(self, header: str) -> list[str | None]:
        """A column by its header."""
        return self._table.column(header).to_pylist()

    def short(self, name: str, width: int) -> list[str]:
        """A field of at most `width` characters, "" where missing."""
        texts = [text or "" for text in self.column(name).to_pylist()]
        self._note_lost(name, [len(text) > width for text in texts])
        return [text[:width] for text in texts]

    def customer_keys(self) -> list[str]:
        """The field customer_key as it is compared."""
        return _each(self.column("customer_key"), customer_key, missing="")

    def times(self, name: str) -> list[Any]:
        """A field of times."""
        texts = self.column(name)
        moments = read_times(texts, day_first=self._layout.day_first is not False)
        self._note_unread(name, texts, moments)
        return moments

    def numbers(self, name: str) -> list[Decimal | None]:
        """A field of numbers."""
        texts = self.column(name)
        numbers = _each(texts, number)
        self._note_unread(name, texts, numbers)
        return numbers

    def currencies(self, amount: str) -> list[str]:
        """The field currency, else what stands with the amount."""
        written = _each(self.column(amount), currency, missing="")
        return [
            told or found for told, found in zip(self.short("currency", 10), written, strict=True)
        ]

    def _note_lost(self, name: str, lost: list[bool]) -> None:
        if any(lost):
            self._lost[self._layout.columns[name]] = lost

    def _note_unread(self, name: str, texts: pa.Array, read: Sequence[Any]) -> None:
        if sum(value is None for value in read) > texts.null_count:
            given = texts.is_valid().to_pylist()
            lost = [there and value is None for there, value in zip(given, read, strict=True)]
            self._note_lost(name, lost)
            self._unread[self._layout.columns[name]] += sum(lost)


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column as one array."""
    return (
        column
        if isinstance(column, pa.Array)
        else pa.concat_arrays(column.chunks or [pa.array([], column.type)])
    )


def _money(one: _Columns) -> tuple[list[Decimal | None], list[Decimal | None], list[str]]:
    """Quantity, amount (its own, else quantity times unit price) and currency of each row."""
    quantities, amounts, prices = map(one.numbers, ("quantity", "amount", "unit_price"))
    amounts = [
        a if a is not None or p is None else p if q is None else p * q
        for a, p, q in zip(amounts, prices, quantities, strict=True)
    ]
    return quantities, amounts, one.currencies("amount")


def _price_beside_amount(layout: Layout) -> str | None:
    """The column of the price of one, where the amount does not say the same."""
    fields = layout.columns
    return fields.get("unit_price") if {"quantity", "amount"} & set(fields) else None


def _states(
    stated: Sequence[str],
    quantities: Sequence[Decimal | None],
    amounts: Sequence[Decimal | None],
    kind: str,
) -> list[str]:
    """A transaction with a negative quantity or amount and no status of its own is a return."""
    if kind != "transactions":
        return list(stated)
    return [
        state or ("returned" if (q is not None and q < 0) or (a is not None and a < 0) else "")
        for state, q, a in zip(stated, quantities, amounts, strict=True)
    ]


def _details(rest: pa.Table, kind: str) -> tuple[list[str], list[str | None]]:
    """What no field holds, as JSON: open columns, and those that must be sealed."""
    names = rest.column_names
    hidden = [h for h in names if is_encrypted(field_class(SECTION_OF[kind], header_name(h)))]
    opened = [h for h in names if h not in hidden]
    return [text or "" for text in _objects(rest, opened)], _objects(rest, hidden)


def _objects(table: pa.Table, headers: Sequence[str]) -> list[str | None]:
    if not headers:
        return [None] * table.num_rows
    columns: Iterable[list[str | None]] = (table.column(h).to_pylist() for h in headers)
    return [
        json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else None
        for row in zip(*columns, strict=True)
        for said in [{h: v for h, v in zip(headers, row, strict=True) if v}]
    ]


def _each(column: pa.Array, read: Callable[[str], Any], missing: Any = None) -> list[Any]:
    """`read` of each text, done once per distinct value."""
    coded = column.dictionary_encode()
    values = [read(text) for text in coded.dictionary.to_pylist()]
    return [missing if i is None else values[i] for i in coded.indices.to_pylist()]
