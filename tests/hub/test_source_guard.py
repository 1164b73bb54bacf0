"""A full delivery that lacks much is held; one that lacks little deletes, as it is meant to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.intake import deleting
from tellonce.hub.intake.deleting import approve_deletions
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.sources import selectors
from tellonce.hub.sources.models import Delivery, HeldDeletion, Record
from tellonce.hub.sources.run_views import runs_of
from tellonce.io.errors import FileEmpty, NoRecords
from tests.hub.delivering import a_source, load
from tests.hub.meanwhile import meanwhile
from tests.hub.test_hub_commands import Run

PEOPLE = [
    {
        "id": str(n),
        "first name": f"Testina{n}",
        "last name": f"Beispielowski{n}",
        "email": f"testina{n}@example.org",
    }
    for n in range(60)
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the next delivery is written."""
    return tmp_path / "all.csv"


def active() -> int:
    """How many records are not deleted."""
    return Record.objects.filter(state=Record.ACTIVE).count()


@pytest.mark.django_db
def test_a_short_full_file_deletes_nothing_but_keeps_what_it_says(file: Path) -> None:
    a_source()
    load(file, PEOPLE, full=True)
    changed = [PEOPLE[0] | {"email": "moved@example.org"}, *PEOPLE[1:40]]
    done = load(file, changed, full=True).report
    assert (done.delivery.held, done.delivery.counts.deleted) == (20, 0)
    assert (done.delivery.counts.changed, active()) == (1, 60)
    assert any("Held: 20 of 60 records" in sentence for sentence in done.sentences)
    (last, first) = runs_of(selectors.source_named("crm").id)
    assert (last.state, last.held, first.state) == ("held", 20, "done")


@pytest.mark.django_db
def test_what_is_held_is_deleted_once_a_person_approves(file: Path) -> None:
    a_source()
    load(file, PEOPLE, full=True)
    held = load(file, PEOPLE[:40], full=True).report.delivery
    done = approve_deletions(held.id, by=actor())
    assert (done.counts.deleted, done.held, active()) == (20, 0, 40)
    placed = place_waiting(by=actor())
    assert placed is not None
    assert placed.records == 40
    with pytest.raises(WrongCall, match="Nothing of delivery"):
        approve_deletions(held.id, by=actor())


@pytest.mark.django_db
def test_the_same_file_with_a_word_that_it_is_meant_deletes(file: Path) -> None:
    from tellonce.hub.intake.services import load_records

    a_source()
    load(file, PEOPLE, full=True)
    held = load(file, PEOPLE[:10], full=True).report.delivery
    done = load_records("crm", file, full=True, yes_delete=True, by=actor()).report.delivery
    assert (done.counts.deleted, done.held, active()) == (50, 0, 10)
    with pytest.raises(WrongCall, match="Nothing of delivery"):
        approve_deletions(held.id, by=actor())


@pytest.mark.django_db
def test_a_shrink_within_the_guard_or_of_few_records_goes_through(file: Path) -> None:
    a_source()
    load(file, PEOPLE, full=True)
    assert load(file, PEOPLE[:48], full=True).report.delivery.counts.deleted == 12
    assert load(file, PEOPLE[:39], full=True).report.delivery.counts.deleted == 9
    a_source("small")
    load(file, PEOPLE[:9], "small", full=True)
    assert load(file, PEOPLE[:1], "small", full=True).report.delivery.counts.deleted == 8


@pytest.mark.django_db
def test_the_guard_is_the_source_s_own(file: Path) -> None:
    for name, guard in (("strict", 0.1), ("open", 1)):
        a_source(name, guard=guard)
        load(file, PEOPLE, name, full=True)
        load(file, PEOPLE[:48], name, full=True)
    assert list(Delivery.objects.filter(held__gt=0).values_list("source__name", "held")) == [
        ("strict", 12)
    ]


@pytest.mark.django_db
def test_an_empty_file_and_one_without_rows_delete_nothing(file: Path) -> None:
    a_source()
    load(file, PEOPLE, full=True)
    from tellonce.hub.intake.services import load_records

    for text, error in (("", FileEmpty), ("id,email\n", NoRecords)):
        file.write_text(text)
        with pytest.raises(error):
            load_records("crm", file, full=True, yes_delete=True, by=actor())
    assert active() == 60
    assert [run.state for run in runs_of(selectors.source_named("crm").id)] == [
        "failed",
        "failed",
        "done",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.79])
def test_a_file_cut_off_anywhere_deletes_nothing(file: Path, share: float) -> None:
    from tellonce.hub.intake.services import load_records

    a_source(record_id="id")
    load(file, PEOPLE, full=True)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    done = load_records("crm", file, full=True, by=actor()).report.delivery
    assert (done.counts.deleted, active()) == (0, 60)


@pytest.mark.django_db
def test_a_record_that_arrives_again_is_no_longer_to_be_deleted(file: Path) -> None:
    a_source()
    load(file, PEOPLE, full=True)
    held = load(file, PEOPLE[:40], full=True).report.delivery
    load(file, PEOPLE[50:55])
    done = approve_deletions(held.id, by=actor())
    assert (done.counts.deleted, active()) == (15, 45)
    assert HeldDeletion.objects.count() == 0


@pytest.mark.django_db
def test_a_held_deletion_is_none_any_more_after_the_next_full_file(file: Path) -> None:
    a_source()
    load(file, PEOPLE, full=True)
    held = load(file, PEOPLE[:40], full=True).report.delivery
    load(file, PEOPLE, full=True)
    with pytest.raises(WrongCall):
        approve_deletions(held.id, by=actor())
    assert active() == 60


@pytest.mark.django_db
def test_approving_asks_who_it_is_and_which_delivery(file: Path) -> None:
    a_source()
    load(file, PEOPLE, full=True)
    held = load(file, PEOPLE[:40], full=True).report.delivery
    add_user("ada@example.org", "analyst", by=actor())
    with pytest.raises(Refused):
        approve_deletions(held.id, by=actor("ada@example.org"))
    with pytest.raises(Unknown, match="no delivery 0"):
        approve_deletions(0, by=actor())
    assert active() == 60


def test_a_held_load_ends_with_1_and_says_how_to_go_on(run: Run, tmp_path: Path) -> None:
    from tests.hub.delivering import write_csv

    run("source", "add", "crm", "--kind", "crm")
    run("load", "crm", str(write_csv(tmp_path / "a.csv", PEOPLE)), "--full")
    held = run("load", "crm", str(write_csv(tmp_path / "b.csv", PEOPLE[:20])), "--full")
    assert held.returncode == 1, held.stderr
    number = str(Delivery.objects.latest("pk").pk)
    assert f"tellonce source approve {number}" in held.stdout
    assert f"tellonce source approve {number}" in run("source", "show", "crm").stdout
    assert "40 records deleted" in run("source", "approve", number).stdout
    listed = run("source", "runs", "crm").stdout
    assert "held" in listed
    assert "60 rows" in listed


@pytest.mark.django_db(transaction=True)
def test_a_record_that_arrives_while_deletions_are_approved_stays(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_source()
    load(file, PEOPLE)
    held = load(file, PEOPLE[:40], full=True).report.delivery
    other = meanwhile(
        monkeypatch,
        deleting,
        "alone_in",
        lambda: accept_records("crm", [PEOPLE[50]], by=actor()),
    )
    approve_deletions(held.id, by=actor())
    other.ended()
    assert active() == 41
