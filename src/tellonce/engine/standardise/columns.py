"""Which column is which attribute: by header and by content, and what is said about it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from tellonce.engine.errors import MappingError, NothingRecognised
from tellonce.engine.standardise.content import (
    Content,
    content_of,
    looks_like_given_name,
    looks_like_person,
    supports,
)
from tellonce.engine.standardise.generic import generic_column
from tellonce.engine.standardise.headers import (
    CALLED,
    HeaderReading,
    customers_of_list,
    read_header,
    slug,
)
from tellonce.engine.standardise.organisations import looks_like_organisation
from tellonce.engine.standardise.placeholders import without_placeholders
from tellonce.engine.standardise.text import as_text, words_of
from tellonce.engine.standardise.values import told_by_values

ATTRIBUTES = tuple(
    words_of("""
    given_name middle_name family_name former_name full_name title name_suffix organisation
    birth_date birth_day birth_month birth_year age gender email phone street house_number unit
    po_box address_line full_address city region postal_code country birth_place observed_at entity
    latitude longitude
    """)
)
_OPEN = ("identifier:", "other:", "identifier_country:", "identifier_type:")
_KINDS = {
    **dict.fromkeys(words_of("birth_date birth_day birth_month birth_year observed_at"), "date"),
    **dict.fromkeys(words_of("gender entity country"), "category"),
    **dict.fromkeys(words_of("age latitude longitude"), "number"),
}
_NOT_OWN = {
    "own_key": "it is the source's own key, which no other source knows",
    "other_person": "it is about another person",
    "bookkeeping": "it is the source's own bookkeeping",
    "label": "it only says something about another column",
}
_NAMES = frozenset(ATTRIBUTES[:7])
_ADDRESS = frozenset(ATTRIBUTES[16:26])

FEW = 50
"""Rows below which nothing is concluded from how few different values a column has."""


@dataclass(frozen=True)
class Mapping:
    """What a person says about a source's columns, above what recognition would find.

    columns    header -> attribute, `#group` keeping several of one kind apart, or `ignore`
    region     ISO alpha-2 country of phone numbers and addresses that name none
    day_first  whether 03/04/1980 is the third of April
    """

    columns: AnyMapping[str, str] = field(default_factory=dict)
    region: str | None = None
    day_first: bool | None = None


@dataclass(frozen=True)
class Column:
    """What one column is taken for.

    attribute is None where the column is ignored; group "" is the main one of its kind; index tells
    the first of several columns from the next; kind is that of the values (name, date, email, ...,
    and for `other:` attributes category, text, number or date); fill is the share of rows filled.
    """

    header: str
    attribute: str | None
    group: str
    kind: str
    why: str
    fill: float
    index: int = 1


@dataclass(frozen=True)
class Recognition:
    """What the columns of a source are taken for, in the order of the table."""

    source: str
    columns: tuple[Column, ...]
    region: str | None = None
    day_first: bool | None = None

    def of(self, attribute: str) -> tuple[Column, ...]:
        """Return the columns of an attribute, in the order of the table."""
        return tuple(column for column in self.columns if column.attribute == attribute)


def recognise(source: str, table: pa.Table, mapping: Mapping | None = None) -> Recognition:
    """Return what every column of a table is taken for.

    Of a table without rows the headers alone are believed.

    Only counts over whole columns are looked at, so the order of rows changes nothing. Raises
    MappingError for a mapping that names what is not there, NothingRecognised where no column can
    be used at all.
    """
    mapping = mapping or Mapping()
    _check_mapping(source, table, mapping)
    contents = _contents(table, mapping)
    columns = [
        _mapped(header, mapping.columns[header], content)
        if header in mapping.columns else _by_reading(header, read_header(header), content)
        for header, content in zip(table.column_names, contents, strict=True)
    ]  # fmt: skip
    columns = _of_whom_the_list_is(columns, contents)
    columns = _without_categories(_ambiguous_names(columns, contents), contents)
    columns = _whole_coordinates(_whole_addresses(_plain_date_parts(columns, contents)))
    columns = _by_content(columns, contents)
    columns = _generic(columns, contents)
    if not any(column.attribute for column in columns):
        of = f" of source {source!r}" if source else ""
        raise NothingRecognised(
            f"No column{of} could be recognised.",
            "Name the columns in a mapping, for example `cust_nm: full_name`; there are: "
            + (", ".join(table.column_names) or "no columns") + ".",
        )  # fmt: skip
    return Recognition(source, tuple(columns), mapping.region, mapping.day_first)


def _contents(table: pa.Table, mapping: Mapping) -> list[Content]:
    """What the columns hold; of a few rows whose columns are all mapped it decides nothing."""
    open_ended = ("name", "other:")
    targets = [mapping.columns.get(header, "name") for header in table.column_names]
    if table.num_rows >= FEW or any(target.startswith(open_ended) for target in targets):
        return [_content(column) for column in table.columns]
    nothing = pa.nulls(0, pa.string())
    return [
        Content(nothing, len(column), len(column) - column.null_count, 0, ())
        for column in table.columns
    ]


def _content(column: pa.ChunkedArray) -> Content:
    text, _ = without_placeholders(as_text(column), "any")
    return content_of(text)


def _check_mapping(source: str, table: pa.Table, mapping: Mapping) -> None:
    for header, target in mapping.columns.items():
        if header not in table.column_names:
            raise MappingError(
                f"The mapping of source {source!r} names a column {header!r} it does not have.",
                _suggest(header, table.column_names, "The file has"),
            )
        attribute = target.partition("#")[0]
        known = attribute in ATTRIBUTES or attribute == "ignore"
        if not known and not any(attribute.startswith(p) and attribute != p for p in _OPEN):
            raise MappingError(
                f"The mapping of {header!r} names an attribute {attribute!r} that does not exist.",
                _suggest(attribute, [*ATTRIBUTES, "identifier:", "other:", "ignore"], "There are"),
            )


def _suggest(wrong: str, known: list[str], otherwise: str) -> str:
    folded = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wrong.lower(), list(folded), n=3, cutoff=0.5)
    if near:
        return "Did you mean " + " or ".join(repr(folded[name]) for name in near) + "?"
    return f"{otherwise}: {', '.join(known)}."


def _mapped(header: str, target: str, content: Content) -> Column:
    attribute, _, group = target.partition("#")
    if attribute == "ignore":
        return Column(header, None, "", "", "the mapping says to ignore it", content.fill)
    reading = read_header(header)
    index = reading.index if reading.attribute in {attribute, "name"} else 1
    kind = _kind(attribute, content)
    return Column(header, attribute, group, kind, "the mapping says so", content.fill, index)


def _kind(attribute: str, content: Content) -> str:
    if attribute.startswith("other:"):
        return generic_column(content, strict=False)[0] or "text"
    if attribute in _NAMES:
        return "name"
    if attribute in _ADDRESS:
        return "address"
    return _KINDS.get(attribute, attribute.partition(":")[0])


def _by_reading(header: str, reading: HeaderReading, content: Content) -> Column:
    attribute = reading.attribute
    if content.rows and not content.filled:
        return Column(header, None, "", "", "it is empty", 0.0)
    if attribute in _NOT_OWN:
        return Column(header, None, "", "", _NOT_OWN[attribute], content.fill)
    if attribute == "fax":
        attribute, reading = "phone", replace(reading, group=reading.group or "fax")
    if attribute == "email" and _is_mailing(header, content):
        attribute, reading = "address_line", replace(reading, group="mailing")
    attribute, why = _confirmed(attribute, content)
    if attribute is None:
        return Column(header, None, reading.group, "", why, content.fill, reading.index)
    return _column(header, attribute, reading, content)


def _is_mailing(header: str, content: Content) -> bool:
    """Whether a column called a mail address has addresses of the old post."""
    words = slug(header)
    return words.startswith("mail_ad") and not supports("email", content)


def _column(header: str, attribute: str, reading: HeaderReading, content: Content) -> Column:
    group = reading.group
    if attribute == "family_name" and group == "former":
        attribute, group = "former_name", ""
    if attribute == "street" and reading.index > 1:
        attribute = "address_line"
    if attribute == "given_name" and reading.index > 1:
        attribute = "middle_name"
    return Column(
        header, attribute, group, _kind(attribute, content),
        "its header and its values say so", content.fill, reading.index,
    )  # fmt: skip


def _confirmed(attribute: str | None, content: Content) -> tuple[str | None, str]:
    """Return the attribute if the values can be of it, or the near one they are of."""
    if attribute is None:
        return None, "its header is not known"
    if attribute == "birth_day" and not supports("birth_day", content):
        attribute = "birth_date"
    if attribute == "birth_date":
        for part in ("birth_day", "birth_year"):
            if content.share(str.isdigit) > 0.9 and supports(part, content):
                return part, ""
    if supports(attribute, content):
        return attribute, ""
    return (
        None,
        f"its header says {attribute.replace('_', ' ')}, but its values do not look like it",
    )


def _of_whom_the_list_is(columns: list[Column], contents: list[Content]) -> list[Column]:
    """In a list of nobody but somebody's children (or one other kind of person) these are the
    customers: else whoever shares their parents' e-mail would be one customer.
    """
    if any(column.attribute in CALLED for column in columns):
        return columns
    others = (c.header for c in columns if c.why == _NOT_OWN["other_person"])
    read = customers_of_list(tuple(others))
    both = zip(columns, contents, strict=True)
    return [_by_reading(c.header, read[c.header], of) if c.header in read else c for c, of in both]


def _ambiguous_names(columns: list[Column], contents: list[Content]) -> list[Column]:
    """`name` is a person's or an organisation's, but beside one part of names it is the other."""
    given = any(column.attribute == "given_name" for column in columns)
    family = any(column.attribute == "family_name" for column in columns)
    settled = []
    for column, content in zip(columns, contents, strict=True):
        if column.attribute == "name":
            if given and not family:
                column = replace(column, attribute="family_name", kind="name")
            elif family and not given and content.share(looks_like_organisation) < 0.3:
                column = replace(column, attribute="given_name", kind="name")
            elif _of_organisations(content):
                column = replace(column, attribute="organisation", kind="organisation")
            else:
                column = replace(column, attribute="full_name", kind="name")
        settled.append(column)
    return settled


def _without_categories(columns: list[Column], contents: list[Content]) -> list[Column]:
    """Of several organisation columns one with hardly any different values is a category."""
    organisations = [
        place for place, column in enumerate(columns)
        if column.attribute == "organisation" and not column.group
    ]  # fmt: skip
    few = [place for place in organisations if _few_values(contents[place])]
    if len(few) == len(organisations):
        return columns
    settled = list(columns)
    for place in few:
        name = f"other:{slug(columns[place].header)}"
        settled[place] = replace(
            columns[place], attribute=name, kind="category", why="few organisations, often repeated"
        )
    return settled


def _few_values(content: Content) -> bool:
    return content.filled >= FEW and content.distinct <= 0.05 * content.filled


def _of_organisations(content: Content) -> bool:
    """Hardly a value has a known given name; where organisations and people are many, every row is
    judged by itself (`people.names_and_organisations`).
    """
    return content.share(looks_like_person) < 0.25 and content.share(looks_like_given_name) < 0.35


def _plain_date_parts(columns: list[Column], contents: list[Content]) -> list[Column]:
    """Columns called just day, month and year are a birth date if the years are people's."""
    if any(c.attribute in {"birth_date", "birth_year"} for c in columns):
        return columns
    words = {
        **dict.fromkeys(words_of("day tag dzien jour dia giorno dag"), "birth_day"),
        **dict.fromkeys(words_of("month monat miesiac mois mes mese maand"), "birth_month"),
        **dict.fromkeys(words_of("year jahr rok annee ano anno jaar"), "birth_year"),
    }
    found = {
        words[slug(column.header)]: place
        for place, column in enumerate(columns) if slug(column.header) in words
    }  # fmt: skip
    if len(found) < 3 or not all(supports(part, contents[i]) for part, i in found.items()):
        return columns
    years = [int(value) for value in contents[found["birth_year"]].sample if value.isdigit()]
    if not years or max(years) - min(years) < 20:
        return columns
    settled = list(columns)
    for part, place in found.items():
        settled[place] = replace(
            columns[place], attribute=part, kind="date", why="day, month and year make a birth date"
        )
    return settled


def _whole_addresses(columns: list[Column]) -> list[Column]:
    """An address line with no city and no postal code beside it in its group is a whole address."""
    placed = {c.group for c in columns if c.attribute in {"city", "postal_code"}}
    return [
        replace(column, attribute="full_address")
        if column.attribute == "address_line" and column.group not in placed and column.index == 1
        else column
        for column in columns
    ]


def _whole_coordinates(columns: list[Column]) -> list[Column]:
    """A latitude is one only beside a longitude of its group, and the other way round."""
    halves = ("latitude", "longitude")
    groups = [{c.group for c in columns if c.attribute == half} for half in halves]
    both = groups[0] & groups[1]
    return [
        replace(column, attribute=None, kind="", why="its header is half of a place")
        if column.attribute in halves and column.group not in both
        else column
        for column in columns
    ]


def _by_content(columns: list[Column], contents: list[Content]) -> list[Column]:
    """Columns whose header says nothing are decided by their values, where that is plain."""
    unknown = {
        place: contents[place]
        for place, column in enumerate(columns)
        if not column.attribute and column.why.startswith("its header")
    }
    told = told_by_values(unknown, {column.attribute for column in columns})
    return [
        replace(
            column,
            attribute=told[place],
            kind=_kind(told[place], contents[place]),
            why="its values say so",
        )
        if place in told
        else column
        for place, column in enumerate(columns)
    ]


def _generic(columns: list[Column], contents: list[Content]) -> list[Column]:
    """What is left and behaves like an attribute is compared as it is; first strictly, then not."""
    alone = not any(column.attribute for column in columns)
    people = any(column.attribute in {"full_name", "family_name"} for column in columns)
    for strict in (True, False):
        settled = list(columns)
        for place, (column, content) in enumerate(zip(columns, contents, strict=True)):
            if column.attribute or not column.why.startswith("its header"):
                continue
            kind, why = generic_column(content, strict=strict, alone=alone, people=people)
            name = f"other:{slug(column.header)}" if kind else None
            settled[place] = replace(column, attribute=name, kind=kind, why=f"{column.why}; {why}")
        if any(column.attribute for column in settled):
            return settled
    return settled
