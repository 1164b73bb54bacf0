"""`tellonce source`: the systems records come from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from tellonce.cli.deliver import delivery_json, rows_became
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show
from tellonce.cli.source_group import Json, Name
from tellonce.cli.source_runs import run_json, run_line, source
from tellonce.hub.sources.kinds import FETCHED
from tellonce.hub.sources.yaml_lines import checked_config


@source.command("add")
def add_source(
    name: Annotated[str, typer.Argument(help="Short name, such as crm.")],
    kind: Annotated[
        str,
        typer.Option(help="What it is (crm, shop, ...), or its connector: files, sql, rest, push."),
    ],
    config: Annotated[
        Path | None, typer.Option(help="YAML file; needed only for what is not recognised.")
    ] = None,
) -> None:
    """Add a system that records come from."""
    document = checked_config(config) if config else None
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources.services import add_source as add  # noqa: PLC0415

        added = add(name, kind, document, by=actor())
    show(f"Source {added.name} ({added.kind}) is there. {_next(added)}")


def _next(added: Any) -> str:
    """What to do with a source that was just added."""
    if added.config.schedule:
        return f"It is fetched by its schedule ({added.config.schedule}) wherever a worker runs."
    if added.config.connector in FETCHED:
        return f"Next: tellonce source run {added.name}"
    if "push" in (added.config.connector, added.kind):
        return "Next: it sends its rows to POST /api/v1/records; see `tellonce client add`."
    return f"Next: tellonce load {added.name} FILE"


@source.command("set")
def set_source(
    name: Name,
    config: Annotated[Path, typer.Option(help="YAML file; all that is declared from now on.")],
    dry_run: Annotated[bool, typer.Option(help="Only say what would change.")] = False,
    as_json: Json = False,
) -> None:
    """Change what is declared about a source, saying what that means for its records."""
    document = checked_config(config)
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources import changing  # noqa: PLC0415
        from tellonce.hub.sources.selectors import source_named  # noqa: PLC0415

        if dry_run:
            planned = changing.planned_change(source_named(name, counted=True), document)
        else:
            planned = changing.change_source(name, document, by=actor())
    if as_json:
        changes = [vars(change) for change in planned.changes]
        print_json({"changes": changes, "notes": list(planned.notes), "dry_run": dry_run})
        return
    for change in planned.changes:
        for setting, before, after in _differences(change.setting, change.before, change.after):
            show(f"{setting}: {_said(before)} -> {_said(after)}")
    for note in planned.notes:
        show(note)
    if not planned.changes:
        show("Nothing changes.")
    elif dry_run:
        show("Nothing was written.")


def _differences(setting: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """What differs: of settings within a setting each by itself."""
    sides = [side for side in (before, after) if side is not None]
    if not all(side and isinstance(side, dict) for side in sides):
        yield setting, before, after
        return
    was, becomes = before or {}, after or {}
    for name in dict.fromkeys([*was, *becomes]):
        if was.get(name) != becomes.get(name):
            yield from _differences(f"{setting}.{name}", was.get(name), becomes.get(name))


def _said(value: Any) -> str:
    """A value as it is written in the file."""
    if value is None:
        return "not declared"
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000)
    return text.removesuffix("...\n").strip()


@source.command("list")
def list_sources(as_json: Json = False) -> None:
    """List the sources with what they hold."""
    with opened_hub(with_keys=False):
        from tellonce.hub.sources.run_views import last_runs  # noqa: PLC0415
        from tellonce.hub.sources.selectors import sources  # noqa: PLC0415

        found, last = sources(), last_runs()
    if as_json:
        runs = {name: run_json(run) for name, run in last.items()}
        print_json([_as_json(one) | {"last_run": runs.get(one.name)} for one in found])
        return
    if not found:
        show("There is no source yet. Add one: tellonce source add NAME --kind KIND")
    for one in found:
        show(
            f"{one.name:<20} {one.kind:<18} {counted(one.records, 'record'):>18}  "
            f"{counted(one.deliveries, 'delivery'):>14}  "
            f"{counted(one.quarantined, 'row'):>10} in quarantine{_last(last.get(one.name))}"
        )


def _last(run: Any) -> str:
    return "" if run is None else f"  last run {run.state} {run.last_at:%Y-%m-%d %H:%M}"


@source.command("show")
def show_source(
    name: Annotated[str, typer.Argument(help="Its name.")], as_json: Json = False
) -> None:
    """Show a source: what was declared, what was recognised, its deliveries and quarantine."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources import selectors  # noqa: PLC0415
        from tellonce.hub.sources.run_views import runs_of  # noqa: PLC0415
        from tellonce.hub.sources.services import read_quarantine  # noqa: PLC0415

        one = selectors.source_named(name, counted=True)
        deliveries = selectors.deliveries_of(one.id)
        runs = runs_of(one.id, limit=5)
        if as_json:
            waiting = read_quarantine(one, by=actor())
        else:
            waiting = selectors.quarantined_rows(one.id)
    if as_json:
        print_json(
            _as_json(one)
            | {
                "runs": [run_json(run) for run in runs],
                "deliveries": [delivery_json(delivery) for delivery in deliveries],
                "quarantine": [
                    {"file": r.file_name, "row": r.row, "reason": r.reason, "raw": r.raw}
                    for r in waiting
                ],
            }
        )
        return
    _show(one, deliveries, waiting, runs)


def _show(one: Any, deliveries: list[Any], waiting: list[Any], runs: list[Any]) -> None:
    show(f"{one.name} ({one.kind}), {counted(one.records, 'active record')}")
    for stream in one.config.streams:
        what = ", ".join(f"{name}: {value}" for name, value in stream.items())
        show(f"fetched by {one.config.connector}: {what}")
    if one.config.schedule:
        show(f"schedule: {one.config.schedule}")
    settled = one.learned.get("records", {})
    if settled:
        show(f"record id: {settled['record_id'] or 'row number'}")
    for header, attribute in settled.get("columns", {}).items():
        show(f"  {header}: {'kept but not compared' if attribute == 'ignore' else attribute}")
    for content, layout in one.learned.items():
        if content != "records":
            columns = ", ".join(
                f"{column} as {field}" for field, column in layout["columns"].items()
            )
            show(f"{content}: {columns}")
    for delivery in deliveries:
        show(
            f"{delivery.file_name} as {delivery.content}: {delivery.state}; "
            f"{rows_became(delivery.counts)}"
        )
        if delivery.held:
            show(
                f"  {counted(delivery.held, 'deletion')} held; if they are right: "
                f"tellonce source approve {delivery.id}"
            )
    if runs:
        show("Last runs:")
    for run in runs:
        show(f"  {run_line(run)}")
    if waiting:
        show(f"In quarantine ({one.quarantined:,}):")
    for row in waiting:
        place = "" if row.reason.startswith("line ") else f" row {row.row}"  # the line says more
        show(f"  {row.file_name}{place}: {row.reason}")


def _as_json(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "connector": one.config.connector,
        "schedule": one.config.schedule,
        "records": one.records,
        "quarantined": one.quarantined,
        "learned": one.learned,
    }
