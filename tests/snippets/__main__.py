"""Runs the documentation's snippets as they are written, so that broken ones are noticed."""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Callable, Iterator, List, Tuple

sys.dont_write_bytecode = True

import commands
import gitlab
import image
import workflow
from blocks import blocks
from machine import Failed, Machine, Skipped
from tools import Tools

REPOSITORY = Path(__file__).resolve().parents[2]

Trial = Callable[[], List[str]]


def main(argv: List[str]) -> int:
    """Runs the requested snippets and returns the exit status."""
    options = parse(argv)
    root = REPOSITORY / "target" / "snippets"
    tools = Tools(root / "tools")
    tools.install()
    wheels = Path(options.wheels).resolve() if options.wheels else root / "wheels"
    if not options.wheels:
        shutil.rmtree(wheels, ignore_errors=True)
        tools.build_wheel(REPOSITORY, wheels)
    machine = Machine(root / "machine", prefix(options.python), wheels, root / "pip")
    failed = 0
    for title, trial in trials(options, machine, tools):
        if not options.only or any(word in title for word in options.only):
            failed += not tell(title, trial)
    for why in sorted(tools.skipped):
        print(f"skipped: {why}")
    shutil.rmtree(machine.root, ignore_errors=True)
    return 1 if failed else 0


def parse(argv: List[str]) -> argparse.Namespace:
    """Parses the options."""
    parser = argparse.ArgumentParser(prog="snippets", description="Runs the snippets of docs/ci.md and README.md.")
    parser.add_argument("only", nargs="*", metavar="TEXT", help="only snippets with this in file or heading")
    parser.add_argument("--python", default="python3", metavar="PY",
                        help="the interpreter for the machines, with ensurepip; else python3 on PATH")
    parser.add_argument("--wheels", metavar="DIR", help="where rvenv's wheel is; else it is built")
    parser.add_argument("--root-fs", metavar="DIR",
                        help="a system without Python, of which the images for the Dockerfile are made; else skipped")
    return parser.parse_args(argv)


def prefix(python: str) -> Path:
    """The prefix of the base interpreter behind a command."""
    say = "import sys, ensurepip; print(sys.base_prefix)"
    return Path(subprocess.run([python, "-c", say], check=True, stdout=subprocess.PIPE).stdout.decode().strip())


def trials(options: argparse.Namespace, machine: Machine, tools: Tools) -> Iterator[Tuple[str, Trial]]:
    """The trials and their places. Only workflows are tried of the README; the rest needs no trial of its own."""
    found = [block for block in blocks(REPOSITORY / "README.md") if block.language == "yaml"]
    found += blocks(REPOSITORY / "docs" / "ci.md")
    for _, group in itertools.groupby(found, lambda block: (block.file, block.heading)):
        section = list(group)
        for block in section:
            if block.language == "yaml" and not block.file_name:
                kind = workflow if "\njobs:" in block.text else gitlab
                yield block.place, partial(kind.run, block, machine, tools)
            elif block.language == "dockerfile":
                yield block.place, partial(image.run, block, machine, options.root_fs)
        rest = [block for block in section if block.file_name or block.language not in ("yaml", "dockerfile")]
        if rest:
            yield rest[0].place, partial(commands.run, rest, machine)


def tell(title: str, trial: Trial) -> bool:
    """Runs a trial and prints its result; returns False for a failure."""
    try:
        said = trial()
    except (Failed, subprocess.SubprocessError, OSError) as why:
        print(f"FAILED {title}: {why}", flush=True)
        return False
    except Skipped as why:
        print(f"skipped: {title}: {why}", flush=True)
        return True
    print("\n".join([f"ok {title}", *(f"   {line}" for line in said)]), flush=True)
    return True


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
