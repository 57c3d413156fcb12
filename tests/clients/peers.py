"""The peers: tools that work on an environment from outside, each installed once in its own environment."""

from __future__ import annotations

import os
import subprocess
import sys

from world import Shared, network_variables

PEERS = ("uv", "virtualenv", "poetry", "pdm", "pipx", "hatch", "pipenv")
# A tool may not start with the newest versions of its dependencies; `[locked]` has the versions of its release.
REQUIREMENTS = {"pdm": "pdm[locked]"}


def install(shared: Shared) -> None:
    """Installs the missing peers."""
    wanted = [name for name in PEERS if not (shared.peers / name).exists()]
    if not wanted:
        return
    print(f"installing {', '.join(wanted)}", file=sys.stderr)
    first = shared.peers.parent / "first"
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(first)], check=True)
    variables = {"HOME": str(first), "PATH": os.environ["PATH"], **network_variables(), **shared.variables(),
                 "UV_TOOL_DIR": str(shared.tools), "UV_TOOL_BIN_DIR": str(shared.peers)}
    python = str(first / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True, env=variables)
    for name in wanted:
        requirement = REQUIREMENTS.get(name, name)
        words = ["-m", "uv", "tool", "install", "--quiet", "--force", "--python", sys.executable, requirement]
        subprocess.run([python, *words], check=True, env=variables)
