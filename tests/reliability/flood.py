"""The class `flood`: many processes at once."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Set

from injected import PATIENCE
from processes import Installer, installers, wait_for_orphans
from rows import LITTER, POINTS, STATUS, Row
from scenarios import Stage, by_name
from tools import Tool
from tree import differences, read_tree
from verdict import RUNS, WHOLE
from world import World, empty, stop

# Seconds after which a flood counts as deadlocked.
DEADLOCK = 600.0
# The directory of the model for floods with many targets. Its name is as long as theirs (`00`), as paths have to be of
# equal length for a comparison.
MODEL = "xx"


class Flood(NamedTuple):
    """A scenario that many processes run at once."""

    name: str
    scenario: str
    # Each process has its own ENV_DIR; otherwise all share one.
    many_targets: bool = False
    # One third of the processes get the scenario's option, the others none.
    is_mixed: bool = False
    # The first process that is seen to make the seed is killed.
    kills_builder: bool = False

    def is_for(self, tool: Tool, pip: bool) -> bool:
        """Whether the flood makes sense: with many targets, it crowds the making of a seed, and needs rvenv and pip."""
        return not self.many_targets or tool.is_rvenv and pip


FLOODS = (
    Flood("one-fresh", "fresh"),
    Flood("one-existing", "reuse"),
    Flood("one-clear", "clear", is_mixed=True),
    Flood("many-cold", "fresh-cold", many_targets=True),
    Flood("many-cold-killed", "fresh-cold", many_targets=True, kills_builder=True),
)


class Watch(NamedTuple):
    """Observations during a flood."""

    statuses: Dict[int, Optional[int]]
    builders: Set[Installer]
    killed: List[int]


def run(row: Row, root: Path, tool: Tool, warm: Path, count: int) -> None:
    """Runs one flood and judges the results."""
    flood = next(each for each in FLOODS if each.name == row.scenario)
    world = World(root, tool)
    stage = Stage(by_name(flood.scenario), world, row.pip, warm, None)
    row.notes += stage.notes
    wait_for_orphans(PATIENCE)
    model = make_model(stage) if flood.many_targets else None
    stage.restore()
    own = [world.parent / f"{number:02}" / "env" for number in range(count)]
    targets = own if flood.many_targets else [world.env_dir] * count
    for target in targets:
        target.parent.mkdir(exist_ok=True)
    watched = let_loose(flood, stage, targets)
    row.counts[POINTS] += count
    judge_ends(row, stage, watched)
    if not wait_for_orphans(PATIENCE):
        row.violate(flood.name, "something is still running", LITTER)
    if flood.many_targets:
        judge_many(row, targets, model, watched)
        most = 2 if flood.kills_builder else 1
        builders = len({each.parent for each in watched.builders})
        if not 1 <= builders <= most:
            row.violate(flood.name, f"the seed was made {builders} times")
        if flood.kills_builder and not watched.killed:
            row.note("nobody could be killed in time")
    else:
        judge_one(row, stage)
    names = {target.relative_to(world.parent).parts[0] for target in targets}
    litter = [*world.litter(tuple(names)), *world.temporary()]
    if litter:
        row.violate(flood.name, f"there is {', '.join(litter[:4])}", LITTER)


def make_model(stage: Stage) -> Optional[dict]:
    """Returns the tree that an undisturbed run creates at a path of the same length."""
    world = stage.world
    world.restore(None, stage.warm)
    path = world.parent / MODEL / "env"
    path.parent.mkdir()
    world.run(world.tool.argv(world.tool.python, path, stage.pip, None, False))
    tree = read_tree(path)
    empty(world.parent)
    return tree


def let_loose(flood: Flood, stage: Stage, targets: List[Path]) -> Watch:
    """Starts all processes, kills the maker of the seed if the flood says so, and waits until all have ended."""
    world, tool, processes = stage.world, stage.world.tool, []
    for number, target in enumerate(targets):
        option = stage.scenario.option if not flood.is_mixed or number % 3 == 0 else None
        argv = tool.argv(tool.python, target, stage.pip, option, os.path.lexists(target))
        processes.append(world.start(argv, number))
    watched = Watch({}, set(), [])
    end = time.monotonic() + DEADLOCK
    while any(process.poll() is None for process in processes) and time.monotonic() < end:
        if flood.many_targets:
            watched.builders.update(installers(str(world.root)))
            kill_builder(flood, watched, {process.pid: process for process in processes})
        time.sleep(0.02)
    for number, process in enumerate(processes):
        if process.poll() is None:
            stop(process)
            watched.statuses[number] = None
        else:
            watched.statuses[number] = process.returncode
        if process.pid in watched.killed:
            watched.killed[:] = [number]
    return watched


def kill_builder(flood: Flood, watched: Watch, processes: Dict[int, subprocess.Popen]) -> None:
    """Kills the first process that is seen to make the seed, once per flood."""
    if flood.kills_builder and not watched.killed:
        for builder in watched.builders:
            if builder.parent in processes and processes[builder.parent].poll() is None:
                processes[builder.parent].kill()
                watched.killed.append(builder.parent)
                return


def judge_ends(row: Row, stage: Stage, watched: Watch) -> None:
    """Checks that every process succeeded, except for the killed one."""
    for number, status in watched.statuses.items():
        if status == 0 or number in watched.killed:
            continue
        said = (stage.world.output / str(number)).read_text(errors="replace").strip()[-300:]
        end = "never ends: a deadlock" if status is None else f"ends with status {status}: {said}"
        row.violate(f"process {number}", end, STATUS)


def judge_one(row: Row, stage: Stage) -> None:
    """Checks that the shared environment is whole, or at least works if ENV_DIR existed before the flood."""
    tree = stage.tree()
    verdict = stage.judge.verdict(tree, may_be_old=False)
    row.counts[verdict] += 1
    if verdict not in ((WHOLE, RUNS) if stage.scenario.exists else (WHOLE,)):
        row.violate("the environment", f"is {verdict}: {stage.judge.explain(tree)}")


def judge_many(row: Row, targets: List[Path], model: Optional[dict], watched: Watch) -> None:
    """Checks that all environments are whole; the killed process's may be absent."""
    for number, target in enumerate(targets):
        tree = read_tree(target)
        if tree == model:
            row.counts[WHOLE] += 1
        elif number in watched.killed and tree is None:
            row.counts["absent"] += 1
        else:
            row.violate(f"environment {number}", f"is not whole: {differences(tree, model)}", "BROKEN")
