"""The shipped priors: level probabilities that training starts from and is pulled towards.

Order of magnitude judgements about customer data, not figures of one data set. Per comparison:
matches (m), strangers (u), relatives (r): others who share a household, a contact or a site, and
branches (b): other sites of one organisation, which share its name and often a number. A row gives
the levels from 1 upwards and is scaled to sum to one.
"""

from __future__ import annotations

from tellonce.engine.model.document import ScoreModel, Table
from tellonce.engine.score.comparisons import COMPARISONS, MAX_LEVELS, MAX_OTHERS

_M: dict[str, tuple[float, ...]] = {
    "identifier": (0.92, 0.05, 0.03),
    "birth_date": (0.89, 0.05, 0.02, 0.01, 0.015, 0.015),
    "email": (0.73, 0.05, 0.16, 0.01, 0.05),
    "phone": (0.70, 0.05, 0.24, 0.01),
    "gender": (0.985, 0.015),
    "suffix": (0.97, 0.03),
    "entity": (0.995, 0.005),
    "given_name": (0.76, 0.09, 0.07, 0.03, 0.02, 0.03),
    "family_name": (0.82, 0.03, 0.07, 0.02, 0.05, 0.01),
    "middle_name": (0.75, 0.15, 0.10),
    "organisation": (0.65, 0.15, 0.09, 0.07, 0.04, 1e-4),
    "address": (0.62, 0.05, 0.05, 0.08, 0.10, 0.06, 0.04),
}
_U: dict[str, tuple[float, ...]] = {
    "identifier": (1e-6, 1e-4, 1.0),
    "birth_date": (4e-5, 1.2e-3, 3e-3, 6e-3, 0.07, 0.92),
    "email": (1e-6, 1e-5, 1.0, 1e-5, 1e-2),
    "phone": (1e-6, 1e-5, 1.0, 1e-5),
    "gender": (0.5, 0.5),
    "suffix": (0.3, 0.7),
    "entity": (0.9, 0.1),
    "given_name": (5e-3, 4e-3, 8e-3, 0.03, 0.06, 0.89),
    "family_name": (2e-3, 1e-3, 4e-3, 0.03, 0.96, 2e-5),
    "middle_name": (0.02, 0.08, 0.90),
    "organisation": (1e-4, 3e-4, 1e-3, 0.02, 0.98, 1e-3),
    "address": (1e-5, 1e-5, 2e-4, 2e-3, 0.03, 0.15, 0.80),
}
_R: dict[str, tuple[float, ...]] = {
    "identifier": (0.01, 2e-3, 1.0),
    "birth_date": (0.02, 3e-3, 0.01, 8e-3, 0.10, 0.86),
    "email": (0.10, 0.02, 0.82, 0.05, 0.01),
    "phone": (0.40, 0.02, 0.48, 0.10),
    "gender": (0.45, 0.55),
    "suffix": (0.2, 0.8),
    "entity": (0.9, 0.1),
    "given_name": (0.004, 0.003, 0.01, 0.06, 0.08, 0.84),
    "family_name": (0.75, 0.05, 0.03, 0.02, 0.15, 1e-4),
    "middle_name": (0.05, 0.10, 0.85),
    "organisation": (0.01, 0.03, 0.03, 0.13, 0.75, 0.05),
    "address": (0.75, 0.05, 0.03, 0.04, 0.05, 0.04, 0.04),
}
_B: dict[str, tuple[float, ...]] = {
    **_R,
    "identifier": (0.10, 0.02, 0.88),
    "email": (0.30, 0.20, 0.40, 0.08, 0.02),
    "phone": (0.30, 0.08, 0.52, 0.10),
    "organisation": (0.35, 0.30, 0.10, 0.15, 0.05, 0.05),
    "address": (0.002, 0.01, 0.02, 0.07, 0.35, 0.20, 0.35),
}
# The share of relatives, and of branches, that have one value between them. They spell it as
# differently as one customer does, so their levels there are a mixture of m and u.
SHARED_BY_RELATIVES = {"family_name": 0.85, "address": 0.85, "phone": 0.5, "email": 0.12}
# The most of relatives that are believed to share it, where that is more than is shipped: an e-mail
# is one's own, but in the lists of clubs and schools it is the home's.
MOST_SHARED = {"email": 0.6}
SHARED_BY_BRANCHES = {"address": 0.002}
# What of branches is learnt: one organisation has one telephone exchange, another a number at every
# site; one calls them all alike, another adds the place. That their address differs is what they
# are, and holds the class in place.
LEARNT_OF_BRANCHES = ("organisation", "phone")
# What of relatives is learnt: colleagues share an employer, and what is not known may be about the
# home. That their given names and birth dates differ is what they are.
LEARNT_OF_RELATIVES = ("organisation", *(f"other_{at}" for at in range(MAX_OTHERS)))
NO_BRANCHES = 1e-12  # where no record has an organisation, or none an address
NO_RELATIVES = 1e-12  # where nobody is called or born, nothing could tell who shares a telephone
# The most that may differ between two records of one customer: what is one's own hardly changes.
# Without this limit, in data full of families, the family is mistaken for the customer.
MOST_DIFFERENT = {
    "identifier": 0.08,
    "birth_date": 0.12,
    "gender": 0.06,
    "suffix": 0.03,  # it is written to tell father and son apart
    "given_name": 0.12,
    "middle_name": 0.1,
    "organisation": 0.25,
    "entity": 0.02,
}
# Who writes a given name so that nothing of it is left writes more of them a little wrong: pairs of
# different given names, for each that is alike, and what is believed in any case. Without this
# limit couples who share an e-mail, a telephone and a house are learnt to be one customer. In files
# full of slips the share found was .1 to .6, where families were taken for the customer 1 to 3.5.
DIFFERENT_AN_ALIKE, DIFFERENT_ANYWAY = 0.6, 0.03
_OTHER_M, _OTHER_U, _OTHER_R = (0.80, 0.05, 0.15), (0.15, 0.05, 0.80), (0.40, 0.05, 0.55)
# Of two records of one customer that both have the attribute, the least share whose level is among
# the first ones: it holds the class of matches to what a match is, also where there are none.
LEAST_ALIKE = {
    "identifier": (2, 0.6),
    "birth_date": (2, 0.5),
    "email": (2, 0.15),
    "phone": (2, 0.15),
    "family_name": (3, 0.65),
    "given_name": (4, 0.75),
    "organisation": (4, 0.6),
    "address": (3, 0.15),
}
# The same where records are of organisations: these share names and numbers with their branches, so
# that one's own address is what holds the class of matches.
LEAST_ALIKE_SITES = {**LEAST_ALIKE, "address": (2, 0.7)}
# The most that strangers agree, by level from 1: names of organisations are chosen to be their own.
# Without this limit a file full of one organisation makes its name look common.
MOST_AGREEING = {"organisation": (2e-3, 6e-3, 1e-2)}
# That two organisations have one name is taken for one organisation, and one e-mail or telephone
# for one customer where nobody is named: odds given nothing but that, at least. Without this limit
# a file of names or numbers alone, where nothing else could tell, teaches that equal ones are
# chance.
ONE_NAME_ODDS = 4.0
# Where records have nothing but further attributes: how often one differs between two records of a
# customer, at least and at most. Categories go together among strangers too (who is retired has no
# branch of industry), and without this limit such a group is mistaken for the customer.
BARE_DIFFERENT = 0.1, 0.25
# That a number in an organisation's name is mistyped, at most: without this limit units and stores
# of one house are learnt to be one customer.
MOST_MISNUMBERED = 1e-4
LEAST_M = 0.004  # of a disagreement: however clean the data, errors happen
# Two mailboxes made of one name: bits that this adds, at most, to the agreement of the names.
NAMED_MAILBOX_BITS = 1.0
# A contact that many share: odds of one customer, given nothing but the shared contact, at most.
SHARED_ODDS = 1 / 8
# Attributes without a known meaning may repeat what names and addresses say already: they then
# count by half. Where there is nothing else, they count fully.
UNKNOWN_WORTH = 0.5
SHIPPED_A_RECORD = (0.3, 1.0, 0.3)  # pairs a record: matches, relatives, branches


def _table(rows: dict[str, tuple[float, ...]], other: tuple[float, ...]) -> Table:
    fixed = [rows[c.name] for c in COMPARISONS if c.name in rows]
    return tuple(_scaled(row) for row in (*fixed, *(other for _ in range(MAX_OTHERS))))


def _scaled(row: tuple[float, ...]) -> tuple[float, ...]:
    levels = [1.0, *(value / sum(row) for value in row)]
    return tuple(levels + [1.0] * (MAX_LEVELS - len(levels)))


def shipped(rows: int = 10_000, others: tuple[str, ...] = ()) -> ScoreModel:
    """The model before any training, for a table of `rows` records."""
    rows = max(rows, 2)
    pairs = rows * (rows - 1) / 2
    prior, relatives, branches = (min(a * rows / pairs, 0.1) for a in SHIPPED_A_RECORD)
    return ScoreModel(
        m=_table(_M, _OTHER_M),
        u=_table(_U, _OTHER_U),
        r=_table(_R, _OTHER_R),
        b=_table(_B, _OTHER_R),
        prior=prior,
        relatives=relatives,
        branches=branches,
        others=others,
    )
