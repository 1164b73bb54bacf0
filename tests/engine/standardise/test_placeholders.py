"""Values that stand for nothing known, judged one by one or by the column."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tellonce.engine.standardise.placeholders import placeholder_mask
from tellonce.engine.standardise.text import FEW

FAMILIES = (
    *("any", "given_name", "full_name", "street", "full_address", "email", "phone", "postal_code"),
    *("birth_date", "birth_year", "identifier", "city"),
)
ODD = (
    *("N/A", "none", "Unknown", "-", "...", "?!", "xx", "xxx", "zzz xx", "000000", "0000", "9999"),
    *("1111", "123456789", "111111", "test@test.com", "a@b.com", "noemail@work.org", "x@none.com"),
    *("1900-01-01", "1900-01-01 00:00", "1900", "99", "same", "General Delivery", "fnu", "12", "½"),
    *("Łukasz", "mail", "email@example.com", "00-000-00", "(999) 999-9999", "Иван", "²"),
)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_few_values_are_judged_as_many_are(family: str) -> None:
    values = [*ODD, None]
    many = placeholder_mask(pa.array([*values, *map(str, range(FEW))]), family)
    few = [placeholder_mask(pa.array([one], pa.string()), family)[0].as_py() for one in values]
    assert many.to_pylist()[: len(values)] == few
