"""The report, docs/benchmarks.md: its prose is here, its figures are measured."""

from __future__ import annotations

import argparse
import platform
import re
import statistics
import subprocess
import textwrap
from pathlib import Path

from compare_chart import duration
from compare_measure import COUNTS, FLOOR, spread
from compare_rows import MEGABYTE, Result, Verdict, number
from compare_tools import RVENV

REPORT = """\
# Benchmarks

![Bars of the times with and without pip](benchmarks.svg)

The times that rvenv, the interpreter's own `python -m venv`, uv and virtualenv take to create an environment: whole
processes, from start to exit. `benches/compare.py` has measured everything and written this page.

{trial}{sections}

## Where rvenv is slower or no faster

{losses}

## How it is measured

- Each round runs all tools once, in an order that changes from round to round. `× rvenv` is the median of the ratios
  within each round, so that whatever slows down a whole round favours nobody. There are {rounds} rounds, or
  {slow_rounds} where a run takes long, after {warmups} rounds to warm up.
- *processor time* is user and system time together, of the tool and all its children: what a busy machine pays.
- Each tool installs what it does by default. uv and virtualenv bring the newest pip that they know (before Python 3.12,
  setuptools and more as well), and leave compiling to the first run. rvenv and venv bring the pip of the interpreter,
  compiled.
- All tools start with the same three variables (`PATH`, `HOME`, `LANG`) and have a warm cache of their own. uv runs
  `--offline` and looks for no project or settings; virtualenv runs without periodic updates and downloads.
- Each environment gets a new directory; none is deleted before the end, as some file systems create slowly after that.
- The *floor* is `benches/floor.rs`: a program that reads the tree of rvenv's environment from one file and creates its
  directories, files and links with as many threads as rvenv. It checks, decides and adapts nothing.
- strace counts system calls and processes. Peak memory is that of the largest process, by GNU time. Instructions are
  those in user mode, by perf, or by callgrind where the processor does not count them. All of these hardly vary, so one
  run is enough. A `-` stands for what could not be measured.

## The machine

| | |
| --- | --- |
{machine}

## Once more

```sh
{command}
```

On an idle machine this takes a quarter of an hour. `--quick` is a trial that writes to `target/bench`; `--help` names
the options for another interpreter or another disk.

With `--target x86_64-unknown-linux-musl`, rvenv is the static program that is released for Linux (`rustup target add`
brings what it takes to build that). The script builds rvenv, and installs uv and virtualenv from the package index into
`target/bench/peers`. It creates the environments in a directory that it deletes in the end.
"""

TRIAL = "**This is the report of a trial run: too few rounds for figures that mean anything.**\n\n"
NOISE = 0.05  # smaller relative differences are ignored
NONE = "Nowhere in these comparisons."


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def times_table(result: Result) -> str:
    """The contestants side by side: times, and counts if the row has them."""
    counted = COUNTS if result.row.is_counted else ()
    names = [each.name for each in result.row.contestants] + ([FLOOR] if result.row.against_floor else [])
    head = ["", "median", "10th to 90th percentile", f"× {result.row.base}", "processor time", *counted]
    return table(head, [[name, *times(result, name), *counts(result, name, counted)] for name in names])


def times(result: Result, name: str) -> list[str]:
    if name not in result.times:
        return ["-"] * 4
    samples, against = result.times[name], result.ratio(name)
    low, high = spread(samples)
    times_base = "-" if against is None else f"{against:.3g}"
    return [duration(statistics.median(samples)), f"{duration(low)} to {duration(high)}", times_base,
            duration(statistics.median(result.cpu[name]))]


def counts(result: Result, name: str, counted: tuple[str, ...]) -> list[str]:
    return [number(count, result.counts.get(name, {}).get(count)) for count in counted]


def targets_table(verdicts: list[Verdict]) -> str:
    marks = {True: "met", False: "**not met**", None: "not measured"}
    return table(["target", "measured", ""], [[each.target, each.measured, marks[each.is_met]] for each in verdicts])


def section(result: Result, extra: str = "") -> str:
    verdicts = [target(result) for target in result.row.targets]
    text = textwrap.fill(result.row.text, 120, break_on_hyphens=False)
    parts = [f"## {result.row.title}", text, times_table(result), targets_table(verdicts), extra]
    return "\n\n".join(part for part in parts if part)


def interpreter_section(interpreter: str, pip: str, results: list[Result]) -> str:
    """The main rows with another interpreter, without targets."""
    text = f"The same with an interpreter whose ensurepip brings pip {pip}."
    return further_section(f"With {interpreter}", text, results, f"with {interpreter}")


def tmpfs_section(results: list[Result], skipped: str) -> str:
    """The main rows on a tmpfs, without targets."""
    if not results:
        return f"## In memory\n\nNot measured on a tmpfs: {skipped}."
    return further_section("In memory", "The same on a tmpfs, where no disk takes part.", results, "on a tmpfs")


def further_section(title: str, text: str, results: list[Result], where: str) -> str:
    parts = [f"## {title}", text]
    for result in results:
        parts += [f"### {result.row.title}, {where}", times_table(result)]
    return "\n\n".join(parts)


def inventory(environments: dict[str, Path]) -> str:
    """The contents of each tool's environment, as the tools do not all do the same work."""
    rows = []
    for name, path in environments.items():
        files = [each for each in path.rglob("*") if each.is_file() and not each.is_symlink()]
        installed = path.glob("lib/python*/site-packages/*.dist-info")
        packages = sorted(" ".join(each.stem.split("-")) for each in installed)
        compiled = sum(each.suffix == ".pyc" for each in files)
        size = sum(each.stat().st_size for each in files) / MEGABYTE
        rows.append([name, ", ".join(packages), f"{len(files):,}", f"{compiled:,}", f"{size:.1f} MB"])
    head = ["what is in it", "packages", "files", "of them `.pyc`", "size"]
    return table(head, rows)


def program_section(program: Path) -> str:
    """The size of the program itself, and the libraries that it needs."""
    size = program.stat().st_size / MEGABYTE
    linked = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    # A line is "libc.so.6 => /lib/... (0x...)"; the kernel's vdso and the loader do not count as libraries.
    libraries = [line.split()[0] for line in linked.stdout.splitlines() if " => " in line]
    needs = ", ".join(f"`{name}`" for name in libraries) or "nothing"
    verdict = Verdict("a release build of at most 3 MB", f"{size:.2f} MB", size <= 3)
    return f"## The program\n\nIt is linked to {needs} at run time.\n\n{targets_table([verdict])}"


def losses(results: list[Result]) -> str:
    """All missed targets, all tools that are as fast as rvenv or faster, and all counts that are lower than rvenv's."""
    lines = []
    for result in results:
        verdicts = [target(result) for target in result.row.targets]
        missed = [f"{each.target} (it is {each.measured})" for each in verdicts if each.is_met is False]
        ahead = [f"{name}: {', '.join(points)}" for name, points in leads(result).items() if points]
        lines += [f"- **{result.row.title}.** Missed: {'; '.join(missed)}."] if missed else []
        lines += [f"- **{result.row.title}.** Ahead of rvenv is {'; '.join(ahead)}."] if ahead else []
    return "\n".join(textwrap.fill(line, 120, subsequent_indent="  ", break_on_hyphens=False) for line in lines) or NONE


def leads(result: Result) -> dict[str, list[str]]:
    """The points in which each of the other tools is better."""
    tools = [each.name for each in result.row.contestants if each.is_tool and each.name != RVENV]
    own, leads = result.counts.get(RVENV, {}), {name: [] for name in tools}
    for name in tools:
        against = result.ratio(name)
        if against is not None and against < 1 + NOISE:
            leads[name].append(f"{against:.3g} × rvenv's time")
        for count, theirs in result.counts.get(name, {}).items():
            if theirs is not None and own.get(count) is not None and theirs < own[count] * (1 - NOISE):
                leads[name].append(f"{number(count, theirs)} {count} to {number(count, own[count])}")
    return leads


def command(options: argparse.Namespace) -> str:
    """The command that makes such a report elsewhere: interpreters are named as pyenv finds them."""

    def named(python: str) -> str:
        found = re.search(r"/versions/([^/]+)/bin/", python)
        return f'"$(pyenv prefix {found[1]})/bin/python"' if found else Path(python).name

    words = ["python3 benches/compare.py", f"--python {named(options.python)}"]
    words += [f"--also {named(python)}" for python in options.also]
    words += [f"--target {options.target}"] if options.target else []
    words += [f"--runs {options.runs}", *(["--tmpfs"] if options.tmpfs else [])]
    return " \\\n  ".join(words)


def machine(directory: Path, cores: int, load: float, versions: dict[str, str]) -> str:
    """The machine and the versions as rows of a table, without names of hosts, users or directories."""
    kind = subprocess.run(["findmnt", "-n", "-o", "FSTYPE", "-T", directory], stdout=subprocess.PIPE, text=True)
    facts = {
        "processor": f"{processor()}, {cores} cores",
        "system": f"{platform.system()} {platform.release()}",
        "file system": kind.stdout.strip() or "-",
        "load before the start": f"{load:.2f}",
        **versions,
    }
    return "\n".join(f"| {name} | {value} |" for name, value in facts.items())


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
