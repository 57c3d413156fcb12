"""Snippets that are files and commands: the files are written, the commands run, and environments looked for."""

from __future__ import annotations

import re
from typing import List

from blocks import Block
from machine import Failed, Machine

# The name of the file that a block is, which its first line tells.
NAMED = re.compile(r"# ([\w.-]+)\n")


def run(section: List[Block], machine: Machine) -> List[str]:
    """All blocks of a section in order, on one machine."""
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
