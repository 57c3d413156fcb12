"""The verdict on an environment, in one word."""

from __future__ import annotations

import subprocess
from typing import Dict, List, Optional

from tree import Tree, differences, tree_digest
from world import World

ABSENT, WHOLE, OLD, RUNS, UNFINISHED = "absent", "whole", "old", "runs", "unfinished"
# BROKEN looks like an environment but does not work. DANGEROUS works but lacks pyvenv.cfg, so that pip would change
# the base interpreter.
BROKEN, DANGEROUS = "BROKEN", "DANGEROUS"
VERDICTS = (ABSENT, WHOLE, OLD, RUNS, UNFINISHED, BROKEN, DANGEROUS)

# The directory that is in an environment while it is incomplete.
MARK = ".rvenv-unfinished"

# The exit status of CHECK for bytecode that is not of its source.
STALE = 3

# Runs in the environment: prints Python's version, and fails if the environment or its pip does not work.
CHECK = f"STALE = {STALE}" + """
import os, runpy, sys
print("%d.%d" % sys.version_info[:2], flush=True)
assert os.path.realpath(sys.prefix) == os.path.realpath(sys.argv[1]), sys.prefix
for path, _, files in os.walk(os.path.join(sys.argv[1], "lib")):
    for name in files:
        found = os.path.join(path, name)
        if os.path.basename(path) == "__pycache__" and name.count(".") == 2 and name.endswith(".pyc"):
            source = os.path.join(os.path.dirname(path), name.split(".")[0] + ".py")
            with open(found, "rb") as file:
                header = file.read(16)
            at = 8 if sys.version_info >= (3, 7) else 4
            is_dated = at == 4 or header[4:8] == b"\\0\\0\\0\\0"
            date = int(os.stat(source).st_mtime) & 0xffffffff
            if is_dated and int.from_bytes(header[at:at + 4], "little") != date:
                sys.exit(STALE)
if sys.argv[2] == "pip":
    sys.argv[:] = ["pip", "--version"]
    runpy.run_module("pip", run_name="__main__")
"""
CHECK_TIMEOUT = 60.0


class Judge:
    """Judges trees by comparing them with the old tree and the whole ones."""

    def __init__(self, world: World, pip: bool):
        self.world, self.pip = world, pip
        self.old: Optional[Tree] = None
        self.whole: List[Tree] = []
        self._versions: Dict[str, Optional[str]] = {}

    def verdict(self, tree: Optional[Tree], may_be_old: bool = True) -> str:
        """One of VERDICTS."""
        if tree is None:
            return ABSENT
        if may_be_old and tree == self.old:
            return OLD
        if tree in self.whole:
            return WHOLE
        if not {"bin/python", "bin/python3"} & tree.keys():
            return UNFINISHED
        if "pyvenv.cfg" not in tree:
            return DANGEROUS
        return RUNS if self.version(tree) else BROKEN

    def version(self, tree: Tree) -> Optional[str]:
        """The version of Python in the environment, whose tree is `tree` now; None if it does not work."""
        digest = tree_digest(tree)
        if digest not in self._versions:
            self._versions[digest] = self._run_check()
        return self._versions[digest]

    def _run_check(self) -> Optional[str]:
        # An alias may be gone for a moment while the interpreter itself is there, under whichever of the two names.
        names = [self.world.env_dir / name for name in ("bin/python", "bin/python3")]
        python = str(next((name for name in names if name.is_symlink() or name.exists()), names[0]))
        argv = [python, "-I", "-B", "-c", CHECK, str(self.world.env_dir), "pip" if self.pip else "no pip"]
        try:
            checked = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                     cwd=self.world.home, env=self.world.variables(python), timeout=CHECK_TIMEOUT)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return checked.stdout.decode().split("\n")[0] if checked.returncode == 0 else None

    def explain(self, tree: Optional[Tree]) -> str:
        """The differences between a tree and the most similar whole one."""
        found = tree or {}
        nearest = min(self.whole, key=lambda whole: len(set(found.items()) ^ set(whole.items())), default=None)
        return differences(tree, nearest)
