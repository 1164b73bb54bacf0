"""Every error of the API in one shape: an RFC 9457 problem document.

    type        one of the addresses of `KINDS`, where the documentation page explains it
    title       the kind in words, always the same for a type
    status      the HTTP status again
    detail      one sentence what is wrong this time
    hint        one sentence what to do
    request_id  the id to name when asking for help

Further members, by type: `errors` (field, problem), `feed`, `purposes`, `scope`, `version`.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tellonce.hub.api.sentences import sentence_of
from tellonce.hub.bridge.errors import ContradictionError, InputError
from tellonce.hub.core import errors
from tellonce.hub.core.requests import request_id
from tellonce.hub.core.storage import sentence_for

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/docs"
RETRY_AFTER = 2  # seconds, where nothing better is known
_log = logging.getLogger(__name__)


class Kind(NamedTuple):
    """A kind of problem: its status, its title, and what to do where nothing better is known."""

    status: int
    title: str
    hint: str


KINDS = {
    "bad-request": Kind(400, "The request cannot be read", "Correct it and send it again."),
    "purpose": Kind(400, "One purpose is to be named", "Send the header Tellonce-Purpose."),
    "unauthenticated": Kind(
        401, "No valid access token", "Take a token at /api/v1/oauth/token and send it as Bearer."
    ),
    "refused": Kind(403, "Not allowed", "Ask whoever runs this hub for the right to do it."),
    "scope": Kind(403, "The scope is missing", "Ask for a token, or for a client, that has it."),
    "not-found": Kind(404, "Not there", f"See {DOCS} for the addresses there are."),
    "method": Kind(405, "Method not allowed", "See the header Allow."),
    "conflict": Kind(409, "In conflict with what is there", "Read it again and decide anew."),
    "gone": Kind(410, "No longer there", "It was erased; its header and hash remain."),
    "feed": Kind(410, "Not a cursor of this feed", "Begin anew: after=0, and without feed."),
    "stale": Kind(412, "Changed since it was read", "Read it again and decide anew."),
    "too-large": Kind(413, "The body is too large", "Send less at once."),
    "media-type": Kind(415, "The body is not JSON", "Send Content-Type: application/json."),
    "invalid": Kind(422, "Something in the request cannot be used", f"See {DOCS}."),
    "too-many": Kind(429, "Too many requests", "Wait as long as Retry-After says."),
    "error": Kind(500, "A mistake of the hub", "Report it with the request id."),
    "busy": Kind(503, "The hub is busy", "Try again in a moment."),
}
_OF_STATUS = {kind.status: name for name, kind in reversed(KINDS.items())}
_OF_ERROR: tuple[tuple[type[Any], str], ...] = (  # the first that fits
    (ContradictionError, "conflict"),
    (InputError, "invalid"),
    (errors.Conflict, "conflict"),
    (errors.Unknown, "not-found"),
    (errors.WrongCall, "invalid"),
    (errors.Refused, "refused"),
    (errors.KeyTrouble, "error"),
    (errors.Failed, "busy"),
)


_UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError)


class Problem(Exception):
    """Raised where the API itself finds fault. `more`: further members of the document."""

    def __init__(self, kind: str, detail: str, hint: str = "", **more: Any) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.more = kind, detail, more
        self.hint = hint or KINDS[kind].hint
        self.headers: dict[str, str] = {}

    def with_headers(self, headers: Mapping[str, str]) -> Problem:
        """The same, with headers for its answer."""
        self.headers.update(headers)
        return self

    def document(self) -> dict[str, Any]:
        """The document, ready for JSON."""
        return {
            "type": f"{DOCS}#{self.kind}",
            "title": KINDS[self.kind].title,
            "status": KINDS[self.kind].status,
            "detail": self.detail,
            "hint": self.hint,
            "request_id": request_id(),
            **self.more,
        }


def problem_response(problem: Problem) -> HttpResponse:
    """The answer that carries a problem."""
    status = KINDS[problem.kind].status
    response = JsonResponse(problem.document(), status=status, content_type=MEDIA_TYPE)
    for name, value in problem.headers.items():
        response.headers[name] = value
    if status in (429, 503):
        response.headers.setdefault("Retry-After", str(RETRY_AFTER))
    if status == 401:
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="tellonce"')
    return response


def problem_of_status(status: int) -> Problem:
    """The problem for an answer that says no more than its status."""
    known = status if status in _OF_STATUS else 400 if status < 500 else 500
    kind = _OF_STATUS[known]
    return Problem(kind, f"{KINDS[kind].title}.")


def not_our_host() -> Problem:
    """The problem of a request for a host name that is not served; it is not repeated."""
    hint = "Call it by a name that TELLONCE_HOSTS holds, or have this one added to that setting."
    return Problem("bad-request", "The header Host names a host that is not served.", hint)


def problem_of(error: BaseException) -> Problem:
    """The problem that an exception is; what we did not foresee is logged, without its values."""
    if isinstance(error, Problem):
        return error
    if isinstance(error.__cause__, Problem):
        return error.__cause__  # the parser's, wrapped by the framework
    if isinstance(error, ValidationError):
        return _invalid(error)
    if isinstance(error, AuthenticationError):
        return Problem("unauthenticated", "There is no access token, or it cannot be read.")
    if isinstance(error, Http404):
        return problem_of_status(404)
    if isinstance(error, RequestDataTooBig):
        return problem_of_status(413)
    if isinstance(error, _UNREADABLE):
        return Problem("bad-request", "The body cannot be read.")
    if isinstance(error, HttpError):
        return problem_of_status(error.status_code)
    if isinstance(error, DatabaseError | InterfaceError):
        error = sentence_for(error) or error
    for known, kind in _OF_ERROR:
        if isinstance(error, known):
            return Problem(kind, str(error), error.hint)
    return _unforeseen(error)


def _invalid(error: ValidationError) -> Problem:
    """Names each field and what is wrong with it; never the value that was sent."""
    found = [
        {"field": _field(one["loc"]), "problem": sentence_of(one)} for one in error.errors[:20]
    ]
    first = found[0] if found else {"field": "body", "problem": "It cannot be used"}
    hint = f"Correct it as {DOCS} shows this request, and send it again."
    return Problem("invalid", f"{first['field']}: {first['problem']}.", hint, errors=found)


def _field(loc: tuple[Any, ...]) -> str:
    """`("body", "asked", "rows", 3, "id")` is rows.3.id, as the caller wrote it."""
    where, *rest = [str(part) for part in loc]
    inner = rest[1:] if where == "body" else rest
    return ".".join(part[:60] for part in inner) or where


def _unforeseen(error: BaseException) -> Problem:
    """The log says where it happened; what an exception says may hold a person's data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("Request %s failed: %s\n%s", request_id(), type(error).__name__, frames)
    return Problem("error", "Something went wrong that should not have.")
