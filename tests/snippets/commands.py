"""Snippets that are files and commands: the files are written, the commands are run, and environments are looked for."""

from __future__ import annotations

from typing import List

from blocks import Block
from machine import Machine

# Where a block of a language belongs that is no command.
FILES = {"make": "Makefile", "python": "noxfile.py", "ini": "tox.ini", "toml": "pyproject.toml", "direnv": ".envrc"}


def run(section: List[Block], machine: Machine) -> List[str]:
    """All blocks of a section together, on one machine."""
    machine.renew()
    for block in section:
        if block.language in FILES:
            (machine.project / FILES[block.language]).write_text(block.text)
    for block in section:
        if block.language == "sh":
            machine.run(["bash", "-eu", "-o", "pipefail", "-c", block.text])
    machine.check_environments()
    return [f"{len(list(machine.environments()))} of rvenv's environments"]
