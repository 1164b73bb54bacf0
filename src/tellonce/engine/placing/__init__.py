"""What arrives, changes, goes or is decided -> what it changes among the customers.

lookup.py   what is asked of those who hold the records, edges and decisions
arrival.py  what arrived, made comparable, keyed and encoded once
scorer.py   what it is scored against
touched.py  from there along links and decisions to whole components
placed.py   the act itself
candidates.py  what a record that is not held may belong with
memory.py   a lookup in memory; index.py and shelves.py are its parts
"""

from tellonce.engine.placing.arrival import FEW_ENCODED, encoded, encoded_rows, match_keys
from tellonce.engine.placing.candidates import candidates
from tellonce.engine.placing.lookup import Changes, Decision, Edge, Identity, Lookup, Sharing
from tellonce.engine.placing.memory import Memory
from tellonce.engine.placing.placed import Placed, place

__all__ = [
    "FEW_ENCODED",
    "Changes",
    "Decision",
    "Edge",
    "Identity",
    "Lookup",
    "Memory",
    "Placed",
    "Sharing",
    "candidates",
    "encoded",
    "encoded_rows",
    "match_keys",
    "place",
]
