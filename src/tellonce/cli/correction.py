"""`tellonce correction`: wrong values, proposed, reviewed, written back and verified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce.cli.acts import As, Json, Reason
from tellonce.cli.correction_words import (
    show_correction,
    show_done,
    show_listed,
    show_preview,
    show_tasks,
)
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.hub.core.errors import WrongCall

Name = Annotated[str, typer.Argument(metavar="CORRECTION", help="Its id, or a group's, cog_...")]
Seen = Annotated[int | None, typer.Option(help="Only if this is its version still.")]
Removes = Annotated[bool, typer.Option("--removes", help="There is no such value.")]

correction = typer.Typer(no_args_is_help=True, help="Correct wrong values, and follow them.")


@correction.callback()
def _corrections() -> None:
    """Correct wrong values, and follow them."""


@correction.command("propose")
def propose(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="cus_..., or SOURCE:ID.")],
    attribute: Annotated[str, typer.Argument(help="Such as email, city, identifier:pesel.")],
    value: Annotated[str | None, typer.Argument(help="What it should be, where known.")] = None,
    *,
    removes: Removes = False,
    old: Annotated[str | None, typer.Option(help="The wrong value; else the golden one.")] = None,
    origin: Annotated[str, typer.Option(help="Who or what found it.")] = "representative",
    severity: Annotated[str, typer.Option(help="low, medium, high or critical.")] = "medium",
    evidence: Annotated[str, typer.Option(help="What shows it.")] = "",
    reason: Reason = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Say that a value of a customer is wrong, and what it should be, if you know.

    Nothing changes before somebody else approves it.
    """
    source, colon, key = customer.partition(":")
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.corrections import selectors, services  # noqa: PLC0415
        from tellonce.hub.corrections.types import NewCorrection  # noqa: PLC0415

        new = NewCorrection(
            attribute,
            customer="" if colon else customer,
            record=(source, key) if colon else None,
            value=value,
            removes=removes,
            old=old,
            origin=origin,
            severity=severity,
            reason=reason,
            evidence=evidence,
        )
        done = [selectors.correction_view(services.propose(new, by=actor(as_user)))]
    show_done(done, as_json=as_json)


@correction.command("value")
def value_of(
    name: Name,
    value: Annotated[str | None, typer.Argument(help="What it should be.")] = None,
    *,
    removes: Removes = False,
    reason: Reason = "",
    seen: Seen = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Say what a value should be that was only found to be wrong."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.corrections import selectors, services  # noqa: PLC0415

        who = actor(as_user)
        found = services.supply_value(
            name, value=value, removes=removes, by=who, reason=reason, seen=seen
        )
        done = [selectors.correction_view(found)]
    show_done(done, as_json=as_json)


@correction.command("list")
def list_corrections(
    *,
    state: Annotated[str, typer.Option(help="open, or one state.")] = "",
    severity: Annotated[str, typer.Option(help="Only these.")] = "",
    origin: Annotated[str, typer.Option(help="Only these.")] = "",
    customer: Annotated[str, typer.Option(help="Only of this customer, cus_...")] = "",
    group: Annotated[str, typer.Option(help="Only of this group, cog_...")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=500)] = 50,
    before: Annotated[str, typer.Option(metavar="CORRECTION", help="Only older ones.")] = "",
    as_json: Json = False,
) -> None:
    """List corrections, the newest first. No personal value is shown."""
    with opened_hub():
        from tellonce.hub.corrections import selectors  # noqa: PLC0415

        found = selectors.corrections(
            state=state,
            severity=severity,
            origin=origin,
            customer=customer,
            group=group,
            overdue=overdue,
            limit=limit,
            before=before,
        )
    show_listed(found, limit=limit, as_json=as_json)


@correction.command("show")
def show_one(
    name: Annotated[str, typer.Argument(metavar="CORRECTION", help="Its id, cor_...")],
    purpose: Annotated[str, typer.Option(help="What the values are looked at for.")] = "service",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Show a correction as policy lets you see it: both values, its write-backs, its story."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor, called  # noqa: PLC0415
        from tellonce.hub.corrections.selectors import shown_correction  # noqa: PLC0415

        found = shown_correction(name, purpose, by=actor(as_user))
        names = called({step.actor for step in found.story})
    show_correction(found, names, as_json=as_json)


@correction.command("approve")
def approve(name: Name, seen: Seen = None, as_user: As = None, as_json: Json = False) -> None:
    """Apply what somebody else proposed: it stands over the sources, and they are asked to follow.

    A large group takes two persons.
    """
    _act("approve", name, as_user, as_json, seen=seen)


@correction.command("reject")
def reject(
    name: Name, *, reason: Reason = "", seen: Seen = None, as_user: As = None, as_json: Json = False
) -> None:
    """Turn down what somebody else proposed."""
    _act("reject", name, as_user, as_json, reason=reason, seen=seen)


@correction.command("withdraw")
def withdraw(
    name: Name, *, reason: Reason = "", seen: Seen = None, as_user: As = None, as_json: Json = False
) -> None:
    """Take back what you proposed yourself, before it is applied."""
    _act("withdraw", name, as_user, as_json, reason=reason, seen=seen)


@correction.command("undo")
def undo(
    name: Name, *, reason: Reason = "", seen: Seen = None, as_user: As = None, as_json: Json = False
) -> None:
    """Take an applied correction back: golden records are what they would be without it."""
    _act("undo", name, as_user, as_json, reason=reason, seen=seen)


def _act(what: str, name: str, as_user: str | None, as_json: bool, **more: Any) -> None:
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.corrections import selectors, services  # noqa: PLC0415

        ids = getattr(services, what)(name, by=actor(as_user), **more)
        done = selectors.correction_views(ids)
    show_done(done, as_json=as_json)


@correction.command("tasks")
def list_tasks(
    state: Annotated[str, typer.Option(help="open, or one state; '' for all.")] = "open",
    source: Annotated[str, typer.Option(help="Only of this source.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=500)] = 100,
    after: Annotated[str, typer.Option(metavar="TASK", help="Only newer ones.")] = "",
    as_json: Json = False,
) -> None:
    """List what sources are asked to write back; `correction show` says what to write."""
    with opened_hub():
        from tellonce.hub.corrections import selectors  # noqa: PLC0415

        found = selectors.tasks(state=state, source=source, limit=limit, after=after)
    show_tasks(found, limit=limit, as_json=as_json)


@correction.command("done")
def done(
    task: Annotated[str, typer.Argument(metavar="TASK", help="Its id, tsk_...")],
    *,
    failed: Annotated[bool, typer.Option("--failed", help="It could not be done, yet.")] = False,
    refused: Annotated[bool, typer.Option("--refused", help="The source will not.")] = False,
    reason: Reason = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Say that a source has written a correction back. It is verified by its next delivery."""
    if failed and refused:
        raise WrongCall("It failed, or was refused.", hint="Say one of both.")
    answer = "failed" if failed else "refused" if refused else "done"
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.corrections import selectors, services  # noqa: PLC0415

        found = services.answer_task(task, answer, by=actor(as_user), reason=reason)
        views = [selectors.correction_view(found)]
    show_done(views, as_json=as_json)


@correction.command("bulk")
def bulk(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Columns: record (SOURCE:ID) or customer, attribute, value (- removes)."
        ),
    ] = None,
    rule: Annotated[str, typer.Option(help="Instead: what does not meet this rule.")] = "",
    correction: Annotated[str, typer.Option(help="What to do with it, such as 'title case'.")] = "",
    *,
    apply: Annotated[bool, typer.Option("--propose", help="Propose them as one group.")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="Leave out rows in trouble.")] = False,
    reason: Reason = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Show what the corrections of a file, or a named one of what does not meet a rule, would
    do; with --propose, propose them as one group.

    Ends with 1 where rows are in trouble.
    """
    if (file is None) != bool(rule and correction):
        raise WrongCall("Nothing says what is to be corrected.", hint="Name a file, or a rule.")
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.corrections import services  # noqa: PLC0415

        if file is not None:
            news = services.corrections_in(file, reason=reason)
        else:
            news = services.corrections_of_rule(rule, correction)
        group, who = "", actor(as_user)
        if apply:
            group, preview = services.propose_group(
                file.name if file else f"{rule}: {correction}",
                news,
                by=who,
                skip_troubles=skip,
                progress=progress,
            )
        else:
            preview = services.judged(news, by=who, progress=progress).preview
    show_preview(preview, group, as_json=as_json)
    if preview.troubles and not skip:
        raise typer.Exit(1)


@correction.command("detect")
def detect(
    origin: Annotated[
        list[str] | None, typer.Option(help="rule, disagreement, decay; else all of them.")
    ] = None,
    severity: Annotated[str, typer.Option(help="This and above.")] = "low",
    source: Annotated[str, typer.Option(help="Only what rules found in this source.")] = "",
    rule: Annotated[str, typer.Option(help="Only what this rule found.")] = "",
    *,
    limit: Annotated[int, typer.Option(help="Open no more once there are so many.", min=1)] = 1000,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Open a correction for each thing the hub found wrong that has none; they wait for a value.

    What is declared (`detect_from`) is detected every quarter of an hour by itself.
    """
    with opened_hub():
        from dataclasses import asdict  # noqa: PLC0415

        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.corrections import services  # noqa: PLC0415

        more = {"origins": tuple(origin)} if origin else {}
        wanted = services.Wanted(severity=severity, source=source, rule=rule, limit=limit, **more)
        found = services.detect(wanted, by=actor(as_user))
    if as_json:
        print_json(asdict(found))
        return
    show(f"{counted(len(found.opened), 'correction')} opened.")
    if found.known:
        show(f"{counted(found.known, 'finding')} had one already.")
    if found.passed_over:
        show(f"{counted(found.passed_over, 'finding')} passed over: no value corrects them.")
    if found.opened:
        show("They wait for a value: tellonce correction list --state detected")


@correction.command("verify")
def verify(as_json: Json = False) -> None:
    """Look at what the sources delivered since; workers do so every minute.

    Ends with 1 where something came back wrong.
    """
    with opened_hub():
        from tellonce.hub.corrections.services import verify_corrections  # noqa: PLC0415

        looked = verify_corrections()
    if as_json:
        print_json({"records": looked.records, "reopened": looked.reopened})
    else:
        show(f"{counted(looked.records, 'changed record')} looked at.")
        for one in looked.reopened:
            show(f"{one} came back wrong and is reopened.")
    if looked.reopened:
        raise typer.Exit(1)


@correction.command("policy")
def policy(
    file: Annotated[Path | None, typer.Argument(help="YAML; without it, show what holds.")] = None,
    as_user: As = None,
) -> None:
    """Show, or set, what is declared: deadlines, escalation, what needs no reviewer, expiry."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.corrections import selectors, services  # noqa: PLC0415

        if file is None:
            typer.echo(selectors.policy_text().rstrip())
            return
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise WrongCall(f"{file} is no text.", hint="Write it as UTF-8.") from None
        services.set_policy(text, file.name, by=actor(as_user))
    show("Declared: it holds for what happens from now on.")


@correction.command("figures")
def figures(
    days: Annotated[int, typer.Option(help="Of the last so many days.", min=1)] = 30,
    as_json: Json = False,
) -> None:
    """Show lead time, what came back wrong, and what is open and overdue."""
    with opened_hub():
        from dataclasses import asdict  # noqa: PLC0415
        from datetime import timedelta  # noqa: PLC0415

        from tellonce.hub.core import clock  # noqa: PLC0415
        from tellonce.hub.corrections.selectors import correction_figures  # noqa: PLC0415

        found = asdict(correction_figures(clock.now() - timedelta(days=days)))
    if as_json:
        print_json(found)
        return
    for name, said in found.items():
        words = ", ".join(f"{k} {v}" for k, v in said.items()) if isinstance(said, dict) else said
        show(f"{name.replace('_', ' '):>22}  {'-' if words in (None, '') else words}")
