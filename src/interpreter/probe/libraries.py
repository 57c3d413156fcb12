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
        data = (module for name, module in sorted(sys.modules.items()) if name.startswith("_sysconfigdata"))
        for path in (getattr(module, "__file__", None) for module in data):
            if path:
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
        return [path for path in mapped_libraries() if os.path.basename(path).startswith(names)]
    import sysconfig

    place, name = (sysconfig.get_config_var(key) for key in ("LIBDIR", "LDLIBRARY"))
    framework = sysconfig.get_config_var("PYTHONFRAMEWORKPREFIX")
    return [os.path.join(framework or place, name)] if (framework or place) and name else []


def mapped_libraries():
    """All libraries that this process has loaded so far: without any of them, the interpreter would not start."""
    if os.name == "nt" or not os.path.exists("/proc/self/maps"):
        return []
    with open("/proc/self/maps", "rb") as maps:
        mapped = {os.fsdecode(line.rstrip(b"\n").split(None, 5)[-1]) for line in maps}
    return sorted(path for path in mapped if ".so" in os.path.basename(path))


def other_libraries():
    """The other libraries, and what would decide, if it appeared or changed, that others are loaded (ld.so(8))."""
    for library in mapped_libraries():
        yield library
    # The library may also be in an archive, which is looked at first.
    for archive in sys.path:
        if archive.endswith(".zip"):
            yield archive
    places = os.environ.get("LD_LIBRARY_PATH", "").replace(";", ":")
    if places and not all(map(os.path.isabs, places.split(":"))):
        DOUBTS.append("libraries may be found by way of the current directory")
    for library in shared_libraries() if os.name == "posix" else ():
        for place in filter(None, places.split(":")):
            yield os.path.join(place, os.path.basename(library))
        yield "/etc/ld.so.cache"
