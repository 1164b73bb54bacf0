"""What must not be asked about now, said by later apps, such as an open correction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from tellonce.hub.core.late import late

Blocks = Callable[[Collection[str]], Mapping[str, Collection[str]]]
"""Of these customers (public ids): customer -> the attributes that must not be asked about."""

_blocks: dict[str, Blocks] = {}


def register_block(name: str, blocks: Blocks | str) -> None:
    """Nobody is asked about what `blocks` names. A later app registers it in its `apps.py`."""
    _blocks[name] = late(blocks)


def blocked(customers: Collection[str]) -> dict[str, set[str]]:
    """Customer (public id) -> attributes that must not be asked about now."""
    found: dict[str, set[str]] = {}
    for blocks in _blocks.values():
        for customer, attributes in blocks(customers).items():
            found.setdefault(customer, set()).update(attributes)
    return found
