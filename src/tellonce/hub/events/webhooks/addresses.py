"""Which addresses we send to: resolved once, checked, and connected to exactly as checked.

A name that points into our own network would let whoever registers it reach what no outsider may.
"""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from socket import inet_aton, inet_ntoa
from typing import NamedTuple
from urllib.parse import urlsplit

from tellonce.hub import env
from tellonce.hub.core.errors import Failed, WrongCall

_LONGEST = 2000
_SCHEMES = ("https", "http")
# Not private by their own number, but they carry another address inside (NAT64, 6to4), or lead to
# a relay that does (192.88.99.0/24), or were a site's own before fc00::/7 was (fec0::/10).
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "192.88.99.0/24", "fec0::/10")
)
_HINT = "For development on your own machine set TELLONCE_WEBHOOKS_PRIVATE=yes."


class Target(NamedTuple):
    """A URL taken apart."""

    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """The parts of a URL we may send to; raises `WrongCall` for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    written_well = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in _SCHEMES or not (host and written_well) or len(url) > _LONGEST:
        raise WrongCall(
            "This is not a URL.",
            hint="Write it as https://host.example/path; other signs than ASCII as punycode and %.",
        )
    if parts.username or parts.password or parts.fragment:
        raise WrongCall(
            "A webhook's URL holds no user, password or fragment.",
            hint="The receiver knows us by the signature of each message.",
        )
    if parts.scheme == "http" and not env.read("TELLONCE_WEBHOOKS_PRIVATE"):
        raise WrongCall("A webhook's URL begins with https.", hint=_HINT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def check_host(host: str) -> None:
    """Raise `WrongCall` where the host, unresolved, is seen not to be public: an address in any
    spelling, or localhost. Names are checked by what they lead to, when a message is sent.
    """
    name = host.rstrip(".").lower()
    inside = name == "localhost" or name.endswith(".localhost")
    with suppress(OSError, ValueError):  # a name
        inside = inside or not is_public(name if ":" in name else inet_ntoa(inet_aton(name)))
    if inside and not env.read("TELLONCE_WEBHOOKS_PRIVATE"):
        raise WrongCall("A webhook's URL leads to an address that is not public.", hint=_HINT)


def checked_addresses(target: Target) -> list[str]:
    """The addresses of the host, each checked; raises `Failed` where one of them is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Failed("Its name cannot be resolved.", hint="Correct the URL.") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not env.read("TELLONCE_WEBHOOKS_PRIVATE") and not all(map(is_public, addresses)):
        raise Failed("Its name leads to an address that is not public.", hint=_HINT)
    return addresses


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet: not private, loopback, link-local,
    site-local, shared, reserved or multicast, nor one that carries another address inside.
    """
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        if number.ipv4_mapped is not None:
            number = number.ipv4_mapped
        elif number.teredo is not None:
            return False
    if any(number in network for network in _NOT_PUBLIC):
        return False
    return number.is_global and not (number.is_multicast or number.is_reserved)
