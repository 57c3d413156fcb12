"""The comparisons and their targets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Callable, NamedTuple

from compare_measure import FLOOR, Contestant, ratio
from compare_tools import PYTHON, RVENV, UV, VENV, Tools, cores

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Row:
    """One comparison: its contestants, and the targets of rvenv."""

    key: str
    title: str
    text: str
    contestants: list[Contestant]
    targets: list[Target]
    against_floor: bool = False
    is_counted: bool = False
    is_slow: bool = False  # a run takes long: fewer rounds will do
    base: str = RVENV  # the contestant to which the others are compared


@dataclass(frozen=True)
class Result:
    """The result of a comparison: seconds and processor seconds of each round, and counts, by the contestant's name."""

    row: Row
    times: dict[str, list[float]]
    cpu: dict[str, list[float]]
    counts: dict[str, dict[str, int | None]] = field(default_factory=dict)

    def ratio(self, of: str, to: str | None = None) -> float | None:
        to = to or self.row.base
        return ratio(self.times, of, to) if of in self.times and to in self.times else None

    def cpu_ratio(self, of: str, to: str = RVENV) -> float | None:
        return ratio(self.cpu, of, to) if of in self.cpu and to in self.cpu else None


class Verdict(NamedTuple):
    target: str
    measured: str
    is_met: bool | None  # None: not measured


Target = Callable[[Result], Verdict]


def faster(than: str, times: float) -> Target:
    def judge(result: Result) -> Verdict:
        found = result.ratio(than)
        text = f"at least {times:g} × as fast as {than}" if times > 1 else f"faster than {than}"
        return Verdict(text, by(found), None if found is None else found > times)

    return judge


def thriftier(than: str, times: float) -> Target:
    def judge(result: Result) -> Verdict:
        found = result.cpu_ratio(than)
        text = f"at most 1/{times:g} of the processor time of {than}"
        return Verdict(text, "-" if found is None else f"1/{found:.3g}", None if found is None else found >= times)

    return judge


def within(times: float, of: str, who: str = RVENV) -> Target:
    def judge(result: Result) -> Verdict:
        found = result.ratio(who, of)
        return Verdict(f"at most {times:.3g} × {of}", by(found), None if found is None else found <= times)

    return judge


def at_most(count: str, limit: int) -> Target:
    def judge(result: Result) -> Verdict:
        found = result.counts.get(RVENV, {}).get(count)
        text = f"at most {number(count, limit)} {count}" if limit else f"no {count}"
        return Verdict(text, number(count, found), None if found is None else found <= limit)

    return judge


def by(found: float | None) -> str:
    return "-" if found is None else f"{found:.3g} ×"


def number(count: str, value: int | None) -> str:
    """A count as the report shows it."""
    if value is None:
        return "-"
    if count == "peak memory":
        return f"{value / MEGABYTE:.3g} MB"
    return f"{value / 1e6:.3g} million" if value >= 1_000_000 else f"{value:,}"


def main_rows(tools: Tools) -> list[Row]:
    """The most important comparisons, which are in the picture, too."""
    return [
        Row(
            "first-use", "With pip, the first use of an interpreter",
            "Each tool starts with an empty cache. This is the very first environment on a machine, and every one "
            "where no cache is kept. rvenv and venv install the same files, compiled. virtualenv brings wheels of its "
            "own, and leaves them uncompiled. uv has none: without a cache it needs the network, and is not measured.",
            [tools.rvenv(fresh=True), tools.venv(), tools.virtualenv(fresh=True)],
            [faster(VENV, 5), thriftier(VENV, 2)], is_slow=True),
        Row(
            "with-pip", "With pip, from then on",
            "The default of rvenv and venv; `uv venv --seed --link-mode copy`; virtualenv with its default seeder, "
            "`app-data`, which copies from its own store. So all of them copy.",
            [tools.rvenv(), tools.venv(), tools.uv("--seed", "--link-mode", "copy"), tools.virtualenv()],
            [faster(VENV, 130), faster(UV, 3), within(1.3, FLOOR), at_most("peak memory", 12 * MEGABYTE)],
            against_floor=True, is_counted=True),
        Row(
            "without-pip", "Without pip", "`--without-pip`; virtualenv's name for it is `--no-seed`, and uv's default.",
            [tools.rvenv("--without-pip"), tools.venv("--without-pip"), tools.uv(), tools.virtualenv("--no-seed")],
            [faster(VENV, 25), faster(UV, 5), at_most("system calls", 150), at_most("processes started", 0),
             at_most("peak memory", 12 * MEGABYTE)],
            is_counted=True),
    ]


def more_rows(tools: Tools, many: int) -> list[Row]:
    shims = [] if tools.shim is None else shim_rows(tools)
    return [
        *shims,
        Row(
            "container", "In a container build, with pip",
            "Nothing is kept from one build to the next, and rvenv is told to keep nothing (`RVENV_NO_CACHE=1`).",
            [replace(tools.rvenv(RVENV_NO_CACHE="1"), name=RVENV), tools.venv(), tools.virtualenv(fresh=True)],
            [faster(VENV, 5)], is_slow=True),
        ci_row(tools),
        Row(
            "first-pip", f"With pip, and the first `pip list`, all with pip {tools.pip}",
            "The environment is created, and its own `bin/python -m pip list` is run. Each environment has the same "
            f"pip: uv creates one without and then installs it (`uv pip install pip=={tools.pip}`), as `uv venv` takes "
            "no version. A pip that comes without `.pyc` files is compiled in this run. Most of the time is pip's own.",
            [tools.then_pip_list(each) for each in (tools.rvenv(), tools.venv(), tools.uv_with_pip())],
            [faster(UV, 1), faster(VENV, 5)]),
        Row(
            "facts-unknown", "Without pip, the first use of an interpreter",
            "Each run starts with an empty cache, so rvenv has to run the interpreter and ask it. Held against the "
            "start of a bare interpreter, `python -I -S -c pass`.",
            [tools.rvenv("--without-pip", fresh=True), tools.bare_python()], [within(3, PYTHON)]),
        many_row(tools, many),
    ]


def ci_row(tools: Tools) -> Row:
    """The comparison in which the cache comes from an archive, as in CI."""
    restored = tools.rvenv_with_restored_cache()
    return Row(
        "ci", "In a CI job, with a saved cache and without",
        "`with a saved cache`: the archive of the cache is unpacked first, by tar and zstd as GitHub's action does it. "
        "The transfer is not measured; it comes on top, and so does the saving. Held against the first use, which "
        "needs neither.",
        [tools.rvenv(fresh=True), restored, tools.venv()], [faster(VENV, 5)], is_slow=True)


def many_row(tools: Tools, many: int) -> Row:
    """The comparison of one call for many environments with as many calls."""
    one_call, calls = tools.rvenv(many=many), tools.pinned(many)
    return Row(
        "many", f"{many} environments in one call",
        f"`rvenv` with {many} directories, with pip, against {many} calls, which are shared evenly among "
        f"{cores()} processes, each pinned to a core of its own.",
        [one_call, calls], [within(1.1, calls.name, who=one_call.name)], is_slow=True, base=one_call.name)


def shim_rows(tools: Tools) -> list[Row]:
    """The comparisons in which `python3` is pyenv's shim, a script that starts a dozen processes."""
    bare, full = tools.rvenv("--without-pip"), tools.rvenv()
    yardsticks = [replace(each, name="rvenv, directly", is_tool=False) for each in (bare, full)]
    direct = yardsticks[0].name
    return [
        Row(
            "shim", "Without pip, through pyenv's shim",
            "`python3` on PATH is pyenv's shim, and each tool is given that. Held against rvenv with the path of the "
            "interpreter to which the shim leads.",
            [tools.behind_shim(bare), yardsticks[0], tools.behind_shim(tools.venv("--without-pip")),
             tools.behind_shim(tools.uv())],
            [faster(VENV, 50), within(1.5, direct)], is_counted=True),
        Row(
            "shim-with-pip", "With pip, through pyenv's shim", "The same with pip.",
            [tools.behind_shim(full), yardsticks[1], tools.behind_shim(tools.venv())], [within(1.1, direct)],
            is_slow=True),
    ]
