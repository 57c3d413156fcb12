# A part of the probe, see files.py.


# The words in the code and the strings of CPython's ensurepip from 3.6 to 3.15, Debian's and PyPy's.
WORDS = set("""
    ArgumentParser Cannot Debian Default DeprecationWarning ENSUREPIP_OPTIONS Give I ImportError IndexError Install
    Make ModuleNotFoundError OSError Option PIP_ PIP_CONFIG_FILE Package Path Python Show SystemError SystemExit
    TemporaryDirectory True U Ubuntu Upgrade Using ValueError W WHEEL_PKG_DIR X Y _PACKAGES _PACKAGE_NAMES
    _PIP_VERSION _PROJECTS _Package _SETUPTOOLS_VERSION _WHEEL_PKG_DIR __all__ __main__ __name__ __version__
    _bootstrap _bundled _disable_pip_configuration_settings _ensurepip_is_disabled_in_debian_for_system
    _find_packages _find_wheel_pkg_dir_pip _get_packages _get_pip_version _get_pip_whl_path_ctx _internal _main
    _pkg_dir _run_pip _uninstall_helper a action add_argument addition additional_paths additive all already
    alter_sys alternate alternative_pip_wheel_path altinstall an and any append apt are argparse args argv as_file
    audit available available_version backup_argv base_prefix basename be bootstrap bundled bundled_wheel_path by c
    cache cache_tag can check cmd code collections color compile contextlib copy2 count default default_pip
    dependencies dest devnull did dir directory disable disabled dist_matching_wheels dpkg easy_install endswith
    ensurepip environ environments even everything exc executable exit file filename filenames files find flags for
    format fp fsdecode genexpr get get_config_var get_data getattr glob handled happen hasattr have help if ignore
    implementation import importlib in index insert install installed installing is isolated it items itself join k
    keys_to_remove last_matching_dist_wheel library links listcomp listdir locals m main make matching might module
    modules more msg name namedtuple never no none not nullcontext of on only open or os output own p package
    packages parse_args parser partition path pathlib pip pipX pkgutil prefix print prog project py2 py3 py_tag
    python python3 r rb read read_binary read_bytes real_prefix relative removeprefix requires resolve resources
    results returncode reversed risk root run run_module run_name runpy scheme scripts setuptools should shutil so
    sorted standard startswith stderr store_true subprocess sure sys sysconfig system tempfile that the this times
    tmp_wheel_path tmpdir tmpdir_path to together unexpected uninstall unqualified up upgrade use used user using
    usually v verbose verbosity version versioned virtual wb wheel_name wheel_path whl will with write y your zlib
""".split())


def compiled(path):
    """The code of a module, without its documentation."""
    with open(see(path), "rb") as source:
        return compile(source.read(), path, "exec", 0, True, 2)


def strings(code, functions=True):
    """The strings in a code object and in its functions, but for those that only the command line and the uninstaller
    of ensurepip run."""
    for constant in code.co_consts:
        if not hasattr(constant, "co_consts"):
            for text in texts(constant):
                yield text
        elif functions and constant.co_name not in ("_main", "_uninstall_helper"):
            for text in strings(constant):
                yield text


def texts(constant):
    """The strings in a constant, which may be a tuple or a set of constants."""
    if isinstance(constant, str):
        return [constant]
    return [text for one in constant for text in texts(one)] if isinstance(constant, (tuple, frozenset)) else []


def words(code):
    """The words in a code object: names, and what the strings consist of. What begins with a digit is a part of a
    version."""
    found = set()
    for constant in code.co_consts:
        if hasattr(constant, "co_consts"):
            found |= words(constant)
    for text in list(code.co_names + code.co_varnames) + texts(code.co_consts):
        text = "".join(letter if letter == "_" or letter.isalnum() else " " for letter in text)
        found.update(word for word in text.split() if not word[0].isdigit())
    return found


def says_only_known(code):
    """Whether a module of ensurepip has no other words than the ones that are known: whoever has it do something more
    has to name that."""
    return words(code) <= WORDS


def options(code):
    """The options that ensurepip gives to pip."""
    found = (word for text in strings(code) for word in text.replace('"', " ").replace("'", " ").split())
    return {word for word in found if word.startswith("--")}


def listings(code, project):
    """The number of lists of packages in which a project is."""
    return list(strings(code, functions=False)).count(project)
