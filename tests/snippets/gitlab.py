"""GitLab CI: the lines of a job as they are written; the cache comes and goes as GitLab's runner has it."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any, Dict, List

from blocks import Block
from machine import Failed, Machine, seed_time
from tools import Tools

# What is no job.
GLOBAL = {"default", "stages", "variables", "workflow", "include", "image", "cache", "before_script"}


def run(block: Block, machine: Machine, tools: Tools) -> List[str]:
    """Each job twice, on two machines that have nothing in common but the saved cache; what was seen."""
    tools.lint_gitlab(block)
    pipeline = tools.yaml(block.text)
    said = []
    for name, job in pipeline.items():
        if name in GLOBAL:
            continue
        job = {**{key: pipeline[key] for key in GLOBAL & set(pipeline)}, **job}
        (runs, seed, _), (again, seed_again, output) = (run_job(job, machine, is_second) for is_second in (False, True))
        if runs != 1 or again != 0:
            raise Failed(f"ensurepip was run {runs} and {again} times:\n{output}")
        said.append(f"job `{name}`: rvenv's part of pip took {seed} ms, with the saved cache {seed_again} ms")
    return said


def run_job(job: Dict[str, Any], machine: Machine, has_cache: bool) -> Any:
    """How often ensurepip was run, how long rvenv's seed took, and what was said."""
    machine.renew()
    machine.ensurepip_runs()
    # The runner clones and restores with no umask, so that any user of the image may write.
    for directory in (machine.project, *machine.project.rglob("*")):
        directory.chmod(0o777 if directory.is_dir() else 0o666)
    place = {"CI_PROJECT_DIR": str(machine.project)}
    machine.more = {**place, **{key: expand(value, place) for key, value in job.get("variables", {}).items()}}
    saved = machine.root / "cache.zip"
    if has_cache:
        restore(saved, machine.project)
    lines = [*job.get("before_script", []), *job["script"]]
    # One shell for both, which ends at the first line that fails.
    output = machine.run(["bash", "-eo", "pipefail", "-s"], "\n".join(lines) + "\n")
    machine.check_environments()
    if not has_cache:
        save(saved, machine.project, job["cache"]["paths"])
    return machine.ensurepip_runs(), seed_time(output), output


def expand(text: str, values: Dict[str, str]) -> str:
    """Text with its variables."""
    return re.sub(r"\$\{?(\w+)\}?", lambda found: values[found.group(1)], text)


def save(archive: Path, project: Path, paths: List[str]) -> None:
    """A zip archive of these paths, directories among them, with their modes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for top in paths:
            for path in [project / top, *sorted((project / top).rglob("*"))]:
                zipped.write(path, path.relative_to(project))


def restore(archive: Path, project: Path) -> None:
    """Unpacks it as the runner does: without a umask, and afterwards each entry gets the mode that it had."""
    shutil.rmtree(project / ".cache", ignore_errors=True)
    umask = os.umask(0)
    try:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(project)
            for entry in zipped.infolist():
                (project / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
    finally:
        os.umask(umask)
