"""Reading a JSON API page by page, with dlt's REST client."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from tellonce.hub.core.errors import Failed, WrongCall
from tellonce.hub.sources.connectors.rest.paging import paginator_of
from tellonce.hub.sources.cursors import kept_cursor, read_from
from tellonce.hub.sources.pages import Asked, Page
from tellonce.hub.sources.secrets import named_secret
from tellonce.version import __version__

LARGEST = 256 * 2**20
"""Bytes of a page; a larger one is not read."""

_RETRIES, _TIMEOUT, _LONGEST_PAUSE = 5, 60, 300
_AGAIN = (408, 425, 429, 500, 502, 503, 504)


class Token(requests.auth.AuthBase):
    """Sets the token's header, and keeps what stands in ~/.netrc out of it."""

    def __init__(self, token: str, header: str) -> None:
        self._token, self._header = token, header

    def __call__(self, request: Any) -> Any:
        if self._token:
            bearer = self._header.lower() == "authorization" and " " not in self._token
            request.headers[self._header] = f"Bearer {self._token}" if bearer else self._token
        return request


def name_of(stream: Mapping[str, Any]) -> str:
    """What is read, in a word: the path of the address."""
    return urlsplit(str(stream["url"])).path or "/"


def pages(stream: Mapping[str, Any], asked: Asked) -> Iterator[Page]:
    """The rows of each page; those that are new by the cursor only, where there is one.

    Rows come in no order that could be relied on, so the cursor moves at the end, unless they are
    declared to be sorted. Raises `WrongCall` for what is refused, `Failed` for what is broken.
    """
    place = _Place(stream.get("cursor", {}), asked.cursor)
    pace = _Pace(stream.get("per_second"))
    before, seen = None, 0
    with _told_plainly():
        for page in _responses(stream, place.params(), pace):
            rows = list(page)
            if rows and rows == before:
                raise Failed(
                    "The API gives the same page again, so its pages never end.",
                    hint="Check `paging`: the parameter that it names may be another.",
                )
            before, seen = rows, seen + len(rows)
            place.see(rows)
            yield Page(rows, place.after_page())
            if asked.most is not None and seen >= asked.most:
                return
    yield Page((), place.after_all())


class _Place:
    """How far the rows have come by the cursor's field."""

    def __init__(self, section: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        self._section, self._before = section, before
        self._field = str(section.get("field", ""))
        held = before if before.get("column") == self._field else {}
        self._largest: Any = read_from(held, self._field, "") if held else None

    def params(self) -> dict[str, Any]:
        """The parameter that asks for what is newer."""
        if not self._section:
            return {}
        overlap = str(self._section.get("overlap", ""))
        since = read_from(self._before, self._field, overlap)
        since = self._section.get("initial") if since is None else since
        return {} if since is None else {str(self._section["param"]): str(since)}

    def see(self, rows: list[Any]) -> None:
        """Note the largest value; values of one kind only can be compared."""
        if not self._section or not rows:
            return
        values = [_inside(row, self._field) for row in rows]
        if not any(value is not None for value in values):
            raise WrongCall(
                f"No row of the page has a value of {self._field!r}, named as the cursor.",
                hint=f"It has {', '.join(map(str, rows[0])) if isinstance(rows[0], dict) else ''}.",
            )
        for value in values:
            if value is not None and (self._largest is None or _order(value, self._largest)):
                self._largest = value

    def after_page(self) -> Mapping[str, Any]:
        """The cursor once a page is kept."""
        return self.after_all() if self._section.get("sorted") else self._before

    def after_all(self) -> Mapping[str, Any]:
        """The cursor once every page is kept."""
        if self._largest is None:
            return self._before
        return kept_cursor(self._field, self._largest)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _has(selector: str, response: Any) -> bool:
    """Whether an answer has anything at this JSON path, be it an empty list."""
    from dlt.common import jsonpath  # noqa: PLC0415

    return bool(jsonpath.find_values(selector, response.json()))


def _inside(row: Any, path: str) -> Any:
    """The value at `a.b` of a row, None where there is none."""
    for name in path.split("."):
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def _order(value: Any, largest: Any) -> bool:
    """Whether `value` comes after `largest`; as times where both are, else as they are."""
    if isinstance(value, str) and isinstance(largest, str):
        try:
            return _moment(value) > _moment(largest)
        except (ValueError, TypeError):
            return value > largest
    try:
        return bool(value > largest)
    except TypeError:
        raise WrongCall(
            "The values of the cursor's field are numbers here and texts there.",
            hint="Name a field whose values are all of one kind.",
        ) from None


class _Pace:
    """No more requests a second than are allowed."""

    def __init__(self, per_second: float | None) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0

    def wait(self) -> None:
        """Sleep until the next request may be sent."""
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._gap


def _responses(stream: Mapping[str, Any], params: Mapping[str, Any], pace: _Pace) -> Iterator[Any]:
    """Each page as dlt gives it; never a request to another host than the declared one."""
    url, selector, paging = str(stream["url"]), stream.get("rows"), stream.get("paging", {})
    client, paginator = _client(stream), paginator_of(paging)
    pace.wait()
    with closing(client.session):
        for page in client.paginate(
            url,
            params={**stream.get("params", {}), **params, **_size(paging)},
            paginator=paginator,
            data_selector=selector,
            hooks={"response": [_refuse_leaving(url), _refuse_failure, _refuse_huge]},
        ):
            if selector and not page and not _has(selector, page.response):
                raise WrongCall(
                    f"The answer of the API has nothing at {selector!r}.",
                    hint="Correct `rows`, the JSON path of the rows.",
                )
            yield page
            if paginator.has_next_page:
                _check_host(url, page.request.url)
                pace.wait()


def _size(paging: Mapping[str, Any]) -> dict[str, Any]:
    """The parameter that says how many rows a page has, where a size is declared."""
    if "size" not in paging or paging["by"] == "offset":
        return {}
    return {str(paging.get("size_param", "limit")): paging["size"]}


def _client(stream: Mapping[str, Any]) -> Any:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    from dlt.common.configuration.specs import RuntimeConfiguration  # noqa: PLC0415
    from dlt.sources.helpers.requests.retry import Client  # noqa: PLC0415
    from dlt.sources.helpers.rest_client import RESTClient  # noqa: PLC0415

    retries = Client(
        request_timeout=float(stream.get("timeout", _TIMEOUT)),
        raise_for_status=False,
        status_codes=_AGAIN,
        request_max_attempts=int(stream.get("retries", _RETRIES)) + 1,
        request_backoff_factor=0.5,
        request_max_retry_delay=_LONGEST_PAUSE,
    )
    headers = {str(name): str(value) for name, value in stream.get("headers", {}).items()}
    token = Token(named_secret(stream, "token"), str(stream.get("token_header", "Authorization")))
    return RESTClient(
        base_url=str(stream["url"]),
        headers={"User-Agent": f"tellonce/{__version__}", "Accept": "application/json", **headers},
        auth=token,
        session=retries.session,
        config=RuntimeConfiguration(dlthub_telemetry=False),
    )


def _refuse_leaving(url: str) -> Any:
    def check(response: Any, *_args: Any, **_kwargs: Any) -> None:
        if response.is_redirect:
            target = requests.compat.urljoin(response.url, response.headers["location"])
            try:
                _check_host(url, target)
            except Failed:
                response.close()
                raise

    return check


def _check_host(declared: str, asked: str | None) -> None:
    """Refuse an address of another host or port, and one without TLS where there was one."""
    one, other = urlsplit(declared), urlsplit(asked or declared)
    if (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower()):
        return
    if one.hostname == other.hostname and other.scheme == "https":
        return
    raise Failed(
        f"The API sends on to {other.scheme}://{other.hostname}, and the token is not shown there.",
        hint="Declare that address as `url` if it is right.",
    )


def _refuse_failure(response: Any, *_args: Any, **_kwargs: Any) -> None:
    if response.status_code >= 400:
        response.close()
        raise requests.HTTPError(str(response.status_code), response=response)


def _refuse_huge(response: Any, *_args: Any, **_kwargs: Any) -> None:
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > LARGEST:
        response.close()
        raise Failed(
            f"The API answers with {int(length):,} bytes at once.",
            hint="Ask for fewer rows a page: `paging: {size: ...}`.",
        )


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What went wrong as one sentence, without addresses, tokens or what was answered."""
    try:
        yield
    except requests.HTTPError as error:
        code = error.response.status_code if error.response is not None else "no status"
        raise Failed(f"The API answers {code}.", hint=_advice(code)) from None
    except (requests.JSONDecodeError, RecursionError):
        raise Failed(
            "The API answers with something else than JSON.", hint="Check `url` in a browser."
        ) from None
    except requests.RequestException as error:
        raise Failed(
            f"The API cannot be reached ({type(error).__name__}).",
            hint="Check `url` and the network; the next run goes on where this one stopped.",
        ) from None
    except (ValueError, TypeError) as error:  # of dlt's paginators, whose words quote the answer
        raise Failed(
            f"The answer of the API is not what `paging` and `rows` say ({type(error).__name__}).",
            hint="Compare them with the API's manual.",
        ) from None


def _advice(code: Any) -> str:
    if code in (401, 403):
        return "Check the token and what it may do."
    if code == 404:
        return "Check `url`."
    return "The next run goes on where this one stopped."
