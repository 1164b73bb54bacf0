"""The one page that `tellonce serve` shows until the console is built."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from tellonce.hub.core.errors import HubError
from tellonce.hub.core.storage import database_in_words
from tellonce.hub.status import hub_status


@require_safe
def status_page(request: HttpRequest) -> HttpResponse:
    """Counts and what to do next; 503 with the sentence when the database does not answer."""
    try:
        with database_in_words():
            status = hub_status()
    except HubError as error:
        return _trouble(request, str(error), error.hint)
    except DatabaseError:
        return _trouble(request, "The database does not answer.", "Run `tellonce doctor`.")
    sentence, command = status.next_step()
    context = {"lines": status.lines(), "sentence": sentence, "command": command}
    return render(request, "hub/status.html", context)


@require_safe
def stylesheet(request: HttpRequest) -> HttpResponse:
    """The page's own style."""
    return HttpResponse(render_to_string("hub/status.css"), content_type="text/css")


def _trouble(request: HttpRequest, sentence: str, hint: str) -> HttpResponse:
    context = {"trouble": sentence, "hint": hint}
    return render(request, "hub/status.html", context, status=503)
