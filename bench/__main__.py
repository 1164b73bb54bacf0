"""Every bench in turn: `python -m bench`. Makes the peers' environment first."""

from __future__ import annotations

import subprocess
import sys

from bench import accuracy, histories, labels, online, profile, speed
from bench.report import ROOT

PEERS = ROOT / ".venv-bench"


def make_peers() -> None:
    """The peers' own environment, from their own lock; nothing to do where it is there."""
    if (PEERS / ".made").exists():
        return
    python = str(PEERS / "bin" / "python")
    lock = str(ROOT / "bench" / "requirements.txt")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    subprocess.run([*install, "--require-hashes", "-r", lock], check=True)
    (PEERS / ".made").touch()


def main() -> int:
    """Run all; 1 if one of them ended badly."""
    make_peers()
    endings = [accuracy.main(["--peers"]), labels.main([])]
    endings += [speed.main([]), online.main([]), histories.main([]), profile.main([])]
    return int(any(endings))


if __name__ == "__main__":
    sys.exit(main())
