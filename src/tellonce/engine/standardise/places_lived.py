"""The addresses of a source's records, from whatever columns hold them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.addresses import second_line, split_full_address, split_street_line
from tellonce.engine.standardise.fields import Fields
from tellonce.engine.standardise.lists import list_of_structs
from tellonce.engine.standardise.places import country_code
from tellonce.engine.standardise.text import (
    join_parts,
    join_words,
    map_distinct,
    map_parts,
    matching,
    says_nothing,
)
from tellonce.engine.tables import ADDRESS

ADDRESS_ATTRIBUTES = frozenset(
    {"street", "house_number", "unit", "po_box", "address_line", "full_address", "city", "region",
     "postal_code", "country"}
)  # fmt: skip
_FIELDS = ("street", "number", "unit", "city", "region", "postal_code", "country")
_CODE = r"(?:[A-Z]{1,2}-)?(?:\d{4,5}|\d{2}-\d{3})"
Parts = dict[str, pa.Array]


def addresses(fields: Fields) -> pa.Array:
    """Return list<ADDRESS>: for every group of address columns that is filled in a row."""
    slots = []
    for group in fields.groups(ADDRESS_ATTRIBUTES):
        parts = _parts(fields, group)
        some = parts["country"].is_valid()
        for name in _FIELDS:
            some = pc.or_(some, parts[name].is_valid())
        parts["full"] = _shown(parts)
        parts["kind"] = fields.label(group, some)
        slots.append([parts[field.name] for field in ADDRESS])
    return list_of_structs(slots, ADDRESS, fields.rows)


def _parts(fields: Fields, group: str) -> Parts:
    own = _own_columns(fields, group)
    lines = fields.all_of("address_line", group)
    if fields.has("street", group) and not fields.has("house_number", group):
        lines, own["street"] = [own["street"], *lines], fields.nothing()
    whole = fields.one("full_address", group)
    if lines:
        placeless = pc.and_(own["city"].is_null(), own["postal_code"].is_null())
        several = matching(lines[0], r"[,\n]")
        as_whole = pc.and_(placeless, several)
        whole = pc.coalesce(whole, pc.if_else(as_whole, lines[0], None))
        own = _with_lines(own, [pc.if_else(as_whole, None, lines[0]), *lines[1:]])
    if not says_nothing(whole):
        read = map_parts(whole, _whole, 7)
        own = {name: pc.coalesce(own[name], part) for name, part in zip(_FIELDS, read, strict=True)}
    own["postal_code"], own["city"] = _apart(own["postal_code"], own["city"])
    own["country"] = map_distinct(own["country"], lambda text: country_code(text) or text)
    own["postal_code"] = with_leading_zeros(own["postal_code"])
    return own


def _own_columns(fields: Fields, group: str) -> Parts:
    box = pc.binary_join_element_wise("PO Box", fields.one("po_box", group), " ")
    return {
        "street": pc.coalesce(fields.one("street", group), box),
        "number": fields.one("house_number", group),
        **{name: fields.one(name, group) for name in _FIELDS[2:]},
    }


def _with_lines(own: Parts, lines: list[pa.Array]) -> Parts:
    """Return the parts completed from address lines; a number told apart stays out of the line."""
    street, number, unit = map_parts(lines[0], _line, 3)
    numbered = own["number"].is_valid()
    own = {
        **own,
        "street": pc.coalesce(own["street"], pc.if_else(numbered, lines[0], street)),
        "number": pc.coalesce(own["number"], number),
        "unit": pc.coalesce(own["unit"], pc.if_else(numbered, None, unit)),
    }
    for line in lines[1:]:
        more, box = map_parts(line, _second, 2)
        own["unit"] = join_words(own["unit"], more)
        own["street"] = pc.coalesce(own["street"], box)
    return own


def _line(text: str) -> tuple[str | None, ...]:
    parts = split_street_line(text)
    return parts.street or None, parts.number or None, parts.unit or None


def _second(text: str) -> tuple[str | None, ...]:
    unit, street = second_line(text)
    return unit or None, street or None


def _whole(text: str) -> tuple[str | None, ...]:
    parts = split_full_address(text)
    return tuple(getattr(parts, name) or None for name in _FIELDS)


def _apart(codes: pa.Array, cities: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return postal codes and cities where the city column held both (10115 Berlin)."""
    both = matching(cities, rf"^{_CODE}\s+\S")
    if not pc.any(both).as_py():
        return codes, cities
    code = pc.replace_substring_regex(cities, rf"^({_CODE})\s.*$", r"\1")
    city = pc.replace_substring_regex(cities, rf"^{_CODE}\s+", "")
    return pc.coalesce(codes, pc.if_else(both, code, None)), pc.if_else(both, city, cities)


def with_leading_zeros(codes: pa.Array) -> pa.Array:
    """Return postal codes with the zero that a spreadsheet took from five-digit ones put back."""
    short = matching(codes, r"^\d{4}$")
    few = pc.sum(short).as_py() or 0
    if not few:
        return codes
    long = matching(codes, r"^\d{5}(?:-\d{4})?$")
    if (pc.sum(long).as_py() or 0) < 4 * few:
        return codes
    return pc.if_else(short, pc.binary_join_element_wise("0", codes, ""), codes)


def _shown(parts: Parts) -> pa.Array:
    line = join_words(parts["number"], parts["street"], parts["unit"])
    place = join_words(parts["postal_code"], parts["city"], parts["region"])
    return join_parts([line, place, parts["country"]], ", ")
