"""`python -m rvenv`: the program, told to use the very Python that runs this.

It may be run by its path, by a Python for which rvenv is not installed (see `shadow/venv/__main__.py`), so it needs
nothing but the standard library.
"""

import os
import sys


def main() -> None:
    """Becomes the program, or ends with its exit status."""
    if not sys.executable:
        what = "this Python does not know where it is: `sys.executable` is empty"
        sys.exit(message(what, "hint: run it by its full path, or name it: RVENV_PYTHON=/path/to/python rvenv"))
    program = next(filter(os.path.isfile, programs()), None)
    if program is None:
        places = ["  `{}`".format(place) for place in programs()]
        hint = "hint: install the package anew that is in `{}`".format(directory())
        sys.exit(message("the program of this package is missing; looked for", *places, hint))
    # Whoever says which Python is to run this has said which one is meant.
    environment = dict(os.environ, RVENV_PYTHON=sys.executable)
    try:
        run([program] + sys.argv[1:], environment)
    except OSError as error:
        sys.exit(message("cannot run `{}`".format(program), "cause: {}".format(error.strerror)))


def directory() -> str:
    """Where this package is."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def programs():
    """Yields where the program may be: what belongs to this file first.

    Installers put it into a directory of scripts: beside the package, where that is in a `--target`, or beside `lib`.
    Where it is in none, this file may be used from elsewhere, as in a development install.
    """
    above = directory()
    yield from programs_in(above)
    if above.endswith("-packages"):
        above = os.path.dirname(above)
        # What is installed for one user is there on Windows.
        yield from programs_in(above) if os.name == "nt" else ()
        for _ in range(2):
            above, name = os.path.split(above)
            if name.lower() in ("lib", "lib64"):
                yield from programs_in(above)
    # It takes a while to import.
    import sysconfig

    yield os.path.join(sysconfig.get_path("scripts"), "rvenv.exe" if os.name == "nt" else "rvenv")


def programs_in(prefix: str) -> "list[str]":
    """Where the program may be below a prefix. On Windows, both directories are used."""
    if os.name == "nt":
        return [os.path.join(prefix, scripts, "rvenv.exe") for scripts in ("bin", "Scripts")]
    return [os.path.join(prefix, "bin", "rvenv")]


def run(command: "list[str]", environment: "dict[str, str]") -> None:
    """Runs the program in the place of this process, so that signals and exit status are its own."""
    if os.name != "nt":
        # What the drop-in takes the place of may have something to say yet.
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(command[0], command, environment)
    # Windows has no exec that keeps the process: the shell would go on at once. Ctrl-C reaches the program too, which
    # undoes what is under way; that is waited for.
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(subprocess.call(command, env=environment))


def message(*lines: str) -> str:
    """An error, laid out as the program's own are."""
    return "error: " + "\n  ".join(lines)


if __name__ == "__main__":
    main()
