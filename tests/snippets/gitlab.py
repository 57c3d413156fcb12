"""GitLab CI: runs the lines of a job as they are written, and saves and restores the cache like GitLab's runner."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any, Dict, List

from blocks import Block
from machine import Failed, Machine, creation_time, preparations
from tools import Tools

# Keys that are not jobs.
GLOBAL = {"default", "stages", "variables", "workflow", "include", "image", "cache", "before_script"}


def run(block: Block, machine: Machine, tools: Tools) -> List[str]:
    """Runs each job twice, on two machines that share only the saved cache, and returns the results."""
    tools.lint_gitlab(block)
    pipeline = tools.yaml(block.text)
    said = []
    for name, job in pipeline.items():
        if name in GLOBAL:
            continue
        job = {**{key: pipeline[key] for key in GLOBAL & set(pipeline)}, **job}
        (runs, seed, _), (again, seed_again, output) = (run_job(job, machine, is_second) for is_second in (False, True))
        if runs != 1 or again != 0:
            raise Failed(f"pip was prepared {runs} and {again} times:\n{output}")
        said.append(f"job `{name}`: rvenv took {seed} ms, with the saved cache {seed_again} ms")
    return said


def run_job(job: Dict[str, Any], machine: Machine, has_cache: bool) -> Any:
    """Runs a job; returns how often pip was prepared, the time that rvenv took, and the output."""
    machine.renew()
    # The runner clones and restores with a umask of 0, so that any user of the image may write.
    for directory in (machine.project, *machine.project.rglob("*")):
        directory.chmod(0o777 if directory.is_dir() else 0o666)
    place = {"CI_PROJECT_DIR": str(machine.project)}
    machine.more = {**place, **{key: expand(value, place) for key, value in job.get("variables", {}).items()}}
    saved = machine.root / "cache.zip"
    if has_cache:
        restore(saved, machine.project)
    lines = [*job.get("before_script", []), *job["script"]]
    # One shell runs both scripts, and ends at the first line that fails.
    output = machine.run(["bash", "-eo", "pipefail", "-s"], "\n".join(lines) + "\n")
    machine.check_environments()
    if not has_cache:
        save(saved, machine.project, job["cache"]["paths"])
    return preparations(output), creation_time(output), output


def expand(text: str, values: Dict[str, str]) -> str:
    """Replaces variables in a text by their values."""
    return re.sub(r"\$\{?(\w+)\}?", lambda found: values[found.group(1)], text)


def save(archive: Path, project: Path, paths: List[str]) -> None:
    """Writes paths into a zip archive, directories included, with their modes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for top in paths:
            for path in [project / top, *sorted((project / top).rglob("*"))]:
                zipped.write(path, path.relative_to(project))


def restore(archive: Path, project: Path) -> None:
    """Unpacks an archive as the runner does: with a umask of 0, after which each entry gets its saved mode."""
    shutil.rmtree(project / ".cache", ignore_errors=True)
    umask = os.umask(0)
    try:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(project)
            for entry in zipped.infolist():
                (project / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
    finally:
        os.umask(umask)
