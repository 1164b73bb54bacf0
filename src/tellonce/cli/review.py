"""`tellonce review`: the queue of doubtful matches."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.acts import As, Json, Reason, reason_of, show_done
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show

Number = Annotated[int, typer.Argument(help="Its number, as `review list` shows it.")]

review = typer.Typer(no_args_is_help=True, help="Doubtful matches that wait for a person.")


@review.callback()
def _reviews() -> None:
    """Doubtful matches that wait for a person."""


@review.command("list")
def list_reviews(
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 20,
    order: Annotated[str, typer.Option(help="value: most first; age: oldest first.")] = "value",
    cursor: Annotated[str, typer.Option(help="Go on after this, `next` of the last page.")] = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """List pairs of records that may be one person, those first where an answer matters most.

    No personal value is shown.
    """
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake import review_queue  # noqa: PLC0415

        by = actor(as_user)
        page = review_queue.open_reviews(by=by, limit=limit, cursor=cursor, order=order)
        counts = review_queue.review_counts(by=by)
    if as_json:
        print_json({"counts": asdict(counts), **asdict(page)})
        return
    for one in page.reviews:
        show(f"{one.id:>8}  {_names(one)}  {one.probability:.3f}  {_kind(one)}")
    if not page.reviews:
        show("No match waits for a person.")
        return
    waiting = counts.apart + counts.together
    wait = "waits" if waiting == 1 else "wait"
    show(f"{counted(waiting, 'match')} {wait}: tellonce review show NUMBER")
    if page.next:
        show(f"More: tellonce review list --cursor {page.next}")


@review.command("show")
def show_review(
    number: Number,
    purpose: Annotated[str, typer.Option(help="What the values are looked at for.")] = "service",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Show both records as policy lets you see them, and what speaks for and against."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.reviewing import explained_review  # noqa: PLC0415

        found = explained_review(number, purpose, by=actor(as_user))
    if as_json:
        print_json(asdict(found))
        return
    one = found.review
    show(f"{_names(one)}: {_kind(one)}, match probability {one.probability:.3f}")
    for value in found.values:
        show(f"  {value.attribute}")
        for side in (value.left, value.right):
            show(f"      {' | '.join(side) or '-'}")
    for reason in sorted(found.reasons, key=lambda reason: -abs(reason.bits)):
        show(f"  {reason.bits:+6.1f}  {reason.words}")
    show(f"Decide: tellonce review decide {one.id} same|different|unsure")


@review.command("decide")
def decide_review(
    number: Number,
    verdict: Annotated[str, typer.Argument(help="same, different, or unsure.")],
    reason: Reason = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Say of the two records that they are the same person's, different people's, or unsure."""
    why = reason_of(reason)
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.reviewing import decide_review  # noqa: PLC0415

        done = decide_review(number, verdict, by=actor(as_user), reason=why)
    show_done(done, as_json=as_json)


def _names(one: Any) -> str:
    return f"{':'.join(one.left)} {':'.join(one.right)}"


def _kind(one: Any) -> str:
    if one.together:
        return f"one customer, weakly: {one.customers[0]}"
    return f"apart: {one.customers[0]} {one.customers[1]}"
