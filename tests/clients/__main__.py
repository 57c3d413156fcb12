"""Runs real clients (pip, uv, tox, poetry, …) in environments created by rvenv and by `python -m venv`, and reports the
differences. Needs a package index, and works below `target/clients`: the directory is kept for the next run, and may
be deleted to get newer peers."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import List

sys.dont_write_bytecode = True

import apps
import builders
import drop_in
import environments
import managers
import packages
import peers
import relocation
import report
from found import Found
from options import REPOSITORY, Python, parse
from rows import CLIENTS, RVENV, VENV, Client, Outcome, Row
from world import Failed, Shared, Skipped, World

# Importing a module has registered its rows, but in another order than the report's.
ROOMS = (packages, environments, relocation, builders, managers, apps, drop_in)
CLIENTS.sort(key=lambda each: [room.__name__ for room in ROOMS].index(each.function.__module__))


def main(argv: List[str]) -> int:
    """Runs the requested rows; returns 1 if a row is rvenv's fault."""
    names = list(dict.fromkeys([each.name for each in CLIENTS] + [each.key for each in CLIENTS]))
    options = parse(argv, names)
    wanted = [each for each in CLIENTS if not options.only or {each.name, each.key} & set(options.only)]
    root = REPOSITORY / "target" / "clients"
    root.mkdir(parents=True, exist_ok=True)
    shared = Shared(root, options.rvenv)
    peers.install(shared)
    work = Path(tempfile.mkdtemp(prefix="work-", dir=root))
    todo = [Row(each, python) for python in options.pythons for each in wanted]
    found = Found(root / "found", options.rvenv)
    try:
        with ThreadPoolExecutor(options.jobs) as pool:
            rows = list(pool.map(lambda row: run(row, shared, work, options, found), todo))
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    print(report.text(rows))
    print(report.failures(rows))
    if options.keep:
        print(f"kept: {work}")
    if options.write:
        report.write(REPOSITORY / "docs" / "parity.md", rows)
    return 1 if any(row.is_red for row in rows) else 0


def run(row: Row, shared: Shared, work: Path, options: argparse.Namespace, found: Found) -> Row:
    """Runs one client in an environment of each maker, both at the same path."""
    if options.resume and found.recall(row):
        return row
    root, python = work / f"{row.client.key}-{row.python.short}", row.python
    for maker, words in ((RVENV, [shared.rvenv]), (VENV, [python.program, "-m", "venv"])):
        row.outcomes[maker] = attempt(row.client, World(root, shared, python.program, words))
        if options.keep:
            root.rename(f"{root}.{maker}")
        else:
            shutil.rmtree(root)
    found.add(row)
    words = f"{row.word(RVENV)} {row.word(VENV)} ({row.seconds:.0f} s)"
    print(f"{python.short} {row.client.key}: {words}", file=sys.stderr)
    return row


def attempt(client: Client, world: World) -> Outcome:
    """Runs one client in one world."""
    outcome, start = Outcome(), time.monotonic()
    try:
        outcome.seen = client.function(world) or ""
    except Failed as failure:
        outcome.failure = str(failure)
    except Skipped as reason:
        outcome.skipped = str(reason)
    except Exception:
        # An unforeseen error fails this row only.
        outcome.failure = traceback.format_exc()
    outcome.seconds, outcome.version = time.monotonic() - start, world.version
    return outcome


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
