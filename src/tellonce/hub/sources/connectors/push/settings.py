"""What may be declared about a source that sends its rows itself: nothing yet but that it does."""

from __future__ import annotations

from tellonce.hub.sources.shapes import Field, Group

SECTION = Field(
    Group("the section push", {}),
    "It sends its rows to POST /api/v1/records itself; write `push: {}`.",
)
