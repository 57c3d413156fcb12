"""The class `full`: a file system with room for only a part of the files."""

from __future__ import annotations

import ctypes
import os
import subprocess
from pathlib import Path
from typing import List, NamedTuple, Optional, Tuple

from injected import PATIENCE, judge_failed, run_next
from processes import wait_for_orphans
from rows import POINTS, Row
from scenarios import Stage, by_name
from tools import Tool
from tracing import even
from world import World

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000
PAGE = 4096
# Pages and inodes, more than any run needs.
ROOMY = (1 << 17, 1 << 17)


class Variant(NamedTuple):
    """A scenario, and the directories that are on the small file system."""

    scenario: str
    on_disk: str

    @property
    def name(self) -> str:
        """The name in tables and for `--scenario`."""
        return f"{self.scenario}/{self.on_disk}"


VARIANTS = (
    *(Variant(name, "parent") for name in ("fresh", "reuse", "clear", "upgrade", "rebase")),
    Variant("fresh-cold", "parent+cache"),
    Variant("fresh-cold", "cache"),
)


class NoDisk(Exception):
    """No file system can be mounted here."""


class Disk:
    """A tmpfs that is visible only to this process and its children."""

    def __init__(self, path: Path):
        self.path = path
        path.mkdir()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNS) != 0 or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) != 0:
            raise NoDisk(f"a mount namespace needs root: {os.strerror(ctypes.get_errno())}")
        self._mount("-t", "tmpfs", "-o", self._options(*ROOMY), "tmpfs", str(path))
        # Keep a page in use, as tmpfs takes a limit of 0 for unlimited.
        (path / "ballast").write_bytes(b"b" * PAGE)

    def used(self) -> Tuple[int, int]:
        """The pages and inodes in use."""
        found = os.statvfs(self.path)
        return (found.f_blocks - found.f_bfree) * found.f_frsize // PAGE, found.f_files - found.f_ffree

    def leave(self, pages: int, inodes: int) -> None:
        """Leaves this much room."""
        used = self.used()
        self._mount("-o", f"remount,{self._options(used[0] + pages, used[1] + inodes)}", str(self.path))

    def leave_much(self) -> None:
        """Leaves room for everything."""
        self._mount("-o", f"remount,{self._options(*ROOMY)}", str(self.path))

    @staticmethod
    def _options(pages: int, inodes: int) -> str:
        return f"size={pages * PAGE // 1024}k,nr_inodes={inodes}"

    @staticmethod
    def _mount(*argv: str) -> None:
        mounted = subprocess.run(["mount", *argv], stderr=subprocess.PIPE)
        if mounted.returncode != 0:
            raise NoDisk(mounted.stderr.decode(errors="replace").strip())


def run(row: Row, root: Path, tool: Tool, warm: Path, other: Optional[str], every: int, limit: Optional[int],
        only: Optional[str]) -> None:
    """Runs the tool with many amounts of room, first in pages, then in inodes."""
    variant = next(each for each in VARIANTS if each.name == row.scenario)
    disk = Disk(root / "disk")
    world = World(root, tool, disk.path, variant.on_disk)
    stage = Stage(by_name(variant.scenario), world, row.pip, warm, other)
    row.notes += stage.notes
    wait_for_orphans(PATIENCE)
    for resource, room in [parse(only)] if only else rooms(stage, disk, every, limit):
        row.counts[POINTS] += 1
        stage.restore()
        disk.leave(*((room, ROOMY[1]) if resource == "pages" else (ROOMY[0], room)))
        outcome = world.run(stage.argv())
        wait_for_orphans(PATIENCE)
        at = f"{resource}:{room}"
        judge_failed(row, stage, at, outcome)
        disk.leave_much()
        run_next(row, stage, at)


def parse(text: str) -> Tuple[str, int]:
    """Parses the name of a point, such as `pages:12`."""
    resource, room = text.split(":")
    return resource, int(room)


def rooms(stage: Stage, disk: Disk, every: int, limit: Optional[int]) -> List[Tuple[str, int]]:
    """The points to try: from no room to just over twice the need of a fresh run, as files may briefly exist twice."""
    stage.world.restore(None, stage.cache)
    before = disk.used()
    stage.world.make(stage.pip)
    wait_for_orphans(PATIENCE)
    taken = [after - earlier for after, earlier in zip(disk.used(), before)]
    found: List[Tuple[str, int]] = []
    for resource, most in zip(("pages", "inodes"), taken):
        amounts = range(2 * most + 4)
        count = min(-(-len(amounts) // every), len(amounts) if limit is None else -(-limit // 2))
        found += [(resource, even(amounts, count, index)) for index in range(count)]
    return found
