"""Around every request of the API: what may come in, and that each error has the one shape."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from tellonce.hub.api.problems import (
    MEDIA_TYPE,
    Problem,
    not_our_host,
    problem_of,
    problem_of_status,
    problem_response,
)

PREFIX = "/api/"
_ID = re.compile(r"[a-z]{3}_[0-9a-f]{32}")
_WORD = re.compile(r"[A-Za-z0-9_.-]+")  # such as the name of a source
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def api_boundary(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: refuses what is too large, and turns any other error page into a problem."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return answer(request)
        try:
            check_incoming(request)
            response = answer(request)
        except Problem as problem:
            return problem_response(problem)
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            response = _reshaped(response)
        response._has_been_logged = True  # type: ignore[attr-defined]  # by address, which we do not
        for name, value in getattr(request, "answer_headers", {}).items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def answered(request: HttpRequest, error: BaseException) -> HttpResponse:
    """The answer to an exception; the framework's only handler of them."""
    return problem_response(unsaid(problem_of(error), request))


def unsaid(problem: Problem, request: HttpRequest) -> Problem:
    """The problem without what stands in the address, which may be somebody's name or mail: an id
    of ours alone is repeated, and a word that is not what the problem is about.
    """
    match = request.resolver_match
    parts = {str(one) for one in (match.kwargs.values() if match else ())}
    asked = {one for given in request.GET.lists() for one in given[1]}
    for said in sorted({one for one in parts | asked if len(one) > 1}, key=len, reverse=True):
        if not _ID.fullmatch(said):
            detail = _unquoted(problem.detail, said)
            if detail != problem.detail or (said in parts and not _WORD.fullmatch(said)):
                detail = detail.replace(said, "...")
                problem.hint = _unquoted(problem.hint, said).replace(said, "...")
            problem.detail = detail
    return problem


def _unquoted(sentence: str, said: str) -> str:
    for form in (repr(said), f"'{said}'", repr(said[:40]), f"'{said[:40]}'"):
        sentence = sentence.replace(form, "of this name")
    return sentence


def check_incoming(request: HttpRequest) -> None:
    """Raise `Problem` where a request is too large or its address cannot be one of ours."""
    try:
        request.get_host()
    except DisallowedHost:
        raise not_our_host() from None
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        raise Problem("bad-request", "Content-Length is not a number.") from None
    if length > most:
        raise Problem(
            "too-large",
            f"The body has {length:,} bytes, and {most:,} are taken at most.",
            "Send the records in several requests.",
        )
    if _CONTROL.search(request.path_info):
        raise problem_of_status(404)


def _reshaped(response: HttpResponse) -> HttpResponse:
    fresh = problem_response(problem_of_status(response.status_code))
    for name in ("Allow", "WWW-Authenticate", "Retry-After"):
        if name in response.headers:
            fresh.headers[name] = response.headers[name]
    return fresh
