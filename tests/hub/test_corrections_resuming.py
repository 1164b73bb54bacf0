"""A group that is killed half-way, applying or undoing, ends as if it had not been."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.corrections import applying, services
from tellonce.hub.corrections.selectors import corrections, group_view
from tellonce.hub.corrections.types import NewCorrection
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tests.hub.batches import stored
from tests.hub.correcting import golden, user
from tests.hub.delivering import a_source

pytestmark = pytest.mark.django_db
MANY = 7
SLICE = 3
LATER = timedelta(minutes=11)


class Killed(BaseException):
    """No error that anybody catches."""


@pytest.fixture
def steward(hub: None, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Of a hub of seven people, where a group is applied three at a time."""
    monkeypatch.setattr(applying, "AT_ONCE", SLICE)
    a_source("crm", record_id="id", observed_at="updated_at")
    accept_records("crm", [row(number, "Altdorf") for number in range(MANY)], by=actor())
    place_waiting(by=actor())
    return user("steward")


def row(number: int, city: str) -> dict[str, Any]:
    """A person."""
    return {
        "id": str(number),
        "first name": f"Vorname{'abcdefg'[number]}",
        "last name": f"Familie{'gfedcba'[number]}",
        "email": f"person{number}@example.org",
        "city": city,
        "updated_at": "2024-05-01T10:00:00Z",
    }


@pytest.fixture
def group(steward: Actor) -> str:
    """A group that corrects the city of all."""
    news = [
        NewCorrection("city", record=("crm", str(number)), value="Neustadt")
        for number in range(MANY)
    ]
    name, _ = services.propose_group("cities", news, by=user("representative"))
    return name


def killed_after(monkeypatch: pytest.MonkeyPatch, slices: int, act: Any) -> None:
    """Do something, and be killed before the slice after so many."""
    real, done = applying.change_steward_values, 0

    def change(*given: Any, **named: Any) -> Any:
        nonlocal done
        if done == slices:
            raise Killed
        done += 1
        return real(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(applying, "change_steward_values", change)
        with pytest.raises(Killed):
            act()


def cities() -> list[str]:
    """The golden city of each."""
    return [golden(f"crm:{number}", "city")[0][0] for number in range(MANY)]


def test_the_hub_goes_on_with_a_group_that_was_killed_while_it_was_applied(
    steward: Actor, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after(monkeypatch, 1, lambda: services.approve(group, by=steward))
    assert group_view(group).states == {"applied": SLICE, "proposed": MANY - SLICE}
    services.tend_corrections()
    assert group_view(group).states["applied"] == SLICE, "whoever approved may still be at it"
    with clock.stopped_at(clock.now() + LATER):
        services.tend_corrections()
    assert group_view(group).states == {"applied": MANY}
    assert cities() == ["Neustadt"] * MANY
    assert {one.reviewer for one in corrections(group=group)} == {steward.id}


def test_the_hub_goes_on_with_a_group_that_was_killed_while_it_was_undone(
    steward: Actor, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored()
    services.approve(group, by=steward)
    killed_after(monkeypatch, 2, lambda: services.undo(group, by=steward))
    assert group_view(group).states == {"undone": 2 * SLICE, "applied": MANY - 2 * SLICE}
    with clock.stopped_at(clock.now() + LATER):
        services.tend_corrections()
    assert group_view(group).states == {"undone": MANY}
    assert stored() == before


def test_approving_again_goes_on_and_a_value_that_changed_meanwhile_is_left_out(
    steward: Actor, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after(monkeypatch, 1, lambda: services.approve(group, by=steward))
    last = MANY - 1
    accept_records(
        "crm", [row(last, "Umgezogen") | {"updated_at": "2025-01-01T00:00:00Z"}], by=actor()
    )
    place_waiting(by=actor())
    services.approve(group, by=steward)
    assert group_view(group).states == {"applied": MANY - 1, "rejected": 1}
    assert cities() == ["Neustadt"] * last + ["Umgezogen"]


def test_a_group_that_waits_for_its_reviewer_is_left_alone(group: str) -> None:
    with clock.stopped_at(clock.now() + LATER):
        services.tend_corrections()
    assert group_view(group).states == {"proposed": MANY}
