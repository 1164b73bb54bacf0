"""A few rows are read value by value as many are read by columns."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.standardise import Mapping, StandardiseParams, recognise, records
from tellonce.engine.standardise.text import FEW

TOLD = {
    "given_name": ("Anna", "Fizzwick, Anna", "N/A", "Łucja-Maria", "Anna Quux", " "),
    "middle_name": ("B.", "von", ""),
    "family_name": ("Fizzwick", "Fizzwick, Anna", "DOE", "xxx", "von Zmyślony Jr."),
    "full_name": ("John Doe", "Mock GmbH & Co. KG", "Dr. Eva Quux", "-"),
    "former_name": ("Fizzwick", "Fabel"),
    "organisation": ("Mock Ltd", "none"),
    "entity": ("P", "company", "?"),
    "birth_date": ("1980-05-17", "17.05.1980", "05/06/80", "May 1980", "31.02.1980", "1900-01-01"),
    "birth_year": ("1980", "80", "¹²"),
    "birth_month": ("5", "May", "13", "¹"),
    "birth_day": ("17", "99", "²"),
    "gender": ("f", "Mr", "2"),
    "email": ("A.B@Example.com", "Anna <a@b.com>", "a@b.com; c@d.org", "test@test.com", "ąa@b.pl"),
    "phone": (
        *("+48 600 100 200", "600100200", "0049 89 123456", "(0)600-100-200 ext. 12", "123"),
        *("600100200/600100300", "+1 (212) 555-0100", "٦٠٠١٠٠٢٠٠", "no phone"),
        "+4989123456\x0b x 1",
    ),
    "street": ("ul. Leśna 3/4", "Hauptstr. 12a", "PO Box 7", "General Delivery"),
    "house_number": ("3", "12 A"),
    "address_line": ("12 Main St Apt 4", "Flat 2"),
    "full_address": ("Leśna 3, 00-950 Warszawa, Poland", "x"),
    "city": ("10115 Berlin", "Warszawa", "unknown"),
    "postal_code": ("00-950", "2138", "02138", "99999"),
    "country": ("PL", "Germany", "Atlantis"),
    "observed_at": ("2026-01-02T03:04:05Z", "02.01.2026", "soon"),
}
ROWS = st.fixed_dictionaries(
    {name: st.none() | st.sampled_from(said) | st.text(max_size=6) for name, said in TOLD.items()}
)


def read(rows: list[dict[str, str | None]], region: str) -> list[dict[str, object]]:
    table = pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in TOLD]))
    mapping = Mapping({name: name for name in TOLD}, region, None)
    ids = pa.array([str(at) for at in range(len(rows))], pa.string())
    recognition = recognise("crm", table, mapping)
    found: list[dict[str, object]] = records(
        "crm", ids, table, recognition, StandardiseParams()
    ).table.to_pylist()
    return found


@given(st.lists(ROWS, min_size=1, max_size=3), st.sampled_from(["PL", "DE", "ZZ"]))
def test_a_few_rows_are_read_as_among_many(rows: list[dict[str, str | None]], region: str) -> None:
    nothing: dict[str, str | None] = dict.fromkeys(TOLD)
    assert read(rows, region) == read([*rows, *[nothing] * (FEW + 1)], region)[: len(rows)]
