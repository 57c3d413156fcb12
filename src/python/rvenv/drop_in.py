"""`python -m rvenv.drop_in` prints a directory that makes `python -m venv` run rvenv when put on PYTHONPATH."""

import os


def directory() -> str:
    """The directory that holds a package `venv` and nothing else."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "shadow")


if __name__ == "__main__":
    print(directory())
