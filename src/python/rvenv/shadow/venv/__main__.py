"""`python -m venv`: runs the file of `python -m rvenv` by its path, as rvenv need not be installed for this Python."""

import os
import runpy

if __name__ == "__main__":
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    runpy.run_path(os.path.join(package, "__main__.py"), run_name="__main__")
