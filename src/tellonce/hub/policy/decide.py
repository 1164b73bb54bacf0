"""`decide`: the one place that says allow, mask or deny. It looks nothing up."""

from __future__ import annotations

from tellonce.hub.accounts.types import Actor
from tellonce.hub.policy import rules
from tellonce.hub.policy.classes import attribute_class, field_class
from tellonce.hub.policy.types import Action, Answer, Classification, Decision, Facts


def decide(
    who: Actor, action: Action, attribute: str, purpose: str, facts: Facts | None
) -> Decision:
    """Whether `who` may do `action` for `purpose`, given `facts`.

    `attribute` is '' for REQUEST, a section for SECTION, and for VALUE an attribute
    (`email`, `identifier:pesel`) or `section.field`. Deny is the answer to whatever no table
    allows and to missing facts; of several roles the most lenient counts that may act for the
    purpose.
    """
    roles = purposes_roles(who, purpose)
    if not roles:
        return Decision(Answer.DENY, f"no role of this user may act for the purpose {purpose}")
    if problem := _problem_of_facts(purpose, facts):
        return Decision(Answer.DENY, problem)
    if action is Action.REQUEST:
        return Decision(Answer.ALLOW, f"{min(roles)} may act for {purpose}")
    if action is Action.SECTION:
        return _decide_section(attribute, purpose)
    return _decide_class(roles, classify(attribute), purpose)


def purposes_roles(who: Actor, purpose: str) -> frozenset[str]:
    """The roles of `who` that may act for `purpose`; none where it was not granted."""
    if who.purposes is not None and purpose not in who.purposes:
        return frozenset()
    return frozenset(
        role for role in who.roles if purpose in rules.PURPOSES_OF_ROLE.get(role, frozenset())
    )


def purposes_of(who: Actor) -> list[str]:
    """The purposes that `who` may act for, sorted."""
    found = {purpose for role in who.roles for purpose in rules.PURPOSES_OF_ROLE.get(role, ())}
    return sorted(found if who.purposes is None else found & who.purposes)


def classify(attribute: str) -> Classification:
    """The class of an attribute, or of `section.field`."""
    section, dot, field = attribute.partition(".")
    return field_class(section, field) if dot else attribute_class(attribute)


def _problem_of_facts(purpose: str, facts: Facts | None) -> str:
    if facts is None or facts.restricted is None:
        return "it is not known whether processing of this customer is restricted"
    if facts.restricted and purpose not in rules.DESPITE_RESTRICTION:
        return "processing of this customer is restricted"
    if purpose in rules.NEEDS_CONSENT:
        consent = facts.consents.get(purpose)
        if consent is None:
            return f"no consent to {purpose} is known"
        if not consent:
            return f"the customer does not consent to {purpose}"
    return ""


def _decide_section(section: str, purpose: str) -> Decision:
    if section in rules.SECTIONS_OF_PURPOSE.get(purpose, frozenset()):
        return Decision(Answer.ALLOW, f"{purpose} needs {section}")
    return Decision(Answer.DENY, f"{purpose} has no need of {section}")


def _decide_class(roles: frozenset[str], found: Classification, purpose: str) -> Decision:
    needed = rules.CEILING_OF_PURPOSE[purpose][found]
    held = max(rules.CEILING_OF_ROLE[role][found] for role in roles)
    answer = min(needed, held)
    limit = f"the purpose {purpose}" if needed <= held else f"the role {'/'.join(sorted(roles))}"
    return Decision(answer, f"{found} values: {answer.name.lower()} under {limit}")
