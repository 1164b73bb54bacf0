"""What a header says: an attribute, whose it is, and which of several it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tellonce.engine.standardise.text import to_ascii
from tellonce.engine.standardise.vocabulary import (
    ATTRIBUTE_WORDS,
    EMPTY_WORDS,
    GROUPS,
    IDENTIFIER_WORDS,
    MARKED_WORDS,
    OTHER_PEOPLE,
    OTHER_WORDS,
    OWN_KEY_WORDS,
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = re.compile(r"(?<=[a-z]{2})(?=\d+$)")
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_SHORT = {
    "midl": "middle", "mdl": "middle", "sufx": "suffix", "sfx": "suffix", "prefx": "prefix",
    "nbr": "number", "yr": "year", "brth": "birth", "adr": "address", "addrs": "address",
    "strt": "street",
}  # fmt: skip
_PLACES = {"address_line", "street", "house_number", "unit", "city", "region", "postal_code"}
_LAST_FOUR = ({"ssn", "last", "4"}, {"ssn", "last", "four"}, {"ssn", "4"})
_INDEX = re.compile(r"^c?(\d{1,2})$")
_EMPLOYER = {"employer", "arbeitgeber", "pracodawca"}
_CARRIERS = {"address", "addr", "adres", "adresse", "name", "full"}
CALLED = frozenset(
    {"given_name", "middle_name", "family_name", "full_name", "name", "organisation"}
)
_CHILDREN = {"child", "children"}
_PARENTS = {"mother", "father", "matki", "ojca", "mutter", "vater"}  # whose names never change
_TECHNICAL = {
    "cd",
    "code",
    "desc",
    "lbl",
    "txt",
    "text",
    "nm",
    "val",
    "value",
    "str",
    "raw",
    "dt",
    "num",
}
_LABELS = {"type", "kind", "label", "usage", "verified", "flag", "quality", "source"}
_COMPANIONS = {"country": "country", "state": "country", "type": "type", "issuer": "country"}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True)
class HeaderReading:
    """What a header says by itself.

    attribute  an attribute name, `own_key`, `other_person`, or None where the words are unknown
    group      "" the main one, "mailing", "former", ...
    index      which of several columns of one kind (first_name_2 -> 2), 1 where not told
    """

    attribute: str | None
    group: str = ""
    index: int = 1


def header_words(header: str) -> list[str]:
    """Return the ASCII lower-case words of a header, camel case and trailing digits split."""
    words: list[str] = []
    text = (_BRACKETS.sub(" ", header).strip() or header).translate(_UMLAUTS)
    for part in _NOT_WORD.split(to_ascii(_CAMEL.sub(" ", text)).replace("'", "")):
        words.extend(word for word in _DIGITS.sub(" ", part).split() if word)
    return words


def slug(header: str) -> str:
    """Return a header as one lower-case word with underscores, for the name of an `other`
    attribute.
    """
    return "_".join(header_words(header)) or "column"


@lru_cache(maxsize=4096)
def read_header(header: str) -> HeaderReading:
    """Return what a header says: exact words first, then without group, filler and index words."""
    words = header_words(header)
    if set(words) in _LAST_FOUR:
        return HeaderReading("identifier:ssn_last_four")
    whole = _look_up(words)
    if whole:
        return _marked(whole, "", 1)
    words = [_SHORT.get(word, word) for word in words]
    index = 1
    kept: list[str] = []
    for word in words:
        match = _INDEX.match(word)
        if match and kept:
            index = max(int(match[1]), 1)
        else:
            kept.append(word)
    if not kept:
        return HeaderReading(None)
    if _of_another_person(kept):
        return _other_person(kept)
    return _own(kept, index)


def _own(words: list[str], index: int) -> HeaderReading:
    whole = _look_up(words)
    if whole:
        return _marked(whole, "", index)
    group, rest = _without_group(words)
    for candidate in _shorter(rest):
        found = _look_up(candidate)
        if found == "own_key" and candidate != words and group:
            continue
        if found:
            return _marked(found, group, index)
    if words[0] == "mail" and _look_up(words[1:]) in _PLACES:
        return HeaderReading(_look_up(words[1:]), "mailing", index)
    found = _companion(words)
    if found:
        return HeaderReading(found, group, index)
    if len(words) > 1 and words[-1] in _LABELS and _look_up(words[:-1]):
        return HeaderReading("label")
    if words[-1] in {"id", "key", "uuid", "guid", "pk", "fk"}:
        return HeaderReading("own_key")
    return HeaderReading(None, group, index)


def _marked(found: str, group: str, index: int) -> HeaderReading:
    """An entry may name a group (`given_name#alias`) or an index (`family_name@2`)."""
    attribute, _, own_index = found.partition("@")
    attribute, _, own_group = attribute.partition("#")
    return HeaderReading(attribute, own_group or group, int(own_index) if own_index else index)


def _of_another_person(words: list[str]) -> bool:
    if "".join(words) in _lexicon():
        return False
    return len(words) > 1 and any(
        word in OTHER_PEOPLE or word.rstrip("s") in OTHER_PEOPLE for word in words
    )


def customers_of_list(headers: tuple[str, ...]) -> dict[str, HeaderReading]:
    """What headers about other people say of the customer, in a list that names nobody else: those
    about children if there are, else those about the only kind of person that is named.
    """
    people = {header: _person(header) for header in headers}
    read = {header: _of_that_person(header) for header in headers}
    named = {people[header] for header in headers if read[header].attribute in CALLED}
    whose = named & _CHILDREN or (named if len(named) == 1 else set())
    return {header: read[header] for header in headers if people[header] in whose}


def _person(header: str) -> str:
    """The word for another person (child, mother, spouse) in a header that is about one."""
    return next((word for word in map(_one_of, header_words(header)) if word in OTHER_PEOPLE), "")


def _of_that_person(header: str) -> HeaderReading:
    words = [word for word in header_words(header) if _one_of(word) not in OTHER_PEOPLE]
    return read_header(" ".join(words))


def _one_of(word: str) -> str:
    return word.rstrip("s") if word.rstrip("s") in OTHER_PEOPLE else word


def _other_person(words: list[str]) -> HeaderReading:
    if set(words) <= _EMPLOYER | {"name", "nazwa"} and _EMPLOYER & set(words):
        return HeaderReading("other:employer")
    parents = _PARENTS & {word.rstrip("s") for word in words}
    if parents and words[-1] in {"name", "surname", "firstname", "imie", "nazwisko"}:
        return HeaderReading(f"other:{min(parents)}_{'_'.join(words[1:])}")
    return HeaderReading("other_person")


def _look_up(words: list[str]) -> str | None:
    joined = "".join(words)
    return _lexicon().get(joined) or _lexicon().get(joined.removesuffix("s"))


def _without_group(words: list[str]) -> tuple[str, list[str]]:
    group = next((GROUPS[word] for word in words if word in GROUPS), "")
    rest = [word for word in words if word not in GROUPS]
    return group, rest


def _shorter(words: list[str]) -> list[list[str]]:
    """Return the words with ever less of what carries no meaning, the longest first."""
    bare = _without_fillers(words)
    found = [words, bare, _without_carriers(bare)]
    if len(words) > 1 and words[-1] in _TECHNICAL:
        found.extend(_shorter(words[:-1]))
    return found


def _without_fillers(words: list[str]) -> list[str]:
    kept = [word for word in words if word not in EMPTY_WORDS]
    return kept or words


def _without_carriers(words: list[str]) -> list[str]:
    kept = [word for word in words if word not in _CARRIERS]
    return kept or words


def _companion(words: list[str]) -> str | None:
    """passport_country, drivers_license_state, national_id_type tell about the identifier beside
    them.
    """
    if len(words) < 2 or words[-1] not in _COMPANIONS:
        return None
    kind = _look_up(words[:-1]) or _look_up([*words[:-1], "number"])
    if kind is None or not kind.startswith("identifier:"):
        return None
    return f"identifier_{_COMPANIONS[words[-1]]}:{kind.partition(':')[2]}"


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, str]:
    lexicon = dict.fromkeys(OWN_KEY_WORDS, "own_key")
    for name, words in OTHER_WORDS.items():
        lexicon.update(dict.fromkeys(words.split(), f"other:{name}"))
    for kind, words in IDENTIFIER_WORDS.items():
        lexicon.update(dict.fromkeys(words.split(), f"identifier:{kind}"))
    for attribute, words in (*ATTRIBUTE_WORDS.items(), *MARKED_WORDS.items()):
        lexicon.update(dict.fromkeys(words.split(), attribute))
    lexicon["employer"] = lexicon["arbeitgeber"] = lexicon["pracodawca"] = "other:employer"
    return lexicon
