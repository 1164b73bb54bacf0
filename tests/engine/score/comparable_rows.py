"""COMPARABLE rows for tests: a few letters only, so that near misses are frequent."""

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from tellonce.engine.tables import COMPARABLE

LETTERS = "abk"


NUMBERS = st.sampled_from(["", "", "", "1", "2", "21"])


def words(least: int = 1, most: int = 2) -> st.SearchStrategy[str]:
    word = st.builds("{}{}".format, st.text(LETTERS, min_size=1, max_size=8), NUMBERS)
    return st.lists(word, min_size=least, max_size=most).map(" ".join)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


NAMES = st.fixed_dictionaries(
    {"given": maybe(words()), "middle": maybe(words()), "family": maybe(words())}
)
ADDRESSES = st.fixed_dictionaries(
    {
        "street": maybe(words()),
        "number": maybe(st.sampled_from("12")),
        "unit": maybe(st.sampled_from("12")),
        "city": maybe(words()),
        "region": maybe(st.sampled_from("ab")),
        "postal_code": maybe(st.sampled_from(["11111", "11112"])),
        "country": maybe(st.sampled_from(["pl", "de"])),
    }
)
IDENTIFIERS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["ssn", "pesel"]), "value": st.text("12", min_size=5, max_size=6)}
)
OTHERS = st.fixed_dictionaries(
    {"name": st.sampled_from(["job", "colour"]), "value": words() | words().map("| {}".format)}
)
ROWS = st.fixed_dictionaries(
    {
        "source": st.just("s"),
        "record_id": st.text("0123456789", min_size=1, max_size=6),
        "entity": maybe(st.sampled_from(["person", "organisation"])),
        "names": st.lists(NAMES, max_size=2),
        "suffix": maybe(st.sampled_from(["jr", "sr"])),
        "organisations": st.lists(words(1, 3), max_size=2),
        "birth_year": maybe(st.sampled_from([1980, 1981, 1908])),
        "birth_month": maybe(st.sampled_from([1, 2, 12])),
        "birth_day": maybe(st.sampled_from([1, 2, 12, 21])),
        "birth_swappable": st.just(False),
        "gender": maybe(st.sampled_from("fmx")),
        "emails": st.lists(
            st.builds("{}@{}".format, words(1, 1).filter(lambda box: len(box) > 2), words(1, 1)),
            max_size=2,
        ),
        "phones": st.lists(st.text("012", min_size=6, max_size=9), max_size=2),
        "addresses": st.lists(ADDRESSES, max_size=2),
        "identifiers": st.lists(IDENTIFIERS, max_size=2),
        "others": st.lists(OTHERS, max_size=2),
    }
)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=COMPARABLE)
