"""Lists of known values that users give: read, folded, and looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tellonce.engine.standardise.addresses import comparable_city, comparable_postal_code
from tellonce.engine.standardise.headers import read_header
from tellonce.engine.standardise.text import as_text, fold
from tellonce.io.errors import BadSetting
from tellonce.io.read import read_file
from tellonce.rules.checks.codes import country_of
from tellonce.rules.types import Reference, ReferenceFile, RuleSet

_JOINT = "\t"
MOST = 2_000_000


def load_references(rules: RuleSet, folder: Path) -> Mapping[str, Reference]:
    """The lists that a file of rules brings along. Their files lie in `folder`, beside the rules.

    Raises the errors of `io.errors`; BadSetting for a file elsewhere or without the named columns.
    """
    return {one.name: _loaded(one, folder) for one in rules.references}


def _loaded(one: ReferenceFile, folder: Path) -> Reference:
    path = (folder / one.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadSetting(
            f"The reference {one.name!r} names a file outside of the folder of the rules.",
            "Put the file beside the rules.",
        )
    table = read_file(path).table
    for column in (*one.key, *([one.value] if one.value else [])):
        if column not in table.column_names:
            raise BadSetting(
                f"The reference {one.name!r} has no column {column!r}.",
                f"{one.file} has {', '.join(table.column_names)}.",
            )
    if table.num_rows > MOST:
        raise BadSetting(
            f"The reference {one.name!r} has {table.num_rows:,} rows.", f"At most are {MOST:,}."
        )
    keys = [as_text(table[column]).to_pylist() for column in one.key]
    values = as_text(table[one.value]).to_pylist() if one.value else [""] * table.num_rows
    return reference_of(one.name, one.key, zip(*keys, strict=True), values)


def reference_of(
    name: str,
    keys: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    values: Iterable[str | None],
) -> Reference:
    """A list in memory: `keys` names what makes a key (`country`, `postal_code`, or any name),
    `rows` holds the keys and `values` what belongs to each. Keys with a part missing are left out.
    """
    found: dict[str, set[str]] = {}
    shown: dict[str, str] = {}
    for row, value in zip(rows, values, strict=True):
        if not all(row):
            continue
        key = key_of(keys, [part or "" for part in row])
        known = found.setdefault(key, set())
        if value and (folded := comparable_city(value)):
            known.add(folded)
            shown.setdefault(folded, value)
    return Reference(name, found, tuple(keys), shown)


def key_of(keys: Sequence[str], parts: Sequence[str]) -> str:
    """Parts of a key, folded as what they are and joined."""
    return _JOINT.join(_folded(key, part) for key, part in zip(keys, parts, strict=True))


def _folded(key: str, part: str) -> str:
    attribute = read_header(key).attribute
    if attribute == "country":
        return country_of(part) or fold(part)
    if attribute == "postal_code":
        return comparable_postal_code(part) or ""
    return fold(part) or part


def belonging(reference: Reference, parts: Sequence[str]) -> Iterable[str] | None:
    """What belongs to a key, folded; None where the key is not in the list. A British postal code
    is sought as a whole, then by the part before its blank.
    """
    found = reference.values.get(key_of(reference.keys, parts))
    if found is None and any(" " in part for part in parts):
        shorter = [part.split(" ")[0] for part in parts]
        found = reference.values.get(key_of(reference.keys, shorter))
    return found


def same_place(one: str, other: str) -> bool:
    """Whether two folded names are one place: equal, or one goes on where the other ends."""
    return one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ")
