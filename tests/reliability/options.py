"""The command line."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from typing import List

import refused
from rows import Row
from tools import NAMES, RVENV

CLASSES = ("kill", "signal", "fault", "refusals", "full", "flood")
PLACES = "places"


def parse(argv: List[str]) -> argparse.Namespace:
    """Parses the options and fills in the defaults."""
    parser = argparse.ArgumentParser(
        prog="reliability", description="Kills, interrupts, starves and crowds rvenv, and looks at what is left.")
    parser.add_argument("classes", nargs="*", metavar="CLASS", 
                        help=f"{', '.join(CLASSES)} or all of these (the default); or {PLACES}, for --at")
    parser.add_argument("--rvenv", metavar="PATH", help="the rvenv under test; else the one on PATH")
    parser.add_argument("--python", metavar="PY", help="the base interpreter; else python3 on PATH")
    parser.add_argument("--other-python", metavar="PY", help="another version, for the scenario `rebase`")
    parser.add_argument("--tool", action="append", choices=NAMES, dest="tools", help="rvenv, if none is named")
    parser.add_argument("--peers", metavar="DIR", help="where uv and virtualenv are, if not on PATH")
    pip = parser.add_mutually_exclusive_group()
    pip.add_argument("--pip", action="store_const", const=[True], dest="pip", help="only environments with pip")
    pip.add_argument("--without-pip", action="store_const", const=[False], dest="pip", help="only those without")
    parser.add_argument("--scenario", action="append", dest="scenarios", metavar="NAME", help="only this scenario")
    parser.add_argument("--refuse", metavar="KIND:ERROR", help="kill, signal, fault: where calls are refused as well, "
                        "such as renames:EXDEV")
    parser.add_argument("--at", action="append", default=[], metavar="[NAME=]DIR",
                        help="places: a directory on a file system to be tried")
    parser.add_argument("--point", metavar="POINT", help="only this point, as a violation names it")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th point")
    parser.add_argument("--limit", type=int, metavar="N", help="no more points than these, evenly spread")
    parser.add_argument("--processes", type=int, default=64, metavar="N", help="how many make a flood")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many scenarios at once")
    parser.add_argument("--work", metavar="DIR", help="where to work, best on a tmpfs; else a temporary directory")
    parser.add_argument("--json", metavar="FILE", help="write all that was found there")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there")
    parser.add_argument("--quiet", action="store_true", help="tell nothing but violations")
    options = parser.parse_args(argv)
    check(parser, options)
    return options


def check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Rejects senseless options and fills in the defaults."""
    wrong = set(options.classes) - {*CLASSES, PLACES, "all"}
    if wrong:
        parser.error(f"no such class: {', '.join(sorted(wrong))}")
    if (PLACES in options.classes) != bool(options.at) or options.at and len(options.classes) > 1:
        parser.error(f"{PLACES} is a class alone, and needs --at")
    if min(options.every, options.jobs, options.processes) < 1 or options.limit is not None and options.limit < 1:
        parser.error("numbers begin at 1")
    try:
        options.refused = refused.parse(options.refuse) if options.refuse else None
    except (KeyError, ValueError):
        parser.error(f"no such refusal: {options.refuse}")
    options.is_asked_for = set(options.classes) - {"all"}
    options.classes = [each for each in CLASSES if each in options.classes or "all" in options.classes or
                       not options.classes]
    options.tools = options.tools or [RVENV]
    options.pip = options.pip or [False, True]
    options.python = real_program(parser, options.python or "python3")
    if options.other_python:
        options.other_python = real_program(parser, options.other_python)
    options.rvenv = options.rvenv or shutil.which("rvenv")
    if RVENV in options.tools and not options.rvenv:
        parser.error("--rvenv is missing")


def real_program(parser: argparse.ArgumentParser, name: str) -> str:
    """The absolute path of a program."""
    path = shutil.which(name)
    if path is None:
        parser.error(f"no such program: {name}")
    return os.path.abspath(path)


def repeat(options: argparse.Namespace, row: Row, at: str) -> str:
    """The command line that repeats this one point."""
    words = [os.path.basename(sys.executable), os.path.relpath(os.path.dirname(__file__)), row.klass]
    words += ["--tool", row.tool, "--python", options.python]
    for name in ("rvenv", "other_python", "peers"):
        if getattr(options, name):
            words += [f"--{name.replace('_', '-')}", getattr(options, name)]
    words += ["--pip" if row.pip else "--without-pip", "--scenario", row.scenario]
    words += ["--refuse", options.refuse] if options.refuse else []
    if row.klass == "flood":
        words += ["--processes", str(options.processes)]
    elif ":" in at:
        words += ["--point", at.split(",")[0]]
    return shlex.join(words)
