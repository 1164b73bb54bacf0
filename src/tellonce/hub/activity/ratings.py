"""What customers said of how satisfied they are: the answers of surveys, and ratings of cases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tellonce.hub.activity.models import Activity
from tellonce.hub.bridge.services import header_name

_RATING = re.compile(
    r"(^|_)(csat|nps|satisfaction|rating|score|recommend\w*|bewertung|zufriedenheit|ocena)(_|$)"
)
_ASKED = re.compile(r"(^|_)(csat|nps|satisf\w*|zufriedenheit|recommend\w*)(_|$)")
_NUMBER = re.compile(r"\s*(-?\d{1,3}(?:[.,]\d+)?)\s*(?:/\s*(\d{1,3})|%|stars?)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rating:
    """One answer. `question`: what was asked, as far as it is told (source, kind, header or title);
    `best` is the best that could be said, None where the answer does not say so.
    """

    activity: int
    source: str
    customer_key: str
    question: str
    value: float
    best: float | None
    at: datetime


def ratings(since: datetime, until: datetime) -> Iterator[Rating]:
    """Every rating given from `since` to before `until`, by time; answers in words are left out."""
    rows = _rated().filter(occurred_at__gte=since, occurred_at__lt=until)
    names = ("id", "source__name", "kind", "customer_key", "title", "amount", "status", "details")
    for pk, source, kind, key, title, amount, status, details, at in (
        rows.values_list(*names, "occurred_at").order_by("occurred_at", "id").iterator(5_000)
    ):
        found = _found(kind, title, amount, status, json.loads(details or "{}"))
        if found is not None:
            header, value, best = found
            asked = title if kind == "surveys" else ""
            question = f"{source}: {header}" + (f", {asked}" if asked else "")
            yield Rating(pk, source, key, question[:110], value, best, at)


def _rated() -> QuerySet[Activity]:
    """Written out, since SQLite uses an index of some rows only where it sees which ones."""
    return Activity.objects.extra(where=["activities.kind IN ('surveys', 'tickets')"])


def _found(
    kind: str, title: str, amount: Any, status: str, details: Mapping[str, Any]
) -> tuple[str, float, float | None] | None:
    """(header, value, best): the column that is named after a rating, else of a survey its amount
    or its state where that is a number.
    """
    named = [(header, text) for header, text in details.items() if _is_rating(kind, header)]
    if kind == "surveys":
        named += [("answer", amount), ("answer", status)]
    for header, text in named:
        match = None if text is None else _NUMBER.fullmatch(str(text).replace("\u00a0", " "))
        if match:
            best = 100.0 if "%" in str(text) else float(match[2]) if match[2] else None
            return header, float(match[1].replace(",", ".")), best
    return None


def _is_rating(kind: str, header: str) -> bool:
    """A case has scores of many kinds (priority, risk): there only satisfaction itself counts."""
    name = header_name(header)
    return bool((_RATING if kind == "surveys" else _ASKED).search(name))
