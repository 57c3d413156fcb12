"""Shadows the standard library's `venv` and hands everything to it, except for `python -m venv`."""

import importlib.util
import os
import sys
from importlib.machinery import PathFinder

shadow = os.path.abspath(__path__[0])


def specs():
    """Yields the modules `venv` that there are: the one beside `os` first, then those of all finders.

    In a frozen program, or in a Python with its modules built in, `os` may have no file.
    """
    if getattr(os, "__file__", None):
        yield PathFinder.find_spec("venv", [os.path.dirname(os.__file__)])
    behind = [entry for entry in sys.path if os.path.abspath(entry) != os.path.dirname(shadow)]
    for finder in sys.meta_path:
        if hasattr(finder, "find_spec"):
            yield finder.find_spec("venv", behind if finder is PathFinder else None)


def is_module(spec) -> bool:
    """Whether a finder has found a module. It may have found a mere directory, or this file."""
    return spec is not None and spec.loader is not None and spec.origin != __spec__.origin


def missing() -> ImportError:
    """The error for a Python without venv."""
    where = "in the standard library"
    if getattr(sys, "frozen", False) or "__compiled__" in globals():
        where = "in this program: it was built with rvenv's drop-in on PYTHONPATH; build it without"
    return ModuleNotFoundError("No module named 'venv' {}".format(where), name="venv")


spec = next(filter(is_module, specs()), None)
# This file may have been found in another place, and looks for the module in place of the first one then.
if spec is None or hasattr(__spec__, "in_place_of"):
    raise missing()
spec.in_place_of = shadow
# The import system hands out the module under this name in the end, so nobody sees this one.
venv = importlib.util.module_from_spec(spec)
sys.modules["venv"] = venv
spec.loader.exec_module(venv)
# `-m venv` looks here for `__main__`.
vars(venv).setdefault("__path__", []).insert(0, shadow)
# A reload runs this file in the module that the program has.
globals().update(vars(venv))
