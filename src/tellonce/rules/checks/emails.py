"""E-mail addresses that a letter could be sent to, as far as writing tells.

Sources: RFC 5321 4.5.3.1 (lengths), RFC 5322 3.4.1 (dot-atom), RFC 1035 2.3.4 (labels), RFC 6761
and RFC 6762 (names no mail goes to; `example` is left, since samples use it).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.placeholders import placeholder_mask, stands_for_nothing

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)
_TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}", re.ASCII)
_NOWHERE = frozenset(("arpa", "invalid", "local", "localhost", "onion", "test"))
_SURE = (
    r"\A[A-Za-z0-9_+'=-]{1,32}(?:\.[A-Za-z0-9_+'=-]{1,15}){0,2}"
    r"@(?:[a-z0-9]{1,40}(?:-[a-z0-9]{1,20}){0,1}\.){1,3}(?:com|net|org|info|biz|edu|gov|[a-z]{2}|example)\z"
)


def email_fault(text: str) -> str | None:
    """What keeps mail from reaching an address, in words; None where nothing does."""
    local, at, domain = text.rpartition("@")
    if not at:
        return "is no e-mail address: it has no @"
    if "@" in local and not local.startswith('"'):
        return "is no e-mail address: it has more than one @"
    if len(local.encode()) > 64 or len(text.encode()) > 254:
        return "is no e-mail address: it is too long to be delivered"
    if not local:
        return "is no e-mail address: nothing stands before the @"
    if not _LOCAL.fullmatch(local):
        return f"is no e-mail address: {_local_fault(local)} before the @"
    return _domain_fault(domain) or _no_mailbox(text)


def _local_fault(local: str) -> str:
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return "a dot stands where none may be"
    return "a blank stands" if re.search(r"\s", local) else "a sign stands that may not be"


def _domain_fault(domain: str) -> str | None:
    try:
        name = domain.lower() if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return "is no e-mail address: its domain cannot be written as one"
    labels = name.split(".")
    if len(labels) < 2 or "" in labels:
        return "is no e-mail address: its domain is not complete"
    if len(name) > 253 or any(len(one) > 63 or not _LABEL.fullmatch(one) for one in labels):
        return "is no e-mail address: its domain cannot be written as one"
    if not _TOP.fullmatch(labels[-1]):
        return "is no e-mail address: its domain has no such ending"
    if labels[-1] in _NOWHERE:
        return "is an e-mail address that no mail goes to"
    return None


def _no_mailbox(text: str) -> str | None:
    return "stands for no e-mail address" if stands_for_nothing(text, "email") else None


def surely_emails(values: pa.Array) -> pa.Array:
    """Which of these are plainly deliverable addresses."""
    plain = pc.match_substring_regex(values, _SURE)
    return pc.and_(plain, pc.invert(placeholder_mask(values, "email")))
