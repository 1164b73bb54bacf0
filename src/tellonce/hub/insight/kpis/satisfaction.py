"""How satisfied customers say they are.

Answers to one question are of one scale, told by what the question is called, by what the answers
say of it ("4/5", "80 %"), else by the answers themselves: the least of the scales 1 to 5, 0 to 10
and 0 to 100 that holds all of them; that a scale begins at 0 shows where somebody answered so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tellonce.hub.activity.ratings import Rating, ratings
from tellonce.hub.core.clock import iso
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.insight.intervals import wilson
from tellonce.hub.insight.kpis.completeness import row_id
from tellonce.hub.insight.types import Asked, Evidence, Measured, Part, Window

_NPS = re.compile(r"(^|\W|_)(nps|recommend\w*|empfehlen|polec\w*)(\W|_|$)", re.IGNORECASE)
_SCALES = ((1, 5), (0, 5), (1, 7), (1, 10), (0, 10), (0, 100))
_FEWEST = 5


@dataclass(frozen=True)
class Scale:
    """From the worst to the best answer; `recommends`: it asks whether one would recommend us."""

    worst: float
    best: float
    recommends: bool = False

    def satisfied(self, value: float) -> bool:
        """Whether an answer is in the upper part: 4 and 5 of 5, 6 and 7 of 7, 8 to 10 of 10, 75
        and more of 100 (the two best boxes of five, and what is as far up on other scales).
        """
        return (value - self.worst) / (self.best - self.worst) >= _UPPER.get(self.best, 0.75)


_UPPER = {5: 0.75, 7: 0.83, 10: 0.77, 100: 0.75}


def scale_of(question: str, answers: Sequence[Rating]) -> Scale | None:
    """The scale of the answers to a question; None where no known one holds all of them."""
    values = [one.value for one in answers]
    told = max((one.best for one in answers if one.best), default=None)
    low, high = min(values), max(values)
    if _NPS.search(question):
        return Scale(0, 10, recommends=True) if low >= 0 and high <= 10 else None
    for worst, best in _SCALES:
        if worst <= low and high <= best and told in (None, best):
            return Scale(worst, best)
    return None


def _by_question(window: Window) -> dict[str, list[Rating]]:
    found: dict[str, list[Rating]] = defaultdict(list)
    for one in ratings(window.since, window.until):
        found[one.question].append(one)
    return found


def _scaled(window: Window, *, recommends: bool) -> dict[str, tuple[Scale, list[Rating]]]:
    found = {}
    for question, answers in sorted(_by_question(window).items()):
        scale = scale_of(question, answers)
        if scale is not None and scale.recommends is recommends and len(answers) >= _FEWEST:
            found[question] = (scale, answers)
    return found


def measure_satisfaction(window: Window) -> Measured:
    """The share of answers that are satisfied; a part for each question."""
    parts = [
        _share(question, sum(scale.satisfied(one.value) for one in answers), len(answers))
        for question, (scale, answers) in _scaled(window, recommends=False).items()
    ]
    if not parts:
        return Measured.nothing("In 90 days no survey was answered, or too few to know its scale.")
    of = sum(part.evidence for part in parts)
    good = sum(round((part.value or 0) * part.evidence) for part in parts)
    return Measured(_share("", good, of), tuple(parts))


def measure_recommendation(window: Window) -> Measured:
    """Promoters (9, 10) less detractors (0 to 6), in points of a hundred answers (Reichheld)."""
    found = _scaled(window, recommends=True)
    parts = [
        Part(question, _score([one.value for one in answers]), len(answers))
        for question, (_, answers) in found.items()
    ]
    if not parts:
        return Measured.nothing("In 90 days nobody said whether he would recommend you.")
    values = [one.value for _, answers in found.values() for one in answers]
    return Measured(Part("", _score(values), len(values)), tuple(parts))


def _score(values: Sequence[float]) -> float:
    return 100 * (sum(v >= 9 for v in values) - sum(v <= 6 for v in values)) / len(values)


def _share(name: str, good: int, of: int) -> Part:
    low, high = wilson(good, of)
    return Part(name, good / of, of, low, high)


def dissatisfied(window: Window, asked: Asked) -> Evidence:
    """Who was not satisfied, by the source's key for the customer; the newest first."""
    return _answers(_scaled(window, recommends=False), asked)


def detractors(window: Window, asked: Asked) -> Evidence:
    """Who would not recommend us."""
    return _answers(_scaled(window, recommends=True), asked)


def _answers(found: Mapping[str, tuple[Scale, list[Rating]]], asked: Asked) -> Evidence:
    if asked.part and asked.part not in found:
        raise WrongCall(
            "There is no such question.", hint=f"Known: {'; '.join(found) or 'none yet'}."
        )
    rows = [
        (one, scale)
        for question, (scale, answers) in found.items()
        if asked.part in ("", question)
        for one in answers
        if (one.value <= 6 if scale.recommends else not scale.satisfied(one.value))
    ]
    rows.sort(key=lambda row: (row[0].at, row[0].activity), reverse=True)
    begin = row_id(asked.cursor)
    shown = tuple(
        {
            "activity": one.activity,
            "source": one.source,
            "question": one.question,
            "answer": one.value,
            "at": iso(one.at),
        }
        for one, _ in rows[begin : begin + asked.limit]
    )
    more = len(rows) > begin + asked.limit
    return Evidence(shown, str(begin + asked.limit) if more else "")
