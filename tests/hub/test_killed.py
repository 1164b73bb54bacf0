"""kill -9 of web, worker and database, at random moments, while eight clients hand records over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.hub.drilling import SERVERS, Cluster, Hub, drill


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub on SQLite."""
    one = Hub(tmp_path / "home").made()
    yield one
    one.end()


def processes(hub: Hub) -> dict[str, Callable[[], None]]:
    """What can be killed of a hub."""
    names = ("web", "worker1", "worker2")
    return {name: lambda name=name: hub.kill(name) for name in names}


def test_what_was_acknowledged_survives_kills(hub: Hub) -> None:
    drill(hub, processes(hub), 2)


@pytest.mark.drill
def test_what_was_acknowledged_survives_fifty_kills(hub: Hub) -> None:
    drill(hub, processes(hub), 50)


@pytest.mark.drill
@pytest.mark.skipif(not SERVERS, reason="no PostgreSQL programs to make a cluster with")
def test_what_was_acknowledged_survives_fifty_kills_of_postgresql_too(tmp_path: Path) -> None:
    # Not below tmp_path: another run of pytest closes that to the server's user.
    with TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        cluster = Cluster(Path(place) / "data")
        hub = Hub(tmp_path / "home", cluster.url).made()
        try:
            drill(hub, processes(hub) | {"database": cluster.kill}, 50)
        finally:
            hub.end()
            cluster.stop()
