"""What somebody sees of an attribute at best: for rules, proposals and lists without a purpose.

Whoever may name a purpose may name any of his, so of his purposes the most lenient counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tellonce.hub.accounts.types import Actor
from tellonce.hub.policy.classes import attribute_class, is_encrypted
from tellonce.hub.policy.decide import decide, purposes_of
from tellonce.hub.policy.types import Action, Answer, Classification, Facts

FEWEST = 5
"""Records below which a count of what is withheld is withheld too."""
WHY = "They are about attributes that no purpose of this client shows."
_STRICTNESS = {one: place for place, one in enumerate(Classification)}


@dataclass(frozen=True)
class Withheld:
    """What a list leaves out: how many lines, None for fewer than `FEWEST`, which may be none, and
    without those of which a count would tell; and why. Of who acts at the machine itself nothing is
    kept: 0 and "".
    """

    lines: int | None = 0
    why: str = ""


NOTHING = Withheld()


def at_the_machine(who: Actor) -> bool:
    """Whether `who` acts at the hub's own machine, as its people and the hub itself do: he has the
    database and the master key, so nothing is kept from him. Clients come from elsewhere; so will
    people who sign in, and they must come with their purposes.
    """
    return who.purposes is None


def at_best(who: Actor, attribute: str, *, restricted: bool = False) -> Answer:
    """What policy shows `who` of an attribute for that purpose of his which shows most. No consent
    of a customer is known here, so a purpose that needs one shows nothing.
    """
    if at_the_machine(who):
        return Answer.ALLOW
    facts = Facts(restricted=restricted)
    found = (decide(who, Action.VALUE, attribute, one, facts).answer for one in purposes_of(who))
    return max(found, default=Answer.DENY)


def sees(who: Actor, attribute: str, *, restricted: bool = False) -> bool:
    """Whether policy shows `who` values of an attribute as they are, for any purpose of his."""
    return at_best(who, attribute, restricted=restricted) is Answer.ALLOW


def sees_all(who: Actor, attributes: Iterable[str], *, restricted: bool = False) -> bool:
    """Whether `who` sees each of them."""
    return all(sees(who, one, restricted=restricted) for one in attributes)


def policy_name(attribute: str, header: str) -> str:
    """What policy knows a column by: what it was recognised as ("": nothing), or its header where
    the words of that are stricter.
    """
    bare, words = attribute.partition("#")[0], f"other:{header}"
    if not bare:
        return words
    by_words = attribute_class(words)
    stricter = _STRICTNESS[by_words] > _STRICTNESS[attribute_class(bare)]
    return words if is_encrypted(by_words) and stricter else bare


def withheld(lines: int, who: Actor) -> Withheld:
    """What a list says of the lines that it leaves out for `who`."""
    if at_the_machine(who):
        return NOTHING
    return Withheld(lines if lines >= FEWEST else None, WHY)
