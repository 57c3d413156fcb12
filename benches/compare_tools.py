"""The compared tools: how each is installed, warmed up and run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

from compare_measure import Command, Contestant, Failed, seconds_of

RVENV, VENV, UV, VIRTUALENV, PYTHON = "rvenv", "venv", "uv", "virtualenv", "python -c pass"
ROOT = Path(__file__).resolve().parent.parent


def cargo(program: str, *arguments: str) -> str:
    """Builds a program with cargo and returns its path."""
    argv = ["cargo", *arguments, "--locked", "--message-format=json-render-diagnostics"]
    messages = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    artifacts = [message for message in map(json.loads, messages.splitlines()) if message.get("executable")]
    return next(each["executable"] for each in artifacts if each["target"]["name"] == program)


def install_peers(directory: Path) -> Path:
    """Installs uv and virtualenv from the package index, if possible, and returns their directory."""
    if not (directory / "bin/uv").exists() or not (directory / "bin/virtualenv").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", directory], check=True)
        installed = subprocess.run([directory / "bin/python", "-m", "pip", "install", "--quiet", "uv", "virtualenv"])
        if installed.returncode != 0:
            print("uv and virtualenv cannot be installed: they will be missing", file=sys.stderr)
    return directory / "bin"


def cores() -> int:
    return len(os.sched_getaffinity(0))


def base_interpreter() -> str:
    """The base interpreter behind `python3`, which may be a shim or in an environment."""
    question = "import os, sys; print(os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable))"
    answer = subprocess.run(["python3", "-c", question], check=True, stdout=subprocess.PIPE, text=True)
    return answer.stdout.strip()


def pyenv_shim() -> Path | None:
    """pyenv's shim of `python3`, if there is a pyenv."""
    pyenv = shutil.which("pyenv")
    root = subprocess.run([pyenv, "root"], stdout=subprocess.PIPE, text=True).stdout.strip() if pyenv else ""
    shim = Path(root, "shims/python3")
    return shim if root and os.access(shim, os.X_OK) else None


class Tools:
    """All tools, with private caches in `work`."""

    def __init__(self, rvenv: str, python: str, peers: Path, work: Path):
        (work / "home").mkdir()
        self.python, self.peers, self.work = python, peers, work
        self.programs = {RVENV: rvenv, UV: str(peers / "uv"), VIRTUALENV: str(peers / "virtualenv")}
        # Without the user's PIP_*, UV_* and RVENV_*, and without PYTHONDONTWRITEBYTECODE, which would spare venv work.
        self.clean = {"PATH": "/usr/bin:/bin", "HOME": str(work / "home"), "LANG": "C.UTF-8"}
        self.pip = self.output(python, "-c", "import ensurepip; print(ensurepip.version())").strip()
        self.has_uv_seeds = self.has(UV) and self.warm_uv()
        self.shim = self.shim_of_python()

    def has(self, tool: str) -> bool:
        return os.access(self.programs[tool], os.X_OK)

    def command(self, *argv: str, **variables: str) -> Command:
        return Command(list(argv), {**self.clean, **variables})

    def shim_of_python(self) -> Path | None:
        """pyenv's shim, if it leads to the interpreter that is measured."""
        shim = pyenv_shim()
        if shim is None:
            return None
        question = [str(shim), "-c", "import os, sys; print(os.path.realpath(sys.executable))"]
        answer = subprocess.run(question, env=self.through(shim), stdout=subprocess.PIPE, text=True)
        return shim if answer.stdout.strip() == os.path.realpath(self.python) else None

    def through(self, shim: Path) -> dict[str, str]:
        """The variables with which `python3` is pyenv's shim. The version is named as a user's shell would."""
        path = f"{shim.parent}:{shim.parent.parent / 'bin'}:{self.clean['PATH']}"
        found = re.search(r"/versions/([^/]+)/bin/", self.python)
        return {**self.clean, "PATH": path, "PYENV_VERSION": found[1] if found else "system"}

    def behind_shim(self, contestant: Contestant) -> Contestant:
        """A contestant that is given pyenv's shim in the place of the interpreter."""

        def commands(path: Path) -> list[Command]:
            through = self.through(self.shim)
            put = {self.python: str(self.shim)}
            return [
                Command([put.get(word, word) for word in argv],
                        {name: put.get(value, value) for name, value in {**variables, **through}.items()})
                for argv, variables in contestant.commands(path)
            ]

        return Contestant(contestant.name, commands if contestant.commands else None)

    def rvenv(self, *options: str, fresh: bool = False, many: int = 1, **variables: str) -> Contestant:
        """rvenv with its warm cache, or with a fresh one each time, creating one environment or many."""

        def commands(path: Path) -> list[Command]:
            cache = f"{path}.cache" if fresh else str(self.work / "rvenv-cache")
            targets = [str(path)] if many == 1 else [f"{path}-{number}" for number in range(many)]
            known = {"RVENV_PYTHON": self.python, "RVENV_CACHE_DIR": cache}
            return [self.command(self.programs[RVENV], *options, *targets, **known, **variables)]

        return Contestant(RVENV if many == 1 else f"{many} in one call", commands, is_tool=many == 1)

    def rvenv_with_restored_cache(self) -> Contestant:
        """rvenv after its cache was unpacked from an archive, as in a job whose cache was saved by an earlier one."""
        archive = self.work / "saved.tar.zst"
        if not archive.exists():
            saved = self.rvenv().commands(self.work / "saved")[0]
            cache = str(self.work / "saved.cache")
            pack = self.command("/usr/bin/tar", "-C", cache, "--zstd", "-cf", str(archive), ".")
            seconds_of([saved._replace(variables={**saved.variables, "RVENV_CACHE_DIR": cache}), pack])

        def commands(path: Path) -> list[Command]:
            cache = Path(f"{path}.cache")
            script = 'mkdir -m 700 "$1" && exec tar -C "$1" --zstd -xf "$0"'
            unpack = self.command("/bin/sh", "-c", script, str(archive), str(cache))
            run = self.rvenv().commands(path)[0]
            return [unpack, run._replace(variables={**run.variables, "RVENV_CACHE_DIR": str(cache)})]

        is_here = shutil.which("zstd", path=self.clean["PATH"]) is not None
        return Contestant("with a saved cache", commands if is_here else None, is_tool=False)

    def pinned(self, many: int) -> Contestant:
        """As many calls of rvenv, in one process a core, each of which is pinned to its core."""
        script = """
            path=$1 cores=$2 many=$3; shift 3; number=0
            for core in $cores; do
              taskset -c "$core" sh -c '
                path=$1 number=$2 step=$3 many=$4; shift 4
                while [ "$number" -lt "$many" ]; do "$@" "$path-$number" || exit; number=$((number + step)); done
              ' sh "$path" "$number" "$(echo "$cores" | wc -w)" "$many" "$@" &
              started="$started $!" number=$((number + 1))
            done
            for each in $started; do wait "$each" || exit; done
        """

        def commands(path: Path) -> list[Command]:
            each = " ".join(map(str, sorted(os.sched_getaffinity(0))))
            argv, variables = self.rvenv().commands(path)[0]
            return [Command(["/bin/sh", "-c", script, "sh", str(path), each, str(many), *argv[:-1]], variables)]

        return Contestant(f"{many} calls", commands, is_tool=False)

    def venv(self, *options: str) -> Contestant:
        return Contestant(VENV, lambda path: [self.command(self.python, "-m", "venv", *options, str(path))])

    def uv(self, *options: str) -> Contestant:
        is_here = self.has_uv_seeds if "--seed" in options else self.has(UV)
        return Contestant(UV, (lambda path: [self.uv_command(path, "--offline", *options)]) if is_here else None)

    def uv_with_pip(self) -> Contestant:
        """uv, with the same version of pip as the interpreter brings."""
        cache = {"UV_CACHE_DIR": str(self.work / "uv-cache")}

        def install(path: Path, *options: str, **variables: str) -> Command:
            fixed = ("pip", "install", "--quiet", "--no-config", "--python", str(path / "bin/python"))
            return self.command(self.programs[UV], *fixed, *options, f"pip=={self.pip}", **cache, **variables)

        def commands(path: Path) -> list[Command]:
            return [self.uv_command(path, "--offline"), install(path, "--offline")]

        is_here = self.has_uv_seeds and self.fetches(lambda path, *options, **reach: [
            self.uv_command(path, "--offline"), install(path, *options, **reach)])
        return Contestant(UV, commands if is_here else None)

    def uv_command(self, path: Path, *options: str, **variables: str) -> Command:
        # uv is spared the search for projects and settings, as the other tools do not search for any.
        fixed = ("venv", "--quiet", "--no-config", "--no-project", "--python", self.python)
        cache = str(self.work / "uv-cache")
        return self.command(self.programs[UV], *fixed, *options, str(path), UV_CACHE_DIR=cache, **variables)

    def warm_uv(self) -> bool:
        """Fetches the packages of --seed into uv's cache, and returns whether uv then works without the network."""
        return self.fetches(lambda path, *options, **reach: [self.uv_command(path, "--seed", *options, **reach)])

    def fetches(self, commands: Callable[..., list[Command]]) -> bool:
        """Runs the commands with the network and then offline, and returns whether both went well."""
        reach = {name: value for name, value in os.environ.items() if re.search("^SSL_CERT_|_proxy$", name, re.I)}
        for attempt in ([], ["--system-certs"]):
            directory = Path(tempfile.mkdtemp(dir=self.work, prefix="uv-warm-"))
            try:
                seconds_of(commands(directory / "online", *attempt, **reach))
                seconds_of(commands(directory / "offline", "--offline"))
                return True
            except Failed as error:
                print(f"warming uv's cache: {error}", file=sys.stderr)
        return False

    def virtualenv(self, *options: str, fresh: bool = False) -> Contestant:
        """virtualenv with its warm store, or with a fresh one each time."""
        fixed = (self.programs[VIRTUALENV], "--quiet", "--no-periodic-update", "--no-download", "--python", self.python)

        def commands(path: Path) -> list[Command]:
            store = f"{path}.app-data" if fresh else str(self.work / "virtualenv-app-data")
            return [self.command(*fixed, *options, str(path), VIRTUALENV_OVERRIDE_APP_DATA=store)]

        return Contestant(VIRTUALENV, commands if self.has(VIRTUALENV) else None)

    def bare_python(self) -> Contestant:
        commands = [self.command(self.python, "-I", "-S", "-c", "pass")]
        return Contestant(PYTHON, lambda path: commands, is_tool=False)

    def then_pip_list(self, contestant: Contestant) -> Contestant:
        """A contestant, followed by pip's first run in the environment. pip must not ask the index for a newer pip."""
        if contestant.commands is None:
            return contestant

        def commands(path: Path) -> list[Command]:
            pip = ("-m", "pip", "--disable-pip-version-check", "list")
            return [*contestant.commands(path), self.command(str(path / "bin/python"), *pip)]

        return Contestant(contestant.name, commands)

    def versions(self) -> dict[str, str]:
        """The versions of the tools and of the interpreter, with the pip that its ensurepip brings."""
        versions = {"interpreter": f"{self.interpreter()}, whose ensurepip brings pip {self.pip}"}
        for tool in (RVENV, UV, VIRTUALENV):
            found = re.search(r"\d[\w.]+", self.output(self.programs[tool], "--version")) if self.has(tool) else None
            versions[tool] = found[0] if found else "-"
        return versions

    def interpreter(self) -> str:
        """The interpreter's name and version."""
        script = "import platform; print(platform.python_implementation(), platform.python_version())"
        return self.output(self.python, "-c", script).strip()

    def output(self, *argv: str) -> str:
        return subprocess.run(argv, env=self.clean, check=True, stdout=subprocess.PIPE, text=True).stdout
