"""Numbers of rows as clients know them. Rows are numbered in turn, so a gap would tell that one is
withheld; told are numbers in an order that nobody without our key can find.

A permutation of 52 bits, which JSON holds exactly: a Feistel network of four rounds over a keyed
hash (Luby and Rackoff 1988).
"""

from __future__ import annotations

from tellonce.hub.vault.services import blind_index

FAILURE, QUARANTINED = "failure-number", "quarantined-number"
_HALF, _ROUNDS = 26, 4
_MASK = (1 << _HALF) - 1
LARGEST = (1 << 2 * _HALF) - 1


def told_number(row: int, kind: str) -> int:
    """The number by which clients know a row."""
    left, right = row >> _HALF, row & _MASK
    for turn in range(_ROUNDS):
        left, right = right, left ^ _mixed(turn, right, kind)
    return left << _HALF | right


def meant_row(number: int, kind: str) -> int:
    """The row that a client means; 0, which is none, for what is no number of ours."""
    if not 0 <= number <= LARGEST:
        return 0
    left, right = number >> _HALF, number & _MASK
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(turn, left, kind), left
    return left << _HALF | right


def _mixed(turn: int, half: int, kind: str) -> int:
    return int.from_bytes(blind_index(f"{turn}:{half}", kind)[:4], "big") & _MASK
