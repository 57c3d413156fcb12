# A part of the probe, see files.py.


def watched():
    """The files, besides the executable, whose change makes these answers outdated.

    Each has to be seen before the next one is asked for: that may read it.
    """
    for library in shared_libraries():
        yield library
    # The directories stand for what comes and goes in them, such as modules without which no interpreter starts.
    for place in (STDLIB, os.path.join(STDLIB, "encodings")):
        yield place
    # A package since 3.13.
    sysconfig_file = "sysconfig.py" if os.path.isfile(os.path.join(STDLIB, "sysconfig.py")) else "sysconfig/__init__.py"
    launchers = ["venv/__init__.py"] if os.name == "nt" else []
    for module in launchers + ["ensurepip/__init__.py", "ensurepip/__main__.py", sysconfig_file]:
        yield os.path.join(STDLIB, *module.split("/"))
    if os.name != "nt":
        multiarch = getattr(sys.implementation, "_multiarch", "")
        see(os.path.join(STDLIB, "_sysconfigdata_%s_%s_%s.py" % (sys.abiflags, sys.platform, multiarch)))
        import sysconfig

        sysconfig.get_config_var("WHEEL_PKG_DIR")
        data = [module for name, module in sorted(sys.modules.items()) if name.startswith("_sysconfigdata")]
        for path in (getattr(module, "__file__", None) for module in data):
            if path:
                yield path
        # Bytecode may be older than its source, and nobody notices if both have the same size and date.
        for path in (getattr(module.__spec__, "cached", None) for module in [sysconfig] + data):
            if path and os.path.exists(path):
                yield path


def shared_libraries():
    """The interpreter's own shared library, if it has one."""
    if os.name == "nt":
        threads = "t" if free_threaded() else ""
        debug = "_d" if hasattr(sys, "gettotalrefcount") else ""
        name = "python%d%d%s%s.dll" % (sys.version_info[0], sys.version_info[1], threads, debug)
        return [os.path.join(os.path.dirname(sys.executable), name)]
    if os.path.exists("/proc/self/maps"):
        names = ("libpython", "libpypy")
        return [path for path in loaded_libraries() if os.path.basename(path).startswith(names)]
    import sysconfig

    place, name = (sysconfig.get_config_var(key) for key in ("LIBDIR", "LDLIBRARY"))
    framework = sysconfig.get_config_var("PYTHONFRAMEWORKPREFIX")
    return [os.path.join(framework or place, name)] if (framework or place) and name else []


def other_libraries():
    """The other libraries, and what would decide, if it appeared or changed, that others are loaded (ld.so(8))."""
    for library in loaded_libraries():
        yield library
    # The library may also be in an archive, which is looked at first.
    for archive in sys.path:
        if archive.endswith(".zip"):
            yield archive
    if os.name == "posix":
        for path in preloaded():
            yield path
        for place in searched_first():
            yield place
    if sys.platform == "linux":
        yield "/etc/ld.so.cache"
        # Hardly any system has one, but it may appear.
        yield "/etc/ld.so.preload"
        for path in sooner_found():
            yield path


def sooner_found():
    """The paths at which the interpreter's own library would be found by its RUNPATH, before that at which it was."""
    origin = os.path.dirname(os.path.realpath(sys.executable))
    places = elf_parts()["paths"].replace("${ORIGIN}", origin).replace("$ORIGIN", origin)
    places = list(filter(is_fixed, places.split(":") if places else ()))
    for library in shared_libraries():
        for place in places:
            path = os.path.join(place, os.path.basename(library))
            if is_same_file(path, library):
                break
            yield path
            # It was not there when it was looked for, unless a variable goes before the RUNPATH.
            if os.path.exists(path) and "LD_LIBRARY_PATH" not in os.environ:
                DOUBTS.append("%s has come since" % path)


def is_same_file(one, other):
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def is_fixed(path):
    """Whether a path leads to the same place in each directory, and has no token that the loader replaces."""
    if os.path.isabs(path) and "$" not in path:
        return True
    DOUBTS.append("the loader finds %s in a place of its own" % path)
    return False


def preloaded():
    """The libraries that are loaded before all others."""
    for name in ("LD_PRELOAD", "LD_AUDIT"):
        for path in os.environ.get(name, "").replace(":", " ").split():
            if is_fixed(path):
                yield path


def searched_first():
    """The directories in which a library that appears is loaded instead of another one."""
    machine = os.uname()[4]
    places = os.environ.get("LD_LIBRARY_PATH", "").replace(";", ":")
    # An empty entry is the current directory.
    for place in filter(is_fixed, places.split(":") if places else ()):
        yield place
        for name in ("glibc-hwcaps", "tls", machine, "haswell", "xeon_phi"):
            variant = os.path.join(place, name)
            if os.path.isdir(variant):
                yield variant
                for inner in listed(variant):
                    if os.path.isdir(os.path.join(variant, inner)):
                        yield os.path.join(variant, inner)
