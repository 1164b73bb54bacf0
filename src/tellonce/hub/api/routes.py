"""What wraps every operation, and what one says about itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from ninja.operation import Operation

from tellonce.hub.api.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])
_PASSING = ("locked", "deadlock", "could not serialize")  # in what the drivers say
_PAUSE = 0.05


def answers_also(*statuses: int) -> Callable[[F], F]:
    """For the documentation: problems of these statuses are possible answers, too."""

    def decorate(view: F) -> F:
        view.problems = statuses  # type: ignore[attr-defined]
        return view

    return decorate


def patient(view: Callable[..., Any]) -> Callable[..., Any]:
    """Do an operation again whose transaction gave way to another; it has written nothing.

    Goes on for as long as the database may be waited for, then the caller is told it is busy.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        until = time.monotonic() + float(settings.TELLONCE_DATABASE_TIMEOUT)
        while True:
            try:
                return view(request, *args, **kwargs)
            except DatabaseError as error:
                passing = any(word in str(error).lower() for word in _PASSING)
                if not passing or transaction.get_connection().in_atomic_block:
                    raise
                if time.monotonic() > until:
                    raise Problem("busy", "The database stayed busy.") from None
            time.sleep(_PAUSE)

    return wrapped


def only_known_parameters(operation_run: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse query parameters that an operation does not have, to who may call it: no typing error
    is silent.
    """

    @wraps(operation_run)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        operation: Operation = operation_run.__self__  # type: ignore[attr-defined]
        known: set[str] = set()
        for model in operation.models:
            if model.__ninja_param_source__ == "query":
                known |= set(getattr(model, "__ninja_flatten_map__", {}))
        if unknown := sorted(set(request.GET) - known):
            sentence = "There is no such parameter"
            errors = [{"field": name[:60], "problem": sentence} for name in unknown[:20]]
            error = Problem("invalid", f"{unknown[0][:60]}: {sentence}.", errors=errors)
            refused = operation._run_checks(request)  # who is not known learns nothing else
            return refused or operation.api.on_exception(request, error)
        return operation_run(request, *args, **kwargs)

    return wrapped
