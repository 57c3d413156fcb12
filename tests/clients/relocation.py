"""Tools that move, copy or pack an environment with its packages, and Debian's packager."""

from __future__ import annotations

import shutil
from pathlib import Path

from projects import PACKAGE
from rows import client
from world import Failed, Skipped, World, expect

# The activation script for each shell, and a script that shows what it did. venv's script for csh needs a prompt.
SHELLS = {
    "bash": ("activate", '. "$1" && echo "$VIRTUAL_ENV"\n'),
    "tcsh": ("activate.csh", "set prompt=x\nsource $argv[1] && echo $VIRTUAL_ENV\n"),
    "fish": ("activate.fish", "source $argv[1]; and echo $VIRTUAL_ENV\n"),
}

# dh-virtualenv's own steps after the environment was created. Its program would also run debhelper's checks.
DEPLOY = """\
from dh_virtualenv import Deployment

deployment = Deployment("sample")
deployment.install_dependencies()
deployment.fix_activate_path()
deployment.fix_shebangs()
deployment.fix_local_symlinks()
print(deployment.package_dir)
"""


def with_package(world: World, env_dir: Path) -> None:
    """Creates an environment that has a package with a script."""
    world.make(env_dir=env_dir)
    world.python("-m", "pip", "install", "--quiet", PACKAGE)


def works_at(world: World, env_dir: Path) -> str:
    """Checks that the environment works in its new place, and returns the name that each shell has for it."""
    names = {shell: activated(world, shell, env_dir / "bin" / name) for shell, (name, _) in SHELLS.items()}
    expect(names["bash"] == f"{env_dir}\n", f"{env_dir} is active, and not {names['bash']}")
    active = ("bash", "-c", '. "$1/bin/activate" && shift && exec "$@"', "bash", env_dir)
    expect("Usage" in world.run(*active, PACKAGE, "--help"), "the script runs")
    found = world.run(*active, "bash", "-c", f"command -v {PACKAGE}")
    expect(found == f"{env_dir}/bin/{PACKAGE}\n", f"the script is that of {env_dir}, and not {found}")
    found = world.run(env_dir / "bin" / "python", "-c", f"import {PACKAGE} as it; print(it.__file__)")
    expect(found.startswith(f"{env_dir}/"), f"the package is that of {env_dir}, and not {found}")
    return str(names)


def activated(world: World, shell: str, activate: Path) -> str:
    """The environment that is active in a shell. venv-pack leaves only the script for bash."""
    if shutil.which(shell) is None or not activate.exists():
        return ""
    script = world.write({f"show.{shell}": SHELLS[shell][1]}, "shells") / f"show.{shell}"
    return world.run(shell, *(["-f"] if shell == "tcsh" else []), script, activate)


@client("virtualenv-clone", "copies it; in the copy, activation, its script and its interpreter are the copy's")
def virtualenv_clone(world: World) -> str:
    clone = world.tool("virtualenv-clone", "virtualenv-clone")
    with_package(world, world.root / "env")
    world.run(clone, world.root / "env", world.root / "moved")
    shutil.rmtree(world.root / "env")
    return works_at(world, world.root / "moved")


@client("virtualenv-tools", "`--update-path` after it was moved: all is of the new place")
def virtualenv_tools(world: World) -> str:
    tools = world.tool("virtualenv-tools3", "virtualenv-tools")
    with_package(world, world.root / "env")
    (world.root / "env").rename(world.root / "moved")
    world.run(tools, "--update-path", world.root / "moved", world.root / "moved")
    return works_at(world, world.root / "moved")


@client("venvctrl", "`venvctrl-relocate --move`: all is of the new place")
def venvctrl(world: World) -> str:
    relocate = world.tool("venvctrl", "venvctrl-relocate")
    with_package(world, world.root / "env")
    world.run(relocate, "--source", world.root / "env", "--destination", world.root / "moved", "--move")
    return works_at(world, world.root / "moved")


@client("venv-pack", "packs it; all is of the place where it is unpacked")
def venv_pack(world: World) -> str:
    pack = world.tool("venv-pack", "venv-pack")
    with_package(world, world.root / "env")
    world.run(pack, "--quiet", "--prefix", world.root / "env", "--output", "env.tar.gz")
    shutil.rmtree(world.root / "env")
    (world.root / "moved").mkdir()
    world.run("tar", "-xzf", "env.tar.gz", "-C", "moved")
    return works_at(world, world.root / "moved")


@client("dh-virtualenv", "its deployment from a package's directory to the place where the package is installed")
def dh_virtualenv(world: World) -> str:
    python = dh_virtualenv_packages(world)
    installed = world.root / "opt" / "sample"
    directory = world.write({"requirements.txt": PACKAGE + "\n", "deploy.py": DEPLOY})
    staged = directory / "debian" / "sample" / str(installed).lstrip("/")
    world.make(env_dir=staged)
    root = {"DH_VIRTUALENV_INSTALL_ROOT": str(installed.parent), "PYTHONPATH": str(python)}
    said = world.run(world.base, "deploy.py", cwd=directory, **root).splitlines()[-1]
    expect(directory / said == staged, f"dh-virtualenv takes {staged}, and not {said}")
    installed.parent.mkdir()
    staged.rename(installed)
    return works_at(world, installed)


def dh_virtualenv_packages(world: World) -> Path:
    """dh-virtualenv's modules, from Debian's package, which would install a Python of its own."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise Skipped("dh-virtualenv is a package of Debian's")
    try:
        world.run("apt-get", "download", "--quiet", "dh-virtualenv")
    except Failed as failure:
        raise Skipped("apt-get has no dh-virtualenv") from failure
    package = next(world.root.glob("dh-virtualenv_*.deb"))
    world.run("dpkg-deb", "--extract", package, "dh-virtualenv")
    world.version = package.name.split("_")[1].partition("-")[0]
    return world.root / "dh-virtualenv" / "usr" / "lib" / "python3" / "dist-packages"
