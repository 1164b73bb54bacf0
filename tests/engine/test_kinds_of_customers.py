"""What kinds of customer files ask of matching, end to end, on made-up ones."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
import pytest

from tellonce.engine.evaluate import Scores, evaluate
from tellonce.engine.model.document import MatchModel
from tellonce.engine.pipeline import Resolved, Settings, resolve, shipped_model
from tellonce.engine.standardise import StandardiseParams, recognise, records

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jade")
KINDS = ("Family Centre", "Community Services", "Hope Society", "Children House")
GIVEN = ("Susan", "David", "Laura", "Peter", "Karen", "Frank", "Helen", "Oscar", "Irene")
Entry = dict[str, Any]


def told(entries: list[Entry], source: str = "file") -> pa.Table:
    """RECORDS of one file; `truth` and `source` are taken away."""
    names = [name for name in entries[0] if name not in ("truth", "source")]
    table = pa.table({name: [entry[name] for entry in entries] for name in names})
    ids = pa.array([f"{row:05}" for row in range(len(entries))])
    return records(source, ids, table, recognise(source, table), StandardiseParams()).table


def resolved(entries: list[Entry]) -> Resolved:
    """The customers of one file."""
    return resolve(told(entries), settings=Settings(golden=False))


def scores(entries: list[Entry]) -> Scores:
    """Pairwise, against `truth`."""
    truth = pa.array([entry["truth"] for entry in entries])
    return evaluate(resolved(entries).clusters["cluster"], truth).pairwise


def across(lists: tuple[list[Entry], list[Entry]]) -> tuple[Resolved, Scores]:
    """The customers of two sources, and how right they are pairwise."""
    both = pa.concat_tables([told(one, name) for one, name in zip(lists, "ab", strict=True)])
    found = resolve(both, settings=Settings(golden=False))
    truth = pa.array([entry["truth"] for one in lists for entry in one])
    return found, evaluate(found.clusters["cluster"], truth).pairwise


def word(chance: random.Random) -> str:
    return "".join(chance.choice(WORDS)[:4] for _ in range(2)).capitalize()


def phone(chance: random.Random) -> str:
    return f"312-{chance.randint(200, 999)}-{chance.randint(0, 9999):04}"


def sites(organisations: int) -> list[Entry]:
    """Sites of organisations that share a switchboard, each in up to three lists."""
    chance = random.Random(11)
    found: list[Entry] = []
    for organisation in range(organisations):
        name, switchboard = f"{word(chance)} {chance.choice(KINDS)}", phone(chance)
        for site in range(chance.choice([1, 1, 2, 3, 5])):
            place = f"{chance.randint(1, 9999)} {word(chance)} {word(chance)} Street"
            called = [name, f"{name} {word(chance)}"]
            found += [
                {
                    "company": chance.choice(called),
                    "address": place,
                    "zip": f"606{chance.randint(10, 40)}" if chance.random() < 0.7 else None,
                    "telephone": switchboard,
                    "truth": f"{organisation}/{site}",
                }
                for _ in range(chance.choice([1, 2, 3]))
            ]
    return found


def test_sites_with_one_name_and_one_switchboard_are_told_apart_by_their_address() -> None:
    found = scores(sites(120))
    assert found.precision > 0.95
    assert found.recall > 0.85


def test_an_organisation_with_hundreds_of_records_is_not_taken_apart() -> None:
    large = [{"company": "Fjord Heron Works", "city": None, "truth": "large"} for _ in range(450)]
    chance = random.Random(3)
    others = [f"{word(chance)} {word(chance)} {chance.choice(KINDS)}" for _ in range(900)]
    small = [{"company": name, "city": "Ember", "truth": name} for name in others]
    found = resolved([*large, *small]).clusters["cluster"].to_pylist()
    assert len(set(found[:450])) == 1


def lives(people: int) -> list[Entry]:
    """People of the past, copied by hand: names, dates and places are misspelt."""
    chance = random.Random(17)
    letters = "abcdefghijklmnopqrstuvwxyz"

    def copied(text: str) -> str:
        at = chance.randrange(len(text))
        if chance.random() < 0.45:
            return text
        return text[:at] + chance.choice(["", chance.choice(letters)]) + text[at + 1 :]

    found: list[Entry] = []
    for number in range(people):
        given, family, place = (f"{word(chance)}{chance.choice(letters)}" for _ in range(3))
        born = f"{chance.randint(1600, 1890)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        for copy in range(chance.choice([1, 1, 2, 3])):
            found.append(
                {
                    "first_name": copied(given) if copy else given,
                    "surname": copied(family) if copy else family,
                    "dob": born if chance.random() < 0.8 else f"{born[:4]}-01-01",
                    "birth_place": copied(place) if copy else place,
                    "truth": str(number),
                }
            )
    return found


def test_people_of_the_past_are_found_though_little_is_spelt_alike() -> None:
    found = scores(lives(700))
    assert found.precision > 0.97
    assert found.recall > 0.93


def survey(people: int) -> tuple[list[Entry], list[Entry]]:
    """Two waves of a survey: no names, and some answers change in between."""
    chance = random.Random(23)
    sizes = {"region": 20, "born_in": 20, "schooling": 5, "trade": 9, "status": 4, "household": 5}
    first, second = [], []
    for number in range(people):
        entry: Entry = {name: chance.randint(1, size) for name, size in sizes.items()}
        entry |= {"birth_year": chance.randint(1925, 2005), "truth": number}
        changed = {n: chance.randint(1, sizes[n]) for n in sizes if chance.random() < 0.12}
        first += [entry] if chance.random() < 0.7 else []
        second += [entry | changed] if chance.random() < 0.7 else []
    return first, second


def test_a_survey_finds_people_again_by_answers_that_mostly_stay() -> None:
    found, score = across(survey(1500))
    assert score.precision > 0.95
    assert score.recall > 0.75
    assert found.model.score.unique == ("a", "b")


def test_people_with_names_are_looked_for_within_a_source_too() -> None:
    found = resolve(pa.concat_tables([told(lives(30), name) for name in "ab"]))
    assert found.model.score.unique == ()


def test_names_of_organisations_alone_are_enough_where_they_are_equal() -> None:
    chance = random.Random(5)
    names = [f"{word(chance)} {word(chance)} {chance.choice(KINDS)}" for _ in range(400)]
    entries = [{"company": name, "truth": name} for name in names + names[:120]]
    found = scores(entries)
    assert found.precision > 0.95
    assert found.recall > 0.95


def test_customers_who_differ_in_their_numbers_are_not_one() -> None:
    entries = [
        {
            "first_name": f"Name{number}",
            "surname": f"Fabel{number}",
            "email": f"name{number}@{'abc'[number % 3]}.example",
            "dob": f"1990-01-{number + 1:02}",
            "city": "Musterstadt",
        }
        for number in range(30)
    ]
    found = resolve(told(entries), model=shipped_model(), settings=Settings(golden=False))
    assert len(set(found.clusters["cluster"].to_pylist())) == 30


def couples(homes: int) -> list[Entry]:
    """Couples with one e-mail, one telephone and one house, each of the two in up to two rows."""
    chance = random.Random(7)
    found: list[Entry] = []
    for home in range(homes):
        at = {
            "last_name": word(chance),
            "email": f"{word(chance).lower()}{home}@mail.example",
            "phone": phone(chance),
            "street": f"{chance.randint(1, 400)} {word(chance)} Road",
            "postcode": f"{chance.randint(10000, 99999)}",
        }
        for one in chance.sample(GIVEN, chance.choice([1, 2])):
            for _copy in range(chance.choice([1, 1, 1, 2])):
                found.append({"first_name": one, **at, "truth": f"{home}/{one}"})
    return found


def test_couples_who_share_all_but_the_given_name_are_two_customers() -> None:
    found = scores(couples(400))
    assert found.precision > 0.97
    assert found.recall > 0.97


@pytest.mark.parametrize("generations", [("Jr", "Sr"), ("II", "III"), ("Junior", "IV")])
@pytest.mark.parametrize("model", [None, shipped_model()], ids=["trained", "shipped"])
def test_two_generations_of_one_name_are_two_customers_though_all_else_is_the_same(
    generations: tuple[str, str], model: MatchModel | None
) -> None:
    entries = [{**entry, "suffix": None} for entry in couples(200)]
    homes = {entry["email"]: entry for entry in entries}
    again = [
        {**home, "suffix": suffix, "truth": f"{home['truth']}/{suffix}", "last_name": f"{one}son"}
        for one, home in zip(WORDS, homes.values(), strict=False)
        for suffix in generations * 2
    ]
    found = resolve(told([*entries, *again]), model=model, settings=Settings(golden=False))
    customers = found.clusters["cluster"].to_pylist()[len(entries) :]
    pairs = {(one, other) for one, other in zip(customers[::2], customers[1::2], strict=True)}
    assert len(pairs) == len(WORDS), "each generation is one customer"
    assert all(one != other for one, other in pairs)


def test_children_of_one_home_are_not_one_customer_in_a_list_of_nobody_but_children() -> None:
    renamed = {"first_name": "Child first name", "last_name": "Child last name"}
    entries = [
        {renamed.get(name, name): value for name, value in entry.items()} for entry in couples(200)
    ]
    assert scores(entries).precision > 0.97


def colleagues(firms: int) -> tuple[list[Entry], list[Entry]]:
    """People at firms as two lists have them: switchboard, house and info@ are everybody's. Who is
    called stands in the second list in a column whose header is not known.
    """
    chance = random.Random(13)
    first: list[Entry] = []
    second: list[Entry] = []
    for firm in range(firms):
        name, line = f"{word(chance)} {word(chance)}", phone(chance)
        for number in range(chance.randint(1, 9)):
            one, family = GIVEN[number], word(chance)
            own = f"{one}.{family}@{firm}.example".lower()
            truth = f"{firm}/{number}"
            seen = {"company": name, "phone": line, "truth": truth}
            house = {"street": f"{firm + 1} Main Street", "city": "Delta"}
            info = own if chance.random() < 0.7 else f"info@{firm}.example"
            called = {"first_name": one, "last_name": family, "email": info}
            first += [{**called, **seen, **house}] if chance.random() < 0.7 else []
            called = {"who": f"{one} {family}", "email": own}
            second += [{**called, **seen}] if chance.random() < 0.5 else []
    return first, second


def test_colleagues_are_as_many_customers_as_they_are() -> None:
    _, score = across(colleagues(120))
    assert score.precision > 0.97
    assert score.recall > 0.9


UNITS = (
    ("{} Ltd Unit 1", "{} Limited, Unit 2"),
    ("{} School 12", "{} School 21"),
    ("{} Store #104", "{} Store #105"),
    ("{} Fund A", "{} Fund B"),
    ("{} Fund I LP", "{} Fund II LP"),
    ("{} Holding II AG", "{} Holding III AG"),
)


def units(houses: int, share: float) -> list[Entry]:
    """Organisations at one house with one telephone and one e-mail: a share of them are of several,
    told apart by a number or a letter alone. Of each there are up to three rows.
    """
    chance = random.Random(29)
    found: list[Entry] = []
    for house in range(houses):
        name = f"{word(chance)} {word(chance)}"
        at = {
            "telephone": phone(chance),
            "email": f"info@{house}.example",
            "address": f"{chance.randint(1, 9999)} {word(chance)} Street",
        }
        for called in chance.choice(UNITS) if chance.random() < share else ["{}"]:
            for _row in range(chance.choice([1, 1, 2, 3])):
                written = name.replace("e", "", 1) if chance.random() < 0.15 else name
                whole = called.format(written)
                found.append({"company": whole, **at, "truth": f"{house}/{called}"})
    return found


@pytest.mark.parametrize("share", [0.05, 0.5])
@pytest.mark.parametrize("model", [None, shipped_model()], ids=["trained", "shipped"])
def test_units_of_one_house_that_differ_in_a_number_alone_are_not_one(
    share: float, model: MatchModel | None
) -> None:
    entries = units(300, share)
    found = resolve(told(entries), model=model, settings=Settings(golden=False))
    truth = pa.array([entry["truth"] for entry in entries])
    score = evaluate(found.clusters["cluster"], truth).pairwise
    assert score.precision > 0.99
    assert score.recall > 0.95


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fjord 3M Heron", "Fjord 3 M Heron"),
        ("Amber 24/7 Fitness", "Amber 24-7 Fitness Ltd"),
        ("Amber Ltd", "Amber Ltd Unit 1"),
        ("Amber Birch School 12", "Amber Brich School No. 012"),
        ("Amber Fund II", "Amber Fund 2 LP"),
    ],
)
def test_an_organisation_written_with_and_without_its_number_is_one(one: str, other: str) -> None:
    at = {"telephone": "312-555-0142", "address": "12 Delta Street", "zip": "60614"}
    entries = [{"company": name, **at} for name in (one, other)]
    found = resolve(told(entries), model=shipped_model(), settings=Settings(golden=False))
    assert len(set(found.clusters["cluster"].to_pylist())) == 1


def ledger(accounts: int) -> list[Entry]:
    """People and companies in one column; companies of no known trade, half of the time without
    their legal form.
    """
    chance = random.Random(31)
    found: list[Entry] = []
    for account in range(accounts):
        one, other = word(chance), word(chance)
        company = account % 5 < 2
        kinds = (f"{one}'s {other}", f"The {one} {other}", f"House of {one} {other}")
        name = chance.choice(kinds) if company else f"{chance.choice(GIVEN)} {one}{other}"
        at = {"phone": phone(chance), "street": f"{chance.randint(1, 400)} {word(chance)} Road"}
        for _row in range(chance.choice([1, 2, 3])):
            form = chance.choice(["", "", " Ltd", " Inc"]) if company else ""
            known = {**at, "phone": at["phone"] if chance.random() < 0.5 else None}
            if chance.random() < 0.2:
                known["street"] = f"{chance.randint(1, 400)} {word(chance)} Road"
            found.append({"name": name + form, **known, "truth": str(account)})
    return found


def test_companies_without_their_legal_form_are_told_from_people_by_how_they_are_named() -> None:
    found = scores(ledger(500))
    assert found.precision > 0.98
    assert found.recall > 0.97


@pytest.mark.parametrize("contact", ["phone", "email"])
def test_a_list_of_nothing_but_one_contact_finds_those_that_are_there_twice(contact: str) -> None:
    chance = random.Random(19)
    told_of = {
        "phone": lambda _at: phone(chance),
        "email": lambda at: f"{word(chance)}{at}@a.example",
    }
    values = sorted({told_of[contact](at) for at in range(500)})
    entries: list[Entry] = [{contact: value, "truth": value} for value in values + values[:120]]
    found = scores(entries)
    assert found.precision > 0.97
    assert found.recall > 0.97
