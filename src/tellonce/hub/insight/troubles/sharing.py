"""Many identities behind one e-mail, phone or identifier, or at one address: possible fraud.

Families share these, and so do offices: what counts is how many different family names there are,
and how far that is beyond what is usual in this hub.
"""

from __future__ import annotations

from collections.abc import Sequence

from tellonce.hub.customers.crowds import customers_sharing, shared_keys
from tellonce.hub.insight.figures import crowded_addresses, customers_at
from tellonce.hub.insight.intervals import unusual_size
from tellonce.hub.insight.types import Asked, Evidence, Trouble

LEAST, NAMES = 5, 4
LEAST_AT_ADDRESS, NAMES_AT_ADDRESS = 8, 6
_MOST, _SHOWN = 50, 50
People = Sequence[tuple[str, str]]
"""(public id of a customer, its family name in comparable form)."""


def shared_contacts() -> list[Trouble]:
    """E-mails, phones and identifiers that too many customers of different names share."""
    sizes, most = shared_keys(LEAST)
    limit = unusual_size(sizes, LEAST)
    if limit is None:
        return []
    beyond = [key for key, customers in most if customers >= limit]
    found = ((key, customers_sharing(key)) for key in beyond[:_MOST])
    return [
        _trouble(key, who, "one e-mail, phone or identifier", "a switchboard or a made-up number")
        for key, who in found
        if _names(who) >= NAMES
    ]


def shared_addresses() -> list[Trouble]:
    """Addresses at which too many customers of different names live."""
    sizes, _ = crowded_addresses(LEAST_AT_ADDRESS)
    limit = unusual_size(sizes, LEAST_AT_ADDRESS)
    if limit is None:
        return []
    found = ((key, customers_at(key)) for key, _ in crowded_addresses(limit)[1][:_MOST])
    return [
        _trouble(key, who, "one address", "an office, a home or a parcel locker")
        for key, who in found
        if _names(who) >= NAMES_AT_ADDRESS
    ]


def who_shares(key: str, asked: Asked) -> Evidence:
    """The customers behind a shared contact as they are now."""
    return _page(customers_sharing(_hash(key), asked.limit, asked.cursor), asked)


def who_lives_there(key: str, asked: Asked) -> Evidence:
    """The customers at a shared address as they are now."""
    return _page(customers_at(_hash(key), asked.limit, asked.cursor), asked)


def _hash(key: str) -> int:
    """The keyed hash that the key of an alert names."""
    number = int(key, 16)
    return number - 2**64 if number >= 2**63 else number


def _page(who: People, asked: Asked) -> Evidence:
    rows = tuple({"customer": public_id} for public_id, _ in who)
    return Evidence(rows, who[-1][0] if len(who) == asked.limit else "")


def _names(who: People) -> int:
    return len({name for _, name in who if name})


def _trouble(key: int, who: People, what: str, harmless: str) -> Trouble:
    names = _names(who)
    return Trouble(
        f"{key % 2**64:016x}",
        "high" if names >= 3 * NAMES else "medium",
        f"{len(who):,} customers with {names} family names share {what}.",
        f"Look at some of them: it may be {harmless}, or one person under many names. Acknowledge "
        "it where it is harmless.",
        {"customers": [public_id for public_id, _ in who[:_SHOWN]], "family_names": names},
    )
