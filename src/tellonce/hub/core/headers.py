"""Security headers of every answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def strict_headers(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a strict content policy without scripts, and nothing kept by caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=()")
        return response

    return middleware


def by_name(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: whoever comes by 127.0.0.1 is sent to localhost, since passkeys need a name.

    Programs need none: what is under /api/ is answered by either.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        host, _, port = request.get_host().partition(":")
        if host == "127.0.0.1" and not request.path_info.startswith("/api/"):
            return HttpResponseRedirect(f"http://localhost:{port or 80}{request.get_full_path()}")
        return answer(request)

    return middleware
