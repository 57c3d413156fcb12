"""The trials: each class with each tool in each scenario, every trial in its own process and world."""

from __future__ import annotations

import argparse
import os
import pickle
import signal
import sys
import traceback
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

import flood
import full
import refusals
import waiting
from injected import run_points
from options import repeat
from processes import adopt_orphans, kill_orphans
from rows import Row
from scenarios import COPIES, SCENARIOS, Stage, Unprepared, by_name, is_for
from tools import Tool
from world import World, empty

# The default number of points for slow runs: with pip, and with ensurepip in each run.
LIMIT_PIP, LIMIT_PIP_COLD = 60, 6


class Trial(NamedTuple):
    """A trial, which becomes one row of a table."""

    klass: str
    tool: Tool
    scenario: str
    pip: bool


def plan(options: argparse.Namespace, tools: List[Tool]) -> List[Trial]:
    """All trials, in order."""
    found = [Trial(klass, tool, name, pip) for klass in options.classes for pip in options.pip for tool in tools
             for name in scenario_names(klass, tool, pip, options)]
    return [trial for trial in found if not options.scenarios or trial.scenario in options.scenarios]


def scenario_names(klass: str, tool: Tool, pip: bool, options: argparse.Namespace) -> List[str]:
    """The names of a class's scenarios."""
    if klass == "full":
        return [each.name for each in full.VARIANTS if is_possible(each.scenario, tool, options)]
    if klass == "flood":
        return [each.name for each in flood.FLOODS if each.is_for(tool, pip)]
    if klass == "signal" and not tool.is_rvenv:
        return []
    scenarios = (*SCENARIOS, COPIES) if klass == "refusals" else SCENARIOS
    names = [each.name for each in scenarios if is_possible(each.name, tool, options)]
    return names + ([each.name for each in waiting.CASES] if klass == "signal" and pip else [])


def is_possible(name: str, tool: Tool, options: argparse.Namespace) -> bool:
    """Whether a scenario is for the tool, and another Python is given if the scenario needs one."""
    scenario = by_name(name)
    return is_for(scenario, tool) and (options.other_python is not None or not scenario.is_other)


def limit_of(options: argparse.Namespace, scenario: str, pip: bool) -> Optional[int]:
    """The maximum number of points, or None for all."""
    if options.limit is not None or not pip:
        return options.limit
    return LIMIT_PIP_COLD if "cold" in scenario else LIMIT_PIP


def run(options: argparse.Namespace, trial: Trial, root: Path, warm: Path) -> Row:
    """Runs a trial and returns its row."""
    row = Row(trial.klass, trial.tool.name, trial.scenario, trial.pip)
    limit = limit_of(options, trial.scenario, trial.pip)
    try:
        if trial.klass == "full":
            full.run(row, root, trial.tool, warm, options.other_python, options.every, limit, options.point)
        elif trial.klass == "flood":
            flood.run(row, root, trial.tool, warm, options.processes)
        elif trial.scenario in [each.name for each in waiting.CASES]:
            waiting.run(row, root, trial.tool, warm)
        else:
            world = World(root, trial.tool, refused=options.refused)
            stage = Stage(by_name(trial.scenario), world, trial.pip, warm, options.other_python)
            row.notes += stage.notes
            try_points = refusals.run if trial.klass == "refusals" else run_points
            try_points(row, stage, options.every, limit, options.point)
    except Unprepared as why:
        row.violate("an undisturbed run", str(why))
    except full.NoDisk as why:
        row.skipped = str(why)
    for violation in row.violations:
        violation.repeat = repeat(options, row, violation.at)
    return row


def run_all(options: argparse.Namespace, trials: List[Trial], work: Path, warm: Dict[str, Path]) -> List[Row]:
    """Runs all trials, up to `options.jobs` at once, and returns the rows in order."""
    rows: Dict[int, Row] = {}
    running: Dict[int, int] = {}
    try:
        for number, trial in enumerate(trials):
            running[start(options, trial, work / str(number), warm[trial.tool.name])] = number
            while len(running) >= (options.jobs if number + 1 < len(trials) else 1):
                pid, _ = os.wait()
                done = running.pop(pid)
                rows[done] = collect(options, trials[done], work / str(done))
    finally:
        for pid in running:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
    return [rows[number] for number in sorted(rows)]


def start(options: argparse.Namespace, trial: Trial, root: Path, warm: Path) -> int:
    """Starts a trial in its own process, which adopts the tool's orphans and may mount file systems."""
    sys.stdout.flush()
    sys.stderr.flush()
    root.mkdir()
    pid = os.fork()
    if pid:
        return pid
    try:
        adopt_orphans()
        row = run(options, trial, root, warm)
        Path(f"{root}.row").write_bytes(pickle.dumps(row))
    except Exception:
        traceback.print_exc()
    finally:
        kill_orphans()
        sys.stderr.flush()
        os._exit(0)


def collect(options: argparse.Namespace, trial: Trial, root: Path) -> Row:
    """Returns the row of a finished trial."""
    empty(root, itself=True)
    try:
        row = pickle.loads(Path(f"{root}.row").read_bytes())
    except OSError:
        row = Row(trial.klass, trial.tool.name, trial.scenario, trial.pip, skipped="the harness failed, see above")
    if not options.quiet:
        end = f"skipped: {row.skipped}" if row.skipped else f"{len(row.violations)} violations"
        print(f"{row.title}: {row.counts['points']} points, {end}", file=sys.stderr, flush=True)
    return row
