"""A Dockerfile, built by buildah as it is written. Its base images are made from a directory."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Dict, List, Optional

from blocks import Block
from machine import Failed, Machine, Skipped, copy_template, creation_time, network_variables, preparations, tail
from tools import check

APP = "import sys\n\nimport iniconfig\n\nprint(sys.prefix, iniconfig.__file__)\n"


class Images:
    """A private store of images, which needs root but no daemon."""

    def __init__(self, machine: Machine, root_fs: Path):
        """`root_fs` is a system with the libraries that an interpreter needs, but without an interpreter."""
        self.machine, self._root_fs = machine, root_fs
        self._store = machine.root / "images"
        self._cache = machine.root / "build-cache"

    def buildah(self, *argv: str) -> str:
        """Runs buildah and returns its output."""
        place = ["--root", str(self._store), "--runroot", str(self._store) + "-run", "--storage-driver", "vfs"]
        # buildah keeps cache mounts in TMPDIR.
        self._cache.mkdir(exist_ok=True)
        variables = {**os.environ, "TMPDIR": str(self._cache), "BUILDAH_ISOLATION": "chroot"}
        ended = subprocess.run(["buildah", *place, *argv], env=variables, cwd=self.machine.project, encoding="utf-8",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if ended.returncode != 0:
            raise Failed(f"buildah {argv[0]} ends with status {ended.returncode}:\n{tail(ended.stdout)}")
        return ended.stdout

    def make_base(self, name: str) -> None:
        """Makes an image like Python's official one: an interpreter with pip in /usr/local. All its files are new."""
        base = self.machine.root / "base"
        shutil.rmtree(base, ignore_errors=True)
        check(["cp", "-a", str(self._root_fs), str(base)])
        shutil.rmtree(base / "usr/local", ignore_errors=True)
        copy_template(self.machine.template, base / "usr/local", Path("/usr/local"))
        check(["chroot", str(base), "/sbin/ldconfig"])
        container = self.buildah("from", "scratch").split()[-1]
        self.buildah("add", "-q", container, str(base), "/")
        variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "RVENV_LOG": "debug", **self.pip_variables()}
        for key, value in variables.items():
            self.buildah("config", "--env", f"{key}={value}", container)
        self.buildah("commit", "-q", container, name)
        self.buildah("rm", container)
        shutil.rmtree(base)

    def pip_variables(self) -> Dict[str, str]:
        """The variables that pip needs in the image."""
        return {"PIP_FIND_LINKS": str(self.machine.wheels), "PIP_ROOT_USER_ACTION": "ignore", **network_variables()}

    def build(self, dockerfile: Path) -> str:
        """Builds the image, reusing only the cache mounts of an earlier build, and returns the output."""
        shared = [self.machine.wheels, Path("/etc/ssl/certs")]
        volumes = [word for path in shared for word in ("--volume", f"{path}:{path}")]
        return self.buildah("build", "--no-cache", "--network", "host", *volumes, "--tag", "snippet",
                            "--file", str(dockerfile), ".")


def run(block: Block, machine: Machine, root_fs: Optional[str]) -> List[str]:
    """Builds the image twice, from base images that share only the contents of their files, and returns the results."""
    if not root_fs or not shutil.which("buildah"):
        raise Skipped("no --root-fs, or no buildah")
    images = Images(machine, Path(root_fs).resolve())
    machine.renew()
    (machine.project / "app").mkdir()
    (machine.project / "app" / "__main__.py").write_text(APP)
    dockerfile = machine.project / "Dockerfile"
    dockerfile.write_text(block.text)
    bases = set(re.findall(r"^FROM (\S+)", block.text, re.M))
    found = []
    for _ in range(2):
        for base in bases:
            images.make_base(base)
        output = images.build(dockerfile)
        found.append((preparations(output), creation_time(output)))
    (runs, seed), (again, seed_again) = found
    if (runs, again) != (1, 0):
        raise Failed(f"pip was prepared {runs} and {again} times:\n{tail(output)}")
    container = images.buildah("from", "snippet").split()[-1]
    said = images.buildah("run", container, "--", "python", "-m", "app")
    if "/.venv" not in said:
        raise Failed(f"the final image does not use the environment:\n{said}")
    without = images.buildah("run", container, "--", "sh", "-c", "command -v rvenv || echo none")
    if without.strip() != "none":
        raise Failed(f"the final image has rvenv:\n{without}")
    return [f"rvenv took {seed} ms, with the cache mount {seed_again} ms"]
