"""How the next page of an API is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def paginator_of(paging: Mapping[str, Any]) -> Any:
    """dlt's paginator for what is declared; without anything there is one page."""
    from dlt.sources.helpers.rest_client import paginators as by  # noqa: PLC0415

    param, total = paging.get("param"), paging.get("total_path")
    match paging.get("by", "none"):
        case "page":
            return by.PageNumberPaginator(
                base_page=int(paging.get("first", 1)), page_param=param, total_path=total
            )
        case "offset":
            return by.OffsetPaginator(
                limit=int(paging.get("size", 100)),
                offset_param=param,
                limit_param=paging.get("size_param"),
                total_path=total,
            )
        case "cursor":
            return by.JSONResponseCursorPaginator(
                cursor_path=paging["cursor_path"], cursor_param=param
            )
        case "link":
            return by.HeaderLinkPaginator()
        case "next":
            return by.JSONLinkPaginator(next_url_path=paging["next_path"])
    return by.SinglePagePaginator()
