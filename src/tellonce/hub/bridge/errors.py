"""The engine's errors that a caller can do something about, for those who answer callers."""

from __future__ import annotations

from tellonce.engine.errors import ContradictionError, InputError, NothingRecognised

__all__ = ["ContradictionError", "InputError", "NothingRecognised"]
