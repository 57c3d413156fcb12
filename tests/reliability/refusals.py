"""The class `refusals`: calls that fail each time, as on a file system that does not have what they ask for."""

from __future__ import annotations

from typing import List, Optional

from injected import PATIENCE, check_litter, count_verdict, is_proper_error
from processes import wait_for_orphans
from refused import REFUSALS, refusing
from rows import NEXT, POINTS, STATUS, Row
from scenarios import Stage
from tracing import Point, even
from verdict import OLD, RUNS, WHOLE
from world import Outcome, World


def run(row: Row, stage: Stage, every: int, limit: Optional[int], only: Optional[str]) -> None:
    """Tries all refusals, or the one that `only` names, and records the results in the row."""
    points = [Point(kind, 1, error) for kind, refusal in REFUSALS.items() for error in refusal.errors]
    count = len(points) if limit is None else min(limit, len(points))
    chosen = [even(points, count, index) for index in range(count)][::every]
    for point in [Point.parse(only)] if only else chosen:
        row.counts[POINTS] += 1
        stage.restore()
        refuse(row, stage, point)


def refuse(row: Row, stage: Stage, point: Point) -> None:
    """Runs the tool where some calls are refused, and then once more without its option."""
    outcome = run_refused(stage.world, stage.argv(), point)
    judge(row, stage, point, outcome)
    # What cannot be deleted is left.
    if point.name != "deletions":
        check_litter(row, stage, point)
    works = outcome.status == 0
    again = run_refused(stage.world, stage.world.argv(stage.pip), point)
    verdict = stage.judge.verdict(stage.tree(), may_be_old=False)
    if again.status != 0 and works or again.status == 0 and verdict not in (WHOLE, RUNS):
        row.violate(point, f"the next run ends with {again.words} and leaves it {verdict}: {again.stderr[-300:]}", NEXT)


def run_refused(world: World, argv: List[str], point: Point) -> Outcome:
    """Runs a program to its end, and waits for what it has started."""
    outcome = world.run(refusing(argv, (point.name, point.event)))
    wait_for_orphans(PATIENCE)
    return outcome


def judge(row: Row, stage: Stage, point: Point, outcome: Outcome) -> None:
    """Checks that a run either succeeded with an environment that works, or failed with an error that names a path and
    left everything as before."""
    tree = stage.tree()
    verdict = count_verdict(row, stage, tree)
    said = outcome.stderr.strip()[-300:]
    if outcome.status == 0:
        if verdict not in (WHOLE, OLD, RUNS):
            row.violate(point, f"ends well and leaves it {verdict}: {stage.judge.explain(tree)}")
        return
    row.violate(point, f"ends with {outcome.words} and says: {said or 'nothing'}", STATUS)
    if is_proper_error(stage, outcome) and verdict != stage.before():
        row.violate(point, f"fails and leaves it {verdict}: {stage.judge.explain(tree)}; it says: {said}")
