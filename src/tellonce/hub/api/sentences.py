"""What is wrong with a field of a request, in our words: what is expected, never what was sent.

The framework names kinds of faults; each has a sentence here, and one we do not know a general one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WRITTEN = {
    "cursor": "This is no cursor of this list: send that of the page before, or none",
    "record": "A record is written SOURCE:ID, such as crm:17",
    "source": "The name of a source holds letters, digits and - _ . only",
}
"""How a field is written, where a pattern says so to programs alone."""

_NUMBER, _WHOLE = "It must be a number", "It must be a whole number"
_OBJECT, _LIST = "It must be an object: {{...}}", "It must be a list: [...]"
_MOMENT = "It must be a moment with its offset, such as 2026-11-26T08:15:30Z"
_DAY = "It must be a day, such as 2026-11-26"
_YES = "It must be true or false"
_SENTENCES = {
    "missing": "It is missing",
    "extra_forbidden": "There is no such field",
    "string_type": "It must be a text",
    "string_unicode": "It must be a text",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "It is too large a number",
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _YES,
    "bool_parsing": _YES,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "none_required": "It must be null",
    "timezone_aware": _MOMENT,
    "timezone_naive": _MOMENT,
    "literal_error": "It must be one of: {expected}",
    "enum": "It must be one of: {expected}",
    "greater_than": "It must be more than {gt}",
    "greater_than_equal": "It must be at least {ge}",
    "less_than": "It must be less than {lt}",
    "less_than_equal": "It must be at most {le}",
    "string_too_short": "It must have at least {min_length} characters",
    "string_too_long": "It must have at most {max_length} characters",
    "too_short": "It must have at least {min_length} of them",
    "too_long": "It must have at most {max_length} of them",
}
_GENERAL = "It is not written as such a value is"


def sentence_of(fault: Mapping[str, Any]) -> str:
    """The sentence for a fault as the framework tells it, without a full stop."""
    kind, known = str(fault["type"]), fault.get("ctx") or {}
    if kind in ("value_error", "assertion_error"):  # our own words
        return str(fault["msg"]).partition(", ")[2].rstrip(".") or _GENERAL
    if kind == "string_pattern_mismatch":
        return _WRITTEN.get(str(fault["loc"][-1]), _GENERAL)
    if kind.startswith(("datetime", "time_")):
        return _MOMENT
    if kind.startswith("date"):
        return _DAY
    if known.get("min_length") == 1:
        return "It must not be empty"
    try:
        return _SENTENCES.get(kind, _GENERAL).format(**known)
    except (KeyError, IndexError):
        return _GENERAL
