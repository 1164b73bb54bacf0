"""How the rows of each kind are loaded: registered by the apps that own them, which come later.

`load(source_name, incoming, by=, progress=, tell=)` stores rows and gives a `LoadReport`; that of
records takes `full` too. `settle(by=, progress=)` is called once after a run. Both are given by
their dotted names, and imported when they are first called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from tellonce.hub.core.errors import Unknown
from tellonce.hub.core.late import late
from tellonce.hub.sources.contents import CONTENTS

if TYPE_CHECKING:
    from tellonce.hub.sources.types import LoadReport

Load = Callable[..., "LoadReport"]
Settle = Callable[..., Any]


class Loader(NamedTuple):
    """How one kind of rows is loaded, and what is to be done once a run has ended."""

    load: Load
    settle: Settle | None


_loaders: dict[str, Loader] = {}


def register_loader(
    contents: Iterable[str], load: Load | str, settle: Settle | str | None = None
) -> None:
    """Rows of these kinds are loaded by `load`."""
    for content in contents:
        _loaders[content] = Loader(late(load), late(settle) if settle else None)


def loader_of(content: str) -> Loader:
    """How rows of this kind are loaded; raises `Unknown`."""
    if content not in _loaders:
        raise Unknown(
            f"Nothing is loaded as {content!r}.", hint=f"Say one of {', '.join(CONTENTS)}."
        )
    return _loaders[content]
