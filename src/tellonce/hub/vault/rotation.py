"""A new master key: first in the file, then known to the database, then over every wrapped key.

At each moment the file opens everything: the new key is added before anything is wrapped by it, and
an old one is dropped only when nothing is wrapped by it any more. Interrupted anywhere, the same
call goes on. Values are not touched, only the keys that encrypt them are wrapped anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q

from tellonce.hub.core import clock
from tellonce.hub.core.errors import KeyTrouble, WrongCall
from tellonce.hub.core.files import replace_whole
from tellonce.hub.vault import masterkeys, namedkeys
from tellonce.hub.vault.models import DataKey, MasterKey, NamedKey
from tellonce.hub.vault.types import MasterKeyView

_AT_ONCE = 1000
_REWRAP = (
    "UPDATE data_keys SET master = %s, wrapped = %s "
    "WHERE id = %s AND master = %s AND wrapped IS NOT NULL"
)


def master_key_states() -> list[MasterKeyView]:
    """Every master key of the file that this database knows, the one in use first."""
    held = dict(_wrapped().values_list("master").annotate(Count("id")))
    for name, count in NamedKey.objects.values_list("master").annotate(Count("name")):
        held[name] = held.get(name, 0) + count
    since = dict(MasterKey.objects.values_list("name", "since"))
    current = masterkeys.master_keys().current
    return [
        MasterKeyView(name, since[name], name == current, held.get(name, 0))
        for name in sorted(since, key=lambda one: (one != current, since[one]))
    ]


def add_master_key() -> str:
    """Put a new key in use; returns its name. Raises `KeyTrouble` where the file cannot be written.

    One that an interrupted call left in the file, unknown to the database, is taken.
    """
    path = Path(settings.TELLONCE_MASTER_KEY_FILE)
    masterkeys.master_keys()  # proves the file before it is changed
    known = set(MasterKey.objects.values_list("name", flat=True))
    keys = masterkeys.read_file(path)
    if keys.current in known:
        text = path.read_text(encoding="ascii")
        try:
            replace_whole(path, masterkeys.new_key_line() + text)
        except OSError as error:
            raise KeyTrouble(
                f"The master key file {path} cannot be written: {error.strerror}.",
                hint="Rotate where the file is kept, and bring it here again.",
            ) from error
        keys = masterkeys.read_file(path)
    MasterKey(name=keys.current, check_value=keys.check_value(), since=clock.now()).save(
        force_insert=True
    )
    os.utime(path)  # every process reads the file again, now that the database knows the key
    _forget()
    return keys.current


def rewrap_keys(progress: Callable[[str, int, int], None]) -> int:
    """Wrap by the key in use whatever another one wraps; returns how many keys were."""
    masters = masterkeys.master_keys()
    with transaction.atomic():
        done = namedkeys.rewrap(masters)
    total = done + _wrapped().exclude(master=masters.current).count()
    while True:
        with transaction.atomic():
            rows = list(
                _wrapped()
                .exclude(master=masters.current)
                .order_by("id")
                .values_list("id", "master", "wrapped", "key_id")[:_AT_ONCE]
            )
            anew = [
                (
                    masters.current,
                    masters.wrap(masters.unwrap(bytes(old), master, bytes(bound)), bytes(bound)),
                    pk,
                    master,
                )
                for pk, master, old, bound in rows
            ]
            with connection.cursor() as cursor:
                cursor.executemany(_REWRAP, anew)
        if not rows:
            _forget()
            return done
        done += len(rows)
        progress("rewrap", done, total)


def forget_master_key(name: str) -> None:
    """Have the database know an old key no more, before `remove_from_file`: the file may hold more
    keys than the database knows, and never fewer.

    Raises `WrongCall` for the key in use, one that still wraps something, or none.
    """
    found = next((one for one in master_key_states() if one.name == name), None)
    if found is None and name in masterkeys.master_keys().names:
        return  # an interrupted call came this far
    if found is None or found.in_use:
        raise WrongCall(
            f"'{name}' is {'the master key in use' if found else 'no master key of this hub'}.",
            hint="See `tellonce key list`.",
        )
    if found.wraps:
        raise WrongCall(
            f"'{name}' still wraps {found.wraps:,} keys.", hint="Run `tellonce key rewrap` first."
        )
    MasterKey.objects.filter(name=name).delete()


def remove_from_file(name: str) -> None:
    """Take a key out of the file; from then on backups that need it do not open with the file."""
    path = Path(settings.TELLONCE_MASTER_KEY_FILE)
    lines = path.read_text(encoding="ascii").splitlines(keepends=True)
    replace_whole(path, "".join(line for line in lines if line.split(" ")[0] != name))
    _forget()


def _wrapped() -> Any:
    return DataKey.objects.filter(~Q(wrapped=None))


def _forget() -> None:
    masterkeys.forget()
    namedkeys.forget()
