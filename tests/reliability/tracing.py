"""System calls, identified by name and occurrence as strace counts them."""

from __future__ import annotations

import re
import subprocess
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Set, TypeVar

from refused import calls, injection
from world import World

CALL = re.compile(r"^(?:(\d+) +)?([a-z]\w*)\(")
CHANGE = re.compile(r"O_CREAT|O_WRONLY|O_RDWR|\b(mkdir|symlink|link|rename|unlink|rmdir|chmod)\w*\(")

# Calls whose number varies with the allocator and the scheduler. The state on disk does not depend on them.
UNSTEADY = frozenset("brk mmap munmap mremap mprotect madvise futex nanosleep clock_nanosleep sched_yield".split())

# Calls that can fail because of the file system.
FILE_CALLS = frozenset(
    "open openat openat2 creat mkdir mkdirat symlink symlinkat link linkat rename renameat renameat2 unlink unlinkat "
    "rmdir write writev pwrite64 pwritev fchmod fchmodat fchmodat2 chmod fchown chown fchownat utimensat statx "
    "newfstatat fstat stat lstat fstatfs statfs readlink readlinkat getdents64 ftruncate truncate fallocate "
    "copy_file_range sendfile ioctl flock fcntl read readv pread64 preadv close access faccessat faccessat2 getcwd "
    "chdir fchdir lseek dup fsync fdatasync".split()
)
ERRORS = ("ENOSPC", "EIO", "EACCES", "EMFILE", "EDQUOT", "EROFS", "EINTR")
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")

Kind = TypeVar("Kind")


class Point(NamedTuple):
    """The n-th call of a name, and the event that is injected there."""

    name: str
    occurrence: int
    event: str = "SIGKILL"

    def __str__(self) -> str:
        return f"{self.name}:{self.occurrence}:{self.event}"

    @classmethod
    def parse(cls, text: str) -> "Point":
        """Parses the output of str()."""
        name, occurrence, event = text.split(":")
        return cls(name, int(occurrence), event)


def strace_version() -> Optional[str]:
    """The version that strace reports, or None if no strace can trace here."""
    try:
        subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=True, stderr=subprocess.DEVNULL)
        told = subprocess.run(["strace", "-V"], check=True, stdout=subprocess.PIPE).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return None
    return told.split("\n")[0].replace(" -- ", " ")


def recording(world: World, argv: List[str], log: Path) -> List[str]:
    """The command that runs a program and writes its system calls to a file."""
    return ["strace", "-qq", *world.follow, "-e", "signal=none", "-o", str(log), *_refuse(world), *argv]


def injecting(world: World, argv: List[str], point: Point) -> List[str]:
    """The command that runs a program and injects an event at one of its system calls."""
    what = "signal" if point.event.startswith("SIG") else "error"
    inject = f"inject={point.name}:{what}={point.event}:when={point.occurrence}"
    traced = ",".join([point.name, *([calls(world.refused)] if world.refused else [])])
    fixed = ["strace", "-qq", *world.follow, "-e", "signal=none", "-o", "/dev/null", "-e", f"trace={traced}"]
    return [*fixed, *_refuse(world), "-e", inject, *argv]


def _refuse(world: World) -> List[str]:
    """The options to refuse calls, if the world does so."""
    return injection(world.refused) if world.refused else []


def points(log: Path, root: Path, from_change: bool) -> List[Point]:
    """The calls of a log, from the first one that names a path below `root`: earlier calls belong to the loader and the
    runtime. `from_change` also leaves out the calls before the first change, as a run killed there leaves nothing.
    strace counts per thread, so the n-th calls of two threads are one point."""
    counts: Dict[Optional[str], Counter] = defaultdict(Counter)
    found: Dict[Point, None] = {}
    is_named = has_begun = False
    lines = log.read_text(errors="replace").splitlines()
    children = child_processes(lines)
    for line in lines:
        call = CALL.match(line)
        if call is None or call[2] == "execve" or call[1] in children:
            continue
        thread, name = call[1], call[2]
        counts[thread][name] += 1
        is_named = is_named or str(root) in line
        has_begun = has_begun or is_named and (not from_change or CHANGE.search(line) is not None)
        if has_begun and name not in UNSTEADY:
            found[Point(name, counts[thread][name])] = None
    return list(found)


def child_processes(lines: List[str]) -> Set[Optional[str]]:
    """The child processes in a log, which strace takes for threads until they are another program."""
    began = [call[1] for call in map(CALL.match, lines) if call is not None and call[2] == "execve"]
    return set(began[1:])


def spread(calls: Sequence[Point], events: Sequence[str], every: int, limit: Optional[int]) -> List[Point]:
    """Each event at each call; or, with fewer points, spread evenly over the calls, the events taking turns."""
    total = len(calls) * len(events)
    count = min(-(-total // every), total if limit is None else limit)
    if count >= total:
        return [call._replace(event=event) for call in calls for event in events]
    return [even(calls, count, index)._replace(event=events[index % len(events)]) for index in range(count)]


def even(sequence: Sequence[Kind], count: int, index: int) -> Kind:
    """The index-th of `count` elements that are spread evenly over a sequence, including its first and its last."""
    if count == 1:
        return sequence[len(sequence) // 2]
    return sequence[index * (len(sequence) - 1) // (count - 1)]
