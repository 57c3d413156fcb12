"""Programs that read `import venv` without running it, with the drop-in for `python -m venv` on PYTHONPATH."""

from __future__ import annotations

from options import REPOSITORY
from rows import client
from world import World, expect

DROP_IN = REPOSITORY / "src" / "python" / "rvenv" / "shadow"

FROZEN = "import venv\n\nprint(venv.EnvBuilder.__name__)\n"

# A program without errors but for the last two lines.
TYPED = """\
import venv
from types import SimpleNamespace


class Mine(venv.EnvBuilder):
    def __init__(self, *, extra: bool = False) -> None:
        super().__init__(clear=True, prompt="mine")
        self.extra = extra

    def post_setup(self, context: SimpleNamespace) -> None:
        self.install_scripts(context, context.env_dir)
        print(self.replace_variables("text", context).upper(), self.with_pip)


venv.EnvBuilder(with_pip=True).create("one")
venv.create("two", symlinks=True)
Mine(extra=True).create("three")
venv.logger.warning("done")
venv.EnvBuilder(no_such_parameter=True)
venv.no_such_function()
"""


@client("PyInstaller", "freezes a program that imports venv: as without the drop-in, or the program says what is wrong")
def pyinstaller(world: World) -> None:
    world.make()
    world.install("pyinstaller")
    directory = world.write({"program.py": FROZEN})
    words = (world.program("pyinstaller"), "--log-level", "ERROR", "--noconfirm", "program.py")
    program = directory / "dist" / "program" / "program"
    world.run(*words, cwd=directory)
    expect(world.run(program) == "EnvBuilder\n", "without the drop-in, the program has the module")
    world.run(*words, "--clean", cwd=directory, PYTHONPATH=str(DROP_IN))
    said = world.run(program, status=1)
    expect("No module named 'venv' in this program" in said and "PYTHONPATH" in said, f"it says why:\n{said}")


def type_checker(world: World, requirement: str, *words: str, status: int = 1) -> str:
    """Checks that a type checker says the same with the drop-in as without."""
    world.make()
    world.install(requirement)
    directory = world.write({"program.py": TYPED})
    plain, shadowed = (
        world.run(world.program(words[0]), *words[1:], "program.py", cwd=directory, status=status, **more)
        for more in ({}, {"PYTHONPATH": str(DROP_IN)}))
    for name in ("no_such_parameter", "no_such_function"):
        expect(name in shadowed, f"{name} is an error:\n{shadowed}")
    expect(plain == shadowed, f"the drop-in changes nothing:\n{plain}\nand with it:\n{shadowed}")
    return shadowed


@client("mypy", "checks a program that uses venv, alike with the drop-in")
def mypy(world: World) -> str:
    return type_checker(world, "mypy", "mypy", "--strict")


@client("ty", "checks a program that uses venv, alike with the drop-in")
def ty(world: World) -> str:
    return type_checker(world, "ty", "ty", "check", "--output-format", "concise")


@client("pyright", "checks a program that uses venv, alike with the drop-in")
def pyright(world: World) -> str:
    return type_checker(world, "pyright", "pyright")
