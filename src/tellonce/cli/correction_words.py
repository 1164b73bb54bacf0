"""Corrections in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tellonce.cli.output import counted, print_json, show

_NEXT = {
    "detected": "Somebody says what it should be: tellonce correction value {id} VALUE",
    "proposed": "Somebody else approves it: tellonce correction approve {name} --as EMAIL",
    "applied": "The sources are asked to follow: tellonce correction tasks",
}


def show_done(done: Sequence[Any], *, as_json: bool) -> None:
    """What somebody did about corrections, and what comes next."""
    if as_json:
        print_json({"corrections": [_as_json(one) for one in done]})
        return
    for one in done[:20]:
        show(f"{one.id} is {one.state}{f': {one.outcome}' if one.outcome else ''}.")
    if len(done) > 20:
        show(f"... {counted(len(done), 'correction')} in all.")
    if done and (words := _NEXT.get(done[0].state)):
        show(words.format(id=done[0].id, name=done[0].group or done[0].id))


def show_listed(found: Sequence[Any], *, limit: int, as_json: bool) -> None:
    """A page of corrections, and the cursor of the next, "" at the end."""
    before = found[-1].id if len(found) == limit else ""
    if as_json:
        print_json({"corrections": [_as_json(one) for one in found], "before": before})
        return
    for one in found:
        due = f"due {one.due_at:%Y-%m-%d}" if one.due_at else ""
        late = " OVERDUE" if one.overdue else ""
        back = f" reopened {one.reopened}x" if one.reopened else ""
        show(
            f"{one.id}  {one.severity:<8} {one.state:<10} {one.attribute:<14} {one.record:<20} "
            f"{one.origin:<14} {due}{late}{back}".rstrip()
        )
    if not found:
        show("No correction.")
    if before:
        show(f"Older ones: --before {before}")


def show_correction(found: Any, names: Mapping[str, str], *, as_json: bool) -> None:
    """One correction with values, write-backs and story; `names`: how its actors are known."""
    one = found.correction
    if as_json:
        print_json({**asdict(found), "correction": _as_json(one)})
        return
    show(f"{one.id}  {one.state}{f', {one.outcome}' if one.outcome else ''}  {one.severity}")
    show(f"  {one.attribute} of {one.customer or 'nobody'} ({one.record})")
    if found.hidden:
        show("  its values are hidden from you for this purpose")
    else:
        new = "(none)" if found.removes else found.value or "(not known yet)"
        show(f"  {found.old or '(none)'} -> {new}{'  (masked)' if found.masked else ''}")
    for words in filter(None, (found.reason, found.evidence)):
        show(f"  {words}")
    for task in found.tasks:
        back = "give back: " if task.gives_back else ""
        show(f"  {task.id}  {task.record}  {back}{task.state}  {task.reason}".rstrip())
    for step in found.story:
        who = f"{step.kind:<10} {names[step.actor]}"
        show(f"  {step.at:%Y-%m-%d %H:%M}  {who}  {step.words}".rstrip())
    if words := _NEXT.get(one.state):
        show(words.format(id=one.id, name=one.group or one.id))


def show_tasks(found: Sequence[Any], *, limit: int, as_json: bool) -> None:
    """A page of write-backs, and the cursor of the next, "" at the end."""
    after = found[-1].id if len(found) == limit else ""
    if as_json:
        print_json({"tasks": [asdict(one) for one in found], "after": after})
        return
    for one in found:
        due = f"due {one.due_at:%Y-%m-%d}" if one.due_at else ""
        late = " OVERDUE" if one.overdue else ""
        back = "give back, " if one.gives_back and due else "give back" if one.gives_back else ""
        show(
            f"{one.id}  {one.record:<20} {one.attribute:<14} {one.severity:<8} {one.state:<8} "
            f"{one.correction}  {back}{due}{late}".rstrip()
        )
    if not found:
        show("No source is asked for anything.")
    elif any(one.state in ("asked", "failed") for one in found):
        show("What to write: tellonce correction show CORRECTION; then correction done TASK")
    if after:
        show(f"More: --after {after}")


def show_preview(preview: Any, group: str, *, as_json: bool) -> None:
    """What a bulk would do, or was proposed to do."""
    if as_json:
        print_json({**asdict(preview), "group": group})
        return
    what = ", ".join(f"{name} {number:,}" for name, number in preview.attributes.items())
    show(
        f"{counted(preview.corrections, 'correction')} of {counted(preview.customers, 'customer')}"
        f"{': ' + what if what else ''}"
    )
    for trouble in preview.troubles[:20]:
        show(f"  row {trouble.row}: {trouble.problem} {trouble.hint}")
    if len(preview.troubles) > 20:
        show(f"  ... {counted(len(preview.troubles), 'row')} in trouble in all.")
    if not group:
        show("Nothing was kept. Propose them as one group by --propose.")
        return
    persons = "two other persons approve" if preview.needs > 1 else "somebody else approves"
    show(f"{group} is proposed; {persons} it: tellonce correction approve {group} --as EMAIL")


def _as_json(one: Any) -> dict[str, Any]:
    """Without row ids, which mean nothing outside."""
    document = asdict(one)
    del document["row"], document["is_identifier"]
    return document
