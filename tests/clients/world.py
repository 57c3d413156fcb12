"""The directories of one client, the environment in them, and the programs that are run there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Dict, List, Optional

# Seconds after which a program counts as hanging.
TIMEOUT = 900.0

# The variables that a client needs to reach the package index. Our other variables would mislead clients.
NETWORK = re.compile(r"(SSL_CERT_|\w*CA_BUNDLE$|PIP_(CERT|(EXTRA_)?INDEX_URL|CONFIG_FILE|DEFAULT_TIMEOUT)$|"
                     r"UV_(\w*INDEX\w*|NATIVE_TLS|SYSTEM_CERTS|HTTP_TIMEOUT)$|\w+_proxy$)", re.I)


class Failed(Exception):
    """An expectation is not met."""


class Skipped(Exception):
    """A requirement that this machine lacks."""


def network_variables() -> Dict[str, str]:
    """The variables that a client needs to reach the package index."""
    return {name: value for name, value in os.environ.items() if NETWORK.match(name)}


class Shared:
    """The things that all worlds share: rvenv, the peers and the caches."""

    def __init__(self, root: Path, rvenv: str):
        self.rvenv, self.caches = rvenv, root / "cache"
        self.peers, self.tools = root / "peers" / "bin", root / "peers" / "tools"

    def variables(self) -> Dict[str, str]:
        """The variables for the caches, which hold only files from the index and rvenv's own cache."""
        named = ("PIP_CACHE_DIR", "UV_CACHE_DIR", "RVENV_CACHE_DIR")
        return {name: str(self.caches / name.split("_")[0].lower()) for name in named}


class World:
    """One client's directories, and an environment by one maker."""

    def __init__(self, root: Path, shared: Shared, base: str, maker: List[str]):
        self.root, self.shared, self.base, self.maker = root, shared, base, maker
        self.version = ""
        self.home, self.env_dir = root / "home", root / "env"
        for path in (self.home, root / "tmp"):
            path.mkdir(parents=True)

    def make(self, *options: str, env_dir: Optional[Path] = None) -> None:
        """Creates an environment with the maker under test."""
        self.env_dir = env_dir or self.env_dir
        self.run(*self.maker, *options, self.env_dir)

    def program(self, name: str) -> Path:
        """A program of the environment."""
        return self.env_dir / "bin" / name

    def peer(self, name: str) -> Path:
        """A tool that is installed outside of the environment."""
        self._note_version(self.shared.tools / name, name)
        return self.shared.peers / name

    def tool(self, requirement: str, program: str) -> Path:
        """A tool in an environment of its own, with the same base interpreter."""
        directory = self.root / "tool"
        if not directory.exists():
            self.run(self.base, "-m", "venv", directory)
        # Without the option, an older pip may run `setup.py install`, which leaves no `.dist-info`.
        self.run(directory / "bin" / "python", "-m", "pip", "install", "--quiet", "--use-pep517", requirement)
        self._note_version(directory, requirement)
        return directory / "bin" / program

    def python(self, *words: object, **more: object) -> str:
        """Runs the environment's interpreter."""
        return self.run(self.program("python"), *words, **more)

    def pip(self, *words: object, **more: object) -> str:
        """Runs the environment's pip."""
        self._note_version(self.env_dir, "pip")
        return self.python("-m", "pip", *words, **more)

    def install(self, *requirements: str) -> None:
        """Installs a client; the first requirement is its name."""
        self.python("-m", "pip", "install", "--quiet", *requirements)
        self._note_version(self.env_dir, requirements[0].partition("[")[0])

    def active(self, *argv: object, **more: object) -> str:
        """Runs a program in a shell that has activated the environment."""
        words = ("sh", "-c", '. "$1" && shift && exec "$@"', "sh", self.program("activate"))
        return self.run(*words, *argv, **more)

    def run(self, *argv: object, cwd: Optional[Path] = None, status: int = 0, **more: str) -> str:
        """Runs a program to its end and returns its standard output, followed by standard error if it has to fail."""
        words = [str(word) for word in argv]
        command = f"(cd {shlex.quote(str(cwd or self.root))}; {shlex.join(words)})"
        try:
            done = subprocess.run(words, cwd=cwd or self.root, env={**self._variables(), **more}, timeout=TIMEOUT,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failed(f"{command}\n{error}") from error
        stdout, stderr = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
        if done.returncode != status:
            raise Failed(f"{command}\nstatus {done.returncode}\n{stdout}{stderr}")
        return stdout if status == 0 else stdout + stderr

    def write(self, files: Dict[str, str], below: str = "project") -> Path:
        """Writes files and returns their directory."""
        for name, text in files.items():
            path = self.root / below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self.root / below

    def site_packages(self) -> Path:
        """The environment's site-packages."""
        return next(self.env_dir.glob("lib/python*/site-packages"))

    def _variables(self) -> Dict[str, str]:
        """All environment variables of a run."""
        fixed = {"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
                 "TMPDIR": str(self.root / "tmp"), "RVENV_PYTHON": self.base}
        return {**fixed, **network_variables(), **self.shared.variables()}

    def _note_version(self, env_dir: Path, name: str) -> None:
        """Notes the version of a client, unless there is one: the first client that a row uses is its subject."""
        pattern = f"lib/python*/site-packages/{name.replace('-', '_')}-*.dist-info"
        found = [] if self.version else list(env_dir.glob(pattern))
        if found:
            self.version = found[0].name[: -len(".dist-info")].rpartition("-")[2]


def expect(holds: object, what: str) -> None:
    """Fails with the expectation `what` unless it holds."""
    if not holds:
        raise Failed(f"this should have been: {what}")
