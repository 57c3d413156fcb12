# A part of the probe, see files.py.


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
        for name in listed(place):
            if name.lower().endswith((".exe", ".dll")):
                yield key, name
    for place, _, names in os.walk(home) if is_build else ():
        if "init.tcl" in names:
            yield "init.tcl", os.path.join(place, "init.tcl")
            break
    bits, arm = "64" if sys.maxsize > 2**32 else "32", sysconfig.get_platform() == "win-arm64"
    yield "script-launcher", "t%s%s.exe" % (bits, "-arm" if arm else "")
    activate = os.path.join(scripts, "common", "Activate.ps1")
    if is_file(activate):
        yield "activate.ps1", activate


def first_working_link(executable):
    """The first link in a chain from whose directory an environment's interpreter finds its library.

    A relocatable build searches for the library from that directory upwards, so a link elsewhere does not work
    (CPython gh-106045). Other builds have the library's path compiled in, and keep the link that was asked for.
    """
    for _ in range(40):
        if not os.path.islink(executable) or reaches_library(executable):
            break
        try:
            if starts_an_environment(executable):
                break
        except OSError as error:
            # The end of the links is right in any case, though its name may not last.
            DOUBTS.append(error)
        executable = without_dots(os.path.join(os.path.dirname(executable), os.readlink(executable)))
    return executable


def without_dots(path):
    """The absolute path without `..`, which does not lead to the parent where the directory before it is a link."""
    collapsed, place = os.path.abspath(path), os.path.dirname(path)
    try:
        if ".." not in path or os.path.samefile(place, os.path.dirname(collapsed)):
            return collapsed
    except OSError:
        pass
    return os.path.join(os.path.realpath(place), os.path.basename(path))


def reaches_library(executable):
    """Whether the library that an interpreter finds on the way up is its own. It does not look in the root."""
    for library in libraries_above(executable):
        if is_file(os.path.join(library, "os.py")):
            return is_library(library)
    return False


def starts_an_environment(executable):
    """Whether an environment of `executable` starts, and with this library: another one may go without a notice.

    Only a try can tell: sysconfig's paths may be rewritten.
    """
    import shutil
    import signal
    import subprocess
    import tempfile

    env_dir = tempfile.mkdtemp(prefix="rvenv-")
    try:
        python = os.path.join(env_dir, "bin", os.path.basename(executable))
        os.mkdir(os.path.dirname(python))
        os.symlink(executable, python)
        with open(os.path.join(env_dir, "pyvenv.cfg"), "w", encoding="utf-8") as cfg:
            cfg.write("home = %s\n" % os.path.dirname(executable))
        script = "import os, sys; sys.stdout.buffer.write(os.fsencode(os.path.dirname(os.__file__)))"
        command = [python, "-I", "-S", "-B", "-c", script]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        library = process.communicate()[0]
        status = process.returncode
        # An interpreter without its library fails, and before 3.8 aborts. Any other signal is not its own doing.
        if status not in (0, 1, -signal.SIGABRT):
            raise OSError("it ended with status %d" % status)
        return status == 0 and is_library(os.fsdecode(library))
    finally:
        shutil.rmtree(env_dir, ignore_errors=True)


def is_text(path):
    """Whether a path can be in a line of an entry in the cache."""
    try:
        return not any(byte < 32 for byte in path.encode("utf-8"))
    except UnicodeEncodeError:
        return False


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
        # Without /proc, a wrapper that keeps its own name looks like the interpreter.
        if sys.platform == "linux":
            return False
        with open(sys.executable, "rb") as program:
            return program.read(2) != b"#!"


def doubt_another_program(real_executable):
    """Two names of one file may belong to two installations, and the other one may have been started."""
    try:
        started = os.readlink("/proc/self/exe")
    except OSError:
        return
    if started != real_executable:
        DOUBTS.append("%s was started" % started)


def answers():
    # An interpreter that does not know its own path has an empty sys.executable (CPython gh-96861).
    if not sys.executable:
        return
    executable = without_dots(sys.executable)
    see(executable)
    for paths in (other_libraries(), watched()):
        for path in paths:
            see(path)
    executable = see(first_working_link(executable))
    for paths in (beside(executable), nearer_libraries(executable)):
        for path in paths:
            see(path)
    home, exe_name = os.path.split(executable)
    yield "version", "%d.%d.%d" % sys.version_info[:3]
    yield "implementation", sys.implementation.name
    yield "os", os.name
    yield "platform", sys.platform
    yield "executable", executable
    real_executable = os.path.realpath(executable)
    doubt_another_program(real_executable)
    yield "real-executable", real_executable
    yield "home", home
    yield "exe-name", exe_name
    yield "64-bit", yes_or_no(sys.maxsize > 2**32)
    yield "utf8-file-names", yes_or_no(sys.getfilesystemencoding().lower() == "utf-8")
    yield "free-threaded", yes_or_no(free_threaded())
    # Debian's venv tests for this very file.
    yield "ensurepip", yes_or_no(is_file(os.path.join(STDLIB, "ensurepip", "__main__.py")))
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
    for path, stamp in sorted(SEEN.items()):
        yield "seen", "%s %s" % (stamp, path)
    # A library that was replaced since it was loaded is not the one at its path.
    is_sure = not DOUBTS and all(map(is_text, SEEN)) and not any(path.endswith(" (deleted)") for path in SEEN)
    yield "sure", yes_or_no(is_sure and sys.getfilesystemencoding().lower() == "utf-8")


fields = ["", "rvenv-facts", sys.argv[1]]
for key, value in answers():
    fields += [key, value]
fields += ["end-of-facts", sys.argv[1], ""]
frame = b"\0".join(os.fsencode(field) for field in fields)
while frame:
    frame = frame[os.write(1, frame) :]
