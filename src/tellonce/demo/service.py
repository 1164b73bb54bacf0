"""What was said: tickets and surveys of the desk; calls, notes and opportunities of the CRM."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.demo.happenings import Happenings, happenings
from tellonce.demo.layouts import Columns, Known

_TICKETS = (
    ("Parcel did not arrive", "Sent again by courier, delivered two days later."),
    ("Bench arrived with a broken leg", "Replaced; the customer kept the first one for wood."),
    ("Wrong colour of blanket", "Exchanged free of charge."),
    ("Invoice needs the company's tax number", "Corrected invoice sent by e-mail."),
    ("Lamp flickers", "Faulty dimmer; voucher of 10 given."),
    ("Refund has not come", "Bank details were out of date; refunded the same day."),
    ("Please change my address", "Address corrected in the CRM and the shop."),
    ("Cannot sign in to the shop", "Account was under the former name; joined."),
    ("Loyalty points are missing", "Points of two receipts added by hand."),
    ("How do I treat an oak bench?", "Sent the care leaflet."),
    ("Please stop the telephone calls", "Consent to calls withdrawn on the same day."),
    ("Two catalogues came to one house", "Household noted; one catalogue from now on."),
)
_NOTES = (
    "Prefers to be called in the evening.",
    "Asked for a quote for garden furniture of the whole housing estate.",
    "Furnishing a new flat; interested in rugs and lamps.",
    "Very pleased with the last delivery.",
    "Complained about the price of transport.",
    "Renovates old houses, buys several times a year.",
    "Speaks for the parents as well, who live at the same address.",
    "Would like to try the hammock in the store first.",
    "Do not offer wool: allergic.",
    "Recommended us to two neighbours.",
)
_CALLS = (
    "Asked about an order",
    "Offer explained",
    "Birthday greeting",
    "Reminder of an open invoice",
    "Thanks for the purchase",
    "Address confirmed",
)
_OFFERS = ("Garden set", "Kitchen renewal", "Office furnishing", "Terrace 2026", "Holiday home")
_PRAISE = (
    "Quick and friendly.",
    "All fine.",
    "Took too long.",
    "Nobody called back.",
    "Great rugs!",
)


def _one_of(of: Happenings, texts: tuple[tuple[str, ...], ...]) -> list[pa.Array]:
    which = pa.array(of.rng.integers(0, len(texts), of.size))
    return [pa.array(column).take(which) for column in zip(*texts, strict=True)]


def tickets(known: Known, seed: int) -> Columns:
    """Service requests, closed with a resolution or still open."""
    told = happenings(known, seed, "tickets", 1.0)
    subject, resolution = _one_of(told, _TICKETS)
    hours = told.rng.gamma(2, 18, told.size) + 0.2
    recent = told.seconds > told.seconds.max(initial=0) - 45 * 86_400
    closed = pa.array(~recent | (told.rng.random(told.size) < 0.4))
    return {
        "ticket_id": told.number("T", 20_001),
        "requester_id": told.key(),
        "opened_at": told.at(),
        "subject": subject,
        "status": pc.if_else(closed, "closed", "open"),
        "priority": told.choice(("low", "normal", "high"), (0.3, 0.55, 0.15)),
        "channel": told.choice(("e-mail", "telephone", "chat"), (0.5, 0.3, 0.2)),
        "resolution": pc.if_else(closed, resolution, None),
        "closed_at": pc.if_else(closed, told.at((hours * 3600).astype(np.int64)), None),
    }


def surveys(known: Known, seed: int) -> Columns:
    """Answers to the question after a ticket, from 1 to 5."""
    asked = happenings(known, seed, "surveys", 0.5)
    score = asked.rng.choice((1, 2, 3, 4, 5), asked.size, p=(0.06, 0.09, 0.15, 0.35, 0.35))
    return {
        "survey_id": asked.number("V", 5_001),
        "requester_id": asked.key(),
        "answered_at": asked.at(),
        "question": pa.repeat(pa.scalar("How was our help?"), asked.size),
        "score": pa.array(score),
        "comment": pc.if_else(
            pa.array(asked.rng.random(asked.size) < 0.4), asked.choice(_PRAISE), None
        ),
    }


def interactions(known: Known, seed: int) -> Columns:
    """Calls, e-mails and meetings of the sales team."""
    had = happenings(known, seed, "interactions", 0.7)
    return {
        "Interaction ID": had.number("I", 30_001),
        "Customer No": had.key(),
        "Date": had.at(),
        "Channel": had.choice(("telephone", "e-mail", "meeting", "chat"), (0.45, 0.35, 0.05, 0.15)),
        "Subject": had.choice(_CALLS),
        "Agent": had.choice(("M. Testowa", "J. Muster", "P. Sample")),
    }


def notes(known: Known, seed: int) -> Columns:
    """What sales and support wrote down about a customer."""
    made = happenings(known, seed, "notes", 0.4)
    return {
        "Note ID": made.number("N", 9_001),
        "Customer No": made.key(),
        "Date": made.at(),
        "Note": made.choice(_NOTES),
        "Author": made.choice(("M. Testowa", "J. Muster", "P. Sample")),
    }


def opportunities(known: Known, seed: int) -> Columns:
    """Sales in the making, won or lost."""
    seen = happenings(known, seed, "opportunities", 0.22)
    return {
        "Opportunity ID": seen.number("P", 3_001),
        "Customer No": seen.key(),
        "Opened on": seen.at(),
        "Title": seen.choice(_OFFERS),
        "Stage": seen.choice(("open", "proposal", "won", "lost"), (0.25, 0.2, 0.35, 0.2)),
        "Amount": pa.array(np.round(seen.rng.gamma(2, 700, seen.size), 2)),
        "Currency": pa.repeat(pa.scalar("EUR"), seen.size),
    }
