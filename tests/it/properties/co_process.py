# Answers questions about Python. Each input line has the question's name and its texts in hexadecimal; see
# co_process.rs. The argument is a directory to work in.
import ast
import glob
import os
import shlex
import site
import sys
import sysconfig
import unicodedata

DIR = sys.argv[1]


def question_repr(text, literal):
    """repr(text), and the literal with characters that this Python's Unicode has not assigned escaped as by repr."""
    escaped = (repr(c)[1:-1] if unicodedata.category(c) == "Cn" else c for c in literal)
    return repr(text), "".join(escaped)


def question_split(text):
    """The words of a line, by the rules of POSIX shells."""
    return shlex.split(text)


def question_site(text):
    """A pyvenv.cfg as read by this Python's own site module: whether packages are visible, and the home."""
    with open(os.path.join(DIR, "pyvenv.cfg"), "wb") as cfg:
        cfg.write(text.encode())
    site.PREFIXES, site.ENABLE_USER_SITE = ["/base"], True
    sys.executable = os.path.join(DIR, "bin", "python")
    # Later versions set both prefixes at start-up.
    sys.prefix = sys.exec_prefix = DIR
    site.venv(set())
    return "yes" if "/base" in site.PREFIXES else "no", sys._home or ""


def question_script(executable):
    """The script that the bundled pip writes for an interpreter with this path."""
    maker = script_maker()
    sys.executable = executable
    maker.variants, maker.clobber, maker.script_template = {""}, True, "import pip\n"
    (path,) = maker.make("pip = pip:main")
    with open(path, "rb") as script:
        return [script.read().decode()]


def script_maker():
    if not any(path.endswith(".whl") for path in sys.path):
        import ensurepip

        bundled = os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
        places = (sysconfig.get_config_var("WHEEL_PKG_DIR"), bundled, "/usr/share/python-wheels")
        wheels = (sorted(glob.glob(os.path.join(place, "pip-*.whl"))) for place in places if place)
        sys.path.insert(0, next(found for found in wheels if found)[-1])
    from pip._vendor.distlib.scripts import ScriptMaker

    return ScriptMaker(None, DIR)


def question_statements(source):
    """The kinds of the statements in a program."""
    return [type(statement).__name__ for statement in ast.parse(source).body]


for line in sys.stdin:
    name, *texts = line.split()
    answer = globals()["question_" + name](*(bytes.fromhex(text[1:]).decode() for text in texts))
    print(" ".join("=" + text.encode().hex() for text in answer), flush=True)
