"""`tellonce upkeep`: how current customers are, what was found about them, and asking them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from tellonce.cli.acts import As, Json
from tellonce.cli.nudges import nudges
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.hub.core.errors import WrongCall
from tellonce.io.yaml_trouble import NOT_YAML, yaml_trouble

FOUND = 1

upkeep = typer.Typer(no_args_is_help=True, help="How current customers are.")
GROUPS = {"nudges": nudges}

Cursor = Annotated[str, typer.Option(help="Go on after this, `next` of the last page.")]
Limit = Annotated[int, typer.Option(help="At most so many.", min=1, max=500)]


@upkeep.callback()
def _upkeep() -> None:
    """How current customers are, what was found about them, and asking them."""


@upkeep.command("stale")
def stale(
    *,
    attribute: Annotated[str, typer.Option(help="Only by this, such as email.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100)] = 20,
    cursor: Cursor = "",
    purpose: Annotated[str, typer.Option(help="What the values are looked at for.")] = "service",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """List customers whose values are out of date, those that matter most and longest first.

    Values are shown as policy lets you see them. Exit code 1 where there are any.
    """
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.upkeep.showing import view_stale  # noqa: PLC0415

        page = view_stale(purpose, actor(as_user), unit=attribute, limit=limit, cursor=cursor)
    if as_json:
        print_json(page)
    else:
        _show_stale(page)
    if page["customers"] or page["withheld"]:
        raise typer.Exit(FOUND)


def _say_if_behind() -> None:
    """Where events wait to be looked at, finding nothing says little."""
    from tellonce.hub.jobs.selectors import consumer_states  # noqa: PLC0415

    lag = next((one.lag for one in consumer_states() if one.name == "upkeep"), 0)
    if lag:
        waiting = counted(lag, "event")
        show(f"Upkeep has {waiting} still to look at: `tellonce work --until-idle` does that now.")


def _show_stale(page: dict[str, Any]) -> None:
    for one in page["customers"]:
        show(f"{one['customer']}  due since {one['due_at'][:10]}")
        for value in one["values"]:
            says = " ".join(said["value"] for said in value["says"].values())
            show(
                f"    {value['attribute']:<14} decay {value['decay']:>5.1f}  "
                f"said {value['stated_at'][:10]}  {says}"
            )
    if not page["customers"]:
        show("Nobody whom you may see is due.")
        _say_if_behind()
    if page["withheld"]:
        show(f"Not shown to you: {counted(page['withheld'], 'customer')}.")
    if page["cursor"]:
        show(f"More: tellonce upkeep stale --cursor {page['cursor']}")


@upkeep.command("findings")
def findings(
    *,
    kind: Annotated[str, typer.Option(help="disagreement, shared, or stale.")] = "",
    state: Annotated[str, typer.Option(help="open, gone, or all.")] = "open",
    customer: Annotated[str, typer.Option(metavar="CUSTOMER", help="Only of cus_...")] = "",
    limit: Limit = 20,
    cursor: Cursor = "",
    as_json: Json = False,
) -> None:
    """List what was found about customers as a whole; no value is shown.

    Sources that disagree, values that no two customers should share, required values that are out
    of date. Exit code 1 where there is any.
    """
    with opened_hub(with_keys=False):
        from tellonce.hub.upkeep import selectors  # noqa: PLC0415

        page = selectors.findings(
            state="" if state == "all" else state,
            kind=kind,
            customer=customer,
            limit=limit,
            cursor=cursor,
        )
    if as_json:
        print_json(asdict(page))
    else:
        for one in page.findings:
            gone = "" if one.state == "open" else f"  (gone {one.gone_at:%Y-%m-%d})"
            show(f"{one.id}  {one.severity:<8}  {one.customer}{gone}")
            show(f"    {one.sentence}")
        if not page.findings:
            show("Nothing was found.")
            _say_if_behind()
        if page.next:
            show(f"More: tellonce upkeep findings --cursor {page.next}")
    if page.findings:
        raise typer.Exit(FOUND)


@upkeep.command("figures")
def figures(as_json: Json = False) -> None:
    """Count what is current: per attribute, and customers whose sources agree."""
    with opened_hub(with_keys=False):
        from tellonce.hub.upkeep import selectors  # noqa: PLC0415

        timely, agreed = selectors.timeliness(), selectors.consistency()
        found = selectors.finding_counts()
    if as_json:
        rows = [{**asdict(one), "share": one.share} for one in timely]
        consistency = {**asdict(agreed), "share": agreed.share}
        print_json({"timeliness": rows, "consistency": consistency, "open_findings": found})
        return
    if not agreed.looked_at:
        show("Nobody was looked at yet: a worker does that by itself, `tellonce upkeep sweep` now.")
        return
    for one in timely:
        show(f"{one.unit:<20} {one.current:>12,} of {one.customers:,} current ({one.share:.1%})")
    share = "no customers" if agreed.share is None else f"{agreed.share:.1%}"
    show(f"Sources agree: {agreed.consistent:,} of {agreed.customers:,} customers ({share})")
    _say_if_behind()


@upkeep.command("policy")
def policy(
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Declare what stands in this YAML file.")
    ] = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Show what is declared about upkeep, with the half-lives and where they are from; or declare.

    A policy that is declared works everybody out anew in the background, or at `upkeep sweep`.
    """
    with opened_hub(with_keys=file is not None):
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.upkeep.declared import declare_policy, policy_in_force  # noqa: PLC0415

        if file is not None:
            declare_policy(_document(file), by=actor(as_user))
        found = policy_in_force()
    if as_json:
        print_json(asdict(found))
        return
    _show_policy(found)


def _document(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except NOT_YAML as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        sentence = f"{file.name}{where} is not YAML: {yaml_trouble(error)}."
        raise WrongCall(sentence, hint="Mend it there.") from None


def _show_policy(found: Any) -> None:
    from tellonce.rules.decay import VOLATILITIES  # noqa: PLC0415

    show(f"Version {found.version}; stale from a decay of {found.decay.stale_at:g}.")
    for name, one in sorted(VOLATILITIES.items()):
        days = found.decay.half_life(name)
        life = "never changes" if days is None else f"half-life {days / 365.25:.1f} years"
        why = one.source if days == one.half_life else "declared"
        show(f"{name:<16} {life:<24} importance {found.decay.importance(name):.1f}  {why}")
    for name in ("required", "agree_on", "unique"):
        show(f"{name:<16} {', '.join(getattr(found, name)) or '-'}")
    asked = found.nudges
    show(f"nudges           for {asked.purpose}, at most one in {asked.quiet_days} days a person")


@upkeep.command("sweep")
def sweep(
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    as_json: Json = False,
) -> None:
    """Work out every customer anew now; the worker does so once a day, and after a declaration."""
    done = 0
    with opened_hub(), Stages(quiet=quiet or as_json) as stages:
        from tellonce.hub.upkeep.following import sweep as every_slice  # noqa: PLC0415
        from tellonce.hub.upkeep.turning import open_what_went_stale  # noqa: PLC0415

        for count in every_slice():
            done += count
            stages("upkeep", done, 0)
        opened = sum(open_what_went_stale())
    if as_json:
        print_json({"customers": done, "opened": opened})
        return
    show(f"{counted(done, 'customer')} worked out.")
