"""The rows: what each client does, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Dict, List, NamedTuple, Optional

from options import Python
from world import World

RVENV, VENV = "rvenv", "venv"

# Clients that have no version but Python's.
STANDARD_LIBRARY = ("venv", "ensurepip", "site, sysconfig")


class Client(NamedTuple):
    """Something that a client does in an environment."""

    name: str
    does: str
    # What it returns must be the same in both environments.
    function: Callable[[World], Optional[str]]

    @property
    def key(self) -> str:
        """The name of the row."""
        return self.function.__name__


CLIENTS: List[Client] = []


def client(name: str, does: str) -> Callable:
    """Makes a row of a function."""
    def register(function: Callable) -> Callable:
        CLIENTS.append(Client(name, does, function))
        return function
    return register


@dataclass
class Outcome:
    """What became of one client in an environment of one maker."""

    seconds: float = 0.0
    version: str = ""
    seen: str = ""
    # The command and its output, where it failed.
    failure: str = ""
    # Why it could not be run.
    skipped: str = ""

    @property
    def word(self) -> str:
        """The outcome in a word."""
        return "skipped" if self.skipped else "fails" if self.failure else "works"


@dataclass
class Row:
    """One client with one interpreter."""

    client: Client
    python: Python
    outcomes: Dict[str, Outcome] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether both work, and the client sees different things."""
        ours, theirs = self.outcomes[RVENV], self.outcomes[VENV]
        return ours.word == theirs.word == "works" and ours.seen != theirs.seen

    @property
    def is_red(self) -> bool:
        """Whether this is rvenv's fault. What fails in both is the client's."""
        return self.differs or self.outcomes[RVENV].word == "fails" and self.outcomes[VENV].word == "works"

    @property
    def version(self) -> str:
        """The client's version."""
        if self.client.name in STANDARD_LIBRARY:
            return self.python.version
        return self.outcomes[RVENV].version or self.outcomes[VENV].version

    @property
    def seconds(self) -> float:
        """How long both took."""
        return sum(outcome.seconds for outcome in self.outcomes.values())

    def word(self, maker: str) -> str:
        """What became of it, in a word."""
        return "differs" if self.differs and maker == RVENV else self.outcomes[maker].word
