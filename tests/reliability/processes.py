"""Orphaned processes, and the search for running installers."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from typing import List, NamedTuple

PR_SET_CHILD_SUBREAPER = 36


def reset_signals() -> None:
    """Resets SIGINT, which shells ignore in background jobs, as the tools would inherit that from us. SIGTERM and
    SIGHUP exit normally, so that we tidy up."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


def adopt_orphans() -> None:
    """Makes this process the parent of all orphaned descendants, so that it can wait for them."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def has_orphans() -> bool:
    """Whether an adopted process is still running. Call this only when no Popen is open: its status would be lost."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True


def wait_for_orphans(seconds: float) -> bool:
    """Waits until all adopted processes have ended, and returns whether they have; after `seconds`, kills the rest."""
    end = time.monotonic() + seconds
    while has_orphans():
        if time.monotonic() > end:
            kill_orphans()
            return False
        time.sleep(0.01)
    return True


def kill_orphans() -> None:
    """Kills all adopted processes, including those that are adopted meanwhile."""
    while has_orphans():
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def children() -> List[int]:
    """The children of this process."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


# A text in the script of rvenv's helpers, which is on their command lines.
HELPER = b"rvenv-bytecode"


class Installer(NamedTuple):
    """A running `python -m ensurepip` or helper of rvenv's, and the process that started it."""

    pid: int
    parent: int


def installers(marker: str) -> List[Installer]:
    """All running installers with `marker`, a path of one world, in their environment variables; for helpers, which
    have few, in those of the process that started them."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        words = _read(f"/proc/{name}/cmdline").split(b"\0")
        is_helper = any(HELPER in word for word in words)
        if is_helper or (b"ensurepip" in words and b"-m" in words):
            # The parent is the second field after the name, which is in parentheses and may contain anything.
            fields = _read(f"/proc/{name}/stat").rpartition(b")")[2].split()
            owner = int(fields[1]) if is_helper and len(fields) > 1 else name
            if len(fields) > 1 and marker.encode() in _read(f"/proc/{owner}/environ"):
                found.append(Installer(int(name), int(fields[1])))
    return found


def _read(path: str) -> bytes:
    """The contents of a file in /proc, empty if the process has ended."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
