"""Which attributes belong together: the parts of a name, of an address."""

from __future__ import annotations

from collections.abc import Mapping

UNITS: Mapping[str, tuple[str, ...]] = {
    "name": ("title", "given_name", "middle_name", "family_name", "name_suffix", "full_name"),
    "organisation": ("organisation",),
    "birth_date": ("birth_date",),
    "gender": ("gender",),
    "email": ("email",),
    "phone": ("phone",),
    "address": ("street", "house_number", "unit", "city", "region", "postal_code", "country"),
}
"""The attributes that survive together, by the name their survivorship is declared under."""
