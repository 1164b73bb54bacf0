"""The shapes there are, by name."""

from __future__ import annotations

from bench.shapes import guides, ledgers, people, registers, trades
from bench.shapes.drawing import Shape

SHAPES = (
    Shape("noisy", people.noisy),
    Shape("german_names", people.german(people.FNAME, address=False)),
    Shape("german_addresses", people.german(people.VORNAME, address=True)),
    Shape("voters_by_age", people.voters(year=False)),
    Shape("voters_by_year", people.voters(year=True)),
    Shape("patients", people.patients),
    Shape("inventors", trades.inventors),
    Shape("restaurants", trades.restaurants),
    Shape("guides", guides.guides),
    Shape("ledgers", ledgers.ledgers),
    Shape("register", registers.register),
    Shape("party_rolls", registers.party_rolls),
    Shape("mentions", registers.mentions),
    Shape("clinic", registers.clinic),
)
