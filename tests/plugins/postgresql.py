"""Which PostgreSQL the tests may use. As a script: exit 0 and its URL, or exit 1 and why not."""

from __future__ import annotations

import os
import sys

import psycopg

GIVEN = "TELLONCE_TEST_DATABASE_URL"
DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"
CAN_CREATE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"


def url() -> str:
    """The server of $TELLONCE_TEST_DATABASE_URL, else the one that usually runs on this machine.

    While the tests run on SQLite that variable is empty, and make passes its value on in another.
    """
    given = os.environ.get("TELLONCE_TEST_POSTGRESQL") or os.environ.get(GIVEN)
    return given or DEFAULT


def why_not() -> str:
    """Why the server cannot be used; empty if the tests can make their database there."""
    try:
        with psycopg.connect(url(), connect_timeout=3) as connection:
            row = connection.execute(CAN_CREATE).fetchone()
    except psycopg.Error as error:
        return f"no PostgreSQL at hand: {str(error).splitlines()[0]}"
    return "" if row is not None and row[0] else "the PostgreSQL user may not create databases"


def main() -> int:
    """Print the URL or the reason."""
    reason = why_not()
    sys.stdout.write((reason or url()) + "\n")
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
