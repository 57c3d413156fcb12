"""The scenarios: the state that a tool is run on, and its options."""

from __future__ import annotations

from pathlib import Path
from typing import List, NamedTuple, Optional

from tools import Tool
from tree import Tree, read_tree
from verdict import ABSENT, BROKEN, DANGEROUS, MARK, OLD, RUNS, UNFINISHED, WHOLE, Judge
from world import Outcome, World


class Scenario(NamedTuple):
    """An initial state and a command line."""

    name: str
    exists: bool = False
    # The existing environment was created from another Python.
    is_other: bool = False
    option: Optional[str] = None
    is_cold: bool = False


SCENARIOS = (
    Scenario("fresh"),
    Scenario("fresh-cold", is_cold=True),
    Scenario("reuse", exists=True),
    Scenario("clear", exists=True, option="--clear"),
    Scenario("upgrade", exists=True, option="--upgrade"),
    Scenario("rebase", exists=True, is_other=True),
)
# Only where something is refused do copies go another way than links.
COPIES = Scenario("copies", option="--copies")


def by_name(name: str) -> Scenario:
    """The scenario of this name."""
    return next(scenario for scenario in (*SCENARIOS, COPIES) if scenario.name == name)


def is_for(scenario: Scenario, tool: Tool) -> bool:
    """Whether the tool has the scenario's option and, for a cold start, a cache."""
    has_option = scenario.option is None or scenario.option in tool.options
    return has_option and (tool.has_cold_start or not scenario.is_cold)


class Unprepared(Exception):
    """An undisturbed run already goes wrong."""


class Stage:
    """A scenario in a world, with its initial state prepared and the results of undisturbed runs recorded."""

    def __init__(self, scenario: Scenario, world: World, pip: bool, warm: Optional[Path], other: Optional[str]):
        self.scenario, self.world, self.pip = scenario, world, pip
        self.warm, self.cache = warm, None if scenario.is_cold else warm
        # strace's options to follow threads. It takes a child process for a thread until that is another program.
        self.follow = () if scenario.is_cold and world.tool.is_rvenv else world.tool.follow
        self.judge = Judge(world, pip)
        self.notes: List[str] = []
        if scenario.exists:
            self._make_old(other if scenario.is_other else None)
        self._make_whole()

    def restore(self) -> None:
        """Restores the state before the run."""
        self.world.restore("old" if self.scenario.exists else None, self.cache)

    def argv(self) -> List[str]:
        """The command line under test."""
        return self.world.argv(self.pip, self.scenario.option)

    def next_run(self) -> Outcome:
        """Runs the tool as a user would do next: with the same command, but without --clear or --upgrade."""
        return self.world.make(self.pip)

    def tree(self) -> Optional[Tree]:
        """The tree at ENV_DIR, or None if ENV_DIR is absent. Where nothing can be deleted, what is left in the mark is
        no part of it."""
        tree = read_tree(self.world.env_dir)
        if tree is None or not self.world.keeps_all:
            return tree
        return {path: entry for path, entry in tree.items() if path.split("/")[0] != MARK}

    def before(self) -> str:
        """The verdict on the state before the run."""
        return "old" if self.scenario.exists else "absent"

    def is_allowed(self, verdict: str, tree: Optional[Tree]) -> bool:
        """Whether a killed run may leave this tree, with this verdict. Where no directory can be renamed into place, a
        new environment may be incomplete, but only with the mark that says so."""
        if self.scenario.exists:
            return verdict in (OLD, WHOLE, RUNS, UNFINISHED)
        is_marked = self.world.refused is not None and MARK in (tree or {})
        return verdict in (ABSENT, WHOLE) or verdict == UNFINISHED and self.world.refused is not None or \
            verdict == RUNS and is_marked

    def complaint_about_next(self, outcome: Outcome, tree: Optional[Tree]) -> Optional[str]:
        """The complaint about a next run that fails or leaves an environment that does not work, or None."""
        if outcome.status != 0:
            return f"the next run fails ({outcome.words}): {outcome.stderr.strip()[-300:]}"
        verdict = self.judge.verdict(tree, may_be_old=False)
        is_right = verdict == WHOLE or verdict == RUNS and self.judge.version(tree or {}) == self.version
        if not is_right:
            return f"the next run leaves it {verdict}: {self.judge.explain(tree)}"
        return None

    def _make_old(self, python: Optional[str]) -> None:
        self.world.restore(None, self.warm)
        self._expect(self.world.make(self.pip, python=python))
        for packages in self.world.env_dir.glob("lib/python*/site-packages"):
            (packages / "mine.py").write_text("# The user's own.\n")
        self.judge.old = self.tree()
        self.world.keep("old")

    def _make_whole(self) -> None:
        """Records the trees of undisturbed runs: of the run under test, of the next run after it, of the next run
        alone, and of the next run on an absent ENV_DIR."""
        self.restore()
        self._expect(self.world.make(self.pip, self.scenario.option))
        whole = self._learn()
        self.version = self.judge.version(whole)
        if self.judge.verdict(whole, may_be_old=False) in (BROKEN, DANGEROUS) or self.version is None:
            self._disappoint("an undisturbed run leaves an environment that does not work")
        if self.world.tool.is_rvenv and (self.world.litter() or self.world.temporary()):
            litter = [*self.world.litter(), *self.world.temporary()]
            self._disappoint(f"an undisturbed run leaves something behind: {', '.join(litter[:4])}")
        self._expect(self.next_run())
        self._learn()
        self.world.restore("old" if self.scenario.exists else None, self.warm)
        self._expect(self.next_run())
        self._learn()
        self.world.restore(None, self.warm)
        self._expect(self.next_run())
        self._learn()

    def _learn(self) -> Tree:
        tree = self.tree()
        if tree is None:
            raise Unprepared("an undisturbed run leaves nothing at ENV_DIR")
        if tree not in self.judge.whole:
            self.judge.whole.append(tree)
        return tree

    def _expect(self, outcome: Outcome) -> None:
        if outcome.status != 0:
            raise Unprepared(f"an undisturbed run fails ({outcome.words}): {outcome.stderr.strip()[-500:]}")

    def _disappoint(self, why: str) -> None:
        """Fails for rvenv, but only adds a note for other tools."""
        if self.world.tool.is_rvenv:
            raise Unprepared(why)
        self.notes.append(why)
