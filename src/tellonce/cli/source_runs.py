"""`tellonce source runs` and `source approve`: what became of each load, and what was held."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tellonce.cli.deliver import FOUND_PROBLEMS, rows_became
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.source_check import source  # whose commands come first
from tellonce.cli.source_group import Json, Name


@source.command("runs")
def list_runs(
    name: Name,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List what was loaded, fetched and pushed: when, how long, how many rows, why it failed."""
    with opened_hub(with_keys=False):
        from tellonce.hub.sources.run_views import runs_of  # noqa: PLC0415
        from tellonce.hub.sources.selectors import source_named  # noqa: PLC0415

        found = runs_of(source_named(name).id, limit)
    if as_json:
        print_json([run_json(run) for run in found])
        return
    if not found:
        show(f"Nothing was loaded yet. Load a file: tellonce load {name} FILE")
    for run in found:
        show(run_line(run))


@source.command("run")
def run(
    name: Name,
    from_start: Annotated[
        bool, typer.Option(help="Read everything, whatever was read before.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch what is new by the source's connector, and place it.

    Exit 1: deletions of a full delivery were held.
    """
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources.running import Run, run_source  # noqa: PLC0415

        how = Run(actor(), afresh=from_start, progress=progress, tell=progress.say)
        done = run_source(name, how)
    if as_json:
        print_json([run_json(one) for one in done])
    else:
        for one in done:
            show(run_line(one))
    if any(one.held for one in done):
        raise typer.Exit(FOUND_PROBLEMS)


@source.command("restandardise")
def restandardise(name: Name, as_json: Json = False) -> None:
    """Read all records of a source anew, after what is declared about it was changed."""
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.restandardising import restandardise_records  # noqa: PLC0415
        from tellonce.hub.intake.services import place_waiting  # noqa: PLC0415

        said = {"by": actor(), "progress": progress, "tell": progress.say}
        counts = restandardise_records(name, **said).delivery.counts
        place_waiting(by=actor(), progress=progress)
    if as_json:
        print_json({"read": counts.rows, "changed": counts.changed})
    else:
        show(f"{counted(counts.rows, 'record')} read anew, {counts.changed:,} changed.")


@source.command("approve")
def approve(
    delivery: Annotated[int, typer.Argument(help="Its number, as `source show` has it.")],
    as_json: Json = False,
) -> None:
    """Delete what a full delivery lacks, which was held since it was so much."""
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.deleting import approve_deletions  # noqa: PLC0415
        from tellonce.hub.intake.services import place_waiting  # noqa: PLC0415

        done = approve_deletions(delivery, by=actor())
        place_waiting(by=actor(), progress=progress)
    if as_json:
        print_json({"delivery": done.id, "deleted": done.counts.deleted})
    else:
        show(f"{done.file_name}: {counted(done.counts.deleted, 'record')} deleted.")


def run_line(run: Any) -> str:
    """One run on one line."""
    line = (
        f"{run.id} {run.started_at:%Y-%m-%d %H:%M:%S} as {run.content}, by {run.trigger}: "
        f"{run.state}{_took(run)}; {rows_became(run.counts)}"
    )
    line += f"; {counted(run.held, 'deletion')} held" if run.held else ""
    return f"{line}. {run.trouble}" if run.trouble else line


def _took(run: Any) -> str:
    """Pushes of an hour are one run: between the first and the last it mostly waits."""
    if not run.seconds:
        return ""
    return (
        f", last at {run.last_at:%H:%M:%S}" if run.trigger == "push" else f" in {run.seconds:.1f} s"
    )


def run_json(run: Any) -> dict[str, Any]:
    """One run for programs."""
    return {
        "id": run.id,
        "as": run.content,
        "connector": run.connector,
        "trigger": run.trigger,
        "state": run.state,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "seconds": run.seconds,
        "counts": {**vars(run.counts), "rows": run.counts.rows},
        "held": run.held,
        "cursor_before": run.cursor_before,
        "cursor_after": run.cursor_after,
        "trouble": run.trouble,
    }
