"""Incremental is batch: whatever happened, in any order, the outcome is that of what is left."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellonce.engine.block import cost
from tellonce.engine.block import keys as block
from tellonce.engine.model.document import MatchModel
from tellonce.engine.pipeline import Settings, resolve, shipped_model
from tests.engine.placing.families import Act, World, family, histories

ROOMY = Settings(threshold=0.9, review=0.3)
STRICT = Settings(unique_sources=frozenset({"shop"}))
HISTORIES = 20_000


@pytest.fixture(scope="module")
def models() -> dict[str, MatchModel]:
    """One model as shipped, and one whose keys are refined from blocks of three records on, with
    values that are stopped.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost, "SMALLEST_LARGE_BLOCK", 3)
        patch.setattr(block, "LEAST_PAIRS", 40)
        patch.setattr(block, "PAIRS_A_RECORD", 0)
        refined = resolve(family(60, seed=4)).model
    assert refined.block.refined
    assert refined.block.stopped
    return {"refined": refined, "shipped": shipped_model()}


def holds(world: World, history: list[list[Act]]) -> None:
    for chunk in history:
        world.happen(chunk)
    expected = world.batch()
    assert world.outcome.edges == expected.edges
    assert world.outcome.cluster == expected.cluster
    assert world.outcome.golden == expected.golden


@given(histories(), st.sampled_from(["refined", "shipped"]), st.sampled_from([ROOMY, STRICT]))
def test_the_outcome_of_any_history_is_that_of_one_batch(
    models: dict[str, MatchModel], history: list[list[Act]], model: str, chosen: Settings
) -> None:
    holds(World(models[model], chosen), history)


@pytest.mark.drill
@settings(max_examples=HISTORIES)
@given(histories(60), st.sampled_from(["refined", "shipped"]), st.sampled_from([ROOMY, STRICT]))
def test_the_outcome_of_many_long_histories_is_that_of_one_batch(
    models: dict[str, MatchModel], history: list[list[Act]], model: str, chosen: Settings
) -> None:
    holds(World(models[model], chosen), history)
