"""`tellonce jobs`: what the background work is at, and what to do where it is stuck."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, print_table, show
from tellonce.hub.core.errors import WrongCall

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Number = Annotated[int, typer.Argument(help="Its number, as `jobs list` shows it.")]
As = Annotated[str | None, typer.Option("--as", help="E-mail of the user who acts.")]
Kind = Annotated[str, typer.Option(help="Only jobs of this kind.")]
STATES = ("waiting", "running", "done", "dead", "cancelled")

jobs = typer.Typer(no_args_is_help=True, help="Background work: see it, replay it, cancel it.")


@jobs.callback()
def _jobs() -> None:
    """Background work: see it, replay it, cancel it."""


@jobs.command("list")
def list_jobs(
    state: Annotated[str, typer.Option(help=f"Only jobs that are {', '.join(STATES)}.")] = "",
    kind: Kind = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """List jobs, the newest first, with their progress or what is wrong."""
    if state and state not in STATES:
        raise WrongCall(f"No job is ever '{state}'.", hint=f"States: {', '.join(STATES)}.")
    with opened_hub(with_keys=False):
        from tellonce.hub.jobs import selectors  # noqa: PLC0415

        found = selectors.jobs(state=state, kind=kind, limit=limit)
    if as_json:
        print_json([_as_json(job) for job in found])
        return
    for job in found:
        show(f"{job.id:>8}  {job.state:<9}  {job.kind:<24}  {_said(job)}".rstrip())
    if not found:
        show(
            "No job waits, runs, or has ended in the last days." if not (state or kind) else "None."
        )


@jobs.command("show")
def show_job(number: Number, as_json: Json = False) -> None:
    """Show one job: who asked for it, how often it was tried, what went wrong."""
    with opened_hub(with_keys=False):
        from tellonce.hub.jobs import selectors  # noqa: PLC0415

        job = selectors.job(number)
    if as_json:
        print_json(_as_json(job))
        return
    print_table([(name, str(value)) for name, value in _as_json(job).items() if value != ""])


@jobs.command("replay")
def replay_jobs(
    number: Annotated[int | None, typer.Argument(help="Its number, or --dead.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Every dead job.")] = False,
    kind: Kind = "",
    as_user: As = None,
) -> None:
    """Have a dead job tried again, after what was wrong is mended."""
    if (number is None) != dead:
        raise WrongCall(
            "Which jobs are meant is not said.", hint="Name one job, or all dead ones by --dead."
        )
    with opened_hub():
        from tellonce.hub import operations  # noqa: PLC0415
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

        if number is None:
            count = operations.replay_dead_jobs(kind, by=actor(as_user))
        else:
            operations.replay_job(number, by=actor(as_user))
            count = 1
    show(f"{counted(count, 'job')} will be tried again.")


@jobs.command("cancel")
def cancel_job(number: Number, as_user: As = None) -> None:
    """Take a job off the list for good; one that runs may write nothing more."""
    with opened_hub():
        from tellonce.hub import operations  # noqa: PLC0415
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

        operations.cancel_job(number, by=actor(as_user))
    show(f"Job {number} is cancelled.")


@jobs.command("schedules")
def list_schedules(as_json: Json = False) -> None:
    """List what is done again and again, the next run first. Times are in UTC."""
    with opened_hub(with_keys=False):
        from tellonce.hub.jobs import selectors  # noqa: PLC0415

        found = selectors.schedules()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        last = f", last {one.last_at:%Y-%m-%d %H:%M}" if one.last_at else ""
        show(f"{one.name:<32} {one.rule:<16} next {one.next_at:%Y-%m-%d %H:%M}{last}")
    if not found:
        show("Nothing is scheduled; a worker sets what the program needs when it first runs.")


def _as_json(job: Any) -> dict[str, Any]:
    return asdict(job) | {"progress": job.progress}


def _said(job: Any) -> str:
    if job.state in ("waiting", "dead") and job.trouble:
        tried = f" (next try {job.run_at:%H:%M:%S} UTC)" if job.state == "waiting" else ""
        return f"{counted(job.attempts, 'attempt')}{tried}: {job.trouble}"
    return job.progress
