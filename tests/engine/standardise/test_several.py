"""Columns whose values are lists."""

from __future__ import annotations

import pyarrow as pa

from tellonce.engine.standardise import recognise
from tellonce.engine.standardise.several import comparable_list, elements

AUTHORS = ["Bell, Anna; Roe, Cy", "Cy Roe", "Anna Bell;Dee Foe", None] * 5


def test_the_order_of_words_and_of_elements_does_not_matter() -> None:
    assert comparable_list("Bell, Anna; Roe, Cy") == comparable_list("Cy Roe**Anna Bell")
    assert elements("Bell, Anna; ; a|Bell Anna") == ["annabell"]


def test_a_list_of_nothing_is_missing() -> None:
    assert comparable_list(" ; ** ") is None


def test_lists_are_told_beside_names_of_people_only() -> None:
    kinds = {}
    for name, header in (("Bell, Anna", "inventor"), ("Foe Ltd", "company")):
        table = pa.table({header: [name] * 20, "coinventors": AUTHORS})
        found = recognise("patents", table).columns[1]
        kinds[header] = found.kind
    assert kinds["inventor"] == "list"
    assert kinds["company"] != "list"
