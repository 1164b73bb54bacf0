"""A file of rules as values that know their line and column.

Rules are YAML, in any of its forms, and one form more that is no YAML though people write it: all
of a rule on one line, `- email: valid, on_fail: flag`, which YAML would take for one long text.
Every plain value stays the text it was written as: `no` is no false, and 01 is not 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from tellonce.io.yaml_trouble import NOT_YAML, yaml_trouble
from tellonce.rules.types import Problem

_LINE = re.compile(r"^(?P<lead>\s*-\s+)(?P<rest>[^\s\[{#&*!|>%@`].*)$")
_NAME = re.compile(r"^\s*[A-Za-z_][\w ]*:(\s|$)")
_PAIR = re.compile(r"^(?P<name>\"[^\"]*\"|'[^']*'|[^:]*?[^:\s])\s*:(?:\s+|$)(?P<value>.*)$")
_LETTER = "\ue000"  # private use: stands for a line that was read already
_DEEPEST, _MOST = 8, 50_000
_COMMA = "Put a comma before the next setting, as in `- email: valid, on_fail: flag`, or quotes."
SHAPE = "Write one rule a line, such as `- email: valid, on_fail: flag`."


@dataclass(frozen=True)
class Marked:
    """A text, a list of values, or pairs of name and value; with its place, from 1."""

    value: str | tuple[Marked, ...] | tuple[tuple[Marked, Marked], ...]
    kind: str  # "text", "list", "names"
    line: int
    column: int

    @property
    def text(self) -> str:
        """The text, "" where it is none."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def items(self) -> tuple[Marked, ...]:
        """The values of a list; a text is a list of one."""
        return self.value if self.kind == "list" else (self,)  # type: ignore[return-value]

    @property
    def pairs(self) -> tuple[tuple[Marked, Marked], ...]:
        """The pairs of name and value, none where it is no mapping."""
        return self.value if self.kind == "names" else ()  # type: ignore[return-value]

    def problem(self, sentence: str, hint: str, offset: int = 0) -> Problem:
        """A problem at this place, `offset` characters further on."""
        return Problem(self.line, self.column + offset, sentence, hint)


class NotYaml(Exception):
    """The text has no structure at all; holds the one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


def marked(text: str) -> Marked | None:
    """The structure of a text, None where it is blank. Raises NotYaml."""
    plain, taken = _without_lines(text.removeprefix("\ufeff").expandtabs(4))
    try:
        node = yaml.compose(plain, Loader=yaml.SafeLoader)
    except NOT_YAML as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        what = yaml_trouble(error)
        hint = f"Put the value in quotes. {SHAPE}"
        if what.startswith("mapping values"):  # a second colon
            what, hint = "a second colon stands where a value is", _COMMA
        raise NotYaml(Problem(line, column, f"This is not YAML: {what}.", hint)) from None
    return None if node is None else _Reader(taken).read(node, 0)


class _Reader:
    """Turns YAML's nodes into marked values, putting in the lines that were read already."""

    def __init__(self, taken: dict[int, Marked]) -> None:
        self._taken = taken
        self._count = 0

    def read(self, node: yaml.Node, depth: int) -> Marked:
        """The marked value of a node; an alias may not unfold it without end."""
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self._count += 1
        if depth > _DEEPEST or self._count > _MOST:
            raise NotYaml(Problem(line, column, "This is nested too deeply.", SHAPE))
        if isinstance(node, yaml.SequenceNode):
            items = tuple(self.read(item, depth + 1) for item in node.value)
            return Marked(items, "list", line, column)
        if isinstance(node, yaml.MappingNode):
            pairs = tuple(
                (self.read(name, depth + 1), self.read(value, depth + 1))
                for name, value in node.value
            )
            return Marked(pairs, "names", line, column)
        if node.value == _LETTER and line in self._taken:
            return self._taken[line]
        return Marked(node.value, "text", line, column)


def _without_lines(text: str) -> tuple[str, dict[int, Marked]]:
    """The text with each rule that stands on one line replaced, and these rules by line."""
    lines = text.split("\n")
    taken: dict[int, Marked] = {}
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if not found:
            continue
        parts = _parts(_without_comment(found["rest"]))
        if len(parts) < 2 or not all(_NAME.match(part) for _, part in parts[1:] if part.strip()):
            continue
        start = len(found["lead"])
        pairs = tuple(_pair(part, number + 1, start + at + 1) for at, part in parts if part.strip())
        taken[number + 1] = Marked(pairs, "names", number + 1, start + 1)
        lines[number] = found["lead"] + _LETTER
    return "\n".join(lines), taken


def _without_comment(text: str) -> str:
    quote = ""
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"" and (at == 0 or text[at - 1] in " [(,{"):
            quote = sign
        elif sign == "#" and at and text[at - 1] == " ":
            return text[:at]
    return text


def _parts(text: str) -> list[tuple[int, str]]:
    """(position, text) between the commas that stand in no quotes and no brackets."""
    parts: list[tuple[int, str]] = []
    start, depth, quote = 0, 0, ""
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"" and (at == 0 or text[at - 1] in " [(,{"):
            quote = sign
        elif sign in "[{(":
            depth += 1
        elif sign in "]})":
            depth = max(0, depth - 1)
        elif sign == "," and not depth and _NAME.match(text[at + 1 :]):
            parts.append((start, text[start:at]))
            start = at + 1
    return [*parts, (start, text[start:])]


def _pair(text: str, line: int, column: int) -> tuple[Marked, Marked]:
    """The name and the value of one part of a line; a value in brackets is YAML."""
    lead = len(text) - len(text.lstrip())
    bare = text.strip()
    found = _PAIR.match(bare)
    if found is None:
        name = Marked(bare.removesuffix(":").strip(), "text", line, column + lead)
        return name, Marked("", "text", line, column + lead + len(bare))
    name = Marked(found["name"].strip("'\""), "text", line, column + lead)
    return name, inline(found["value"].strip(), line, column + lead + found.start("value"))


def inline(text: str, line: int, column: int) -> Marked:
    """A value written on one line: in quotes, in brackets, or plain. Raises NotYaml."""
    if text[:1] not in ("'", '"', "[", "{"):
        return Marked(text, "text", line, column)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except NOT_YAML as error:
        if text[:1] in "'\"":
            return Marked(text, "text", line, column)
        mark: Any = getattr(error, "problem_mark", None)
        at = column + (mark.column if mark is not None else 0)
        sentence = f"{text[:40]} is not a list or mapping of YAML."
        raise NotYaml(
            Problem(line, at, sentence, "Close its bracket, or put it in quotes.")
        ) from None
    if node is None:  # nothing but a comment
        return Marked(text, "text", line, column)
    return _shifted(_Reader({}).read(node, 0), line, column - 1)


def _shifted(one: Marked, line: int, columns: int) -> Marked:
    value: Any = one.value
    if one.kind == "list":
        value = tuple(_shifted(item, line, columns) for item in one.items)
    elif one.kind == "names":
        value = tuple(
            (_shifted(name, line, columns), _shifted(inner, line, columns))
            for name, inner in one.pairs
        )
    return Marked(value, one.kind, line, one.column + columns)
