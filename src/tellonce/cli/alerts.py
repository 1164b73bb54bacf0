"""`tellonce alerts`: known troubles that were found, and what was done about them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, print_table, show
from tellonce.hub.core.errors import WrongCall

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
As = Annotated[str | None, typer.Option("--as", help="E-mail of the user who acts.")]
Id = Annotated[str, typer.Argument(metavar="ALERT", help="Its id, alr_...")]
Reason = Annotated[str, typer.Option(help="Why, for those who look at it later.")]
STATES = ("open", "acknowledged", "snoozed", "closed")
FOUND = 1

alerts = typer.Typer(no_args_is_help=True, help="Known troubles: list, show, settle them.")


@alerts.callback()
def _alerts() -> None:
    """Known troubles: list, show, settle them."""


@alerts.command("list")
def list_alerts(
    *,
    state: Annotated[str, typer.Option(help=f"Only those {', '.join(STATES)}.")] = "",
    kind: Annotated[str, typer.Option(help="Only of this kind, such as source-silent.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    look: Annotated[bool, typer.Option("--look", help="Let the detectors look now.")] = False,
    as_json: Json = False,
) -> None:
    """List troubles that are not over, the newest first; exit code 1 where one is open.

    A worker looks for them every 15 minutes.
    """
    if state and state not in STATES:
        raise WrongCall(f"No alert is ever '{state}'.", hint=f"States: {', '.join(STATES)}.")
    with opened_hub():
        from tellonce.hub.insight.alerts import alerts, detector_runs  # noqa: PLC0415

        if kind:
            from tellonce.hub.insight.troubles.registry import detector_named  # noqa: PLC0415

            detector_named(kind)
        if look:
            from tellonce.hub.insight.alerting import check_troubles  # noqa: PLC0415

            with Stages(quiet=as_json) as progress:
                check_troubles(progress)
        found = alerts(state=state, kind=kind, limit=limit)
        runs = detector_runs()
    _show_list(found, runs, as_json)
    if any(one.state == "open" for one in found):
        raise typer.Exit(FOUND)


@alerts.command("show")
def show_alert(alert: Id, as_json: Json = False) -> None:
    """Show one: what is wrong, what to do next, which customers or sources it is about."""
    with opened_hub():
        from tellonce.hub.insight.alerts import alert_named  # noqa: PLC0415

        found = alert_named(alert)
    if as_json:
        print_json(asdict(found))
        return
    show(found.sentence)
    show(f"  {found.advice}")
    print_table(
        [(name, _worded(value)) for name, value in _facts(found) if value not in ("", None)]
    )


@alerts.command("evidence")
def show_evidence(
    alert: Id,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=200)] = 50,
    cursor: Annotated[str, typer.Option(help="Go on after this, of the page before.")] = "",
    as_json: Json = False,
) -> None:
    """List all customers, or records, that a trouble is about, as they are now."""
    with opened_hub():
        from tellonce.hub.insight.troubles.registry import alert_evidence  # noqa: PLC0415
        from tellonce.hub.insight.types import Asked  # noqa: PLC0415

        found = alert_evidence(alert, Asked("", limit, cursor))
    if as_json:
        print_json({"rows": list(found.rows), "cursor": found.next})
        return
    for row in found.rows:
        show("  ".join(row.values()))
    if not found.rows:
        show(f"Its details say all: tellonce alerts show {alert}")
    if found.next:
        show(f"More: tellonce alerts evidence {alert} --cursor {found.next}")


@alerts.command("ack")
def acknowledge_alert(alert: Id, reason: Reason, as_user: As = None, as_json: Json = False) -> None:
    """Say that you know and see to it: it is quiet until it is over, or gets worse."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.insight.alerting import acknowledge  # noqa: PLC0415

        found = acknowledge(alert, reason, by=actor(as_user))
    if as_json:
        print_json(asdict(found))
        return
    show(f"{found.id} is acknowledged.")


@alerts.command("snooze")
def snooze_alert(
    alert: Id,
    reason: Reason,
    *,
    days: Annotated[float, typer.Option(help="For so many days.")] = 7,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Not to be told of it for some days, unless it gets worse."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.insight.alerting import snooze  # noqa: PLC0415

        found = snooze(alert, days, reason, by=actor(as_user))
    if as_json:
        print_json(asdict(found))
        return
    show(f"{found.id} is snoozed until {found.until:%Y-%m-%d %H:%M} UTC.")


def _show_list(found: list[Any], runs: Any, as_json: bool) -> None:
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        state = "" if one.state == "open" else f"  ({one.state})"
        show(f"{one.id}  {one.severity:<8}  {one.kind}{state}")
        show(f"    {one.sentence}")
        show(f"    {one.advice}")
    blind = sorted(name for name, (_, _, trouble) in runs.items() if trouble)
    if blind:
        show(f"Could not look: {', '.join(blind)}. See the log of the worker.")
    if found:
        show(f"{counted(len(found), 'alert')}. More of one: tellonce alerts show ALERT")
    elif not runs:
        show("Nobody has looked yet: tellonce alerts list --look")
    else:
        show("No known trouble.")


def _facts(found: Any) -> list[tuple[str, Any]]:
    return [
        ("kind", found.kind),
        ("severity", found.severity),
        ("state", found.state),
        ("open since", f"{found.opened_at:%Y-%m-%d %H:%M} UTC"),
        ("closed", found.closed_at and f"{found.closed_at:%Y-%m-%d %H:%M} UTC"),
        ("reason", found.reason),
        *((name.replace("_", " "), value) for name, value in found.details.items()),
    ]


def _worded(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
