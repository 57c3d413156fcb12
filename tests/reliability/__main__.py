"""Black-box tests of the state that rvenv leaves behind when it is killed, interrupted, starved or crowded, and, for
comparison, of the state that other tools leave."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List

sys.dont_write_bytecode = True

import places
import report
from options import parse
from processes import reset_signals
from rows import Row
from tools import RVENV, UV, VENV, Tool, find, network_variables
from tracing import strace_version
from trials import plan, run_all
from world import World, empty

TRACED = ("kill", "signal", "fault", "refusals")


def main(argv: List[str]) -> int:
    """Runs the requested classes and returns the exit status."""
    options = parse(argv)
    reset_signals()
    strace = strace_version()
    skipped = [name for name in options.classes if name in TRACED] if strace is None else []
    if not options.other_python and not options.quiet:
        print("skipped: rebase: no --other-python", file=sys.stderr)
    options.classes = [name for name in options.classes if name not in skipped]
    work = Path(tempfile.mkdtemp(prefix="reliability-", dir=options.work)).resolve()
    try:
        tools = available(options, work)
        warm = {tool.name: work / f"warm-{tool.name}" / "cache" for tool in tools}
        if options.at:
            return try_places(options, tools, warm, work)
        trials = plan(options, tools)
        if not trials and not skipped:
            sys.exit("there is no such scenario for these classes and tools")
        rows = run_all(options, trials, work, warm)
        found = {"strace": strace or "none", "system": platform.platform(), **versions(tools, options)}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for name in skipped:
        print(f"skipped: {name}: no strace that may trace", file=sys.stderr)
    tell(options, rows, found)
    return status(options, rows, skipped)


def try_places(options: argparse.Namespace, tools: List[Tool], warm: Dict[str, Path], work: Path) -> int:
    """Runs the class `places`, tells the results and returns the exit status."""
    found = places.run(options.at, tools, options.pip[-1], warm, work)
    print("\n".join(line for each in found for line in each.failures))
    if options.markdown:
        Path(options.markdown).write_text(places.table(found), encoding="utf-8")
    return 1 if places.is_red(found) else 0


def available(options: argparse.Namespace, work: Path) -> List[Tool]:
    """The installed tools, each with a warm cache."""
    tools = []
    for name in options.tools:
        tool = find(name, options.rvenv, options.python, options.peers)
        why = "not installed" if tool is None else warm_up(tool, work / f"warm-{name}", options.pip)
        if why:
            if name == RVENV:
                sys.exit(f"{name}: {why}")
            print(f"skipped: {name}: {why}", file=sys.stderr)
        elif tool is not None:
            tools.append(tool)
    return tools


def warm_up(tool: Tool, root: Path, pips: List[bool]) -> str:
    """Fills the tool's cache, and returns the reason for a failure or an empty string."""
    world = World(root, tool)
    world.cache.mkdir(mode=0o700)
    for pip in pips:
        argv = world.argv(pip)
        if tool.name == UV:
            # uv has to fetch pip from the package index once.
            argv.remove("--offline")
        outcome = world.run(argv, **(network_variables() if tool.name == UV else {}))
        empty(world.parent)
        if outcome.status != 0:
            return f"ends with {outcome.words}: {outcome.stderr.strip()[-500:]}"
    return ""


def versions(tools: List[Tool], options: argparse.Namespace) -> Dict[str, str]:
    """The versions that Python and the tools report."""
    found = {"python": said(options.python, "--version")}
    if options.other_python:
        found["other python"] = said(options.other_python, "--version")
    return {**found, **{tool.name: said(tool.program, "--version") for tool in tools if tool.name != VENV}}


def said(*argv: str) -> str:
    """The first line of a program's output, without paths of this machine."""
    told = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode(errors="replace")
    return re.sub(r" from .*", "", told.split("\n")[0]).strip()


def tell(options: argparse.Namespace, rows: List[Row], found: Dict[str, str]) -> None:
    """Prints the tables and the violations, and writes the requested files."""
    told = report.violations(rows)
    if not options.quiet:
        print(report.text(rows))
    if told and not (options.quiet and not any(row.is_red for row in rows)):
        print(told)
    if options.json:
        report.write_json(Path(options.json), rows, found)
    if options.markdown:
        Path(options.markdown).write_text(report.markdown(rows, found), encoding="utf-8")


def status(options: argparse.Namespace, rows: List[Row], skipped: List[str]) -> int:
    """The exit status: 1 if rvenv broke a rule, 2 if a requested class could not be run."""
    if any(row.is_red for row in rows):
        return 1
    unrun = {*skipped, *(row.klass for row in rows if row.skipped)}
    return 2 if unrun & options.is_asked_for else 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
