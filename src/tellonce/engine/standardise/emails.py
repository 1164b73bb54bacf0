"""E-mail addresses."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.text import are_few_and_plain, map_distinct, matching, to_ascii

VALID = r"^[a-z0-9._%+'&/=~!#$*-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}$"
_FIND = re.compile(r"[^\s<>,;:\"()\[\]]+@[^\s<>,;:\"()\[\]]+")
_UNPRINTED = re.compile(r"[^!-~]")
_GOOGLE = {"googlemail.com": "gmail.com"}


def display_emails(column: pa.Array) -> pa.Array:
    """Return a string column of e-mails as they are shown: lower case, taken out of `Name <a@b.c>`.

    What is no valid address is kept when it is one word of some length, since a typo still tells
    something; else it is null. The common case never leaves Arrow.
    """
    if are_few_and_plain(column):
        return map_distinct(column, _shown)
    lower = pc.utf8_lower(column)
    fine = pc.fill_null(pc.match_substring_regex(lower, VALID), False)
    rest = map_distinct(pc.if_else(fine, None, column), _rescued)
    return pc.if_else(fine, lower, rest)


def _shown(text: str) -> str | None:
    lower = text.lower()
    return lower if re.fullmatch(VALID, lower, re.ASCII) else _rescued(text)


def _rescued(text: str) -> str | None:
    found = _FIND.search(text)
    if found:
        return found[0].lower().strip(".'<>").removeprefix("mailto:")
    word = text.lower().strip()
    return word if len(word) >= 6 and " " not in word and any(map(str.isalpha, word)) else None


def further_emails(column: pa.Array) -> pa.Array:
    """Return the second of two addresses written in one field, null where there is only one."""
    two = matching(column, r"@.*@")
    return map_distinct(pc.if_else(two, column, None), _second)


def _second(text: str) -> str | None:
    found = _FIND.findall(text)
    return _rescued(found[1]) if len(found) > 1 else None


def comparable_emails(column: pa.Array) -> pa.Array:
    """Return displayed e-mails in normal form: in printable ASCII, without a plus tag, googlemail
    as gmail without dots; null where nothing is left.
    """
    if are_few_and_plain(column):
        return map_distinct(column, comparable_email)
    special = pc.fill_null(pc.match_substring_regex(column, _TAGGED.pattern), False)
    changed = map_distinct(pc.if_else(special, column, None), _comparable)
    return pc.if_else(special, changed, column)


_TAGGED = re.compile(r"[^!-~]|\+|@googlemail\.com$|@gmail\.com$")


def comparable_email(text: str) -> str | None:
    """The same of a single e-mail."""
    return _comparable(text) if _TAGGED.search(text) else text


def _comparable(text: str) -> str | None:
    text = _UNPRINTED.sub("", to_ascii(text))
    local, at, domain = text.rpartition("@")
    if not at:
        return text or None
    domain = _GOOGLE.get(domain, domain)
    local = local.partition("+")[0] or local
    if domain == "gmail.com":
        local = local.replace(".", "") or local
    return f"{local}@{domain}"
