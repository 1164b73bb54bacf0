"""Around every request: one log line, one count, its time. Routes, never addresses."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from tellonce.hub.observing.metrics import NO_ROUTE, REQUESTS, SECONDS

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = logging.getLogger("tellonce.request")


def observed(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: writes down what was asked by its route, by whom, and what came of it.

    An address may name a customer and a query anything, so neither is written anywhere.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        status = 500
        try:
            response = answer(request)
            status = response.status_code
            return response
        finally:
            _write_down(request, status, time.perf_counter() - begun)

    return middleware


def route_of(request: HttpRequest) -> str:
    """The pattern that matched, such as `/api/v1/customers/{id}`; `none` where nothing did."""
    if is_probe(request):
        return request.route  # type: ignore[attr-defined]
    match: Any = request.resolver_match
    return f"/{match.route}" if match is not None else NO_ROUTE


def is_probe(request: HttpRequest) -> bool:
    """Whether a probe was answered: these come every few seconds and are counted, not logged."""
    return hasattr(request, "route")


def _write_down(request: HttpRequest, status: int, seconds: float) -> None:
    method = request.method if request.method in _METHODS else "OTHER"
    route = route_of(request)
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)
    if is_probe(request):
        return
    facts: dict[str, Any] = {
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    caller = getattr(request, "caller", None)
    if caller is not None:
        facts["actor"] = caller.actor.id
    _log.info("request", extra={"facts": facts})
