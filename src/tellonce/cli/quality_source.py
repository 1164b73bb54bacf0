"""The profile of a source of the hub, as `tellonce quality profile` shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.quality_profile_table import percent, show_fields, spark_of_shares
from tellonce.io.write import check_writable, write_text
from tellonce.rules.profile_page import profile_page


@dataclass(frozen=True)
class Shown:
    """What is asked for: made now, its figures over time, a page, without values, as JSON; of its
    records, or of a kind of activity.
    """

    now: bool
    over_time: bool
    html: Path | None
    no_values: bool
    as_json: bool
    content: str


def show_source(name: str, asked: Shown) -> bool:
    """Show the profile of a source; returns whether something changed since last month."""
    if asked.html is not None:
        check_writable(asked.html)
    with opened_hub():
        from tellonce.hub.quality.selectors import latest_profile, moments  # noqa: PLC0415

        found = _made(name, asked) if asked.now else latest_profile(name, content=asked.content)
        over_time = moments(name, content=asked.content) if asked.over_time else []
    profile = found.profile.without_values() if asked.no_values else found.profile
    if asked.html is not None:
        write_text(asked.html, profile_page(profile, found.changes))
    if asked.as_json:
        document = found.as_document() | {"fields": profile.as_document()["fields"]}
        if asked.over_time:
            document["over_time"] = [vars(one) for one in over_time]
        print_json(document)
        return bool(found.changes)
    some = f", {profile.rows:,} of them looked at" if profile.rows < found.records else ""
    rows = (
        counted(found.records, "record")
        if asked.content == "records"
        else (f"{found.records:,} {asked.content}")
    )
    show(f"{name}, {found.at:%Y-%m-%d %H:%M} UTC: {rows}{some}.")
    if asked.over_time:
        _show_over_time(over_time)
    else:
        show_fields(profile)
    _show_changes(found)
    return bool(found.changes)


def _made(name: str, asked: Shown) -> Any:
    from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
    from tellonce.hub.activity.profiling import profile_activity  # noqa: PLC0415
    from tellonce.hub.quality.profiles import profile_source  # noqa: PLC0415

    with Stages(quiet=asked.as_json) as progress:
        if asked.content == "records":
            return profile_source(name, by=actor(), progress=progress)
        return profile_activity(name, asked.content, by=actor(), progress=progress)


def _show_changes(found: Any) -> None:
    show("")
    if found.compared_with is None:
        show("There is no earlier profile to compare it with.")
        return
    since = f"since {found.compared_with:%Y-%m-%d %H:%M} UTC"
    show(f"What changed {since}:" if found.changes else f"Nothing changed {since}.")
    for one in found.changes:
        show(f"  {one.sentence}")


def _show_over_time(moments: list[Any]) -> None:
    """Per field how much is filled, profile by profile, as a line of blocks."""
    by_field: dict[str, list[Any]] = {}
    for one in moments:
        by_field.setdefault(one.field, []).append(one)
    width = min(32, max(map(len, by_field), default=0))
    for field, found in by_field.items():
        first, last = found[0], found[-1]
        line = spark_of_shares([one.fill for one in found])
        ends = f"filled {percent(first.fill)} -> {percent(last.fill)}"
        more = f"{first.distinct:,} -> {last.distinct:,} different"
        show(f"{field[:width].ljust(width)}  {line}  {ends}, {more}")
