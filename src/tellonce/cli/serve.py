"""`tellonce serve`: the hub on this machine, by a small threaded server of the standard library."""

from __future__ import annotations

import errno
from socketserver import ThreadingMixIn
from typing import Annotated, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import say
from tellonce.hub.core.errors import Busy

HOST = "127.0.0.1"


class LocalServer(ThreadingMixIn, WSGIServer):
    """A thread for each request; none of them keeps the server from ending."""

    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    """Says nothing about each request: an address may name a customer."""

    timeout = 30

    def log_message(self, *args: Any) -> None:
        """Nothing."""


def serve(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8000,
) -> None:
    """Serve the hub on http://localhost:8000; for this machine only. Ctrl-C ends it."""
    with opened_hub():
        from tellonce.hub.wsgi import application  # noqa: PLC0415

        with _listening(port, application) as server:
            typer.echo(f"http://localhost:{port}")
            say("Ctrl-C ends it.")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                say("Ended.")


def _listening(port: int, application: Any) -> WSGIServer:
    try:
        return make_server(HOST, port, application, LocalServer, QuietHandler)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Busy(
            f"Port {port} is taken by another program.",
            hint=f"End that one, or name another: tellonce serve --port {port + 1}.",
        ) from error
