"""The results: a table for the terminal, a report of each failure, and a section of docs/parity.md."""

from __future__ import annotations

import datetime
import difflib
import platform
import re
from pathlib import Path
from typing import Dict, List

from options import Python
from rows import RVENV, VENV, Row

HEADING = "## Real clients"

INTRODUCTION = """\
Other programs were run in an environment created by rvenv, and in one created by `python -m venv` at the same path.
Each row begins with a fresh one. *Works* means that each command succeeded and that its effect was seen; a client
that describes the environment (paths, packages, tags, kernels) described both alike. A row that fails in both fails
because of the client: the newest releases of some want a newer Python. One that fails in venv's alone edits a line of
`bin/activate` that venv does not write any more. The rows are in `tests/clients`; they need a package index, so
`cargo test` runs none of them.
"""


def text(rows: List[Row]) -> str:
    """A table for a terminal."""
    cells = [["python", "client", "version", "what is done", RVENV, VENV, "seconds"]]
    for row in rows:
        cells.append([row.python.version, row.client.name, row.version, row.client.does, row.word(RVENV),
                      row.word(VENV), f"{row.seconds:.0f}"])
    widths = [max(map(len, column)) for column in zip(*cells)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)


def failures(rows: List[Row]) -> str:
    """All failures with command and output, each with the command that repeats it."""
    lines = []
    for row in rows:
        repeat = f"python3 tests/clients --python {row.python.program} --only {row.client.key} --keep"
        for maker, outcome in row.outcomes.items():
            about = f"{row.client.name} ({row.client.key}) with {row.python.version}, {maker}"
            lines += [f"skipped: {about}: {outcome.skipped}"] if outcome.skipped else []
            lines += [f"FAILS {about}", indented(outcome.failure), f"    {repeat}"] if outcome.failure else []
        if row.differs:
            lines += [f"DIFFERS {row.client.name} ({row.client.key}) with {row.python.version}"]
            seen = [row.outcomes[maker].seen.splitlines() for maker in (VENV, RVENV)]
            lines += [indented("\n".join(difflib.unified_diff(*seen, VENV, RVENV, lineterm="", n=1)))]
            lines += [f"    {repeat}"]
    return "\n".join(lines)


def indented(words: str) -> str:
    """Indents the last 200 lines of a text."""
    return "\n".join(f"    {line}" for line in words.strip().splitlines()[-200:])


def section(rows: List[Row]) -> str:
    """The section of docs/parity.md."""
    pythons = list(dict.fromkeys(row.python for row in rows))
    head = ["client", "what is done and seen"]
    for python in pythons:
        head += [f"its version on {python.short}", RVENV, VENV]
    lines = [HEADING, "", INTRODUCTION, *by(pythons), "", markdown_row(head), markdown_row(["---"] * len(head))]
    by_client: Dict[str, List[Row]] = {}
    for row in rows:
        by_client.setdefault(row.client.key, []).append(row)
    for some in by_client.values():
        cells = [some[0].client.name, some[0].client.does]
        for row in some:
            cells += [row.version, row.word(RVENV), row.word(VENV)]
        lines.append(markdown_row(cells))
    skipped = [f"- {row.client.name} on {row.python.short}: {row.outcomes[RVENV].skipped}" for row in rows
               if row.outcomes[RVENV].skipped]
    return "\n".join([*lines, *(["", "Skipped:", "", *skipped] if skipped else []), ""])


def by(pythons: List[Python]) -> List[str]:
    """The system, versions, date and command of the run, without paths of this machine."""
    words = ["python3 tests/clients", *(f"--python python{python.short}" for python in pythons), "--write"]
    versions = " and ".join(python.version for python in pythons)
    return [f"{platform.system()}, Python {versions}, {datetime.date.today()}. This makes the section anew:", "",
            "```sh", " ".join(words), "```"]


def markdown_row(cells: List[str]) -> str:
    """One row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def write(path: Path, rows: List[Row]) -> None:
    """Replaces the section in a file, or appends it."""
    before, _, rest = path.read_text(encoding="utf-8").partition(HEADING + "\n")
    after = re.search(r"^## .*", rest, re.M | re.S)
    parts = [before.rstrip("\n"), section(rows).rstrip("\n"), after.group().rstrip("\n") if after else ""]
    path.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")
