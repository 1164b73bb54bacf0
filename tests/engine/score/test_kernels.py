"""The compiled comparisons agree with their plain-Python oracle."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.model.hashing import FILE_HASH_KEY, siphash
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score import kernels, similarity
from tellonce.engine.score.comparisons import pack, unpack
from tellonce.engine.score.encode import encode, rarities
from tellonce.engine.score.levels import Context, family_level, given_level, levels
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.scoring import compared_in_full
from tellonce.engine.score.weights import weights
from tests.engine.score.comparable_rows import LETTERS, ROWS, maybe, table

SPELLING = Spelling(
    phonetic=lambda token: token.replace("k", "").replace("bb", "b")[:4],
    variants=lambda given: (1,) if given in ("ab", "ba k") else (),
)
TEXT = st.text(LETTERS + " ", max_size=12).map(lambda t: " ".join(t.split()))
WORD = st.text("abcdefghijk1 ", max_size=9).map(lambda t: " ".join(t.split())).filter(bool)
PEOPLE = st.fixed_dictionaries({part: maybe(WORD) for part in ("given", "middle", "family")})
STRANGERS = st.builds(
    lambda row, names: {**row, "names": names}, ROWS, st.lists(PEOPLE, max_size=2)
)


def _span(*texts: str) -> tuple[Any, ...]:
    pool = np.frombuffer("".join(texts).encode(), np.uint8)
    ends = np.cumsum([0, *(len(t) for t in texts)])
    return pool, ends[0], ends[1], ends[1], ends[2]


@given(TEXT, TEXT)
def test_jaro_winkler_is_the_same_compiled(a: str, b: str) -> None:
    found = kernels.jaro_winkler(*_span(a, b)) if a != b else 1.0
    assert abs(found - similarity.jaro_winkler(a, b)) < 1e-12


@given(TEXT.filter(bool), TEXT.filter(bool), st.sampled_from([0.82, 0.9, 0.92, 0.94]))
def test_what_cannot_be_alike_is_told_without_comparing(a: str, b: str, cut: float) -> None:
    name = {"given": a, "middle": None, "family": b}
    rows = table([{"source": "s", "record_id": "1", "names": [name]}])
    encoded, values = encode(rows, shipped(), SPELLING, FILE_HASH_KEY)
    codes = [values.to_pylist().index(text) for text in (a, b)]
    score = similarity.jaro_winkler(a, b)
    if a != b:
        found = kernels.alike(encoded, *codes, cut)
        assert abs(found - score) < 1e-12 if score >= cut else found < cut


@given(WORD, WORD)
def test_names_told_apart_without_comparing_are_of_the_last_level(a: str, b: str) -> None:
    row = {"source": "s", "record_id": "1", "names": [{"given": a, "middle": None, "family": b}]}
    encoded, values = encode(table([row]), shipped(), SPELLING, FILE_HASH_KEY)
    codes = [values.to_pylist().index(text) for text in (a, b)]
    if kernels.far_apart(encoded, *codes):
        assert given_level(a, b, SPELLING) == 6
        assert family_level(a, b, SPELLING) == 5
        assert similarity.jaro_winkler(a, b) < 0.82


@pytest.mark.parametrize(("a", "b", "told"), [("anna", "olgierd", True), ("anna", "annie", False)])
def test_most_names_are_told_apart_without_comparing(a: str, b: str, told: bool) -> None:
    row = {"source": "s", "record_id": "1", "names": [{"given": a, "middle": None, "family": b}]}
    encoded, values = encode(table([row]), shipped(), SPELLING, FILE_HASH_KEY)
    assert kernels.far_apart(encoded, *(values.to_pylist().index(text) for text in (a, b))) == told


@given(TEXT, TEXT)
def test_one_slip_is_the_same_compiled(a: str, b: str) -> None:
    if a != b:
        assert kernels.one_slip(*_span(a, b)) == similarity.one_slip(a, b)


@given(TEXT.filter(bool), TEXT.filter(bool))
def test_tokens_are_the_same_compiled(a: str, b: str) -> None:
    assert kernels.tokens_within(*_span(a, b)) == similarity.tokens_within(a, b)
    assert kernels.share_token(*_span(a, b), 3) == similarity.share_token(a, b, 3)


@given(st.lists(ROWS, min_size=2, max_size=2), st.booleans())
def test_levels_are_the_same_compiled(rows: list[dict[str, Any]], shared: bool) -> None:
    contacts = [v for row in rows for v in (*row["emails"], *row["phones"])][:1] if shared else []
    model = replace(
        shipped(others=("job", "colour")),
        shared=tuple(_signed(siphash(v.encode(), FILE_HASH_KEY)) for v in contacts),
        weak_days=((1, 1),),
        frequencies={"word": {"a": 0.25, "kk": 0.5}},
    )
    context = Context(
        spelling=SPELLING,
        shared=frozenset(contacts),
        weak_days=frozenset({(1, 1)}),
        rarity=lambda word: rarities([word], model)[0],
        others=("job", "colour"),
    )
    encoded, _values = encode(table(rows), model, SPELLING, FILE_HASH_KEY)
    ends = np.array([0], np.int32), np.array([1], np.int32)
    _weight, pattern, _extra = compared_in_full(encoded, weights(model, encoded, None), *ends)
    assert unpack(int(pattern[0])) == levels(rows[0], rows[1], context)
    _weight, turned, _extra = compared_in_full(encoded, weights(model, encoded, None), *ends[::-1])
    assert turned[0] == pattern[0], "the order of the two records does not matter"


@given(st.lists(st.integers(0, 7), min_size=20, max_size=20))
def test_patterns_unpack_to_what_was_packed(found: list[int]) -> None:
    assert unpack(pack(tuple(found))) == tuple(found)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


@given(st.lists(ROWS | STRANGERS, min_size=2, max_size=6), st.sampled_from([0.5, 0.01, 1e-6]))
def test_abandoning_a_pair_early_never_loses_one_above_the_cut(
    rows: list[dict[str, Any]], review: float
) -> None:
    model = shipped(1000, ("job",))
    encoded, _values = encode(table(rows), model, SPELLING, FILE_HASH_KEY)
    left, right = (a.astype(np.int32) for a in np.triu_indices(len(rows), 1))
    every, _pattern, _extra = compared_in_full(encoded, weights(model, encoded, None), left, right)
    cut = weights(model, encoded, review)
    kept, _pattern, _extra = compared_in_full(encoded, cut, left, right)
    assert np.array_equal(np.where(every >= cut.kept_above, every, -np.inf), kept)


@given(
    st.lists(ROWS, min_size=2, max_size=4),
    st.sampled_from([1e-6, 0.2]),
    st.sampled_from([(), ("job",)]),
)
def test_a_pair_exactly_at_the_cut_is_kept(
    rows: list[dict[str, Any]], relatives: float, others: tuple[str, ...]
) -> None:
    unlike_relatives = tuple(tuple(share * 2.0**-40 for share in row) for row in shipped().r)
    model = replace(shipped(1000, others), relatives=relatives, r=unlike_relatives)
    encoded, _values = encode(table(rows), model, SPELLING, FILE_HASH_KEY)
    left, right = (a.astype(np.int32) for a in np.triu_indices(len(rows), 1))
    all_pairs = weights(model, encoded, None)
    every, _pattern, _extra = compared_in_full(encoded, all_pairs, left, right)
    for pair, weight in enumerate(every):
        cut = all_pairs._replace(kept_above=weight)
        kept, _pattern, _extra = compared_in_full(encoded, cut, left, right)
        assert kept[pair] == weight
