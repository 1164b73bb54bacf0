"""Who may see what for which purpose: the whole table, written out."""

from __future__ import annotations

import itertools

import pytest

from tellonce.hub.accounts.types import ROLES, Actor
from tellonce.hub.policy.classes import attribute_class, field_class, is_encrypted
from tellonce.hub.policy.decide import decide, purposes_of
from tellonce.hub.policy.masks import masked
from tellonce.hub.policy.types import (
    PURPOSES,
    SECTIONS,
    Action,
    Answer,
    Classification,
    Facts,
)

KNOWN = Facts(restricted=False, consents={"marketing": True})
EXAMPLE = {
    Classification.INTERNAL: "country",
    Classification.PERSONAL: "email",
    Classification.SENSITIVE: "income_band",
    Classification.SECRET: "identifier:pesel",
}
# For internal, personal, sensitive, secret: A allow, M mask, D deny. A pair that is not here may
# not act at all.
TABLE = {
    ("representative", "service"): "AAMM",
    ("representative", "sales"): "AAMD",
    ("steward", "service"): "AAMM",
    ("steward", "compliance"): "AAMM",
    ("engineer", "product"): "AMDD",
    ("analyst", "marketing"): "AMDD",
    ("analyst", "product"): "AMDD",
    ("officer", "compliance"): "AAAA",
    ("officer", "risk"): "AAAM",
    ("manager", "service"): "AAMD",
    ("manager", "sales"): "AAMD",
    ("manager", "marketing"): "AADD",
    ("manager", "product"): "AMDD",
    ("manager", "risk"): "AAMD",
    ("admin", "service"): "AAMM",
    ("admin", "sales"): "AAMD",
    ("admin", "marketing"): "AADD",
    ("admin", "product"): "AMDD",
    ("admin", "risk"): "AAAM",
    ("admin", "compliance"): "AAAM",
}


def someone(*roles: str) -> Actor:
    return Actor("usr_1", "kim@example.org", "Kim", frozenset(roles))


@pytest.mark.parametrize(("role", "purpose"), list(itertools.product(ROLES, PURPOSES)))
def test_every_role_and_purpose_sees_each_class_as_the_table_says(role: str, purpose: str) -> None:
    answers = "".join(
        decide(someone(role), Action.VALUE, attribute, purpose, KNOWN).answer.name[0]
        for attribute in EXAMPLE.values()
    )
    assert answers == TABLE.get((role, purpose), "DDDD")


@pytest.mark.parametrize(("role", "purpose"), list(itertools.product(ROLES, PURPOSES)))
def test_a_snapshot_may_be_requested_exactly_where_the_table_has_a_line(
    role: str, purpose: str
) -> None:
    decision = decide(someone(role), Action.REQUEST, "", purpose, KNOWN)
    assert (not decision.denied) == ((role, purpose) in TABLE)
    assert decision.reason


def test_the_examples_are_of_the_classes_they_stand_for() -> None:
    assert {attribute_class(name): name for name in EXAMPLE.values()} == EXAMPLE


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("facts", [None, Facts(), Facts(consents={"marketing": True})])
def test_missing_facts_deny(action: Action, facts: Facts | None) -> None:
    assert decide(someone("admin"), action, "email", "service", facts).denied


def test_restricted_data_is_seen_for_compliance_only() -> None:
    facts = Facts(restricted=True, consents={"marketing": True})
    allowed = [
        p for p in PURPOSES if not decide(someone("admin"), Action.REQUEST, "", p, facts).denied
    ]
    assert allowed == ["compliance"]


@pytest.mark.parametrize("consents", [{}, {"marketing": False}, {"service": True}])
def test_marketing_needs_the_consent_of_the_customer(consents: dict[str, bool]) -> None:
    facts = Facts(restricted=False, consents=consents)
    decision = decide(someone("analyst"), Action.REQUEST, "", "marketing", facts)
    assert decision.denied
    assert "consent" in decision.reason


def test_nobody_without_a_role_or_with_an_unknown_one_may_do_anything() -> None:
    for who, purpose in itertools.product([someone(), someone("king")], PURPOSES):
        assert decide(who, Action.REQUEST, "", purpose, KNOWN).denied


def test_a_purpose_that_does_not_exist_is_denied() -> None:
    assert decide(someone("admin"), Action.VALUE, "email", "curiosity", KNOWN).denied


def test_of_several_roles_the_most_lenient_that_may_act_for_the_purpose_counts() -> None:
    both = someone("engineer", "representative")
    assert decide(both, Action.VALUE, "email", "service", KNOWN).answer is Answer.ALLOW
    assert decide(both, Action.VALUE, "email", "product", KNOWN).answer is Answer.MASK
    assert purposes_of(both) == ["product", "sales", "service"]


def test_a_purpose_gets_only_the_sections_it_needs() -> None:
    def sections(purpose: str) -> set[str]:
        who = someone("admin")
        return {s for s in SECTIONS if not decide(who, Action.SECTION, s, purpose, KNOWN).denied}

    assert sections("service") == set(SECTIONS)
    assert set(SECTIONS) - sections("marketing") == {"account", "notes"}
    assert decide(someone("admin"), Action.SECTION, "secrets", "service", KNOWN).denied


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("email", "personal"),
        ("birth_date", "personal"),
        ("family_name#alias", "personal"),
        ("country", "internal"),
        ("identifier:loyalty", "secret"),
        ("other:Income Band", "sensitive"),
        ("other:healthInsurer", "sensitive"),
        ("other:IBAN", "secret"),
        ("other:snippet", "personal"),
        ("other:trace", "personal"),
        ("other:Doch\u00f3d", "sensitive"),
        ("other:householdincome", "sensitive"),
        ("other:Gehalt", "sensitive"),
        ("other:numer konta", "secret"),
        ("other:Steuer-ID", "secret"),
        ("codice_fiscale", "secret"),
    ],
)
def test_attributes_have_the_class_their_name_says(attribute: str, expected: str) -> None:
    assert attribute_class(attribute) == expected


@pytest.mark.parametrize(
    ("section", "field", "expected"),
    [
        ("transactions", "amount", "internal"),
        ("transactions", "ship_address", "personal"),
        ("transactions", "title", "internal"),
        ("transactions", "orderId", "internal"),
        ("transactions", "Gift wish", "personal"),
        ("interactions", "subject", "personal"),
        ("interactions", "title", "personal"),
        ("interactions", "Resolution", "personal"),
        ("interactions", "Agent", "personal"),
        ("interactions", "closed_at", "internal"),
        ("interactions", "priority", "internal"),
        ("feedback", "title", "personal"),
        ("feedback", "score", "internal"),
        ("marketing", "device_id", "personal"),
        ("account", "status", "personal"),
        ("account", "creditLimit", "sensitive"),
        ("notes", "text", "personal"),
        ("transactions", "card_number", "secret"),
        ("demographics", "email", "personal"),
    ],
)
def test_fields_of_activities_have_the_class_of_what_they_tell(
    section: str, field: str, expected: str
) -> None:
    assert field_class(section, field) == expected


def test_the_vault_encrypts_sensitive_and_secret_classes() -> None:
    assert {c for c in Classification if is_encrypted(c)} == {"sensitive", "secret"}


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("email", "anna.test@domain.example", "a***@d***"),
        ("email", "not an address", "***"),
        ("phone", "+48 600 100 200", "***200"),
        ("phone", "555-1234", "***34"),
        ("phone", "1234", "***"),
        ("identifier:pesel", "44051401359", "***59"),
        ("identifier:x", "12345", "***"),
        ("birth_date", "1944-05-14", "1944"),
        ("birth_date", "1944", "1944"),
        ("birth_date", "05-14", "***"),
        ("full_name", "Anna Maria Testowa", "A*** M*** T***"),
        ("postal_code", "00-950", "00***"),
        ("street", "Prosta", "***"),
        ("notes.text", "called twice", "***"),
        ("demographics.email", "", ""),
    ],
)
def test_masking_leaves_what_its_rule_says(attribute: str, value: str, expected: str) -> None:
    assert masked(attribute, value) == expected
