"""Numbers as people write them: amounts with currency signs, thousands and decimal marks."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "zł": "PLN", "¥": "JPY"}
_CODE = re.compile(r"\b([A-Z]{3})\b")
_LARGEST = Decimal(10) ** 13
_PLACES = Decimal("0.0001")


def number(text: str) -> Decimal | None:
    """The number of a text, to four places; None where it is none.

    Of comma and point the last one is the decimal mark; a single one before exactly three digits
    parts thousands. Brackets or a minus at either end make it negative.
    """
    text = text.strip()
    digits = re.sub(r"[^0-9.,]", "", text)
    if not any(c.isdigit() for c in digits) or re.search(r"\d[^\d.,'\s\u00a0\u202f]+\d", text):
        return None
    try:
        value = Decimal(_plain(digits))
    except InvalidOperation:
        return None
    if value >= _LARGEST:
        return None
    negative = "-" in text or "−" in text or (text.startswith("(") and text.endswith(")"))
    return (-value if negative else value).quantize(_PLACES)


def currency(text: str) -> str:
    """The ISO 4217 code that stands with an amount, "" where none does."""
    for sign, code in _SIGNS.items():
        if sign in text.lower():
            return code
    found = _CODE.search(text)
    return found[1] if found else ""


def _plain(digits: str) -> str:
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        mark = "," if comma > point else "."
    elif comma >= 0:
        mark = "," if digits.count(",") == 1 and len(digits) - comma - 1 != 3 else ""
    else:
        mark = "." if digits.count(".") == 1 else ""
    whole, _, rest = digits.rpartition(mark) if mark else (digits, "", "")
    return re.sub(r"\D", "", whole) + ("." + re.sub(r"\D", "", rest) if rest else "") or "0"
