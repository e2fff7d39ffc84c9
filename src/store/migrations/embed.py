#!/usr/bin/env python3
"""Writes the migrations of both dialects as C arrays: embed.py OUTPUT DIALECT FILE… -- DIALECT FILE…

The number of a file is its version; versions are consecutive from 1 and the same in every dialect."""
import pathlib
import sys


def read_set(arguments):
    dialect, files = arguments[0], [pathlib.Path(f) for f in arguments[1:]]
    files.sort(key=lambda f: int(f.stem))
    for expected, file in enumerate(files, 1):
        if int(file.stem) != expected:
            sys.exit(f"{dialect}: {file.name} found where version {expected:03} is due")
    return dialect, [file.read_bytes() for file in files]


def write_set(out, dialect, texts):
    for version, text in enumerate(texts, 1):
        if 0 in text:
            sys.exit(f"{dialect}: version {version} holds a NUL byte")
        out.write(f"static const char {dialect}_{version:03}[] = {{")
        for i, byte in enumerate(text + b"\0"):
            out.write(("\n    " if i % 24 == 0 else " ") + f"{byte if byte < 128 else byte - 256},")
        out.write("\n};\n\n")
    out.write(f"static const struct migration {dialect}_items[] = {{\n")
    for version in range(1, len(texts) + 1):
        out.write(f"    {{{version}, {dialect}_{version:03}}},\n")
    out.write("};\n\n")
    out.write(f"const struct migration_set migrations_{dialect} = {{{dialect}_items, {len(texts)}}};\n\n")


def main():
    at = sys.argv.index("--")
    sets = [read_set(sys.argv[2:at]), read_set(sys.argv[at + 1:])]
    if len(sets[0][1]) != len(sets[1][1]):
        sys.exit("the dialects have different numbers of migrations")
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write('#include "store/backend.h"\n\n')
        for dialect, texts in sets:
            write_set(out, dialect, texts)


main()
