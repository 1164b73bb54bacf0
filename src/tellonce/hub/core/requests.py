"""The id of the request at hand: in its answer, its errors and its log lines."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_at_hand: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request that this thread answers; '' outside one."""
    return _at_hand.get()


def new_request_id() -> str:
    """An id for a request that brings none of its own."""
    return uuid.uuid4().hex


def with_request_id(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: takes the caller's id where it is a plain one, else makes one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        token = _at_hand.set(given if _SANE.fullmatch(given) else new_request_id())
        try:
            response = answer(request)
            response.headers[HEADER] = _at_hand.get()
            return response
        finally:
            _at_hand.reset(token)

    return middleware
