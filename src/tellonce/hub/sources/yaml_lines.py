"""A YAML file with the line of each of its names, so that what is wrong can be pointed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.config import config_problems
from tellonce.hub.sources.shapes import Path as NamePath
from tellonce.hub.sources.shapes import Problem
from tellonce.io.yaml_trouble import NOT_YAML, yaml_trouble

_DEEPEST, _MOST = 8, 10_000
_TOLD = 20
_SHAPE = "Write lines of `name: value`, such as `record_id: CustomerID`."


@dataclass(frozen=True)
class YamlFile:
    """A parsed file: its document, the line of each path of names, and names that come twice."""

    name: str
    document: Any
    lines: Mapping[NamePath, int] = field(default_factory=dict)
    twice: tuple[Problem, ...] = ()

    def line(self, path: NamePath) -> int:
        """The line of the innermost name of this path that stands in the file."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def problems(self) -> list[Problem]:
        """Everything wrong with it as the configuration of a source, by line."""
        found = [*self.twice, *config_problems(self.document)]
        return sorted(found, key=lambda problem: self.line(problem.path))

    def sentence(self, problem: Problem) -> str:
        """The problem with its place: `crm.yaml, line 3: ...`."""
        return f"{self.name}, line {self.line(problem.path)}: {problem.sentence}"


def read_yaml(path: Path) -> YamlFile:
    """Parse a file; raises `WrongCall` where there is none, or where it is no YAML."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8-sig"), path.name)
    except FileNotFoundError:
        raise WrongCall(
            f"There is no file {path}.",
            hint="A configuration is optional: leave --config away to have columns recognised.",
        ) from None
    except (UnicodeDecodeError, OSError) as error:
        raise WrongCall(
            f"{path} is not a YAML file: {str(error).splitlines()[0]}.", hint=_SHAPE
        ) from error


def parse_yaml(text: str, name: str) -> YamlFile:
    """Parse a text called `name`; raises `WrongCall` where it is no YAML."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except NOT_YAML as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        sentence = f"{name}{where} is not a YAML file: {yaml_trouble(error)}."
        raise WrongCall(sentence, hint=_SHAPE) from None
    lines: dict[NamePath, int] = {}
    twice = tuple(_walk(node, (), lines)) if node is not None else ()
    return YamlFile(name, document, lines, twice)


def checked_config(path: Path) -> Mapping[str, Any]:
    """The document of a file that holds a source's configuration.

    Raises `WrongCall` with all that is wrong, each with its line.
    """
    file = read_yaml(path)
    problems = file.problems()
    if problems:
        if len(problems) == 1:
            raise WrongCall(file.sentence(problems[0]), hint=problems[0].hint)
        said = [f"{file.sentence(problem)} {problem.hint}" for problem in problems[:_TOLD]]
        left = len(problems) - len(said)
        more = f"There are {left:,} more." if left else ""
        raise WrongCall("\n".join(said), hint=more)
    return file.document or {}


def _walk(node: yaml.Node, path: NamePath, lines: dict[NamePath, int]) -> Iterator[Problem]:
    """Note the line of each name and item; yields names that come twice.

    Aliases can make a short file unfold without end, so it stops at a depth and a number.
    """
    if len(path) > _DEEPEST or len(lines) > _MOST:
        return
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[(*path, number)] = item.start_mark.line + 1
            yield from _walk(item, (*path, number), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            if here in lines:
                name = repr(str(key.value))
                sentence = f"The name {name} comes twice; it is in line {lines[here]} too."
                yield Problem(here, sentence, "Keep one of them.")
            lines[here] = key.start_mark.line + 1
            yield from _walk(value, here, lines)
