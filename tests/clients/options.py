"""The command line."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from pathlib import Path
from typing import List, NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent.parent


class Python(NamedTuple):
    """A base interpreter."""

    program: str
    version: str

    @property
    def short(self) -> str:
        """The version as in names of programs, such as 3.13."""
        return ".".join(self.version.split(".")[:2])


def parse(argv: List[str], names: List[str]) -> argparse.Namespace:
    """Parses the options and fills in the defaults. `names` are the values that `--only` accepts."""
    parser = argparse.ArgumentParser(
        prog="clients", description="Has real clients work in environments made by rvenv, and in those made by venv.")
    parser.add_argument("--python", action="append", dest="pythons", metavar="PYTHON",
                        help="a base interpreter; else python3 on PATH")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this client, or this row of one")
    parser.add_argument("--rvenv", metavar="PATH", help="the rvenv under test; else it is built")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many rows at once")
    parser.add_argument("--resume", action="store_true", help="run no row again that worked with this very rvenv")
    parser.add_argument("--keep", action="store_true", help="keep the environments, to look at them")
    parser.add_argument("--write", action="store_true", help="write the table into docs/parity.md")
    options = parser.parse_args(argv)
    unknown = set(options.only or []) - set(names)
    if unknown:
        parser.error(f"no such client: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if options.only and options.write:
        parser.error("half a table is not written")
    if options.jobs < 1:
        parser.error("numbers begin at 1")
    options.pythons = [interpreter(parser, name) for name in options.pythons or ["python3"]]
    options.rvenv = os.path.abspath(options.rvenv) if options.rvenv else built()
    return options


def interpreter(parser: argparse.ArgumentParser, name: str) -> Python:
    """The interpreter behind a command, which may be a shim, and its version."""
    program = shutil.which(name)
    if program is None:
        parser.error(f"no such program: {name}")
    question = """if True:
        import platform, sys
        print(getattr(sys, "_base_executable", None) or sys.executable, platform.python_version(), sep="\\n")
    """
    answer = subprocess.run([program, "-I", "-c", question], stdout=subprocess.PIPE, universal_newlines=True)
    if answer.returncode != 0:
        parser.error(f"this interpreter cannot be used: {name}")
    return Python(*answer.stdout.splitlines())


def built() -> str:
    """Builds rvenv and returns its path."""
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked"], cwd=REPOSITORY, check=True)
    return str(REPOSITORY / "target" / "release" / "rvenv")
