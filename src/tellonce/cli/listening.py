"""The web server: waitress with our limits, and an end that answers what it has taken in."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from tellonce.hub import env
from tellonce.hub.api.problems import MEDIA_TYPE, Problem, problem_of_status
from tellonce.hub.core.requests import HEADER, new_request_id

_LOOK = 0.2  # seconds until a request to end is seen
_GRACE = 20.0  # seconds that requests at hand have to be answered
_NOT_EVEN_READ = 2_000_000  # bytes a megabyte of the limit: up to it the hub itself refuses


class WebServer:
    """Listens from the moment it is made; raises OSError where it cannot."""

    def __init__(self, application: Any, host: str, port: int) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._map: dict[int, Any] = {}
        threads = _Threads()
        threads.set_thread_count(max(1, int(env.read("TELLONCE_THREADS"))))
        proxy = env.read("TELLONCE_TRUSTED_PROXY")
        self._server = create_server(
            application,
            map=self._map,
            host=host,
            port=port,
            _dispatcher=threads,
            max_request_body_size=int(env.read("TELLONCE_BODY_LIMIT") * _NOT_EVEN_READ),
            max_request_header_size=32_768,
            channel_timeout=60,
            connection_limit=500,
            ident="",
            expose_tracebacks=False,
            clear_untrusted_proxy_headers=True,
            **(_PROXIED | {"trusted_proxy": proxy} if proxy else {}),
        )
        for one in self._map.values():
            if hasattr(one, "channel_class"):
                one.channel_class = _Channel

    def run(self, asked_to_end: Callable[[], bool]) -> None:
        """Serve until `asked_to_end()`; then answer what was taken in, and close."""
        while not asked_to_end():
            self._turn()
        self._server.accepting = False
        self._server.socket.close()
        until = time.monotonic() + _GRACE
        while self._is_busy() and time.monotonic() < until:
            self._turn()
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)

    def _turn(self) -> None:
        wasyncore.loop(timeout=_LOOK, use_poll=True, map=self._map, count=1)

    def _is_busy(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(one.requests or one.total_outbufs_len for one in channels)


class _LastFirst(threading.Condition):
    """Wakes the one who began to wait last."""

    def notify(self, n: int = 1) -> None:
        """As the condition's, in that order."""
        self._waiters.rotate(n)  # type: ignore[attr-defined]
        super().notify(n)


class _Threads(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Gives a request to the thread that was busy last: each has a connection of its own, whose
    plans and pages are still good the sooner it is used again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.queue_cv = _LastFirst(self.lock)


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """What the server refuses by itself, as the hub would: in a problem document."""

    def execute(self) -> None:
        number = new_request_id()
        problem = _problem(self.request.error.code)
        said = {**problem.document(), "request_id": number}
        body = json.dumps(said).encode()
        self.status = f"{said['status']} {said['title']}"
        headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", HEADER: number}
        self.response_headers.extend(headers.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _Refusal


def _problem(status: int) -> Problem:
    if status != 413:
        return problem_of_status(status)
    most = env.read("TELLONCE_BODY_LIMIT")
    return Problem(
        "too-large",
        f"The body is larger than {most:g} megabytes, which are taken at most.",
        "Send the records in several requests.",
    )


_PROXIED = {
    "trusted_proxy_count": 1,
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
}
