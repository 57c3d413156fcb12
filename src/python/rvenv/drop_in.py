"""`python -m rvenv.drop_in` prints the directory that, on PYTHONPATH, puts rvenv in the place of `python -m venv`."""

import os


def directory() -> str:
    """The directory that holds a package `venv` and nothing else."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "shadow")


if __name__ == "__main__":
    print(directory())
