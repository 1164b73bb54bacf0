"""Writing into a field of a row that waits in quarantine, so that it can be replayed mended.

The row stays sealed as it came; what was written is kept beside it, sealed, with who and why.
"""

from __future__ import annotations

import difflib

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.policy.seeing import policy_name, sees
from tellonce.hub.sources.cards import truncate_cards
from tellonce.hub.sources.incoming import known_headers
from tellonce.hub.sources.models import QuarantineCorrection, Quarantined
from tellonce.hub.sources.places import quarantine_correction_place
from tellonce.hub.sources.quarantine_view import attributes_of, is_restricted
from tellonce.hub.sources.quarantined import (
    Corrections,
    Which,
    check_may_work,
    corrected_headers,
    corrections_of,
    entry_of,
    row_object,
    rows_held,
    text_of,
    with_corrections,
)
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.types import QuarantinedEntry
from tellonce.hub.vault.services import encrypt, opened_key

LONGEST = 10_000


def correct_quarantined(
    number: int, changes: Corrections, *, by: Actor, reason: str
) -> QuarantinedEntry:
    """Write into fields (header -> value, None or "" to empty it) of a row that waits.

    Card numbers are cut as in a delivery. Raises `Unknown` where no such row waits, `WrongCall`
    without a reason or a change, for a field that the row and its source do not have, for a line
    that is no row, and `Refused`.
    """
    check_may_work(by, "quarantine.correct")
    if not reason.strip():
        raise WrongCall("Nothing is corrected without a reason.", hint="Say why with --because.")
    with rows_held(Which(ids=(number,)), by) as (row,), transaction.atomic():
        written = _written(row, changes, by)
        key = opened_key(row.delivery.key_id)
        QuarantineCorrection.objects.bulk_create(
            QuarantineCorrection(
                quarantined_id=row.pk,
                header=header,
                value=value
                and encrypt(
                    key,
                    value.encode(),
                    quarantine_correction_place(row.delivery_id, row.row, header),
                ),
                reason=reason.strip()[:200],
                actor=by.id,
                at=clock.now(),
            )
            for header, value in written.items()
        )
        record_act(
            Act(
                "quarantine.correct",
                by.id,
                reason=reason.strip()[:200],
                target=row.delivery.source.name[:64],
                fields=tuple(sorted(written)),
                details={"row": row.pk},
            )
        )
    return entry_of(row, corrected_headers([row]))


def _written(row: Quarantined, changes: Corrections, by: Actor) -> dict[str, str | None]:
    """What is really changed; raises `WrongCall`. That a field says something already is no word
    for who does not see it: it is written again.
    """
    said = row_object(text_of(row))
    if said is None:
        raise WrongCall(
            "It is a line that could not be read as a row, so it has no fields.",
            hint="Mend it in a file: tellonce quarantine replay --id NUMBER --corrected FILE",
        )
    source = source_named(row.delivery.source.name)
    known = {*said, *known_headers(source, row.delivery.content), *source.config.columns}
    now = with_corrections(said, corrections_of([row]).get(row.pk, {}))
    attributes, kept = attributes_of(source, row.delivery.content), is_restricted(row)
    written = {}
    for header, value in changes.items():
        _check_field(header, value, known)
        clean = truncate_cards(value) if value else None
        name = policy_name(attributes.get(header, ""), header)
        if clean != now.get(header) or not sees(by, name, restricted=kept):
            written[header] = clean
    if not written:
        raise WrongCall(
            "Nothing would change: the row says this already.", hint="Name a field and its value."
        )
    return written


def _check_field(header: str, value: str | None, known: set[str]) -> None:
    if header not in known:
        close = difflib.get_close_matches(header, sorted(known), 1)
        raise WrongCall(
            f"The row has no field {header[:60]!r}.",
            hint=f"Did you mean {close[0]!r}?" if close else f"It has {', '.join(sorted(known))}.",
        )
    if value is not None and (len(value) > LONGEST or "\x00" in value):
        raise WrongCall(
            f"What is to stand in {header!r} is too long, or holds a NUL.",
            hint=f"Give at most {LONGEST:,} characters.",
        )
