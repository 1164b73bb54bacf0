"""Records made comparable one by one are what columns give."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.standardise import (
    StandardiseParams,
    comparable,
    comparable_row,
    recognise,
    records,
)
from tellonce.engine.synth.records import rows
from tellonce.engine.tables import RECORDS

ODD = (
    *(None, "", " ", "Łucja-Maria van der Zmyślony, Jr.", "O'Mock", "JAN 3rd", "Иванов", "12/4a"),
    *("ul. Leśna", "a.b+c@googlemail.com", "A.B@gmail.com", "x\n@example.com", "+48 600-100-200"),
    *("PL 526-000-12-46", "pl5260001246", "123", "1,50", "Mock GmbH & Co. KG", "00-001", "NY"),
    *("51.45 5.4666667", "0.0 0", "91 181"),
)
TEXT = st.sampled_from(ODD) | st.text(max_size=8)


def struct(kind: pa.StructType) -> st.SearchStrategy[dict[str, object]]:
    flags = st.sampled_from([None, True, False])
    return st.fixed_dictionaries({f.name: flags if f.type == pa.bool_() else TEXT for f in kind})


def column(kind: pa.DataType) -> st.SearchStrategy[object]:
    if not pa.types.is_list(kind):
        return TEXT
    of = kind.value_type
    return st.none() | st.lists(struct(of) if pa.types.is_struct(of) else TEXT, max_size=2)


KINDS = ("number", "date", "text", "coordinates", "list", None)
CHOSEN = {
    "observed_at": st.none(),
    "birth_date": st.sampled_from([None, "1980", "1980-05", "1980-05-17"]),
    "birth_date_ambiguous": st.sampled_from([None, True, False]),
    "identifiers": st.lists(
        st.fixed_dictionaries({"kind": st.sampled_from(["nip", "ssn", None]), "value": TEXT}),
        max_size=2,
    ),
    "others": st.lists(
        st.fixed_dictionaries({"name": TEXT, "value": TEXT, "kind": st.sampled_from(KINDS)}),
        max_size=2,
    ),
}
SAID = st.fixed_dictionaries({f.name: CHOSEN.get(f.name, column(f.type)) for f in RECORDS})


def same_either_way(told: pa.Table) -> None:
    expected = comparable(told, StandardiseParams()).to_pylist()
    assert [comparable_row(record) for record in told.to_pylist()] == expected


@given(st.lists(SAID, max_size=3))
def test_odd_records_become_comparable_either_way(said: list[dict[str, object]]) -> None:
    same_either_way(pa.Table.from_pylist(said, schema=RECORDS))


def test_people_become_comparable_either_way() -> None:
    made = rows(400, seed=13).drop_columns(["source", "person"])
    found = recognise("crm", made)
    same_either_way(records("crm", made["record_id"], made, found, StandardiseParams()).table)
