"""A full disk, a clock that jumps, workers started twice, under eight clients: nothing is lost."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub.drilling import Hub, drill

HOUR = 3600
DISK = 300  # MB


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Leave no byte of a disk free for a while."""
    ballast = disk / "ballast"
    block = bytes(DISK << 20)
    with ballast.open("wb", buffering=0) as file:
        file.write(block)  # what does not fit is not written
    time.sleep(5)
    ballast.unlink()


def outages(hub: Hub) -> dict[str, Callable[[], None]]:
    """What befalls processes and their clocks."""
    return {
        "clock ahead": lambda: hub.kill("worker1", clock=HOUR),
        "clock behind": lambda: hub.kill("worker2", clock=-HOUR),
        "clock of web": lambda: hub.kill("web", clock=HOUR),
        "twice": hub.twice,
    }


@pytest.mark.drill
def test_what_was_acknowledged_survives_fifty_outages(small_disk: Path) -> None:
    hub = Hub(small_disk / "home").made()
    try:
        drill(hub, outages(hub) | {"disk": lambda: fill(small_disk)}, 50)
    finally:
        hub.end()
