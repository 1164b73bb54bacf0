"""The manual is under test: what it names exists, and what exists is named."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tellonce.cli.main import COMMANDS, execute
from tellonce.hub.env import SETTINGS

ROOT = Path(__file__).parent.parent

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "plans").glob("*.md")]
)
TEST_SETTINGS = {"TELLONCE_TEST_ALL", "TELLONCE_TEST_DATABASE_URL", "TELLONCE_TEST_MARIADB_URL"}
NEWCOMER_FILES = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE",
    "plans/now.md",
)


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def shell_lines(page: str) -> Iterator[str]:
    """The commands in the shell blocks of a page, continued lines joined, comments cut."""
    for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```", text(page), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield line.removeprefix("$ ").split("  #")[0].strip()


def examples(program: str) -> list[tuple[str, str]]:
    """Every (page, line) that runs `program`."""
    found = [(page, line) for page in PAGES for line in shell_lines(page)]
    return [(page, line) for page, line in found if line.split()[:1] == [program]]


def reference_script() -> ModuleType:
    """docs/reference.py, which is a script and in no package."""
    spec = spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = reference_script()


def command_tree() -> dict[str, Any]:
    return dict(REFERENCE.commands())


@pytest.mark.parametrize("name", NEWCOMER_FILES)
def test_a_newcomer_finds(name: str) -> None:
    assert (ROOT / name).is_file()


def test_the_reference_is_what_the_code_declares() -> None:
    assert REFERENCE.PAGE.read_text(encoding="utf-8") == REFERENCE.reference(), (
        "run `python docs/reference.py`"
    )


def test_every_command_and_option_says_what_it_does() -> None:
    silent = [name for name, command in command_tree().items() if not command.help]
    for name, command in command_tree().items():
        silent += [f"{name} {o.opts[0]}" for o in REFERENCE.options(command) if not o.help]
    assert silent == []


def test_every_command_of_the_table_is_there() -> None:
    assert set(COMMANDS) == {name.split()[0] for name in command_tree()}


def test_every_setting_is_in_the_manual() -> None:
    manual = text("docs/operators.md")
    assert [s.name for s in SETTINGS if s.name not in manual] == []


def test_every_setting_that_is_named_exists() -> None:
    known = {s.name for s in SETTINGS} | {f"{s.name}_FILE" for s in SETTINGS if s.secret}
    named = {(p, n) for p in PAGES for n in re.findall(r"\bTELLONCE_[A-Z_]+[A-Z]\b", text(p))}
    assert {(page, name) for page, name in named if name not in known | TEST_SETTINGS} == set()


def called(line: str) -> tuple[Any, list[str]]:
    """The command an example line calls and the words after it; KeyError if there is none."""
    words = shlex.split(line)[1:]
    tree = command_tree()
    for length in (2, 1):
        if " ".join(words[:length]) in tree:
            return tree[" ".join(words[:length])], words[length:]
    raise KeyError(line)


@pytest.mark.parametrize(("page", "line"), examples("tellonce"))
def test_an_example_in_the_manual_can_be_called(page: str, line: str) -> None:
    if line.split()[1:2] == ["--help"]:
        return
    command, words = called(line)
    known = {o for p in command.params for o in [*p.opts, *p.secondary_opts]} | {"--debug"}
    asked = {word.split("=")[0] for word in words if word.startswith("--")}
    assert asked <= known, page


@pytest.mark.parametrize(("page", "line"), examples("make"))
def test_a_make_target_in_the_manual_exists(page: str, line: str) -> None:
    targets = re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE)
    assert set(line.split()[1:]) <= set(targets), page


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"", text(page))
    local = [a or b for a, b in links if not re.match(r"[a-z]+:", a or b)]
    folder = (ROOT / page).parent
    assert [link for link in local if not (folder / link).exists()] == []


def test_the_architecture_stays_short_enough_to_be_read() -> None:
    assert len(text("ARCHITECTURE.md").splitlines()) <= 150


def test_the_readme_is_one_page() -> None:
    assert len(text("README.md").splitlines()) <= 120


def test_every_part_of_the_engine_and_the_hub_is_in_the_architecture() -> None:
    folders = [ROOT / "src/tellonce/engine", ROOT / "src/tellonce/hub"]
    parts = [p.parent.name for folder in folders for p in folder.glob("*/__init__.py")]
    assert [name for name in parts if not re.search(rf"\b{name}\b", text("ARCHITECTURE.md"))] == []


def printed(capfd: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints, on both streams; it must end with 0."""
    assert execute(list(words)) == 0
    said = capfd.readouterr()
    return said.out + said.err


def customers_in(output: str) -> list[str]:
    """The number of customers in a printed summary."""
    return re.findall(r"customers +([\d,]+)", output)


def recognised_in(output: str) -> list[str]:
    """What was recognised in each file, on one line each."""
    found = re.findall(r"recognised: (.*?)(?=\n\S|\n +(?:records|not used)|\Z)", output, re.DOTALL)
    return [" ".join(part.split()) for part in found]


def phrases(output: str) -> set[str]:
    """The words of each line without its figures, which change as the model is tuned."""
    heads = [line.split(":")[0].lower() for line in output.splitlines()]
    return {re.sub(r"[^a-z ]+", "", head).strip() for head in heads}


def readme_block(start: str) -> str:
    """The block of example output in README that begins with `start`."""
    blocks = re.findall(r"```text\n(.*?)```", text("README.md"), re.DOTALL)
    return next(block for block in blocks if block.lstrip().startswith(start))


EXAMPLE = [str(ROOT / "docs" / "example" / name) for name in ("crm.csv", "shop.csv")]


def test_the_readme_s_first_example_prints_what_it_says(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = printed(capfd, "resolve", *EXAMPLE, "--out", str(tmp_path / "customers.parquet"))
    shown = readme_block("crm.csv:")
    assert customers_in(shown) == customers_in(said) == ["6"]
    assert recognised_in(shown) == recognised_in(said)


def test_the_readme_s_explanation_prints_what_it_says(capfd: pytest.CaptureFixture[str]) -> None:
    assert execute(["explain", *EXAMPLE, "--left", "crm:5", "--right", "shop:A-4"]) == 0
    assert phrases(readme_block("crm:5")) == phrases(capfd.readouterr().out)
