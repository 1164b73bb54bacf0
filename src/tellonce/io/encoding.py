"""Which encoding a text file has, judged by its bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

import numpy as np

from tellonce.io.errors import BadSetting, NotText

ENCODING_WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte-order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "cp1250": "Windows-1250",
    "cp1252": "Windows-1252",
    "iso8859-2": "ISO-8859-2",
}

# Letters beyond ASCII of the languages each encoding was made for. Order breaks ties.
ALPHABETS = {
    "cp1252": (
        "äöüß",  # German
        "éèêëàâçîïôùûüœæÿ",  # French
        "áéíóúüñ",  # Spanish
        "áâãàçéêíóôõú",  # Portuguese
        "àèéìíòóù",  # Italian
        "åäöé",  # Swedish, Finnish
        "æøåé",  # Danish, Norwegian
        "áðéíóúýþæö",  # Icelandic
        "éëïóöü",  # Dutch
    ),
    "cp1250": (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Slovene
        "ăâîşţ",  # Romanian
        "äöüß",  # German
    ),
}
ALPHABETS["iso8859-2"] = ALPHABETS["cp1250"]
NEUTRAL = frozenset("„”“‚‘’«»–—…€§°©®™•\u00a0")

_NOT_OF_FILES = ("idna", "punycode", "undefined")
_BOMS = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", ".xlsx"),
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"\x1f\x8b", "a gzipped file", ".csv.gz"),
    (b"%PDF", "a PDF document", ""),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", ""),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"SQLite format 3", "a SQLite database", ""),
)


def known_encoding(name: str) -> str:
    """The codec of an encoding a person named. Raises BadSetting."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):  # ValueError: a zero byte in the name
        raise BadSetting(
            f"There is no encoding called {name!r}.",
            "Use for example utf-8, utf-16, windows-1250, windows-1252 or iso-8859-2.",
        ) from None
    if not codec._is_text_encoding or codec.name in _NOT_OF_FILES:
        raise BadSetting(f"{name!r} is not an encoding of text files.", "Use for example utf-8.")
    return codec.name


def encoding_words(codec: str) -> str:
    """The codec's name as people know it."""
    return ENCODING_WORDS.get(codec, codec)


def refuse_binary(name: str, head: bytes) -> None:
    """Raise NotText when `head`, the first bytes of the file called `name`, is no text."""
    for magic, what, ending in _MAGIC:
        if head.startswith(magic):
            hint = f"Rename it to end in {ending}." if ending else "Export it as CSV first."
            raise NotText(f"{name} is not text: it looks like {what}.", hint)
    if _utf16_without_bom(head) or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    if b"\0" in head or head.startswith(codecs.BOM_UTF32_LE):
        raise NotText(
            f"{name} is not text: it holds zero bytes.",
            "Check that it is the file you mean, or export it again as UTF-8.",
        )


def recognise_encoding(head: bytes, blocks: Iterable[bytes]) -> str:
    """The codec of a text file, from its first bytes and from as much of it as may be looked at.

    UTF-8 wins when it decodes, or nearly; then the 8-bit encoding whose letters make the most
    plausible words (`_plausibility`).
    """
    for bom, codec in _BOMS:
        if codec and head.startswith(bom):
            return codec
    wide = _utf16_without_bom(head)
    if wide:
        return wide
    blocks = list(blocks)
    if _is_utf8(blocks):
        return "utf-8"
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    histogram = np.zeros(256, np.int64)
    letters = escapes = 0
    for block in blocks:
        histogram += np.bincount(np.frombuffer(block, np.uint8), minlength=256)
        if not block.isascii():
            good, bad = _count_high(decoder.decode(block))
            letters, escapes = letters + good, escapes + bad
    if escapes == 0 or letters > escapes:
        return "utf-8"
    return max(ALPHABETS, key=lambda codec: _plausibility(histogram[128:], codec))


def _is_utf8(blocks: Iterable[bytes]) -> bool:
    """Whether every block decodes; the last may end inside a letter."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks:
            decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _count_high(text: str) -> tuple[int, int]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    escaped = (codes >= 0xDC80) & (codes <= 0xDCFF)
    return int(((codes > 127) & ~escaped).sum()), int(escaped.sum())


def _utf16_without_bom(head: bytes) -> str:
    """Latin text in UTF-16 has a zero in nearly every second byte."""
    even, odd = head[0::2], head[1::2]
    if len(odd) < 4:
        return ""
    if odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.7 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return ""


def _plausibility(high: np.ndarray, codec: str) -> float:
    """How well the counts of bytes 128..255 read as letters in `codec`: the share that one of its
    languages explains alone, plus the share that all of them explain together. Signs that stand in
    any text are half explained, so that a sign in one encoding which is a letter in another (the
    copyright sign is a Czech letter) neither helps nor harms where its text is in doubt otherwise.
    """
    counts = _letter_counts(bytes(range(128, 256)).decode(codec, "replace"), high)
    total = sum(counts.values()) or 1
    alphabets = ALPHABETS[codec]
    alone = max(sum(counts.get(c, 0) for c in letters) for letters in alphabets)
    together = sum(counts.get(c, 0) for c in frozenset("".join(alphabets)))
    signs = sum(counts.get(c, 0) for c in NEUTRAL)
    return (alone + together + signs) / total


def _letter_counts(text: str, high: np.ndarray) -> dict[str, int]:
    """How often each character occurs, upper and lower case added."""
    counts: dict[str, int] = {}
    for char, amount in zip(text, high, strict=True):
        if amount:
            counts[char.lower()] = counts.get(char.lower(), 0) + int(amount)
    return counts
