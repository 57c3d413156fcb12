"""pip and uv: packages are installed, listed and uninstalled."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shutil

from projects import PACKAGE, SAYS, c_project, project
from rows import client
from world import Skipped, World, expect


@client("pip", "installs, lists, shows, checks and uninstalls a package; its script runs in a path with a space")
def pip(world: World) -> str:
    world.make(env_dir=world.root / "a space" / "env")
    world.pip("install", PACKAGE)
    script = world.program(PACKAGE)
    expect("Usage" in world.run(script, "--help"), "the script says how it is used")
    expect("No broken" in world.pip("check"), "pip finds nothing broken")
    told = [world.pip(word, *more) for word, *more in (["list", "-v"], ["freeze", "--all"], ["show", "-f", PACKAGE])]
    world.pip("uninstall", "--yes", PACKAGE)
    expect(not script.exists() and PACKAGE not in world.pip("freeze"), "the package is gone")
    return "".join(told)


@client("pip", "upgrades itself: `RECORD` holds, and no file of the old one stays")
def pip_upgrade(world: World) -> str:
    world.make()
    world.install("pip", "--upgrade")
    wrong = unlike_record(world, "pip")
    expect(not wrong, f"the files are those of RECORD, without {wrong}")
    return world.run(world.program("pip"), "--version") + world.run(world.program("pip3"), "--version")


def unlike_record(world: World, package: str) -> list:
    """The files that are missing or not as in RECORD, and the package's files that RECORD does not list."""
    site = world.site_packages()
    records = list(site.glob(f"{package}-*.dist-info/RECORD"))
    if len(records) != 1:
        return records
    with open(records[0], encoding="utf-8", newline="") as file:
        recorded = {os.path.normpath(site / path): digest for path, digest, _ in csv.reader(file)}
    wrong = [path for path, digest in recorded.items() if not os.path.exists(path) or digest not in ("", sha256(path))]
    there = [str(path) for path in (site / package).rglob("*") if path.is_file()]
    return wrong + [path for path in there if path not in recorded]


def sha256(path: str) -> str:
    """A file's digest in the notation of RECORD."""
    with open(path, "rb") as file:
        digest = base64.urlsafe_b64encode(hashlib.sha256(file.read()).digest())
    return "sha256=" + digest.decode().rstrip("=")


@client("pip", "`install --dry-run --report`, `inspect`, `debug`: says the same of the environment")
def pip_report(world: World) -> str:
    world.make()
    report = json.loads(world.pip("install", "--quiet", "--dry-run", "--report", "-", PACKAGE))
    found = {**report["environment"], "installs": [each["metadata"]["name"] for each in report["install"]]}
    return json.dumps(found, indent=1) + world.pip("inspect") + world.pip("debug", "--verbose")


@client("pip", "`install --user` is refused")
def pip_user(world: World) -> None:
    world.make()
    told = world.pip("install", "--user", PACKAGE, status=1)
    expect("not visible in this virtualenv" in told, f"pip says why: {told}")


def editable(world: World, backend: str) -> None:
    """Installs a project in editable mode, and checks that a change of its source takes effect."""
    world.make()
    directory = world.write(project(backend))
    world.pip("install", "-e", directory)
    expect(world.run(world.program("sample")) == SAYS, "the script runs")
    source = directory / "sample_app.py"
    source.write_text(source.read_text().replace("42", "43"))
    expect("43" in world.run(world.program("sample")), "a change of the source is seen")
    world.pip("uninstall", "--yes", "sample-app")


@client("pip", "`install -e` of a project with setuptools")
def pip_editable_setuptools(world: World) -> None:
    editable(world, "setuptools")


@client("pip", "`install -e` of a project with flit")
def pip_editable_flit(world: World) -> None:
    editable(world, "flit")


@client("pip", "`install -e` of a project with hatchling")
def pip_editable_hatchling(world: World) -> None:
    editable(world, "hatchling")


@client("setuptools", "builds a C extension in it, without isolation, and by `setup.py` in place")
def c_extension(world: World) -> str:
    with_compiler(world)
    world.install("setuptools", "wheel")
    directory = world.write(c_project())
    world.pip("install", "--no-build-isolation", directory)
    here = world.python("-c", "import sample_c; print(sample_c.answer(), sample_c.__file__)")
    world.python("setup.py", "build_ext", "--inplace", cwd=directory)
    there = world.python("-c", "import sample_c; print(sample_c.answer(), sample_c.__file__)", cwd=directory)
    expect(here.startswith("42") and there.startswith("42"), "the extension answers")
    return here + there


@client("pip", "builds MarkupSafe's C extension from its sdist")
def c_sdist(world: World) -> str:
    with_compiler(world)
    world.pip("install", "--no-binary", "markupsafe", "--no-cache-dir", "markupsafe")
    return world.python("-c", "import markupsafe._speedups as it; print(it.__file__)")


def with_compiler(world: World) -> None:
    """Creates an environment, or skips the row if there is no C compiler."""
    if shutil.which("cc") is None:
        raise Skipped("no C compiler")
    world.make()


@client("ensurepip", "`ensurepip._uninstall` leaves nothing; ensurepip brings pip back")
def ensurepip_uninstall(world: World) -> str:
    world.make()
    places = (world.program(""), world.site_packages())
    world.python("-m", "ensurepip._uninstall")
    # Some versions of pip also delete the empty directory.
    left = [sorted(os.listdir(place)) if place.exists() else None for place in places]
    expect(not left[1] and not any("pip" in name for name in left[0]), f"pip is gone, and all there is left is {left}")
    world.python("-m", "ensurepip", "--default-pip")
    world.run(world.program("pip"), "--version")
    return str(left + [sorted(os.listdir(place)) for place in places])


@client("pip-tools", "`pip-compile`, and `pip-sync` installs what it found and removes the rest")
def pip_tools(world: World) -> str:
    world.make()
    world.install("pip-tools", "six")
    world.write({"requirements.in": PACKAGE + "\n"}, ".")
    world.run(world.program("pip-compile"), "--quiet", "requirements.in")
    world.run(world.program("pip-sync"), "--quiet", "requirements.txt")
    expect("six" not in world.pip("freeze"), "what was not asked for is gone")
    return world.pip("freeze")


@client("uv", "`uv pip --python`: installs, lists, checks, shows and uninstalls")
def uv_pip(world: World) -> str:
    world.make()
    uv, to = world.peer("uv"), ("--python", world.env_dir)
    world.run(uv, "pip", "install", *to, PACKAGE)
    expect("Usage" in world.run(world.program(PACKAGE), "--help"), "the script runs")
    words = (["list"], ["freeze"], ["check"], ["show", PACKAGE], ["tree"])
    told = [world.run(uv, "pip", *some, *to) for some in words]
    world.run(uv, "pip", "uninstall", *to, PACKAGE, "pip")
    return "".join(told) + world.run(uv, "pip", "list", *to)


@client("uv", "in the active one: `uv pip install`, `uv run --active`, `uv sync --active`")
def uv_active(world: World) -> str:
    world.make()
    directory, uv = world.write(project("hatchling")), world.peer("uv")
    config = (world.env_dir / "pyvenv.cfg").read_text()
    world.active(uv, "pip", "install", "six", cwd=directory)
    world.active(uv, "sync", "--active", "--inexact", cwd=directory)
    expect(world.active(uv, "run", "--active", "sample", cwd=directory) == SAYS, "the project's script runs")
    expect((world.env_dir / "pyvenv.cfg").read_text() == config, "the environment was not made anew")
    return world.active(uv, "pip", "list", cwd=directory)


@client("uv", "finds a project's `.venv` and its interpreter, and `uv sync` takes it as it is")
def uv_project(world: World) -> str:
    directory, uv = world.write(project("hatchling")), world.peer("uv")
    world.make(env_dir=directory / ".venv")
    config = (world.env_dir / "pyvenv.cfg").read_text()
    found = world.run(uv, "python", "find", cwd=directory) + world.run(uv, "python", "find", world.env_dir)
    world.run(uv, "sync", "--no-python-downloads", cwd=directory)
    expect(world.run(uv, "run", "sample", cwd=directory) == SAYS, "the project's script runs")
    expect((world.env_dir / "pyvenv.cfg").read_text() == config, "the environment was not made anew")
    return found + world.run(uv, "run", "python", "-c", "import sys; print(sys.executable)", cwd=directory)
