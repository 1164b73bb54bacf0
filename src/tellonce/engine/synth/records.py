"""Records of made-up people, as source systems hold them: each with its layout and its faults."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

from tellonce.engine.synth import noise
from tellonce.engine.synth.people import TODAY, people, rng_of
from tellonce.engine.synth.places import ADDRESS_PARTS, digits, joined
from tellonce.engine.synth.pools import Ints

_EPOCH = dt.date(1970, 1, 1)

PHONE_FORMATS = ("e164", "spaced", "national", "dashed", "zeros")


@dataclasses.dataclass(frozen=True)
class Style:
    """One source system: whom it knows, how it writes, and what goes wrong there.

    Shares are from 0 to 1. `share` of the people have a record, `repeat` of those a second, later
    one. Records are observed between `first` and `last`, and say what was true then.
    `date_format` is one of strftime, `phone_format` one of PHONE_FORMATS, `case` "as is" or
    "upper"; `genders` are the codes for female and male. `missing` names (column, share of nulls).
    """

    name: str
    share: float = 0.5
    repeat: float = 0.06
    first: dt.date = dt.date(2017, 1, 1)
    last: dt.date = TODAY
    date_format: str = "%Y-%m-%d"
    phone_format: str = "e164"
    case: str = "as is"
    ascii: bool = False
    genders: tuple[str, str] = ("F", "M")
    mistyped: float = 0.03  # of each text
    nickname: float = 0.06
    swapped: float = 0.006  # given and family name in each other's field
    day_month: float = 0.008
    wrong_date: float = 0.012
    stopgap: float = 0.006
    shared: float = 0.05  # the household's phone or e-mail
    at_work: float = 0.7  # the employer's, of those known through one
    other_email: float = 0.1
    missing: tuple[tuple[str, float], ...] = ()


STYLES = (
    Style("crm", 0.7, missing=(("email", 0.25), ("birth_date", 0.2), ("middle_name", 0.4))),
    Style(
        "shop",
        0.75,
        0.12,
        date_format="%d.%m.%Y",
        phone_format="national",
        ascii=True,
        genders=("female", "male"),
        missing=(("birth_date", 0.6), ("phone", 0.3), ("middle_name", 1.0), ("organisation", 0.5)),
    ),
    Style(
        "desk",
        0.6,
        date_format="%m/%d/%Y",
        phone_format="spaced",
        case="upper",
        mistyped=0.05,
        missing=(("email", 0.4), ("street", 0.2), ("gender", 0.3), ("middle_name", 0.7)),
    ),
)

COLUMNS = (
    "source",
    "record_id",
    "given_name",
    "middle_name",
    "family_name",
    "birth_date",
    "gender",
    "email",
    "phone",
    "street",
    "house_number",
    "unit",
    "city",
    "postal_code",
    "country",
    "organisation",
    "observed_at",
)
"""The raw columns of `records`, all strings but observed_at; `person` (the truth) stands last."""


def rows(count: int, seed: int = 0, styles: Sequence[Style] = STYLES) -> pa.Table:
    """Exactly `count` records of as many people as that takes (COLUMNS and person)."""
    per_person = sum(style.share * (1 + style.repeat) for style in styles)
    some = people(int(count / per_person * 1.02) + 50, seed)
    made = records(some, styles, seed=seed)
    return made.slice(0, count).combine_chunks()


def records(of: pa.Table, styles: Sequence[Style] = STYLES, *, seed: int = 0) -> pa.Table:
    """The records of people (`people.people`) in sources of `styles`: COLUMNS and person.

    Each record says what was true of the person on its observed_at (date32), through the faults of
    its source. Record ids and the order of rows say nothing about who is who.
    """
    parts = [_of_source(of, style, seed) for style in styles]
    whole = pa.concat_tables(parts).combine_chunks()
    order = rng_of(seed, "order of records").permutation(whole.num_rows)
    return whole.take(pa.array(order))


def _of_source(of: pa.Table, style: Style, seed: int) -> pa.Table:
    rng = rng_of(seed, f"records of {style.name}")
    person = np.flatnonzero(noise.chance(rng, of.num_rows, style.share))
    again = person[noise.chance(rng, len(person), style.repeat)]
    start, end = ((day - _EPOCH).days for day in (style.first, style.last))
    seen = rng.integers(start, end + 1, len(person) + len(again))
    late = slice(len(person), None)
    seen[late] = seen[late] + (end - seen[late]) * rng.random(len(again))
    told = Told(of.take(pa.array(np.concatenate([person, again]))), seen)
    size = len(seen)
    number = rng.permutation(size * 3)[:size]
    return pa.table(
        {
            "source": pa.repeat(pa.scalar(style.name), size),
            "record_id": joined(style.name[:1].upper(), digits(100_000 + number), separator="-"),
            **_fields(told, style, rng),
            "observed_at": pa.array(seen.astype(np.int32), pa.int32()).cast(pa.date32()),
            "person": told.column("person"),
        }
    ).select([*COLUMNS, "person"])


class Told:
    """The people of some records as they were on the day each was observed."""

    def __init__(self, of: pa.Table, seen: Ints) -> None:
        """`of` has a row of `people.people` per record, `seen` its day, from 1970-01-01."""
        self.table = of.combine_chunks()
        self.seen = pa.array(seen.astype(np.int32), pa.int32()).cast(pa.date32())

    def column(self, name: str) -> pa.Array:
        """A column of the people, row for row of the records."""
        column = self.table.column(name)
        return column.chunk(0) if column.num_chunks else pa.array([], column.type)

    def then(self, name: str, former: str, changed_at: str) -> pa.Array:
        """`name`, or `former` where it changed only later."""
        later = pc.fill_null(pc.less(self.seen, self.column(changed_at)), False)
        return pc.if_else(later, self.column(former), self.column(name))


def _fields(told: Told, style: Style, rng: np.random.Generator) -> dict[str, pa.Array]:
    fields = {
        **_names(told, style, rng),
        "birth_date": _birth_dates(told, style, rng),
        "gender": pc.if_else(pc.equal(told.column("gender"), "female"), *style.genders),
        **_contacts(told, style, rng),
        **_addresses(told, style, rng),
        "organisation": told.column("organisation"),
    }
    for name, share in style.missing:
        fields[name] = noise.blanked(rng, fields[name], share)
    for name, stopgaps in noise.STOPGAPS.items():
        fields[name] = noise.stopgapped(rng, fields[name], stopgaps, style.stopgap)
    return fields


def _written(values: pa.Array, style: Style) -> pa.Array:
    """Text in the letters the source can hold."""
    if style.ascii:
        codes = pc.dictionary_encode(values)
        plain = [anyascii(text) for text in codes.dictionary.to_pylist()]
        values = pa.array(plain, pa.string()).take(codes.indices)
    return pc.utf8_upper(values) if style.case == "upper" else values


def _names(told: Told, style: Style, rng: np.random.Generator) -> dict[str, pa.Array]:
    given = noise.nicknamed(rng, told.column("given_name"), style.nickname)
    family = told.then("family_name", "former_family_name", "name_changed_at")
    given, family = (noise.mistyped(rng, name, style.mistyped) for name in (given, family))
    turned = pa.array(noise.chance(rng, len(given), style.swapped))
    suffix = told.column("name_suffix")
    whole = pc.binary_join_element_wise(family, suffix, " ", null_handling="skip")
    return {
        "given_name": _written(pc.if_else(turned, whole, given), style),
        "middle_name": _written(told.column("middle_name"), style),
        "family_name": _written(pc.if_else(turned, given, whole), style),
    }


def _birth_dates(told: Told, style: Style, rng: np.random.Generator) -> pa.Array:
    born = told.column("birth_date").cast(pa.int32()).to_numpy().astype(np.int64)
    wrong = noise.chance(rng, len(born), style.wrong_date)
    off = rng.choice((-3652, -365, -30, -10, -1, 1, 10, 31, 365, 3653), len(born))
    dates = pa.array((born + wrong * off).astype(np.int32), pa.int32()).cast(pa.date32())
    turned = noise.chance(rng, len(born), style.day_month)
    turned &= pc.less_equal(pc.day(dates), 12).to_numpy(zero_copy_only=False)
    other_way = style.date_format.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
    return pc.if_else(
        pa.array(turned), pc.strftime(dates, other_way), pc.strftime(dates, style.date_format)
    )


def _contacts(told: Told, style: Style, rng: np.random.Generator) -> dict[str, pa.Array]:
    size = len(told.seen)
    mobile = told.then("mobile", "former_mobile", "mobile_changed_at")
    second = pa.array(noise.chance(rng, size, style.other_email))
    email = pc.if_else(
        second, pc.coalesce(told.column("other_email"), told.column("email")), told.column("email")
    )
    email = noise.mistyped(rng, email, style.mistyped / 2)
    for_phone, for_email = (noise.chance(rng, size, style.shared * k) for k in (1.6, 0.4))
    employed = noise.chance(rng, size, style.at_work)
    return {
        "email": _shared(told, email, "email", for_email, employed=employed),
        "phone": formatted_phones(
            _shared(told, mobile, "phone", for_phone, employed=employed), style.phone_format
        ),
    }


def _shared(
    told: Told, own: pa.Array, kind: str, where: noise.Bools, *, employed: noise.Bools
) -> pa.Array:
    """`own`, or `where` the household's; of those with an employer the `employed` share its."""
    firm = told.column(f"organisation_{kind}")
    household = told.column("household_email" if kind == "email" else "landline")
    own = pc.if_else(pa.array(where), household, own)
    return pc.if_else(pa.array(employed), pc.coalesce(firm, own), own)


def _addresses(told: Told, style: Style, rng: np.random.Generator) -> dict[str, pa.Array]:
    parts = {part: told.then(part, f"former_{part}", "moved_at") for part in ADDRESS_PARTS}
    street = noise.mistyped(rng, parts["street"], style.mistyped)
    prefixed = pc.and_(
        pc.equal(parts["country"], "PL"), pa.array(noise.chance(rng, len(street), 0.6))
    )
    street = pc.if_else(prefixed, joined("ul. ", street), street)
    short = pa.array(noise.chance(rng, len(street), 0.3))
    street = pc.if_else(short, abbreviated(street), street)
    return {
        "street": _written(street, style),
        "house_number": parts["number"],
        "unit": parts["unit"],
        "city": _written(noise.mistyped(rng, parts["city"], style.mistyped / 2), style),
        "postal_code": parts["postal_code"],
        "country": parts["country"],
    }


def abbreviated(streets: pa.Array) -> pa.Array:
    """German and English streets in their short form: Hauptstr., Smith Rd."""
    for long, short in (
        ("straße$", "str."),
        (" Street$", " St"),
        (" Road$", " Rd"),
        (" Avenue$", " Ave"),
        (" Drive$", " Dr."),
    ):
        streets = pc.replace_substring_regex(streets, long, short)
    return streets


_FORMATS: dict[str, tuple[tuple[str, str], ...]] = {
    "e164": (),
    "spaced": (
        (r"^\+(48)(\d{3})(\d{3})(\d{3})$", r"+\1 \2 \3 \4"),
        (r"^\+(1)(\d{3})(\d{3})(\d{4})$", r"+\1 \2 \3 \4"),
        (r"^\+(44|49)(\d{3})(\d+)$", r"+\1 \2 \3"),
    ),
    "national": (
        (r"^\+48", ""),
        (r"^\+1(\d{3})(\d{3})", r"(\1) \2-"),
        (r"^\+(?:44|49)(\d+)$", r"0\1"),
    ),
    "dashed": (
        (r"^\+48(\d{3})(\d{3})(\d{3})$", r"\1-\2-\3"),
        (r"^\+1(\d{3})(\d{3})(\d{4})$", r"\1-\2-\3"),
        (r"^\+(?:44|49)(\d{3})(\d+)$", r"0\1-\2"),
    ),
    "zeros": ((r"^\+", "00"),),
}


def formatted_phones(numbers: pa.Array, style: str) -> pa.Array:
    """E.164 numbers in one of PHONE_FORMATS."""
    for pattern, written in _FORMATS[style]:
        numbers = pc.replace_substring_regex(numbers, pattern, written)
    return numbers


def truth(made: pa.Table) -> dict[str, Any]:
    """How many records, people and matching pairs there are in `records`."""
    sizes = made.group_by("person").aggregate([([], "count_all")])["count_all"].to_numpy()
    return {
        "records": made.num_rows,
        "people": len(sizes),
        "pairs": int((sizes * (sizes - 1) // 2).sum()),
    }
