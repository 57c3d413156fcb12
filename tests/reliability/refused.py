"""Calls that are refused: they fail each time, as on a file system that does not have what they ask for."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Tuple

# A name in REFUSALS, and an error.
Refused = Tuple[str, str]


class Refusal(NamedTuple):
    """A set of calls, and the errors with which file systems refuse them."""

    calls: Tuple[str, ...]
    errors: Tuple[str, ...]


REFUSALS: Dict[str, Refusal] = {
    "symlinks": Refusal(("symlink", "symlinkat"),
                        ("EPERM", "ENOSYS", "EOPNOTSUPP", "EPROTO", "EACCES", "EINVAL", "EIO", "EISDIR")),
    "renames": Refusal(("rename", "renameat", "renameat2"),
                       ("EXDEV", "EACCES", "EPERM", "EBUSY", "EMFILE", "ENOSYS", "EINVAL")),
    "hardlinks": Refusal(("link", "linkat"), ("EPERM", "EXDEV", "EOPNOTSUPP", "EMLINK")),
    "modes": Refusal(("chmod", "fchmod", "fchmodat"), ("EPERM", "EOPNOTSUPP")),
    "times": Refusal(("utime", "utimes", "futimesat", "utimensat"), ("EPERM", "EACCES", "EOPNOTSUPP")),
    "deletions": Refusal(("unlink", "unlinkat", "rmdir"), ("EPERM", "EACCES", "EBUSY")),
    "locks": Refusal(("flock",), ("ENOLCK", "EOPNOTSUPP", "ENOSYS")),
}


def parse(text: str) -> Refused:
    """Parses a refusal such as `renames:EXDEV`."""
    kind, error = text.split(":")
    if error not in REFUSALS[kind].errors:
        raise KeyError(error)
    return kind, error


def calls(refused: Refused) -> str:
    """The refused calls, as strace takes them."""
    return ",".join(REFUSALS[refused[0]].calls)


def injection(refused: Refused) -> List[str]:
    """strace's options that refuse the calls."""
    return ["-e", f"inject={calls(refused)}:error={refused[1]}"]


def refusing(argv: List[str], refused: Refused) -> List[str]:
    """The command that runs a program and its children while some calls are refused."""
    fixed = ["strace", "-f", "-qq", "-e", "signal=none", "-o", "/dev/null", "-e", f"trace={calls(refused)}"]
    return [*fixed, *injection(refused), *argv]
