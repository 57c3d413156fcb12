"""The results of earlier runs. A whole run takes an hour; `--resume` continues one that was stopped or had failures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import List

from rows import Outcome, Row


class Found:
    """A file with a line for each row that was run. The last line for a row counts."""

    def __init__(self, path: Path, rvenv: str):
        self.path, self.rvenv = path, hashlib.sha256(Path(rvenv).read_bytes()).hexdigest()

    def add(self, row: Row) -> None:
        """Appends the outcomes of a row."""
        outcomes = {maker: asdict(outcome) for maker, outcome in row.outcomes.items()}
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps([self._name(row), outcomes]) + "\n")

    def recall(self, row: Row) -> bool:
        """Fills a row with its saved outcomes if both environments worked alike, and returns whether they did."""
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        found = [outcomes for name, outcomes in map(json.loads, lines) if name == self._name(row)]
        row.outcomes = {maker: Outcome(**outcome) for maker, outcome in found[-1].items()} if found else {}
        if not found or row.differs or any(outcome.word != "works" for outcome in row.outcomes.values()):
            row.outcomes = {}
        return bool(row.outcomes)

    def _name(self, row: Row) -> List[str]:
        """The key of a row, which includes rvenv and the interpreter, as others have to be tried anew."""
        return [self.rvenv, row.python.program, row.python.version, row.client.key]
