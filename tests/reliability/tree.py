"""Descriptions of directory trees: paths, kinds, modes, link targets, contents."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Dict, List, Optional

Tree = Dict[str, str]


def read_tree(root: Path) -> Optional[Tree]:
    """Describes each path of a tree; None if `root` does not exist. `root` is replaced by @ in contents, so that trees
    in different places can be compared. The paths have to be of equal length, for the sake of .pyc files."""
    if not os.path.lexists(root):
        return None
    tree: Tree = {"": _describe(str(root), "", str(root).encode())}
    if tree[""].startswith("dir"):
        _read_dir(str(root), "", tree, str(root).encode())
    return tree


def _read_dir(path: str, prefix: str, tree: Tree, root: bytes) -> None:
    for entry in sorted(os.listdir(path)):
        name, below = prefix + entry, f"{path}/{entry}"
        tree[name] = _describe(below, name, root)
        if tree[name].startswith("dir"):
            _read_dir(below, name + "/", tree, root)


def _describe(path: str, name: str, root: bytes) -> str:
    """The description of one entry."""
    try:
        found = os.lstat(path)
        mode = stat.S_IMODE(found.st_mode)
        if stat.S_ISLNK(found.st_mode):
            return f"link to {os.readlink(path)}"
        if stat.S_ISDIR(found.st_mode):
            return f"dir {mode:o}"
        if not stat.S_ISREG(found.st_mode):
            return f"special {found.st_mode:o}"
        if path.endswith(".pyc"):
            # Its contents include a timestamp.
            return f"file {mode:o} {found.st_size} bytes"
        with open(path, "rb") as file:
            return f"file {mode:o} {_digest(name, file.read(), root)}"
    except FileNotFoundError:
        # Just deleted by a process that is still running.
        return "gone"


def _digest(name: str, contents: bytes, root: bytes) -> str:
    if name.endswith(".dist-info/RECORD"):
        # Scripts begin with the environment's path, so their digests differ.
        lines = contents.splitlines(keepends=True)
        contents = b"".join(line for line in lines if not line.startswith(b"../../../bin/"))
    return hashlib.sha1(contents.replace(root, b"@")).hexdigest()[:12]


def tree_digest(tree: Tree) -> str:
    """A digest of a whole tree."""
    return hashlib.sha1(repr(sorted(tree.items())).encode()).hexdigest()


def differences(found: Optional[Tree], expected: Optional[Tree], limit: int = 4) -> str:
    """The first few paths in which two trees differ, as a phrase."""
    found, expected = found or {}, expected or {}
    paths = sorted(path for path in {*found, *expected} if found.get(path) != expected.get(path))
    words: List[str] = []
    for path in paths[:limit]:
        kind = "missing" if path not in found else "additional" if path not in expected else "different"
        words.append(f"{kind} {path or 'ENV_DIR'}")
    if len(paths) > limit:
        words.append(f"{len(paths) - limit} more")
    return ", ".join(words)
