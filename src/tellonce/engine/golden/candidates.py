"""RECORDS of a few clusters, flattened to candidates: one row per value a record states."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

from tellonce.engine.golden.rules import ATTRIBUTES

Ints = np.ndarray[Any, np.dtype[np.int64]]

NAME_FIELDS = ("title", "given", "middle", "family", "suffix")
ADDRESS_FIELDS = ("street", "number", "unit", "city", "region", "postal_code", "country")


@dataclasses.dataclass(frozen=True)
class Candidates:
    """What records state for one unit, aligned arrays of one length.

    `record` is the position in the records given, ascending; `value` is equal where two candidates
    say the same; `label` tells attributes of one family apart (index into `labels`);
    `kind`, `validity` and `completeness` are small numbers from 0, more is better. `parts` holds
    what is shown, one string array per attribute (null: nothing stated); for a family of
    attributes it is one array, and the attribute's name comes from `labels`.
    """

    unit: str
    record: Ints
    value: Ints
    kind: Ints
    validity: Ints
    completeness: Ints
    parts: tuple[pa.Array, ...]
    label: Ints
    labels: tuple[str, ...] = ()

    def where(self, mask: np.ndarray[Any, np.dtype[np.bool_]], unit: str) -> Candidates:
        """The candidates under `mask`, as those of `unit`."""
        arrays = (self.record, self.value, self.kind, self.validity, self.completeness)
        record, value, kind, validity, completeness = (array[mask] for array in arrays)
        parts = tuple(part.filter(pa.array(mask)) for part in self.parts)
        label = self.label[mask]
        return Candidates(
            unit, record, value, kind, validity, completeness, parts, label, self.labels
        )


def candidates(records: pa.Table, cluster: Ints) -> Iterator[Candidates]:
    """Every unit and family of attributes that `records` (RECORDS, one chunk a column) states;
    `cluster` is that of each record.
    """
    yield _names(_column(records, "names"))
    yield _list("organisation", _column(records, "organisations"))
    yield _birth_dates(records)
    yield _scalar("gender", _column(records, "gender"))
    yield _list("email", _column(records, "emails"))
    yield _phones(_column(records, "phones"))
    yield _addresses(_column(records, "addresses"))
    identifiers = _identifiers(_column(records, "identifiers"))
    yield identifiers
    yield _others(_column(records, "others"), identifiers, cluster)


def _column(records: pa.Table, name: str) -> pa.Array:
    column = records.column(name).combine_chunks()
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column


def _stated(values: pa.Array) -> pa.Array:
    """`values` with empty text as null."""
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(values), ""), None, values)


def _folded(values: pa.Array) -> pa.Array:
    """What is compared of a text: without letter case, accents and outer blanks; null as empty.

    A system that cannot write a letter does not contradict one that can.
    """
    plain = pc.fill_null(pc.utf8_trim_whitespace(pc.utf8_lower(values)), "")
    if pc.all(pc.string_is_ascii(plain)).as_py() is not False:
        return plain
    coded = plain.dictionary_encode()
    folded = pa.array([anyascii(text).lower() for text in coded.dictionary.to_pylist()])
    return folded.take(coded.indices)


def _codes(values: pa.Array) -> Ints:
    return _int(pc.dictionary_encode(values).indices)


def _int(values: pa.Array) -> Ints:
    array: Ints = values.to_numpy(zero_copy_only=False).astype(np.int64)
    return array


def _filled(values: pa.Array) -> Ints:
    return _int(pc.cast(pc.is_valid(values), pa.int8()))


def _flat(lists: pa.Array) -> tuple[Ints, pa.Array]:
    """The record each element of `lists` belongs to, and the elements."""
    return _int(pc.list_parent_indices(lists)), pc.list_flatten(lists)


def _made(
    unit: str,
    record: Ints,
    key: pa.Array,
    parts: Sequence[pa.Array],
    **standing: Ints,
) -> Candidates:
    """Candidates of `unit`, those whose `key` is empty left out."""
    zeros = np.zeros(len(record), dtype=np.int64)
    made = Candidates(
        unit,
        record,
        _codes(key),
        standing.get("kind", zeros),
        standing.get("validity", zeros),
        standing.get("completeness", zeros),
        tuple(parts),
        standing.get("label", zeros),
    )
    stated = pc.not_equal(key, "").to_numpy(zero_copy_only=False)
    return made if stated.all() else made.where(stated, unit)


def _scalar(unit: str, values: pa.Array) -> Candidates:
    record = np.arange(len(values), dtype=np.int64)
    return _made(unit, record, _folded(values), [values])


def _list(unit: str, lists: pa.Array) -> Candidates:
    record, values = _flat(lists)
    return _made(unit, record, _folded(values), [values])


def _birth_dates(records: pa.Table) -> Candidates:
    dates = _column(records, "birth_date")
    ambiguous = pc.fill_null(_column(records, "birth_date_ambiguous"), False)
    return _made(
        "birth_date",
        np.arange(len(dates), dtype=np.int64),
        _folded(dates),
        [dates],
        validity=1 - _int(pc.cast(ambiguous, pa.int8())),
        completeness=_int(pc.fill_null(pc.utf8_length(dates), 0)),
    )


def _phones(lists: pa.Array) -> Candidates:
    record, values = _flat(lists)
    international = pc.fill_null(pc.starts_with(values, "+"), False)
    validity = _int(pc.cast(international, pa.int8()))
    return _made("phone", record, _folded(values), [values], validity=validity)


def _joined(values: Sequence[pa.Array], separator: str = "\x1f") -> pa.Array:
    return pc.binary_join_element_wise(*values, separator)


def _main_first(kinds: pa.Array) -> Ints:
    return _int(pc.cast(pc.equal(_folded(kinds), ""), pa.int8()))


def _names(lists: pa.Array) -> Candidates:
    record, names = _flat(lists)
    title, given, middle, family, suffix = (
        _stated(pc.struct_field(names, field)) for field in NAME_FIELDS
    )
    whole = _stated(pc.struct_field(names, "full"))
    parts = _stated(_joined_filled([given, middle, family]))
    both = pc.and_(pc.is_valid(given), pc.is_valid(family))
    full = pc.coalesce(pc.if_else(both, parts, whole), whole, parts)  # never "Family, Given"
    key = pc.if_else(
        pc.or_(pc.is_valid(given), pc.is_valid(family)),
        _joined([_folded(given), _folded(family)]),
        _folded(full),
    )
    return _made(
        "name",
        record,
        key,
        [title, given, middle, family, suffix, full],
        kind=_main_first(pc.struct_field(names, "kind")),
        completeness=_filled(given) + _filled(family),
    )


def _joined_filled(values: Sequence[pa.Array]) -> pa.Array:
    # Rows whose values are all null would be lost without a last one that never is.
    joined = pc.binary_join_element_wise(*values, pa.scalar(""), " ", null_handling="skip")
    return pc.utf8_trim_whitespace(joined)


def _addresses(lists: pa.Array) -> Candidates:
    record, addresses = _flat(lists)
    parts = [_stated(pc.struct_field(addresses, field)) for field in ADDRESS_FIELDS]
    street, number, _, city, _, postal_code, _ = parts
    full = _stated(pc.struct_field(addresses, "full"))
    unparsed = pc.is_null(pc.coalesce(*parts))
    parts[0] = street = pc.if_else(unparsed, full, street)
    place = pc.coalesce(postal_code, city)
    stated = pc.is_valid(pc.coalesce(*parts))
    key = _joined([_folded(part) for part in (street, number, place)])
    return _made(
        "address",
        record,
        pc.if_else(stated, key, ""),
        parts,
        kind=_main_first(pc.struct_field(addresses, "kind")),
        completeness=_filled(street) + _filled(number) + _filled(place),
    )


def _family(unit: str, made: Candidates, labels: pa.Array) -> Candidates:
    """`made` with its labels in alphabetical order of their distinct values."""
    distinct = sorted(labels.dictionary.to_pylist())
    rank = {label: index for index, label in enumerate(distinct)}
    by_code = np.array([rank[label] for label in labels.dictionary.to_pylist()], dtype=np.int64)
    label = by_code[made.label] if len(by_code) else made.label
    return dataclasses.replace(made, unit=unit, label=label, labels=tuple(distinct))


def _identifiers(lists: pa.Array) -> Candidates:
    record, identifiers = _flat(lists)
    values = _stated(pc.struct_field(identifiers, "value"))
    kinds = pc.dictionary_encode(pc.fill_null(pc.struct_field(identifiers, "kind"), "identifier"))
    valid = pc.cast(pc.struct_field(identifiers, "valid"), pa.int8())
    validity = pc.fill_null(pc.multiply(valid, pa.scalar(2, pa.int8())), 1)
    label = _int(kinds.indices)
    made = _made(
        "identifier", record, _folded(values), [values], validity=_int(validity), label=label
    )
    return _family("identifier", made, kinds)


def _others(lists: pa.Array, identifiers: Candidates, cluster: Ints) -> Candidates:
    """Other attributes; a name that the customer's golden record has already, as an attribute or as
    the kind of an identifier, gets the prefix "other:".
    """
    record, others = _flat(lists)
    values = _stated(pc.struct_field(others, "value"))
    names = pc.fill_null(pc.struct_field(others, "name"), "other")
    taken = _taken(names, cluster[record], identifiers, cluster)
    names = pc.if_else(taken, pc.binary_join_element_wise("other", names, ":"), names)
    coded = pc.dictionary_encode(names)
    made = _made("other", record, _folded(values), [values], label=_int(coded.indices))
    return _family("other", made, coded)


def _taken(names: pa.Array, owner: Ints, identifiers: Candidates, cluster: Ints) -> pa.Array:
    """Whether each name is that of an attribute, or of an identifier of the cluster `owner`."""
    taken = pc.is_in(names, pa.array(ATTRIBUTES))
    alike = pc.is_in(names, pa.array(identifiers.labels, pa.string()))
    if not pc.any(alike).as_py():
        return taken
    held = {
        (customer, identifiers.labels[label])
        for customer, label in zip(
            cluster[identifiers.record].tolist(), identifiers.label.tolist(), strict=True
        )
    }
    pairs = zip(owner.tolist(), names.to_pylist(), strict=True)
    return pc.or_(taken, pa.array([pair in held for pair in pairs], pa.bool_()))
