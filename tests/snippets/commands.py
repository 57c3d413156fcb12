"""Snippets with files and commands: writes the files, runs the commands, and checks the environments."""

from __future__ import annotations

from typing import List

from blocks import Block
from machine import Failed, Machine


def run(section: List[Block], machine: Machine) -> List[str]:
    """Runs all blocks of a section in order, on one machine."""
    machine.renew()
    for block in section:
        if block.file_name:
            (machine.project / block.file_name).write_text(block.text)
        elif block.language == "sh":
            machine.run(["bash", "-eu", "-o", "pipefail", "-c", block.text])
        else:
            raise Failed(f"line {block.line} is neither a file with a name nor a command")
    machine.check_environments()
    return [f"{len(list(machine.environments()))} of rvenv's environments"]
