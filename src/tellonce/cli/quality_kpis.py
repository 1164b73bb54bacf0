"""`tellonce quality kpis` and `declare`: the measures of quality, and what is wanted of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, print_json, show
from tellonce.cli.quality_group import Json, quality
from tellonce.hub.core.errors import WrongCall

As = Annotated[str | None, typer.Option("--as", help="E-mail of the user who acts.")]
_FIRST = 20


@quality.command("kpis")
def show_kpis(
    name: Annotated[str, typer.Argument(help="Of one, with what is behind it.")] = "",
    *,
    part: Annotated[str, typer.Option(help="What is behind one part of it.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many rows behind it.", min=1)] = _FIRST,
    cursor: Annotated[str, typer.Option(help="Go on after this, `next` of the last page.")] = "",
    measure: Annotated[bool, typer.Option("--measure", help="Measure now, then show.")] = False,
    as_json: Json = False,
) -> None:
    """Show how good the data and the hub are: accuracy, completeness, and so on.

    They are measured every hour by a worker. A measure without evidence is "not measured".
    """
    if part and not name:
        raise WrongCall("A part of which KPI is meant is not said.", hint="Name the KPI, too.")
    with opened_hub():
        from tellonce.hub.insight import measuring, selectors  # noqa: PLC0415
        from tellonce.hub.insight.types import Asked  # noqa: PLC0415

        if name:
            selectors.kpi_named(name)
        if measure:
            with Stages(quiet=as_json) as progress:
                measuring.measure_all(progress)
        if not name:
            _show_all(selectors.kpi_states(), as_json)
            return
        state = selectors.kpi_state(name)
        found = selectors.kpi_evidence(name, Asked(part, limit, cursor))
    if as_json:
        print_json({**state.as_json(), "rows": list(found.rows), "next": found.next})
        return
    _show_one(state)
    show(f"Behind it: {state.kpi.evidence_words}.")
    for row in found.rows:
        show("  " + "  ".join(f"{key} {_worded(value)}" for key, value in row.items()))
    if not found.rows:
        show("  none")
    if found.next:
        show(f"More: tellonce quality kpis {name} --cursor {found.next}")


@quality.command("declare")
def declare_targets(
    file: Annotated[Path | None, typer.Argument(help="YAML; without it, what is in force.")] = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Declare which attributes matter, targets, the sample, and detectors that are not wanted."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.insight import services  # noqa: PLC0415

        if file is None:
            found = services.declared()
        else:
            found = services.declare(file.read_text(encoding="utf-8"), by=actor(as_user))
    if as_json:
        print_json(found.as_document())
        return
    show(f"attributes that matter: {', '.join(found.attributes)}")
    for target, value in found.targets.items():
        show(f"target of {target}: {value:g}")
    size = f"{found.sample_size:,} values every {found.sample_days} days"
    show(f"sample: {size if found.sample_size else 'none'}")
    if found.off:
        show(f"not watched: {', '.join(sorted(found.off))}")


def _show_all(states: list[Any], as_json: bool) -> None:
    from tellonce.hub.insight.words import brief, target_words  # noqa: PLC0415

    if as_json:
        print_json([state.as_json() for state in states])
        return
    for state in states:
        value = brief(state.kpi, state.whole.value)
        show(f"{state.kpi.title:<26} {value:>14}  {target_words(state):<18} {state.state}")
    if all(state.measured_at is None for state in states):
        show("Nothing was measured yet: tellonce quality kpis --measure")
    else:
        show("What is behind one: tellonce quality kpis NAME")


def _show_one(state: Any) -> None:
    from tellonce.hub.insight.words import amount, said, target_words  # noqa: PLC0415

    show(f"{state.kpi.title}: {said(state.kpi, state.whole)}")
    show(f"  target: {target_words(state)}: {state.state}")
    show(f"  {state.kpi.definition}")
    show(f"  {state.kpi.formula}")
    for part in state.parts:
        wanted = state.targets.get(part.name)
        target = f", target {amount(state.kpi, wanted)}" if wanted is not None else ""
        show(f"  {part.name:<24} {said(state.kpi, part)}{target}")


def _worded(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
