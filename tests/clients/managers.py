"""Clients that manage projects or apps, in an existing environment or in a new one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from projects import PACKAGE, SAYS, project
from rows import client
from world import Skipped, World, expect

PRE_COMMIT = f"""\
repos:
- repo: local
  hooks:
  - id: sample
    name: sample
    language: python
    additional_dependencies: [{PACKAGE}]
    entry: {PACKAGE} -o seen.txt
    files: data.txt
"""


def has_project(world: World) -> str:
    """Checks that the project's script runs, and returns the installed packages."""
    expect(world.run(world.program("sample")) == SAYS, "the project is installed, and its script runs")
    return world.pip("list")


def poetry_project(world: World) -> Path:
    """A project with a file as its dependency, as poetry asks an index for more than every mirror has."""
    world.python("-m", "pip", "download", "--quiet", "--no-deps", "--dest", world.root / "wheels", PACKAGE)
    wheel = next((world.root / "wheels").iterdir())
    version = world.site_packages().parent.name[len("python"):]
    return world.write(project("poetry", f"{PACKAGE} @ {wheel.as_uri()}", version))


@client("poetry", "`install` takes the active environment")
def poetry_active(world: World) -> str:
    poetry = world.peer("poetry")
    world.make()
    directory = poetry_project(world)
    world.active(poetry, "install", "--no-interaction", cwd=directory)
    told = world.active(poetry, "env", "info", "--path", cwd=directory)
    expect(told.strip() == str(world.env_dir), f"poetry takes the active environment, and not {told}")
    return has_project(world)


@client("poetry", "`install` and `run` take a project's `.venv`")
def poetry_in_project(world: World) -> str:
    poetry = world.peer("poetry")
    world.make(env_dir=world.root / "project" / ".venv")
    directory = poetry_project(world)
    config = (world.env_dir / "pyvenv.cfg").read_text()
    world.run(poetry, "install", "--no-interaction", cwd=directory, POETRY_VIRTUALENVS_IN_PROJECT="true")
    expect(world.run(poetry, "run", "sample", cwd=directory) == SAYS, "the project's script runs")
    expect((world.env_dir / "pyvenv.cfg").read_text() == config, "the environment was not made anew")
    return has_project(world) + world.run(poetry, "env", "info", cwd=directory)


@client("pdm", "`use` and `install` take a project's `.venv`")
def pdm_use(world: World) -> str:
    pdm, directory = world.peer("pdm"), world.write(project("pdm"))
    world.make(env_dir=directory / ".venv")
    world.run(pdm, "use", "--first", world.program("python"), cwd=directory)
    world.run(pdm, "install", cwd=directory)
    expect(world.run(pdm, "run", "sample", cwd=directory) == SAYS, "the project's script runs")
    told = world.run(pdm, "info", "--env", cwd=directory) + world.run(pdm, "info", "--packages", cwd=directory)
    expect(str(directory / ".venv") in told, f"pdm is in the project's environment: {told}")
    return has_project(world) + told


@client("pdm", "`venv create` with its venv backend, from the interpreter of the environment")
def pdm_venv(world: World) -> str:
    pdm = world.peer("pdm")
    world.make()
    directory = world.write(project("pdm"))
    world.run(pdm, "config", "venv.backend", "venv")
    world.run(pdm, "venv", "create", "--with-pip", "--name", "made", world.program("python"), cwd=directory)
    made = world.run(pdm, "venv", "--path", "made", cwd=directory).strip()
    return world.run(f"{made}/bin/python", "-c", "import pip, sys; print(sys.prefix != sys.base_prefix, sys.version)")


@client("pipx", "`install` and `run` with the environment's interpreter")
def pipx(world: World) -> str:
    program = world.peer("pipx")
    world.make()
    to = {"PIPX_HOME": str(world.root / "pipx"), "PIPX_BIN_DIR": str(world.root / "bin")}
    world.run(program, "install", "--python", world.program("python"), PACKAGE, **to)
    expect("Usage" in world.run(world.root / "bin" / PACKAGE, "--help"), "the app runs")
    told = world.run(program, "run", "--python", world.program("python"), PACKAGE, "--help", **to)
    expect("Usage" in told, "the app runs")
    return world.run(program, "list", "--short", **to)


@client("pip", "in an environment for one app: its script and its interpreter work by links from elsewhere")
def app_layout(world: World) -> str:
    world.make(env_dir=world.root / "venvs" / PACKAGE)
    world.pip("install", PACKAGE)
    outside = world.root / "bin"
    outside.mkdir()
    for name in (PACKAGE, "python"):
        os.symlink(os.path.relpath(world.program(name), outside), outside / name)
    expect("Usage" in world.run(outside / PACKAGE, "--help"), "the app runs")
    where = world.run(outside / "python", "-c", "import sys; print(sys.prefix)")
    found = world.run("sh", "-c", f"PATH=bin:$PATH && {PACKAGE} --help >seen && command -v {PACKAGE}")
    return where + found


@client("hatch", "`run` takes the environment that the project names")
def hatch(world: World) -> str:
    program = world.peer("hatch")
    files = project("hatchling")
    files["pyproject.toml"] += '\n[tool.hatch.envs.default]\npath = ".venv"\n'
    directory = world.write(files)
    world.make(env_dir=directory / ".venv")
    expect(world.run(program, "run", "sample", cwd=directory) == SAYS, "the project's script runs")
    found = world.run(program, "env", "find", cwd=directory).strip()
    expect(found == str(world.env_dir), f"hatch is in the project's environment, and not in {found}")
    return has_project(world)


@client("pipenv", "`install` and `run` take a project's `.venv`")
def pipenv(world: World) -> str:
    program, directory = world.peer("pipenv"), world.write({"Pipfile": f'[packages]\n{PACKAGE} = "*"\n'})
    world.make(env_dir=directory / ".venv")
    world.run(program, "install", cwd=directory)
    expect("Usage" in world.run(program, "run", PACKAGE, "--help", cwd=directory), "the package's script runs")
    found = world.run(program, "--venv", cwd=directory).strip()
    expect(found == str(world.env_dir), f"pipenv is in the project's environment, and not in {found}")
    return world.pip("list")


@client("pre-commit", "installed in it, creates an environment for a hook and runs that")
def pre_commit(world: World) -> None:
    if shutil.which("git") is None:
        raise Skipped("no git")
    world.make()
    world.install("pre-commit")
    directory = world.write({".pre-commit-config.yaml": PRE_COMMIT, "data.txt": "sample 42\n"})
    world.run("git", "init", "--quiet", cwd=directory)
    world.run("git", "add", ".", cwd=directory)
    told = world.active("pre-commit", "run", "--all-files", cwd=directory)
    expect("Passed" in told and (directory / "seen.txt").exists(), f"the hook has run: {told}")
    world.active("pre-commit", "install", cwd=directory)
    expect(str(world.program("python")) in (directory / ".git/hooks/pre-commit").read_text(), "the hook starts ours")
