"""The comparable values by which a record is looked up exactly: e-mails, phones, identifiers."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.emails import comparable_emails, display_emails
from tellonce.engine.standardise.phones import comparable_phones, display_phones

EMAIL, PHONE, IDENTIFIER = "email", "phone", "identifier"
Lookup = tuple[str, str]


def lookups_of(records: pa.Table) -> list[tuple[Lookup, ...]]:
    """RECORDS -> per row its (kind, comparable value) pairs, each once."""
    records = records.combine_chunks()
    found: list[list[Lookup]] = [[] for _ in range(records.num_rows)]
    emails, phones = records.column("emails"), records.column("phones")
    _add(found, EMAIL, emails, comparable_emails(_values(emails)))
    _add(found, PHONE, phones, comparable_phones(_values(phones)))
    identifiers = records.column("identifiers")
    values = (
        _values(identifiers).field("value")
        if len(_values(identifiers))
        else pa.array([], pa.string())
    )
    _add(
        found,
        IDENTIFIER,
        identifiers,
        pa.array(map(comparable_identifier, values.to_pylist()), pa.string()),
    )
    return [tuple(dict.fromkeys(pairs)) for pairs in found]


def comparable_email(text: str) -> str | None:
    """An e-mail as a person types it, in comparable form; None where it is none."""
    column = comparable_emails(display_emails(pa.array([text.strip()], pa.string())))
    value = column[0].as_py()
    return value if value and "@" in value else None


def comparable_phone_forms(text: str, regions: list[str]) -> list[str]:
    """A phone number as a person types it, in comparable forms: as it is, then as dialled in each
    of the countries; empty where it is none.
    """
    forms = []
    for region in [None, *regions]:
        shown = display_phones(pa.array([text.strip()], pa.string()), region)
        value = comparable_phones(shown)[0].as_py()
        if value and value not in forms:
            forms.append(value)
    return forms


def comparable_identifier(text: str | None) -> str | None:
    """An identifier without spaces and punctuation, in upper case; None where nothing is left."""
    return re.sub(r"[^0-9A-Za-z]", "", text or "").upper() or None


def _values(column: pa.ChunkedArray) -> pa.Array:
    lists = column.combine_chunks()
    lists = lists if isinstance(lists, pa.Array) else pa.concat_arrays(lists.chunks)
    return lists.flatten()


def _add(found: list[list[Lookup]], kind: str, column: pa.ChunkedArray, values: pa.Array) -> None:
    parents = pc.list_parent_indices(column.combine_chunks())
    parents = parents if isinstance(parents, pa.Array) else pa.concat_arrays(parents.chunks)
    for row, value in zip(parents.to_pylist(), values.to_pylist(), strict=True):
        if value:
            found[row].append((kind, value))
