"""The tools under test: their command lines and environment variables."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Dict, List, Optional, Sequence

RVENV, VENV, VIRTUALENV, UV = "rvenv", "venv", "virtualenv", "uv"
NAMES = (RVENV, VENV, VIRTUALENV, UV)

# The paths that rvenv's cache may contain while no process is working in it.
CACHE_ENTRY = re.compile(
    r"CACHEDIR\.TAG|facts-1(/[0-9a-f]{32})?|seeds-2(/[0-9a-f]{32}(\.seed|\.lock|-[0-9a-f]{8}\.files(/.*)?))?"
)


class Tool:
    """A tool; the base class of rvenv and the others."""

    name = ""
    # The variable for the tool's cache directory.
    cache_variable = ""
    options = ("--clear", "--upgrade", "--copies")
    # strace's options for a tool that works in threads besides the first, as strace has to follow them.
    follow: Sequence[str] = ()
    has_cold_start = False

    def __init__(self, program: str, python: str):
        self.program, self.python = program, python

    @property
    def is_rvenv(self) -> bool:
        """Whether this is rvenv, the tool that is judged; the others are for comparison."""
        return self.name == RVENV

    def variables(self, python: str, cache: Path) -> Dict[str, str]:
        """The environment variables that the tool needs."""
        return {self.cache_variable: str(cache)} if self.cache_variable else {}

    def argv(self, python: str, env_dir: Path, pip: bool, option: Optional[str], exists: bool) -> List[str]:
        """The command line that creates an environment."""
        raise NotImplementedError

    def is_litter(self, entry: str) -> bool:
        """Whether an entry does not belong in the tool's cache. Only the layout of rvenv's cache is known."""
        return False


class Rvenv(Tool):
    """rvenv."""

    name, cache_variable, has_cold_start = RVENV, "RVENV_CACHE_DIR", True
    follow = ("-f", "-b", "execve")

    def variables(self, python: str, cache: Path) -> Dict[str, str]:
        return {**super().variables(python, cache), "RVENV_PYTHON": python}

    def argv(self, python: str, env_dir: Path, pip: bool, option: Optional[str], exists: bool) -> List[str]:
        return [self.program, *_options(option, None if pip else "--without-pip"), str(env_dir)]

    def is_litter(self, entry: str) -> bool:
        return CACHE_ENTRY.fullmatch(entry) is None


class Venv(Tool):
    """`python -m venv`."""

    name = VENV

    def argv(self, python: str, env_dir: Path, pip: bool, option: Optional[str], exists: bool) -> List[str]:
        return [python, "-m", "venv", *_options(option, None if pip else "--without-pip"), str(env_dir)]


class Virtualenv(Tool):
    """virtualenv."""

    name, cache_variable, has_cold_start = VIRTUALENV, "VIRTUALENV_OVERRIDE_APP_DATA", True
    options, follow = ("--clear",), ("-f",)

    def argv(self, python: str, env_dir: Path, pip: bool, option: Optional[str], exists: bool) -> List[str]:
        fixed = [self.program, "--quiet", "--no-periodic-update", "--no-download", "--python", python]
        return [*fixed, *_options(option, None if pip else "--no-seed"), str(env_dir)]


class Uv(Tool):
    """`uv venv`."""

    name, cache_variable = UV, "UV_CACHE_DIR"
    options, follow = ("--clear",), ("-f",)

    def argv(self, python: str, env_dir: Path, pip: bool, option: Optional[str], exists: bool) -> List[str]:
        fixed = [self.program, "venv", "--quiet", "--no-config", "--no-project", "--offline", "--python", python]
        # Without an option, uv refuses an existing directory.
        again = "--allow-existing" if exists and option is None else None
        return [*fixed, *_options(option, again, "--seed" if pip else None), str(env_dir)]


def _options(*options: Optional[str]) -> List[str]:
    return [option for option in options if option is not None]


def find(name: str, rvenv: Optional[str], python: str, peers: Optional[str]) -> Optional[Tool]:
    """The tool of this name, or None if it is not installed."""
    kind = {RVENV: Rvenv, VENV: Venv, VIRTUALENV: Virtualenv, UV: Uv}[name]
    path = os.pathsep.join(filter(None, (peers, os.environ.get("PATH"))))
    program = {RVENV: rvenv, VENV: python}.get(name) or shutil.which(name, path=path)
    return kind(os.path.abspath(program), python) if program and os.access(program, os.X_OK) else None


def network_variables() -> Dict[str, str]:
    """The variables that a tool needs to reach the package index."""
    return {name: value for name, value in os.environ.items() if re.search("^SSL_CERT_|_proxy$", name, re.I)}
