#!/usr/bin/env python3
"""check.py must flag a planted violation of each kind, and nothing in a tree without any."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
REAL_BANNED = (HERE.parents[1] / "src/base/banned.h").read_text(encoding="utf-8")

CLEAN = {
    "src/base/banned.h": REAL_BANNED,
    "src/base/limits.h": "/* Limits. */\n#ifndef L\n#define L\n#define LIMIT_A 5 /* as many as fit a screen */\n"
                         "/* counted on real data */\n#define LIMIT_B 7\n#endif\n",
    "src/base/mem.h": "void *mem_alloc(unsigned long n);\n",
    "src/base/mem.c": "#include <stdlib.h>\n#include \"base/mem.h\"\nvoid *mem_alloc(unsigned long n)\n"
                      "{\n    return malloc(n);\n}\n",
    "src/base/file.c": "#include <fcntl.h>\nint file_open(const char *p);\nint file_open(const char *p)\n"
                       "{\n    return open(p, 0);\n}\n",
    "src/base/day.c": "#include <time.h>\nlong clock_system(void);\nlong clock_system(void)\n"
                      "{\n    return (long)time(0);\n}\n",
    "src/core/rule.h": "int rule(const char *s);\n",
    "src/core/rule.c": "#include \"core/rule.h\"\n#include <string.h>\n#include \"base/mem.h\"\n"
                       "/* SELECT is a word here, not a query */\n"
                       "static const char *const words[] = {\"Selected days\", \"With care\", \"Update the list\"};\n"
                       "int rule(const char *s)\n{\n    return strcmp(s, words[0]) == 0 && mem_alloc(1) != 0;\n}\n",
    "src/store/store.h": "/* Public. */\nint store(void);\n",
    "src/store/inner.h": "/* What two files share. Private to this room. */\nint inner(void);\n",
    "src/store/store.c": "#include \"store/inner.h\"\n#include \"core/rule.h\"\nconst char *q = \"SELECT 1\";\n",
    "src/record/body.c": "#include \"store/store.h\"\nconst char *q = \"INSERT INTO body VALUES ($1)\";\n",
    "src/flow/friday.c": "#include \"core/rule.h\"\n#include \"store/store.h\"\n",
}


class House(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.temporary.name)
        self.built = {}  # what was compiled, so that only planted files are compiled again
        (self.root / "tests").mkdir()
        (self.root / "bench").mkdir()
        for name, text in CLEAN.items():
            self.write(name, text)

    def tearDown(self):
        self.temporary.cleanup()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def build(self, flags=("-O1",)):
        for source in (self.root / "src").rglob("*.c"):
            wanted = (source.read_text(encoding="utf-8"), flags)
            if self.built.get(source) == wanted or (self.built.get(source) and source.name != "planted.c" and
                                                    "address" not in str(flags)):
                continue
            self.built[source] = wanted
            room = source.parent.name
            target = self.root / "build/src" / room / f"lib{room}.a.p" / (source.name + ".o")
            target.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cc", "-w", *flags, "-I", self.root / "src", "-c", source, "-o", target], check=True)

    def check(self, only):
        return subprocess.run([sys.executable, HERE / "check.py", "--source", self.root, "--build",
                               self.root / "build", "--only", only], capture_output=True, text=True)

    def assert_clean(self, only):
        result = self.check(only)
        self.assertEqual((result.returncode, result.stderr.replace("check.py: no Universal Ctags here: the length of "
                                                                   "functions is not checked\n", "")), (0, ""),
                         result.stdout)

    def assert_found(self, only, where, what):
        result = self.check(only)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        lines = [l for l in result.stdout.splitlines() if l.startswith(where) and what in l]
        self.assertTrue(lines, f"{where} … {what} is not in:\n{result.stdout}")

    def test_a_clean_tree_is_clean(self):
        self.build()
        self.assert_clean("layers,sql,banned,pure,globals,limits,size")
        self.build(("-O0", "-fsanitize=address,undefined"))
        self.assert_clean("banned,pure,globals")

    def test_layers(self):
        for include, what in (("flow/friday.h", "above it"), ("table/csv.h", "beside it"), ("rule.h", "without its room"),
                              ("../core/rule.h", "without its room"), ("attic/x.h", "no room attic"),
                              ("core/rule.c", "not a header")):
            with self.subTest(include):
                self.write("src/store/planted.c", f'/* 1 */\n#include "{include}"\n')
                self.assert_found("layers", "src/store/planted.c:2:", what)
        self.write("src/store/planted.c", '#  include   "app/x.h"\n')
        self.assert_found("layers", "src/store/planted.c:1:", "above it")
        (self.root / "src/store/planted.c").unlink()
        self.assert_clean("layers")
        self.write("src/record/planted.c", '#include "store/inner.h"\n')
        self.assert_found("layers", "src/record/planted.c:1:", "private to store")
        (self.root / "src/record/planted.c").unlink()
        self.write("src/attic/planted.c", "int x;\n")
        self.assert_found("layers", "src/attic/planted.c:1:", "no place in the order")

    def test_sql(self):
        for text in ('"SELECT a FROM b"', '"\\n  INSERT INTO a"', '"UPDATE a SET b = 1"', '"DELETE FROM a"',
                     '"WITH x AS (SELECT 1)"', '"select a from b where c"', '"insert into a values (1)"',
                     '"delete from a"', '""\n    "SELECT a"', '"SEL" "ECT a FROM b"'):
            with self.subTest(text):
                self.write("src/flow/planted.c", f"const char *q = {text};\n")
                self.assert_found("sql", "src/flow/planted.c:1:", "SQL belongs to")
        self.write("src/flow/planted.c", '/* "SELECT a FROM b" */\nconst char *q = "Selected", c = \'"\';\n')
        self.assert_clean("sql")

    def test_banned(self):
        calls = {"strcpy": "char a[9]; strcpy(a, s); return a[1];", "sprintf": "char a[99]; sprintf(a, s, 1); return a[1];",
                 "sscanf": "int n; return sscanf(s, \"%d\", &n);", "atoi": "return atoi(s);",
                 "system": "return system(s);", "malloc": "return malloc((long)s) != 0;",
                 "localtime": "return localtime((void *)s)->tm_hour;", "strtok": "return strtok((char *)s, \",\") != 0;",
                 "popen": "return popen(s, s) != 0;", "gmtime": "return gmtime((void *)s)->tm_hour;",
                 "strdup": "return strdup(s) != 0;", "mktemp": "return mktemp((char *)s) != 0;"}
        for name, body in calls.items():
            for flags in (("-O0",), ("-O2", "-D_FORTIFY_SOURCE=2")):
                if name == "atoi" and flags != ("-O0",):
                    continue  # the C library's header makes it strtol, and only banned.h can see it
                with self.subTest(name, flags=flags):
                    self.write("src/flow/planted.c", "#define _GNU_SOURCE\n#include <stdio.h>\n#include <stdlib.h>\n"
                               f"#include <string.h>\n#include <time.h>\nint f(const char *s)\n{{\n    {body}\n}}\n")
                    self.build(flags)
                    self.assert_found("banned", "src/flow/planted.c:1:", name)
        (self.root / "src/flow/planted.c").unlink()  # its object stays: what is gone is not judged
        self.assert_clean("banned")
        self.write("src/core/mem.c", "#include <stdlib.h>\nvoid *g(void)\n{\n    return malloc(3);\n}\n")
        self.build()
        self.assert_found("banned", "src/core/mem.c:1:", "malloc")  # only base/mem.c may

    def test_pure(self):
        for name, body in {"open": "return open(s, 0);", "read": "return read(0, (char *)s, 1);",
                           "fopen": "return fopen(s, s) != 0;", "printf": "return printf(s);",
                           "time": "return time(0) > 5;", "clock_gettime": "return clock_gettime(0, (void *)s);",
                           "getenv": "return getenv(s) != 0;", "socket": "return socket(1, 1, 1);",
                           "write": "return write(1, s, 1);", "file_open": "int file_open(const char *); return file_open(s);",
                           "clock_system": "long clock_system(void); return clock_system();",
                           "exit": "exit(1);", "fputs": "return fputs(s, stderr);", "stderr": "return stderr != 0;"}.items():
            with self.subTest(name):
                self.write("src/core/planted.c", "#include <stdio.h>\n#include <stdlib.h>\n#include <fcntl.h>\n"
                           "#include <time.h>\n#include <unistd.h>\n#include <sys/socket.h>\n"
                           f"int f(const char *s)\n{{\n    {body}\n}}\n")
                self.build(("-O1",))
                self.assert_found("pure", "src/core/planted.c:1:", name)
        self.write("src/core/planted.c", "#include <stdio.h>\nint f(char *s)\n{\n    return snprintf(s, 5, \"%d\", 3);\n}\n")
        self.build()
        self.assert_clean("pure")

    def test_globals(self):
        for text in ("int counter = 4;", "int counter;", "static int n; int f(void) { return n++; }",
                     "int f(void) { static int n = 3; return n++; }", "_Thread_local int t;",
                     "const char *changing[] = {\"a\"};"):
            with self.subTest(text):
                self.write("src/core/planted.c", text + "\n")
                self.build(("-O1", "-fno-pic", "-fno-common"))
                self.assert_found("globals", "src/core/planted.c:1:", "can change")
        self.write("src/core/planted.c", "static const char *const words[] = {\"a\", \"b\"};\nconst char *f(int i)\n"
                   "{\n    return words[i];\n}\n")
        self.build(("-O1", "-fPIC"))
        self.assert_clean("globals")

    def test_limits(self):
        for text in ("#define LIMIT_X 5\n", "#define LIMIT_X 5 /* */\n", "/* --- section --- */\n#define LIMIT_X 5\n"):
            with self.subTest(text):
                self.write("src/base/limits.h", CLEAN["src/base/limits.h"] + text)
                self.assert_found("limits", "src/base/limits.h:", "LIMIT_X has no reason")
        self.write("src/base/limits.h", "/* empty */\n")
        self.assert_found("limits", "src/base/limits.h:", "no limit found")

    def test_size(self):
        self.write("src/flow/planted.c", "int x;\n" * 701)
        self.assert_found("size", "src/flow/planted.c:701:", "701 lines")
        self.write("src/flow/planted.c", "int x;\n" * 700)
        self.assert_clean("size")
        self.write("src/flow/planted.c", "int x;" * 200000)
        self.assert_found("size", "src/flow/planted.c:1:", "nobody wrote that")
        for folder in ("src/flow", "tests", "bench"):
            for word in ("TO" + "DO", "FIX" + "ME"):
                with self.subTest(word, folder=folder):
                    self.write(f"{folder}/planted.c", f"/* ok */\n/* {word}: later */\n")
                    self.assert_found("size", f"{folder}/planted.c:2:", word)
            (self.root / folder / "planted.c").unlink()
        if subprocess.run(["sh", "-c", "command -v ctags"], capture_output=True).returncode == 0:
            self.write("src/flow/planted.c", "int before;\nint f(void)\n{\n" + "    before++;\n" * 87 + "    return 1;\n}\n")
            self.assert_found("size", "src/flow/planted.c:2:", "f has 91 lines")
            self.write("src/flow/planted.c", "int before;\nint f(void)\n{\n" + "    before++;\n" * 86 + "    return 1;\n}\n")
            self.assert_clean("size")

    def test_it_says_when_it_cannot_look(self):
        result = self.check("banned")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("build first", result.stderr)
        self.assertEqual(self.check("nothing").returncode, 2)


if __name__ == "__main__":
    unittest.main()
