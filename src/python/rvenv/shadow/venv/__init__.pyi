"""The public part of the standard library's `venv`, for type checkers that take this package for it."""

import logging
import sys
from os import PathLike
from types import SimpleNamespace
from typing import Iterable, Sequence

logger: logging.Logger

if sys.version_info >= (3, 9):
    # Until 3.11, setuptools too.
    CORE_VENV_DEPS: tuple[str, ...]

class EnvBuilder:
    system_site_packages: bool
    clear: bool
    symlinks: bool
    upgrade: bool
    with_pip: bool
    prompt: str | None
    if sys.version_info >= (3, 9):
        upgrade_deps: bool
    if sys.version_info >= (3, 11):
        orig_prompt: str | None
    if sys.version_info >= (3, 13):
        scm_ignore_files: frozenset[str]

    if sys.version_info >= (3, 13):
        def __init__(
            self,
            system_site_packages: bool = False,
            clear: bool = False,
            symlinks: bool = False,
            upgrade: bool = False,
            with_pip: bool = False,
            prompt: str | None = None,
            upgrade_deps: bool = False,
            *,
            scm_ignore_files: Iterable[str] = frozenset(),
        ) -> None: ...
    elif sys.version_info >= (3, 9):
        def __init__(
            self,
            system_site_packages: bool = False,
            clear: bool = False,
            symlinks: bool = False,
            upgrade: bool = False,
            with_pip: bool = False,
            prompt: str | None = None,
            upgrade_deps: bool = False,
        ) -> None: ...
    else:
        def __init__(
            self,
            system_site_packages: bool = False,
            clear: bool = False,
            symlinks: bool = False,
            upgrade: bool = False,
            with_pip: bool = False,
            prompt: str | None = None,
        ) -> None: ...

    def create(self, env_dir: str | bytes | PathLike[str] | PathLike[bytes]) -> None: ...
    def clear_directory(self, path: str | PathLike[str]) -> None: ...
    def ensure_directories(self, env_dir: str | PathLike[str]) -> SimpleNamespace: ...
    def create_configuration(self, context: SimpleNamespace) -> None: ...
    def symlink_or_copy(
        self, src: str | PathLike[str], dst: str | PathLike[str], relative_symlinks_ok: bool = False
    ) -> None: ...
    if sys.version_info >= (3, 13):
        def create_git_ignore_file(self, context: SimpleNamespace) -> None: ...

    def setup_python(self, context: SimpleNamespace) -> None: ...
    def setup_scripts(self, context: SimpleNamespace) -> None: ...
    def post_setup(self, context: SimpleNamespace) -> None: ...
    def replace_variables(self, text: str, context: SimpleNamespace) -> str: ...
    def install_scripts(self, context: SimpleNamespace, path: str) -> None: ...
    if sys.version_info >= (3, 9):
        def upgrade_dependencies(self, context: SimpleNamespace) -> None: ...

if sys.version_info >= (3, 13):
    def create(
        env_dir: str | PathLike[str],
        system_site_packages: bool = False,
        clear: bool = False,
        symlinks: bool = False,
        with_pip: bool = False,
        prompt: str | None = None,
        upgrade_deps: bool = False,
        *,
        scm_ignore_files: Iterable[str] = frozenset(),
    ) -> None: ...

elif sys.version_info >= (3, 9):
    def create(
        env_dir: str | PathLike[str],
        system_site_packages: bool = False,
        clear: bool = False,
        symlinks: bool = False,
        with_pip: bool = False,
        prompt: str | None = None,
        upgrade_deps: bool = False,
    ) -> None: ...

else:
    def create(
        env_dir: str | PathLike[str],
        system_site_packages: bool = False,
        clear: bool = False,
        symlinks: bool = False,
        with_pip: bool = False,
        prompt: str | None = None,
    ) -> None: ...

def main(args: Sequence[str] | None = None) -> None: ...
