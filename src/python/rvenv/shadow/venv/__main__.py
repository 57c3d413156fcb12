"""`python -m venv`: the same as `python -m rvenv`, whose file is found by its path. rvenv need not be installed for the
Python that runs this."""

import os
import runpy

if __name__ == "__main__":
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    runpy.run_path(os.path.join(package, "__main__.py"), run_name="__main__")
