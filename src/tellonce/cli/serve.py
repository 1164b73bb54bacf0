"""`tellonce serve`: the hub over HTTP by waitress, and a worker beside it."""

from __future__ import annotations

import errno
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import say
from tellonce.cli.stopping import Stopping
from tellonce.hub import env
from tellonce.hub.core.errors import Busy, Failed

_WORKER_THREADS = 2  # one of them does only what people wait for


def serve(
    port: Annotated[int, typer.Option(help="Port to listen at.", min=1, max=65535)] = 8000,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Do background work in this process too.")
    ] = True,
) -> None:
    """Serve the hub on http://localhost:8000, and do its background work. Ctrl-C ends it.

    It listens on this machine only, unless TELLONCE_BIND says otherwise. When it is asked to end it
    takes no new request, answers those it has, and lets jobs at hand end.
    """
    with opened_hub():
        from tellonce.cli.listening import WebServer  # noqa: PLC0415  needs Django set up
        from tellonce.hub.intake.turns import turns_kept  # noqa: PLC0415
        from tellonce.hub.wsgi import application  # noqa: PLC0415

        host = env.read("TELLONCE_BIND")
        with _port_in_words(host, port):
            server = WebServer(application, host, port)
        threading.Thread(target=_warm_up, name="kernels", daemon=True).start()
        with Stopping() as stopping:
            typer.echo(f"http://localhost:{port}")
            say("Ctrl-C ends it.")
            with turns_kept(), _working(worker):
                server.run(lambda: stopping.asked)
        say("Ended.")


def _warm_up() -> None:
    """Load the compiled kernels, and leave what is there by then out of every later search for
    garbage: each took 0.1 s of some request, and found nothing in it.
    """
    from tellonce.hub.bridge.services import load_kernels  # noqa: PLC0415

    load_kernels()
    gc.collect()
    gc.freeze()


@contextmanager
def _working(wanted: bool) -> Iterator[None]:
    """A worker in threads of this process for as long as the block lasts."""
    if not wanted:
        yield
        return
    from tellonce.hub.jobs.services import Worker  # noqa: PLC0415

    worker = Worker(_WORKER_THREADS)
    thread = threading.Thread(target=worker.run, name="worker")
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


@contextmanager
def _port_in_words(host: str, port: int) -> Iterator[Any]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Busy(
                f"Port {port} is taken by another program.",
                hint=f"End that one, or name another: tellonce serve --port {port + 1}.",
            ) from error
        raise Failed(
            f"Port {port} of {host} cannot be listened at: {error.strerror or error}.",
            hint="Name another by --port, or correct TELLONCE_BIND.",
        ) from error
