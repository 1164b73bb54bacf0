"""Patterns on which an engine that backtracks would take time that doubles with every character.

Tellonce runs patterns on RE2, which does not backtrack; but a pattern that is handed on, to an
editor or to another system, should not be a trap there. A pattern is one if some loop of its
automaton can be walked in two ways over the same text (Weber and Seidl, "On the degree of ambiguity
of finite automata", 1991: criterion EDA). Told here on the automaton of positions (Glushkov), with
the number of ways to each step counted, since `(a+)+` has two ways to go on behind every `a`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_SIGNS = [chr(one) for one in range(128)] + ["é", "Ł", "ß", "日", "٣", "\u2003"]
_ALL = (1 << len(_SIGNS)) - 1
_MANY = 10  # repetitions from which on a bounded loop is as bad as an endless one
_LARGEST = 200  # positions; a larger pattern is not looked at

Pair = tuple[int, int]


@dataclass
class _Automaton:
    """Per position the signs it takes (a bit each), and in how many ways others follow it."""

    takes: list[int] = field(default_factory=list)
    follow: list[Counter[int]] = field(default_factory=list)

    def add(self, signs: int) -> int:
        """A new position."""
        self.takes.append(signs)
        self.follow.append(Counter())
        return len(self.takes) - 1


@dataclass
class _Part:
    """A part of a pattern: the ways it begins and ends at a position, and to be empty."""

    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)
    empty: int = 1


def is_catastrophic(pattern: str) -> bool:
    """Whether backtracking over a pattern may take time that doubles with every character.

    False for one that is too large or too unusual to be looked at.
    """
    try:
        tree = parser.parse(_as_python(pattern))
        automaton = _Automaton()
        _sequence(tree, automaton)
    except (re.error, _TooLarge, RecursionError, OverflowError):
        return False
    return _loops_in_two_ways(automaton)


class _TooLarge(Exception):
    """The pattern has more positions than are looked at."""


def _as_python(pattern: str) -> str:
    """A pattern of RE2 as Python's parser takes it."""
    pattern = pattern.replace(r"\z", r"\Z")
    return re.sub(r"\\[pP](?:\{\^?\w+\}|\w)", r"\\w", pattern)


def _sequence(tree: Any, automaton: _Automaton) -> _Part:
    whole = _Part()
    for operator, argument in tree:
        whole = _behind(whole, _part(operator, argument, automaton), automaton)
    return whole


def _behind(one: _Part, other: _Part, automaton: _Automaton) -> _Part:
    """Two parts, one behind the other."""
    _join(one.last, other.first, automaton)
    first = one.first + Counter({place: ways * one.empty for place, ways in other.first.items()})
    last = other.last + Counter({place: ways * other.empty for place, ways in one.last.items()})
    return _Part(first, last, min(one.empty * other.empty, 2))


def _join(ends: Counter[int], starts: Counter[int], automaton: _Automaton) -> None:
    for end, one in ends.items():
        for start, other in starts.items():
            automaton.follow[end][start] = min(automaton.follow[end][start] + one * other, 2)


def _part(operator: Any, argument: Any, automaton: _Automaton) -> _Part:
    if operator in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        low, high, inner = argument
        return _repeated(low, high, inner, automaton)
    if operator is code.SUBPATTERN:
        return _sequence(argument[-1], automaton)
    if operator is code.BRANCH:
        parts = [_sequence(one, automaton) for one in argument[1]]
        first = sum((part.first for part in parts), Counter[int]())
        last = sum((part.last for part in parts), Counter[int]())
        return _Part(first, last, min(sum(part.empty for part in parts), 2))
    if operator is code.AT:
        return _Part()
    if len(automaton.takes) >= _LARGEST:
        raise _TooLarge
    place = automaton.add(_signs(operator, argument))
    return _Part(Counter({place: 1}), Counter({place: 1}), 0)


def _repeated(low: int, high: Any, body: Any, automaton: _Automaton) -> _Part:
    """A loop: endless ones once round, bounded ones written out."""
    if high is code.MAXREPEAT or high > _MANY:
        part = _sequence(body, automaton)
        turns = 2 if part.empty and high is not code.MAXREPEAT else 1  # any of them may be empty
        for _ in range(turns):
            _join(part.last, part.first, automaton)
        return _Part(part.first, part.last, 1 if low == 0 else part.empty)
    whole = _Part()
    for turn in range(high):
        part = _sequence(body, automaton)
        optional = _Part(part.first, part.last, 1) if turn >= low else part
        whole = _behind(whole, optional, automaton)
        whole.empty = min(whole.empty, 1)
    return whole


def _signs(operator: Any, argument: Any) -> int:
    """The signs that an atom takes."""
    if operator is code.ANY:
        return _ALL & ~_mask(lambda sign: sign == "\n")
    if operator is code.LITERAL:
        return _mask(lambda sign: ord(sign) == argument) or 1 << len(_SIGNS) + argument
    if operator is code.NOT_LITERAL:
        return _mask(lambda sign: ord(sign) != argument)
    if operator is code.RANGE:
        return _mask(lambda sign: argument[0] <= ord(sign) <= argument[1])
    if operator is code.CATEGORY:
        return _category(argument)
    if operator is code.IN:
        turned = argument[0][0] is code.NEGATE
        found = 0
        for inner, value in argument[1 if turned else 0 :]:
            found |= _signs(inner, value)
        return _ALL & ~found if turned else found
    return _ALL


def _category(name: Any) -> int:
    kinds = {"DIGIT": str.isdecimal, "SPACE": str.isspace, "WORD": _is_word}
    words = str(name).removeprefix("CATEGORY_")
    found = _mask(kinds.get(words.removeprefix("NOT_"), lambda sign: True))
    return _ALL & ~found if words.startswith("NOT_") else found


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _mask(takes: Any) -> int:
    return sum(1 << place for place, sign in enumerate(_SIGNS) if takes(sign))


def _loops_in_two_ways(automaton: _Automaton) -> bool:
    """Whether a loop goes through a step that has two ways, or two walks part and meet again."""
    group = _strong_groups(automaton)
    ambiguous = any(
        ways > 1 and group[place, place] == group[following, following]
        for place, follows in enumerate(automaton.follow)
        for following, ways in follows.items()
    )
    same = {group[pair] for pair in group if pair[0] == pair[1]}
    return ambiguous or any(pair[0] != pair[1] and group[pair] in same for pair in group)


def _steps(pair: Pair, automaton: _Automaton) -> list[Pair]:
    """Where two walks may go together: on signs that both next positions take."""
    return [
        (one, other)
        for one in automaton.follow[pair[0]]
        for other in automaton.follow[pair[1]]
        if automaton.takes[one] & automaton.takes[other]
    ]


def _strong_groups(automaton: _Automaton) -> dict[Pair, int]:
    """The pairs of positions that two walks over one text reach from one, each with the number of
    its strongly connected group (Tarjan's algorithm, without recursion).
    """
    index: dict[Pair, int] = {}
    low: dict[Pair, int] = {}
    group: dict[Pair, int] = {}
    path: list[Pair] = []
    for place in range(len(automaton.takes)):
        work = [((place, place), iter([(place, place)]))] if (place, place) not in index else []
        while work:
            pair, steps = work[-1]
            if pair not in index:
                index[pair] = low[pair] = len(index)
                path.append(pair)
                steps = iter(_steps(pair, automaton))
                work[-1] = (pair, steps)
            following = next(steps, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[pair])
                if low[pair] == index[pair]:
                    _close(pair, path, group)
            elif following not in index:
                work.append((following, iter(())))
            elif following not in group:
                low[pair] = min(low[pair], index[following])
    return group


def _close(pair: Pair, path: list[Pair], group: dict[Pair, int]) -> None:
    number = len(group)
    while True:
        member = path.pop()
        group[member] = number
        if member == pair:
            return
