"""The header Idempotency-Key: the same request again gets the same answer and does nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from tellonce.hub.accounts.remembering import release_key, remember_answer, take_key
from tellonce.hub.api.auth import actor_of
from tellonce.hub.api.problems import Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
PARAMETER: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": HEADER,
            "required": False,
            "description": "Of your choice; good for a day. The same request again is answered as "
            "before, another one with the same key is refused.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "example": "2026-11-26/batch-17",
        }
    ]
}
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def once(request: HttpRequest, work: Callable[[], tuple[int, dict[str, Any]]]) -> HttpResponse:
    """Do `work` (which gives status and answer), once for each idempotency key.

    An answer holds ids and counts, no personal value: it is kept for a day.
    """
    key = request.headers.get(HEADER)
    if key is None:
        status, answer = work()
        return JsonResponse(answer, status=status)
    if not _KEY.fullmatch(key):
        raise Problem("bad-request", f"{HEADER} is not 1 to 255 printable signs of ASCII.")
    client = actor_of(request).id
    before = take_key(client, key, _digest(request))
    if before is not None:
        headers = {REPLAYED: "true"}
        return JsonResponse(json.loads(before.answer), status=before.status, headers=headers)
    try:
        status, answer = work()
    except BaseException:
        release_key(client, key)
        raise
    remember_answer(client, key, status, json.dumps(answer))
    return JsonResponse(answer, status=status)


def _digest(request: HttpRequest) -> str:
    seen = request.headers.get("If-Match", "")
    what = f"{request.method} {request.get_full_path()}\n{seen}\n".encode()
    return hashlib.sha256(what + request.body).hexdigest()
