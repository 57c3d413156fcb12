"""Measurements of whole processes: their times and their counts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, NamedTuple

# The counts, in the order of the report's columns.
COUNTS = ("system calls", "processes started", "peak memory", "instructions")
FLOOR = "floor"


class Sample(NamedTuple):
    """The seconds that commands took, and the seconds of processor time that they and their children used."""

    wall: float
    cpu: float


class Command(NamedTuple):
    argv: list[str]
    variables: dict[str, str]


@dataclass(frozen=True)
class Contestant:
    """A tool with its options; `commands` returns the commands that create an environment at a path."""

    name: str
    commands: Callable[[Path], list[Command]] | None  # None: the tool is not installed
    is_tool: bool = True  # False: a mere yardstick, which cannot win

    def sample(self, path: Path) -> Sample:
        return seconds_of(self.commands(path))


class Failed(Exception):
    """A measured command has failed."""


def seconds_of(commands: list[Command]) -> Sample:
    """Runs the commands one after the other, and measures from the first start to the last end."""
    with tempfile.TemporaryFile() as errors:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
        ]
        cpu, began = 0.0, time.perf_counter()
        for argv, variables in commands:
            _, status, used = os.wait4(os.posix_spawn(argv[0], argv, variables, file_actions=actions), 0)
            cpu += used.ru_utime + used.ru_stime
            if status != 0:
                errors.seek(0)
                raise Failed(f"{' '.join(argv)}\n{errors.read().decode(errors='replace')}")
        return Sample(time.perf_counter() - began, cpu)


def measure(contestants: list, directory: Path, rounds: int, warmups: int) -> dict[str, list[Sample]]:
    """The samples of each contestant, one for each round. Every round runs all contestants, each time in another order.

    Each environment gets a fresh name and is kept: on some file systems, creating is slow right after deleting.
    """
    directory.mkdir()
    present = warm_up(contestants, directory, warmups)
    samples = {contestant.name: [] for contestant in present}
    for number in range(rounds):
        settle()
        turn = number % max(1, len(present))
        for contestant in present[turn:] + present[:turn]:
            samples[contestant.name].append(contestant.sample(directory / f"{slug(contestant)}-{number}"))
    return samples


def settle() -> None:
    """Makes free memory available for the files of a round.

    A virtual machine returns unused memory to its host, and the next process that writes files pays for getting memory
    back. A process that touches a gigabyte and ends leaves that much free memory.
    """
    touch = "b = bytearray(1 << 30)\nfor page in range(0, len(b), 4096): b[page] = 1"
    subprocess.run([sys.executable, "-c", touch], check=True)


def warm_up(contestants: list, directory: Path, warmups: int) -> list:
    """Fills the caches and returns the contestants that work."""
    present = []
    for contestant in contestants:
        if contestant.commands is None:
            continue
        try:
            for number in range(warmups):
                contestant.sample(directory / f"{slug(contestant)}-w{number}")
            present.append(contestant)
        except Failed as error:
            print(f"{contestant.name} is left out, as it fails: {error}", file=sys.stderr)
    return present


def slug(contestant) -> str:
    return re.sub(r"\W+", "-", contestant.name)


def count(command: Command, scratch: Path, limit: float) -> dict[str, int | None]:
    """The counts of one command; None for a count that cannot be taken here, or not within `limit` seconds."""
    calls, processes = system_calls(command, scratch / "strace", limit)
    values = (calls, processes, peak_memory(command, scratch / "time", limit), instructions(command, scratch, limit))
    return dict(zip(COUNTS, values))


def observed(observer: list[str], command: Command, path_suffix: str, limit: float) -> bool:
    """Runs the command for a fresh environment under an observing program, and returns whether both succeeded."""
    program = shutil.which(observer[0])
    if program is None:
        return False
    argv = [program, *observer[1:], *command.argv[:-1], f"{command.argv[-1]}-{path_suffix}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(argv, env=command.variables, start_new_session=True, **quiet) as process:
        try:
            return process.wait(limit) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with the observed command, which would go on otherwise
            return False


def system_calls(command: Command, table: Path, limit: float) -> tuple[int | None, int | None]:
    """The numbers of system calls and of started programs, for a process and its children."""
    if not observed(["strace", "-f", "-c", "-o", str(table)], command, "strace", limit):
        return None, None
    # The columns are "% time, seconds, usecs/call, calls, errors, name"; zero errors are a blank.
    rows = [line.split() for line in table.read_text().splitlines()]
    counts = {row[-1]: (int(row[3]), int(row[4]) if len(row) == 6 else 0) for row in rows if row[0][0].isdigit()}
    total = counts.pop("total")[0]
    executed, failed = counts["execve"]
    return total, executed - failed - 1  # the first is the tool itself


def peak_memory(command: Command, output: Path, limit: float) -> int | None:
    """The bytes of the largest process, by GNU time: a direct child would inherit the peak of this big Python."""
    if not observed(["time", "-f", "%M", "-o", str(output)], command, "time", limit):
        return None
    return int(output.read_text()) * 1024


def instructions(command: Command, scratch: Path, limit: float) -> int | None:
    """The instructions in user mode of a process and its children, counted by the processor or else by callgrind."""
    output = scratch / "perf"
    if observed(["perf", "stat", "-x,", "-e", "instructions:u", "-o", str(output)], command, "perf", limit):
        counted = re.search(r"^(\d+),", output.read_text(), re.MULTILINE)
        if counted:
            return int(counted[1])
    logs = Path(tempfile.mkdtemp(dir=scratch, prefix="callgrind-"))
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    # valgrind sets LD_PRELOAD, which makes the interpreter a new one to rvenv. So rvenv asks it in a first run, without
    # valgrind, under which an interpreter loads what rvenv does not know; the second run is counted.
    for run, traced, log in (("warm-up", "no", "/dev/null"), ("callgrind", "yes", f"{logs}/%p")):
        if not observed([*valgrind, f"--trace-children={traced}", f"--log-file={log}"], command, run, limit):
            return None
    return sum(int(found) for log in logs.iterdir() for found in re.findall(r"Collected : (\d+)", log.read_text()))


def ratio(times: dict[str, list[float]], of: str, to: str) -> float:
    """The time of `of` as a multiple of the time of `to`: the median of the rounds' ratios."""
    return statistics.median(one / other for one, other in zip(times[of], times[to]))


def spread(samples: list[float]) -> tuple[float, float]:
    """The 10th and the 90th percentile."""
    deciles = statistics.quantiles(samples, n=10, method="inclusive")
    return deciles[0], deciles[-1]
