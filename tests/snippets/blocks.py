"""The fenced blocks of a Markdown file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional

FENCE = re.compile(r"(`{3,})\s*(\w*)")
# The name of a file, in the first line of its block.
NAMED = re.compile(r"# ([\w.-]+)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block: its place, heading and language, and its text as it is written."""

    file: str
    line: int
    heading: str
    language: str
    text: str

    @property
    def place(self) -> str:
        """The place in words: file, line and heading."""
        return f"{self.file}:{self.line} ({self.heading})"

    @property
    def file_name(self) -> Optional[str]:
        """The name of the file that the block is, if its first line has one."""
        named = NAMED.match(self.text)
        return named and named.group(1)


def blocks(path: Path) -> List[Block]:
    """All fenced blocks, in order."""
    found, heading, start = [], "", None
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if start is None and fence:
            start, language = number, fence.group(2)
        elif start is not None and line.startswith("```"):
            text = "\n".join(lines[start:number - 1]) + "\n"
            found.append(Block(path.name, start, heading, language, text))
            start = None
        elif start is None and line.startswith("#"):
            heading = line.lstrip("# ")
    return found
