"""What the columns of an unknown file are, from their names alone.

Serves the peers that need to be told: the exact rules and Splink on a folder nobody wrote settings
for. Tellonce is not shown it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

# Kind -> the names of a column of that kind, in small letters with _ between words.
NAMES = {
    "given": r"(given|first|fore)_?names?|fname|first|(primary_)?name_first",
    "family": r"(family|last|sur)_?names?|lname|last|(primary_)?name_last",
    "name": r"(full_?|site_|company_?|customer_?|primary_)?name(_full)?|company|organi[sz]ation",
    "birth": r"(date_of_|birth_?)?(birth|dob|date)|dob|birthday",
    "email": r"e_?mail(_?address)?",
    "phone": r"(tele|mobile_|cell_)?phone(_?(number|no))?|mobile|tel",
    "identifier": r"ssn(_number)?|soc_sec_id|national_id(_number)?|passport_number|tax_id(_number)?"
    r"|pesel|nip|customer_(no|number)",
    "house": r"(street_|house_?)(number|no)",
    "street": r"(street(_?name)?|address(_?(line_?)?1)?|addr_(full|line1)|address_line_?1)",
    "city": r"(addr_)?city|suburb|town|locality|municipality",
    "postcode": r"(addr_)?(postal_?code|post_?code|zip(_?code)?|plz)",
    "gender": r"gender|sex",
}


def kinds(columns: Collection[str]) -> dict[str, str]:
    """Kind -> the first column of that kind."""
    found: dict[str, str] = {}
    for column in columns:
        name = re.sub(r"[^a-z0-9]+", "_", column.strip().lower())
        for kind, pattern in NAMES.items():
            if kind not in found and re.fullmatch(pattern, name):
                found[kind] = column
                break
    return found
