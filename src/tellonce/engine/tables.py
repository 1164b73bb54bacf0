"""The Arrow schema at each joint of the engine, and `check`.

RECORDS     what each record says, parsed and cleaned, fit to be shown to a person
COMPARABLE  the same record in normal form, fit to be compared (folded to ASCII lower case)
KEYS        blocking keys of records
EDGES       pairs of records worth keeping, with their match weight
CLUSTERS    which records are one customer
GOLDEN      the surviving values of each customer, with lineage
CHANGES     what differs between two GOLDEN tables

`row` is the rank of a record when records are sorted by (source, record_id): the canonical order,
which makes every later stage independent of the order of arrival.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.errors import SchemaMismatch

NAME = pa.struct(
    [
        ("given", pa.string()),
        ("middle", pa.string()),
        ("family", pa.string()),
        ("full", pa.string()),
        ("title", pa.string()),
        ("suffix", pa.string()),
        ("kind", pa.string()),  # "" the main name, "former", "alias", "native"
    ]
)
ADDRESS = pa.struct(
    [
        ("street", pa.string()),
        ("number", pa.string()),
        ("unit", pa.string()),
        ("city", pa.string()),
        ("region", pa.string()),
        ("postal_code", pa.string()),
        ("country", pa.string()),
        ("full", pa.string()),
        ("kind", pa.string()),  # "" the main address, "mailing", "billing", "work", ...
    ]
)
IDENTIFIER = pa.struct(
    [
        ("kind", pa.string()),  # "pesel", "ssn", "passport", "nip", "tax", "customer_number", ...
        ("value", pa.string()),
        ("country", pa.string()),
        ("valid", pa.bool_()),  # null: no check is known for this kind
    ]
)
OTHER = pa.struct(
    [
        ("name", pa.string()),  # "marital_status", "income_band", ... or the column's own header
        ("value", pa.string()),
        ("kind", pa.string()),  # "category", "text", "number", "date", "coordinates"
    ]
)

RECORDS = pa.schema(
    [
        ("source", pa.string()),
        ("record_id", pa.string()),
        ("observed_at", pa.timestamp("us", "UTC")),
        ("entity", pa.string()),  # "person", "organisation", null when not told
        ("names", pa.list_(NAME)),
        ("organisations", pa.list_(pa.string())),
        ("birth_date", pa.string()),  # ISO 8601, shortened where partial: 1980, 1980-05, 1980-05-17
        ("birth_date_ambiguous", pa.bool_()),  # day and month might be the other way round
        ("gender", pa.string()),  # "female", "male", "other"
        ("emails", pa.list_(pa.string())),
        ("phones", pa.list_(pa.string())),  # E.164 where possible, else as given
        ("addresses", pa.list_(ADDRESS)),
        ("identifiers", pa.list_(IDENTIFIER)),
        ("others", pa.list_(OTHER)),
    ]
)

COMPARABLE_NAME = pa.struct(
    [("given", pa.string()), ("middle", pa.string()), ("family", pa.string())]
)
COMPARABLE_ADDRESS = pa.struct(
    [
        ("street", pa.string()),
        ("number", pa.string()),
        ("unit", pa.string()),
        ("city", pa.string()),
        ("region", pa.string()),
        ("postal_code", pa.string()),
        ("country", pa.string()),
    ]
)
COMPARABLE_IDENTIFIER = pa.struct([("kind", pa.string()), ("value", pa.string())])
COMPARABLE_OTHER = pa.struct([("name", pa.string()), ("value", pa.string())])

COMPARABLE = pa.schema(
    [
        ("source", pa.string()),
        ("record_id", pa.string()),
        ("entity", pa.string()),  # "person", "organisation", null
        ("names", pa.list_(COMPARABLE_NAME)),
        ("suffix", pa.string()),  # generation: jr, sr, ii, iii
        ("organisations", pa.list_(pa.string())),  # legal form stripped
        ("birth_year", pa.int16()),
        ("birth_month", pa.int8()),
        ("birth_day", pa.int8()),
        ("birth_swappable", pa.bool_()),
        ("gender", pa.string()),  # "f", "m", "x"
        ("emails", pa.list_(pa.string())),
        ("phones", pa.list_(pa.string())),  # digits with country code, no plus
        ("addresses", pa.list_(COMPARABLE_ADDRESS)),
        ("identifiers", pa.list_(COMPARABLE_IDENTIFIER)),
        ("others", pa.list_(COMPARABLE_OTHER)),
    ]
)

KEYS = pa.schema(
    [
        ("row", pa.int32()),
        ("kind", pa.int16()),  # index into block.kinds.KINDS
        ("key", pa.int64()),  # SipHash-2-4 of (kind, values)
    ]
)

EDGES = pa.schema(
    [
        ("left", pa.int32()),  # row; left < right
        ("right", pa.int32()),
        ("kind", pa.int16()),  # the first key kind the pair shares
        ("pattern", pa.int64()),  # level of every comparison, packed (score.comparisons)
        ("match_weight", pa.float64()),  # log2 likelihood ratio
        ("probability", pa.float64()),  # match probability
    ]
)

CLUSTERS = pa.schema(
    [
        ("row", pa.int32()),
        ("cluster", pa.int32()),  # the smallest row of the cluster
        ("confidence", pa.float64()),
    ]
)

GOLDEN = pa.schema(
    [
        ("cluster", pa.int32()),
        ("attribute", pa.string()),  # "given_name", "family_name", "email", "city", ...
        ("rank", pa.int32()),  # 0 the golden value; 1.. further values of a multi-valued attribute
        ("value", pa.string()),
        ("source", pa.string()),
        ("record_id", pa.string()),
        ("rule", pa.string()),
        ("runner_up", pa.string()),
        ("observed_at", pa.timestamp("us", "UTC")),
        ("agreeing", pa.int32()),  # records that say the same, the winner included
        ("confidence", pa.float64()),
    ]
)

CHANGES = pa.schema(
    [
        ("customer", pa.string()),
        ("change", pa.string()),  # "added", "changed", "merged", "split", "removed"
        ("attribute", pa.string()),  # null where the change is of the customer as a whole
        ("before_digest", pa.string()),
        ("after_digest", pa.string()),
    ]
)

DECISIONS = pa.schema(
    [
        ("left", pa.int32()),  # row
        ("right", pa.int32()),
        ("verdict", pa.string()),  # "same", "different"
    ]
)


def check(table: pa.Table, schema: pa.Schema, joint: str) -> pa.Table:
    """Return `table` with exactly the columns of `schema`, in its order.

    Raises SchemaMismatch naming the first column that is missing or has another type; `joint` is
    the name of the schema, for the message. Further columns are dropped.
    """
    if table.schema.equals(schema):
        return table
    for field in schema:
        if field.name not in table.column_names:
            raise SchemaMismatch(
                f"The {joint} table has no column {field.name!r}.",
                f"It has {', '.join(table.column_names) or 'no columns'}.",
            )
        found = table.schema.field(field.name).type
        if found != field.type:
            raise SchemaMismatch(
                f"Column {field.name!r} of the {joint} table is {found}, not {field.type}.",
                "Build it with the schema in tellonce.engine.tables.",
            )
    return table.select(schema.names)


def canonical(records: pa.Table) -> pa.Table:
    """RECORDS sorted by (source, record_id), in one chunk."""
    records = check(records, RECORDS, "RECORDS").combine_chunks()
    if _in_order(records):
        return records
    order = pc.sort_indices(records, [("source", "ascending"), ("record_id", "ascending")])
    return records.take(order).combine_chunks()


def _in_order(records: pa.Table) -> bool:
    """Whether each record comes after the one before it; repeated ones are left to sorting."""
    source, record_id = records["source"], records["record_id"]
    later = pc.or_(
        pc.greater(source[1:], source[:-1]),
        pc.and_(pc.equal(source[1:], source[:-1]), pc.greater(record_id[1:], record_id[:-1])),
    )
    return bool(pc.all(pc.fill_null(later, False), min_count=0).as_py())
