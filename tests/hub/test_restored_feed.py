"""The feed of a restored hub is another one: it gives numbers again that were given out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.standing import KEPT, Standing, a_place

FEED = """
import django; django.setup()
from tellonce.hub.events.feed import feed_id
print(feed_id())
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Standing]:
    """A new hub."""
    with a_place(tmp_path / "hub") as made:
        made.run("init")
        yield made


def feed_of(place: Standing) -> str:
    env = KEPT | place.env | {"DJANGO_SETTINGS_MODULE": "tellonce.hub.settings"}
    words = [sys.executable, "-c", FEED]
    return subprocess.run(words, env=env, check=True, text=True, stdout=subprocess.PIPE).stdout


def test_each_restore_makes_the_feed_another_one_and_says_so(hub: Standing, tmp_path: Path) -> None:
    file, key = str(tmp_path / "hub.backup"), str(tmp_path / "backup.key")
    first = feed_of(hub)
    hub.run("backup", file, "--key", key, "--new-key")
    assert feed_of(hub) == first, "a backup changes nothing"
    said = hub.run("restore", file, "--key", key, "--replace")
    assert "follows its changes begins anew" in said
    second = feed_of(hub)
    assert feed_of(hub) == second, "it stays until the next restore"
    hub.run("restore", file, "--key", key, "--replace")
    assert len({first, second, feed_of(hub)}) == 3
