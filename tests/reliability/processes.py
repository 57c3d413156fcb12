"""Processes that outlive those who started them, and finding who runs ensurepip."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from typing import List, NamedTuple

PR_SET_CHILD_SUBREAPER = 36


def reset_signals() -> None:
    """A shell starts background jobs with SIGINT ignored, which the tools would inherit from us. When we are stopped,
    we tidy up."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


def adopt_orphans() -> None:
    """From now on, what a child of ours leaves running becomes our own child, and can be waited for."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def has_orphans() -> bool:
    """Whether an adopted process is still running. Call it only when no Popen is open: it would lose its status."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True


def wait_for_orphans(seconds: float) -> bool:
    """Waits until all adopted processes have ended, and returns whether they have; they are killed otherwise."""
    end = time.monotonic() + seconds
    while has_orphans():
        if time.monotonic() > end:
            kill_orphans()
            return False
        time.sleep(0.01)
    return True


def kill_orphans() -> None:
    """Kills all that we have adopted, and what comes to us by that."""
    while has_orphans():
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def children() -> List[int]:
    """The children of this process."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class Ensurepip(NamedTuple):
    """A running `python -m ensurepip`, and the process that started it."""

    pid: int
    parent: int


def ensurepips(marker: str) -> List[Ensurepip]:
    """All ensurepip that are running with this text in their variables, which is a path of one world."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        words = _read(f"/proc/{name}/cmdline").split(b"\0")
        if b"ensurepip" in words and b"-m" in words and marker.encode() in _read(f"/proc/{name}/environ"):
            # The name, which is in parentheses, may hold anything; the parent is the second field after it.
            fields = _read(f"/proc/{name}/stat").rpartition(b")")[2].split()
            if len(fields) > 1:
                found.append(Ensurepip(int(name), int(fields[1])))
    return found


def _read(path: str) -> bytes:
    """What is in a file of /proc; nothing if its process has ended."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
