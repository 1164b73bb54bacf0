"""`tellonce webhook`: where events are sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show
from tellonce.hub.core.errors import WrongCall

FOUND_PROBLEMS = 1
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, as `webhook list` shows it.")]
STATES = ("waiting", "delivered", "dead")

webhook = typer.Typer(no_args_is_help=True, help="Other systems that are told of events.")


@webhook.callback()
def _webhooks() -> None:
    """Other systems that are told of events."""


@webhook.command("add")
def add_webhook(
    url: Annotated[str, typer.Argument(help="Where events are sent, such as https://...")],
    types: Annotated[
        str, typer.Option(metavar="TYPE,...", help="Only these; tellonce.customer.* for a kind.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Have events sent to a URL from now on; prints the secret they are signed with, once."""
    with opened_hub():
        services, actor = _services(), _actor()
        wanted = [one.strip() for one in types.split(",") if one.strip()]
        added, secret = services.add_endpoint(url, wanted, actor)
    if as_json:
        print_json(asdict(added) | {"secret": secret})
        return
    show(f"{added.id} is there. Its secret, which is not shown again:")
    typer.echo(secret)


@webhook.command("list")
def list_webhooks(as_json: Json = False) -> None:
    """List the webhooks, with what waits and what is dead."""
    with opened_hub(with_keys=False):
        found = _selectors().endpoints(by=_actor())
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        show(f"{one.id}  {one.url}  {', '.join(one.types) or 'all events'}")
        show(f"    {one.waiting:,} waiting, {one.dead:,} dead{_health(one)}")
    if not found:
        show("There is no webhook yet. Add one: tellonce webhook add URL")


@webhook.command("deliveries")
def list_deliveries(
    public_id: Id,
    state: Annotated[str, typer.Option(help=f"Only {', '.join(STATES)}.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """List deliveries to one webhook, the newest event first, with what came of them."""
    if state and state not in STATES:
        raise WrongCall(f"No delivery is ever '{state}'.", hint=f"States: {', '.join(STATES)}.")
    with opened_hub(with_keys=False):
        found = _selectors().deliveries(public_id, state, by=_actor(), limit=limit)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        tried = counted(one.attempts, "attempt")
        show(f"{one.id:>8}  event {one.number:<8} {one.state:<9} {tried}  {one.trouble}".rstrip())
    if not found:
        show("There is no such delivery.")


@webhook.command("test")
def test_webhook(public_id: Id) -> None:
    """Send a test message now, and say what came of it. Exit 1: it was not accepted."""
    with opened_hub():
        answer = _services().send_test(public_id, _actor())
    if not answer.accepted:
        show(answer.trouble)
        raise typer.Exit(FOUND_PROBLEMS)
    show(f"Accepted with {answer.status} after {answer.milliseconds:,} ms.")


@webhook.command("replay")
def replay_deliveries(
    public_id: Id,
    after: Annotated[
        int | None, typer.Option(help="Every event above this number of the feed.", min=0)
    ] = None,
    delivery: Annotated[int | None, typer.Option(help="One delivery, by its number.")] = None,
) -> None:
    """Send again: what is dead, or events from a cursor on, or one delivery."""
    if after is not None and delivery is not None:
        raise WrongCall("Both a cursor and a delivery are named.", hint="Name one of them.")
    with opened_hub():
        count = _services().replay(public_id, _actor(), after=after, delivery=delivery)
    show(f"{counted(count, 'event')} will be sent.")


@webhook.command("rotate")
def rotate_secret(public_id: Id) -> None:
    """Make a new secret; for a day messages are signed with the old one too."""
    with opened_hub():
        secret = _services().rotate_secret(public_id, _actor())
    show("The new secret, which is not shown again; the old one is good for another day:")
    typer.echo(secret)


@webhook.command("enable")
def enable_webhook(public_id: Id) -> None:
    """Send again to a webhook that was disabled because it failed for days, or was gone."""
    with opened_hub():
        _services().enable_endpoint(public_id, _actor())
    show(f"Later events are sent again; those missed by: tellonce webhook replay {public_id}")


@webhook.command("remove")
def remove_webhook(public_id: Id) -> None:
    """Send nothing more to a webhook, and forget it."""
    with opened_hub():
        _services().remove_endpoint(public_id, _actor())
    show("Removed.")


def _health(one: Any) -> str:
    if one.disabled_at:
        return f"; disabled {one.disabled_at:%Y-%m-%d %H:%M} UTC: {one.reason}"
    if one.failing_since:
        return f"; failing since {one.failing_since:%Y-%m-%d %H:%M} UTC"
    return ""


def _services() -> Any:
    from tellonce.hub.events.webhooks import services  # noqa: PLC0415

    return services


def _selectors() -> Any:
    from tellonce.hub.events.webhooks import selectors  # noqa: PLC0415

    return selectors


def _actor() -> Any:
    from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

    return actor()
