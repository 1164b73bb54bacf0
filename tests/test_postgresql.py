"""The hub's tests run a second time on PostgreSQL; where it is missing, this test says so. Those
that never reach their database do not.
"""

from __future__ import annotations

import pytest

from tests.plugins.postgresql import why_not
from tests.plugins.reaching import makes_hubs, reaches


def test_the_hub_is_tested_on_postgresql_too() -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)


@pytest.mark.django_db
def test_a_test_that_is_marked_reaches_the_database(request: pytest.FixtureRequest) -> None:
    assert reaches(request.node)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_test_that_is_on_sqlite_anyway_does_not(request: pytest.FixtureRequest) -> None:
    assert not reaches(request.node)


def test_a_test_with_a_fixture_of_the_database_reaches_it(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not reaches(request.node)
    monkeypatch.setattr(request.node, "fixturenames", ["admin", "transactional_db"])
    assert reaches(request.node)


def test_a_module_that_makes_hubs_of_its_own_reaches_it() -> None:
    from tests.hub import test_backup, test_cards

    assert makes_hubs(test_backup)
    assert not makes_hubs(test_cards)
