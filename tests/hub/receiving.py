"""A real HTTP receiver on this machine, which does as the test says and keeps what it was sent."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Behaviour = Callable[["Handler"], None]


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answers each message with this status."""

    def behave(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def hangs(seconds: float) -> Behaviour:
    """Says nothing for so long."""

    def behave(handler: Handler) -> None:
        time.sleep(seconds)

    return behave


def drips(handler: Handler) -> None:
    """Sends a header every now and then and never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for n in range(200):
        handler.wfile.write(f"X-{n}: x\r\n".encode())
        handler.wfile.flush()
        time.sleep(0.05)


class Handler(BaseHTTPRequestHandler):
    """Keeps the message, then behaves."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver: Any = self.server
        receiver.messages.append((dict(self.headers.items()), body, self.client_address))
        behaviour = receiver.queue.pop(0) if receiver.queue else receiver.behaviour
        try:
            behaviour(self)
        except OSError:
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Nothing."""


class Receiver(ThreadingHTTPServer):
    """Listens on a free port until `close`; `queue` holds behaviours for the next messages."""

    daemon_threads = True

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.messages: list[tuple[dict[str, str], bytes, Any]] = []
        self.behaviour = answers(204)
        self.queue: list[Behaviour] = []
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    @property
    def url(self) -> str:
        """Where messages are to be sent."""
        return f"http://127.0.0.1:{self.server_port}/hook?of=crm"

    def handle_error(self, *args: Any) -> None:
        """Nothing: a client that ends a connection is part of the test."""

    def close(self) -> None:
        """Listen no longer."""
        self.shutdown()
        self.thread.join()
        self.server_close()
