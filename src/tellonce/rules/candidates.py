"""Rules that the profile of a single field makes likely; whether they hold is asked of the rows.

Each function looks for one kind of rule. They are about customer data, never about a data set: what
a header of this meaning should hold, and what its values show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tellonce.engine.standardise.headers import read_header, slug
from tellonce.rules.checks.formats import FORMATS
from tellonce.rules.checks.sets import OneOf
from tellonce.rules.profile_types import Counted, FieldProfile, Profile

FEW = 50  # filled rows below which values are no evidence of a set, a range or an order
MOST_VALUES = 20  # of a closed set
_SENTENCE = 60  # signs from which on a value is a text of somebody's own
_GAP = 10  # times as often comes the rarest value of a set as the most frequent stray
_MOST_STRAYS = 1000  # different ones; more show that anything may stand there
_STRAYS = 0.01  # share of the rows that may hold a stray

_CONTACTS = frozenset({"email", "phone", "postal_code", "country"})
_CORE = frozenset({
    *_CONTACTS, "given_name", "family_name", "full_name", "organisation", "birth_date", "street",
    "address_line", "full_address", "city",
})  # fmt: skip
_NAMES = frozenset({"given_name", "family_name", "full_name"})
_ONE_TO_ONE = frozenset({"email", "identifier"})
_NO_CATEGORY = _CORE | {
    "middle_name", "former_name", "house_number", "unit", "po_box", "birth_day", "birth_month",
    "birth_year", "age", "observed_at", "birth_place", "latitude", "longitude",
}  # fmt: skip
_KEY = re.compile(r"(^|_)(id|key|no|nr|number|uuid|guid|sku)$")
_CODE = re.compile(r"(^|_)(code|sku|ref|reference)$")
_TO_COME = re.compile(
    r"(^|_)(due|required|until|expir\w*|end|ends|next|deadline|planned|scheduled|delivery|valid)(_|$)"
)
_PAST = re.compile(
    r"(^|_)(order|created|updated|changed|modified|opened|closed|invoice|purchased?|bought|paid|"
    r"payment|shipped|ordered|at|hired?|joined|registered|registration|signup|since|received|sent|seen|login|"
    r"birth|stock|survey|event|response|resolution)(_|$)"
)
_AMOUNT = re.compile(
    r"(^|_)(amount|price|cost|quantity|qty|total|sum|count|children|freight|income|salary|wages?|"
    r"balance|limit|points|duration|minutes|hours|weight|units|level|revenue|spend|fee|tax)(_|$)"
)
_NO_SET = re.compile(  # people, and what is named anew from time to time
    r"(^|_)(agent|owner|assignee|rep|by|employee|manager|person|name|version|year|campaign|"
    r"comments?|notes?|subject|description|text|message)(_|$)"
)
_YEAR = re.compile(r"(^|_)year$")
_COUNTED = re.compile(r"(^|_)(quantity|qty)(_|$)")
_SCALE = re.compile(r"(^|_)(rating|score|stars|satisfaction|grade|nps|csat)(_|$)")
_SHARE = re.compile(r"(^|_)(discount|share|ratio|probability|fraction|percent|percentage|pct)(_|$)")
_BY_HEADER = {"currency": "currency", "language": "language", "locale": "language", "url": "url",
              "website": "url", "homepage": "url"}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A rule that might be kept: the field, what is asked of it, and why it is likely.

    settings  further settings of the rule, as they are written
    least     the share of the rows it is about that must pass
    mends     it is worth keeping only where some rows fail
    """

    field: str
    check: str
    why: str
    settings: tuple[tuple[str, str], ...] = ()
    least: float = 0.97
    mends: bool = False

    def line(self) -> str:
        """The rule as a line of YAML."""
        parts = [f"{_key(self.field)}: {_value(self.check)}"]
        parts += [f"{name}: {_value(value)}" for name, value in self.settings]
        return ", ".join(parts)


def candidates(profile: Profile) -> Iterator[Candidate]:
    """What each field of a profile makes likely, in the order of the fields."""
    for field in profile.fields:
        if field.filled:
            for maker in _makers():
                yield from maker(field, profile)


def _makers() -> tuple[Callable[[FieldProfile, Profile], Iterator[Candidate]], ...]:
    return (_unique, _required, _format, _name, _date, _set, _number, _pattern, _tidy)


def family(field: FieldProfile) -> str:
    """The attribute of a field without its kind and group; "" where none was recognised."""
    return (field.attribute or "").partition("#")[0].partition(":")[0]


def is_key(field: FieldProfile) -> bool:
    """Whether the header names a key, of this table or of another one."""
    return family(field) not in _NO_CATEGORY and _KEY.search(slug(field.field)) is not None


def said_as(field: FieldProfile, profile: Profile) -> str:
    """What a rule calls the field: the attribute where it is the only one of it, since then the
    rule fits other sources too; else its header. So too where not the header but the values said
    what it is.
    """
    if family(field) in _CORE and read_header(field.field).attribute == family(field):
        alike = [one for one in profile.fields if family(one) == family(field)]
        if len(alike) == 1:
            return family(field)
    return field.field


def _key(field: str) -> str:
    plain = re.fullmatch(r"[\w][\w .#/-]*", field) and field == field.strip()
    return field if plain else '"' + field.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(text: str) -> str:
    """In quotes where YAML would find another mapping, or a comment, in it."""
    return "'" + text.replace("'", "''") + "'" if ": " in text or " #" in text else text


def _known(field: FieldProfile) -> int:
    return field.filled - sum(one.rows for one in field.placeholders)


def _required(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    share = _known(field) / field.rows
    if profile.rows < 20 or share < 0.97:
        return
    high = (("severity", "high"),)
    if is_key(field) and share > 0.99:
        yield Candidate(field.field, "required", f"a key, {_told(share)} filled", high)
    elif family(field) in _CORE and field.kind in ("text", "date"):
        yield Candidate(said_as(field, profile), "required", f"{_told(share)} filled")
    elif field.kind == "date" and share == 1 and field.rows >= 200:
        yield Candidate(field.field, "required", "a date that is always filled")


def _told(share: float) -> str:
    return "always" if share == 1 else f"{100 * share:.1f} %"


def _unique(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    if family(field) in _CORE - _ONE_TO_ONE:
        return
    keyed = is_key(field) or _CODE.search(slug(field.field)) is not None
    if not keyed and family(field) not in _ONE_TO_ONE:
        return
    if field.filled < 20 or field.distinct < 0.99 * field.filled:
        return
    if not field.distinct_exact and field.repeated > 0.001:
        return
    often = "no value comes twice" if not field.repeated else "hardly a value comes twice"
    settings = (("severity", "high"),) if keyed else ()
    yield Candidate(said_as(field, profile), "unique", often, settings, least=0.98)


def _format(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    attribute = (field.attribute or "").partition("#")[0]
    if attribute in _CONTACTS:
        words = FORMATS[attribute].words
        yield Candidate(attribute, "valid", f"its values are to be {words}", least=0.9)
    kind = attribute.partition(":")[2]
    if attribute.startswith("identifier:") and kind in FORMATS:
        words = FORMATS[kind].words
        yield Candidate(
            field.field, f"valid {kind}", f"its values pass as {words}", (("severity", "high"),)
        )
    last = slug(field.field).rpartition("_")[2]
    if last in _BY_HEADER and not attribute.startswith("identifier"):
        name = _BY_HEADER[last]
        yield Candidate(field.field, f"valid {name}", f"its values are {FORMATS[name].words}")


def _name(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    """What is asked of people's names whatever the file; of how they are written, what it shows."""
    if family(field) not in _NAMES or field.kind != "text" or field.filled < 20:
        return
    yield Candidate(said_as(field, profile), "does not match .*[0-9].*", "no name has a digit")
    case = _case(field) if field.filled >= FEW else ""
    if case:
        why = f"names are written in {case}"
        yield Candidate(said_as(field, profile), f"in {case}", why, least=0.99)


def _case(field: FieldProfile) -> str:
    """The case most of the frequent values are written in; "" where letters have none."""
    words = [one.text for one in field.top if len(one.text) > 1]
    counts = {
        "upper case": sum(word.isupper() for word in words),
        "lower case": sum(word.islower() for word in words),
        "title case": sum(word.istitle() for word in words),
    }
    likely = max(counts, key=lambda case: counts[case])
    return likely if 2 * counts[likely] > len(words) else ""


def _date(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    if field.attribute == "birth_date":
        why = "nobody is older than 120 years or yet unborn"
        yield Candidate(said_as(field, profile), "between 120 years ago and today", why, least=0.95)
        return
    if field.kind != "date" or field.filled < 20:
        return
    header = slug(field.field)
    if _PAST.search(header) and not _TO_COME.search(header):
        yield Candidate(field.field, "not in the future", "it says when something happened")
    else:
        yield Candidate(field.field, "valid date", "its values are dates")


def closed_values(field: FieldProfile) -> tuple[Counted, ...]:
    """The values of a field that holds a few over and over, without placeholders and strays; ()
    where it does not.

    A stray is at least ten times rarer than the rarest of the others, and in at most one row in a
    thousand or differs from one of them in its capitals alone. All strays together are at most one
    row in a hundred.
    """
    if field.filled < FEW or field.top_short or field.distinct > MOST_VALUES + _MOST_STRAYS:
        return ()
    nothing = {one.text for one in field.placeholders}
    known = [one for one in field.top if one.text not in nothing]
    total = field.filled - sum(one.rows for one in field.placeholders)
    covered = 0
    for place, one in enumerate(known[:MOST_VALUES]):
        covered += one.rows
        kept, rest = tuple(known[: place + 1]), known[place + 1 :]
        if total - covered <= _STRAYS * total and all(_is_stray(rare, kept) for rare in rest):
            return kept if one.rows >= 5 and total >= 15 * len(kept) else ()
    return ()


def _is_stray(rare: Counted, kept: tuple[Counted, ...]) -> bool:
    if kept[-1].rows < _GAP * rare.rows:
        return False
    folded = {one.text.casefold() for one in kept}
    total = sum(one.rows for one in kept)
    return rare.rows <= max(3, total / 1000) or rare.text.casefold() in folded


def is_category(field: FieldProfile) -> bool:
    """Whether a field may hold one of a few words, by what it is about."""
    name = slug(field.field)
    about = is_key(field) or family(field) in _NO_CATEGORY or name in _BY_HEADER
    headline = name.endswith("title") and family(field) != "title"
    return not (about or headline or _NO_SET.search(name)) and field.kind == "text"


def _set(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    values = closed_values(field)
    if not is_category(field) or len(values) < 2 or any(len(one.text) > 40 for one in values):
        return
    kept = tuple(one.text for one in values)
    strays = field.filled - sum(one.rows for one in values)
    more = f"; {strays:,} row{'s say' if strays > 1 else ' says'} something else" if strays else ""
    why = f"{len(kept)} values over and over{more}"
    yield Candidate(field.field, OneOf(kept).phrase(), why)


def _number(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    if field.attribute == "age":
        yield Candidate(field.field, "between 0 and 120", "no age is beyond", least=0.95)
    if field.attribute in ("latitude", "longitude"):
        end = 90 if field.attribute == "latitude" else 180
        yield Candidate(field.field, f"between -{end} and {end}", "the earth ends there")
    if field.kind != "number" or field.range is None or is_key(field) or field.filled < FEW:
        return
    name = slug(field.field)
    if _YEAR.search(name):
        return
    low, high = float(field.range.low), float(field.range.high)
    whole = low.is_integer() and high.is_integer()
    if _SCALE.search(name) and whole and low in (0, 1) and high in (3, 4, 5, 6, 7, 10, 100):
        yield Candidate(field.field, f"between {low:g} and {high:g}", "a scale with two ends")
    elif _SHARE.search(name) and low >= 0 and high <= 100:
        end = 1 if high <= 1 else 100
        yield Candidate(field.field, f"between 0 and {end}", "a share of the whole")
    elif _AMOUNT.search(name):
        least = 1 if _COUNTED.search(name) and whole and low >= 1 else 0
        why = "never less" if low >= least else "hardly ever less"
        yield Candidate(field.field, f"at least {least}", why, least=0.995)


def _pattern(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    """Codes that are all written the same way."""
    about = family(field)
    if about in _NO_CATEGORY or about == "identifier" or field.kind != "text":
        return
    if field.filled < FEW or closed_values(field):
        return
    usual = [one for one in field.formats if one.rows >= 0.02 * field.filled]
    covered = sum(one.rows for one in usual)
    if not 1 <= len(usual) <= 3 or covered < 0.98 * field.filled:
        return
    parts = [_regex(one.text, field) for one in usual]
    if not all(parts):
        return
    bare = {re.sub(r"\{\d+\}", "", one.replace("[0-9]", "[0-9]+").replace("++", "+"))
            for one in parts}  # fmt: skip
    if len(parts) > 1 and len(bare) == 1:  # numbers that grow
        parts = list(bare)
    elif is_key(field) and not any(re.search(r"(?<!\d)0\d*$", one.text) for one in field.top):
        # Numbers without zeros ahead count on, and one day they have a digit more.
        parts = [re.sub(r"\[0-9\](\{\d+\})?$", "[0-9]+", one) for one in parts]
    pattern = parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"
    shown = " or ".join(one.text for one in usual)
    yield Candidate(field.field, f"matches ^{pattern}$", f"its values are written {shown}")


def _regex(shape: str, field: FieldProfile) -> str:
    """A pattern of a shape of capitals, digits and signs; "" where it leaves too much open."""
    exact = field.lengths is not None and field.lengths.low == field.lengths.high
    if shape == "A+" and exact and field.lengths:
        return f"[A-Z]{{{field.lengths.low}}}"
    if re.search(r"[a+…]", shape) or not re.search(r"[A9]", shape) or len(shape) < 2:
        return ""
    found = []
    for run in re.finditer(r"A+|9+|[^A9]", shape):
        sign, many = run[0][0], len(run[0])
        part = {"A": "[A-Z]", "9": "[0-9]"}.get(sign, _literal(sign))
        found.append(part if many == 1 else f"{part}{{{many}}}")
    return "".join(found)


def _literal(sign: str) -> str:
    return sign if sign in " -/_#@:,;" else re.escape(sign)


def _tidy(field: FieldProfile, profile: Profile) -> Iterator[Candidate]:
    """Of names always, since what spoils one is seen at once; of others where some need it."""
    if field.kind == "text" and field.lengths is not None and field.lengths.median <= _SENTENCE:
        settings = (("on_fail", "correct"), ("correction", "tidy"))
        why = "some values have blanks, control signs or HTML that nobody meant"
        named = family(field) in _NAMES and field.filled >= 20
        if named:
            why = "no name has doubled blanks, control signs, HTML or garbled letters"
        yield Candidate(field.field, "tidy", why, settings, least=0.9, mends=not named)
