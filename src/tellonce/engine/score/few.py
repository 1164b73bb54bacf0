"""`Encoded` of few records, record by record: what `encode.py` does by columns, without their
fixed cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.hashing import hash64
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.arrays import Encoded, Ints
from tellonce.engine.score.encode import (
    ENTITIES,
    GENDERS,
    GENERATIONS,
    NAME_PARTS,
    PLACES,
    encoded_from,
)

Row = Mapping[str, Any]


def encode_few(
    rows: Sequence[Row],
    model: ScoreModel,
    spelling: Spelling,
    hash_key: bytes,
    unique: frozenset[str] = frozenset(),
) -> tuple[Encoded, pa.Array]:
    """Arrays of rows of COMPARABLE under a model, and the strings their codes stand for, as
    `encode.encode` makes them of the table; the codes of strings may be others.
    """
    codes: dict[str, int] = {}
    columns: dict[str, Any] = _entries(rows, codes)
    offsets = {name: _offsets(rows, column) for name, column in _LISTS.items()}
    named = [[name.split(" ") for name in row["organisations"] or ()] for row in rows]
    words = [sorted(set(words)) for of in named for words in of]
    columns["word"] = _coded([word for of in words for word in of], codes)
    offsets["word"] = _ends([len(of) for of in words])
    columns["other"] = _others(rows, model.others, codes)
    values = pa.array(list(codes), pa.string())
    numbers = {source: number for number, source in enumerate(sorted(unique))}
    once = {
        **_dates(rows, model),
        "unique": _small(rows, "source", numbers, np.int32, none=-1),
        "gender": _small(rows, "gender", GENDERS),
        "suffix": _small(rows, "suffix", GENERATIONS),
        "entity": _small(rows, "entity", ENTITIES),
    }
    columns |= _contacts(rows, model, hash_key)
    return encoded_from(offsets, columns, once, values, spelling=spelling, model=model), values


def _contacts(rows: Sequence[Row], model: ScoreModel, hash_key: bytes) -> dict[str, Any]:
    emails, phones = ([text for row in rows for text in row[c] or ()] for c in ("emails", "phones"))
    return {
        "email_at": np.array([f"{email}@".index("@") for email in emails], np.int32),
        "email_shared": _shared(emails, model, hash_key),
        "phone_shared": _shared(phones, model, hash_key),
    }


_LISTS = {
    "name": "names",
    "address": "addresses",
    "identifier": "identifiers",
    "organisation": "organisations",
    "email": "emails",
    "phone": "phones",
}


def _offsets(rows: Sequence[Row], column: str) -> Ints:
    return _ends([len(row[column] or ()) for row in rows])


def _ends(counts: Sequence[int]) -> Ints:
    ends = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=ends[1:])
    return ends


def _coded(texts: Sequence[str | None], codes: dict[str, int]) -> Ints:
    found = [-1 if text is None else codes.setdefault(text, len(codes)) for text in texts]
    return np.array(found, np.int32)


def _entries(rows: Sequence[Row], codes: dict[str, int]) -> dict[str, Ints]:
    """Codes of the entries; name parts first, since codes up to theirs have sounds."""
    found = {}
    structs = {
        **{part: ("names", part) for part in NAME_PARTS},
        **{place: ("addresses", place) for place in PLACES[:-1]},
        "postal": ("addresses", "postal_code"),
        "identifier_kind": ("identifiers", "kind"),
        "identifier": ("identifiers", "value"),
    }
    for name, (column, part) in structs.items():
        found[name] = _coded([entry[part] for row in rows for entry in row[column] or ()], codes)
    for name in ("organisation", "email", "phone"):
        found[name] = _coded([text for row in rows for text in row[f"{name}s"] or ()], codes)
    return found


def _others(rows: Sequence[Row], names: tuple[str, ...], codes: dict[str, int]) -> Ints:
    """The first value of each attribute that is compared generically, rows x attributes."""
    first = [
        {other["name"]: other["value"] for other in reversed(row["others"] or ())} for row in rows
    ]
    texts = [said.get(name) for said in first for name in names]
    return _coded(texts, codes).reshape(len(rows), len(names))


def _dates(rows: Sequence[Row], model: ScoreModel) -> dict[str, Any]:
    dates = [[row[f"birth_{part}"] or 0 for part in ("year", "month", "day")] for row in rows]
    for date in dates:
        if tuple(date[1:]) in model.weak_days:
            date[1:] = [0, 0]
    table = np.array(dates, np.int64).reshape(-1, 3)
    return {
        "year": table[:, 0].astype(np.int16),
        "month": table[:, 1].astype(np.int8),
        "day": table[:, 2].astype(np.int8),
    }


def _small(
    rows: Sequence[Row], column: str, codes: Mapping[str, int], kind: Any = np.int8, none: int = 0
) -> Any:
    return np.array([codes.get(row[column], none) for row in rows], kind)


def _shared(texts: Sequence[str], model: ScoreModel, hash_key: bytes) -> Any:
    if not model.shared or not texts:
        return np.zeros(len(texts), np.bool_)
    hashes = hash64(pa.array(texts, pa.string()), hash_key).tolist()
    return np.array([one in model.shared_set for one in hashes], np.bool_)
