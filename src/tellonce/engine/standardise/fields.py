"""The columns of one source by attribute, cleaned of placeholders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.columns import Column, Recognition
from tellonce.engine.standardise.placeholders import Placeholder, without_placeholders
from tellonce.engine.standardise.text import FEW, as_text

LONGEST = 1_000  # characters of a value that is taken apart: no name, address or number is longer


@dataclass
class Fields:
    """Text columns of a source with what they were recognised as; filled once, then only read.

    Arrays have `rows` values each; `placeholders` collects what was not taken at its word.
    """

    rows: int
    region: str | None = None
    columns: list[tuple[Column, pa.Array]] = field(default_factory=list)
    raw: dict[str, pa.ChunkedArray] = field(default_factory=dict)
    placeholders: list[Placeholder] = field(default_factory=list)

    def groups(self, attributes: frozenset[str]) -> list[str]:
        """Return the groups that have a column of some attribute, the main one ("") first."""
        found = {column.group for column, _ in self.columns if column.attribute in attributes}
        return sorted(found)

    def all_of(self, attribute: str, group: str | None = None) -> list[pa.Array]:
        """Return the columns of an attribute, by index and then as in the table."""
        found = [
            (column.index, place, text)
            for place, (column, text) in enumerate(self.columns)
            if column.attribute == attribute and group in (None, column.group)
        ]
        return [text for _, _, text in sorted(found, key=lambda entry: entry[:2])]

    def one(self, attribute: str, group: str | None = "") -> pa.Array:
        """Return the first value of every row among the columns of an attribute, else null."""
        found = self.all_of(attribute, group)
        if len(found) < 2:
            return found[0] if found else self.nothing()
        return pc.coalesce(*found)

    def components(self, attribute: str, group: str) -> list[pa.Array]:
        """Return one column for each index of an attribute (lname_c1, lname_c2), by index."""
        found: dict[int, list[pa.Array]] = {}
        for column, text in self.columns:
            if column.attribute == attribute and column.group == group:
                found.setdefault(column.index, []).append(text)
        return [pc.coalesce(*found[index]) for index in sorted(found)]

    def has_any(self, attributes: Collection[str]) -> bool:
        """Return whether the main group has a column of some attribute."""
        return any(c.attribute in attributes and c.group == "" for c, _ in self.columns)

    def has(self, attribute: str, group: str = "") -> bool:
        """Return whether the source has such a column."""
        return bool(self.all_of(attribute, group))

    def nothing(self) -> pa.Array:
        """Return a text column of nulls."""
        return pa.nulls(self.rows, pa.string())

    def label(self, text: str, where: pa.Array) -> pa.Array:
        """Return a column that holds `text` where a mask is true, else null."""
        if self.rows <= FEW:
            return pa.array([text if here else None for here in where.to_pylist()], pa.string())
        return pc.if_else(pc.fill_null(where, False), text, pa.scalar(None, pa.string())) \
            if self.rows else self.nothing()  # fmt: skip


def read_fields(table: pa.Table, recognition: Recognition) -> Fields:
    """Return the recognised columns of a table as clean text."""
    fields = Fields(table.num_rows)
    for place, column in enumerate(recognition.columns):
        if column.attribute is None:
            continue
        text, long = _without_overlong(as_text(table.column(place)), column.attribute)
        text, found = without_placeholders(text, column.attribute)
        fields.columns.append((column, text))
        fields.raw.setdefault(column.attribute, table.column(place))
        fields.placeholders.extend([*long, *found])
    return fields


def _without_overlong(values: pa.Array, attribute: str) -> tuple[pa.Array, list[Placeholder]]:
    """Return the column with values of more than LONGEST characters made null, and those found.

    Attributes without a known meaning keep them: these are not taken apart.
    """
    if values.nbytes <= LONGEST:
        return values, []
    long = pc.fill_null(pc.greater(pc.utf8_length(values), LONGEST), False)
    if attribute.startswith("other:") or not pc.any(long).as_py():
        return values, []
    why = f"longer than {LONGEST} characters"
    counts = pc.value_counts(pc.utf8_slice_codeunits(values.filter(long), 0, 40)).to_pylist()
    found = [Placeholder(attribute, f"{c['values']}...", c["counts"], why) for c in counts]
    return pc.if_else(long, None, values), sorted(found, key=lambda one: one.value)
