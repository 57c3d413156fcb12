# A part of the probe, see files.py.


def wheels():
    """The directories from which ensurepip takes its wheels, and the wheels in them."""
    import sysconfig

    # Distributions keep the wheels apart. The variable names their directory since 3.10; Debian had one before.
    named = sysconfig.get_config_var("WHEEL_PKG_DIR")
    places, found = [], []
    for place in (os.path.join(STDLIB, "ensurepip", "_bundled"), named, "/usr/share/python-wheels"):
        # One that is missing may appear later.
        if place and (place == named or not found):
            places.append(place)
            found += [os.path.join(place, name) for name in listed(place) if name.endswith(".whl")]
    return places, found


def bundled():
    """The wheels that ensurepip installs, in its order. There are none if this is no ensurepip that rvenv knows."""
    import sysconfig

    constants, deeds, lines = {}, [], set()
    init, main = (os.path.join(STDLIB, "ensurepip", "__%s__.py" % name) for name in ("init", "main"))
    try:
        code = compiled(init)
        if not (says_only_known(compiled(main)) and says_only_known(code)):
            return []
        with open(init, encoding="utf-8") as source:
            for line in source:
                lines.add(line.strip())
                name, _, value = line.strip().partition(" = ")
                constants.setdefault(name, []).append(value.strip("'\""))
                if "_run_pip(" in line:
                    deeds.append(line.split()[0])
    except (FileNotFoundError, NotADirectoryError, SyntaxError, ValueError):
        return []
    except OSError as error:
        DOUBTS.append(error)
        return []
    # Since 3.15 bytecode is left out where the interpreter keeps none.
    known = {"--no-cache-dir", "--root", "--user"}
    known |= {"--no-compile"} if sys.version_info >= (3, 15) else set()
    if options(code) - known != {"--no-index", "--find-links", "--upgrade"}:
        return []
    # The conditions for the names of pip's scripts.
    if not {"if altinstall:", "elif not default_pip:"} <= lines:
        return []
    # One of somebody's own may run pip once more, or do something after it. (The second call uninstalls pip.)
    if sys.version_info >= (3, 7) and sorted(deeds) != ["def", "return", "return"]:
        return []
    projects = [project for project in ("setuptools", "pip") if versions_of(project, constants)]
    # A version that stands there twice depends on something.
    if any(len(versions_of(project, constants)) > 1 for project in projects):
        return []
    # setuptools is in all lists in which pip is, or is not installed at all.
    listed = listings(code, "setuptools")
    if listed != (listings(code, "pip") if "setuptools" in projects else 0) or "setuptools" in projects and not listed:
        return []
    # Before 3.10 there was no such directory. An empty name is the current directory to some (CPython gh-146310).
    named = sysconfig.get_config_var("WHEEL_PKG_DIR") if sys.version_info >= (3, 10) else None
    found = [last_wheel(named, project + "-") for project in projects] if named else [None]
    if not all(found):
        place = os.path.join(STDLIB, "ensurepip", "_bundled")
        found = [last_wheel(place, "%s-%s-" % (name, versions_of(name, constants)[0])) for name in projects]
    return found if all(found) else []


def versions_of(project, constants):
    return constants.get("_%s_VERSION" % project.upper(), [])


def last_wheel(place, prefix):
    wheels = [name for name in listed(place) if name.startswith(prefix) and name.endswith(".whl")]
    return os.path.join(place, wheels[-1]) if wheels else None
