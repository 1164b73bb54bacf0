"""The curl examples of docs/api.md are run, one after the other, as a reader would."""

from __future__ import annotations

import base64
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.quality.profiles import profile_source
from tests.hub.api.calling import a_client
from tests.hub.delivering import ANNA, OTTO, a_source, load

MANUAL = Path(__file__).parents[3] / "docs" / "api.md"
ASSIGNED = re.compile(
    r"(?P<name>[A-Z_]+)=\$\((?P<call>curl .*?)( \| jq -r (?P<pick>\.[\w.\[\]]+))?\)$"
)


def examples() -> list[str]:
    text = MANUAL.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if "curl" in line]


def called(line: str, names: dict[str, str]) -> Any:
    """What a line of curl gets; only the options that the manual uses."""
    text = re.sub(r"\$([A-Z_]+)", lambda found: names[found[1]], line)
    words = shlex.split(text)[1:]
    method, headers, body, url = "", {}, "", ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        elif word == "-u":
            headers["Authorization"] = "Basic " + base64.b64encode(words.pop(0).encode()).decode()
        elif word not in ("-s", "-i"):
            url = word
    kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    return Client().generic(method or ("POST" if body else "GET"), url, body, kind, headers=headers)


@pytest.mark.django_db(transaction=True)
def test_every_example_of_the_manual_works(tmp_path: Path) -> None:
    a_source()
    load(tmp_path / "crm.csv", [ANNA, OTTO])
    profile_source("crm", by=actor())  # as a worker does after each delivery
    scopes = re.search(r"client add .*--scopes (\S+)", MANUAL.read_text(encoding="utf-8"))
    assert scopes is not None
    client = a_client(scopes=tuple(scopes[1].split(",")))
    names = {"HUB": "", "CLIENT_ID": client.client.id, "CLIENT_SECRET": client.secret}
    for line in examples():
        assigned = ASSIGNED.match(line)
        answer = called(assigned["call"] if assigned else line, names)
        assert answer.status_code < 400, (line, answer.content)
        if assigned:
            value = answer.json()
            for part in re.findall(r"\w+", assigned["pick"]):
                value = value[int(part)] if part.isdigit() else value[part]
            names[assigned["name"]] = str(value)
    assert {"TOKEN", "SNAPSHOT"} <= set(names)
