"""Programs that are installed in an environment, and introspection of the environment."""

from __future__ import annotations

import json

from rows import client
from world import World, expect

# Prints the interpreter's properties, except those that differ at each start.
SELF = """\
import json, os, site, sys, sysconfig
names = ("prefix", "exec_prefix", "base_prefix", "base_exec_prefix", "executable", "_base_executable", "path", "flags")
about = {name: str(getattr(sys, name)) for name in names}
about.update(site=site.getsitepackages(), user=site.ENABLE_USER_SITE, paths=sysconfig.get_paths(),
             config={name: str(value) for name, value in sysconfig.get_config_vars().items()})
print(json.dumps(about, indent=1, sort_keys=True))
"""

KERNEL = """\
import sys
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="sample")
try:
    said = []
    client.execute_interactive("import sys; print(sys.executable); 1 + 1", timeout=60, output_hook=said.append)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print([each["content"].get("text") or each["content"].get("data", {}).get("text/plain") for each in said])
"""

CELL = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None,
        "source": "import sys; print(sys.prefix)"}
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "cells": [CELL],
            "metadata": {"kernelspec": {"name": "sample", "display_name": "sample"}}}


@client("site, sysconfig", "say the same; with the interpreter's own names and each of its flags too")
def introspection(world: World) -> str:
    world.make()
    told = [world.python("-m", "site"), world.python("-m", "sysconfig"), world.python("-c", SELF)]
    told += [world.run(world.program(f"python{major}"), "-I", "-c", SELF) for major in ("", "3")]
    told += [world.python(flag, "-c", "import sys; print(sys.prefix, sys.path)") for flag in ("-E", "-s", "-S")]
    return "".join(told) + world.active("python", "-c", SELF)


@client("ipykernel", "`install --sys-prefix`; the kernel is listed and started, and adds one and one")
def ipykernel(world: World) -> str:
    world.make()
    world.install("ipykernel", "jupyter-client", "nbclient")
    world.python("-m", "ipykernel", "install", "--sys-prefix", "--name", "sample")
    kernels = world.run(world.program("jupyter"), "kernelspec", "list", "--json")
    kernel = json.loads(kernels)["kernelspecs"]["sample"]
    expect(kernel["spec"]["argv"][0] == str(world.program("python")), f"the kernel is the environment's: {kernel}")
    said = world.python("-c", KERNEL)
    expect("'2'" in said, f"the kernel answers 2, and not {said}")
    directory = world.write({"sample.ipynb": json.dumps(NOTEBOOK)})
    world.run(world.program("jupyter"), "execute", "--inplace", "sample.ipynb", cwd=directory)
    expect(str(world.env_dir) in (directory / "sample.ipynb").read_text(), "the notebook was run in the environment")
    return kernels + said + world.run(world.program("jupyter"), "--paths")


@client("black", "formats a file")
def black(world: World) -> str:
    world.make()
    world.install("black")
    directory = world.write({"sample.py": "x = { 'a':1 }\n"})
    world.run(world.program("black"), "--quiet", "sample.py", cwd=directory)
    return (directory / "sample.py").read_text()


@client("jedi", "finds it as an editor does, and completes from its packages")
def jedi(world: World) -> str:
    world.make()
    world.install("jedi", "tabulate")
    words = f"""if True:
        import jedi
        found = [str(each) for each in jedi.find_virtualenvs(paths=[{str(world.root)!r}], safe=False)]
        here = jedi.create_environment({str(world.env_dir)!r}, safe=False)
        script = jedi.Script("import tabulate; tabulate.tabul", environment=here)
        print(found, here.path, [each.name for each in script.complete()])
    """
    told = world.python("-c", words)
    expect(str(world.env_dir) in told and "tabulate" in told, f"jedi finds and completes: {told}")
    return told


@client("pytest", "run by its script, as a module, and with workers of pytest-xdist")
def pytest(world: World) -> None:
    world.make()
    world.install("pytest", "pytest-xdist")
    test = "import sys\n\n\ndef test_it():\n    assert sys.prefix != sys.base_prefix\n"
    directory = world.write({"test_sample.py": test})
    for words in ([world.program("pytest")], [world.program("python"), "-m", "pytest"]):
        expect("1 passed" in world.run(*words, "-n", "2", cwd=directory), "the test is run")
