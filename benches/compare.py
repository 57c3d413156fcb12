#!/usr/bin/env python3
"""Compares rvenv with venv, uv and virtualenv, and writes docs/benchmarks.md and docs/benchmarks.svg.

compare_tools.py runs the tools, compare_rows.py lists the comparisons, and compare_measure.py measures; the report is
written by compare_report.py and compare_chart.py. Needs Linux, cargo and Python 3.9, and for the counts strace, GNU
time, and perf or valgrind.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import compare_chart
import compare_report as report
from compare_measure import FLOOR, Command, Contestant, count, measure, slug
from compare_rows import Result, Row, main_rows, more_rows
from compare_tools import ROOT, RVENV, Tools, base_interpreter, cargo, cores, install_peers

BENCH = ROOT / "target" / "bench"


def main() -> None:
    options = arguments()
    load = os.getloadavg()[0]
    target = ["--target", options.target] if options.target else []
    rvenv = cargo(RVENV, "build", "--release", *target)
    programs = {RVENV: rvenv, FLOOR: cargo(FLOOR, "bench", "--bench", FLOOR, "--no-run")}
    peers = install_peers(BENCH / "peers")
    options.dir.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=options.dir, prefix="run-"))
    try:
        session = Session(programs, peers, options, work / "disk")
        results = [session.run(row) for row in main_rows(session.tools) + more_rows(session.tools, options.many)]
        others = [with_another(python, programs, peers, options, work) for python in options.also]
        in_memory, skipped = on_tmpfs(programs, peers, options, work / "tmpfs")
        write(options, session, results, [*others, report.tmpfs_section(in_memory, skipped)], load)
    finally:
        shutil.rmtree(work)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares rvenv with venv, uv and virtualenv.")
    parser.add_argument("--python", metavar="PATH", help="the interpreter; else the one that python3 leads to")
    parser.add_argument("--also", metavar="PATH", action="append", default=[],
                        help="another interpreter, for the main rows once more; may be given several times")
    parser.add_argument("--target", help="that of rvenv, as for `cargo build`; else this machine's")
    parser.add_argument("--runs", metavar="N", type=int, default=7, help="rounds of each comparison (7)")
    parser.add_argument("--dir", type=Path, default=BENCH, help="where to create the environments (below target/bench)")
    parser.add_argument("--tmpfs", action="store_true", help="measure the main rows on a tmpfs too; for root")
    parser.add_argument("--quick", action="store_true", help="3 rounds, to try it; writes to target/bench, not to docs")
    options = parser.parse_args()
    if options.runs < 2:
        parser.error("a spread wants 2 rounds at least")
    options.python = options.python or base_interpreter()
    options.dir = options.dir.resolve()
    options.runs = 3 if options.quick else options.runs
    options.slow_runs = max(3, options.runs // 5)
    options.warmups = 1 if options.quick else 2
    options.many = 5 if options.quick else 50
    options.count_limit = 30 if options.quick else 100  # seconds, for a command under an observer
    options.output = BENCH if options.quick else ROOT / "docs"
    return options


class Session:
    """The measurements in one directory, which contains the caches and all environments."""

    def __init__(self, programs: dict[str, str], peers: Path, options: argparse.Namespace, directory: Path):
        directory.mkdir()
        self.tools = Tools(programs[RVENV], options.python, peers, directory)
        self.programs, self.options, self.directory = programs, options, directory

    def run(self, row: Row) -> Result:
        print(f"{row.title}:", file=sys.stderr)
        rounds = self.options.slow_runs if row.is_slow else self.options.runs
        contestants = row.contestants + self.yardstick(row)
        samples = measure(contestants, self.directory / row.key, rounds, self.options.warmups)
        times = {name: [sample.wall for sample in own] for name, own in samples.items()}
        cpu = {name: [sample.cpu for sample in own] for name, own in samples.items()}
        for name, samples in times.items():
            print(f"  {name}: {compare_chart.duration(statistics.median(samples))}", file=sys.stderr)
        return Result(row, times, cpu, self.counts(row, times) if row.is_counted else {})

    def yardstick(self, row: Row) -> list[Contestant]:
        """The floor for the environment that rvenv creates in this row, if the row asks for a floor."""
        if not row.against_floor:
            return []
        source, packed = self.directory / f"{row.key}-source", self.directory / f"{row.key}-packed"
        next(each for each in row.contestants if each.name == RVENV).sample(source)
        floor = self.programs[FLOOR]
        subprocess.run([floor, "pack", source, packed], check=True)

        def commands(path: Path) -> list[Command]:
            return [self.tools.command(floor, "write", str(packed), str(path))]

        return [Contestant(FLOOR, commands, is_tool=False)]

    def counts(self, row: Row, times: dict[str, list[float]]) -> dict[str, dict]:
        scratch = self.directory / f"{row.key}-counts"
        scratch.mkdir()
        return {
            each.name: count(each.commands(scratch / slug(each))[0], scratch, self.options.count_limit)
            for each in row.contestants if each.name in times
        }

    def environments(self, result: Result) -> dict[str, Path]:
        """One environment of each tool, from the first round."""
        directory = self.directory / result.row.key
        present = [each for each in result.row.contestants if each.name in result.times]
        return {each.name: directory / f"{slug(each)}-0" for each in present}


def with_another(python: str, programs, peers: Path, options: argparse.Namespace, work: Path) -> str:
    """Measures the main rows with another interpreter; returns their section."""
    directory = Path(tempfile.mkdtemp(dir=work)) / "work"
    session = Session(programs, peers, argparse.Namespace(**{**vars(options), "python": python}), directory)
    results = [session.run(replace(row, is_counted=False)) for row in main_rows(session.tools)]
    return report.interpreter_section(session.tools.interpreter(), session.tools.pip, results)


def on_tmpfs(programs, peers: Path, options: argparse.Namespace, directory: Path) -> tuple[list[Result], str]:
    """Measures the main rows on a tmpfs; returns their results, or the reason for skipping them."""
    if not options.tmpfs:
        return [], "it was not asked for"
    if os.geteuid() != 0:
        return [], "only root can mount one"
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700,size=75%", "tmpfs", directory], check=True)
    try:
        session = Session(programs, peers, options, directory / "work")
        # The counts are the same on every file system.
        return [session.run(replace(row, is_counted=False)) for row in main_rows(session.tools)], ""
    finally:
        subprocess.run(["umount", directory], check=True)


def write(options, session: Session, results: list[Result], further: list[str], load: float) -> None:
    """Writes the report and its chart."""
    main = {result.row.key: result for result in results[: len(main_rows(session.tools))]}
    extra = {"with-pip": report.inventory(session.environments(main["with-pip"]))}
    sections = [report.section(result, extra.get(result.row.key, "")) for result in results]
    versions = session.tools.versions()
    versions[RVENV] += f", built for `{options.target}`" if options.target else ""
    text = report.REPORT.format(
        trial=report.TRIAL if options.quick else "",
        sections="\n\n".join([*sections, report.program_section(Path(session.programs[RVENV])), *further]),
        losses=report.losses(results),
        command=report.command(options), rounds=options.runs, slow_rounds=options.slow_runs, warmups=options.warmups,
        machine=report.machine(session.directory, cores(), load, versions))
    (options.output / "benchmarks.md").write_text(text, encoding="utf-8")
    picture = compare_chart.draw(list(main.values()))
    (options.output / "benchmarks.svg").write_text(picture, encoding="utf-8")
    print(f"written: {options.output}/benchmarks.md and .svg", file=sys.stderr)


if __name__ == "__main__":
    main()
