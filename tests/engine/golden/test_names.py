"""The names of a golden record: built of their parts, whatever the systems can write."""

from tests.engine.golden.test_golden import best, name, one_customer, record


def test_a_full_name_is_never_turned_round() -> None:
    written = name(given="Ala", family="Testowa", full="Testowa, Ala")
    assert best(one_customer(record("1", names=[written])), "full_name") == "Ala Testowa"
    unparsed = one_customer(record("1", names=[name(full="Ala z Lasu")]))
    assert best(unparsed, "full_name") == "Ala z Lasu"


def test_a_system_without_accents_does_not_contradict_one_with_them() -> None:
    merged = one_customer(
        record("1", year=2015, names=[name(given="Łucja", family="Przykładowa")]),
        record("2", year=2014, names=[name(given="Lucja", family="PRZYKLADOWA")]),
    )
    assert best(merged, "full_name") == "Łucja Przykładowa"
    assert merged["family_name"][0]["agreeing"] == 2
    assert merged["family_name"][0]["runner_up"] is None
