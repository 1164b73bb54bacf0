"""Search before create: which customers a record may belong to. Nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tellonce.hub.bridge.errors import NothingRecognised
from tellonce.hub.bridge.matching import Candidate, candidates_of
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.customers.selectors import customers_of_records
from tellonce.hub.intake.holdings import StoredHoldings
from tellonce.hub.intake.pushing import read_rows
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.sources.incoming import known_id
from tellonce.hub.sources.selectors import record_names, source_named, source_of_nobody
from tellonce.hub.sources.types import EMPTY, SourceView

ASKED = "asked"
_MOST_RECORDS = 50
_MOST_NAMED = 10
_BY_NAME = "columns are read by their names alone"


@dataclass(frozen=True)
class MatchedCustomer:
    """A customer that the record may belong to, by its strongest record.

    `customer` is the public id; `source` and `record_id` name the record that says so, whose
    figures and reasons these are; `records` counts those of its records that are candidates.
    """

    customer: str
    probability: float
    match_weight: float
    linked: bool
    source: str
    record_id: str
    records: int
    candidate: Candidate


def match_record(
    row: Mapping[str, Any],
    *,
    source: str = "",
    limit: int = 10,
    compared: Callable[[str], bool] = lambda _attribute: True,
) -> list[MatchedCustomer]:
    """The customers that a row (column -> value) may belong to, likeliest first.

    `compared` says which identifiers and other attributes take part ("identifier:pesel"): an answer
    tells whether a guess is right, so what may not be seen may not be asked.
    It is read as a row of `source` would be, without one by the names of its columns alone. Raises
    `Unknown` for the source, `WrongCall` where nothing in it can be compared.
    """
    found = candidates_of(
        _document(row, source, compared),
        StoredHoldings(),
        rules_in_force().resolution,
        _MOST_RECORDS,
    )
    names = record_names([one.record for one in found])
    by_customer: dict[str, list[Candidate]] = {}
    for one in found:
        for customer in customers_of_records([one.record]):
            by_customer.setdefault(customer.public_id, []).append(one)
    return [
        MatchedCustomer(
            customer,
            of[0].probability,
            of[0].match_weight,
            of[0].linked,
            *names[of[0].record],
            records=len(of),
            candidate=of[0],
        )
        for customer, of in list(by_customer.items())[:limit]
    ]


def _source(name: str) -> SourceView:
    try:
        return source_named(name) if name else source_of_nobody()
    except Unknown as error:
        raise Unknown(str(error), hint=f"Without `source`, {_BY_NAME}.") from None


def _nothing_in(row: Mapping[str, Any], source: str) -> WrongCall:
    """That a record has nothing to compare, in words of what was sent."""
    sent = [name for name in row if name.strip()]
    more = f" and {len(sent) - _MOST_NAMED:,} more" if len(sent) > _MOST_NAMED else ""
    of = f"known in {source!r}" if source else "known by its name"
    named = f"none of {', '.join(sent[:_MOST_NAMED])}{more} is {of} and has a value of its kind"
    hint = "Send columns such as `first name`, `last name`, `birth date`, `email` or `phone`"
    return WrongCall(
        f"Nothing in the record can be compared: {named if sent else 'it has no columns'}.",
        hint=f"{hint}; {'without `source`, ' if source else ''}{_BY_NAME}.",
    )


def _document(row: Mapping[str, Any], source: str, compared: Callable[[str], bool]) -> str:
    """The row in RECORDS form, under a name that no record has."""
    view = _source(source)
    try:
        rows, refused = read_rows(view, [{**row, known_id(view) or "id": ASKED}]).all()
    except NothingRecognised:
        raise _nothing_in(row, source) from None
    if not rows:
        reason = refused[0].reason if refused else EMPTY
        if reason == EMPTY:
            raise _nothing_in(row, source)
        raise WrongCall(f"The record cannot be read: {reason}.", hint="Correct it and ask again.")
    (one,) = rows
    whole = json.loads(one.document)
    for name, prefix, part in (("identifiers", "identifier", "kind"), ("others", "other", "name")):
        whole[name] = [v for v in whole.get(name, ()) if compared(f"{prefix}:{v.get(part, '')}")]
    return json.dumps(whole | {"source": "", "record_id": ASKED}, ensure_ascii=False)
