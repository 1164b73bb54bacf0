"""Loading files of consents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path

import pyarrow as pa

from tellonce.hub.accounts.types import Actor
from tellonce.hub.activity.columns import Layout, learned_layout, recognised_layout
from tellonce.hub.activity.reading import whole
from tellonce.hub.bridge.services import header_name
from tellonce.hub.bridge.times import day_comes_first, read_times
from tellonce.hub.bridge.types import Progress, Tell, no_progress, no_telling
from tellonce.hub.consents.models import Consent
from tellonce.hub.consents.types import ArrivedConsent
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.jobs.services import held_lease
from tellonce.hub.sources.arrival import (
    as_field,
    customer_key,
    file_settings,
    rejected_rows,
    row_objects,
)
from tellonce.hub.sources.cards import CardFindings, number_columns, without_card_data
from tellonce.hub.sources.contents import CONSENT_FIELDS, CONSENTS
from tellonce.hub.sources.incoming import Incoming
from tellonce.hub.sources.loading import store_in_slices
from tellonce.hub.sources.runs import in_run
from tellonce.hub.sources.selectors import delivery_view, source_named
from tellonce.hub.sources.services import begin_delivery, check_deliverer, learn, mark_stored
from tellonce.hub.sources.types import Counts, DeliveryView, LoadReport, RefusedRow, SourceView
from tellonce.io.values import Contents

# In English, German and Polish, as `header_name` folds them.
_GIVEN = """given granted yes y true t 1 opt_in optin in active accepted agreed subscribed consented
    ja tak erteilt eingewilligt zugestimmt angemeldet aktiv udzielona udzielono wyrazona wyrazono
    aktywna aktywny""".split()  # noqa: SIM905
_WITHDRAWN = """withdrawn revoked no n false f 0 opt_out optout out inactive refused denied declined
    unsubscribed none not_given nein nie widerrufen entzogen abgelehnt verweigert abgemeldet
    nicht_erteilt inaktiv wycofana wycofano cofnieta cofnieto odwolana odwolano odmowa brak
    nieudzielona nieaktywna nieaktywny""".split()  # noqa: SIM905
_NEEDED = {
    "customer_key": "the customer",
    "purpose": "the purpose",
    "consent": "given or withdrawn",
}


def load_consents(
    source_name: str,
    what: Path | Incoming,
    *,
    by: Actor,
    progress: Progress = no_progress,
    tell: Tell = no_telling,
) -> LoadReport:
    """Load a file of consents; a load that was interrupted goes on.

    Rows whose state or time cannot be read go to quarantine. Raises `WrongCall` where a column that
    is needed is not found, and the errors of `io.errors`.
    """
    check_deliverer(by, "load", source_name)
    source = source_named(source_name)
    with (
        held_lease(f"deliver:{source.id}", by.id) as lease,
        in_run(source, CONSENTS, what, by) as incoming,
    ):
        progress("read", 0, 0)
        pages = incoming.contents(file_settings(source.config))
        first = next(pages)
        layout = _layout(source, first, incoming.name)
        sentences = tuple(_sentences(first, layout))
        for sentence in sentences:
            tell(sentence)
        delivery = begin_delivery(source, CONSENTS, incoming, full=False)
        batches = (_rows(contents, layout) for contents in chain([first], pages))
        delivery = store_in_slices(delivery, batches, _store, lease, progress)
        if CONSENTS not in source.learned:
            learn(source, CONSENTS, layout.as_json())
        mark_stored(delivery, by=by)
    return LoadReport(delivery_view(delivery.id), sentences)


def _layout(source: SourceView, contents: Contents, file_name: str) -> Layout:
    headers = contents.table.column_names
    declared = source.config.layouts.get(CONSENTS, {})
    settled = source.learned.get(CONSENTS)
    if settled and not declared:
        layout = learned_layout(settled, headers)
    else:
        layout = recognised_layout(headers, CONSENT_FIELDS, declared)
    for field, what in _NEEDED.items():
        if field not in layout.columns:
            raise WrongCall(
                f"No column of {file_name} says {what}.",
                hint=f"Say which in the configuration of {source.name!r}: "
                f"`consents: {{{field}: COLUMN}}`; there are {', '.join(headers)}.",
            )
    at = layout.columns.get("at")
    if at is None or layout.day_first is not None:
        return layout
    column, config = whole(contents.table.column(at)), source.config
    first = day_comes_first(column, config.country or None, config.day_first)
    return replace(layout, day_first=first)


def _rows(contents: Contents, layout: Layout) -> tuple[list[ArrivedConsent], list[RefusedRow], int]:
    findings = CardFindings()
    exempt = number_columns(contents.table)
    table = without_card_data(contents.table, findings, exempt=exempt)
    times = _times(table, layout)
    rows, refused = [], rejected_rows(contents.rejects)
    raws = row_objects(table)
    columns = [_texts(table, layout, name) for name in CONSENT_FIELDS if name != "at"]
    for number, at, raw, said in zip(
        contents.rows.to_pylist(), times, raws, zip(*columns, strict=True), strict=True
    ):
        try:
            rows.append(_row(at, said))
        except ValueError as error:
            refused.append(RefusedRow(number, str(error), raw.decode()))
    return rows, refused, findings.total


def _row(at: datetime | None, said: Sequence[str]) -> ArrivedConsent:
    """A row from its texts in the order of CONSENT_FIELDS without `at`; or ValueError, why not."""
    key, purpose, state, channel, notice = said
    if not key:
        raise ValueError("the row names no customer")
    if not purpose:
        raise ValueError("the row names no purpose")
    if at is None:
        raise ValueError("the row does not say when the consent was given or withdrawn")
    return ArrivedConsent(
        customer_key(key), purpose[:60].lower(), _state(state), at, channel[:60], notice[:60]
    )


def _state(text: str) -> str:
    # What is said with any other sign, such as `yes?` or `-1`, is not understood.
    word = header_name(text) if re.fullmatch(r"\w[\w -]*", text.strip()) else ""
    if word in _GIVEN:
        return Consent.GIVEN
    if word in _WITHDRAWN:
        return Consent.WITHDRAWN
    raise ValueError("what it says is neither given nor withdrawn")


def _texts(table: pa.Table, layout: Layout, name: str) -> list[str]:
    header = layout.columns.get(name)
    if header is None:
        return [""] * table.num_rows
    return [(text or "").strip() for text in table.column(header).to_pylist()]


def _times(table: pa.Table, layout: Layout) -> list[datetime | None]:
    header = layout.columns.get("at")
    if header is None:
        return [None] * table.num_rows
    return read_times(whole(table.column(header)), day_first=layout.day_first is not False)


def _store(delivery: DeliveryView, rows: Sequence[ArrivedConsent]) -> Counts:
    held = set(
        Consent.objects.filter(
            source_id=delivery.source_id, customer_key__in=[row.customer_key for row in rows]
        ).values_list("customer_key", "purpose", "at", "state")
    )
    fresh = {
        name: row
        for row in rows
        if (name := (row.customer_key, row.purpose, row.at, row.state)) not in held
    }
    Consent.objects.bulk_create(
        Consent(
            source_id=delivery.source_id,
            delivery_id=delivery.id,
            customer_key=row.customer_key,
            purpose=row.purpose,
            state=row.state,
            at=row.at,
            channel=row.channel,
            notice_version=row.notice_version,
        )
        for row in fresh.values()
    )
    return Counts(added=len(fresh), repeated=len(rows) - len(fresh))


def _sentences(contents: Contents, layout: Layout) -> Iterator[str]:
    yield from contents.report.sentences()
    columns = layout.columns
    yield "Recognised: " + ", ".join(as_field(c, field) for field, c in columns.items()) + "."
    left = [h for h in contents.table.column_names if h not in columns.values()]
    if left:
        yield "Not used: " + ", ".join(left) + "."
