"""What is noted of records that wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tellonce.hub.intake.waiting import Versions

ROW_IDS = st.integers(1, 2**63 - 1)


@given(st.dictionaries(ROW_IDS, ROW_IDS), st.lists(ROW_IDS))
def test_versions_answer_as_a_dictionary_does(held: dict[int, int], others: list[int]) -> None:
    versions = Versions()
    for record in sorted(held):
        versions.add(record, held[record])
    assert list(versions) == sorted(held)
    assert len(versions) == len(held)
    for record in (*held, *others, 0):
        assert versions.get(record) == held.get(record)
