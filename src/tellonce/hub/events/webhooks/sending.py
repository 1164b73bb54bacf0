"""One HTTP connection to one receiver: no redirects, a deadline over all, no more read than needed.

The receiver is known by its name, the connection goes to the address that was checked.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any

from tellonce.hub.core.errors import Failed
from tellonce.hub.events.webhooks.addresses import Target, checked_addresses, target_of
from tellonce.hub.events.webhooks.types import Answer

WITHIN = 15.0  # seconds for one attempt, from the connection to the end of the answer
_CONNECT_WITHIN = 5.0
_READ_AT_MOST = 65_536
_LONGEST_WAIT = 86_400.0
_LATE = f"It did not answer within {WITHIN:.0f} seconds."


class Sender:
    """Sends to one URL, over one connection for as long as it holds. A context manager."""

    def __init__(self, url: str) -> None:
        self._target = target_of(url)
        self._connection: _Pinned | None = None

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one message; what goes wrong is in the answer, never raised."""
        begun = time.monotonic()
        reused = self._connection is not None
        status, trouble, wait = self._tried(body, headers)
        if status is None and reused and trouble != _LATE:  # it had closed the old connection
            status, trouble, wait = self._tried(body, headers)
        took = int((time.monotonic() - begun) * 1000)
        if status is not None and not trouble:
            trouble = _trouble_of(status)
        return Answer(status, trouble, wait, took)

    def _tried(self, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str, float]:
        overdue = threading.Event()
        timer: threading.Timer | None = None
        try:
            if self._connection is None:
                self._connection = _Pinned(self._target)
                self._connection.connect()
            timer = threading.Timer(WITHIN, _cut, (self._connection, overdue))
            timer.daemon = True
            timer.start()
            self._connection.request("POST", self._target.path, body, dict(headers))
            response = self._connection.getresponse()
            wait = _seconds(response.getheader("Retry-After"))
            rest = response.read(_READ_AT_MOST + 1)
            if overdue.is_set():  # cut off, what was read looks like a short answer
                raise TimeoutError
            if len(rest) > _READ_AT_MOST or response.will_close:
                self._close()
            return response.status, "", wait
        except Failed as error:
            trouble = str(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            trouble = _LATE if overdue.is_set() else _words(error)
        finally:
            if timer is not None:
                timer.cancel()
        self._close()
        return None, trouble, 0.0

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Pinned(http.client.HTTPConnection):
    """A connection to the first checked address that answers; TLS under the host's own name."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=WITHIN)
        self._scheme = target.scheme
        self._addresses = checked_addresses(target)
        self.default_port = 443 if target.scheme == "https" else 80  # decides the Host header

    def connect(self) -> None:
        """Open the socket."""
        self.sock = self._reached()
        if self._scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        self.sock.settimeout(WITHIN)

    def _reached(self) -> socket.socket:
        error: OSError | None = None
        for address in self._addresses:
            try:
                sock = socket.create_connection((address, self.port), _CONNECT_WITHIN)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
            except OSError as failed:
                error = failed
        raise error or OSError("no address")


def _cut(connection: Any, overdue: threading.Event) -> None:
    """End an attempt that drips on: whoever waits on the socket gets an error."""
    overdue.set()
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed already


def _trouble_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"It answered {status}, a redirect, which is not followed."
    return f"It answered {status}."


def _words(error: Exception) -> str:
    """What went wrong, without what the receiver said: that may be anything."""
    if isinstance(error, TimeoutError):
        return _LATE
    if isinstance(error, ssl.SSLCertVerificationError):
        return "Its certificate is not valid for its name."
    if isinstance(error, ssl.SSLError):
        return "No encrypted connection could be made."
    if isinstance(error, ConnectionRefusedError):
        return "It refused the connection."
    if isinstance(error, http.client.HTTPException):
        return "It ended the connection, or did not speak HTTP."
    return "The connection failed."


def _seconds(header: str | None) -> float:
    """Retry-After in seconds, at most a day; a date or anything else counts as 0."""
    text = (header or "").strip()
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0
