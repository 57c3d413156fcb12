"""The program rvenv as a Python package: run `rvenv`, or `python -m rvenv` to use that very Python."""
