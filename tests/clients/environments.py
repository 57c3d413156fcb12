"""Environments created in, from, over and beside the environment under test."""

from __future__ import annotations

import json
from pathlib import Path

from projects import PACKAGE
from rows import client
from world import World, expect

# Prints the interpreter's location and version.
WHERE = "import json, sys; print(json.dumps([sys.prefix, sys.base_prefix, sys.executable, sys.version]))"


def where(world: World, env_dir: Path) -> str:
    """Checks that the interpreter of `env_dir` runs in that environment and from the same base; returns its location
    and the version of pip."""
    python = env_dir / "bin" / "python"
    said = world.run(python, "-I", "-c", WHERE)
    expect(json.loads(said)[0] == str(env_dir), f"the interpreter is in {env_dir}, and not in {said}")
    base = json.loads(world.run(world.base, "-I", "-c", WHERE))[1]
    expect(json.loads(said)[1] == base, f"its base is {base}: {said}")
    return said + world.run(python, "-m", "pip", "--version")


def still_works(world: World) -> str:
    """Checks that the environment works and still has its package; returns its location and packages."""
    world.python("-c", f"import {PACKAGE}")
    world.pip("check")
    world.pip("install", "--quiet", "six")
    return where(world, world.env_dir) + world.pip("freeze", "--all")


@client("venv", "run in it, creates an environment of the same base")
def venv_inside(world: World) -> str:
    world.make()
    world.python("-m", "venv", "inner")
    return where(world, world.root / "inner")


@client("venv", "`EnvBuilder` as a library, run in it, with copies and the system's packages: of the same base")
def venv_library(world: World) -> str:
    world.make()
    words = "import venv; venv.EnvBuilder(symlinks=False, system_site_packages=True, with_pip=True).create('inner')"
    world.python("-c", words)
    return where(world, world.root / "inner")


@client("venv", "`--upgrade` over it: it works as before, with its packages")
def venv_upgrade(world: World) -> str:
    world.make()
    world.pip("install", PACKAGE)
    world.run(world.base, "-m", "venv", "--upgrade", world.env_dir)
    return still_works(world)


@client("venv", "run over it again, and with `--clear`")
def venv_over(world: World) -> str:
    world.make()
    world.run(world.base, "-m", "venv", world.env_dir)
    again = where(world, world.env_dir)
    world.run(world.base, "-m", "venv", "--clear", world.env_dir)
    return again + where(world, world.env_dir)


@client("venv", "its environment works as before after `rvenv --upgrade` or `venv --upgrade`, with its packages")
def upgrade_of_venv(world: World) -> str:
    world.run(world.base, "-m", "venv", world.env_dir)
    world.pip("install", PACKAGE)
    world.make("--upgrade")
    return still_works(world)


@client("virtualenv", "installed in it, creates an environment of the same base")
def virtualenv_inside(world: World) -> str:
    world.make()
    world.install("virtualenv")
    world.python("-m", "virtualenv", "--no-periodic-update", "inner")
    return where(world, world.root / "inner")


@client("virtualenv", "finds it by `--python`, and makes one of the same base; is run over it, and with `--clear`")
def virtualenv_outside(world: World) -> str:
    world.make()
    virtualenv = (world.peer("virtualenv"), "--no-periodic-update")
    world.run(*virtualenv, "--python", world.program("python"), "inner")
    inner = where(world, world.root / "inner")
    world.run(*virtualenv, "--python", world.base, world.env_dir)
    again = where(world, world.env_dir)
    world.run(*virtualenv, "--python", world.base, "--clear", world.env_dir)
    return inner + again + where(world, world.env_dir)


@client("virtualenv", "its environment works after rvenv or venv was run over it, with its packages")
def over_virtualenv(world: World) -> str:
    world.run(world.peer("virtualenv"), "--no-periodic-update", "--python", world.base, world.env_dir)
    world.pip("install", PACKAGE)
    world.make()
    return still_works(world)


@client("uv", "`uv venv` from it, and over it with `--allow-existing` and `--clear`")
def uv_venv(world: World) -> str:
    world.make()
    uv = world.peer("uv")
    world.run(uv, "venv", "--seed", "--python", world.program("python"), "inner")
    inner = where(world, world.root / "inner")
    world.run(uv, "venv", "--seed", "--allow-existing", "--python", world.base, world.env_dir)
    again = where(world, world.env_dir)
    world.run(uv, "venv", "--seed", "--clear", "--python", world.base, world.env_dir)
    return inner + again + where(world, world.env_dir)


@client("uv", "the environment of `uv venv` works after rvenv or venv was run over it, with its packages")
def over_uv(world: World) -> str:
    uv = world.peer("uv")
    world.run(uv, "venv", "--python", world.base, world.env_dir)
    world.run(uv, "pip", "install", "--python", world.env_dir, PACKAGE)
    world.make()
    return still_works(world)
