"""Latitude and longitude: two columns that say one thing."""

from __future__ import annotations

DIGITS = 3  # of a degree that are compared: some hundred metres


def coordinates(text: str) -> str | None:
    """Both numbers of a text "LATITUDE LONGITUDE", None where it is no place on earth.

    0 0, off the coast of Africa, is what an address that could not be found becomes.
    """
    try:
        north, east = (float(part.replace(",", ".")) for part in text.split(" "))
    except ValueError:
        return None
    nowhere = not (-90 <= north <= 90 and -180 <= east <= 180) or north == east == 0
    return None if nowhere else f"{north:.7g} {east:.7g}"


def comparable_coordinates(text: str) -> str | None:
    """Rounded, so that more or fewer digits make no difference."""
    known = coordinates(text)
    if known is None:
        return None
    return " ".join(f"{float(part) + 0.0:.{DIGITS}f}" for part in known.split(" "))
