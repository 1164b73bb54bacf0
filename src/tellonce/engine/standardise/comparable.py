"""COMPARABLE: records in normal form, row for row."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.addresses import (
    comparable_city,
    comparable_number,
    comparable_postal_code,
    comparable_street,
    comparable_unit,
)
from tellonce.engine.standardise.coordinates import comparable_coordinates
from tellonce.engine.standardise.emails import comparable_emails
from tellonce.engine.standardise.genders import comparable_gender
from tellonce.engine.standardise.identifiers import comparable_identifier
from tellonce.engine.standardise.lists import regroup
from tellonce.engine.standardise.names import (
    comparable_family,
    comparable_given,
    comparable_middle,
    comparable_suffix,
)
from tellonce.engine.standardise.organisations import comparable_organisation
from tellonce.engine.standardise.params import StandardiseParams
from tellonce.engine.standardise.phones import comparable_phones
from tellonce.engine.standardise.places import region_code
from tellonce.engine.standardise.several import comparable_list
from tellonce.engine.standardise.text import fold, join_words, map_distinct, map_parts, to_ascii
from tellonce.engine.tables import (
    COMPARABLE,
    COMPARABLE_ADDRESS,
    COMPARABLE_IDENTIFIER,
    COMPARABLE_NAME,
    COMPARABLE_OTHER,
    RECORDS,
    check,
)

Columns = dict[str, pa.Array]
_UNPRINTED = re.compile(r"[^!-~]")


def comparable(records: pa.Table, params: StandardiseParams) -> pa.Table:
    """Return the COMPARABLE of RECORDS: same rows, same order. Pure: each row depends on itself
    alone.
    """
    table = check(records, RECORDS, "RECORDS")
    columns = {name: _one_array(table.column(name)) for name in table.column_names}
    names = columns["names"]
    made: Columns = {
        "source": columns["source"],
        "record_id": columns["record_id"],
        "entity": columns["entity"],
        "names": _structs(names, _names, COMPARABLE_NAME),
        "suffix": _suffix(names),
        "organisations": _texts(columns["organisations"], _organisations),
        **_birth(columns["birth_date"], columns["birth_date_ambiguous"]),
        "gender": map_distinct(columns["gender"], comparable_gender),
        "emails": _texts(columns["emails"], comparable_emails),
        "phones": _texts(columns["phones"], comparable_phones),
        "addresses": _structs(columns["addresses"], _addresses, COMPARABLE_ADDRESS),
        "identifiers": _structs(columns["identifiers"], _identifiers, COMPARABLE_IDENTIFIER),
        "others": _structs(columns["others"], _others, COMPARABLE_OTHER),
    }
    return check(pa.table(made, schema=COMPARABLE), COMPARABLE, "COMPARABLE")


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _texts(lists: pa.Array, normal: Callable[[pa.Array], pa.Array]) -> pa.Array:
    values = normal(pc.list_flatten(lists))
    return regroup(_parents(lists), _valid(values), values, len(lists))


def _structs(
    lists: pa.Array, normal: Callable[[Columns], list[pa.Array]], kind: pa.StructType
) -> pa.Array:
    flat = pc.list_flatten(lists)
    fields = normal({field.name: pc.struct_field(flat, field.name) for field in flat.type})
    keep = np.logical_or.reduce([_valid(field) for field in fields])
    values = pa.StructArray.from_arrays(fields, fields=list(kind))
    return regroup(_parents(lists), keep, values, len(lists))


def _parents(lists: pa.Array) -> np.ndarray:
    return np.asarray(pc.list_parent_indices(lists).to_numpy(zero_copy_only=False))


def _valid(values: pa.Array) -> np.ndarray:
    return np.asarray(values.is_valid().to_numpy(zero_copy_only=False), dtype=bool)


def _names(flat: Columns) -> list[pa.Array]:
    given, further = map_parts(flat["given"], comparable_given, 2)
    middle = join_words(further, map_distinct(flat["middle"], comparable_middle))
    return [given, middle, map_distinct(flat["family"], comparable_family)]


def _suffix(names: pa.Array) -> pa.Array:
    """The generation of the first name that has one, or that ends in one."""
    flat = pc.list_flatten(names)
    told = map_distinct(pc.struct_field(flat, "suffix"), comparable_suffix)
    written = map_distinct(pc.struct_field(flat, "family"), trailing_suffix)
    suffixes = pc.coalesce(told, written)
    parents, valid = _parents(names), _valid(suffixes)
    rows, first = np.unique(parents[valid], return_index=True)
    places = np.full(len(names), -1)
    places[rows] = np.flatnonzero(valid)[first]
    return suffixes.take(pa.array(places, mask=places < 0))


def trailing_suffix(family: str) -> str | None:
    """The generation that a family name ends in."""
    _, space, last = family.strip().rpartition(" ")
    return comparable_suffix(last) if space else None


def _organisations(values: pa.Array) -> pa.Array:
    return map_distinct(values, comparable_organisation)


def _birth(iso: pa.Array, ambiguous: pa.Array) -> Columns:
    def part(start: int, stop: int, kind: pa.DataType) -> pa.Array:
        text = pc.utf8_slice_codeunits(iso, start, stop)
        return pc.if_else(pc.equal(text, ""), None, text).cast(kind)

    return {
        "birth_year": part(0, 4, pa.int16()),
        "birth_month": part(5, 7, pa.int8()),
        "birth_day": part(8, 10, pa.int8()),
        "birth_swappable": pc.fill_null(ambiguous, False),
    }


ADDRESS_PARTS: dict[str, Callable[[str], str | None]] = {
    "street": comparable_street,
    "number": comparable_number,
    "unit": comparable_unit,
    "city": comparable_city,
    "region": lambda text: region_code(text) or None,
    "postal_code": comparable_postal_code,
    "country": lambda text: fold(text) or None,
}


def _addresses(flat: Columns) -> list[pa.Array]:
    return [map_distinct(flat[name], function) for name, function in ADDRESS_PARTS.items()]


def _identifiers(flat: Columns) -> list[pa.Array]:
    polish = pc.fill_null(pc.equal(flat["kind"], "nip"), False)
    bare = pc.replace_substring_regex(flat["value"], r"^(?i:pl)\s*", "")
    values = map_distinct(pc.if_else(polish, bare, flat["value"]), comparable_identifier)
    return [pc.if_else(values.is_valid(), flat["kind"], None), values]


def _others(flat: Columns) -> list[pa.Array]:
    values = map_distinct(flat["value"], lambda text: fold(text) or None)
    for kinds, normal in _OF_KINDS:
        here = pc.fill_null(pc.is_in(flat["kind"], pa.array(kinds)), False)
        own = map_distinct(pc.if_else(here, flat["value"], None), normal)
        values = pc.if_else(here, own, values)
    return [pc.if_else(values.is_valid(), flat["name"], None), values]


def exact(text: str) -> str | None:
    """Numbers without padding (1,50 and 01.5 are 1.5), dates as they are, all else in ASCII."""
    try:
        return f"{float(text.replace(',', '.')):.12g}"
    except ValueError:
        return " ".join(_UNPRINTED.sub(" ", to_ascii(text)).split()) or None


_OF_KINDS: tuple[tuple[list[str], Callable[[str], str | None]], ...] = (
    (["number", "date"], exact),
    (["coordinates"], comparable_coordinates),
    (["list"], comparable_list),
)
