# Answers rvenv's questions about the interpreter that runs this script; probe.rs describes the frame of the answer.
# Run as `python -I -S -B -c SCRIPT NONCE`: no user code, no current directory, no bytecode.
import os
import sys

STDLIB = os.path.dirname(os.__file__)


def yes_or_no(answer):
    return "yes" if answer else "no"


def scheme():
    """The directories of the `venv` scheme, relative to the environment. Python has the scheme since 3.11."""
    import sysconfig

    if "venv" not in sysconfig.get_scheme_names():
        return
    base = os.path.join(os.path.abspath(os.sep), "base")
    bases = ("base", "platbase", "installed_base", "installed_platbase")
    paths = sysconfig.get_paths("venv", vars=dict.fromkeys(bases, base))
    for name in ("scripts", "purelib", "platlib", "include"):
        yield "scheme-" + name, os.path.relpath(paths[name], base).replace(os.sep, "/")


def windows_files(home):
    """The files that venv may take on Windows, from the library and from beside the executable; rvenv selects."""
    import sysconfig

    scripts = os.path.join(STDLIB, "venv", "scripts")
    is_build = sysconfig.is_python_build()
    launchers = home if is_build else os.path.join(scripts, "nt")
    yield "build-tree", yes_or_no(is_build)
    yield "launcher-dir", launchers
    for key, place in (("launcher", launchers), ("runtime-file", home)):
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
            if name.lower().endswith((".exe", ".dll")):
                yield key, name
    for place, _, names in os.walk(home) if is_build else ():
        if "init.tcl" in names:
            yield "init.tcl", os.path.join(place, "init.tcl")
            break
    bits, arm = "64" if sys.maxsize > 2**32 else "32", sysconfig.get_platform() == "win-arm64"
    yield "script-launcher", "t%s%s.exe" % (bits, "-arm" if arm else "")
    activate = os.path.join(scripts, "common", "Activate.ps1")
    if os.path.exists(activate):
        yield "activate.ps1", activate


def first_working_link(executable):
    """The first link in a chain from whose directory an environment's interpreter finds its library.

    A relocatable build searches for the library from that directory upwards, so a link elsewhere does not work
    (CPython gh-106045). Other builds have the library's path compiled in, and keep the link that was asked for.
    """
    for _ in range(40):
        if not os.path.islink(executable) or reaches_library(executable) or starts_an_environment(executable):
            break
        executable = os.path.normpath(os.path.join(os.path.dirname(executable), os.readlink(executable)))
    return executable


def reaches_library(executable):
    landmark = os.path.join(*(STDLIB.split(os.sep)[-2:] + ["os.py"]))
    parent = os.path.dirname(executable)
    while True:
        if os.path.isfile(os.path.join(parent, landmark)):
            return True
        if parent == os.path.dirname(parent):
            return False
        parent = os.path.dirname(parent)


def starts_an_environment(executable):
    """Whether an environment of `executable` starts. Only a try can tell: sysconfig's paths may be rewritten."""
    import shutil
    import subprocess
    import tempfile

    try:
        env_dir = tempfile.mkdtemp(prefix="rvenv-")
    except OSError:
        return True
    try:
        python = os.path.join(env_dir, "bin", os.path.basename(executable))
        os.mkdir(os.path.dirname(python))
        os.symlink(executable, python)
        with open(os.path.join(env_dir, "pyvenv.cfg"), "w", encoding="utf-8") as cfg:
            cfg.write("home = %s\n" % os.path.dirname(executable))
        command = [python, "-I", "-S", "-B", "-c", "pass"]
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    finally:
        shutil.rmtree(env_dir)


def free_threaded():
    if hasattr(sys, "abiflags"):
        return "t" in sys.abiflags
    # Windows interpreters have no ABI flags.
    import sysconfig

    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def is_itself():
    """Whether the program that was run is the interpreter, and not a shim or wrapper that starts one."""
    if os.name == "nt":
        # Windows runs no script as a program, and files from the Store cannot be read. rvenv compares the files.
        return True
    try:
        return os.path.samefile("/proc/self/exe", sys.executable)
    except OSError:
        with open(sys.executable, "rb") as program:
            return program.read(2) != b"#!"


def watched():
    """The files, besides the executable, whose change makes these answers outdated."""
    for library in shared_libraries():
        yield library
    for package in ("venv", "ensurepip"):
        yield os.path.join(STDLIB, package, "__init__.py")


def shared_libraries():
    """The interpreter's own shared library, if it has one."""
    if os.name == "nt":
        threads = "t" if free_threaded() else ""
        debug = "_d" if hasattr(sys, "gettotalrefcount") else ""
        name = "python%d%d%s%s.dll" % (sys.version_info[0], sys.version_info[1], threads, debug)
        return [os.path.join(os.path.dirname(sys.executable), name)]
    if os.path.exists("/proc/self/maps"):
        with open("/proc/self/maps", "rb") as maps:
            mapped = {line.rstrip(b"\n").split(None, 5)[-1] for line in maps}
        named = (path for path in mapped if os.path.basename(path).startswith((b"libpython", b"libpypy")))
        return sorted(os.fsdecode(path) for path in named)
    import sysconfig

    place, name = (sysconfig.get_config_var(key) for key in ("LIBDIR", "LDLIBRARY"))
    framework = sysconfig.get_config_var("PYTHONFRAMEWORKPREFIX")
    return [os.path.join(framework or place, name)] if (framework or place) and name else []


def wheels():
    """The directories from which ensurepip takes its wheels, and the wheels in them."""
    import sysconfig

    # Distributions keep the wheels apart. The variable names their directory since 3.10; Debian had one before.
    named = sysconfig.get_config_var("WHEEL_PKG_DIR")
    places, found = [], []
    for place in (os.path.join(STDLIB, "ensurepip", "_bundled"), named, "/usr/share/python-wheels"):
        # One that is missing may appear later.
        if place and (place == named or not found):
            names = sorted(os.listdir(place)) if os.path.isdir(place) else []
            names = (name for name in names if name.startswith(("pip-", "setuptools-")))
            places.append(place)
            found += [os.path.join(place, name) for name in names if name.endswith(".whl")]
    return places, found


def bundled():
    """The wheels that ensurepip installs, in its order. There are none if this is no ensurepip that rvenv knows."""
    import sysconfig

    constants, options = {}, set()
    try:
        with open(os.path.join(STDLIB, "ensurepip", "__init__.py"), encoding="utf-8") as source:
            for line in source:
                name, _, value = line.strip().partition(" = ")
                constants.setdefault(name, value.strip("'\""))
                if name.startswith("args"):
                    options.update(word for word in line.split('"') if word.startswith("--"))
    except (OSError, ValueError):
        return []
    # Since 3.15 bytecode is left out where the interpreter keeps none.
    known = {"--no-cache-dir", "--root", "--user", "--disable-pip-version-check"}
    known |= {"--no-compile"} if sys.version_info >= (3, 15) else set()
    if options - known != {"--no-index", "--find-links", "--upgrade"}:
        return []
    projects = [project for project in ("setuptools", "pip") if version_of(project, constants)]
    # Before 3.10 there was no such directory. An empty name is the current directory to some (CPython gh-146310).
    named = sysconfig.get_config_var("WHEEL_PKG_DIR") if sys.version_info >= (3, 10) else None
    found = [last_wheel(named, project + "-") for project in projects] if named else [None]
    if not all(found):
        place = os.path.join(STDLIB, "ensurepip", "_bundled")
        found = [last_wheel(place, "%s-%s-" % (name, version_of(name, constants))) for name in projects]
    return found if all(found) else []


def version_of(project, constants):
    return constants.get("_%s_VERSION" % project.upper())


def last_wheel(place, prefix):
    names = sorted(os.listdir(place)) if os.path.isdir(place) else []
    wheels = [name for name in names if name.startswith(prefix) and name.endswith(".whl")]
    return os.path.join(place, wheels[-1]) if wheels else None


def answers():
    # An interpreter that does not know its own path has an empty sys.executable (CPython gh-96861).
    if not sys.executable:
        return
    executable = sys.executable
    if not os.path.isabs(executable):
        executable = os.path.abspath(executable)
    executable = first_working_link(executable)
    home, exe_name = os.path.split(os.path.abspath(executable))
    yield "version", "%d.%d.%d" % sys.version_info[:3]
    yield "implementation", sys.implementation.name
    yield "os", os.name
    yield "platform", sys.platform
    yield "executable", executable
    yield "real-executable", os.path.realpath(executable)
    yield "home", home
    yield "exe-name", exe_name
    yield "64-bit", yes_or_no(sys.maxsize > 2**32)
    yield "utf8-file-names", yes_or_no(sys.getfilesystemencoding().lower() == "utf-8")
    yield "free-threaded", yes_or_no(free_threaded())
    # Debian's venv tests for this very file.
    yield "ensurepip", yes_or_no(os.path.isfile(os.path.join(STDLIB, "ensurepip", "__main__.py")))
    yield "itself", yes_or_no(is_itself())
    places, candidates = wheels()
    for path in list(watched()) + places:
        yield "watched", path
    for path in candidates:
        yield "wheel", path
    for path in bundled():
        yield "bundled", path
    if sys.implementation.cache_tag:
        yield "cache-tag", sys.implementation.cache_tag
    for pair in scheme():
        yield pair
    if os.name == "nt":
        for pair in windows_files(home):
            yield pair


fields = ["", "rvenv-facts", sys.argv[1]]
for key, value in answers():
    fields += [key, value]
fields += ["end-of-facts", sys.argv[1], ""]
frame = b"\0".join(os.fsencode(field) for field in fields)
while frame:
    frame = frame[os.write(1, frame) :]
