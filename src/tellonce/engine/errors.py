"""Every error the engine raises.

TellonceError                  one sentence what is wrong, one what to do (`hint`)
├── InputError                 the caller's data cannot be used
│   ├── SchemaMismatch         a table at a joint does not have the columns of `tables.py`
│   ├── NothingRecognised      no column of any source could be recognised
│   ├── MappingError           a given mapping names columns or attributes that do not exist
│   └── UnknownRecord          a record is named that is not in the tables
├── ModelError                 a model document cannot be used (wrong version, damaged)
└── ContradictionError         decisions that cannot all hold (same, same, different in a chain)
"""

from __future__ import annotations


class TellonceError(Exception):
    """Base of all errors; `str()` is one sentence what is wrong, `hint` one what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        if hint:
            self.add_note(hint)  # shown below the sentence where the error is not caught


class InputError(TellonceError):
    """The caller's data cannot be used as it is."""


class SchemaMismatch(InputError):
    """A table at a joint between stages lacks columns or has them with other types."""


class NothingRecognised(InputError):
    """No column of any source could be recognised as an attribute of a customer."""


class MappingError(InputError):
    """A mapping names a column the file does not have, or an attribute that does not exist."""


class UnknownRecord(InputError):
    """A record was named that none of the given tables holds."""


class ModelError(TellonceError):
    """A model document has another version, is damaged, or was edited into something unusable."""


class ContradictionError(TellonceError):
    """Decisions that cannot all hold, such as same, same and different around a chain."""
