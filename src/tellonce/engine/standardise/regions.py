"""The country a source's phone numbers and addresses belong to, guessed from its own data."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.fields import Fields
from tellonce.engine.standardise.phones import calling_codes
from tellonce.engine.standardise.places import country_code, region_codes

_POSTAL_SHAPES = {
    "PL": r"^\d{2}-\d{3}$",
    "GB": r"(?i)^[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}$",
    "CA": r"(?i)^[a-z]\d[a-z] ?\d[a-z]\d$",
    "NL": r"(?i)^\d{4} ?[a-z]{2}$",
    "US": r"^\d{5}-\d{4}$",
}
_PHONE_SHAPES = {
    "US": r"^\(?[2-9]\d{2}\)?[-./ ]? ?[2-9]\d{2}[-. ]?\d{4}$",
    "PL": r"^\d{3}[- ]?\d{3}[- ]?\d{3}$",
    "AU": r"^\(?0[23478]\)?[ -]?\d{4}[ -]?\d{4}$|^04\d{2}[ -]?\d{3}[ -]?\d{3}$",
}
# Identifiers that only one country has.
_IDENTIFIERS = {
    "identifier:pesel": "PL",
    "identifier:nip": "PL",
    "identifier:ssn": "US",
    "identifier:tfn": "AU",
}


def guess_region(fields: Fields) -> str | None:
    """Return the ISO alpha-2 country most rows speak for, None if nothing does.

    In order: the country column, states and provinces, the shape of postal codes, international
    prefixes of phone numbers, the shape of phone numbers, identifiers of one country.
    """
    countries: Counter[str] = Counter()
    values = _counts(fields, "country")
    for value, count in values.items():
        if code := country_code(value):
            countries[code] += count
    return (
        _most(countries, least=0.3, of=max(values.total(), fields.rows))
        or _by_state(_counts(fields, "region"))
        or _by_shape(fields.all_of("postal_code"), _POSTAL_SHAPES)
        or _by_prefix(_counts(fields, "phone"))
        or _by_shape(fields.all_of("phone"), _PHONE_SHAPES)
        or next((code for name, code in _IDENTIFIERS.items() if fields.all_of(name)), None)
    )


def _counts(fields: Fields, attribute: str) -> Counter[str]:
    """How often each value stands in the columns of an attribute."""
    counts: Counter[str] = Counter()
    for column in fields.all_of(attribute):
        for entry in pc.value_counts(column.drop_null()).to_pylist():
            counts[entry["values"]] += entry["counts"]
    return counts


def _most(values: Counter[str], *, least: float, of: int) -> str | None:
    if not values:
        return None
    best, count = min(values.items(), key=lambda entry: (-entry[1], entry[0]))
    return best if count >= least * of else None


def _by_state(values: Counter[str]) -> str | None:
    counts: Counter[str] = Counter()
    for value, count in values.items():
        counts[value.lower().strip()] += count
    shares = {
        country: sum(counts[word] for word in region_codes(country)) / counts.total()
        for country in ("US", "AU", "CA", "DE", "PL")
        if counts
    }
    best = max(shares, key=lambda country: shares[country], default=None)
    return best if best and shares[best] >= 0.6 else None


def _by_shape(columns: list[pa.Array], shapes: dict[str, str]) -> str | None:
    for country, shape in shapes.items():
        for column in columns:
            filled = len(column) - column.null_count
            fitting = pc.sum(pc.match_substring_regex(column, shape)).as_py() or 0
            if filled and fitting >= 0.6 * filled:
                return country
    return None


def _by_prefix(values: Counter[str]) -> str | None:
    codes = calling_codes()
    found: Counter[str] = Counter()
    for value, count in values.items():
        digits = "".join(sign for sign in value if sign.isdigit())
        if value.startswith("00"):
            digits = digits[2:]
        elif not value.startswith("+"):
            continue
        for n in (3, 2, 1):
            if digits[:n] in codes:
                found[codes[digits[:n]]] += count
    return _most(found, least=0.1, of=values.total())
