"""Every setting of the hub, declared once: name, type, default, help.

A setting comes from the environment variable of its name; a secret one also from the file that
`<NAME>_FILE` names. `settings.py`, the start-up checks, the command line and the manual all read
this table.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from tellonce.hub.core.errors import Failed, WrongCall

KNOWN_PASSWORDS = frozenset(
    {"", "postgres", "password", "tellonce", "changeme", "secret", "admin", "root"}
)


@dataclass(frozen=True)
class Setting:
    """One setting: `kind` is text, path, flag, seconds, number or list.

    `secret`: it may also stand in the file that `<NAME>_FILE` names.
    """

    name: str
    kind: str
    default: str
    help: str
    secret: bool = False


SETTINGS = (
    Setting("TELLONCE_HOME", "path", ".tellonce", "Folder of keys and of the SQLite database."),
    Setting(
        "TELLONCE_DATABASE_URL",
        "text",
        "",
        "postgres://... or sqlite:///...; empty: SQLite in TELLONCE_HOME.",
        secret=True,
    ),
    Setting("TELLONCE_DATABASE_TIMEOUT", "seconds", "5", "How long to wait for a locked database."),
    Setting(
        "TELLONCE_SECRET_KEY",
        "text",
        "",
        "Signs sessions; empty: the file secret.key in TELLONCE_HOME.",
        secret=True,
    ),
    Setting(
        "TELLONCE_MASTER_KEY_FILE",
        "text",
        "",
        "The key that wraps all keys; empty: the file master.key in TELLONCE_HOME.",
    ),
    Setting("TELLONCE_USER", "text", "", "E-mail of the person who acts where none is named."),
    Setting("TELLONCE_PRODUCTION", "flag", "no", "Refuse to start with anything unsafe."),
    Setting(
        "TELLONCE_HOSTS", "list", "localhost,127.0.0.1", "Host names that may be served, by comma."
    ),
    Setting("TELLONCE_BODY_LIMIT", "number", "20", "Megabytes that one request may bring."),
    Setting(
        "TELLONCE_REQUEST_LIMIT", "number", "6000", "Requests a minute, of each client of the API."
    ),
    Setting(
        "TELLONCE_SEARCH_LIMIT", "number", "600", "Look-ups of people a minute, of each client."
    ),
    Setting(
        "TELLONCE_BIND",
        "text",
        "127.0.0.1",
        "Address that `serve` listens at; another only behind a proxy that speaks TLS.",
    ),
    Setting(
        "TELLONCE_TRUSTED_PROXY",
        "text",
        "",
        "Address of the proxy whose X-Forwarded headers are believed; empty: none.",
    ),
    Setting(
        "TELLONCE_WEBHOOKS_PRIVATE",
        "flag",
        "no",
        "Send webhooks to private addresses and over http too: for development.",
    ),
    Setting(
        "TELLONCE_BACKUP_KEY_FILE",
        "text",
        "",
        "File with the key or passphrase of backups, where none is named.",
    ),
    Setting("TELLONCE_LOG", "text", "text", "json: a line for each request too; or text."),
    Setting(
        "TELLONCE_METRICS_TOKEN",
        "text",
        "",
        "Bearer token that /metrics asks for; empty: it answers this machine only.",
        secret=True,
    ),
    Setting(
        "TELLONCE_TWO_PERSON_RECORDS",
        "number",
        "50",
        "An act that moves more records to another customer needs a second person; 0: none.",
    ),
    Setting("TELLONCE_THREADS", "number", "8", "How many requests `serve` answers at once."),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


def read(name: str, environ: Mapping[str, str] | None = None) -> Any:
    """The value of one declared setting, in its type.

    Raises `Failed` when the value has another type, or when a named file cannot be read.
    """
    setting = BY_NAME[name]
    text = _text(setting, os.environ if environ is None else environ)
    if setting.kind == "path":
        return Path(text).expanduser().absolute()
    if setting.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    if setting.kind == "flag":
        return _flag(setting, text)
    if setting.kind in ("seconds", "number"):
        return _number(setting, text)
    return text


def _text(setting: Setting, environ: Mapping[str, str]) -> str:
    if setting.secret and (path := environ.get(f"{setting.name}_FILE")):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Failed(
                f"The file named by {setting.name}_FILE cannot be read: {error.strerror}.",
                hint=f"Correct {setting.name}_FILE, or unset it.",
            ) from error
    return environ.get(setting.name) or setting.default


def _flag(setting: Setting, text: str) -> bool:
    words = {"1": True, "yes": True, "true": True, "on": True}
    words |= {"0": False, "no": False, "false": False, "off": False}
    if text.lower() not in words:
        raise Failed(f"{setting.name} is neither yes nor no.", hint="Set it to yes or no.")
    return words[text.lower()]


def _number(setting: Setting, text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        of = " of seconds" if setting.kind == "seconds" else ""
        raise Failed(
            f"{setting.name} is not a number{of}.", hint="Set it to a number such as 5."
        ) from None


def database(url: str, home: Path, timeout: float) -> dict[str, Any]:
    """Django's description of the database at `url`; empty means SQLite in `home`."""
    try:
        described = dj_database_url.parse(url or f"sqlite:///{home / 'hub.sqlite3'}")
    except ValueError as error:
        raise Failed(
            "TELLONCE_DATABASE_URL is not a database address.",
            hint="Write it as postgres://user:password@host:5432/name, or unset it.",
        ) from error
    config: dict[str, Any] = dict(described)
    if not config["ENGINE"].endswith(("sqlite3", "postgresql")):
        raise WrongCall(
            "TELLONCE_DATABASE_URL names a database that Tellonce does not work with.",
            hint="There are PostgreSQL (postgres://user:password@host:5432/name) and SQLite "
            "(sqlite:///file); unset it for SQLite in TELLONCE_HOME.",
        )
    config["ATOMIC_REQUESTS"] = False
    config["CONN_MAX_AGE"] = 600  # each of the server's few threads keeps its own
    if config["ENGINE"].endswith("sqlite3"):
        config["ENGINE"] = "tellonce.hub.core.sqlite3"
        config["OPTIONS"] = {
            **config.get("OPTIONS", {}),
            "transaction_mode": "IMMEDIATE",
            "timeout": timeout,
            "cached_statements": 1_000,  # prepared ones; of one record alone there are some sixty
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
                # 32 MB of pages each connection; the log is moved into the file every 32 MB.
                "PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=8000;"
            ),
        }
    else:
        config["ENGINE"] = "tellonce.hub.core.postgresql"
        config["CONN_HEALTH_CHECKS"] = True
    return config


def refuse_unsafe(secret_key: str, database_url: str) -> None:
    """Raise `Failed` where production would start with a missing or well-known secret."""
    if len(secret_key) < 32:
        raise Failed(
            "The secret key is missing or shorter than 32 characters.",
            hint="Run `tellonce init`, or set TELLONCE_SECRET_KEY_FILE.",
        )
    parts = urlsplit(database_url)
    if parts.scheme.startswith("postgres") and (parts.password or "") in KNOWN_PASSWORDS:
        raise Failed(
            "The database has no password, or one that everybody knows.",
            hint="Give it another, or set TELLONCE_PRODUCTION=no on your own machine.",
        )
