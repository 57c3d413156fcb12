"""What was found: a row for each class, tool and scenario."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import List, Optional

from tools import RVENV

# What is counted besides the verdicts.
POINTS, STATUS, NEXT, LITTER = "points", "wrong end", "next run fails", "litter"


@dataclass
class Violation:
    """A rule that was broken, and where."""

    at: str
    what: str
    repeat: str = ""


@dataclass
class Row:
    """The account of one scenario."""

    klass: str
    tool: str
    scenario: str
    pip: bool
    counts: Counter = field(default_factory=Counter)
    violations: List[Violation] = field(default_factory=list)
    notes: List[str] = field(default_factory=list)
    # Why it could not be run.
    skipped: Optional[str] = None

    @property
    def title(self) -> str:
        """What the row is about."""
        return f"{self.klass} {self.scenario} {'with pip' if self.pip else 'without pip'}, {self.tool}"

    @property
    def is_red(self) -> bool:
        """Whether rvenv has broken a rule; what the others do is only counted."""
        return self.tool == RVENV and bool(self.violations)

    def violate(self, at: object, what: str, count: Optional[str] = None) -> None:
        """Notes a violation, and counts it under a heading."""
        self.violations.append(Violation(str(at), what))
        if count is not None:
            self.counts[count] += 1

    def note(self, text: str) -> None:
        """Notes what is no violation, once."""
        if text not in self.notes:
            self.notes.append(text)
