"""Seeded people whose truth is known, for tests, documents, the demo and benches.

pools.py     names and places per locale
places.py    addresses and phone numbers
contacts.py  e-mail addresses, shared numbers and employers
people.py    people: families, twins, namesakes, moves, marriages
noise.py     what goes wrong between a person and a record
records.py   records as source systems hold them

Nobody here exists: names are drawn from tables, domains are those reserved for examples.
"""

from tellonce.engine.synth.people import INCOME_BANDS, TODAY, Society, people, rng_of
from tellonce.engine.synth.records import COLUMNS, STYLES, Style, Told, records, rows, truth

__all__ = [
    "COLUMNS",
    "INCOME_BANDS",
    "STYLES",
    "TODAY",
    "Society",
    "Style",
    "Told",
    "people",
    "records",
    "rng_of",
    "rows",
    "truth",
]
