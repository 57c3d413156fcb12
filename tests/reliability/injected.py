"""The classes `kill`, `signal` and `fault`, in which strace injects an event at a system call."""

from __future__ import annotations

import re
import signal
from typing import Callable, Dict, List, Optional

from processes import wait_for_orphans
from refused import REFUSALS
from rows import LITTER, NEXT, POINTS, STATUS, Row
from scenarios import Stage
from tracing import ERRORS, FILE_CALLS, SIGNALS, Point, injecting, points, recording, spread
from tree import Tree
from verdict import OLD, RUNS, WHOLE
from world import Outcome

# Seconds until the processes that a killed tool leaves running must have ended.
PATIENCE = 120.0

EVENTS = {"kill": ("SIGKILL",), "signal": SIGNALS, "fault": ERRORS}


def run_points(row: Row, stage: Stage, every: int, limit: Optional[int], only: Optional[str]) -> None:
    """Tries the points of one class, or the point `only`, and records the results in the row."""
    # strace counts per thread, so each thread would send the signal, and a second one ends rvenv at once.
    stage.world.follow = () if row.klass == "signal" else stage.follow
    chosen = [Point.parse(only)] if only else choose(stage, row.klass, every, limit)
    if not chosen:
        raise RuntimeError("no system call could be recorded")
    judge: Dict[str, Callable[[Row, Stage, Point], None]] = {"kill": kill, "signal": interrupt, "fault": fail}
    for point in chosen:
        row.counts[POINTS] += 1
        stage.restore()
        judge[row.klass](row, stage, point)


def choose(stage: Stage, klass: str, every: int, limit: Optional[int]) -> List[Point]:
    """Records the system calls of a run and chooses points among them."""
    stage.restore()
    log = stage.world.output / "strace"
    stage.world.run(recording(stage.world, stage.argv(), log))
    wait_for_orphans(PATIENCE)
    calls = points(log, stage.world.root, from_change=klass != "fault")
    if stage.world.refused:
        # A call that fails in any case changes nothing, and strace injects one thing at a call.
        calls = [call for call in calls if call.name not in REFUSALS[stage.world.refused[0]].calls]
    if klass == "fault":
        calls = [call for call in calls if call.name in FILE_CALLS]
    return spread(calls, EVENTS[klass], every, limit)


def kill(row: Row, stage: Stage, point: Point) -> None:
    """Kills a run with SIGKILL and starts the next run at once."""
    outcome = stage.world.run(injecting(stage.world, stage.argv(), point))
    is_killed = outcome.status == -signal.SIGKILL
    tree = stage.tree()
    verdict = count_verdict(row, stage, tree)
    # A call that a child process makes before rvenv's own of that number ends the child, which rvenv reports.
    has_failed = is_proper_error(stage, outcome) and verdict == stage.before()
    is_done = verdict in (WHOLE, OLD, RUNS) or has_failed
    if is_killed and not stage.is_allowed(verdict, tree) or not is_killed and not is_done:
        row.violate(point, f"leaves it {verdict}: {stage.judge.explain(tree)}")
    if not is_killed:
        note_miss(row, outcome)
    run_next(row, stage, point)


def interrupt(row: Row, stage: Stage, point: Point) -> None:
    """Sends a signal that rvenv can handle: the run has to clean up itself, and leaves nothing to the next run."""
    outcome = stage.world.run(injecting(stage.world, stage.argv(), point))
    judge_interrupted(row, stage, point, outcome, getattr(signal, point.event))
    check_litter_twice(row, stage, point)


def judge_interrupted(row: Row, stage: Stage, at: object, outcome: Outcome, number: int) -> None:
    """Checks that the run died of this very signal or had finished already."""
    tree = stage.tree()
    verdict = count_verdict(row, stage, tree)
    if outcome.status not in (-number, 0):
        row.violate(at, f"ends with {outcome.words}: {outcome.stderr.strip()[-300:]}", STATUS)
    allowed = (WHOLE,) if outcome.status == 0 else (stage.before(), WHOLE)
    if verdict not in (*allowed, *((OLD, RUNS) if stage.scenario.exists else ())):
        row.violate(at, f"leaves it {verdict} ({outcome.words}): {stage.judge.explain(tree)}")


def fail(row: Row, stage: Stage, point: Point) -> None:
    """Makes one system call fail."""
    outcome = stage.world.run(injecting(stage.world, stage.argv(), point))
    wait_for_orphans(PATIENCE)
    judge_failed(row, stage, point, outcome)
    run_next(row, stage, point)


def judge_failed(row: Row, stage: Stage, at: object, outcome: Outcome) -> None:
    """Checks that a run either succeeded with a whole environment, or failed with an error that names a path and left
    everything as before."""
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
    """Whether a failure is reported properly. Other tools only need to return a positive exit status."""
    if not stage.world.tool.is_rvenv:
        return (outcome.status or -1) > 0
    return outcome.status == 1 and re.match("error: (.|\n)*/", outcome.stderr) is not None


def run_next(row: Row, stage: Stage, at: object) -> None:
    """Starts the next run while child processes of the last may still be running, and judges the state when all have
    ended."""
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
    """Returns whether a run has left no litter, and records a violation otherwise."""
    litter = [*stage.world.litter(), *stage.world.temporary()]
    if litter:
        row.violate(at, f"there is {', '.join(litter[:4])}", LITTER)
    return not litter


def check_litter_twice(row: Row, stage: Stage, at: object) -> None:
    """Checks for litter at once, and again when the run's child processes have ended, as these may leave some too."""
    is_clean = check_litter(row, stage, at)
    if not wait_for_orphans(PATIENCE):
        row.violate(at, "what it started is still running", LITTER)
    if is_clean:
        check_litter(row, stage, f"{at}, when what it started has ended")


def count_verdict(row: Row, stage: Stage, tree: Optional[Tree]) -> str:
    """Returns the verdict and counts it in the row."""
    verdict = stage.judge.verdict(tree)
    row.counts[verdict] += 1
    return verdict


def note_miss(row: Row, outcome: Outcome) -> None:
    """Notes that the point was not reached, as not every run makes the same calls; such a run should succeed."""
    row.note("some points were not reached")
    if outcome.status != 0:
        row.note(f"a run that was not killed ends with {outcome.words}")
