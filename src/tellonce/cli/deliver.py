"""`tellonce source` and `tellonce load`: the systems records come from, and their files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.config import CONSENTS, CONTENTS, RECORDS

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]

_MODELS = {  # where the model came from that said who is who
    "shipped": "the model Tellonce comes with; from 1,000 records on one is trained",
    "trained": "a model trained on them just now",
    "adopted": "the model it has",
}

source = typer.Typer(no_args_is_help=True, help="The systems records come from.")


@source.callback()
def _sources() -> None:
    """The systems records come from."""


@source.command("add")
def add_source(
    name: Annotated[str, typer.Argument(help="Short name, such as crm.")],
    kind: Annotated[str, typer.Option(help="What it is: crm, shop, newsletter, ...")],
    config: Annotated[
        Path | None, typer.Option(help="YAML file; needed only for what is not recognised.")
    ] = None,
) -> None:
    """Add a system that records come from."""
    document = _read_yaml(config) if config else None
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources.services import add_source as add  # noqa: PLC0415

        added = add(name, kind, document, by=actor())
    show(f"Source {added.name} ({added.kind}) is there. Next: tellonce load {added.name} FILE")


@source.command("list")
def list_sources(as_json: Json = False) -> None:
    """List the sources with what they hold."""
    with opened_hub(with_keys=False):
        from tellonce.hub.sources.selectors import sources  # noqa: PLC0415

        found = sources()
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    if not found:
        show("There is no source yet. Add one: tellonce source add NAME --kind KIND")
    for one in found:
        show(
            f"{one.name:<20} {one.kind:<14} {one.records:>10,} records "
            f"{one.deliveries:>5,} deliveries {one.quarantined:>6,} quarantined"
        )


@source.command("show")
def show_source(
    name: Annotated[str, typer.Argument(help="Its name.")], as_json: Json = False
) -> None:
    """Show a source: what was declared, what was recognised, its deliveries and quarantine."""
    with opened_hub():
        from tellonce.hub.sources import selectors  # noqa: PLC0415
        from tellonce.hub.sources.services import read_quarantine  # noqa: PLC0415

        one = selectors.source_named(name)
        deliveries = selectors.deliveries_of(one.id)
        if as_json:
            waiting = read_quarantine(one, by=_actor())
        else:
            waiting = selectors.quarantined_rows(one.id)
    if as_json:
        print_json(
            _as_json(one)
            | {
                "deliveries": [_delivery_json(delivery) for delivery in deliveries],
                "quarantine": [
                    {"file": r.file_name, "row": r.row, "reason": r.reason, "raw": r.raw}
                    for r in waiting
                ],
            }
        )
        return
    _show(one, deliveries, waiting)


def _show(one: Any, deliveries: list[Any], waiting: list[Any]) -> None:
    show(f"{one.name} ({one.kind}), {one.records:,} active records")
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
        counts = delivery.counts
        show(
            f"{delivery.file_name} as {delivery.content}: {delivery.state}, "
            f"{counted(counts.rows, 'row')}, {_became(counts)}, {counts.quarantined:,} quarantined"
        )
    if waiting:
        show(f"In quarantine ({one.quarantined:,}):")
    for row in waiting:
        place = "" if row.reason.startswith("line ") else f" row {row.row}"  # the line says more
        show(f"  {row.file_name}{place}: {row.reason}")


def load(
    source_name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source's name.")],
    file: Annotated[Path, typer.Argument(help="csv, tsv, jsonl, parquet or xlsx.")],
    content: Annotated[
        str, typer.Option("--as", help=f"What its rows are: {', '.join(CONTENTS)}.")
    ] = "records",
    full: Annotated[
        bool, typer.Option("--full/--delta", help="Full: records missing from it are deleted.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Load a file of records (and place them), of activity or of consents."""
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.consents.services import load_consents  # noqa: PLC0415

        said = {"by": _actor(), "progress": progress, "tell": progress.say}
        _check_call(content, full)
        if content == RECORDS:
            from tellonce.hub.intake.services import load_records  # noqa: PLC0415

            done = load_records(source_name, file, full=full, **said)
            report, placed = done.report, done.placed
        elif content == CONSENTS:
            report, placed = load_consents(source_name, file, **said), None
        else:
            from tellonce.hub.activity.services import load_activity  # noqa: PLC0415

            report = load_activity(source_name, file, content, **said)
            placed = None
    if as_json:
        print_json(_loaded_json(report, placed))
    else:
        _tell(report, placed)


def _actor() -> Any:
    from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

    return actor()


def _check_call(content: str, full: bool) -> None:
    if content not in CONTENTS:
        raise WrongCall(
            f"Nothing is loaded as {content!r}.", hint=f"Say one of {', '.join(CONTENTS)}."
        )
    if full and content != "records":
        raise WrongCall(
            "Only records are loaded in full; activity and consents are only ever added.",
            hint="Leave --full away.",
        )


def _tell(report: Any, placed: Any) -> None:
    counts = report.delivery.counts
    show(f"{report.delivery.file_name}: {counted(counts.rows, 'row')}: {_became(counts)}.")
    if counts.quarantined:
        show(
            f"In quarantine, since it could not be used: {counted(counts.quarantined, 'row')}. "
            f"Why: tellonce source show {report.delivery.source}"
        )
    if counts.card_values:
        show(f"Cut before anything was kept: card data in {counted(counts.card_values, 'value')}.")
    if placed is not None:
        show(
            f"{counted(placed.records, 'record')} are {counted(placed.customers, 'customer')} "
            f"({placed.created:,} new, {placed.changed:,} changed, {placed.merged:,} merged, "
            f"{placed.split:,} split, {placed.removed:,} removed) by {_MODELS[placed.model]}."
        )


def _became(counts: Any) -> str:
    parts = [f"{counts.added:,} new", f"{counts.changed:,} changed"]
    parts += [f"{counts.repeated:,} held already"]
    parts += [f"{counts.older:,} older than what is held"] if counts.older else []
    parts += [f"{counts.deleted:,} deleted"] if counts.deleted else []
    return ", ".join(parts)


def _as_json(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "records": one.records,
        "quarantined": one.quarantined,
        "learned": one.learned,
    }


def _delivery_json(delivery: Any) -> dict[str, Any]:
    return {
        "file": delivery.file_name,
        "as": delivery.content,
        "full": delivery.full,
        "state": delivery.state,
        "counts": {**vars(delivery.counts), "rows": delivery.counts.rows},
    }


def _loaded_json(report: Any, placed: Any) -> dict[str, Any]:
    return {
        "delivery": _delivery_json(report.delivery),
        "recognised": list(report.sentences),
        "placed": None if placed is None else {**vars(placed), "report": None},
    }


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise WrongCall(
            f"There is no file {path}.",
            hint="A configuration is optional: leave --config away to have columns recognised.",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise WrongCall(
            f"{path} is not a YAML file: {str(error).splitlines()[0]}.",
            hint="Write lines of `name: value`, such as `record_id: CustomerID`.",
        ) from error
