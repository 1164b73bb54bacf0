"""The arrays that the kernels work on, bundled, and the sizes they share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


class Encoded(NamedTuple):
    """COMPARABLE as arrays. Codes index one pool of strings; -1 is missing; `*_off` are offsets
    of the entries of a row; `*_tf` the extra weight of agreeing on exactly this value, 1/1024 bit.
    """

    pool_off: Longs
    pool: Bytes
    letters: npt.NDArray[np.uint64]  # per code: signs it has, low half once, high half twice
    sounds: Ints  # per code of a name part: id of its phonetic code
    variant_off: Ints
    variants: Ints
    name_off: Ints
    given: Ints
    middle: Ints
    family: Ints
    given_tf: Ints
    family_tf: Ints
    year: npt.NDArray[np.int16]
    month: npt.NDArray[np.int8]
    day: npt.NDArray[np.int8]
    gender: npt.NDArray[np.int8]
    suffix: npt.NDArray[np.int8]
    entity: npt.NDArray[np.int8]
    email_off: Ints
    email: Ints
    email_at: Ints
    email_shared: npt.NDArray[np.bool_]
    email_named: npt.NDArray[np.bool_]  # the mailbox is made of the row's name
    phone_off: Ints
    phone: Ints
    phone_shared: npt.NDArray[np.bool_]
    identifier_off: Ints
    identifier_kind: Ints
    identifier: Ints
    organisation_off: Ints
    organisation: Ints
    organisation_tf: Ints
    word_off: Ints
    word: Ints
    rarity: Ints
    address_off: Ints
    street: Ints
    number: Ints
    unit: Ints
    city: Ints
    region: Ints
    postal: Ints
    city_tf: Ints
    postal_tf: Ints
    other: Ints  # rows x generic comparisons
    other_tf: Ints
    unique: Ints  # code of the row's source where that has no duplicates of its own, else -1
    present: Ints  # bits of what a row has: 1 a name, 2 an organisation, 4 an address, 8 others


class Weights(NamedTuple):
    """Weights of levels against a stranger, a relative and a branch, 1/1024 bit."""

    stranger: Ints  # comparisons x levels
    relative: Ints
    branch: Ints
    rest: Ints  # bits that both rows have x comparison: the most it and all after it can add
    kept_above: float  # match weight, in bits, at the review cut
    relatives: float  # share of relatives among pairs that do not match
    branches: float  # share of branches among them


class Blocks(NamedTuple):
    """Blocks with at least two members, ordered by (kind, key), and the blocks of each row."""

    off: Longs
    members: Ints
    kind: npt.NDArray[np.int16]
    row_off: Longs
    row_blocks: Ints
