"""Snippets with files and commands: writes the files, runs the commands, and checks the environments."""

from __future__ import annotations

import re
from typing import List

from blocks import Block
from machine import Failed, Machine

# The name of a file, in the first line of its block.
NAMED = re.compile(r"# ([\w.-]+)\n")


def run(section: List[Block], machine: Machine) -> List[str]:
    """Runs all blocks of a section in order, on one machine."""
    machine.renew()
    for block in section:
        name = NAMED.match(block.text)
        if name:
            (machine.project / name.group(1)).write_text(block.text)
        elif block.language == "sh":
            machine.run(["bash", "-eu", "-o", "pipefail", "-c", block.text])
        else:
            raise Failed(f"line {block.line} is neither a file with a name nor a command")
    machine.check_environments()
    return [f"{len(list(machine.environments()))} of rvenv's environments"]
