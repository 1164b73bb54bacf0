"""What may be declared about files in a folder."""

from __future__ import annotations

from tellonce.hub.sources.contents import CONTENTS
from tellonce.hub.sources.shapes import Choice, Field, Flag, Group, Number, OneOrMore, Text

ORDERS = ("name", "mtime")
QUIET_SECONDS = 10

SECTION = Field(
    OneOrMore(
        Group(
            "the section files",
            {
                "folder": Field(
                    Text(example="/data/crm"), "Folder that the files appear in.", required=True
                ),
                "pattern": Field(Text(example='"*.csv"'), "Which of them; by default all."),
                "archive": Field(
                    Text(example="/data/crm/done"), "Folder that a file is moved to once loaded."
                ),
                "order": Field(
                    Choice(ORDERS), "Which comes first: by name (default), or by time of change."
                ),
                "quiet_seconds": Field(
                    Number(0, 86_400, example="10"),
                    "A file that changed within so many seconds is still being written; 10.",
                ),
                "as": Field(Choice(CONTENTS), "What its rows are; by default records."),
                "full": Field(Flag(), "Whether each file is all there is, so the rest is deleted."),
            },
        )
    ),
    "Files in a folder, each loaded once.",
)
