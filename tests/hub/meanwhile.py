"""Somebody else acts while somebody is between what he reads and what he writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest
from django.db import connection

GIVEN = 1.0  # seconds: enough to come to an end, or to where one waits for the other


class Meanwhile:
    """What somebody else does at the same moment, in a thread of his own; begun once."""

    def __init__(self, call: Callable[[], Any], given: float) -> None:
        self._call, self._given, self._begun = call, given, False
        self._answer: Any = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=copy_context().run, args=(self._work,))

    def begin(self) -> None:
        """Begin, and give it a while."""
        if not self._begun:
            self._begun = True
            self._thread.start()
            self._thread.join(self._given)

    def ended(self) -> Any:
        """What he was answered, once he has come to an end; raises what he was told instead."""
        self._thread.join(60)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error
        return self._answer

    def _work(self) -> None:
        try:
            self._answer = self._call()
        except Exception as error:
            self._error = error
        finally:
            connection.close()


def meanwhile(
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    name: str,
    call: Callable[[], Any],
    *,
    after: bool = False,
    given: float = GIVEN,
) -> Meanwhile:
    """Have `call` done by somebody else when `where.name` is called next: before it, or `after`.
    `given`: seconds for which he is waited for, more where nothing keeps him from his end.
    """
    other, own = Meanwhile(call, given), getattr(where, name)

    def called(*args: Any, **kwargs: Any) -> Any:
        if not after:
            other.begin()
        answer = own(*args, **kwargs)
        if after:
            other.begin()
        return answer

    monkeypatch.setattr(where, name, called)
    return other
