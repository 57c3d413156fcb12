"""Run CPython's own `test.test_venv` with rvenv in the place of `python -m venv`.

    PYTHON venv_suite.py PROGRAM

The cases come from the interpreter that runs this file. Their calls of the `venv` module become
command lines for PROGRAM (venv_by_command_line.py), so they judge PROGRAM's work. The few cases
without a command line are listed in NOT_FOR_A_COMMAND_LINE.

Exit status: 0 for success; 1 for a failure, with a report on stderr; 77 if this interpreter does
not ship the suite.
"""

import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import unittest
import venv

# Our own folder is on the path for this one import; the cases must not import from it. Write no
# .pyc files, neither there nor in the interpreter under test.
sys.dont_write_bytecode = True
import venv_by_command_line as rvenv  # noqa: E402

sys.path.pop(0)

# Case: (the first Python that has it, why no command line can serve it). The cases are run all the
# same: one that passes by way of rvenv does not belong here, and fails the suite.
NOT_FOR_A_COMMAND_LINE = {
    "EnsurePipTest.test_devnull": ((3, 9), "looks at os.devnull, makes no environment"),
    "BasicTest.test_failed_symlink": ((3, 13), "Windows: mocks os.symlink inside venv's process"),
    "BasicTest.test_create_scm_ignore_files_multiple": ((3, 13), "subclasses EnvBuilder"),
    "BasicTest.test_venv_same_path": ((3, 13), "calls a private function of the venv module"),
}
# A guard against a suite that skips itself. The smallest suite, that of 3.9, runs 16 cases.
FEWEST_PASSES = 12
NOT_SHIPPED = 77


class Result(unittest.TextTestResult):
    """A result in which a case passes only if it has started rvenv."""

    passed = 0

    def startTest(self, test):
        self.runs_before = rvenv.runs
        super().startTest(test)

    def addSuccess(self, test):
        if rvenv.runs == self.runs_before:
            vacuous = AssertionError("passes without starting rvenv: list it, or reroute it")
            self.addFailure(test, (AssertionError, vacuous, None))
        else:
            self.passed += 1
            super().addSuccess(test)


def name_of(test):
    return ".".join(test.id().split(".")[-2:])


def problems_with_the_list(listed, names):
    """Yield the entries of NOT_FOR_A_COMMAND_LINE that should not be there."""
    for name, (since, _) in NOT_FOR_A_COMMAND_LINE.items():
        if name not in names and sys.version_info >= since:
            yield f"{name} is listed as not for a command line, and does not exist"
    for test in listed:
        result = unittest.TestResult()
        before = rvenv.runs
        unittest.TestSuite([test]).run(result)
        if result.wasSuccessful() and rvenv.runs > before:
            yield f"{name_of(test)} is listed as not for a command line, and passes"


def venv_itself(*_args):
    raise AssertionError("the venv module was used where rvenv should be")


def run_the_cases():
    module = importlib.import_module("test.test_venv")
    module.venv, module.subprocess = rvenv.Venv, rvenv.Subprocess()
    venv.EnvBuilder.create = venv_itself

    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    tests = [test for of_class in suite for test in of_class]
    listed = [test for test in tests if name_of(test) in NOT_FOR_A_COMMAND_LINE]
    runner = unittest.TextTestRunner(stream=sys.stderr, resultclass=Result, verbosity=2)
    result = runner.run(unittest.TestSuite(test for test in tests if test not in listed))

    problems = list(problems_with_the_list(listed, {name_of(test) for test in tests}))
    if result.passed < FEWEST_PASSES:
        problems.append(f"only {result.passed} cases passed, not even {FEWEST_PASSES}")
    return listed, result, problems


def main():
    python = platform.python_version()
    if not importlib.util.find_spec("test") or not importlib.util.find_spec("test.test_venv"):
        print(f"{python}: skipped: {sys.executable} does not ship test.test_venv")
        return NOT_SHIPPED
    listed, result, problems = run_the_cases()
    for name in map(name_of, listed):
        print(f"{python}: not for a command line: {name}: {NOT_FOR_A_COMMAND_LINE[name][1]}")
    for test, reason in result.skipped:
        print(f"{python}: skipped by CPython: {name_of(test)}: {reason}")
    for problem in problems:
        print(f"{python}: {problem}")
    # A subtest that fails counts for its case.
    unhappy = {getattr(test, "test_case", test) for test, _ in result.failures + result.errors}
    print(
        f"{python}: {result.passed} passed, {len(listed)} not for a command line, "
        f"{len(result.skipped)} skipped, {len(unhappy)} failed; rvenv ran {rvenv.runs} times"
    )
    return 0 if result.wasSuccessful() and not problems else 1


if __name__ == "__main__":
    rvenv.program = shutil.which(sys.argv[1]) or sys.exit(f"no program {sys.argv[1]}")
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("RVENV_CACHE_DIR", cache)
        sys.exit(main())
