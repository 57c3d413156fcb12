"""GitHub Actions: runs the `run:` steps of a workflow as they are written, with stand-ins for actions."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Dict, List

from blocks import Block
from machine import Failed, Machine, creation_time, preparations
from tools import Tools

EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
KNOWN_STEP = {"name", "id", "uses", "with", "run", "shell", "env"}
# The commands that GitHub starts for `shell: bash` and by default.
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"], None: ["bash", "-e"]}


def run(block: Block, machine: Machine, tools: Tools) -> List[str]:
    """Runs each job twice, on two machines that share only the saved cache, and returns the results."""
    tools.lint_workflow(block)
    said = []
    for name, job in tools.yaml(block.text)["jobs"].items():
        kept = machine.root / "saved"
        shutil.rmtree(kept, ignore_errors=True)
        first, second = (Job(job, machine, kept).run() for _ in range(2))
        is_saved = any(step.get("uses", "").startswith("actions/cache@") for step in job["steps"])
        if (first.runs, second.runs) != (1, 0 if is_saved else 1):
            raise Failed(f"pip was prepared {first.runs} and {second.runs} times:\n{first.output}\n{second.output}")
        again = "with the saved cache" if is_saved else "again without a cache"
        said.append(f"job `{name}`: rvenv took {first.seed} ms, {again} {second.seed} ms")
    return said


class Job:
    """One run of a job."""

    def __init__(self, job: Dict[str, Any], machine: Machine, kept: Path):
        self.job, self.machine, self.kept = job, machine, kept
        self.output, self.runs, self.seed = "", 0, ""
        matrix = job.get("strategy", {}).get("matrix", {})
        # The first value of each list; for `os`, that is this system.
        self.values = {f"matrix.{name}": values[0] for name, values in matrix.items()}
        self.values.update({"runner.os": "Linux", "runner.arch": "X64", "github.workspace": str(machine.project)})
        # Functions to be called after all steps.
        self.afterwards: List[Any] = []

    def run(self) -> "Job":
        """Runs all steps and checks the environments."""
        machine = self.machine
        machine.renew()
        self.file = {name: machine.home / name for name in ("GITHUB_PATH", "GITHUB_ENV", "GITHUB_OUTPUT")}
        for name, path in self.file.items():
            path.touch()
            machine.more[name] = str(path)
        machine.more.update(self.resolved(self.job.get("env", {})))
        for step in self.job["steps"]:
            self.step(step)
        for after in self.afterwards:
            after()
        machine.check_environments()
        self.runs = preparations(self.output)
        self.seed = creation_time(self.output)
        return self

    def step(self, step: Dict[str, Any]) -> None:
        """Runs one step."""
        if set(step) - KNOWN_STEP or "env" in step:
            raise Failed(f"no stand-in for {sorted(step)}")
        if "uses" in step:
            self.use(step["uses"].split("@")[0], self.resolved(step.get("with", {})), step.get("id"))
            return
        shell = step.get("shell", self.job.get("defaults", {}).get("run", {}).get("shell"))
        script = self.machine.home / "step.sh"
        script.write_text(self.resolved(step["run"]))
        self.output += self.machine.run([*SHELLS[shell], str(script)])
        self.machine.paths = [Path(line) for line in reversed(self.file["GITHUB_PATH"].read_text().split())]

    def use(self, action: str, given: Dict[str, str], name: Any) -> None:
        """Stands in for an action."""
        if action == "actions/checkout":
            # The project is there already.
            return
        if action == "actions/setup-python":
            # So is the interpreter; its library directory tells the version.
            found = next((self.machine.python / "lib").glob("python3.*")).name
            self.values[f"steps.{name}.outputs.python-version"] = found[len("python"):]
        elif action == "actions/cache":
            self.cache(given["path"], given["key"])
        else:
            raise Failed(f"no stand-in for {action}")

    def cache(self, path: str, key: str) -> None:
        """Restores the archive of a key, with tar as the action does; a new key is saved after the last step."""
        saved = self.kept / f"{key}.tar"
        path = path.replace("~", str(self.machine.home))
        if saved.exists():
            subprocess.run(["tar", "-xPf", saved, "-C", self.machine.project], check=True)
        else:
            self.kept.mkdir(exist_ok=True)
            save = ["tar", "--posix", "-cPf", str(saved), "-C", str(self.machine.project), path]
            self.afterwards.append(lambda: subprocess.run(save, check=True))

    def resolved(self, given: Any) -> Any:
        """Replaces expressions by their values, also within a mapping."""
        if isinstance(given, dict):
            return {name: self.resolved(value) for name, value in given.items()}
        if not isinstance(given, str):
            return given
        try:
            return EXPRESSION.sub(lambda found: self.values[found.group(1)], given)
        except KeyError as unknown:
            raise Failed(f"no value for the expression {unknown}") from None
