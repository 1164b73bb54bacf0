"""Whether the process that holds a lease still lives, told without waiting where we can see it."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_host() -> str:
    """Names the place whose process ids we can see: host, boot and process namespace."""
    return ":".join((socket.gethostname(), _boot(), _namespace()))[:255]


def this_process() -> str:
    """Names this process so that a later one with the same id is not taken for it."""
    return f"{os.getpid()}@{_started(os.getpid())}"


def is_dead(host: str, process: str) -> bool:
    """True where we know that the process is gone; False where it lives or we cannot see it."""
    if host != this_host():
        return False
    pid, _, started = process.partition("@")
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return bool(started) and _started(int(pid)) != started


def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.is_file() else ""


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Start time in clock ticks since boot; '' where the system does not tell. A zombie is ''."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
