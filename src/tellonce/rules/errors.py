"""The error of reading rules, which tells everything that is wrong at once."""

from __future__ import annotations

from tellonce.engine.errors import InputError
from tellonce.rules.types import Problem

_SHOWN = 20


class RuleErrors(InputError):
    """A text is no file of rules; `problems` has everything that is wrong with it, by line."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        self.name = name
        self.problems = problems
        lines = [self.sentence(problem) for problem in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            lines.append(f"And {len(problems) - _SHOWN} more.")
        super().__init__("\n".join(lines), problems[0].hint if len(problems) == 1 else "")

    def sentence(self, problem: Problem) -> str:
        """A problem with its place, and what to do unless it is the only one."""
        said = f"{self.name}, line {problem.line}, column {problem.column}: {problem.sentence}"
        return said if len(self.problems) == 1 else f"{said} {problem.hint}"
