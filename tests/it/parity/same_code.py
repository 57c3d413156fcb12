# Compares the bytecode below two directories by what it means: the code objects, field by field.
# Run as `python same_code.py EXPECTED FOUND PLACE`; both trees were made in PLACE. Prints the differences.
import marshal
import os
import sys
import types

EXPECTED, FOUND, PLACE = sys.argv[1:]
HEADER = 12 if sys.version_info < (3, 7) else 16


def code_in(path):
    with open(path, "rb") as file:
        return marshal.loads(file.read()[HEADER:])


def meaning(value):
    """A value that is equal to another one if both mean the same, and the same types are in both."""
    if isinstance(value, types.CodeType):
        fields = [name for name in dir(value) if name.startswith("co_") and name not in NOT_COMPARED]
        return [meaning(getattr(value, name)) for name in fields]
    if isinstance(value, frozenset):
        return "set", sorted(map(repr, value))
    if isinstance(value, tuple):
        return [meaning(item) for item in value]
    return type(value).__name__, repr(value)


# Methods, and the path, which is compared on its own: pip 18 has a temporary one.
NOT_COMPARED = {"co_lines", "co_positions", "co_filename"}
number = 0
for place, _, names in os.walk(EXPECTED):
    for name in names:
        if not name.endswith(".pyc"):
            continue
        number += 1
        path = os.path.relpath(os.path.join(place, name), EXPECTED)
        expected, found = code_in(os.path.join(EXPECTED, path)), code_in(os.path.join(FOUND, path))
        if meaning(expected) != meaning(found):
            print("other code:", path)
        source = os.path.join(os.path.dirname(os.path.dirname(path)), name.split(".")[0] + ".py")
        if found.co_filename != os.path.join(PLACE, source):
            print("another path:", path, found.co_filename)
        if expected.co_filename.startswith(PLACE) and expected.co_filename != found.co_filename:
            print("venv has another path:", path, expected.co_filename)
if number < 100:
    print("only", number, "files were compared")
