"""The classes in which strace lets something happen at a system call: kill, signal and fault."""

from __future__ import annotations

import re
import signal
from typing import Callable, Dict, List, Optional

from processes import wait_for_orphans
from rows import LITTER, NEXT, POINTS, STATUS, Row
from scenarios import Stage
from tracing import ERRORS, FILE_CALLS, SIGNALS, Point, injecting, points, recording, spread
from tree import Tree
from verdict import OLD, RUNS, WHOLE
from world import Outcome

# How long what a killed tool leaves running may take.
PATIENCE = 120.0

EVENTS = {"kill": ("SIGKILL",), "signal": SIGNALS, "fault": ERRORS}


def run_points(row: Row, stage: Stage, every: int, limit: Optional[int], only: Optional[str]) -> None:
    """Tries the points of one class, or only one, and notes in the row what comes of it."""
    chosen = [Point.parse(only)] if only else choose(stage, row.klass, every, limit)
    if not chosen:
        raise RuntimeError("no system call could be recorded")
    judge: Dict[str, Callable[[Row, Stage, Point], None]] = {"kill": kill, "signal": interrupt, "fault": fail}
    for point in chosen:
        row.counts[POINTS] += 1
        stage.restore()
        judge[row.klass](row, stage, point)


def choose(stage: Stage, klass: str, every: int, limit: Optional[int]) -> List[Point]:
    """Records a run and chooses points of it."""
    stage.restore()
    log = stage.world.output / "strace"
    stage.world.run(recording(stage.world, stage.argv(), log))
    wait_for_orphans(PATIENCE)
    calls = points(log, stage.world.root, from_change=klass != "fault")
    if klass == "fault":
        calls = [call for call in calls if call.name in FILE_CALLS]
    return spread(calls, EVENTS[klass], every, limit)


def kill(row: Row, stage: Stage, point: Point) -> None:
    """SIGKILL, and the next run at once."""
    outcome = stage.world.run(injecting(stage.world, stage.argv(), point))
    is_killed = outcome.status == -signal.SIGKILL
    tree = stage.tree()
    verdict = count_verdict(row, stage, tree)
    if is_killed and not stage.is_allowed(verdict) or not is_killed and verdict not in (WHOLE, OLD, RUNS):
        row.violate(point, f"leaves it {verdict}: {stage.judge.explain(tree)}")
    if not is_killed:
        note_miss(row, outcome)
    run_next(row, stage, point)


def interrupt(row: Row, stage: Stage, point: Point) -> None:
    """A signal that can be handled: nothing may be left, nor be left to the next run."""
    outcome = stage.world.run(injecting(stage.world, stage.argv(), point))
    judge_interrupted(row, stage, point, outcome, getattr(signal, point.event))
    check_litter_twice(row, stage, point)


def judge_interrupted(row: Row, stage: Stage, at: object, outcome: Outcome, number: int) -> None:
    """It dies of this very signal, or it was done."""
    tree = stage.tree()
    verdict = count_verdict(row, stage, tree)
    if outcome.status not in (-number, 0):
        row.violate(at, f"ends with {outcome.words}: {outcome.stderr.strip()[-300:]}", STATUS)
    allowed = (WHOLE,) if outcome.status == 0 else (stage.before(), WHOLE)
    if verdict not in (*allowed, *((OLD, RUNS) if stage.scenario.exists else ())):
        row.violate(at, f"leaves it {verdict} ({outcome.words}): {stage.judge.explain(tree)}")


def fail(row: Row, stage: Stage, point: Point) -> None:
    """An error of one system call."""
    outcome = stage.world.run(injecting(stage.world, stage.argv(), point))
    wait_for_orphans(PATIENCE)
    judge_failed(row, stage, point, outcome)
    run_next(row, stage, point)


def judge_failed(row: Row, stage: Stage, at: object, outcome: Outcome) -> None:
    """It ends well with a whole environment; or with an error that names a path, and all as it was before."""
    tree = stage.tree()
    verdict = count_verdict(row, stage, tree)
    said = outcome.stderr.strip()
    if outcome.status == 127 and "error while loading shared libraries" in said:
        row.note("some errors hit the loader")
        return
    if outcome.status == 0:
        is_done = verdict == WHOLE or verdict == OLD and stage.judge.old in stage.judge.whole
        if not is_done:
            row.violate(at, f"ends well and leaves it {verdict}: {stage.judge.explain(tree)}")
    else:
        if not is_proper_error(stage, outcome):
            row.violate(at, f"ends with {outcome.words} and says: {said[-300:] or 'nothing'}", STATUS)
        if verdict != stage.before():
            row.violate(at, f"fails and leaves it {verdict}: {stage.judge.explain(tree)}; it says: {said[-200:]}")
    check_litter(row, stage, at)


def is_proper_error(stage: Stage, outcome: Outcome) -> bool:
    """Whether a failure is told as one. Of the others it is asked only that they fail."""
    if not stage.world.tool.is_rvenv:
        return (outcome.status or -1) > 0
    return outcome.status == 1 and re.match("error: (.|\n)*/", outcome.stderr) is not None


def run_next(row: Row, stage: Stage, at: object) -> None:
    """The next run, whatever is still running, and what there is when all has ended."""
    outcome = stage.next_run()
    if not wait_for_orphans(PATIENCE):
        row.violate(at, "what it started is still running", LITTER)
    complaint = stage.complaint_about_next(outcome, stage.tree())
    if complaint:
        row.violate(at, complaint, NEXT)
    litter = stage.world.litter()
    if litter:
        row.violate(at, f"after the next run there is {', '.join(litter[:4])}", LITTER)
    if stage.world.temporary():
        row.note("something is left in TMPDIR after the next run")


def check_litter(row: Row, stage: Stage, at: object) -> bool:
    """Nothing is left by a run that could have deleted it. Returns whether that is so."""
    litter = [*stage.world.litter(), *stage.world.temporary()]
    if litter:
        row.violate(at, f"there is {', '.join(litter[:4])}", LITTER)
    return not litter


def check_litter_twice(row: Row, stage: Stage, at: object) -> None:
    """The same at once and when what it has started has ended, which may leave something too."""
    is_clean = check_litter(row, stage, at)
    if not wait_for_orphans(PATIENCE):
        row.violate(at, "what it started is still running", LITTER)
    if is_clean:
        check_litter(row, stage, f"{at}, when what it started has ended")


def count_verdict(row: Row, stage: Stage, tree: Optional[Tree]) -> str:
    """The verdict, which is also counted."""
    verdict = stage.judge.verdict(tree)
    row.counts[verdict] += 1
    return verdict


def note_miss(row: Row, outcome: Outcome) -> None:
    """The point was not reached, as not every run makes the same calls; such a run has to end well."""
    row.note("some points were not reached")
    if outcome.status != 0:
        row.note(f"a run that was not killed ends with {outcome.words}")
