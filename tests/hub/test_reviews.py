"""The review queue: what a person should look at is in it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.intake import reviewing
from tellonce.hub.intake.deciding import decide, records_named, undo
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.queueing import settle_all_reviews
from tellonce.hub.intake.review_queue import open_reviews, review_counts
from tellonce.hub.intake.reviewing import decide_review, explained_review
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.intake.turns import resolving
from tellonce.hub.matching.models import Edge, Review
from tests.hub.delivering import ANNA, OTTO, a_source
from tests.hub.meanwhile import meanwhile

pytestmark = pytest.mark.django_db

MARRIED = ANNA | {"id": "5", "first name": "Anna", "last name": "Inna", "dob": "", "email": ""}
DOUBT = {"first name": "Otto", "last name": "Inny", "dob": "", "email": ""}


def push(*rows: Any) -> None:
    accept_records("crm", list(rows), by=actor())
    place_waiting(by=actor())


@pytest.fixture
def one_open() -> int:
    """A queue with one pair, of one phone and similar names; returns its number."""
    a_source(record_id="id")
    push(ANNA, OTTO, MARRIED)
    (found,) = open_reviews(by=actor()).reviews
    return found.id


def test_a_pair_between_the_cuts_waits_to_be_looked_at(one_open: int) -> None:
    (found,) = open_reviews(by=actor()).reviews
    assert (found.left, found.right) == (("crm", "1"), ("crm", "5"))
    assert found.customers[0] != found.customers[1]
    assert not found.together
    edge = Edge.objects.get(linked=False)
    assert found.probability == edge.probability
    counts = review_counts(by=actor())
    assert (counts.apart, counts.together, counts.oldest) == (1, 0, found.since)


@pytest.mark.parametrize("verdict", ["same", "different", "unsure"])
def test_a_decision_takes_it_off_and_an_undo_puts_it_back(one_open: int, verdict: str) -> None:
    done = decide_review(one_open, verdict, by=actor(), reason="asked by phone")
    assert not Review.objects.exists()
    undo(done.act.id, by=actor())
    assert Review.objects.count() == 1
    with pytest.raises(Unknown, match="no open review"):
        decide_review(one_open, verdict, by=actor())


def test_it_ends_when_the_records_say_more(one_open: int) -> None:
    push(MARRIED | {"email": ANNA["email"], "dob": ANNA["dob"]})
    assert not Review.objects.exists()


def test_the_more_records_an_answer_moves_the_more_it_is_worth(one_open: int) -> None:
    (alone,) = open_reviews(by=actor()).reviews
    push(OTTO | DOUBT | {"id": "6"}, ANNA | {"id": "7"}, MARRIED | {"id": "9"})
    before = [one.value for one in open_reviews(by=actor()).reviews]
    assert max(before) == pytest.approx(2 * alone.value, abs=1e-5)
    first = open_reviews(by=actor(), limit=1)
    rest = open_reviews(by=actor(), limit=50, cursor=first.next)
    listed = [*first.reviews, *rest.reviews]
    assert [one.value for one in listed] == before == sorted(before, reverse=True)
    assert len({one.id for one in listed}) == len(before) == Review.objects.count()
    assert rest.next == ""
    oldest = open_reviews(by=actor(), order="age").reviews[0]
    assert oldest.id == one_open


def test_a_customer_that_hangs_on_a_weak_pair_is_in_the_queue() -> None:
    a_source(record_id="id")
    push(ANNA, OTTO, MARRIED)
    one, other, third = records_named([("crm", "1"), ("crm", "2"), ("crm", "5")])
    decide([(one, other), (other, third)], "same", by=actor())
    (found,) = open_reviews(by=actor()).reviews
    assert (found.left, found.right) == (("crm", "1"), ("crm", "5"))
    assert found.together
    assert found.customers[0] == found.customers[1]


def test_the_queue_of_one_resolution_is_that_of_many(one_open: int) -> None:
    push(OTTO | DOUBT | {"id": "6"}, ANNA | {"id": "7"})
    kept = set(Review.objects.values_list("left", "right", "together", "value"))
    Review.objects.all().delete()
    with resolving("system") as lease:
        settle_all_reviews(lease)
    assert set(Review.objects.values_list("left", "right", "together", "value")) == kept
    assert kept


def test_a_review_is_explained_and_shows_what_policy_lets_be_seen(one_open: int) -> None:
    push(ANNA | {"pesel": "84031212346"})
    found = explained_review(one_open, "service", by=actor())
    reasons = {reason.comparison: reason.bits for reason in found.reasons}
    assert reasons["phone"] > 0
    shown = {value.attribute: value for value in found.values}
    assert shown["email"].left == (ANNA["email"],)
    assert shown["email"].right == ()
    assert shown["identifier:pesel"].left == ("***46",)
    entry = AuditEntry.objects.order_by("id").last()
    assert (entry.action, entry.purpose) == ("review.view", "service")
    assert "84031212346" not in str(entry.__dict__)


def test_who_does_not_decide_does_not_see_the_queue(one_open: int) -> None:
    clerk = add_user("clerk@example.org", "representative", by=actor())
    for call in (
        lambda: open_reviews(by=clerk),
        lambda: explained_review(one_open, "service", by=clerk),
        lambda: decide_review(one_open, "same", by=clerk),
    ):
        with pytest.raises(Refused, match="neither steward nor administrator"):
            call()
    steward = add_user("steward@example.org", "steward", by=actor())
    with pytest.raises(Refused, match="may not act for the purpose marketing"):
        explained_review(one_open, "marketing", by=steward)
    entry = AuditEntry.objects.order_by("id").last()
    assert entry is not None
    assert (entry.action, entry.outcome, entry.purpose) == ("review.view", "refused", "marketing")


def test_a_wrong_order_or_cursor_is_refused(one_open: int) -> None:
    with pytest.raises(WrongCall, match="by value or by age"):
        open_reviews(by=actor(), order="name")
    with pytest.raises(WrongCall, match="not a cursor"):
        open_reviews(by=actor(), cursor="x")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_a_review_at_once_the_later_one_is_told(
    one_open: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = meanwhile(
        monkeypatch,
        reviewing,
        "decide",
        lambda: decide_review(one_open, "same", by=actor()),
        given=30,
    )
    with pytest.raises(Unknown, match="no open review"):
        decide_review(one_open, "different", by=actor())
    assert other.ended().act.verdict == "same"
