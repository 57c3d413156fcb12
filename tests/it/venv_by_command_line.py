"""rvenv behind the interface of the `venv` module, whose calls become command lines.

`Venv` and `Subprocess` stand in for `venv` and `subprocess` in `test.test_venv`.
"""

import inspect
import json
import os
import subprocess
import sys
import sysconfig
import venv

# Ample for pip on a busy machine. A program that hangs should fail, with a report.
PATIENCE_SECONDS = 120

# The rvenv to run, set by venv_suite.py, and the number of its runs so far.
program = None
runs = 0


class NotForACommandLine(Exception):
    """The case needs something that `python -m venv` has no option for."""


class Refused(subprocess.CalledProcessError, ValueError):
    """Exit status 1. Some cases expect the one base class, others the other, as from venv's API."""

    def __str__(self):
        return f"{super().__str__()}\n{self.stderr}"


def about_to_run(arguments, python=sys.executable, env=None):
    """Return the command by which rvenv does what `python -m venv` would, and its variables."""
    global runs
    runs += 1
    own = {"RVENV_CACHE_DIR": os.environ["RVENV_CACHE_DIR"], "RVENV_PYTHON": python}
    return [program, *arguments], {**(os.environ if env is None else env), **own}


def rvenv(arguments):
    """Run rvenv as the cases run venv: pass its output on, and raise an error if it refuses."""
    command, env = about_to_run(arguments)
    done = subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_SECONDS,
        encoding="utf-8", errors="backslashreplace",
    )
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    env_dir = arguments[-1]
    if done.returncode == 1 and env_dir in done.stderr:
        raise Refused(1, command, done.stdout, done.stderr)
    # No case expects a usage error, a panic, a signal or a failure that is not about ENV_DIR.
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stderr}"
    # Else a program that does nothing would pass the cases that only check for absent files.
    assert os.path.isfile(os.path.join(env_dir, "pyvenv.cfg")), f"{command} made no environment"


def command_line(options, env_dir):
    """Turn EnvBuilder's arguments into options of `python -m venv`."""
    options = dict(options)
    flags = ["--symlinks" if options.pop("symlinks") else "--copies"]
    for name in ("system_site_packages", "clear", "upgrade", "upgrade_deps"):
        if options.pop(name):
            flags.append("--" + name.replace("_", "-"))
    if not options.pop("with_pip"):
        flags.append("--without-pip")
    prompt = options.pop("prompt")
    if prompt is not None:
        flags.append(f"--prompt={prompt}")
    # Since 3.13. Before that, the API has no such argument, and rvenv's default applies.
    scm_ignore_files = options.pop("scm_ignore_files", {"git"})
    if not scm_ignore_files:
        flags.append("--without-scm-ignore-files")
    elif scm_ignore_files != {"git"}:
        raise NotForACommandLine(f"scm_ignore_files={scm_ignore_files}")
    if options:
        raise NotForACommandLine(f"arguments without an option: {', '.join(options)}")
    return [*flags, os.fspath(env_dir)]


def arguments_of(function, *args, **kwargs):
    """Return the arguments of a call of `function`; defaults are those of this Python's venv."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def plant_recording_pip(env_dir):
    """Put a package `pip` that only records its command into `env_dir`; return the record's path.

    With this pip, `--upgrade-deps` runs for real and downloads nothing.
    """
    scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix"
    site_packages = sysconfig.get_path("purelib", scheme, {"base": os.fspath(env_dir)})
    os.makedirs(os.path.join(site_packages, "pip"))
    note = os.path.join(site_packages, "pip", "run.json")
    with open(os.path.join(site_packages, "pip", "__main__.py"), "w", encoding="utf-8") as program:
        program.write(
            f"import json, sys\nwith open({note!r}, 'x') as note:\n"
            "    json.dump([sys.executable, '-m', 'pip', *sys.argv[1:]], note)\n"
        )
    return note


# The originals of functions that cases may mock.
STARTERS = {name: getattr(subprocess, name) for name in ("check_call", "check_output")}


class EnvBuilder:
    """Stands in for `venv.EnvBuilder`."""

    def __init__(self, *args, **kwargs):
        self.options = arguments_of(venv.EnvBuilder, *args, **kwargs)

    def __init_subclass__(cls):
        raise NotForACommandLine("a subclass of EnvBuilder")

    def create(self, env_dir):
        mocked = vars(self).keys() - {"options"}
        if not self.options["with_pip"]:
            mocked -= {"_setup_pip"}
        if self.options["upgrade_deps"]:
            if "upgrade_dependencies" not in mocked:
                raise NotForACommandLine("a real upgrade needs the network")
            plant_recording_pip(env_dir)
        if mocked - {"upgrade_dependencies"}:
            raise NotForACommandLine(f"mocks of {', '.join(mocked)}")
        rvenv(command_line(self.options, env_dir))

    def ensure_directories(self, env_dir):
        """Call venv's own, for the context that it returns; rvenv's work is not judged by it."""
        return venv.EnvBuilder(**self.options).ensure_directories(env_dir)

    def upgrade_dependencies(self, context):
        """Run `--upgrade-deps` and pass rvenv's pip command to the case's mock."""
        note = plant_recording_pip(context.env_dir)
        rvenv(command_line({**self.options, "upgrade_deps": True}, context.env_dir))
        with open(note, encoding="utf-8") as file:
            command = json.load(file)
        for name, original in STARTERS.items():
            if getattr(subprocess, name) is not original:
                return getattr(subprocess, name)(command)
        raise NotForACommandLine("nothing is mocked that could be shown the command")


class Venv:
    """Stands in for the module `venv`: the parts that a command line has."""

    EnvBuilder = EnvBuilder
    main = staticmethod(rvenv)

    @staticmethod
    def create(*args, **kwargs):
        options = arguments_of(venv.create, *args, **kwargs)
        env_dir = options.pop("env_dir")
        EnvBuilder(**options).create(env_dir)


class Subprocess:
    """Stands in for the module `subprocess`: runs rvenv for `PYTHON -m venv`."""

    def __getattr__(self, name):
        value = getattr(subprocess, name)
        return self.rerouted(value) if name in (*STARTERS, "call", "run", "Popen") else value

    @staticmethod
    def rerouted(start):
        def start_rvenv_for_venv(command, *args, env=None, **kwargs):
            if not isinstance(command, str) and list(command[1:3]) == ["-m", "venv"]:
                command, env = about_to_run(command[3:], command[0], env)
            return start(command, *args, env=env, **kwargs)

        return start_rvenv_for_venv
