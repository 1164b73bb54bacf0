"""The header If-Match: which version of a thing the caller saw."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest

from tellonce.hub.api.problems import Problem

IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "description": "The ETag, or the version, that it was seen in; another is a 412.",
    "schema": {"type": "string", "pattern": r'^"[0-9]{1,9}(-[0-9a-f]+)?"$'},
    "example": '"3-0f1e2d3c4b5a"',
}
"""For `openapi_extra` of every operation that changes what has a version."""

_TAG = re.compile(r'"(\d{1,9})(-[0-9a-f]+)?"')


def version_seen(request: HttpRequest) -> int | None:
    """The version that the caller saw, None where it does not say; raises `Problem`."""
    given = request.headers.get("If-Match", "").strip()
    if given in ("", "*"):
        return None
    tag = _TAG.fullmatch(given)
    if tag is None:
        raise Problem("bad-request", "If-Match is no ETag.", 'Write it as "3".')
    return int(tag[1])
