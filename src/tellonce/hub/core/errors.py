"""Every error the hub raises on purpose.

HubError          one sentence what is wrong, one what to do (`hint`), an exit code
├── WrongCall     2  something named does not exist or cannot be understood
│   ├── Unknown      a customer, purpose, source, role ... of that name is not there
│   └── Conflict     the thing is no longer as the caller believes it is
│       ├── Stale           it has changed since the caller looked at it
│       └── Contradiction   it cannot be true together with what people decided before
├── Refused       3  policy does not allow it to this person
└── Failed        4  the hub cannot do it now
    ├── NotInitialised   the hub was never made, or is older than the program
    ├── Busy             someone else holds the lease or the database
    ├── LeaseLost        our lease was taken over; nothing of this transaction is kept
    └── KeyTrouble       a key is missing, wrong or destroyed; nothing is decrypted
"""

from __future__ import annotations


class HubError(Exception):
    """Base of all; `str()` is one sentence what is wrong, `hint` one what to do."""

    exit_code = 4

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class WrongCall(HubError):
    """The caller named something that does not exist or cannot be understood."""

    exit_code = 2


class Unknown(WrongCall):
    """Nothing of that name is there."""


class Conflict(WrongCall):
    """The thing is no longer as the caller believes it is; nothing was changed."""


class Stale(Conflict):
    """It has changed since the caller looked at it; nothing was changed."""


class Contradiction(Conflict):
    """It cannot be true together with what people decided before; nothing was changed."""


class Refused(HubError):
    """Policy does not allow this to this person; the refusal has been audited."""

    exit_code = 3


class Failed(HubError):
    """The hub cannot do it now."""


class NotInitialised(Failed):
    """The hub was never made, or its database is older than the program."""


class Busy(Failed):
    """Someone else holds the lease or the database."""


class LeaseLost(Failed):
    """Another worker took our lease over; the transaction at hand must not be committed."""


class KeyTrouble(Failed):
    """A key is missing, wrong or destroyed."""
