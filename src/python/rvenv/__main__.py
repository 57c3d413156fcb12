"""`python -m rvenv`: runs the program for the very Python that runs this file.

A Python for which rvenv is not installed may run this file by its path (see `shadow/venv/__main__.py`), so only the
standard library is used.
"""

import os
import sys


def main() -> None:
    """Replaces this process with the program, or exits with the program's exit status."""
    if not sys.executable:
        what = "this Python does not know where it is: `sys.executable` is empty"
        sys.exit(message(what, "hint: run it by its full path, or name it: RVENV_PYTHON=/path/to/python rvenv"))
    program = next(filter(os.path.isfile, programs()), None)
    if program is None:
        places = ["  `{}`".format(place) for place in dict.fromkeys(programs())]
        hint = "hint: reinstall rvenv in `{}`".format(directory())
        sys.exit(message("the program of the package rvenv is missing; looked for", *places, hint))
    # By running this with a Python, the user has chosen that Python.
    environment = dict(os.environ, RVENV_PYTHON=sys.executable)
    try:
        run([program] + sys.argv[1:], environment)
    except OSError as error:
        sys.exit(message("cannot run `{}`".format(program), "cause: {}".format(error.strerror)))


def directory() -> str:
    """The directory that holds this package."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def programs():
    """Yields the paths where the program may be, those that belong to this file first.

    Installers put the program into a scripts directory: beside the package in a `--target`, otherwise beside `lib`.
    If neither directory has it, this file may be used from elsewhere, as in a development install.
    """
    above = directory()
    yield from programs_in(above)
    if above.endswith("-packages"):
        above = os.path.dirname(above)
        # On Windows, an installation for one user has its scripts here.
        yield from programs_in(above) if os.name == "nt" else ()
        for _ in range(2):
            above, name = os.path.split(above)
            if name.lower() in ("lib", "lib64"):
                yield from programs_in(above)
    # Imported only if needed, as it takes a while.
    import sysconfig

    yield os.path.join(sysconfig.get_path("scripts"), "rvenv.exe" if os.name == "nt" else "rvenv")


def programs_in(prefix: str) -> "list[str]":
    """The paths where the program may be below a prefix. On Windows, both directories are in use."""
    if os.name == "nt":
        return [os.path.join(prefix, scripts, "rvenv.exe") for scripts in ("bin", "Scripts")]
    return [os.path.join(prefix, "bin", "rvenv")]


def run(command: "list[str]", environment: "dict[str, str]") -> None:
    """Runs the program in place of this process, so that signals and exit status are the program's own."""
    if os.name != "nt":
        # exec would lose the buffered output of code that ran before.
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(command[0], command, environment)
    # Windows has no exec that keeps the process, so the shell would go on at once: wait instead. Ctrl-C reaches the
    # program too, which then undoes the work under way.
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(subprocess.call(command, env=environment))


def message(*lines: str) -> str:
    """Formats an error like the program's own errors."""
    return "error: " + "\n  ".join(lines)


if __name__ == "__main__":
    main()
