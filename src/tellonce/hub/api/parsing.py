"""Reading a body: JSON that the rest of the hub can rely on, or a sentence what is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from tellonce.hub.api.problems import Problem

DEEPEST = 20
_RECORDS = "/api/v1/records"
_SUSPICIOUS = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


class JsonParser(Parser):
    """UTF-8 JSON without duplicate names, endless numbers, deep nesting, NUL or half characters."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain values; raises `Problem`."""
        if request.content_type not in ("application/json", "application/merge-patch+json"):
            raise Problem("media-type", "The body is not declared as JSON.")
        return parsed(request.body, by_row="records" if request.path_info == _RECORDS else "")


def parsed(body: bytes, by_row: str = "") -> Any:
    """`body` as plain values; raises `Problem`: `bad-request` or, of single values, `invalid`.

    `by_row`: name of the list whose rows are judged one by one later, and may hold such texts.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_named_once,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError:
        raise Problem("bad-request", "The body is not UTF-8 text.") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Problem("bad-request", f"The body is not JSON: {error.msg} at {where}.") from None
    except ValueError:  # more than 4,300 digits
        raise Problem("bad-request", "A number in the body has too many digits.") from None
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        _check_depth(value)
    if _SUSPICIOUS.search(body) or b"\x00" in body:
        rows = isinstance(value, dict) and isinstance(value.get(by_row), list)
        _check_text({**value, by_row: []} if rows else value)
    return value


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise Problem("bad-request", f"The name {twice[:60]!r} stands twice in one object.")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Problem("bad-request", "A number in the body is too large.")
    return number


def _no_constant(name: str) -> float:
    raise Problem("bad-request", f"{name} is no number of JSON.")


def _check_depth(value: Any) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one) if isinstance(inner, dict | list)]
        if not level:
            return
    raise _too_deep()


def _check_text(value: Any, path: str = "") -> None:
    """Refuse what no database can keep: NUL, and one half of a surrogate pair."""
    if isinstance(value, str):
        if "\x00" in value or re.search("[\ud800-\udfff]", value):
            sentence = "It holds a NUL or half a character, which cannot be kept"
            found = [{"field": path or "body", "problem": sentence}]
            raise Problem("invalid", f"{path or 'body'}: {sentence}.", errors=found)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name, f"{path}.name".lstrip("."))
            _check_text(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            _check_text(inner, f"{path}.{at}".lstrip("."))


def _inside(one: Any) -> Iterator[Any]:
    return iter(one.values() if isinstance(one, dict) else one)


def _too_deep() -> Problem:
    return Problem("bad-request", f"The body is nested deeper than {DEEPEST} levels.")
