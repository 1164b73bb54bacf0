"""Customer ids over whole histories: given to what was touched alone, and restored by an undo."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellonce.engine.pipeline import Settings, shipped_model
from tellonce.engine.placing import Decision, Placed
from tests.engine.cluster.register import Register
from tests.engine.placing.families import Act, Delete, Put, World, acts, histories, told

CHUNK = st.lists(acts(), min_size=1, max_size=5)
LONG = 10_000


def move(register: Register, placed: Placed) -> None:
    """Give ids to the customers that were touched."""
    found = told(placed.records, placed.clusters, placed.golden).cluster
    customers = [
        frozenset(one for one, (of, _) in found.items() if of == first)
        for first in sorted({of for of, _ in found.values()})
    ]
    register.move(customers, frozenset(placed.deleted))


def undoing(world: World, chunk: list[Act]) -> list[Act]:
    """What takes a chunk back, in a world where it has not happened yet."""
    verdicts = {d.pair: d.verdict for d in world.decisions}
    back: list[Act] = []
    for act in chunk:
        if isinstance(act, Decision):
            back.append(Decision(*act.pair, verdicts.get(act.pair, "unsure")))
        elif act.identity in world.records:
            back.append(Put(act.identity, world.records[act.identity]))
        else:
            back.append(Delete(act.identity))
    return back


def restored(history: list[list[Act]], last: list[Act]) -> None:
    world, register = World(shipped_model(), Settings(golden=False, review=0.3)), Register()
    for chunk in history:
        move(register, world.happen(chunk))
    before, back = register.living(), undoing(world, last)
    move(register, world.happen(last))
    move(register, world.happen(back))
    assert register.living() == before


@given(histories(12), CHUNK)
def test_what_is_undone_leaves_every_id_as_it_was(
    history: list[list[Act]], last: list[Act]
) -> None:
    restored(history, last)


@pytest.mark.drill
@settings(max_examples=LONG)
@given(histories(40), CHUNK)
def test_what_is_undone_after_a_long_history_leaves_every_id_as_it_was(
    history: list[list[Act]], last: list[Act]
) -> None:
    restored(history, last)
