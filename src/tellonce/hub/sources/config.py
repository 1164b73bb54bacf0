"""What may be declared about a source, as YAML; everything may be left out.

record_id: CustomerKey          column of the source's own record id
customer_key: CustomerKey       what its activity refers to; by default the record id
source_version: updated_at      a whole number or a time that grows with each change
observed_at: updated_at         by default the source version, where that is a time
deleted: is_deleted             a row with yes, true, 1 or a time in it is a deletion
country: PL                     where its phone numbers and addresses are by default
encoding: windows-1250          where the file's own is not recognised
delimiter: ";"
unique: true                    the source has no duplicates of its own
trust: 0.9                      or per attribute: {email: 0.9, "*": 0.7}
columns: {Prefix: title}        header -> attribute, where not recognised
transactions: {customer_key: CustomerID, occurred_at: InvoiceDate}     and so for each kind
consents: {purpose: topic}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tellonce.hub.core.errors import WrongCall

RECORDS = "records"
CONSENTS = "consents"
ACTIVITY_KINDS = (
    "accounts",
    "transactions",
    "products",
    "opportunities",
    "interactions",
    "tickets",
    "marketing",
    "notes",
    "social",
    "surveys",
)
CONTENTS = (RECORDS, *ACTIVITY_KINDS, CONSENTS)

_COLUMNS = ("record_id", "customer_key", "source_version", "observed_at", "deleted")
_TEXTS = (*_COLUMNS, "region", "encoding", "delimiter")
_FLAGS = ("day_first", "header", "unique")
_MAPPINGS = ("columns", *ACTIVITY_KINDS, CONSENTS)


@dataclass(frozen=True)
class SourceConfig:
    """A source's declarations; "", None and empty mean: to be recognised, or the default.

    `trust`: attribute ("*" for all others) -> probability that its value is right.
    `layouts`: kind of activity or "consents" -> field -> column.
    """

    record_id: str = ""
    customer_key: str = ""
    source_version: str = ""
    observed_at: str = ""
    deleted: str = ""
    region: str = ""
    encoding: str = ""
    delimiter: str = ""
    day_first: bool | None = None
    header: bool | None = None
    unique: bool = False
    trust: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    layouts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def named_columns(self) -> dict[str, str]:
        """Declaration -> column, of the columns declared for records."""
        return {name: getattr(self, name) for name in _COLUMNS if getattr(self, name)}


def source_config(document: Any) -> SourceConfig:
    """The declarations in a parsed YAML document (None: nothing declared).

    Raises `WrongCall` for what is not known or has the wrong shape.
    """
    if document is None:
        document = {}
    if not isinstance(document, Mapping):
        raise WrongCall(
            "The configuration of a source is a list of `name: value` lines.", hint=_KNOWN
        )
    document = {_SYNONYMS.get(name, name): value for name, value in document.items()}
    for name in document:
        if name not in _NAMES:
            raise WrongCall(f"A source has no setting {name!r}.", hint=_KNOWN)
    return SourceConfig(
        **{name: _text(name, document[name]) for name in _TEXTS if name in document},
        **{name: _flag(name, document[name]) for name in _FLAGS if name in document},
        trust=_trust(document.get("trust", {})),
        columns=_mapping("columns", document.get("columns", {})),
        layouts={
            name: _mapping(name, document[name])
            for name in (*ACTIVITY_KINDS, CONSENTS)
            if name in document
        },
    )


_SYNONYMS = {"id": "record_id"}  # as in the mapping files of `tellonce resolve`
_NAMES = (*_TEXTS, *_FLAGS, "trust", *_MAPPINGS)
_KNOWN = f"Known are {', '.join(_NAMES)}."


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise WrongCall(
            f"The setting {name!r} of a source is not one name.",
            hint=f"Write it as `{name}: NAME`.",
        )
    return str(value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongCall(
            f"The setting {name!r} of a source is neither true nor false.",
            hint=f"Write `{name}: true` or `{name}: false`.",
        )
    return value


def _trust(value: Any) -> dict[str, float]:
    trusts = value if isinstance(value, Mapping) else {"*": value}
    for name, trust in trusts.items():
        if isinstance(trust, bool) or not isinstance(trust, int | float) or not 0 <= trust <= 1:
            raise WrongCall(
                f"The trust in a source for {name!r} is not a number from 0 to 1.",
                hint='Write `trust: 0.9`, or per attribute `trust: {email: 0.9, "*": 0.7}`.',
            )
    return {str(name): float(trust) for name, trust in trusts.items()}


def _mapping(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(v, str | int) for v in value.values()):
        raise WrongCall(
            f"The setting {name!r} of a source is not a mapping.",
            hint=f"Write it as `{name}: {{NAME: COLUMN}}`.",
        )
    return {str(key): str(column) for key, column in value.items()}
