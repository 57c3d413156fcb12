"""The rows: the task of each client and its outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Dict, List, NamedTuple, Optional

from options import Python
from world import World

RVENV, VENV = "rvenv", "venv"

# Clients whose version is Python's.
STANDARD_LIBRARY = ("venv", "ensurepip", "site, sysconfig")


class Client(NamedTuple):
    """A task that a client does in an environment."""

    name: str
    does: str
    # The return value must be the same in both environments.
    function: Callable[[World], Optional[str]]

    @property
    def key(self) -> str:
        """The name of the row."""
        return self.function.__name__


CLIENTS: List[Client] = []


def client(name: str, does: str) -> Callable:
    """Registers a function as a row."""
    def register(function: Callable) -> Callable:
        CLIENTS.append(Client(name, does, function))
        return function
    return register


@dataclass
class Outcome:
    """The outcome of one client in an environment of one maker."""

    seconds: float = 0.0
    version: str = ""
    seen: str = ""
    # The command that failed, and its output.
    failure: str = ""
    # The reason why the client could not be run.
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
        """Whether the client works in both environments but sees different things."""
        ours, theirs = self.outcomes[RVENV], self.outcomes[VENV]
        return ours.word == theirs.word == "works" and ours.seen != theirs.seen

    @property
    def is_red(self) -> bool:
        """Whether the row is rvenv's fault. A failure in both environments is the client's."""
        return self.differs or self.outcomes[RVENV].word == "fails" and self.outcomes[VENV].word == "works"

    @property
    def version(self) -> str:
        """The client's version."""
        if self.client.name in STANDARD_LIBRARY:
            return self.python.version
        return self.outcomes[RVENV].version or self.outcomes[VENV].version

    @property
    def seconds(self) -> float:
        """The seconds that the client took in both environments together."""
        return sum(outcome.seconds for outcome in self.outcomes.values())

    def word(self, maker: str) -> str:
        """The outcome with one maker, in a word."""
        return "differs" if self.differs and maker == RVENV else self.outcomes[maker].word
