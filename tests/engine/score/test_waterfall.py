"""The waterfall: it adds up, says why not, and is a picture that can be shown to anyone."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tellonce.engine.score.explain import Explanation, Proposal, Step
from tellonce.engine.score.waterfall import bars, svg, verdict

SAME = Step("birth_date", 1, "same birth date", 14.0, 0.0, "1980-01-02", "1980-01-02", 14.0)
OTHER = Step("phone", 3, "different phones", -2.0, 0.0, "1", "2", 13.0)
NO_EMAIL = Step("email", 0, "not compared", 0.0, 0.0, "-", "ada@example.com", 19.0)
NO_NAME = Step("given_name", 0, "not compared", 0.0, 0.0, "-", "-", 3.0)


def explained(prior: float = -10.0) -> Explanation:
    """A pair 2 bits up where the prior is -10: below the link cut."""
    odds = prior + 12.0 - 1.0 + 1.0
    return Explanation(
        prior_bits=prior,
        steps=(OTHER, SAME, NO_NAME, NO_EMAIL),
        relatives_bits=-1.0,
        labels_bits=1.0,
        match_weight=11.0,
        probability=1 / (1 + 2.0**-odds),
        odds_bits=odds,
        link=0.95,
        labels=40,
        proposal=Proposal(("birth", "name")),
    )


def test_the_bars_lead_from_the_prior_to_the_odds_without_a_gap() -> None:
    first, *between, last = bars(explained())
    at = first.end
    for bar in between:
        assert bar.start == pytest.approx(at)
        at = bar.end
    assert at == pytest.approx(last.end) == pytest.approx(2.0)


def test_what_weighs_most_comes_first() -> None:
    assert [bar.words for bar in bars(explained())[1:3]] == ["same birth date", "different phones"]


def test_labels_are_named_where_they_calibrate() -> None:
    assert "calibrated on 40 labels" in [bar.words for bar in bars(explained())]


def test_why_not_tells_the_bits_that_miss_and_the_evidence_that_could_lift_it() -> None:
    why = explained().why_not()
    assert why is not None
    assert why.missed_bits == pytest.approx(2.25, abs=0.01)
    assert why.review_missed_bits == 0
    assert [step.comparison for step in why.against] == ["phone"]
    assert [(e.comparison, e.lacking, e.reaches) for e in why.missing] == [
        ("email", "left", True),
        ("given_name", "both", True),
    ]


def test_a_linked_pair_has_no_why_not() -> None:
    linked = explained(prior=0.0)
    assert linked.linked
    assert linked.why_not() is None
    assert verdict(linked)[0] == "linked: at or above the link cut of 0.95"


def test_a_pair_below_the_review_cut_says_by_how_much() -> None:
    assert "4.0 below the review cut of 0.50" in verdict(explained(prior=-16.0))[0]


def test_what_the_customers_say_against_the_pair_is_said() -> None:
    apart = verdict(replace(explained(prior=0.0), one_customer=False))
    assert any("two customers all the same" in line for line in apart)
    together = verdict(replace(explained(), one_customer=True))
    assert any("other records hold the two together" in line for line in together)


def test_a_pair_that_blocking_did_not_propose_says_so() -> None:
    proposal = Proposal((), ("phone",), ("place",))
    said = verdict(replace(explained(), proposal=proposal))[-1]
    assert said.startswith("no blocking key proposed this pair")
    assert "phone, with too many other records" in said
    assert "place, which the model does not use" in said


def test_the_picture_is_sound_xml_with_all_its_words() -> None:
    drawn = ElementTree.fromstring(svg(explained(), "crm:1 and shop:2"))
    text = " ".join(drawn.itertext())
    for words in ("crm:1 and shop:2", "same birth date", "+14.0", "link cut 0.95", "not linked"):
        assert words in text


def test_the_picture_follows_light_and_dark_and_runs_nothing() -> None:
    text = svg(explained(), "pair")
    assert "prefers-color-scheme: dark" in text
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "hostile", ['"><script>x()</script>', "a\x00b\x1b[2J", "\u202eevil", "]]>&"]
)
def test_hostile_values_stay_text(hostile: str) -> None:
    step = replace(SAME, words=hostile, left=hostile)
    text = svg(replace(explained(), steps=(step,)), hostile)
    ElementTree.fromstring(text)
    assert "<script>" not in text
    assert not set(text) & {"\x00", "\x1b", "\u202e"}


def test_a_long_value_is_cut_and_whole_in_its_tooltip() -> None:
    long = replace(SAME, left="x" * 300)
    drawn = svg(replace(explained(), steps=(long,)), "pair")
    assert f"<title>{'x' * 300} / 1980-01-02</title>{'x' * 61}…" in drawn
