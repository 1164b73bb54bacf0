"""What was sent and allowed: campaign touches, consents, social profiles, loyalty accounts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.demo.happenings import Happenings, happenings
from tellonce.demo.layouts import Columns, Known
from tellonce.engine.synth import rng_of

_CAMPAIGNS = ("Spring garden", "Summer terrace", "Autumn wool", "Winter lights", "Welcome")
_NOTICES = ("2016-10", "2018-05", "2022-01")
_TIERS = ("bronze", "silver", "gold")


def touches(known: Known, seed: int) -> Columns:
    """What became of each e-mail of a campaign."""
    sent = happenings(known, seed, "touches", 2.4)
    return {
        "touch_id": sent.number("C", 800_001),
        "subscriber_id": sent.key(),
        "sent_at": sent.at(),
        "campaign": sent.choice(_CAMPAIGNS),
        "result": sent.choice(
            ("sent", "opened", "clicked", "visited", "unsubscribed"), (0.45, 0.3, 0.14, 0.1, 0.01)
        ),
        "channel": pa.repeat(pa.scalar("e-mail"), sent.size),
    }


def _given(known: Known, seed: int, what: str, share: float) -> Happenings:
    """One event for about `share` of the customers, on the day their record is from."""
    rng = rng_of(seed, what)
    size = known.records.num_rows
    day = known["observed_at"].cast(pa.int32()).to_numpy().astype(np.int64)
    seconds = day * 86_400 + rng.integers(8 * 3600, 20 * 3600, size)
    return Happenings(known, np.arange(size), seconds, rng).some(share)


def _consents(given: Happenings, purpose: str, withdrawn: float) -> list[Columns]:
    rows: list[Columns] = []
    later = given.some(withdrawn)
    for event, state, delay in ((given, "given", 0), (later, "withdrawn", 400 * 86_400)):
        at = event.at(delay)
        rows.append(
            {
                "customer_key": event.known["record_id"].take(pa.array(event.row)),
                "purpose": pa.repeat(pa.scalar(purpose), event.size),
                "state": pa.repeat(pa.scalar(state), event.size),
                "at": at,
                "channel": event.choice(("form", "web", "telephone"), (0.3, 0.6, 0.1)),
                "notice_version": _notice(at),
            }
        )
    return rows


def _notice(at: pa.Array) -> pa.Array:
    """The version of the privacy notice that was in force at these moments."""
    after = [pc.greater_equal(at, version) for version in _NOTICES[1:]]
    return pc.case_when(pc.make_struct(*reversed(after)), *reversed(_NOTICES[1:]), _NOTICES[0])


def _stacked(parts: list[Columns]) -> Columns:
    return {name: pa.concat_arrays([part[name] for part in parts]) for name in parts[0]}


def newsletter_consents(known: Known, seed: int) -> Columns:
    """Permission to send the newsletter; about a tenth took it back."""
    return _stacked(_consents(_given(known, seed, "newsletter consents", 0.97), "newsletter", 0.1))


def crm_consents(known: Known, seed: int) -> Columns:
    """Permission for calls and for profiling, as the sales team asked for it."""
    parts = [
        part
        for purpose, share in (("telephone", 0.35), ("profiling", 0.2))
        for part in _consents(_given(known, seed, f"consents to {purpose}", share), purpose, 0.15)
    ]
    return _stacked(parts)


def social(known: Known, seed: int) -> Columns:
    """Public profiles that subscribers linked themselves."""
    linked = _given(known, seed, "social", 0.12)
    handle = pc.utf8_lower(linked.of("given_name"))
    number = pa.array(linked.rng.integers(100, 999, linked.size)).cast(pa.string())
    name = pc.binary_join_element_wise(handle, number, "_")
    network = linked.choice(("gardeners", "photos"))
    return {
        "subscriber_id": linked.known["record_id"].take(pa.array(linked.row)),
        "network": network,
        "handle": pc.binary_join_element_wise("@", name, ""),
        "url": pc.binary_join_element_wise("https://", network, ".example/", name, ""),
        "followers": pa.array(linked.rng.integers(3, 900, linked.size)),
        "linked_at": linked.at(),
    }


def accounts(known: Known, seed: int) -> Columns:
    """The account behind each loyalty card."""
    held = _given(known, seed, "accounts", 1.0)
    points = held.rng.gamma(1.2, 300, held.size).astype(np.int64)
    tier = np.digitize(points, (400, 1000))
    limit = held.rng.choice((0, 250, 500, 1000), held.size, p=(0.5, 0.25, 0.15, 0.1))
    return {
        "account_no": held.number("A", 60_001),
        "member_no": held.known["record_id"].take(pa.array(held.row)),
        "opened_at": held.at(),
        "status": held.choice(("active", "dormant", "closed"), (0.85, 0.12, 0.03)),
        "tier": pa.array(_TIERS).take(pa.array(tier)),
        "points": pa.array(points),
        "credit_limit": pa.array(limit),
        "currency": pa.repeat(pa.scalar("EUR"), held.size),
    }
