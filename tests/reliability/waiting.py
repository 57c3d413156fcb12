"""More cases of the class `signal`: signals sent to rvenv alone while it waits."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable, List, NamedTuple

from injected import PATIENCE, check_litter, check_litter_twice, judge_interrupted
from processes import installers, wait_for_orphans
from rows import LITTER, POINTS, STATUS, Row
from scenarios import Stage, by_name
from tools import Tool
from verdict import ABSENT, WHOLE
from world import World

# Seconds until a signal must have had its effect, and until a process surely waits for another.
EFFECT, SETTLED = 10.0, 0.5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Case(NamedTuple):
    """A situation in which a signal reaches rvenv."""

    name: str
    run: Callable[[Row, Stage], None]


def run(row: Row, root: Path, tool: Tool, warm: Path) -> None:
    """Runs one case."""
    case = next(each for each in CASES if each.name == row.scenario)
    stage = Stage(by_name("fresh-cold"), World(root, tool), True, warm, None)
    wait_for_orphans(PATIENCE)
    case.run(row, stage)


def in_ensurepip(row: Row, stage: Stage) -> None:
    """Interrupts rvenv while it runs ensurepip for a seed."""
    in_installer(row, stage, "ensurepip")


def in_helpers(row: Row, stage: Stage) -> None:
    """Interrupts rvenv while the interpreter compiles for a seed."""
    in_installer(row, stage, "")


def in_installer(row: Row, stage: Stage, way: str) -> None:
    for number in SIGNALS:
        at = f"in {way or 'helpers'}, {number.name}"
        row.counts[POINTS] += 1
        stage.restore()
        process = start_until_installer(stage, way)
        os.kill(process.pid, number)
        outcome = stage.world.finish(process, timeout=EFFECT)
        judge_interrupted(row, stage, at, outcome, number)
        if installers(str(stage.world.root)):
            row.violate(at, "the installer goes on", LITTER)
        check_litter_twice(row, stage, at)


def for_seed(row: Row, stage: Stage) -> None:
    """Interrupts processes that wait for a seed, which another process is making for another environment."""
    names = ("env", *(f"other-{number.name}" for number in SIGNALS))
    interrupt_others(row, stage, [stage.world.parent / name for name in names[1:]], ABSENT)


def for_target(row: Row, stage: Stage) -> None:
    """Interrupts processes that wait for another process on the same ENV_DIR."""
    interrupt_others(row, stage, [stage.world.env_dir] * len(SIGNALS), WHOLE)


def interrupt_others(row: Row, stage: Stage, targets: List[Path], expected: str) -> None:
    """Sends a signal to each process that waits for the maker of the seed, and checks that these die of their signals
    while the maker goes on."""
    world = stage.world
    stage.restore()
    maker = start_until_installer(stage)
    others = [world.start(world.tool.argv(world.tool.python, target, True, None, False), index + 1)
              for index, target in enumerate(targets)]
    time.sleep(SETTLED)
    for index, (process, number) in enumerate(zip(others, SIGNALS)):
        row.counts[POINTS] += 1
        os.kill(process.pid, number)
        outcome = world.finish(process, index + 1, EFFECT)
        if outcome.status != -number:
            row.violate(f"waiting, {number.name}", f"ends with {outcome.words}: {outcome.stderr.strip()}", STATUS)
    if maker.poll() is not None:
        row.note("the seed was made too soon to be waited for")
    outcome = world.finish(maker)
    tree = stage.tree()
    verdict = stage.judge.verdict(tree)
    row.counts[verdict] += 1
    if outcome.status != 0 or verdict != WHOLE:
        said = outcome.stderr.strip()
        row.violate("waiting", f"the other one ends with {outcome.words} and leaves {verdict}: {said}")
    for target in targets:
        if os.path.lexists(target) != (expected == WHOLE):
            row.violate("waiting", f"something is left at {target.name}")
    wait_for_orphans(PATIENCE)
    check_litter(row, stage, "waiting")


def with_nohup(row: Row, stage: Stage) -> None:
    """Checks that SIGHUP stays ignored if it was ignored at the start."""
    row.counts[POINTS] += 1
    stage.restore()
    process = start_until_installer(stage, before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    os.kill(process.pid, signal.SIGHUP)
    outcome = stage.world.finish(process)
    verdict = stage.judge.verdict(stage.tree())
    row.counts[verdict] += 1
    if outcome.status != 0 or verdict != WHOLE:
        row.violate("SIGHUP under nohup", f"ends with {outcome.words} and leaves {verdict}: {outcome.stderr.strip()}")
    wait_for_orphans(PATIENCE)
    check_litter(row, stage, "SIGHUP under nohup")


def start_until_installer(stage: Stage, way: str = "ensurepip",
                          before: Callable[[], object] = lambda: None) -> subprocess.Popen:
    """Starts the tool and waits until an installer is running; ensurepip is the slower one."""
    process = stage.world.start(stage.argv(), before=before, RVENV_PIP=way)
    end = time.monotonic() + PATIENCE
    while not installers(str(stage.world.root)):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError("no installer is run with an empty cache")
        time.sleep(0.01)
    return process


CASES = (
    Case("in-ensurepip", in_ensurepip),
    Case("in-helpers", in_helpers),
    Case("waiting-for-seed", for_seed),
    Case("waiting-for-target", for_target),
    Case("nohup", with_nohup),
)
