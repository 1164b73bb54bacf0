"""The names of a source's records, from whatever columns hold them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.fields import Fields
from tellonce.engine.standardise.lists import list_of, list_of_structs
from tellonce.engine.standardise.names import split_full_name
from tellonce.engine.standardise.organisations import looks_like_organisation
from tellonce.engine.standardise.placeholders import Placeholder, placeholder_mask
from tellonce.engine.standardise.text import join_words, map_parts, matching, says_nothing
from tellonce.engine.tables import NAME

_NAME_ATTRIBUTES = frozenset({"given_name", "middle_name", "family_name", "full_name"})
_KINDS = {"secondary": "alias"}
_PERSON = r"^(?:p|i|c|person.*|individual|privat.*|osoba.*|consumer)$"
_COMPANY = r"^(?:o|b|organi[sz]ation|company|business|firma.*|unternehmen)$"
Parts = dict[str, pa.Array]


def names_and_organisations(fields: Fields) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return (list<NAME>, list<string> of organisations, entity where names alone tell it).

    A full-name column may hold organisations; those that clearly are go to the organisations.
    """
    slots: list[Parts] = []
    organisations = fields.all_of("organisation")
    main: Parts | None = None
    for group in fields.groups(_NAME_ATTRIBUTES) or ([""] if fields.has("former_name") else []):
        parts, organisation = _parts(fields, group)
        if organisation.null_count < fields.rows:
            organisations.append(organisation)
        if group == "":
            main = parts = _without_john_doe(fields, parts)
        elif main is not None:
            parts = _with_given_of(main, parts)
        slots.append(parts)
    slots.extend(_former(fields, main))
    names = list_of_structs([_slot(parts) for parts in slots], NAME, fields.rows)
    return names, list_of(organisations, fields.rows), _entity(fields, names, organisations)


def _slot(parts: Parts) -> list[pa.Array]:
    return [parts[field.name] for field in NAME]


def _parts(fields: Fields, group: str) -> tuple[Parts, pa.Array]:
    """Return the parts of the names of one group, and the organisations found among full names."""
    given, family = fields.one("given_name", group), _joined(fields, "family_name", group)
    middle, full = _joined(fields, "middle_name", group), fields.one("full_name", group)
    no_given, no_family = given.is_null(), family.is_null()
    whole = pc.if_else(pc.and_(no_given, no_family), full, None)
    if not fields.has("family_name", group):
        whole = pc.coalesce(whole, pc.if_else(_several_words(given, no_family), given, None))
    if not fields.has("given_name", group):
        whole = pc.coalesce(whole, pc.if_else(_several_words(family, no_given), family, None))
    whole = pc.coalesce(whole, pc.if_else(pc.and_(_comma(family), no_given), family, None))
    if says_nothing(whole):
        title, suffix = fields.one("title", group), fields.one("name_suffix", group)
        named = _named(fields, group, [given, middle, family, title, suffix], fields.nothing())
        return named, fields.nothing()
    split = [
        pc.if_else(_called_company(fields), alone, part)
        for part, alone in zip(map_parts(whole, _split, 6), [*[None] * 5, whole], strict=True)
    ]
    taken = whole.is_valid()
    chosen = [
        pc.if_else(taken, part, own)
        for part, own in zip(split[:3], (given, middle, family), strict=True)
    ]
    chosen[1] = pc.coalesce(chosen[1], middle)
    title = pc.coalesce(fields.one("title", group), split[3])
    suffix = pc.coalesce(fields.one("name_suffix", group), split[4])
    return _named(fields, group, [*chosen, title, suffix], pc.if_else(taken, full, None)), split[5]


def _named(fields: Fields, group: str, parts: list[pa.Array], full: pa.Array) -> Parts:
    given, middle, family, title, suffix = parts
    shown = pc.coalesce(full, join_words(given, middle, family))
    somebody = pc.or_(given.is_valid(), family.is_valid())
    kind = _KINDS.get(group, group)
    made = {
        "given": given, "middle": middle, "family": family, "full": shown, "title": title,
        "suffix": suffix,
    }  # fmt: skip
    parts_of_somebody = {name: pc.if_else(somebody, part, None) for name, part in made.items()}
    return {**parts_of_somebody, "kind": fields.label(kind, somebody)}


def _joined(fields: Fields, attribute: str, group: str) -> pa.Array:
    columns = fields.components(attribute, group)
    return join_words(*columns) if columns else fields.nothing()


def _several_words(column: pa.Array, where: pa.Array) -> pa.Array:
    return pc.and_(matching(column, r"\S[\s,]+\S"), where)


def _comma(column: pa.Array) -> pa.Array:
    return matching(column, r"\S,\s*\S")


def _split(text: str) -> tuple[str | None, ...]:
    """Return given, middle, family, title, suffix and organisation of one written name."""
    if looks_like_organisation(text):
        return None, None, None, None, None, text
    name = split_full_name(text)
    parts = (name.given, name.middle, name.family, name.title, name.suffix)
    return (*(part or None for part in parts), None)


def _without_john_doe(fields: Fields, parts: Parts) -> Parts:
    together = join_words(parts["given"], parts["family"])
    nobody = placeholder_mask(together, "full_name")
    count = pc.sum(nobody).as_py() or 0
    if not count:
        return parts
    for entry in pc.value_counts(together.filter(nobody)).to_pylist():
        fields.placeholders.append(
            Placeholder("full_name", entry["values"], entry["counts"], "stands for nobody")
        )
    return {name: pc.if_else(nobody, None, part) for name, part in parts.items()}


def _with_given_of(main: Parts, parts: Parts) -> Parts:
    """An alias of only a family name is worn with the main given name, and the other way round."""
    somebody = parts["kind"].is_valid()
    completed = {
        name: pc.coalesce(parts[name], pc.if_else(somebody, main[name], None))
        for name in ("given", "family")
    }
    return {**parts, **completed}


def _former(fields: Fields, main: Parts | None) -> list[Parts]:
    slots = []
    for family in fields.all_of("former_name"):
        given = main["given"] if main else fields.nothing()
        if main is not None:
            family = pc.if_else(pc.fill_null(pc.equal(family, main["family"]), False), None, family)
        given = pc.if_else(family.is_valid(), given, None)
        parts = [given, fields.nothing(), family, fields.nothing(), fields.nothing()]
        slots.append(_named(fields, "former", parts, fields.nothing()))
    return slots


def _entity(fields: Fields, names: pa.Array, organisations: list[pa.Array]) -> pa.Array:
    named = pc.greater(pc.list_value_length(names), 0)
    owned = _any(fields, organisations)
    by_names = pc.coalesce(
        fields.label("person", pc.and_(named, pc.invert(owned))),
        fields.label("organisation", pc.and_(owned, pc.invert(named))),
    )
    person, company = _called(fields, _PERSON), _called_company(fields)
    return pc.coalesce(
        fields.label("person", person), fields.label("organisation", company), by_names
    )


def _called_company(fields: Fields) -> pa.Array:
    """Return of which rows the source says that they are of organisations."""
    return _called(fields, _COMPANY)


def _called(fields: Fields, kind: str) -> pa.Array:
    told = fields.one("entity")
    return pc.and_(told.is_valid(), matching(pc.utf8_lower(told), kind))


def _any(fields: Fields, columns: list[pa.Array]) -> pa.Array:
    mask = pc.is_valid(fields.nothing())
    for column in columns:
        mask = pc.or_(mask, column.is_valid())
    return mask
