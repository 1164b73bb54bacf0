"""Bytes of a file, gzipped or not, and the same transcoded to UTF-8, as a stream of blocks."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from tellonce.io.errors import DamagedFile, FileEmpty, FileMissing, NotAFile, NotText

BLOCK = 1 << 22


def check_file(path: Path) -> None:
    """Raise FileMissing, NotAFile or FileEmpty where `path` cannot be read as a file."""
    if not path.exists():
        raise FileMissing(f"There is no file {path}.", "Check the name and the folder.")
    if not path.is_file():
        what = "a folder" if path.is_dir() else "not a regular file"
        raise NotAFile(f"{path} is {what}.", "Name a file: csv, tsv, jsonl, parquet or xlsx.")
    if path.stat().st_size == 0:
        raise FileEmpty(f"{path} is empty.", "Export it again; there is nothing in it to read.")


def byte_blocks(path: Path, *, gzipped: bool, block: int = BLOCK) -> Iterator[bytes]:
    """The (unzipped) bytes of `path` in blocks. Raises DamagedFile for a broken gzip."""
    try:
        with gzip.open(path) if gzipped else path.open("rb") as stream:
            while data := stream.read(block):
                yield data
    except EOFError as error:
        raise DamagedFile(
            f"{path} ends too early: its gzip stream is cut off.", "Copy or download it again."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DamagedFile(
            f"{path} is not a sound gzip file ({error}).", "Copy it again, or gzip it again."
        ) from error


def utf8_blocks(blocks: Iterator[bytes], codec: str, *, old_mac: bool = False) -> Iterator[bytes]:
    """`blocks` transcoded from `codec` to UTF-8 without byte-order mark.

    What cannot be decoded is kept as lone surrogates (which strict UTF-8 refuses, so that whoever
    splits the rows can find and reject them): bytes b as U+DC00+b for 8-bit encodings and UTF-8.
    `old_mac` turns carriage returns, where they alone end lines, into newlines.

    Raises NotText where the bytes cannot be text in this encoding at all.
    """
    wide = codec.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder(codec)("surrogatepass" if wide else "surrogateescape")
    for data in blocks:
        try:
            text = decoder.decode(data)
        except UnicodeError as error:
            raise NotText(
                f"The file is not in {codec}: {getattr(error, 'reason', error)}.",
                "Leave the encoding out, it is recognised, or give another one.",
            ) from error
        yield _encode(text, old_mac)
    try:
        yield _encode(decoder.decode(b"", final=True), old_mac)
    except UnicodeDecodeError as error:  # UTF-16 or 32 cut in the middle of a character
        yield _encode("".join(chr(0xDC00 + byte) for byte in error.object), old_mac)


def _encode(text: str, old_mac: bool) -> bytes:
    text = text.replace("\r", "\n") if old_mac else text
    return text.encode("utf-8", "surrogatepass")


def readable(data: bytes) -> tuple[str, bool]:
    """Text of transcoded bytes, undecodable ones written as `\\xNN`, and whether all was sound."""
    try:
        return data.decode("utf-8"), True
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogatepass")
        return "".join(_escape(c) if "\ud800" <= c <= "\udfff" else c for c in text), False


def _escape(surrogate: str) -> str:
    code = ord(surrogate)
    return f"\\x{code - 0xDC00:02x}" if 0xDC00 <= code <= 0xDCFF else f"\\u{code:04x}"
