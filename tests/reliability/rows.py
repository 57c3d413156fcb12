"""The results: a row for each class, tool and scenario."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import List, Optional

from tools import RVENV

# The counts besides those of the verdicts.
POINTS, STATUS, NEXT, LITTER = "points", "wrong end", "next run fails", "litter"


@dataclass
class Violation:
    """A broken rule, and the point at which it was broken."""

    at: str
    what: str
    repeat: str = ""


@dataclass
class Row:
    """The results of one scenario."""

    klass: str
    tool: str
    scenario: str
    pip: bool
    counts: Counter = field(default_factory=Counter)
    violations: List[Violation] = field(default_factory=list)
    notes: List[str] = field(default_factory=list)
    # The reason why the scenario could not be run.
    skipped: Optional[str] = None

    @property
    def title(self) -> str:
        """The row's name in messages."""
        return f"{self.klass} {self.scenario} {'with pip' if self.pip else 'without pip'}, {self.tool}"

    @property
    def is_red(self) -> bool:
        """Whether rvenv broke a rule; the violations of other tools are only counted."""
        return self.tool == RVENV and bool(self.violations)

    def violate(self, at: object, what: str, count: Optional[str] = None) -> None:
        """Adds a violation, and counts it under the heading `count`."""
        self.violations.append(Violation(str(at), what))
        if count is not None:
            self.counts[count] += 1

    def note(self, text: str) -> None:
        """Adds a note, which is not a violation, unless the row has it already."""
        if text not in self.notes:
            self.notes.append(text)
