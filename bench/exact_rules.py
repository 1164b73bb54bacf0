"""The matcher most companies have: records equal in the obvious attributes are one customer.

Which attributes there are is told from the column names. Values are compared in small letters,
without accents and outer blanks; of a phone only the digits. There is no similarity anywhere.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
from column_kinds import kinds
from threshold import Groups

# A record is one customer with another where all attributes of one rule are there and equal.
RULES = (
    ("email",),
    ("identifier",),
    ("phone", "family"),
    ("phone", "name"),
    ("given", "family", "birth"),
    ("given", "family", "street", "house"),
    ("given", "family", "street", "postcode"),
    ("given", "family", "postcode", "city"),
    ("name", "street"),
    ("name", "postcode"),
)
LAST_RESORT = (("given", "family"), ("name",))  # where no other rule can be applied


def link(table: pa.Table) -> list[int]:
    """A customer number for each row of `table`, all of whose columns are text."""
    found = kinds(table.column_names)
    usable = [rule for rule in RULES if set(rule) <= set(found)]
    usable = usable or [rule for rule in LAST_RESORT if set(rule) <= set(found)]
    database = duckdb.connect()
    database.register("rows", table.append_column("place", pa.array(range(len(table)))))
    groups = Groups(len(table))
    for rule in usable:
        values = ", ".join(value(kind, found[kind]) for kind in rule)
        present = " AND ".join(f"{value(kind, found[kind])} IS NOT NULL" for kind in rule)
        equal = database.execute(
            f"SELECT list(place) FROM rows WHERE {present} GROUP BY {values} HAVING count(*) > 1"
        )
        for (places,) in equal.fetchall():
            for place in places[1:]:
                groups.parent[groups.find(place)] = groups.find(places[0])
    return [groups.find(place) for place in range(len(table))]


def value(kind: str, column: str) -> str:
    """The expression of what is compared of a column; null where it is empty."""
    quoted = f'"{column}"'
    if kind == "phone":
        return f"nullif(regexp_replace({quoted}, '[^0-9]', '', 'g'), '')"
    return f"nullif(trim(lower(strip_accents({quoted}))), '')"
