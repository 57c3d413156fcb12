"""A stand-in for a machine of a CI service: with its own Python, home and project, and nothing of ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Dict, Iterator, List, Optional

# Seconds after which a program counts as hanging.
TIMEOUT = 600

REQUIREMENTS = "iniconfig\npytest\n"
TEST = """\
import sys

import iniconfig


def test_the_environment():
    assert sys.prefix != sys.base_prefix and iniconfig.__file__.startswith(sys.prefix)
"""


class Failed(Exception):
    """A snippet does not do what the reader of the docs expects."""


class Skipped(Exception):
    """A snippet cannot be run here."""


class Machine:
    """The directories of a machine. `renew` creates them anew, at the same paths."""

    def __init__(self, root: Path, python: Path, wheels: Path, pip_cache: Path):
        """`python` is the prefix of an interpreter with pip, which is copied."""
        self.root, self.wheels, self._pip_cache = root, wheels, pip_cache
        self.python, self.home, self.project = root / "python", root / "home", root / "project"
        self.template = root / "template"
        shutil.rmtree(root, ignore_errors=True)
        make_template(python, self.template)
        # Variables and search paths that are set by steps of a workflow.
        self.more: Dict[str, str] = {}
        self.paths: List[Path] = []

    def renew(self) -> None:
        """Resets the machine for a new job: each file of the interpreter is a new one with the same contents."""
        for directory in (self.python, self.home, self.project):
            shutil.rmtree(directory, ignore_errors=True)
        self.home.mkdir(parents=True)
        self.project.mkdir()
        self.more, self.paths = {}, []
        copy_template(self.template, self.python, self.python)
        (self.project / "requirements.txt").write_text(REQUIREMENTS)
        (self.project / "test_environment.py").write_text(TEST)

    def variables(self) -> Dict[str, str]:
        """All environment variables of a step. pip finds rvenv in a directory, as no index has it yet."""
        path = [*self.paths, self.python / "bin", "/usr/local/bin", "/usr/bin", "/bin"]
        fixed = {"HOME": str(self.home), "PATH": os.pathsep.join(map(str, path)), "LANG": "C.UTF-8", "TERM": "dumb"}
        pip = {"PIP_FIND_LINKS": str(self.wheels), "UV_FIND_LINKS": str(self.wheels), "PIP_ROOT_USER_ACTION": "ignore",
               "PIP_CACHE_DIR": str(self._pip_cache), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COMPILE": "1"}
        log = {"RVENV_LOG": "debug", "NO_COLOR": "1"}
        return {**fixed, **pip, **log, **network_variables(), **self.more}

    def run(self, argv: List[str], script: Optional[str] = None) -> str:
        """Runs a program in the project to its end and returns its output."""
        ended = subprocess.run(argv, input=script, cwd=self.project, env=self.variables(), timeout=TIMEOUT,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
        if ended.returncode != 0:
            raise Failed(f"ends with status {ended.returncode}:\n{tail(ended.stdout)}")
        return ended.stdout

    def environments(self) -> Iterator[Path]:
        """All environments in the project and the home."""
        for root in (self.project, self.home):
            for config in sorted(root.rglob("pyvenv.cfg")):
                yield config.parent

    def check_environments(self) -> None:
        """Checks that there is an environment, and that all of them were created by rvenv and work."""
        found = list(self.environments())
        if not found:
            raise Failed("no environment was made")
        for env in found:
            if "rvenv = " not in (env / "pyvenv.cfg").read_text(encoding="utf-8"):
                raise Failed(f"{env.relative_to(self.root)} was not made by rvenv")
            self.run([str(env / "bin/python"), "-m", "pip", "--version"])


def network_variables() -> Dict[str, str]:
    """The variables that installers need to reach the package index."""
    names = ("PIP_CERT", "PIP_INDEX_URL", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
    found = {name: value for name, value in os.environ.items() if name in names or name.lower().endswith("_proxy")}
    # Other installers have another name for PIP_CERT.
    return {"REQUESTS_CA_BUNDLE": found["PIP_CERT"], **found} if "PIP_CERT" in found else found


def make_template(source: Path, target: Path) -> None:
    """Copies an interpreter as CI services have it: with pip, but without other packages and without its own tests."""
    version = next(path.name for path in (source / "lib").glob("python3.*") if path.is_dir())
    unwanted = shutil.ignore_patterns("site-packages", "test", "tests", "idlelib", "config-*")
    shutil.copytree(source / "lib" / version, target / "lib" / version, ignore=unwanted, symlinks=True)
    for library in (source / "lib").glob("libpython*"):
        shutil.copy2(library, target / "lib", follow_symlinks=False)
    (target / "bin").mkdir()
    shutil.copy2(source / "bin" / version, target / "bin")
    for name in ("python3", "python"):
        (target / "bin" / name).symlink_to(version)
    (target / "lib" / version / "site-packages").mkdir()
    run = [str(target / "bin/python"), "-I", "-m", "ensurepip", "--default-pip"]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def copy_template(template: Path, target: Path, runs_at: Path) -> None:
    """Copies a template: the files are new ones with the same contents. pip's scripts name the interpreter below
    `runs_at`, where the copy is going to be used."""
    shutil.copytree(template, target, symlinks=True)
    for script in (target / "bin").glob("pip*"):
        script.write_text(script.read_text().replace(str(template), str(runs_at)))


def preparations(output: str) -> int:
    """How often rvenv prepared pip, according to its log."""
    return len(re.findall(r"^pip: ", output, re.M))


def creation_time(output: str) -> str:
    """The milliseconds that rvenv needed to create its environments, from its log."""
    return ", ".join(re.findall(r"^create: ([\d.]+) ms", output, re.M))


def tail(text: str) -> str:
    """The last lines of an output."""
    return "\n".join(text.splitlines()[-25:])
