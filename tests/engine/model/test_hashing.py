"""SipHash: the published vectors, and the compiled one against the plain one."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core import caching

from tellonce.engine.model.hashing import hash64, hash_of_words, key_fingerprint, siphash
from tellonce.engine.model.kernels import compiled

KEY = bytes(range(16))


def test_the_vectors_of_the_paper_hold() -> None:
    assert siphash(bytes(range(15)), KEY) == 0xA129CA6149BE45E5
    assert siphash(b"", KEY) == 0x726FDB47DD0E0E31


@given(st.lists(st.text(max_size=40), max_size=20))
def test_the_compiled_hash_equals_the_plain_one(texts: list[str]) -> None:
    found = hash64(pa.array(texts, pa.string()), KEY).tolist()
    expected = [siphash(text.encode(), KEY) for text in texts]
    assert [value & (1 << 64) - 1 for value in found] == expected


LONGS = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(LONGS, LONGS, LONGS), max_size=20))
def test_words_hash_as_their_bytes(items: list[tuple[int, int, int]]) -> None:
    columns = np.array(items, np.int64).reshape(-1, 3).T
    found = hash_of_words(list(columns), KEY).tolist()
    texts = [b"".join(word.to_bytes(8, "little", signed=True) for word in item) for item in items]
    assert [value & (1 << 64) - 1 for value in found] == [siphash(text, KEY) for text in texts]


def test_a_slice_hashes_like_its_values() -> None:
    texts = pa.array(["a", "b", "c", "d"])
    assert hash64(texts.slice(1, 2), KEY).tolist() == hash64(pa.array(["b", "c"]), KEY).tolist()


def test_a_fingerprint_tells_keys_apart() -> None:
    assert key_fingerprint(KEY) != key_fingerprint(bytes(16))


def test_without_a_folder_for_the_cache_kernels_are_compiled_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    assert compiled()(lambda a: a + 1)(1) == 2
