# A part of the probe, see files.py.


LOADED = []


def loaded_libraries():
    """All libraries that this process has loaded so far: without any of them, the interpreter would not start.

    Each has the path by which the loader has found it, which may lead there by links. If that path leads to another
    file by now, nobody knows what the next start will find.
    """
    if not LOADED and os.name != "nt" and os.path.exists("/proc/self/maps"):
        found = listed_by_loader()
        # First the stamps and then the list, so that a file which is replaced in between has two numbers.
        stamps = [SEEN[see(path)].split(":") for path in found]
        mapped = mapped_files()
        real = list(map(os.path.realpath, found))
        for path, end, stamp in zip(found, real, stamps):
            number, _ = mapped.get(end, (None, False))
            # An overlayfs may have put the number of a layer into the higher bits of one of the two.
            if number is None or len(stamp) < 2 or (number ^ int(stamp[1])) & 0xFFFFFFFF:
                DOUBTS.append("%s is not the file that was loaded" % path)
        known = set(real + [os.path.realpath(sys.executable)])
        # What the loader does not list has come into this process in another way. A library may have any name, but
        # its code is mapped.
        others = [path for path, (_, is_code) in mapped.items() if is_code and path not in known]
        LOADED.extend(sorted(found + others))
    return LOADED


def mapped_files():
    """The files that are mapped into this process: the number of the inode, and whether any of it is code.

    A file has the path that it has now, or " (deleted)" after the last one.
    """
    mapped = {}
    for fields in map_lines():
        if len(fields) == 6 and fields[5].startswith(b"/"):
            path = os.fsdecode(fields[5])
            _, was_code = mapped.get(path, (0, False))
            mapped[path] = int(fields[4]), was_code or b"x" in fields[1]
    return mapped


def map_lines():
    """The fields of each line of /proc/self/maps (proc_pid_maps(5))."""
    with open("/proc/self/maps", "rb") as maps:
        return [line.rstrip(b"\n").split(None, 5) for line in maps]


ELF_PARTS = {}


def elf_parts():
    """What the executable's headers tell (elf(5)), read once."""
    if not ELF_PARTS:
        ELF_PARTS.update(interpreter=None, dynamic=None, base=0, paths="")
        try:
            with open("/proc/self/exe", "rb") as program:
                ELF_PARTS.update(read_elf(program))
        except OSError as error:
            DOUBTS.append(error)
    return ELF_PARTS


WORD = 8 if sys.maxsize > 2**32 else 4


def number(data, offset, length=WORD):
    return int.from_bytes(data[offset : offset + length], sys.byteorder)


def read_elf(program):
    """The loader that an executable asks for, where libraries are to be searched for, and two addresses in memory."""

    def read(offset, length):
        program.seek(offset)
        return program.read(length)

    header = read(0, 16 + 6 * WORD)
    if header[:4] != b"\x7fELF":
        return {}
    table, size, count = number(header, 24 + WORD), number(header, 30 + 3 * WORD, 2), number(header, 32 + 3 * WORD, 2)
    segments = [read(table + index * size, size) for index in range(count)]
    parts = [(number(part, 0, 4),) + tuple(number(part, WORD * at) for at in (1, 2, 4)) for part in segments]
    loaders = [os.fsdecode(read(offset, length).rstrip(b"\0")) for kind, offset, _, length in parts if kind == 3]
    tags = []
    for offset, length in ((part[1], part[3]) for part in parts if part[0] == 2):
        dynamic = read(offset, length)
        tags += [(number(dynamic, at), number(dynamic, at + WORD)) for at in range(0, length, 2 * WORD)]
    strings = [
        value - address + offset
        for kind, offset, address, length in parts
        for tag, value in tags
        if kind == 1 and tag == 5 and address <= value < address + length
    ]
    # A RUNPATH makes the loader ignore an RPATH, but nothing is lost by a doubt.
    paths = [read(strings[0] + value, 65536).split(b"\0")[0] for tag, value in tags if strings and tag in (15, 29)]
    return {
        "interpreter": (loaders or [None])[0],
        "dynamic": ([(part[2], part[3]) for part in parts if part[0] == 2] or [None])[0],
        # The first segment begins on a page, but its contents may not.
        "base": min([part[2] - part[1] for part in parts if part[0] == 1] or [0]),
        "paths": ":".join(os.fsdecode(path) for path in paths if path),
    }


def listed_by_loader():
    """The libraries in the list that the loader keeps for debuggers (link.h), but for the executable itself."""
    elf = elf_parts()
    if not (elf["interpreter"] and elf["dynamic"]):
        return []
    try:
        with open("/proc/self/mem", "rb", 0) as memory:
            names = names_in_list(memory, elf)
    except (OSError, OverflowError, ValueError) as error:
        DOUBTS.append(error)
        return []
    # The kernel's own library (vdso(7)) is no file.
    return [name for name in names if "/" in name and is_fixed(name)]


def names_in_list(memory, elf):
    def read(address, length):
        memory.seek(address)
        return memory.read(length)

    def word(address):
        return number(read(address, WORD), 0)

    def text(address):
        found = b""
        while b"\0" not in found:
            # A read ends at the latest with a page, as the next one need not be there.
            found += read(address + len(found), 256 - (address + len(found)) % 256) or b"\0"
        return os.fsdecode(found.split(b"\0")[0])

    program = os.fsencode(os.readlink("/proc/self/exe"))
    ranges = [fields[0] for fields in map_lines() if len(fields) == 6 and fields[5] == program]
    if not ranges:
        raise ValueError("the executable is not mapped")
    moved = min(int(found.split(b"-")[0], 16) for found in ranges) - elf["base"]
    address, length = elf["dynamic"]
    entries = read(moved + address, length)
    tags = {number(entries, at): number(entries, at + WORD) for at in range(0, length, 2 * WORD)}
    if not tags.get(21):
        raise ValueError("the loader keeps no list")
    # `r_map` in `r_debug`, then `l_name` and `l_next` in each `link_map`.
    entry, names = word(tags[21] + WORD), []
    while entry and len(names) < 10000:
        names.append(text(word(entry + WORD)))
        entry = word(entry + 3 * WORD)
    return names[1:]
