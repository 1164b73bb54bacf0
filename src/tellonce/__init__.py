"""Tellonce: a self-hosted customer master.

    import tellonce
    result = tellonce.resolve({"crm": frame_or_path, "shop": "shop.csv"})
    result.customers, result.golden, result.edges, result.model, result.summary
    result.explain(("crm", "17"), ("shop", "A-3"))

Names are loaded when they are first used (PEP 562), so importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tellonce.version import __version__

_WHERE = {
    "ask": "tellonce.asking",
    "compare": "tellonce.comparing",
    "resolve": "tellonce.resolution",
    "Resolution": "tellonce.resolution",
    "MatchModel": "tellonce.engine.model",
}

__all__ = ["MatchModel", "Resolution", "__version__", "ask", "compare", "resolve"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'tellonce' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
