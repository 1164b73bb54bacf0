"""Log lines as JSON or as text, without what may be about a person.

Only what our own code says is written out. Of other libraries the template is kept and not the
arguments, which may quote an address or a value; of an exception its kind and where it arose, not
its message.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tellonce.hub.core.requests import request_id

OURS = "tellonce"
_FRAMES = 12


class _Plain(logging.Formatter):
    def said(self, record: logging.LogRecord) -> dict[str, Any]:
        """What a record says, by name."""
        ours = record.name == OURS or record.name.startswith(f"{OURS}.")
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if ours else str(record.msg),
        }
        if found := getattr(record, "request_id", "") or request_id():
            line["request_id"] = found
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["trace"] = _places(record.exc_info[1])
        return line


class JsonFormatter(_Plain):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(self.said(record), ensure_ascii=True, default=str)


class TextFormatter(_Plain):
    """The same for people: time, level, message, then what else is said."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; below it, for an exception, where it arose."""
        line = self.said(record)
        head = f"{line.pop('time')} {line.pop('level')} {line.pop('message')}"
        line.pop("logger")
        trace = "".join(f"\n    {place}" for place in line.pop("trace", []))
        return " ".join([head, *(f"{name}={value}" for name, value in line.items())]) + trace


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]
