"""One phonetic code for English, Polish and German spellings of a name."""

from __future__ import annotations

import re
from functools import lru_cache

from tellonce.engine.standardise.text import to_ascii, words_of

# Spellings of one sound, longest first; capitals are sounds of the code.
_SPELLINGS = tuple(
    tuple(pair.split("="))
    for pair in words_of("""
    schtsch=SC szcz=SC stsch=SC tsch=C dsch=J sch=S tch=C rz=S sz=S sh=S cz=C ch=X ph=F dz=C dj=J
    dg=J ck=K kh=X gh= th=T pf=F qu=KF tz=C ts=C zz=S wr=R kn=N
    """)
)
_SINGLE = dict(
    pair.split("=")
    for pair in words_of("""
    b=P p=P f=F v=F w=F c=K k=K q=K g=K x=KS d=T t=T s=S z=S j=Y l=L r=R m=M n=N h=
    """)
)
_SOFT_C = re.compile(r"c(?=[eiy])")
_GLIDE = re.compile(r"(?<=[aeiouy])[jy]|^[jy](?=[aeiou])")
_CODE = {"X": "K"}
_LETTERS = re.compile(r"[^a-z]")


@lru_cache(maxsize=1 << 16)
def phonetic(token: str) -> str:
    """Return a compact code of how a word sounds, "" if it has no letters.

    Words of one sound in English, Polish or German get one code: sz = sch = sh, cz = tsch,
    w = v = f = ph, ck = k = c = q, y = i = j, rz = sz; doubled letters count once, h is silent,
    vowels count only at the start (as A) and voiced sounds as their voiceless ones. Own rules.
    """
    word = _LETTERS.sub("", to_ascii(token))
    if not word:
        return ""
    start = _start(word)
    text = _SOFT_C.sub("s", _GLIDE.sub("i", word))
    for spelling, sound in _SPELLINGS:
        text = text.replace(spelling, sound)
    sounds = "".join(letter if letter.isupper() else _SINGLE.get(letter, " ") for letter in text)
    return _squeeze(start + sounds)


def _start(word: str) -> str:
    """Return the code of how a word begins: Y for a j or y before a vowel, A for a vowel, H."""
    following = word[1:2]
    if word[0] in "jy" and following and following in "aeiouy":
        return "Y"
    if word[0] == "h":
        return "H" if following and following in "aeiouy" else ""
    return "A" if word[0] in "aeiouy" else ""


def _squeeze(sounds: str) -> str:
    """Equal neighbours count once, and then vowels (blanks) go."""
    kept: list[str] = []
    for sound in sounds:
        sound = _CODE.get(sound, sound)
        if sound != (kept[-1] if kept else ""):
            kept.append(sound)
    return "".join(kept).replace(" ", "")
