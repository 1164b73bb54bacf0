"""Rules, as much of their words as somebody may be told: words that an identifier, health or money
is compared with may be somebody's value.
"""

from __future__ import annotations

from dataclasses import replace

from tellonce.hub.accounts.types import Actor
from tellonce.hub.policy.seeing import WHY
from tellonce.hub.quality.in_force import rules_in_force, rules_of_version
from tellonce.hub.quality.selectors import rules_history, rules_of
from tellonce.hub.quality.telling import columns_meant, columns_of, unseen_of
from tellonce.hub.quality.types import ALL, RulesVersionView, RuleView
from tellonce.hub.sources.selectors import source_named

HIDDEN = "***"


def shown_rules(source: str, *, by: Actor) -> list[RuleView]:
    """The rules that hold for a source, in their order; what they ask is withheld where `by` does
    not see what they compare. Raises `Unknown`.
    """
    view = source_named(source)
    found, columns = rules_in_force(view.id), columns_of(view)
    rules = found.by_id if found else {}
    return [
        replace(one, check=HIDDEN, aloud=f"{one.field} {HIDDEN}".strip())
        if unseen_of(rules[one.id], columns, by)
        else one
        for one in rules_of(source)
    ]


def shown_history(source: str = ALL, *, by: Actor) -> list[RulesVersionView]:
    """The versions of the rules of one source, or of all, the newest first; without the text of
    those of which a rule compares what `by` does not see.
    """
    columns = columns_meant(source)
    return [
        replace(one, text=f"# {HIDDEN} {WHY}\n")
        if any(unseen_of(rule, columns, by) for rule in rules_of_version(one.id).values())
        else one
        for one in rules_history(source)
    ]
