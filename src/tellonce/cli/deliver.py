"""`tellonce load`: the files of the systems records come from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.contents import CONSENTS, CONTENTS, RECORDS

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]

FOUND_PROBLEMS = 1
_MODELS = {  # where the model came from that said who is who
    "shipped": "the model Tellonce comes with; from 1,000 records on one is trained",
    "trained": "a model trained on them just now",
    "adopted": "the model it has",
}


def load(
    source_name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source's name.")],
    file: Annotated[Path, typer.Argument(help="csv, tsv, jsonl, parquet or xlsx.")],
    content: Annotated[
        str, typer.Option("--as", help=f"What its rows are: {', '.join(CONTENTS)}.")
    ] = "records",
    full: Annotated[
        bool, typer.Option("--full/--delta", help="Full: records missing from it are deleted.")
    ] = False,
    yes_delete: Annotated[
        bool, typer.Option(help="With --full: delete even more than the source's guard lets pass.")
    ] = False,
    *,
    as_json: Json = False,
) -> None:
    """Load a file of records (and place them), of activity or of consents.

    Exit 1: deletions of a full file were held, since too many records are missing from it.
    """
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.consents.services import load_consents  # noqa: PLC0415

        said = {"by": _actor(), "progress": progress, "tell": progress.say}
        _check_call(content, full=full, yes_delete=yes_delete)
        if content == RECORDS:
            from tellonce.hub.intake.services import load_records  # noqa: PLC0415

            done = load_records(source_name, file, full=full, yes_delete=yes_delete, **said)
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
    if report.delivery.held:
        raise typer.Exit(FOUND_PROBLEMS)


def _actor() -> Any:
    from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

    return actor()


def _check_call(content: str, *, full: bool, yes_delete: bool) -> None:
    if content not in CONTENTS:
        raise WrongCall(
            f"Nothing is loaded as {content!r}.", hint=f"Say one of {', '.join(CONTENTS)}."
        )
    if full and content != "records":
        raise WrongCall(
            "Only records are loaded in full; activity and consents are only ever added.",
            hint="Leave --full away.",
        )
    if yes_delete and not full:
        raise WrongCall("Only a full file deletes records.", hint="Say --full too.")


def _tell(report: Any, placed: Any) -> None:
    """What a load did."""
    counts = report.delivery.counts
    show(f"{report.delivery.file_name}: {rows_became(counts)}.")
    kept_out = min(report.kept_out, counts.quarantined)
    if unusable := counts.quarantined - kept_out:
        show(
            f"In quarantine, since it could not be used: {counted(unusable, 'row')}. "
            f"Why: tellonce quarantine list --source {report.delivery.source}"
        )
    if kept_out:
        show(
            f"In quarantine, kept out by rules of quality: {counted(kept_out, 'row')}. "
            f"Which: tellonce quarantine list --source {report.delivery.source} --by-rule"
        )
    if report.delivery.held:
        show(
            f"Held: it lacks {counted(report.delivery.held, 'record')}; nothing was deleted. "
            f"If that is right: tellonce source approve {report.delivery.id}"
        )
    if counts.card_values:
        show(f"Cut before anything was kept: card data in {counted(counts.card_values, 'value')}.")
    if placed is not None:
        are = "is" if placed.records == 1 else "are"
        show(
            f"{counted(placed.records, 'record')} {are} {counted(placed.customers, 'customer')} "
            f"({placed.created:,} new, {placed.changed:,} changed, {placed.merged:,} merged, "
            f"{placed.split:,} split, {placed.removed:,} removed) by {_MODELS[placed.model]}."
        )


def rows_became(counts: Any) -> str:
    """How many rows a file, a page or a push brought, and what became of them: all loads, runs and
    deliveries say it alike.
    """
    parts = [f"{counts.added:,} new", f"{counts.changed:,} changed"]
    parts += [f"{counts.repeated:,} held already"]
    parts += [f"{counts.older:,} older than what is held"] if counts.older else []
    parts += [f"{counts.quarantined:,} in quarantine"] if counts.quarantined else []
    gone = f"; {counted(counts.deleted, 'record')} deleted" if counts.deleted else ""
    return f"{counted(counts.rows, 'row')}: {', '.join(parts)}{gone}"


def delivery_json(delivery: Any) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "file": delivery.file_name,
        "as": delivery.content,
        "full": delivery.full,
        "state": delivery.state,
        "held": delivery.held,
        "counts": {**vars(delivery.counts), "rows": delivery.counts.rows},
    }


def _loaded_json(report: Any, placed: Any) -> dict[str, Any]:
    return {
        "delivery": delivery_json(report.delivery),
        "recognised": list(report.sentences),
        "kept_out_by_rules": report.kept_out,
        "placed": None if placed is None else {**vars(placed), "report": None},
    }
