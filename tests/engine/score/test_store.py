"""Records encoded one by one and put together compare as if all had been encoded at once."""

from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.model.hashing import FILE_HASH_KEY, hash64
from tellonce.engine.pipeline import SPELLING
from tellonce.engine.score.encode import encode
from tellonce.engine.score.few import encode_few
from tellonce.engine.score.lines import CODES, KINDS, entries, rows_of
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.scoring import score_given, weigh
from tellonce.engine.score.store import Store
from tests.engine.score.comparable_rows import ROWS, table

SHARED = hash64(pa.array(["000000", "a@a"]), FILE_HASH_KEY).tolist()
MODEL = shipped(1000, ("job", "colour"))
MODEL = type(MODEL)(**{**vars(MODEL), "shared": tuple(sorted(SHARED)), "weak_days": ((1, 1),)})
UNIQUE = frozenset({"other"})


def all_pairs(rows: int) -> tuple[list[int], list[int]]:
    pairs = list(combinations(range(rows), 2))
    return [a for a, _ in pairs], [b for _, b in pairs]


@given(st.lists(ROWS, min_size=2, max_size=5), st.integers(0, 5))
def test_a_store_weighs_as_one_batch_does(rows: list[dict[str, Any]], cut: int) -> None:
    whole, _values = encode(table(rows), MODEL, SPELLING, FILE_HASH_KEY, UNIQUE)
    left, right = all_pairs(len(rows))
    expected = weigh(whole, MODEL, left, right)
    store = Store(MODEL, SPELLING)
    first = store.add(*encode(table(rows[:cut]), MODEL, SPELLING, FILE_HASH_KEY, UNIQUE))
    mark = store.mark()
    store.add(*encode_few(rows[::-1], MODEL, SPELLING, FILE_HASH_KEY, UNIQUE))
    store.cut_back(mark)
    for row in rows[cut:]:
        store.add(*encode_few([row], MODEL, SPELLING, FILE_HASH_KEY, UNIQUE))
    assert first == 0
    assert rows_of(store.encoded) == len(rows)
    weight, _pattern = score_given(store, left, right, None)
    assert np.array_equal(weight, expected)


@given(st.lists(ROWS, max_size=4))
def test_few_records_have_the_arrays_that_columns_give(rows: list[dict[str, Any]]) -> None:
    """Codes of strings aside, which may be others."""
    columns, strings = encode(table(rows), MODEL, SPELLING, FILE_HASH_KEY, UNIQUE)
    found, others = encode_few(rows, MODEL, SPELLING, FILE_HASH_KEY, UNIQUE)
    texts, other_texts = [*strings.to_pylist(), None], [*others.to_pylist(), None]
    assert np.array_equal(found.lines, columns.lines)
    for kind in KINDS:
        expected = entries(columns, kind)
        for name, column in entries(found, kind).items():
            if name in CODES:
                assert [other_texts[c] for c in column] == [texts[c] for c in expected[name]], name
            else:
                assert np.array_equal(column, expected[name]), name
