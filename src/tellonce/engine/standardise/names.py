"""Names of people: taken apart, and in normal form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tellonce.engine.standardise.text import REMEMBERED, to_ascii, words_of
from tellonce.engine.standardise.variants import is_given_name

TITLES = frozenset(
    words_of("""
    mr mrs ms miss mx dr prof professor sir madam lady lord rev reverend fr father pastor hon
    judge capt captain col maj sgt lt herr frau fraulein hr fr dipl ing dipling mag msc bsc phd
    dphil dds dvm md esq pan pani inz mgr hab lek dyr ks sr sra srta senor senora don dona m mme
    mlle monsieur madame signor signora sig dott dottssa ing
    """)
)
_SAFE_TITLES = TITLES - {
    "m",
    "sr",
    "don",
    "fr",
    "sig",
    "ing",
    "lt",
    "col",
    "mag",
    "pan",
    "ms",
    "lady",
    "ks",
}
_TRAILING_TITLES = frozenset(
    words_of("""
    phd md dds dvm esq dphil msc bsc cpa rn mba ma
    """)
)
_GENERATIONS = {
    "jr": "jr", "junior": "jr", "jun": "jr", "jnr": "jr", "mlodszy": "jr",
    "sr": "sr", "senior": "sr", "sen": "sr", "snr": "sr", "starszy": "sr",
    "ii": "jr", "iii": "iii", "iv": "iv", "2nd": "jr", "3rd": "iii", "4th": "iv", "1st": "sr",
}  # fmt: skip
_DROPPED_PARTICLES = frozenset(["von", "vom", "zu", "zur", "zum"])
_GLUED_PARTICLES = frozenset(
    words_of("""
    van der den de del della di da dos das do du la le los las el al ter ten te st saint mc mac
    o bin ibn ben abu d l
    """)
)
_PARTICLES = _DROPPED_PARTICLES | (_GLUED_PARTICLES - {"o", "d", "l", "al", "do", "te"})
_BRACKETS = re.compile(r"[(\[{\"“„].*?[)\]}\"”]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHE = re.compile(r"['`´’‘ʼ]")
_UMLAUT = re.compile(r"(?<![aeiouqg])(ae|oe|ue)(?=[bcdfghjklmnprstvwxz])")
_FEMININE = re.compile(r"(?<=[a-z]{2}[sczd])ka$")
_RUSSIAN = re.compile(r"(?:skaya|skaja|skaia|sky|skij|skiy|skyj)$")
_EAST_ASIAN = re.compile(r"^[\u4e00-\u9fff\uac00-\ud7a3]{2,4}$")  # the first sign is the family
_LETTERS_FOR = str.maketrans("0158624", "olsbgza")
_DIGITS = "0123456789"
# What stands for the name of a child without one, perhaps with which of twins it is.
_UNNAMED = {"baby", "infant", "newborn", "babyboy", "babygirl", "twin"}
_SEXES = {"boy", "girl", "male", "female"}
_TWINS = {sign: f"baby{at}" for at, pair in enumerate(("a1", "b2", "c3", "d4"), 1) for sign in pair}


@dataclass(frozen=True)
class PersonName:
    """The parts of one written name, as written; "" where there is none."""

    given: str = ""
    middle: str = ""
    family: str = ""
    title: str = ""
    suffix: str = ""


def split_full_name(text: str) -> PersonName:
    """Return the parts of a full name in either order, with or without a comma.

    With a comma what stands before it is the family name. Without one the family name is last,
    unless only the first word looks like a family name (the others being known given names).
    """
    plain = _BRACKETS.sub(" ", text).replace(";", ",")
    title, suffix, plain = _without_titles(plain)
    if "," in plain:
        family, _, rest = plain.partition(",")
        more_title, more_suffix, rest = _without_titles(rest.replace(",", " "))
        given, middle = _first_and_rest(rest.split())
        return PersonName(given, middle, family.strip(), title or more_title, suffix or more_suffix)
    given_words, family_words = _split_words(plain.split())
    given, middle = _first_and_rest(given_words)
    return PersonName(given, middle, " ".join(family_words), title, suffix)


def _without_titles(text: str) -> tuple[str, str, str]:
    """Return titles before, generation after, and what is left; commas before a suffix go too."""
    words = text.replace(",", " , ").split()
    titles: list[str] = []
    suffix = ""
    while len(words) > 1 and _plain(words[0]) in _SAFE_TITLES:
        titles.append(words.pop(0))
    while len(words) > 1:
        last = _plain(words[-1])
        if last in _GENERATIONS and not suffix and len(words) > 2:
            suffix = words.pop()
        elif (last in _TRAILING_TITLES and (words[-2] == "," or len(words) > 3)) or last == "":
            titles.append(words.pop())
        else:
            break
    text = " ".join(words).replace(" ,", ",").strip(" ,")
    return " ".join(title for title in titles if title != ","), suffix, text


def _split_words(words: list[str]) -> tuple[list[str], list[str]]:
    if len(words) == 1 and _EAST_ASIAN.match(words[0]):
        return [words[0][1:]], [words[0][0]]
    if len(words) < 2:
        only_given = bool(words) and is_given_name(_plain(words[0]))
        return (words, []) if only_given else ([], words)
    plain = [_plain(word) for word in words]
    if _family_first(words, plain):
        return words[1:], words[:1]
    start = len(words) - 1
    while start > 1 and (plain[start - 1] in _PARTICLES or words[start] in {"-", "–"}):
        start -= 1
    return words[:start], words[start:]


def _family_first(words: list[str], plain: list[str]) -> bool:
    if len(plain[-1]) == 1 and len(plain[0]) > 1 and not is_given_name(plain[0]):
        return True  # KOWALSKI JAN M, KOWALSKI J
    if words[0].isupper() and len(plain[0]) > 1 and not any(w.isupper() for w in words[1:]):
        return True  # KOWALSKI Jan
    return (
        not is_given_name(plain[0])
        and len(plain[0]) > 1
        and is_given_name(plain[-1])
        and all(is_given_name(word) or len(word) == 1 for word in plain[1:])
    )


def _first_and_rest(words: list[str]) -> tuple[str, str]:
    return (words[0], " ".join(words[1:])) if words else ("", "")


def _plain(word: str) -> str:
    return _NOT_WORD.sub("", to_ascii(word))


@lru_cache(maxsize=REMEMBERED)
def comparable_given(text: str) -> tuple[str | None, str | None]:
    """Return the normal form of a given name and of further given names written beside it.

    Words are taken apart only where one of them is known as a given name or is an initial, so that
    a space that slipped in (`mit chell`) does not cut a name in two.
    """
    written = _words(text)
    if _UNNAMED & set(written) or _SEXES & set(written[:-1]):
        rest = [word for word in written if word not in _UNNAMED | _SEXES]
        if not rest or (len(rest) == 1 and rest[0] in _TWINS):
            return (_TWINS[rest[0]] if rest else None), None
    words = [_given_word(word) for word in written if word not in _SAFE_TITLES]
    words = [word for word in words if word]
    if len(words) < 2:
        return (words[0] if words else None), None
    if any(len(word) == 1 or is_given_name(word) for word in words):
        return words[0], " ".join(words[1:])
    return " ".join(words), None


def comparable_middle(text: str) -> str | None:
    """Return the words of further given names in normal form, None if nothing is left."""
    return " ".join(word for word in map(_given_word, _words(text)) if word) or None


@lru_cache(maxsize=REMEMBERED)
def comparable_family(text: str) -> str | None:
    """Return a family name in normal form, None if nothing is left.

    Hyphens separate, `von` and `zu` go, other particles are joined to their word (van Dyke =
    Vandyke), Slavic feminine endings become masculine ones (Kowalska = Kowalski).
    """
    words = _words(text)
    while len(words) > 1 and words[-1] in _GENERATIONS:
        words.pop()
    kept: list[str] = []
    prefix = ""
    for position, word in enumerate(words):
        last = position == len(words) - 1
        if word in _DROPPED_PARTICLES and not last:
            continue
        if word in _GLUED_PARTICLES and not last:
            prefix += word
            continue
        kept.append(_family_word(prefix + word))
        prefix = ""
    return " ".join(word for word in kept if word) or None


def comparable_suffix(text: str) -> str | None:
    """Return jr, sr, ii, iii, iv of a suffix column, None where it is no generation."""
    for word in _words(text):
        if word in _GENERATIONS:
            return _GENERATIONS[word]
    return None


def _words(text: str) -> list[str]:
    folded = _APOSTROPHE.sub("", to_ascii(_APOSTROPHE.sub("", text)))
    return [word for word in _NOT_WORD.split(folded) if word]


def _letters(word: str) -> str:
    """Digits inside a word are misread letters (Ro8ert), a number at its end is meant (Anna12), and
    a word of digits says nothing.
    """
    if word.isalpha():
        return word
    if word.isdigit():
        return ""
    stem = word.rstrip(_DIGITS)
    return stem.translate(_LETTERS_FOR) + word[len(stem) :]


def _given_word(word: str) -> str:
    word = _letters(word)
    return word if is_given_name(word) else _UMLAUT.sub(lambda m: m[0][0], word)


def _family_word(word: str) -> str:
    word = _UMLAUT.sub(lambda match: match[0][0], _letters(word))
    return _RUSSIAN.sub("ski", _FEMININE.sub("ki", word))
