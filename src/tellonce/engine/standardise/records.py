"""RECORDS of one source: what each record says, parsed, cleaned, fit to be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.columns import Recognition
from tellonce.engine.standardise.coordinates import coordinates
from tellonce.engine.standardise.dates import (
    date_order,
    join_parts,
    read_dates,
    read_times,
    without_defaults,
)
from tellonce.engine.standardise.emails import display_emails, further_emails
from tellonce.engine.standardise.fields import Fields, read_fields
from tellonce.engine.standardise.genders import display_gender
from tellonce.engine.standardise.identifiers import identifier_country, is_valid, kind_of
from tellonce.engine.standardise.lists import list_of, list_of_structs
from tellonce.engine.standardise.params import StandardiseParams
from tellonce.engine.standardise.people import names_and_organisations
from tellonce.engine.standardise.phones import display_phones, further_phones
from tellonce.engine.standardise.placeholders import Placeholder
from tellonce.engine.standardise.places import country_code
from tellonce.engine.standardise.places_lived import addresses
from tellonce.engine.standardise.regions import guess_region
from tellonce.engine.standardise.text import fold, map_distinct, says_nothing
from tellonce.engine.tables import IDENTIFIER, OTHER, RECORDS, check

_BIRTH_PARTS = ("birth_year", "birth_month", "birth_day")


@dataclass(frozen=True)
class Standardised:
    """The RECORDS of a source, and what was not taken at its word.

    `recognition` is the one given with the region and the order of dates filled in as the whole
    source showed them: with it a few records that arrive later are read as they would have been
    among the others.
    """

    table: pa.Table
    recognition: Recognition
    placeholders: tuple[Placeholder, ...] = ()

    @property
    def region(self) -> str | None:
        """ISO alpha-2 country the source's phone numbers and addresses were read for."""
        return self.recognition.region


def records(
    source: str,
    record_ids: pa.Array,
    table: pa.Table,
    recognition: Recognition,
    params: StandardiseParams,
) -> Standardised:
    """Return the RECORDS of a source, row for row; `record_ids` has one text for each row."""
    fields = read_fields(table, recognition)
    fields.region = params.regions.get(source) or recognition.region or guess_region(fields)
    day_first = params.day_first.get(source, recognition.day_first)
    iso, ambiguous, shown = _birth_dates(fields, day_first, params.weak_share)
    names, organisations, entity = names_and_organisations(fields)
    made = {
        "source": pa.array([source] * len(table), pa.string()),
        "record_id": _one_array(record_ids).cast(pa.string()),
        "observed_at": _observed(fields, day_first),
        "entity": entity,
        "names": names,
        "organisations": organisations,
        "birth_date": iso,
        "birth_date_ambiguous": ambiguous,
        "gender": map_distinct(fields.one("gender"), display_gender),
        "emails": _emails(fields),
        "phones": _phones(fields),
        "addresses": addresses(fields),
        "identifiers": _identifiers(fields),
        "others": _others(fields),
    }
    made_table = check(pa.table(made, schema=RECORDS), RECORDS, "RECORDS")
    settled = replace(
        recognition, region=fields.region, day_first=shown if day_first is None else day_first
    )
    return Standardised(made_table, settled, _summed(fields.placeholders))


def _one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return column


def _summed(found: list[Placeholder]) -> tuple[Placeholder, ...]:
    """Return the placeholders in order, those of several columns of one attribute added up."""
    counts: dict[tuple[str, str, str], int] = {}
    for one in found:
        key = (one.attribute, one.value, one.why)
        counts[key] = counts.get(key, 0) + one.count
    return tuple(
        Placeholder(attribute, value, count, why)
        for (attribute, value, why), count in sorted(counts.items())
    )


def _birth_dates(
    fields: Fields, day_first: bool | None, weak_share: float
) -> tuple[pa.Array, pa.Array, bool | None]:
    """Return ISO dates, which are ambiguous, and whether the source shows that the day is first."""
    shown: bool | None = None
    dates, unsure = fields.nothing(), pc.is_valid(fields.nothing())
    columns = fields.all_of("birth_date", "")
    if fields.has_any(_BIRTH_PARTS):
        columns.append(join_parts(*(fields.one(part) for part in _BIRTH_PARTS)))
    for column in columns:
        order = date_order(pc.unique(column).drop_null().to_pylist(), fields.region, day_first)
        shown = order.day_first if shown is None and order.sure else shown
        read = read_dates(column, order)
        unsure = pc.if_else(dates.is_null(), read.ambiguous, unsure)
        dates = pc.coalesce(dates, read.iso)
        fields.placeholders.extend(read.refused)
    dates, weak = without_defaults(dates, weak_share)
    fields.placeholders.extend(weak)
    full = pc.fill_null(pc.equal(pc.utf8_length(dates), 10), False)
    return dates, pc.and_(unsure, full), shown


def _observed(fields: Fields, day_first: bool | None) -> pa.Array:
    if not fields.has("observed_at"):
        return pa.nulls(fields.rows, pa.timestamp("us", "UTC"))
    text = fields.all_of("observed_at")[0]
    order = date_order(pc.unique(text).drop_null().to_pylist(), fields.region, day_first)
    return read_times(fields.raw["observed_at"], text, order)


def _emails(fields: Fields) -> pa.Array:
    columns = _said(fields.all_of("email"))
    slots = [display_emails(column) for column in columns]
    return list_of([*slots, *_said(map(further_emails, columns))], fields.rows)


def _said(columns: Iterable[pa.Array]) -> list[pa.Array]:
    """Return those of the columns that hold anything."""
    return [column for column in columns if not says_nothing(column)]


def _phones(fields: Fields) -> pa.Array:
    countries = map_distinct(fields.one("country"), country_code)
    columns = _said(fields.all_of("phone"))
    columns += _said(map(further_phones, columns))
    shown = [_of_countries(column, countries, fields) for column in columns]
    return list_of(shown, fields.rows)


def _of_countries(column: pa.Array, countries: pa.Array, fields: Fields) -> pa.Array:
    """Return phone numbers read for the country of their row, else that of the source."""
    coded = pc.fill_null(countries, fields.region or "").dictionary_encode()
    if len(coded.dictionary) == 1:
        return display_phones(column, coded.dictionary[0].as_py() or None)
    which = coded.indices.to_numpy()
    order = np.argsort(which, kind="stable")
    parts = [pa.array([], pa.string())]
    for code, country in enumerate(coded.dictionary.to_pylist()):
        here = column.take(pa.array(order[which[order] == code]))
        parts.append(display_phones(here, country or None))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(parts).take(pa.array(back))


def _identifiers(fields: Fields) -> pa.Array:
    slots = []
    for column, value in fields.columns:
        family, _, kind = (column.attribute or "").partition(":")
        if family == "identifier":
            slots.append(_identifier(fields, kind, value))
    return list_of_structs(slots, IDENTIFIER, fields.rows)


def _identifier(fields: Fields, kind: str, value: pa.Array) -> list[pa.Array]:
    """Return kind, value, country and validity of one identifier column."""
    told = map_distinct(fields.one(f"identifier_type:{kind}", None), fold)
    found = map_distinct(value, partial(kind_of, kind, region=fields.region))
    kinds = pc.if_else(value.is_valid(), pc.coalesce(told, found), None)
    country = pc.coalesce(
        map_distinct(
            fields.one(f"identifier_country:{kind}", None), lambda text: country_code(text) or text
        ),
        map_distinct(kinds, identifier_country),
    )
    both = pc.binary_join_element_wise(kinds, value, "\t")
    valid = pc.equal(map_distinct(both, _validity), "yes")
    return [kinds, value, pc.if_else(value.is_valid(), country, None), valid]


def _validity(kind_and_value: str) -> str | None:
    kind, _, value = kind_and_value.partition("\t")
    valid = is_valid(kind, value)
    return None if valid is None else "yes" if valid else "no"


def _others(fields: Fields) -> pa.Array:
    slots = []
    for column, value in fields.columns:
        family, _, name = (column.attribute or "").partition(":")
        if family in {"age", "birth_place"}:
            name = family
        elif family != "other":
            continue
        kind = {"age": "number", "birth_place": "text"}.get(family, column.kind)
        if kind == "date":
            order = date_order(pc.unique(value).drop_null().to_pylist(), fields.region, None)
            value = pc.coalesce(read_dates(value, order).iso, value)
        filled = value.is_valid()
        slots.append([fields.label(name, filled), value, fields.label(kind, filled)])
    return list_of_structs([*slots, *_coordinates(fields)], OTHER, fields.rows)


def _coordinates(fields: Fields) -> list[list[pa.Array]]:
    """Name, value and kind of the places on earth of each group."""
    slots = []
    for group in fields.groups(frozenset(["latitude", "longitude"])):
        halves = [fields.one(half, group) for half in ("latitude", "longitude")]
        value = map_distinct(pc.binary_join_element_wise(*halves, " "), coordinates)
        name = f"{group}_coordinates" if group else "coordinates"
        filled = value.is_valid()
        slots.append([fields.label(name, filled), value, fields.label("coordinates", filled)])
    return slots
