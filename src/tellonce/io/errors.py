"""Every error of reading and writing files.

InputError
├── FileMissing          no such file
├── NotAFile             a directory or a device
├── FileEmpty            no bytes, or nothing but blank lines
├── NoRecords            a header and no row below it
├── NothingReadable      rows, but every one of them was rejected
├── UnknownFormat        the name's ending says nothing we can read
├── NotText              a binary file under the name of a text file
├── DamagedFile          a truncated gzip, a corrupt Parquet file or workbook
├── DuplicateHeaders     two columns of one name
├── TooWide              more columns than any table of records has
├── BadSetting           an encoding, delimiter or mapping that cannot be used
└── DuplicateIds         the column given as record id names two records the same
"""

from __future__ import annotations

from tellonce.engine.errors import InputError


class FileMissing(InputError):
    """There is no file at the given path."""


class NotAFile(InputError):
    """The path is a directory or a device."""


class FileEmpty(InputError):
    """The file holds no bytes, or nothing but blank lines."""


class NoRecords(InputError):
    """The file holds a header and no row below it."""


class NothingReadable(InputError):
    """The file holds rows, and every one of them was rejected."""


class UnknownFormat(InputError):
    """The ending of the file's name is none that can be read."""


class NotText(InputError):
    """The file is binary, though its name says it is text."""


class DamagedFile(InputError):
    """The file ends too early or its inner structure is broken."""


class DuplicateHeaders(InputError):
    """Two columns of the file bear the same name."""


class TooWide(InputError):
    """The file has more than `values.MAX_COLUMNS` columns."""


class BadSetting(InputError):
    """An encoding, a delimiter or a mapping that cannot be used."""


class DuplicateIds(InputError):
    """The column given as record id holds one value twice, or is not there or not filled."""
