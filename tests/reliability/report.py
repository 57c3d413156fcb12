"""The results for people and for programs: text, Markdown and JSON."""

from __future__ import annotations

import datetime
import json
import shlex
import sys
from pathlib import Path
from typing import Dict, List

from rows import LITTER, NEXT, POINTS, STATUS, Row
from verdict import VERDICTS

COLUMNS = (POINTS, *VERDICTS, STATUS, NEXT, LITTER)

INTRODUCTION = {
    "kill": "SIGKILL at a system call, and the next run at once.",
    "signal": "SIGINT, SIGTERM or SIGHUP at a system call, and while rvenv waits. There is no next run.",
    "fault": f"A system call fails with one of the errors {', '.join(('ENOSPC', 'EIO', 'EACCES', 'EMFILE'))}, …",
    "refusals": "Calls fail each time, as on a file system that does not have what they ask for.",
    "full": "A file system with room for a part, in pages or in inodes.",
    "flood": "Many processes at once.",
}


def table(rows: List[Row]) -> List[List[str]]:
    """The cells of a table, heading first."""
    cells = [["scenario", "pip", "tool", *COLUMNS]]
    for row in rows:
        fixed = [row.scenario, "yes" if row.pip else "no", row.tool]
        cells.append([*fixed, *(["skipped"] if row.skipped else [str(row.counts[name] or "·") for name in COLUMNS])])
    return cells


def by_class(rows: List[Row]) -> Dict[str, List[Row]]:
    """The rows, grouped by class."""
    found: Dict[str, List[Row]] = {}
    for row in rows:
        found.setdefault(row.klass, []).append(row)
    return found


def text(rows: List[Row]) -> str:
    """The tables for a terminal."""
    lines = []
    for klass, some in by_class(rows).items():
        cells = table(some)
        widths = [max(len(row[column]) for row in cells if column < len(row)) for column in range(len(cells[0]))]
        padded = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in cells]
        lines += [klass, *("  ".join(row).rstrip() for row in padded), ""]
    return "\n".join(lines)


def violations(rows: List[Row]) -> str:
    """All violations by rvenv, each with the command that repeats it, and the skipped rows."""
    lines = []
    for row in filter(lambda row: row.is_red, rows):
        for each in row.violations:
            lines += [f"VIOLATION {row.title}, at {each.at}: {one_line(each.what)}", f"    {each.repeat}"]
    for row in rows:
        lines += [f"skipped: {row.title}: {row.skipped}"] if row.skipped else []
    return "\n".join(lines)


def one_line(words: str) -> str:
    """Joins several lines into one."""
    return " | ".join(line.strip() for line in words.splitlines() if line.strip())


def markdown(rows: List[Row], versions: Dict[str, str]) -> str:
    """The tables for the documentation."""
    lines = [f"Measured on {datetime.date.today()} with", ""]
    lines += [f"- {name}: {version}" for name, version in versions.items()]
    lines += ["", "by", "", "```sh", command_line(), "```", ""]
    for klass, some in by_class(rows).items():
        heading, *others = table(some)
        lines += [f"## {klass}", "", INTRODUCTION[klass], "", markdown_row(heading)]
        lines += [markdown_row(["---"] * 3 + ["--:"] * (len(heading) - 3))]
        lines += [*map(markdown_row, others), ""]
        notes = [f"- {row.title}: {note}" for row in some for note in row.notes]
        lines += [*notes, ""] if notes else []
    return "\n".join(lines)


def markdown_row(cells: List[str]) -> str:
    """One row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def command_line() -> str:
    """The command line of this run."""
    return shlex.join(["python3", *sys.argv])


def plain(row: Row) -> Dict[str, object]:
    """A row as plain data for JSON."""
    return {**vars(row), "violations": [vars(each) for each in row.violations]}


def write_json(path: Path, rows: List[Row], versions: Dict[str, str]) -> None:
    """Writes all results as JSON."""
    found = {"command": command_line(), "versions": versions, "rows": [plain(row) for row in rows]}
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
