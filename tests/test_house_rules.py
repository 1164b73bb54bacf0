"""The house rules of CONTRIBUTING.md, measured on every Python file of the project.

A rule is a function from a parsed file to the places that break it. `EXCEPTIONS` is the one list
of places that may; it may only shrink: an exception that is no longer needed fails the tests.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("src", "tests", "bench", "docs")
SKIPPED = re.compile(r"/migrations/|^bench/out/")

MAX_FUNCTION_LINES = 40
MAX_FILE_LINES = 400
MAX_POSITIONAL = 5
BANNED_NAMES = {"utils", "util", "helpers", "helper", "misc", "manager", "managers", "common"}
# Imported inside a function on purpose: not installed everywhere, or slow and rarely needed.
OPTIONAL_PACKAGES = {"pandas", "polars", "duckdb", "pyspark", "dlt", "splink", "goldenmatch"}
LAZY_FOLDERS = ("src/tellonce/cli/", "src/tellonce/__init__.py", "tests/", "bench/")
WORKING_CALLS = re.compile(
    r"(^|\.)(open|read_text|read_bytes|read_csv|read_table|load|loads|safe_load|connect|urlopen"
    r"|getenv|setup|mkdir|run|check_output|print)$"
)
FILLER = {"a", "an", "the", "of", "for", "to", "and", "in", "is", "this", "that", "test", "it"}
FILLER |= {"return", "returns", "get", "gets", "given", "class", "function", "method", "module"}

# Per rule: the places that may break it, each with its reason beside it.
EXCEPTIONS: dict[str, set[str]] = {
    "function_length": set(),
    "file_length": {
        # the cache of compiled code watches one file: a kernel called in another would go stale
        "src/tellonce/engine/score/kernels.py",
    },
    "positional_parameters": set(),
    "imports_in_functions": set(),
    "module_names": set(),
    "import_time_work": {
        "src/tellonce/hub/settings.py",  # Django reads settings by importing them
        "src/tellonce/hub/wsgi.py",  # a web server starts the hub by importing it
    },
    "todo_without_issue": set(),
    "docstring_repeats_name": set(),
    "untyped_signatures": set(),
}


@dataclass(frozen=True)
class Source:
    """A Python file: its path from the project's root, its text, and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> Source:
        """Parse `text` as if it stood at `path`."""
        return cls(path, text, ast.parse(text))


Function = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[Source], Iterator[str]]


def definitions(source: Source) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Every function and class with its dotted name, nested ones included."""
    stack: list[tuple[str, ast.AST]] = [("", source.tree)]
    while stack:
        prefix, node = stack.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield prefix + child.name, child
                stack.append((f"{prefix}{child.name}.", child))
            else:
                stack.append((prefix, child))


def functions(source: Source) -> Iterator[tuple[str, Function]]:
    """Every function and method with its dotted name."""
    for name, node in definitions(source):
        if not isinstance(node, ast.ClassDef):
            yield name, node


def body_lines(node: Function) -> int:
    """Lines from `def` to the end, docstring left out, decorators too."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        docstring = node.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def function_length(source: Source) -> Iterator[str]:
    """Functions of more than 40 lines without docstring; kernels keep their loops in one place."""
    if source.path.endswith("kernels.py"):
        return
    for name, node in functions(source):
        if body_lines(node) > MAX_FUNCTION_LINES:
            yield f"{source.path}::{name}"


def file_length(source: Source) -> Iterator[str]:
    """Files of more than 400 lines."""
    if source.text.count("\n") > MAX_FILE_LINES:
        yield source.path


def positional_parameters(source: Source) -> Iterator[str]:
    """Functions that take more than 5 positional parameters, `self` and `cls` not counted."""
    if source.path.endswith("kernels.py"):
        return
    for name, node in functions(source):
        taken = [a.arg for a in node.args.posonlyargs + node.args.args]
        if len([a for a in taken if a not in ("self", "cls")]) > MAX_POSITIONAL:
            yield f"{source.path}::{name}"


def imported_packages(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The top-level packages an import statement names; a relative import names none."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {(node.module or "").split(".")[0]}


def imports_in_functions(source: Source) -> Iterator[str]:
    """Imports hidden in functions; optional packages, lazily loaded commands and `ready` may be."""
    if source.path.startswith(LAZY_FOLDERS):
        return
    for name, node in functions(source):
        if source.path.endswith("/apps.py") and node.name == "ready":
            continue
        for child in ast.walk(node):
            is_import = isinstance(child, ast.Import | ast.ImportFrom)
            if is_import and not imported_packages(child) <= OPTIONAL_PACKAGES:
                yield f"{source.path}::{name}"


def module_names(source: Source) -> Iterator[str]:
    """Modules and packages whose name says nothing about what is in them."""
    parts = Path(source.path).with_suffix("").parts
    if BANNED_NAMES & set(parts):
        yield source.path


def works(statement: ast.stmt) -> bool:
    """Whether a top-level statement does something rather than define something."""
    if isinstance(statement, ast.For | ast.While | ast.With):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call | ast.Await)
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        calls = [n for n in ast.walk(statement.value) if isinstance(n, ast.Call)]
        return any(WORKING_CALLS.search(ast.unparse(call.func)) for call in calls)
    return False


def import_time_work(source: Source) -> Iterator[str]:
    """Modules that work when imported; the lazy package face and `apps.py` may."""
    if source.path == "src/tellonce/__init__.py" or source.path.endswith("/apps.py"):
        return
    if any(works(statement) for statement in source.tree.body):
        yield source.path


def todo_without_issue(source: Source) -> Iterator[str]:
    """Comments that put something off without the number of an issue."""
    marker = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    for number, line in enumerate(source.text.splitlines(), 1):
        if marker.search(line) and not re.search(r"#\d+|issue \d+", line):
            yield f"{source.path}:{number}"


def words(text: str) -> set[str]:
    """Lower-case words of a name or sentence, plural s and filler words dropped."""
    found = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())
    return {word.removesuffix("s") for word in found if word not in FILLER}


def docstring_repeats_name(source: Source) -> Iterator[str]:
    """Docstrings that say nothing the name does not say."""
    for name, node in definitions(source):
        docstring = ast.get_docstring(node)
        if docstring is not None and words(docstring) <= words(node.name):
            yield f"{source.path}::{name}"


def untyped_signatures(source: Source) -> Iterator[str]:
    """Functions with a parameter or a result that has no type."""
    for name, node in functions(source):
        taken = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        taken += [a for a in (node.args.vararg, node.args.kwarg) if a is not None]
        named = [a for a in taken if a.arg not in ("self", "cls")]
        if node.returns is None or any(a.annotation is None for a in named):
            yield f"{source.path}::{name}"


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        function_length,
        file_length,
        positional_parameters,
        imports_in_functions,
        module_names,
        import_time_work,
        todo_without_issue,
        docstring_repeats_name,
        untyped_signatures,
    )
}


@cache
def project_sources() -> tuple[Source, ...]:
    """Every Python file of the project except generated migrations, parsed once."""
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    named = [(path.relative_to(ROOT).as_posix(), path) for path in paths]
    kept = [(name, path) for name, path in named if not SKIPPED.search(name)]
    return tuple(Source.of(name, path.read_text(encoding="utf-8")) for name, path in kept)


@pytest.mark.parametrize("rule", RULES)
def test_every_file_keeps_the_house_rule(rule: str) -> None:
    broken = {place for source in project_sources() for place in RULES[rule](source)}
    assert sorted(broken - EXCEPTIONS[rule]) == [], RULES[rule].__doc__
    assert sorted(EXCEPTIONS[rule] - broken) == [], "no longer broken: take it off the list"


LONG_BODY = "    x = 1\n" * 41
LONG_DOCSTRING = "    one more line\n" * 41

BREAKERS: dict[str, tuple[str, str]] = {
    "function_length": ("src/a.py", f"def f() -> None:\n{LONG_BODY}"),
    "file_length": ("src/a.py", "x = 1\n" * 401),
    "positional_parameters": ("src/a.py", "def f(a, b, c, d, e, g): ..."),
    "imports_in_functions": ("src/a.py", "def f():\n    import json"),
    "module_names": ("src/tellonce/utils.py", "x = 1"),
    "import_time_work": ("src/a.py", "x = open('names.txt').readlines()"),
    "todo_without_issue": ("src/a.py", "x = 1  # TO" + "DO tidy up"),
    "docstring_repeats_name": ("src/a.py", 'def open_door():\n    """Opens the door."""'),
    "untyped_signatures": ("src/a.py", "def f(a: int, *, b) -> None: ..."),
}

KEEPERS: dict[str, tuple[str, str]] = {
    "function_length": ("src/a.py", f'def f() -> None:\n    """{LONG_DOCSTRING}"""\n    return'),
    "file_length": ("src/a.py", "x = 1\n" * 400),
    "positional_parameters": ("src/a.py", "def f(self, a, b, c, d, e, *, g): ..."),
    "imports_in_functions": ("src/a.py", "import json\ndef f():\n    import pandas"),
    "module_names": ("src/tellonce/engine/names.py", "x = 1"),
    "import_time_work": ("src/a.py", "x = frozenset({1})\ndef f():\n    open('names.txt')"),
    "todo_without_issue": ("src/a.py", "x = 1  # TO" + "DO #7 tidy up"),
    "docstring_repeats_name": ("src/a.py", 'def open_door():\n    """Raises Locked at night."""'),
    "untyped_signatures": ("src/a.py", "class C:\n    def f(self, a: int) -> None: ..."),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_file_that_breaks_the_rule_is_found(rule: str) -> None:
    assert list(RULES[rule](Source.of(*BREAKERS[rule])))


@pytest.mark.parametrize("rule", RULES)
def test_a_file_that_keeps_the_rule_is_left_alone(rule: str) -> None:
    assert list(RULES[rule](Source.of(*KEEPERS[rule]))) == []


def test_there_is_something_to_measure() -> None:
    assert any(source.path == "src/tellonce/engine/tables.py" for source in project_sources())
