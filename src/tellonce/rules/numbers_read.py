"""Numbers as people write them, a whole column at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_SIGNS = r"^([-+]?)[$€£¥]\s?|\s?[$€£¥%]$"  # of money and of per cent
_PLAIN = r"^[-+]?\d{1,15}(?:\.\d{1,12})?$"
_GROUPED = r"^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"  # 1,234.50
_COMMA = r"^[-+]?\d{1,15},\d{1,12}$"  # 1234,50
_DOTTED = r"^[-+]?\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?$|^[-+]?\d{1,3}\.\d{3},\d+$"  # 1.234,50


def numbers_of(texts: pa.Array) -> npt.NDArray[np.float64]:
    """What each text is as a number; NaN where it is none.

    A comma with three digits behind it groups thousands, any other one is a decimal comma; a
    point is a decimal point unless the text shows that it groups.
    """
    texts = pc.replace_substring_regex(texts, _SIGNS, r"\1")
    for pattern, dropped in ((_GROUPED, ","), (_DOTTED, ".")):
        grouped = pc.match_substring_regex(texts, pattern)
        if pc.any(grouped).as_py():
            bare = pc.replace_substring(texts, dropped, "")
            texts = pc.if_else(grouped, bare, texts)
    comma = pc.match_substring_regex(texts, _COMMA)
    if pc.any(comma).as_py():
        texts = pc.if_else(comma, pc.replace_substring(texts, ",", "."), texts)
    plain = pc.match_substring_regex(texts, _PLAIN)
    bare = pc.utf8_ltrim(pc.if_else(plain, texts, None), "+")
    found: npt.NDArray[np.float64] = bare.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found
