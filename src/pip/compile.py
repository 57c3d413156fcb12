# Compiles sources for rvenv, without a file of its own; compile.rs describes what it reads and prints.
# Run as `python -I -S -B -c SCRIPT NONCE`: no user code, no current directory, no bytecode of its own.
import gc
import importlib._bootstrap_external
import importlib.machinery
import os
import sys

# Only py_compile's errors use it, and it would take a third of the start.
traceback = sys.modules["traceback"] = type(sys)("traceback")
traceback.format_exception_only = lambda kind, error: ["%s: %s" % (kind.__name__, error)]

import py_compile

# Compiling leaves nothing in cycles.
gc.disable()

# Names, and the results of first compilations, which live as long as modules that are loaded.
LOADED = []


def read(length):
    data = sys.stdin.buffer.read(length)
    if len(data) < length:
        # rvenv has nothing to compile after all.
        sys.exit(3)
    return data


def field():
    return read(int.from_bytes(read(4), "little"))


def put(data):
    sys.stdout.buffer.write(len(data).to_bytes(4, "little") + data)


def local_classes(source):
    """The qualified names of classes in functions, as far as the indentation of lines tells."""
    scopes = [(-1, "")]
    for line in source.decode("utf-8", "replace").splitlines():
        words = line.replace("async def", "def", 1).split(None, 2)
        if not words or words[0][0] in "#)]}":
            continue
        indent = len(line) - len(line.lstrip())
        while scopes[-1][0] >= indent:
            scopes.pop()
        if words[0] in ("def", "class") and len(words) > 1:
            path = scopes[-1][1] + words[1].split("(")[0].split("[")[0].rstrip(":")
            if words[0] == "class" and "<locals>" in path:
                yield path
            scopes.append((indent, path + (".<locals>." if words[0] == "def" else ".")))


def is_fresh(code):
    """Whether the name of a class in a function is one object in `code`, at any depth: its name and a constant."""
    nested = [constant for constant in code.co_consts if isinstance(constant, type(code))]
    name = code.co_qualname
    return "<locals>" in name and any(name is constant for constant in code.co_consts) or any(map(is_fresh, nested))


class Loader(importlib.machinery.SourceFileLoader):
    """A loader of the one source at hand."""

    def get_data(self, path):
        return SOURCE

    def path_stats(self, path):
        return {"mtime": MTIME, "size": len(SOURCE)}

    def source_to_code(self, *arguments, **options):
        # The qualified name of a local class is one object in new code. In pip's process it is two, if the module is
        # loaded already: the module's own, which is interned, and the new one.
        has_some = IS_LOADED and (b"  class " in SOURCE or b"\tclass " in SOURCE)
        if has_some:
            LOADED.extend(map(sys.intern, local_classes(SOURCE)))
        code = super().source_to_code(*arguments, **options)
        if has_some and is_fresh(code):
            # A name that was not guessed is known now.
            LOADED.append(code)
            code = super().source_to_code(*arguments, **options)
        return code


def keep(path, data, mode=0o666):
    BYTECODE.append(bytes(data))


importlib.machinery.SourceFileLoader = Loader
importlib._bootstrap_external._write_atomic = keep


def template(sources):
    """The text of console scripts, as the pip to be installed has it: a literal in the first source that has one."""
    import ast
    import textwrap

    # The attribute that holds the string of a literal.
    literal = "value" if sys.version_info >= (3, 8) else "s"
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            targets = getattr(node, "targets", ())
            names = {getattr(target, "attr", getattr(target, "id", None)) for target in targets}
            if names & {"script_template", "SCRIPT_TEMPLATE"}:
                # pip passes its own literal through `dedent`; distlib's starts at the margin.
                parts = [getattr(part, literal, None) for part in ast.walk(node.value)]
                texts = [part for part in parts if isinstance(part, str)]
                if len(texts) == 1:
                    return textwrap.dedent(texts[0])
    raise LookupError("there is no template for console scripts")


def in_a_zip(script):
    """The script as launchers on Windows have it behind them."""
    import io
    import time
    import zipfile

    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    date = time.gmtime(int(epoch)) if epoch else time.localtime()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr(zipfile.ZipInfo("__main__.py", date[:6]), script)
    return archive.getvalue()


MTIME = int(field())
# Strings that a module of pip's has interned; on 3.11 marshal shows it.
INTERNED = [sys.intern(text) for text in field().decode()]
mark = b"\0rvenv-bytecode\0" + sys.argv[1].encode() + b"\0"
sys.stdout.buffer.write(mark)
while True:
    kind = field()
    if kind == b"source":
        IS_LOADED, path, SOURCE = field() == b"yes", field().decode(), field()
        BYTECODE = []
        py_compile.compile("", "", path, doraise=True)
        put(BYTECODE[0])
    elif kind == b"template":
        TEXT = template([field(), field(), field()])
    elif kind == b"script":
        module, name = field().decode(), field().decode()
        script = TEXT % {"module": module, "import_name": name.split(".")[0], "func": name}
        put(in_a_zip(script.encode()) if sys.platform == "win32" else script.encode())
    else:
        break
sys.stdout.buffer.write(mark)
sys.stdout.buffer.flush()
# Without tidying up memory.
os._exit(0)
