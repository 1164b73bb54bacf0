"""`tellonce merge`, `split`, `undo` and `acts`: what people decide about who is one customer."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show
from tellonce.hub.core.errors import WrongCall

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
As = Annotated[str | None, typer.Option("--as", help="E-mail of the user who acts.")]
Reason = Annotated[str, typer.Option(help="Why, for those who look at it later.")]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Its id, cus_...")]
Act = Annotated[str, typer.Argument(metavar="ACT", help="Its id, act_...")]
STATES = ("done", "proposed", "rejected")

acts = typer.Typer(no_args_is_help=True, help="What people decided, the newest first.")


@acts.callback()
def _acts() -> None:
    """What people decided, the newest first."""


def merge(
    customers: Annotated[
        list[str],
        typer.Argument(metavar="CUSTOMER...", help="Ids, or records of theirs as SOURCE:ID."),
    ],
    reason: Reason = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Make one customer of several: their records are one person's, whatever matching says.

    One id is kept and the others lead to it. It is undone by `tellonce undo`.
    """
    why = reason_of(reason)
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.deciding import customers_named, merge_customers  # noqa: PLC0415

        done = merge_customers(customers_named(customers), by=actor(as_user), reason=why)
    show_done(done, as_json=as_json)


def split(
    group: Annotated[
        list[str],
        typer.Option(
            metavar="SOURCE:ID,...",
            help="Records of one person; again for another. What is in none stays, or goes where "
            "matching sees it.",
        ),
    ],
    customer: Annotated[
        str,
        typer.Argument(
            metavar="[CUSTOMER]",
            help="Its id, or a record of it as SOURCE:ID; else whose the records are.",
            show_default=False,
        ),
    ] = "",
    reason: Reason = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Part a customer: the records of each group are another person's, and stay so."""
    wanted = [[_record(text) for text in one.split(",") if text.strip()] for one in group]
    if not any(wanted):
        raise WrongCall("--group names no record.", hint="Write it as SOURCE:ID.")
    why = reason_of(reason)
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake import deciding  # noqa: PLC0415

        rows = [deciding.records_named(names) for names in wanted]
        first = next((":".join(name) for names in wanted for name in names), "")
        (whose,) = deciding.customers_named([customer or first])
        done = deciding.split_customer(whose, rows, by=actor(as_user), reason=why)
    show_done(done, as_json=as_json)


def undo(act: Act, reason: Reason = "", as_user: As = None, as_json: Json = False) -> None:
    """Withdraw exactly what an act decided, however long ago; what came after it stays."""
    why = reason_of(reason)
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.deciding import undo as undo_act  # noqa: PLC0415

        done = undo_act(act, by=actor(as_user), reason=why)
    show_done(done, as_json=as_json)


@acts.command("list")
def list_acts(
    state: Annotated[str, typer.Option(help=f"Only {', '.join(STATES)}.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    before: Annotated[str, typer.Option(metavar="ACT", help="Only older than this one.")] = "",
    as_json: Json = False,
) -> None:
    """List what people decided: by whom, why, and whether it still counts."""
    if state and state not in STATES:
        raise WrongCall(f"No act is ever '{state}'.", hint=f"States: {', '.join(STATES)}.")
    with opened_hub(with_keys=False):
        from tellonce.hub.accounts.selectors import called  # noqa: PLC0415
        from tellonce.hub.matching import acts as stored  # noqa: PLC0415

        found = stored.acts(state=state, limit=limit, before=before)
        names = called([one.author for one in found])
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        show(f"{one.id}  {one.at:%Y-%m-%d %H:%M}  {_said(one, names[one.author])}")
    if not found:
        show("Nobody has decided anything yet.")


@acts.command("approve")
def approve_act(act: Act, as_user: As = None, as_json: Json = False) -> None:
    """Carry out what somebody else proposed, because it moves more records than one may."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.deciding import approve  # noqa: PLC0415

        done = approve(act, by=actor(as_user))
    show_done(done, as_json=as_json)


@acts.command("reject")
def reject_act(act: Act, reason: Reason = "", as_user: As = None) -> None:
    """Turn a proposal down; who made it takes it back this way."""
    why = reason_of(reason)
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.deciding import reject  # noqa: PLC0415

        reject(act, by=actor(as_user), reason=why)
    show("Rejected: nothing was changed.")


def reason_of(given: str) -> str:
    """The reason given; who sits at a terminal and gave none is asked for it. A script is not."""
    if given or not sys.stdin.isatty():
        return given
    return str(typer.prompt("Why, for those who look at it later", err=True))


def show_done(done: Any, *, as_json: bool) -> None:
    """Print what an act brought about."""
    if as_json:
        print_json({**asdict(done), "act": _as_json(done.act)})
        return
    if done.proposed:
        moved = counted(done.act.moved, "record")
        show(f"{done.act.id} is proposed: it moves {moved}, so another steward approves it:")
        show(f"    tellonce acts approve {done.act.id} --as EMAIL")
        return
    for one, other in done.merged.items():
        show(f"{one} is {other} now.")
    for one, takers in done.taken.items():
        for other, count in takers.items():
            belong = "belongs" if count == 1 else "belong"
            show(f"{counted(count, 'record')} of {one} {belong} to {other} now.")
    for one in done.restored:
        show(f"{one} is back.")
    if done.taken:
        left = dict.fromkeys(
            [*done.taken, *(one for takers in done.taken.values() for one in takers)]
        )
        show(f"{counted(len(left), 'customer')} now: {', '.join(left)}.")
    if not (done.merged or done.taken or done.restored):
        show("No customer changed.")
    show(f"Undo it: tellonce undo {done.act.id}")


def _as_json(one: Any) -> dict[str, Any]:
    """An act without row ids, which mean nothing outside."""
    document = asdict(one)
    del document["row"], document["groups"]
    return document | {"records": sum(map(len, one.groups))}


def _said(one: Any, author: str) -> str:
    now = one.state if one.state != "done" else "undone" if one.undone_by else ""
    what = f"{one.kind} {one.verdict}".strip()
    about = " ".join(one.customers) or one.target
    return "  ".join(
        filter(None, [f"{what:<16}", about, now, f"by {author}", one.reason, one.settled_reason])
    )


def _record(text: str) -> tuple[str, str]:
    source, colon, key = text.strip().partition(":")
    if not colon or not source or not key:
        raise WrongCall(f"{text!r} names no record.", hint="Write it as SOURCE:ID.")
    return source, key
