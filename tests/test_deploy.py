"""What deploy/ offers: units and an image that call what exists, with settings that exist."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from tellonce.cli.main import COMMANDS, load
from tellonce.hub.env import SETTINGS

DEPLOY = Path(__file__).parent.parent / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
KNOWN = {s.name for s in SETTINGS} | {f"{s.name}_FILE" for s in SETTINGS if s.secret}


def unit(path: Path) -> configparser.RawConfigParser:
    """A unit file; where a key is given again the last one counts."""
    parser = configparser.RawConfigParser(strict=False, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path)
    return parser


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_calls_a_command_with_options_it_has(path: Path) -> None:
    line = unit(path)["Service"]["ExecStart"]
    called = re.search(r"/opt/tellonce/bin/tellonce (\w+)(.*)", line)
    assert called is not None
    assert called[1] in COMMANDS
    options = {o for p in load(called[1]).params for o in [*p.opts, *p.secondary_opts]}
    assert set(re.findall(r"--[a-z-]+", called[2])) <= options


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_gives_up_what_it_does_not_need(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "tellonce"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["UMask"] == "0077"


def test_the_image_is_not_run_by_root_and_installs_locked_packages_only() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert text.index("USER tellonce") < text.index("ENTRYPOINT")
    assert "--require-hashes -r requirements/run.txt" in text
    assert 'CMD ["serve"]' in text


def test_every_setting_that_deploy_names_exists() -> None:
    for path in [*SERVICES, DEPLOY / "Containerfile", DEPLOY / "README.md"]:
        named = set(re.findall(r"\bTELLONCE_[A-Z_]+[A-Z]\b", path.read_text()))
        assert named <= KNOWN, path.name


def test_the_manual_s_tests_look_at_links_of_deploy_too() -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", (DEPLOY / "README.md").read_text())
    assert links
    assert all((DEPLOY / link).exists() for link in links)
