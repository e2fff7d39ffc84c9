#!/usr/bin/env python3
"""The rules of the house, checked in sources and in compiled objects.

    check.py [--source DIR] [--build DIR] [--only RULE,…]

Rules: layers, sql, banned, pure, globals, limits, size. The three that look at objects (banned, pure, globals) need
--build. Prints one line per finding, `file:line: rule: what`, and exits 1 when there is any; 2 when it could not look.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

# A room includes itself and lower levels; rooms of one level never include one another (design.md, "Layers").
LEVELS = [
    {"base"},
    {"core"},
    {"store", "net", "pki", "table", "draw", "conf"},
    {"record"},
    {"registry", "probe", "mail", "ticket", "report", "scsp", "hestia", "document"},
    {"flow"},
    {"web", "cli", "gateway"},
    {"app"},
]
LEVEL = {room: n for n, rooms in enumerate(LEVELS) for room in rooms}

SQL_ROOMS = {"record", "store"}
# Not our store: the query that the registry's own database is asked, the default of a key of the configuration.
SQL_FOREIGN = {"src/conf/config.h"}
SQL = re.compile(
    r"\s*(?:(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b"  # as this project writes it
    r"|(?i:select\s.+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\())",
    re.S)

# Besides what base/banned.h names: old, racy or unbounded calls that nobody here has used yet.
BANNED_TOO = {"gets", "alloca", "tempnam", "vfork", "getpass", "cuserid", "mallopt", "wcscpy", "wcscat", "bcopy",
              "rand", "srand", "random", "setjmp", "longjmp", "siglongjmp", "signal"}
ALLOCATORS = {"malloc", "calloc", "realloc", "mallopt"}
ALLOCATOR_SOURCE = ("base", "mem.c")

# All that a rule may call besides core and the pure part of base.
PURE_LIBC = {
    "memcpy", "memmove", "memset", "memcmp", "memchr", "memmem", "memrchr", "strlen", "strnlen", "strcmp", "strncmp", "strcasecmp",
    "strchr", "strchrnul", "strrchr", "strstr", "strspn", "strcspn", "strpbrk", "snprintf", "vsnprintf", "qsort_r",
    "bsearch", "abs", "labs", "floor", "ceil", "inet_pton", "inet_ntop",
}
IMPURE_BASE_FILES = {"file.c", "module.c", "lang.c", "process.c", "sandbox.c"}
IMPURE_BASE = {"clock_system"}
# What compilers add by themselves: stack protector, sanitizers, coverage.
COMPILER = re.compile(r"(__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__asan_|__ubsan_|__sanitizer_|__tsan_|__msan_|__gcov|"
                      r"__llvm_|__afl_|__sancov_|__start___sancov|__stop___sancov|__odr_asan)")

MOST_LINES = 700
MOST_FUNCTION_LINES = 90
MOST_BYTES = 1 << 20  # a source is never near this; reading on would only take time
LEAST_REASON = 8
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")

findings = []


def found(path, line, rule, what):
    findings.append(f"{path}:{line}: {rule}: {what}")


def stop(why):
    print(f"check.py: {why}", file=sys.stderr)
    sys.exit(2)


# --- reading C ---

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def tokens(text):
    """Yields (line, kind, text) of comments and strings; strings that follow one another are joined."""
    joined, joined_line, end = None, 0, 0
    for m in TOKEN.finditer(text):
        t = m.group(0)
        kind = "comment" if t[0] == "/" else "string" if t[0] == '"' else "char"
        line = text.count("\n", 0, m.start()) + 1
        if kind != "string":
            if kind == "comment":
                yield line, kind, t
            continue
        between = re.sub(r"/\*.*?\*/|\\\n", "", text[end:m.start()], flags=re.S)
        if joined is not None and between.strip() == "":
            joined += unescape(t[1:-1])
        else:
            if joined is not None:
                yield joined_line, "string", joined
            joined, joined_line = unescape(t[1:-1]), line
        end = m.end()
    if joined is not None:
        yield joined_line, "string", joined


def unescape(s):
    return s.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')


def sources(root, folder, endings=(".c", ".h")):
    return sorted(p for p in (root / folder).rglob("*") if p.suffix in endings and p.is_file())


def room_of(root, path):
    return path.relative_to(root / "src").parts[0]


# --- rules about sources ---

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)


def is_private(header):
    first = re.match(r"\s*/\*(.*?)\*/", header.read_text(encoding="utf-8"), re.S)
    return first is not None and re.search(r"\b(private|internal)\s[\s*]*to\b", first.group(1), re.I) is not None


def rule_layers(root, _build):
    for path in sources(root, "src"):
        room = room_of(root, path)
        if room not in LEVEL:
            found(path, 1, "layers", f"the room {room} has no place in the order of layers")
            continue
        text = path.read_text(encoding="utf-8")
        for m in INCLUDE.finditer(text):
            line, name = text.count("\n", 0, m.start()) + 1, m.group(1)
            other = name.split("/")[0]
            if "/" not in name or ".." in name.split("/"):
                found(path, line, "layers", f'"{name}" is included without its room: write "{room}/…"')
            elif not name.endswith(".h"):
                found(path, line, "layers", f"{name} is not a header")
            elif other not in LEVEL:
                found(path, line, "layers", f"{name}: there is no room {other}")
            elif other == room:
                continue
            elif LEVEL[other] > LEVEL[room]:
                found(path, line, "layers", f"{room} may not include {name}: {other} is above it")
            elif LEVEL[other] == LEVEL[room]:
                found(path, line, "layers", f"{room} may not include {name}: {other} is beside it")
            elif (root / "src" / name).is_file() and is_private(root / "src" / name):
                found(path, line, "layers", f"{name} is private to {other}")


def rule_sql(root, _build):
    for path in sources(root, "src"):
        if room_of(root, path) in SQL_ROOMS or str(path.relative_to(root)) in SQL_FOREIGN:
            continue
        for line, kind, text in tokens(path.read_text(encoding="utf-8")):
            if kind == "string" and SQL.match(text):
                found(path, line, "sql", f'"{text.strip()[:40]}…": SQL belongs to {" and ".join(sorted(SQL_ROOMS))}')


def rule_limits(root, _build):
    path = root / "src/base/limits.h"
    lines = path.read_text(encoding="utf-8").splitlines()
    number = 0
    for n, line in enumerate(lines, 1):
        m = re.match(r"\s*#\s*define\s+(\w+)\s+\S", line)
        if m is None:
            continue
        number += 1
        above = lines[n - 2].strip() if n > 1 else ""
        reason = re.search(r"/\*(.*)", line) or (re.match(r"/\*(?!\s*---)(.*)", above))
        words = reason.group(1).replace("*/", "").strip() if reason else ""
        if len(words) < LEAST_REASON:
            found(path, n, "limits", f"{m.group(1)} has no reason beside it")
    if number == 0:
        found(path, 1, "limits", "no limit found: has the file another form?")


def rule_size(root, _build):
    paths = [p for folder in ("src", "tests", "bench") for p in sources(root, folder, (".c", ".h", ".py", ".sh"))]
    for path in list(paths):
        if path.stat().st_size > MOST_BYTES:
            found(path, 1, "size", f"{path.stat().st_size} bytes: nobody wrote that")
            paths.remove(path)
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MOST_LINES:
            found(path, len(lines), "size", f"{len(lines)} lines: more than {MOST_LINES}; divide it")
        for n, line in enumerate(lines, 1):
            m = UNFINISHED.search(line)
            if m is not None:
                found(path, n, "size", f"{m.group(1)}: finish it or write it down elsewhere")
    c_files = [str(p) for p in paths if p.suffix == ".c"]
    try:
        out = subprocess.run(["ctags", "--output-format=json", "--fields=+ne", "--kinds-C=f", "-f", "-", "-L", "-"],
                             input="\n".join(c_files), capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        print("check.py: no Universal Ctags here: the length of functions is not checked", file=sys.stderr)
        return
    for tag in map(json.loads, out.splitlines()):
        length = tag.get("end", tag["line"]) - tag["line"] + 1
        if length > MOST_FUNCTION_LINES:
            found(tag["path"], tag["line"], "size", f"{tag['name']} has {length} lines: more than {MOST_FUNCTION_LINES}")


# --- rules about objects ---

def objects(root, build):
    """Yields (source, object) for what was compiled from src/; a source that is gone is passed over."""
    number = 0
    for o in sorted((build / "src").glob("*/*.p/*.o")):
        source = root / "src" / o.relative_to(build / "src").parts[0] / o.name.removesuffix(".o")
        if source.is_file():
            number += 1
            yield source, o
    if number == 0:
        stop(f"no object of src/ in {build}: build first")


def symbols(o):
    """(name, section) of each symbol; the section of an undefined one is *UND*."""
    out = subprocess.run(["nm", "--format=sysv", str(o)], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        columns = [c.strip() for c in line.split("|")]
        if len(columns) == 7 and columns[0] != "Name":
            name, kind, section = columns[0].split("@")[0], columns[2], columns[6]
            yield name, "*UND*" if kind in "UwvWV" and section in ("*UND*", "") else section


def undefined(o):
    return {name for name, section in symbols(o) if section == "*UND*"}


def plain_name(symbol):
    """strcpy of __strcpy_chk, sscanf of __isoc99_sscanf."""
    m = re.fullmatch(r"__(?:isoc\d+_)?(\w+?)(?:_chk)?", symbol)
    return m.group(1) if m else symbol


def banned_names(root):
    text = (root / "src/base/banned.h").read_text(encoding="utf-8")
    names = set(re.findall(r"BANNED\((\w+),", text)) - {"function"}
    if len(names) < 10:
        stop("src/base/banned.h names hardly anything: has it another form?")
    return names | BANNED_TOO


def rule_banned(root, build):
    banned = banned_names(root)
    for source, o in objects(root, build):
        for symbol in sorted(undefined(o)):
            name = plain_name(symbol)
            if name in banned and not (name in ALLOCATORS and (source.parent.name, source.name) == ALLOCATOR_SOURCE):
                found(source, 1, "banned", f"calls {symbol}: see src/base/banned.h")


def rule_pure(root, build):
    allowed, core = set(PURE_LIBC), []
    for source, o in objects(root, build):
        room = source.parent.name
        if room == "core" or (room == "base" and source.name not in IMPURE_BASE_FILES):
            allowed |= {name for name, section in symbols(o) if section not in ("*UND*", "")}
        if room == "core":
            core.append((source, o))
    allowed -= IMPURE_BASE
    if not core:
        stop("no object of src/core: build first")
    for source, o in core:
        for symbol in sorted(undefined(o)):
            if symbol not in allowed and plain_name(symbol) not in allowed and not COMPILER.match(symbol):
                found(source, 1, "pure", f"uses {symbol}: rules do no I/O, ask no clock and keep nothing")


def rule_globals(root, build):
    for source, o in objects(root, build):
        if source.parent.name != "core":
            continue
        for name, section in symbols(o):
            data = re.match(r"\.(data|bss|tdata|tbss)\b|\*COM\*", section)
            if data and not section.startswith(".data.rel.ro") and not COMPILER.match(name) and not name.startswith("."):
                found(source, 1, "globals", f"{name} can change ({section}): rules have no memory")


RULES = {"layers": rule_layers, "sql": rule_sql, "banned": rule_banned, "pure": rule_pure, "globals": rule_globals,
         "limits": rule_limits, "size": rule_size}
OF_OBJECTS = {"banned", "pure", "globals"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--only", default=",".join(RULES))
    args = parser.parse_args()
    chosen = args.only.split(",")
    for name in chosen:
        if name not in RULES:
            parser.error(f"no rule {name}; there are {', '.join(RULES)}")
        if name in OF_OBJECTS and args.build is None:
            parser.error(f"the rule {name} needs --build")
    for name in chosen:
        RULES[name](args.source, args.build)
    for line in findings:
        print(line.replace(f"{args.source}/", ""))
    print(f"{len(findings)} findings; rules: {', '.join(chosen)}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
