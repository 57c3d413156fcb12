"""The program rvenv, installed as a Python package: `rvenv`, or `python -m rvenv` for the Python that runs it."""
