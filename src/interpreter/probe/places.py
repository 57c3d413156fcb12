# A part of the probe, see files.py.


def libraries_above(executable):
    """The places in which an interpreter looks for its library, in its order."""
    parent = os.path.dirname(executable)
    while parent != os.path.dirname(parent):
        yield os.path.join(parent, *STDLIB.split(os.sep)[-2:])
        parent = os.path.dirname(parent)


def is_library(place):
    return is_same_file(place, STDLIB)


def beside(executable):
    """The places of `._pth`, `pybuilddir.txt` and `pyvenv.cfg`, by which CPython takes another place for its library's
    (getpath.py). The stamp of a directory stands for what is in it."""
    if sys.implementation.name == "cpython" and os.name == "posix":
        yield os.path.dirname(os.path.realpath(executable))
        if sys.version_info >= (3, 11):
            yield os.path.dirname(executable)
        else:
            # The links to it are followed before its `pyvenv.cfg` is looked for (getpath.c): beside it, or above.
            above = os.path.dirname(os.path.dirname(os.path.realpath(executable)))
            yield os.path.join(above, "pyvenv.cfg")


def nearer_libraries(executable):
    """The places in which a library that appears is taken instead of this one."""
    archives = [os.path.basename(path) for path in sys.path if path.endswith(".zip")]
    for program in (os.path.realpath(executable), executable) if os.name == "posix" else ():
        is_nearer = True
        for library in libraries_above(program):
            is_nearer = is_nearer and not is_library(library)
            place = os.path.dirname(library)
            # The stamp of the executable's own directory stands for what is missing in it.
            if os.path.dirname(place) == os.path.dirname(program) and not os.path.isdir(place):
                continue
            if is_nearer:
                yield library
            # The library may also be in an archive. Since 3.11, one that is further away is taken, too (getpath.py).
            for archive in archives if is_nearer or sys.version_info >= (3, 11) else ():
                yield os.path.join(place, archive)
