"""Talks to an interactive shell in a pseudo-terminal: pty.py DIALOGUE SHELL [ARGUMENT...]

Each line of the file DIALOGUE has two words in hex: the text to type and, after a "=", the text
that must be displayed between the end of the output ("SYNC" and the number of the line) and the
user's own prompt "READY> ". The second word is "-" if anything may be displayed.
"""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

# Escape sequences, and fish's way to start a prompt on a line of its own.
ESCAPES = re.compile(
    rb"\xe2\x8f\x8e +\r(?:\xe2\x8f\x8e \r)?"
    rb"|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Z]|\x1b[=>]|\r"
)
SECONDS = 20


def read_until(terminal, is_enough):
    seen = b""
    deadline = time.monotonic() + SECONDS
    while not is_enough(seen):
        ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
        try:
            data = os.read(terminal, 65536) if ready else b""
        except OSError:
            data = b""
        if not data:
            sys.exit(f"the shell ended or fell silent after {seen!r}")
        # .NET asks for the place of the cursor, and waits for an answer.
        os.write(terminal, data.count(b"\x1b[6n") * b"\x1b[1;1R")
        seen += data
    return seen


def displayed(seen, sync):
    """The text between the synchronisation and the prompt, or None until both are there."""
    _, found, rest = seen.partition(sync)
    before, prompt, _ = ESCAPES.sub(b"", rest).partition(b"READY> ")
    return before if found and prompt else None


def main():
    dialogue, *command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    # So wide that no line editor breaks or scrolls a line.
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 4000, 0, 0))
    for number, line in enumerate(open(dialogue)):
        typed, expected = line.split()
        sync = b"SYNC%d." % number
        os.write(terminal, bytes.fromhex(typed) + b"\n")
        seen = read_until(terminal, lambda seen: displayed(seen, sync) is not None)
        shown = displayed(seen, sync).lstrip(b"\n")
        wanted = None if expected == "-" else bytes.fromhex(expected[1:])
        if wanted is not None and shown != wanted:
            sys.exit(f"displayed {shown!r}\ninstead of {wanted!r}\nafter {bytes.fromhex(typed)!r}\nin {seen!r}")
    os.write(terminal, b"exit\n")


main()
