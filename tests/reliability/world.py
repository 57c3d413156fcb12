"""A directory in which one tool is run repeatedly, each time from the same state."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

from refused import Refused, refusing
from tools import Tool

# Seconds after which a run counts as hanging.
TIMEOUT = 180.0


class Outcome(NamedTuple):
    """The end of a run: its status (negative for a signal, None if it had to be stopped) and its output."""

    status: Optional[int]
    stderr: str

    @property
    def words(self) -> str:
        """The status in words."""
        if self.status is None:
            return "hangs"
        return f"status {self.status}" if self.status >= 0 else f"killed by {signal.Signals(-self.status).name}"


class World:
    """The private directories of a tool: a home, a TMPDIR, a cache and the parent of ENV_DIR."""

    def __init__(self, root: Path, tool: Tool, disk: Optional[Path] = None, on_disk: str = "",
                 refused: Optional[Refused] = None):
        """Creates the directories below `root`. `parent` and `cache` are below `disk` if `on_disk` names them. In each
        run, the `refused` calls fail."""
        self.root, self.tool, self.refused = root, tool, refused
        # strace's options to follow threads.
        self.follow: Sequence[str] = ()
        self.home, self.tmp, self.kept, self.output = root / "home", root / "tmp", root / "kept", root / "output"
        self.parent = ((disk or root) if "parent" in on_disk else root) / "parent"
        self.cache = ((disk or root) if "cache" in on_disk else root) / "cache"
        self.env_dir = self.parent / "env"
        for path in (self.home, self.tmp, self.kept, self.output):
            path.mkdir(parents=True, exist_ok=True)
        self.parent.mkdir(exist_ok=True)
        self._cache_state: Optional[tuple] = None

    def variables(self, python: str) -> Dict[str, str]:
        """All environment variables of a run; none of our own leak into it."""
        fixed = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": str(self.tmp)}
        return {**fixed, **self.tool.variables(python, self.cache)}

    def start(self, argv: List[str], number: int = 0, python: Optional[str] = None,
              before: Optional[Callable[[], object]] = None, **more: str) -> subprocess.Popen:
        """Starts a program. Its output goes to a file, as processes that it leaves running would hold a pipe open."""
        variables = {**self.variables(python or self.tool.python), **more}
        with open(self.output / str(number), "wb") as output:
            return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.parent,
                                    env=variables, start_new_session=True, preexec_fn=before)

    def finish(self, process: subprocess.Popen, number: int = 0, timeout: float = TIMEOUT) -> Outcome:
        """Waits for a process to end, and kills it after `timeout` seconds."""
        try:
            status: Optional[int] = process.wait(timeout)
        except subprocess.TimeoutExpired:
            stop(process)
            status = None
        except BaseException:
            stop(process)
            raise
        return Outcome(status, (self.output / str(number)).read_text(errors="replace"))

    def run(self, argv: List[str], python: Optional[str] = None, **more: str) -> Outcome:
        """Runs a program to its end. strace, which may trace it, refuses the calls itself."""
        if self.refused and argv[0] != "strace":
            argv = refusing(argv, self.refused)
        return self.finish(self.start(argv, python=python, **more))

    def make(self, pip: bool, option: Optional[str] = None, python: Optional[str] = None) -> Outcome:
        """Runs the tool undisturbed."""
        return self.run(self.argv(pip, option, python), python)

    def argv(self, pip: bool, option: Optional[str] = None, python: Optional[str] = None) -> List[str]:
        """The tool's command line for the environment."""
        exists = os.path.lexists(self.env_dir)
        return self.tool.argv(python or self.tool.python, self.env_dir, pip, option, exists)

    def keep(self, name: str) -> None:
        """Saves the environment for `restore`."""
        _run("cp", "-a", str(self.env_dir), str(self.kept / name))

    def restore(self, name: Optional[str], cache: Optional[Path]) -> None:
        """Resets all directories, and copies in a saved environment and a cache if they are given."""
        for directory in (self.parent, self.tmp, self.home):
            empty(directory)
        if name is not None:
            _run("cp", "-a", str(self.kept / name), str(self.env_dir))
        if self._cache_state != (cache, self._stamps()) or cache is None:
            empty(self.cache, itself=True)
            if cache is not None:
                _run("cp", "-a", str(cache), str(self.cache))
            self._cache_state = (cache, self._stamps())

    def _stamps(self) -> List[tuple]:
        """The stamps of all cache entries, which show whether the cache has been written to."""
        stamps = []
        for entry in entries(self.cache):
            found = os.lstat(self.cache / entry)
            stamps.append((entry, found.st_mode, found.st_size, found.st_mtime_ns))
        return stamps

    @property
    def keeps_all(self) -> bool:
        """Whether nothing can be deleted, so that something is left after each run."""
        return self.refused is not None and self.refused[0] == "deletions"

    def litter(self, names: tuple = ("env",)) -> List[str]:
        """Litter beside the environment, in it under one of rvenv's own names, and in the cache. What cannot be deleted
        is none."""
        if self.keeps_all:
            return []
        found = [f"beside ENV_DIR: {name}" for name in sorted(os.listdir(self.parent)) if name not in names]
        inside = [entry for entry in entries(self.parent) if ".rvenv-" in os.path.basename(entry)]
        found += [f"inside: {entry}" for entry in topmost(inside) if entry.split("/")[0] in names]
        cached = [entry for entry in entries(self.cache) if self.tool.is_litter(entry)]
        return found + [f"in the cache: {entry}" for entry in topmost(cached)]

    def temporary(self) -> List[str]:
        """The entries of TMPDIR. What cannot be deleted does not count."""
        if self.keeps_all:
            return []
        return [f"in TMPDIR: {name}" for name in sorted(os.listdir(self.tmp))]


def stop(process: subprocess.Popen) -> None:
    """Kills a process and its process group."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def entries(root: Path) -> List[str]:
    """All paths below a directory, relative to it."""
    found = []
    for path, directories, files in os.walk(root):
        inner = os.path.relpath(path, root)
        found += [os.path.normpath(os.path.join(inner, name)) for name in directories + files]
    return sorted(found)


def topmost(paths: List[str]) -> List[str]:
    """The paths that are not below another one in the list."""
    return [path for path in paths if not any(str(above) in paths for above in Path(path).parents)]


def empty(directory: Path, itself: bool = False) -> None:
    """Deletes the contents of a directory and, with `itself`, the directory."""
    paths = [directory] if itself else [directory / name for name in os.listdir(directory)]
    paths = [path for path in paths if os.path.lexists(path)]
    if paths:
        _run("rm", "-rf", *map(str, paths))


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
