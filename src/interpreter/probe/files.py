# Answers rvenv's questions about the interpreter that runs this script; probe.rs describes the frame of the answer.
# Run as `python -I -S -B -c SCRIPT NONCE`: no user code, no current directory, no bytecode. The script is this file,
# loader.py, libraries.py, places.py, vocabulary.py, wheels.py and answers.py, one after the other.
import errno
import os
import sys

STDLIB = os.path.dirname(os.__file__)

# The stamps of all files on which the answers depend, each taken before the file is looked at.
SEEN = {}

# Reasons to doubt an answer, which is then used, but not kept.
DOUBTS = []


def see(path):
    """Takes the stamp of a file that is about to be looked at; `Fingerprint` in rvenv's `fs` writes the same."""
    if path not in SEEN:
        try:
            found = os.stat(path)
        except OSError as error:
            # A file that cannot be looked at is not known to be missing.
            SEEN[path] = "absent" if error.errno in (errno.ENOENT, errno.ENOTDIR) else "unknown"
        else:
            # Windows has another time in the place of the time of change.
            last = getattr(found, "st_birthtime_ns", found.st_ctime_ns) if os.name == "nt" else found.st_ctime_ns
            places = [0, 0] if os.name == "nt" else [found.st_dev, found.st_ino]
            SEEN[path] = ":".join(map(str, places + [found.st_size, found.st_mtime_ns, last]))
    return path


def listed(place):
    """The names in a directory; none if it is missing."""
    try:
        return sorted(os.listdir(see(place)))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        DOUBTS.append(error)
        return []


def is_file(path):
    return os.path.isfile(see(path))
