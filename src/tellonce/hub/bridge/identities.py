"""Which id each customer gets: the engine's rules, over the row ids of records."""

from tellonce.engine.cluster.identity import (
    Assignment,
    Group,
    Holding,
    Members,
    assigned,
    related,
)

__all__ = ["Assignment", "Group", "Holding", "Members", "assigned", "related"]
