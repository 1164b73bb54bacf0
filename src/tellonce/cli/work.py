"""`tellonce work`: do background work; several at once are safe."""

from __future__ import annotations

from typing import Annotated

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, say
from tellonce.cli.stopping import Stopping


def work(
    workers: Annotated[
        int,
        typer.Option(help="Threads; with several, one is kept for what people wait for.", min=1),
    ] = 2,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when nothing is due.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Do one job at most.")] = False,
) -> None:
    """Do background work: jobs, schedules, the numbering of events, the chain of the audit.

    `tellonce serve` does the same beside serving; start this one where that does not suffice.
    Several may run at once, on several machines too. Ctrl-C or SIGTERM lets the jobs at hand end;
    a second one ends at once, and the next worker does them again.
    """
    with opened_hub():
        from tellonce.hub.jobs.services import Worker  # noqa: PLC0415

        worker = Worker(1 if once else workers, most=1 if once else None)
        with Stopping(worker.stop):
            if not (once or until_idle):
                say(f"Working with {counted(workers, 'thread')}. Ctrl-C ends it.")
            done = worker.run(until_idle=once or until_idle)
    typer.echo(f"{counted(done, 'job')} done.")
