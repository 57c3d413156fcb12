"""Shadows the standard library's `venv` and hands everything to it, except for `python -m venv`."""

import importlib.util
import os
import sys
from importlib.machinery import PathFinder

shadow = os.path.dirname(os.path.abspath(__file__))
spec = PathFinder.find_spec("venv", [os.path.dirname(os.__file__)])
if spec is None or spec.loader is None:
    raise ImportError("No module named 'venv' in the standard library", name="venv")
# The import system hands out the module under this name in the end, so nobody sees this one.
venv = importlib.util.module_from_spec(spec)
sys.modules["venv"] = venv
spec.loader.exec_module(venv)
# `-m venv` looks here for `__main__`.
venv.__path__.insert(0, shadow)
