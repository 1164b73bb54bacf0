"""Every list of the command line is for people, unless --json is said: then it is one document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub.delivering import ANNA, OTTO, WILMA, write_csv
from tests.hub.test_hub_commands import Run

LISTS = (
    "acts list",
    "alerts list --look",
    "client list",
    "correction list",
    "correction tasks",
    "correction figures",
    "jobs list",
    "jobs schedules",
    "key list",
    "model list",
    "quality failures",
    "quality history",
    "quality kpis --measure",
    "quality rules",
    "quality sample --draw 3",
    "quarantine list",
    "review list",
    "source list",
    "source runs crm",
    "source show crm",
    "status",
    "upkeep figures",
    "upkeep findings",
    "upkeep nudges list",
    "upkeep nudges plan",
    "upkeep policy",
    "upkeep stale",
    "webhook list",
)


@pytest.fixture
def hub_of_some(run: Run, tmp_path: Path) -> Run:
    """A hub in which most lists hold something."""
    rules, again = tmp_path / "rules.yaml", ANNA | {"id": "9", "dob": "", "email": ""}
    rules.write_text("- email: valid, severity: high\n")
    rows = [ANNA, OTTO | {"email": "at home"}, WILMA, again]
    run("source", "add", "crm", "--kind", "crm")
    run("quality", "set", str(rules))
    run("load", "crm", str(write_csv(tmp_path / "crm.csv", rows)))
    run("correction", "propose", "crm:1", "email", "new@example.org")
    run("merge", "crm:2", "crm:3")
    run("upkeep", "sweep")
    return run


@pytest.mark.django_db(transaction=True)
def test_a_list_is_for_people_and_json_on_request(hub_of_some: Run) -> None:
    for command in LISTS:
        told = hub_of_some(*command.split())
        assert told.returncode in (0, 1), (command, told.stderr)
        assert told.stdout.strip(), command
        assert told.stdout.lstrip()[0] not in "[{", command
        assert "\n\n\n" not in told.stdout, command
        documented = hub_of_some(*command.split(), "--json")
        assert isinstance(json.loads(documented.stdout), dict | list), command
