"""Small projects for the clients to build and install."""

from __future__ import annotations

from typing import Dict

# The dependency that clients have to install: small, pure Python, and with a console script.
PACKAGE = "tabulate"

BACKENDS = {
    "setuptools": ("setuptools", "setuptools.build_meta"),
    "flit": ("flit_core >=3.4", "flit_core.buildapi"),
    "hatchling": ("hatchling", "hatchling.build"),
    "poetry": ("poetry-core", "poetry.core.masonry.api"),
    "pdm": ("pdm-backend", "pdm.backend"),
}

MODULE = '''\
"""A sample."""
import tabulate


def main():
    print(tabulate.tabulate([["sample", 42]], tablefmt="plain"))
'''

SAYS = "sample  42\n"

C_SOURCE = """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *answer(PyObject *module, PyObject *nothing) { return PyLong_FromLong(42); }

static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "sample_c", .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC PyInit_sample_c(void) { return PyModuleDef_Init(&definition); }
"""


def project(backend: str, dependency: str = PACKAGE, python: str = "3.9") -> Dict[str, str]:
    """The files of a module with a dependency and a console script."""
    requires, name = BACKENDS[backend]
    return {"sample_app.py": MODULE, "pyproject.toml": f"""\
[build-system]
requires = ["{requires}"]
build-backend = "{name}"

[project]
name = "sample-app"
version = "1.0"
description = "A sample."
requires-python = ">={python}"
dependencies = ["{dependency}"]

[project.scripts]
sample = "sample_app:main"
"""}


def c_project() -> Dict[str, str]:
    """The files of a module in C."""
    return {"sample_c.c": C_SOURCE, "setup.py": """\
from setuptools import Extension, setup

setup(name="sample-c", version="1.0", ext_modules=[Extension("sample_c", ["sample_c.c"])])
""", "pyproject.toml": """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
"""}
