"""National, tax and other identifiers: their check digits, country and normal form."""

from __future__ import annotations

import importlib
from functools import lru_cache
from types import ModuleType

from tellonce.engine.standardise.text import to_ascii

# kind -> (country it is of, python-stdnum module that checks it)
_KINDS = {
    "ssn": ("US", "us.ssn"), "pesel": ("PL", "pl.pesel"), "nip": ("PL", "pl.nip"),
    "regon": ("PL", "pl.regon"), "de_idnr": ("DE", "de.idnr"), "tfn": ("AU", "au.tfn"),
    "abn": ("AU", "au.abn"), "ein": ("US", "us.ein"), "utr": ("GB", "gb.utr"),
    "nhs": ("GB", "gb.nhs"), "siren": ("FR", "fr.siren"), "siret": ("FR", "fr.siret"),
    "dni": ("ES", "es.dni"), "codice_fiscale": ("IT", "it.codicefiscale"), "bsn": ("NL", "nl.bsn"),
    "lei": (None, "lei"), "iban": (None, "iban"), "vat": (None, "eu.vat"),
}  # fmt: skip

# What a tax, VAT or national identifier of a country is, where a check tells.
_EXACT_KINDS = {
    ("tax", "PL"): ("nip", "pesel"),
    ("vat", "PL"): ("nip",),
    ("national_id", "PL"): ("pesel",),
    ("tax", "US"): ("ssn", "ein"),
    ("tax", "DE"): ("de_idnr",),
    ("tax", "AU"): ("tfn", "abn"),
    ("tax", "GB"): ("utr",),
}


def identifier_country(kind: str) -> str | None:
    """Return the ISO alpha-2 country whose identifier a kind is, None if it may be of any."""
    if kind == "nino":
        return "GB"
    return _KINDS[kind][0] if kind in _KINDS else None


def is_valid(kind: str, value: str) -> bool | None:
    """Return whether an identifier passes its checks, None where none are known for its kind."""
    if kind == "nino":
        return _valid_nino(comparable_identifier(value) or "")
    if kind not in _KINDS:
        return None
    return bool(_module(_KINDS[kind][1]).is_valid(value))


def kind_of(kind: str, value: str, *, region: str | None = None) -> str:
    """Return the exact kind of an identifier whose column only says `tax`, `vat` or `national_id`.

    Decided by its country's prefix, else `region`, and a check that passes; else the kind stays.
    """
    if kind not in {"tax", "vat", "national_id"}:
        return kind
    country = value[:2].upper() if value[:2].isalpha() else region
    for exact in _EXACT_KINDS.get((kind, country or ""), ()):
        if is_valid(exact, value):
            return exact
    return kind


def comparable_identifier(value: str) -> str | None:
    """Return the ASCII lower-case letters and digits of an identifier, None if there are under
    three.
    """
    kept = "".join(sign for sign in to_ascii(value) if sign.isalnum())
    return kept if len(kept) >= 3 else None


def _valid_nino(text: str) -> bool:
    """Two letters (not D F I Q U V, second not O), six digits, one of A to D (UK HMRC's rule)."""
    if len(text) != 9 or not text[2:8].isdigit() or text[8] not in "abcd":
        return False
    unused = set("dfiquv")
    return text[:2].isalpha() and not ({text[0], text[1]} & unused) and text[1] != "o"


@lru_cache(maxsize=64)
def _module(name: str) -> ModuleType:
    return importlib.import_module(f"stdnum.{name}")
