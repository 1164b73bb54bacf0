"""What a setting of a YAML file may look like: judged, and told to editors as JSON Schema.

A shape has `problems(value, path)`, which says what is wrong with a value and where, and
`schema()`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from tellonce.rules.nearest import did_you_mean

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong, what to do, and the path of names that leads there."""

    path: Path
    sentence: str
    hint: str


class Shape(Protocol):
    """Judges a value, and describes itself to editors."""

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        """What is wrong with the value at this path; nothing where it is right."""

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema (draft 2020-12)."""


@dataclass(frozen=True)
class Text:
    """One name or text, perhaps of a given pattern; a number is taken as it is written."""

    pattern: str = ""
    example: str = "NAME"

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        name = path[-1]
        if not isinstance(value, str | int) or isinstance(value, bool):
            sentence = f"The setting {dotted(path)} of a source is not one name."
            unquoted = "In YAML yes and no are true and false: write it in quotes."
            hint = unquoted if isinstance(value, bool) else f"Write it as `{name}: {self.example}`."
            yield Problem(path, sentence, hint)
        elif self.pattern and not re.search(self.pattern, str(value)):
            sentence = f"The setting {dotted(path)} of a source cannot be {str(value)!r}."
            yield Problem(path, sentence, f"Write it as `{name}: {self.example}`.")

    def schema(self) -> dict[str, Any]:
        if self.pattern:
            return {"type": "string", "pattern": self.pattern}
        return {"type": ["string", "integer"]}


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        if not isinstance(value, bool):
            sentence = f"The setting {dotted(path)} of a source is neither true nor false."
            yield Problem(path, sentence, f"Write `{path[-1]}: true` or `{path[-1]}: false`.")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number:
    """A number between two others, both included."""

    low: float
    high: float
    whole: bool = False
    example: str = "1"

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        kinds = int if self.whole else int | float
        right = isinstance(value, kinds) and not isinstance(value, bool)
        if not (right and self.low <= value <= self.high):
            kind = "whole number" if self.whole else "number"
            yield Problem(
                path,
                f"The setting {dotted(path)} of a source is not a {kind} "
                f"from {self.low:g} to {self.high:g}.",
                f"Write it as `{path[-1]}: {self.example}`.",
            )

    def schema(self) -> dict[str, Any]:
        kind = "integer" if self.whole else "number"
        return {"type": kind, "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: Sequence[str]

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        if value not in self.words:
            sentence = f"The setting {dotted(path)} of a source cannot be {value!r}."
            yield Problem(path, sentence, f"Write one of {', '.join(self.words)}.")

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Scalar:
    """A text, a number, a date, true or false: what stands in the query of an address."""

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        if not isinstance(value, str | int | float | bool | date):
            sentence = f"The setting {dotted(path)} of a source is not one value."
            yield Problem(path, sentence, f"Write it as `{path[-1]}: VALUE`.")

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True)
class Names:
    """Names, each with a value of the same shape. `names`: what they may be, else anything."""

    of: Shape
    example: str = "{NAME: COLUMN}"
    names: Shape | None = None

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            sentence = f"The setting {dotted(path)} of a source is not a mapping."
            yield Problem(path, sentence, f"Write it as `{path[-1]}: {self.example}`.")
            return
        for name, inner in value.items():
            if self.names is not None:
                yield from self.names.problems(name, (*path, str(name)))
            yield from self.of.problems(inner, (*path, str(name)))

    def schema(self) -> dict[str, Any]:
        made = {"type": "object", "additionalProperties": self.of.schema()}
        return made if self.names is None else made | {"propertyNames": self.names.schema()}


@dataclass(frozen=True)
class OneOrNames:
    """One value for all, or one for each name."""

    one: Shape
    names: Names

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        shape = self.names if isinstance(value, Mapping) else self.one
        yield from shape.problems(value, path)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.one.schema(), self.names.schema()]}


@dataclass(frozen=True)
class OneOrMore:
    """One value, or a list of them."""

    one: Shape

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield from self.one.problems(value, path)
            return
        if not value:
            yield Problem(path, f"The list {dotted(path)} of a source is empty.", "Fill it.")
        for number, inner in enumerate(value):
            yield from self.one.problems(inner, (*path, number))

    def schema(self) -> dict[str, Any]:
        one = self.one.schema()
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class Field:
    """A setting with a name: its shape and one line of help."""

    shape: Shape
    help: str
    required: bool = False


Rule = Callable[[Mapping[str, Any], Path], Iterator[Problem]]


@dataclass(frozen=True)
class Group:
    """Settings with names of our choice; `rule` says what is wrong between them."""

    what: str  # in sentences: "a source", "the section sql"
    fields: Mapping[str, Field]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    rule: Rule | None = None
    hints: Mapping[str, str] = field(default_factory=dict)  # a word for it elsewhere -> ours

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        known = f"Known are {', '.join(self.fields)}."
        if not isinstance(value, Mapping):
            where = f"The configuration of {self.what}"
            yield Problem(path, f"{where} is a list of `name: value` lines.", known)
            return
        sound, troubled = dict(value), False
        for name, inner in value.items():
            real = self.synonyms.get(str(name), str(name))
            if real not in self.fields:
                yield from _unknown(self, str(name), path)
                troubled = True
                continue
            for problem in self.fields[real].shape.problems(inner, (*path, str(name))):
                sound[name] = {}
                troubled = True
                yield problem
        for name, one in self.fields.items():
            if one.required and name not in value:
                sentence = f"{_capital(self.what)} does not say its {name}."
                yield Problem(path, sentence, f"{one.help} Write `{name}: ...`.")
                troubled = True
        if self.rule is not None and not (troubled and path):  # of a source, of what is sound
            yield from self.rule(sound, path)

    def schema(self) -> dict[str, Any]:
        properties = {}
        for name, one in self.fields.items():
            properties[name] = {**one.shape.schema(), "description": one.help}
        for name, real in self.synonyms.items():
            properties[name] = properties[real]
        made = {"type": "object", "additionalProperties": False, "properties": properties}
        required = [name for name, one in self.fields.items() if one.required]
        return made | ({"required": required} if required else {})


_SECRET = re.compile(
    r"password|passwd|passphrase|secret|token|(api|private|access)[-_]?key|credential",
    re.IGNORECASE,
)
_SECRET_PARAMETER = re.compile(
    r"^(key|code)$|(^|[-_.])(sig|signature|pass|pwd|auth|pat|jwt)($|[-_.])"
    r"|(subscription|functions?|account|shared|license|auth)[-_]?key",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Whether something of this name is a secret."""
    return bool(_SECRET.search(name))


def is_secret_parameter(name: str) -> bool:
    """Whether a header or a parameter of this name is a secret. There short names are common that
    would be no secret as the name of a setting.
    """
    return is_secret_name(name) or bool(_SECRET_PARAMETER.search(name))


def _unknown(group: Group, name: str, path: Path) -> Iterator[Problem]:
    what, known = group.what, f"Known are {', '.join(group.fields)}."
    if is_secret_name(name):
        hint = "Name an environment variable that holds it with `..._env`, or a file, `..._file`."
        sentence = f"{_capital(what)} may not hold {name!r}: a secret does not belong in the file."
        yield Problem((*path, name), sentence, f"{hint} {known}")
        return
    hint = f"Write it as `{group.hints[name]}: ...`." if name in group.hints else ""
    hint = hint or did_you_mean(name, [*group.fields, *group.synonyms], "Known are")
    yield Problem((*path, name), f"{_capital(what)} has no setting {name!r}.", hint)


def dotted(path: Path) -> str:
    """A path in words: 'sql.table'."""
    return repr(".".join(str(part) for part in path))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
