"""`tellonce quality sample` and `answer`: values that people confirm, for the accuracy rate."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show
from tellonce.cli.quality_group import Json, quality

As = Annotated[str | None, typer.Option("--as", help="E-mail of the user who acts.")]


@quality.command("sample")
def show_sample(
    *,
    draw: Annotated[int, typer.Option(help="Draw so many values now.", min=0)] = 0,
    seed: Annotated[str, typer.Option(help="The same seed draws the same again.")] = "",
    state: Annotated[str, typer.Option(help="open, right, wrong, unknown or withdrawn.")] = "open",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 20,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """List golden values that were drawn at random and wait for somebody who knows.

    One is drawn by itself as often as declared; --draw draws one now. The values are shown by
    `tellonce snapshot --customer`, for a purpose.
    """
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.insight import sampling  # noqa: PLC0415

        made = sampling.draw_sample(draw, by=actor(as_user), seed=seed) if draw else None
        found = sampling.drawn_values(state=state, limit=limit)
    if as_json:
        print_json({"drawn": asdict(made) if made else None, "values": [asdict(v) for v in found]})
        return
    if made:
        show(f"{counted(made.values, 'value')} drawn as {made.id}, seed {made.seed}.")
    for one in found:
        answered = f"  {one.state} by the {one.said_by}" if one.said_by else ""
        show(f"{one.id}  {one.customer}  {one.attribute}{answered}")
    if found and state == "open":
        show("Look one up, then: tellonce quality answer VALUE right|wrong|unknown")
    if not found:
        show(f"No sampled value is {state}.")


@quality.command("answer")
def answer_value(
    value: Annotated[str, typer.Argument(help="Its id, val_...")],
    answer: Annotated[str, typer.Argument(help="right, wrong, or unknown.")],
    *,
    customer: Annotated[
        bool, typer.Option("--customer", help="The customer said so, not a steward.")
    ] = False,
    note: Annotated[str, typer.Option(help="For those who look at it later.")] = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Say of a sampled value that it is right, wrong, or that it cannot be known."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.insight import sampling  # noqa: PLC0415

        said_by = sampling.CUSTOMER if customer else sampling.STEWARD
        done = sampling.answer_value(value, answer, by=actor(as_user), said_by=said_by, note=note)
    if as_json:
        print_json(asdict(done))
        return
    show(f"The {done.attribute} of {done.customer} is {done.state}, the {done.said_by} says.")
