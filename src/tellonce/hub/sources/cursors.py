"""Where a source that is read bit by bit has come to, and how far to read back before that.

A cursor is kept as JSON: the column it is of, the kind of its value, and the value as text. One of
another column says nothing, so a source whose cursor column is changed is read from the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tellonce.hub.core.errors import WrongCall

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_HINT = "Give the overlap a unit (10m) for times, or none (100) for whole numbers."
_READ = {
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "int": int,
    "decimal": Decimal,
    "float": float,
    "text": str,
}


def kept_cursor(column: str, value: Any) -> dict[str, str]:
    """The cursor that says: read up to this value. Raises `WrongCall` for what cannot grow."""
    if isinstance(value, datetime):
        return _cursor(column, "time", value.isoformat())
    if isinstance(value, date):
        return _cursor(column, "date", value.isoformat())
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise WrongCall(
            f"The cursor column {column!r} holds neither numbers, nor times, nor texts.",
            hint="Name a column that grows with each change, such as updated_at.",
        )
    kinds = {int: "int", float: "float", Decimal: "decimal", str: "text"}
    kind = next(word for of, word in kinds.items() if isinstance(value, of))
    return _cursor(column, kind, str(value))


def read_from(cursor: Mapping[str, Any], column: str, overlap: str) -> Any:
    """The value to read from, `overlap` before the cursor; None: from the start."""
    if cursor.get("column") != column:
        return None
    value = _READ[cursor["kind"]](cursor["value"])
    return _back(value, overlap, column) if overlap else value


def _cursor(column: str, kind: str, value: str) -> dict[str, str]:
    return {"column": column, "kind": kind, "value": value}


def _back(value: Any, overlap: str, column: str) -> Any:
    if isinstance(value, str):
        return _text_back(value, overlap, column)
    timed = isinstance(value, date)  # a datetime is one too
    if timed != (overlap[-1] in _UNITS):
        raise WrongCall(f"The overlap {overlap!r} does not go with {column!r}.", hint=_HINT)
    if not timed:
        return value - int(overlap)
    span = timedelta(**{_UNITS[overlap[-1]]: int(overlap[:-1])})
    if not isinstance(value, datetime):
        span = timedelta(days=-(-span // timedelta(days=1)))  # a date goes back by whole days
    return value - span


def _text_back(text: str, overlap: str, column: str) -> str:
    """A text that is a time or a number goes back as such, and is written as it was."""
    try:
        if overlap[-1] not in _UNITS:
            return str(int(text) - int(overlap))
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongCall(
            f"The values of {column!r} are texts, which cannot be read back from.",
            hint="Leave the overlap away, or name a column of times or numbers.",
        ) from None
    back = moment - timedelta(**{_UNITS[overlap[-1]]: int(overlap[:-1])})
    if len(text) <= len("2026-01-01"):
        return back.date().isoformat()
    written = back.isoformat(sep="T" if "T" in text else " ")
    return written.removesuffix("+00:00") + "Z" if text.endswith("Z") else written
