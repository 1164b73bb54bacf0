"""How alike two values are, in plain Python: the oracle of the compiled kernels."""

from __future__ import annotations

import re

WINKLER_PREFIX = 4
WINKLER_SCALE = 0.1
LONGEST = 64  # characters that are compared
DIGITS = frozenset("0123456789")
_NUMBER = re.compile("[a-z]?[0-9]+[a-z]?")


def _matches(a: str, b: str) -> tuple[str, str]:
    """The characters of each string that match one of the other within Jaro's window, in order."""
    window = max(max(len(a), len(b)) // 2 - 1, 0)
    used = [False] * len(b)
    left = []
    for i, char in enumerate(a):
        for j in range(max(0, i - window), min(len(b), i + window + 1)):
            if not used[j] and b[j] == char:
                used[j] = True
                left.append(char)
                break
    return "".join(left), "".join(char for j, char in enumerate(b) if used[j])


def jaro_winkler(a: str, b: str) -> float:
    """Jaro-Winkler similarity from 0 to 1 (Winkler 1990: prefix of at most 4, scale 0.1).

    Of long strings the first 64 characters count.
    """
    a, b = a[:LONGEST], b[:LONGEST]
    if a == b:
        return 1.0
    left, right = _matches(a, b)
    common = len(left)
    if common == 0:
        return 0.0
    moved = sum(x != y for x, y in zip(left, right, strict=True)) // 2
    jaro = (common / len(a) + common / len(b) + (common - moved) / common) / 3.0
    prefix = 0
    for x, y in zip(a[:WINKLER_PREFIX], b[:WINKLER_PREFIX], strict=False):
        if x != y:
            break
        prefix += 1
    return jaro + prefix * WINKLER_SCALE * (1.0 - jaro)


def one_slip(a: str, b: str) -> bool:
    """Whether one edit makes the strings equal: a changed, missing or extra character, or two
    neighbours exchanged (Damerau 1964). Equal strings are no slip.
    """
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    if len(a) != len(b):
        short, long = (a, b) if len(a) < len(b) else (b, a)
        return short[start:] == long[start + 1 :]
    if a[start + 1 :] == b[start + 1 :]:
        return True
    return (
        start + 1 < len(a)
        and a[start] == b[start + 1]
        and a[start + 1] == b[start]
        and a[start + 2 :] == b[start + 2 :]
    )


def numbered_apart(a: str, b: str) -> bool:
    """Whether both strings end in a number and their digits differ: "anna11" and "anna12" are no
    slip of one another, since a number at the end is meant.
    """
    return a[-1:] in DIGITS and b[-1:] in DIGITS and digits(a) != digits(b)


def digits(text: str) -> str:
    """The digits of a text, in their order."""
    return "".join(char for char in text if char in DIGITS)


def designated_apart(a: str, b: str) -> bool:
    """Whether each of two organisations' names has a number, or a letter at its end, that the other
    has not: units, stores and funds of one name are told apart by nothing else.
    """
    left, right = a.split(" "), b.split(" ")
    return not (_designators(left).issubset(right) or _designators(right).issubset(left))


def _designators(words: list[str]) -> set[str]:
    """The numbers among the words of a name, perhaps with a letter, and a letter at its end."""
    last = {word for word in words[1:][-1:] if len(word) == 1}
    return last | {word for word in words if _NUMBER.fullmatch(word)}


def tokens_within(a: str, b: str) -> bool:
    """Whether every token of the string with fewer tokens is a token of the other one."""
    left, right = a.split(" "), b.split(" ")
    if len(left) > len(right):
        left, right = right, left
    return all(token in right for token in left)


def share_token(a: str, b: str, shortest: int) -> bool:
    """Whether the strings have a token of at least `shortest` characters in common."""
    right = b.split(" ")
    return any(len(token) >= shortest and token in right for token in a.split(" "))
