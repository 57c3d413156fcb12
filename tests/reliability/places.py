"""The class `places`: environments in directories of real file systems, which are mounted already."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

from report import markdown_row
from tools import RVENV, VENV, Tool
from verdict import CHECK, CHECK_TIMEOUT, STALE
from world import World, empty

# The word for an environment that works, after a run that succeeded.
WORKS = "yes"

# The runs in each place: the heading, the option and the directory.
RUNS: Tuple[Tuple[str, Optional[str], str], ...] = (
    ("new", None, "env"),
    ("again", None, "env"),
    ("`--clear`", "--clear", "env"),
    ("`--upgrade`", "--upgrade", "env"),
    ("`--copies`", "--copies", "copied"),
)


class Tried(NamedTuple):
    """One tool in one place."""

    place: str
    tool: str
    # A word for each run.
    words: List[str]
    # The other runs, with their messages.
    failures: List[str]
    # Whether a run ended with exit status 0 and its environment does not work.
    is_false: bool = False


def run(places: List[str], tools: List[Tool], pip: bool, warm: Dict[str, Path], work: Path) -> List[Tried]:
    """Tries all tools in all places, each given as a directory or as NAME=DIRECTORY."""
    found = []
    for place in places:
        name, _, directory = place.rpartition("=")
        for tool in tools:
            called = name or os.path.basename(directory)
            found.append(in_place(called, Path(directory), tool, pip, warm[tool.name], work))
            print(f"{found[-1].place}, {tool.name}: {', '.join(found[-1].words)}", flush=True)
    return found


def in_place(name: str, directory: Path, tool: Tool, pip: bool, warm: Path, work: Path) -> Tried:
    """Tries all runs of one tool in one place, and deletes what they leave."""
    disk = Path(tempfile.mkdtemp(prefix=f"{tool.name}-", dir=directory))
    root = Path(tempfile.mkdtemp(prefix="place-", dir=work))
    words: List[str] = []
    failures: List[str] = []
    is_false = False
    try:
        world = World(root, tool, disk, "parent")
        if warm.exists():
            subprocess.run(["cp", "-a", str(warm), str(world.cache)], check=True)
        for heading, option, env_dir in RUNS:
            world.env_dir = world.parent / env_dir
            outcome = world.run(world.argv(pip, option))
            fault = defect(world, pip)
            is_false |= bool(fault) and outcome.status == 0
            words.append(fault or (WORKS if outcome.status == 0 else "works, but fails"))
            if words[-1] != WORKS:
                said = f"{words[-1]}; {outcome.words}: {outcome.stderr[-400:]}"
                failures.append(f"{name}, {tool.name}, {heading}: {said}")
    finally:
        subprocess.run(["rm", "-rf", str(disk)], stderr=subprocess.DEVNULL, check=False)
        empty(root, itself=True)
    return Tried(name, tool.name, words, failures, is_false)


def defect(world: World, pip: bool) -> str:
    """The defect of the environment, or an empty string if it works."""
    python = world.env_dir / "bin/python"
    if not os.path.lexists(python):
        return "none"
    started = status(world, [str(python), "-I", "-B", "-c", CHECK, str(world.env_dir), "no pip"])
    if started != 0:
        return "stale" if started == STALE else "broken"
    if pip and status(world, [str(python), "-B", "-m", "pip", "check"]) != 0:
        return "no pip"
    if pip and may_run(world) and status(world, [str(world.env_dir / "bin/pip"), "--version"]) != 0:
        return "no `bin/pip`"
    return ""


def status(world: World, argv: List[str]) -> Optional[int]:
    """The exit status of a command, or None if it cannot be run or does not end."""
    quiet = {**world.variables(argv[0]), "PYTHONDONTWRITEBYTECODE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              cwd=world.home, env=quiet, timeout=CHECK_TIMEOUT).returncode
    except (OSError, subprocess.TimeoutExpired):
        return None


def may_run(world: World) -> bool:
    """Whether the file system lets scripts be run."""
    script = world.parent / "script"
    script.write_text("#!/bin/sh\n")
    try:
        script.chmod(0o755)
    except OSError:
        pass
    return status(world, [str(script)]) == 0


def table(found: List[Tried]) -> str:
    """The results as a Markdown table."""
    headings = ["file system", "tool", *(heading for heading, _, _ in RUNS)]
    rows = [markdown_row(headings), markdown_row(["---"] * len(headings))]
    return "\n".join([*rows, *(markdown_row([each.place, each.tool, *each.words]) for each in found)]) + "\n"


def is_red(found: List[Tried]) -> bool:
    """Whether rvenv's environment does not work where rvenv says that it does, or where venv's does."""
    if any(each.is_false for each in found if each.tool == RVENV):
        return True
    by_tool = {(each.place, each.tool): each.words for each in found}
    pairs = [(words, by_tool.get((place, VENV))) for (place, tool), words in by_tool.items() if tool == RVENV]
    return any(ours != WORKS == other for words, others in pairs if others for ours, other in zip(words, others))
