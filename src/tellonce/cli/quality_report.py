"""`tellonce quality report`: all measures and known troubles on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, print_json, say, show
from tellonce.cli.quality_group import Json, quality
from tellonce.hub.core.errors import WrongCall

FORMATS = ("text", "html", "json")


@quality.command("report")
def write_report(
    form: Annotated[str, typer.Option("--format", help="text, html or json.")] = "text",
    *,
    out: Annotated[Path | None, typer.Option(help="Into this file, not to the screen.")] = None,
    days: Annotated[int, typer.Option(help="Days of the trends.", min=1)] = 90,
    measure: Annotated[bool, typer.Option("--measure", help="Measure and look first.")] = False,
    as_json: Json = False,
) -> None:
    """Report how good the data and the hub are, with trends, parts and known troubles.

    As HTML it is one page that stands alone, to be printed or sent.
    """
    form = "json" if as_json else form
    if form not in FORMATS:
        raise WrongCall(f"There is no format '{form}'.", hint=f"Known: {', '.join(FORMATS)}.")
    with opened_hub():
        from tellonce.hub.insight import alerting, measuring, report  # noqa: PLC0415

        if measure:
            with Stages(quiet=form == "json") as progress:
                measuring.measure_all(progress)
                alerting.check_troubles(progress)
        found = report.quality_report(days)
        page = report.as_html(found) if form == "html" else ""
    if form == "json" and out is None:
        print_json(found.as_json())
        return
    text = page or "\n".join(report.as_text(found)) + "\n"
    if form == "json":
        text = found.json_text() + "\n"
    if out is not None:
        out.write_text(text, encoding="utf-8")
        say(f"Written to {out}.")
        return
    if form == "html":
        typer.echo(text, nl=False)
        return
    for line in text.splitlines():
        show(line)
