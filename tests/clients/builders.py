"""Clients that create their own environments to build and test in, run from the environment under test."""

from __future__ import annotations

from projects import SAYS, project
from rows import client
from world import World, expect

TOX = """\
[tox]
env_list = py
isolated_build = true

[testenv]
package = {package}
deps = pytest
commands =
    pytest -q
    sample
"""

NOXFILE = """\
import nox


@nox.session
def tests(session):
    session.install(".", "pytest")
    session.run("pytest", "-q")
    session.run("sample")
"""

TEST = """\
import sys

import sample_app


def test_sample(capsys):
    sample_app.main()
    assert capsys.readouterr().out == "sample  42\\n"
    assert sys.prefix != sys.base_prefix
"""


def build(world: World, requirement: str, *options: str) -> str:
    """Builds a wheel and an sdist in isolation and installs the wheel."""
    world.make()
    world.install(*([requirement, "build"] if requirement == "build" else ["build", requirement]))
    directory = world.write(project("setuptools"))
    world.python("-m", "build", *options, directory)
    made = sorted((directory / "dist").iterdir())
    expect(len(made) == 2, "there are a wheel and an sdist")
    world.python("-m", "pip", "install", next(path for path in made if path.suffix == ".whl"))
    expect(world.run(world.program("sample")) == SAYS, "the script of the wheel runs")
    return "\n".join(path.name for path in made)


@client("build", "builds a wheel and an sdist in isolation; the wheel works")
def build_pip(world: World) -> str:
    return build(world, "build")


@client("build", "the same, with `--installer uv`")
def build_uv(world: World) -> str:
    return build(world, "build[uv]", "--installer", "uv")


def tox(world: World, *requirements: str, package: str = "wheel") -> None:
    """Installs tox in the environment, and has it test a project in its own environment."""
    world.make()
    world.install("tox", *requirements)
    files = {**project("setuptools"), "tox.ini": TOX.format(package=package), "tests/test_sample.py": TEST}
    told = world.active("tox", "run", "-e", "py", cwd=world.write(files))
    expect("1 passed" in told and SAYS in told, f"the project's test and script are run:\n{told}")


@client("tox", "installed in it, builds, installs and tests a project")
def tox_virtualenv(world: World) -> None:
    tox(world)


@client("tox", "the same with tox-uv, and an editable install")
def tox_uv(world: World) -> None:
    tox(world, "tox-uv", package="editable")


def nox(world: World, backend: str, *requirements: str) -> None:
    """Installs nox in the environment, and has it test a project in its own environment."""
    world.make()
    world.install("nox", *requirements)
    directory = world.write({**project("setuptools"), "noxfile.py": NOXFILE, "tests/test_sample.py": TEST})
    # Standard output has what the session's programs print, but not nox's own messages.
    told = world.active("nox", "--default-venv-backend", backend, "--session", "tests", cwd=directory)
    expect("1 passed" in told and SAYS in told, f"the project's test and script are run:\n{told}")


@client("nox", "installed in it, installs and tests a project, with backend venv")
def nox_venv(world: World) -> None:
    nox(world, "venv")


@client("nox", "the same, with backend virtualenv")
def nox_virtualenv(world: World) -> None:
    nox(world, "virtualenv")


@client("nox", "the same, with backend uv")
def nox_uv(world: World) -> None:
    nox(world, "uv", "uv")
