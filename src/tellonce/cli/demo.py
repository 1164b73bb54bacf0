"""`tellonce demo`: a made-up company goes the whole path, by the services anybody's data takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from tellonce import demo as company
from tellonce.cli.demo_story import Story
from tellonce.cli.hub import DEMO_MARK, init
from tellonce.cli.opened import check_made, opened_hub, set_up_hub
from tellonce.cli.output import Stages
from tellonce.hub import env
from tellonce.hub.core.errors import NotInitialised, WrongCall

_FILES = "demo-files"
_HUB = ("master.key", "secret.key", "hub.sqlite3*")


def demo(
    seed: Annotated[int, typer.Option(help="Another seed makes other people.")] = 1624,
    people: Annotated[int, typer.Option(help="How many people the company knows.", min=200)] = 8000,
) -> None:
    """Run a made-up company through the whole path, into a hub of its own in TELLONCE_HOME."""
    home: Path = env.read("TELLONCE_HOME")
    prepare(home)
    story = Story()
    with story.step("Five systems of a made-up company export their files"):
        manifest = company.write(home / _FILES, seed=seed, people=people)
        story.files(manifest)
    with story.step("A hub is made"):
        init()
    with opened_hub():
        _live(manifest, story)
    story.what_next(manifest, home)


def prepare(home: Path) -> None:
    """Make room for a demo hub in `home`: nothing, or an earlier demo hub, which is removed.

    Raises `WrongCall` where another hub is there.
    """
    if env.read("TELLONCE_DATABASE_URL"):
        with set_up_hub():
            _refuse_a_hub_in_a_server()
    if (home / DEMO_MARK).is_file():
        for pattern in _HUB:
            for path in home.glob(pattern):
                path.unlink()
    elif any(path for pattern in _HUB for path in home.glob(pattern)):
        raise WrongCall(
            f"There is a hub in {home} already, and it is not a demo.",
            hint="Give the demo a place of its own: TELLONCE_HOME=./demo tellonce demo",
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / DEMO_MARK).write_text(json.dumps({"company": company.COMPANY}) + "\n")


def _refuse_a_hub_in_a_server() -> None:
    try:
        check_made()
    except NotInitialised:
        return
    raise WrongCall(
        "The database of TELLONCE_DATABASE_URL holds a hub already; the demo does not replace it.",
        hint="Name an empty database, or none: then the demo makes one of its own.",
    )


def _live(manifest: company.Manifest, story: Story) -> None:
    from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
    from tellonce.hub.status import hub_status  # noqa: PLC0415

    by = actor()
    with story.step("The files are delivered, and the records become customers"):
        placed = _load_records(manifest, story, by)
    with story.step("What these customers did is hung on them"):
        _load_activity(manifest, story, by)
    with story.step("How many are right? Here the truth is known"):
        found = found_customers(manifest)
        story.accuracy(placed, *evaluated(manifest, found))
    with story.step("Why, and why not"):
        _explain(manifest, found, story)
    with story.step("A representative opens one customer's profile"):
        _snapshot(manifest, found, story, by)
    story.status(hub_status())


def _load_records(manifest: company.Manifest, story: Story, by: Any) -> Any:
    """Deliver the export of each system, resolve once, then deliver what changed since."""
    from tellonce.hub.bridge.types import no_progress  # noqa: PLC0415
    from tellonce.hub.intake.services import deliver_records, place_waiting  # noqa: PLC0415
    from tellonce.hub.sources.services import add_source  # noqa: PLC0415

    for system in company.SYSTEMS:
        add_source(system.name, system.kind, dict(system.config), by=by)
    for file in manifest.files:
        if file.content == "records":
            report = deliver_records(
                file.source, file.path, full=False, by=by, progress=no_progress
            )
            story.loaded(file, report)
    with Stages() as progress:
        return place_waiting(by=by, progress=progress)


def _load_activity(manifest: company.Manifest, story: Story, by: Any) -> None:
    from tellonce.hub.activity.services import load_activity  # noqa: PLC0415
    from tellonce.hub.consents.services import load_consents  # noqa: PLC0415

    for file in manifest.files:
        if file.content == "consents":
            story.loaded(file, load_consents(file.source, file.path, by=by))
        elif file.content != "records":
            story.loaded(file, load_activity(file.source, file.path, file.content, by=by))


def found_customers(manifest: company.Manifest) -> dict[company.RecordName, int]:
    """The customer (a number) that each record of the truth was resolved to."""
    from tellonce.hub.customers.selectors import living_members  # noqa: PLC0415
    from tellonce.hub.sources.selectors import record_ids  # noqa: PLC0415

    names = list(company.truth_of(manifest))
    ids = record_ids(names)
    customer = {record: number for number, all_ in living_members().items() for record in all_}
    return {name: customer[ids[name]] for name in names if ids.get(name) in customer}


def evaluated(
    manifest: company.Manifest, found: Mapping[company.RecordName, int]
) -> tuple[Any, int]:
    """The Evaluation of what was found, and how many people have a record at all."""
    import pyarrow as pa  # noqa: PLC0415

    from tellonce.engine.evaluate import evaluate  # noqa: PLC0415

    truth = company.truth_of(manifest)
    customers = pa.array([found.get(name) for name in truth], pa.int64())
    people = pa.array(list(truth.values()), pa.int64())
    return evaluate(customers, people), len(set(truth.values()))


def _explain(
    manifest: company.Manifest, found: Mapping[company.RecordName, int], story: Story
) -> None:
    from tellonce.engine.model.document import ScoreModel  # noqa: PLC0415
    from tellonce.hub.intake.explaining import explain_records  # noqa: PLC0415
    from tellonce.hub.sources.selectors import record_ids, record_views  # noqa: PLC0415

    for pairs, together in ((manifest.links, True), (manifest.lookalikes, False)):
        for pair in pairs:
            explained = explain_records(*pair)
            linked = explained.probability >= ScoreModel().link
            if linked is together is (found[pair[0]] == found[pair[1]]):
                records = record_views(record_ids(pair).values())
                story.explained(records, explained, together=together)
                break


def _snapshot(
    manifest: company.Manifest, found: Mapping[company.RecordName, int], story: Story, by: Any
) -> None:
    from tellonce.hub.snapshots.services import take_snapshot  # noqa: PLC0415
    from tellonce.hub.snapshots.types import SnapshotRequest  # noqa: PLC0415

    shown = star(manifest, found)
    story.life(shown, company.life_of(manifest, shown))
    started = perf_counter()
    request = SnapshotRequest(purpose="service", record=":".join(shown))
    taken = take_snapshot(request, by)
    story.snapshot(taken, perf_counter() - started)


def star(manifest: company.Manifest, found: Mapping[company.RecordName, int]) -> company.RecordName:
    """The best person to show whose records became one customer, with no one else's among them."""
    truth = company.truth_of(manifest)
    of_person: dict[int, set[int]] = {}
    of_customer: dict[int, set[int]] = {}
    for name, customer in found.items():
        of_person.setdefault(truth[name], set()).add(customer)
        of_customer.setdefault(customer, set()).add(truth[name])
    for name in manifest.stars:
        if len(of_person[truth[name]]) == len(of_customer[found[name]]) == 1:
            return name
    return manifest.stars[0]
