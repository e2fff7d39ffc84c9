"""The program as its users run it: one process per command, files in and out, exit codes, the two streams.

The binary comes from the variable TALAIA (default: build/talaia of the repository). Everything happens under tmp_path;
every command has a time limit, and none may print a sanitizer's report, a traceback or more than one line of error.
"""
import csv
import dataclasses
import datetime
import io
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import xml.etree.ElementTree as xml
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TALAIA = os.environ.get("TALAIA", str(ROOT / "build" / "talaia"))
MODULES = pathlib.Path(TALAIA).resolve().parent
TODAY = "2026-11-20"  # a Friday, and no holiday
SECONDS = 180  # what takes so long hangs

EXIT = {"ok": 0, "findings": 1, "usage": 2, "input": 3, "config": 4, "store": 5, "system": 6, "guard": 7}
NOISE = re.compile(r"AddressSanitizer|runtime error:|LeakSanitizer|Traceback|Segmentation|assert|\(null\)")


# Files run side by side: those that take longest begin first, so that nobody waits for them at the end.
LONG = ("test_quarter.py", "test_ticket.py", "test_web_browser.py", "test_serve.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONG)


def day(offset=0, start=TODAY):
    """ISO date so many days from TODAY."""
    return (datetime.date.fromisoformat(start) + datetime.timedelta(days=offset)).isoformat()


def dmy(offset=0, start=TODAY):
    return (datetime.date.fromisoformat(start) + datetime.timedelta(days=offset)).strftime("%d/%m/%Y")


@dataclasses.dataclass
class Result:
    command: list
    code: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return self.out.splitlines()


def environment(**more):
    keep = {k: os.environ[k] for k in ("PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TMPDIR") if k in os.environ}
    return keep | {"LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent"} | {k: str(v) for k, v in more.items()}


FAKETIME = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
faketime = pytest.mark.skipif(FAKETIME is None, reason="the package faketime is not installed")


def fake_clock(when, *more, monotonic=False):
    """A `wrap` under which it is `when`, as faketime reads it. Without the command of that name, whose semaphore stays
    behind when it is killed, for the next one of that number."""
    return ("env", f"LD_PRELOAD={FAKETIME}", f"FAKETIME={when}", *([] if monotonic else ["DONT_FAKE_MONOTONIC=1"]), *more)


def run(*args, expect=0, cwd=None, env=None, timeout=SECONDS, binary=TALAIA, wrap=(), noisy=False):
    """Runs one command. `expect`: the exit code or several; None: any of the documented ones. `wrap`: a command before."""
    command = [*map(str, wrap), binary, *map(str, args)]
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=environment(**(env or {})), timeout=timeout,
                          stdin=subprocess.DEVNULL)
    result = Result(command, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    shown = f"{' '.join(command)}\n→ {result.code}\n{result.out[-3000:]}\n{result.err[-3000:]}"
    wanted = list(EXIT.values()) if expect is None else [expect] if isinstance(expect, int) else list(expect)
    assert result.code in wanted, shown
    assert not NOISE.search(result.err), shown
    if not noisy:
        assert len(result.err.splitlines()) <= 1, shown
        # An error is told on standard error, one line with its code; a finding needs none.
        assert (result.code <= 1) == (result.err == ""), shown
        if result.err:
            assert re.fullmatch(r"talaia: .+ \(T-[A-Z]+\)\n", result.err), shown
    return result


class Desk:
    """A desk in a directory; its commands speak English on TODAY unless told otherwise."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.config = self.path / "talaia.yaml"
        self.store = self.path / "talaia.db"
        self.database = None  # of PostgreSQL, where that is its store: (server, name)

    def arguments(self, *args, on=TODAY, lang="en"):
        return ["--config", self.config, *(["--on", on] if on else []), *(["--lang", lang] if lang else []), *args]

    def run(self, *args, on=TODAY, lang="en", **more):
        return run(*self.arguments(*args, on=on, lang=lang), **more)

    def json(self, *args, **more):
        return self.run(*args, "--json", **more).json()

    def certificates(self, *args, **more):
        return self.json("certificates", *args, **more)

    def query(self, text):
        """Rows of its store, whichever that is; what PostgreSQL gives is text."""
        if self.database is not None:
            server, name = self.database
            return [tuple(line.split("|")) for line in server.sql(text, name).splitlines()]
        with sqlite3.connect(self.store) as store:
            return store.execute(text).fetchall()

    def by_body(self, *args, **more):
        return {c["body"]: c for c in self.certificates("--all", *args, **more)}

    def plan(self, *args, **more):
        return self.json("warnings", "plan", *args, **more)

    def load(self, file, *args, **more):
        """Imports and returns the summary as JSON."""
        return self.json("import", file, *args, **more)

    def dump(self):
        """All that the store says through the program: to compare before and after."""
        return [self.run(*words).out for words in (
            ("certificates", "--all", "--json"), ("action", "list", "--json"), ("outage", "list", "--all", "--json"),
            ("audit", "list", "--all", "--json"), ("comment",))] if self.config.exists() else []


def part(summary, kind="registry"):
    """The counts of one kind of thing in an import's summary."""
    found = [p for p in summary["parts"] if p["kind"] == kind]
    assert len(found) == 1, summary
    return found[0]


def events(summary, event):
    return [line for line in summary["lines"] if line["event"] == event]


@pytest.fixture
def desk(tmp_path, empty_desk):
    """A new, empty desk with the aoc profile."""
    return copy_desk(empty_desk, tmp_path / "desk")


@pytest.fixture(scope="session")
def empty_desk(tmp_path_factory):
    directory = tmp_path_factory.mktemp("empty") / "desk"
    run("init", "--lang", "en", directory)
    return Desk(directory)


@pytest.fixture(scope="session")
def demo_made(tmp_path_factory):
    directory = tmp_path_factory.mktemp("demo") / "desk"
    run("demo", "--lang", "en", "--on", TODAY, directory)
    return Desk(directory)


@pytest.fixture
def demo(tmp_path, demo_made):
    """The demo desk of TODAY, one's own copy."""
    return copy_desk(demo_made, tmp_path / "demo")


def copy_desk(desk, to):
    shutil.copytree(desk.path, to)
    return Desk(to)


HEADER = ["ID", "DESCRIPCIO", "CODI_PROVINCIA", "CODI_MUNICIPI", "PLATAFORMA", "URL_WSDL", "DATA_CDS", "DATA_CDA"]


def body(identity, name, cds="", cda="", province="8", municipality="1", platform="0", url=None):
    """A row in the registry's order; dates are text, or days from TODAY as a number."""
    days = [dmy(d) if isinstance(d, int) else d for d in (cds, cda)]
    return [str(identity), name, province, municipality, platform, url or f"https://padro{identity}.example/ws?wsdl", *days]


def table(rows, header=HEADER, separator=";", end="\r\n"):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows([header, *rows] if header else rows)
    return text.getvalue()


@pytest.fixture
def write(tmp_path):
    """write(name, text or bytes or rows, encoding) → path"""
    def writer(name, content, encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = table(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path
    return writer


TOWNS = ["Abrera, Ajuntament d'", "Alella, Ajuntament d'", "Badalona, Ajuntament de", "Berga, Ajuntament de",
         "Calella, Ajuntament de", "Falset, Ajuntament de", "Gavà, Ajuntament de", "Mataró, Ajuntament de",
         "Prat de Llobregat, Ajuntament del", "Hospitalet de Llobregat, Ajuntament de l'", "Reus, Ajuntament de",
         "Vic, Ajuntament de"]


def towns(cds=400, cda=500, count=len(TOWNS)):
    """So many rows whose dates are far away."""
    return [body(100 + i, name, cds + i, cda + i, "8", str(i + 1)) for i, name in enumerate(TOWNS[:count])]


@pytest.fixture
def stocked(desk, write):
    """A desk with the dozen bodies of TOWNS."""
    desk.load(write("registry.csv", towns()))
    return desk


def module_there(name):
    return (MODULES / f"talaia-{name}.so").exists()


class Postgresql:
    def __init__(self, directory):
        self.directory = directory
        self.socket = self.control("start")
        self.next = 0

    def control(self, what):
        done = subprocess.run(["sh", ROOT / "tests/servers/postgresql.sh", what, self.directory], capture_output=True,
                              text=True, timeout=90, env=os.environ | {"TALAIA_PG_SECONDS": "3000", "LC_ALL": "C.UTF-8"})
        if done.returncode == 77:
            pytest.skip("PostgreSQL is not installed")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def sql(self, text, database="talaia"):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", self.socket, "-U", "talaia", "-d", database,
                               "-c", text], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def database(self):
        """A new, empty database; the URL of the store."""
        self.next += 1
        name = f"desk{self.next}"
        self.sql(f"CREATE DATABASE {name}")
        return name, f"postgresql:///{name}?host={self.socket}&user=talaia"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    if not module_there("postgresql"):
        pytest.skip("built without the PostgreSQL module")
    server = Postgresql(tmp_path_factory.mktemp("postgresql"))
    yield server
    server.control("stop")


def as_root():
    return os.geteuid() == 0


def until(true, seconds=60):
    """Waits for a condition; what it gave. A machine may be slow: the seconds are there for what never comes."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"it did not come to that in {seconds} s"
        time.sleep(0.05)
    return found


def stop(process):
    """Ends a process that a test started."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)


# ------------------------------------------------------------------ workbooks, edited as Excel does: properties stay

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def edit_workbook(path, sheet, edits, to=None):
    """edits: {(text in column A, title of the column): new text or None}. Only the cells change, nothing else of the file.

    openpyxl 3.0 loses custom properties, and with them the report that a workbook was built for."""
    import openpyxl
    book = openpyxl.load_workbook(path)
    index = book.sheetnames.index(sheet) + 1
    page = book[sheet]
    header = next(r for r in page.iter_rows(max_row=25) if [c for c in r if c.value == "Ens"])
    columns = {c.value: c.column_letter for c in header}
    wanted = {}
    for (name, title), text in edits.items():
        rows = [r[0].row for r in page.iter_rows(min_row=header[0].row + 1) if r[0].value == name]
        assert len(rows) == 1, (name, rows)
        wanted[f"{columns[title]}{rows[0]}"] = text
    return edit_cells(path, f"xl/worksheets/sheet{index}.xml", wanted, to)


def edit_cells(path, part_name, wanted, to=None):
    to = pathlib.Path(to or path)
    draft = to.with_suffix(".draft")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            raw = old.read(item.filename)
            if item.filename == part_name:
                tree = xml.fromstring(raw)
                done = 0
                for cell in tree.iter(MAIN + "c"):
                    if cell.get("r") not in wanted:
                        continue
                    done += 1
                    for child in list(cell):
                        cell.remove(child)
                    text = wanted[cell.get("r")]
                    cell.attrib.pop("t", None)
                    if text is not None:
                        cell.set("t", "inlineStr")
                        xml.SubElement(xml.SubElement(cell, MAIN + "is"), MAIN + "t").text = text
                assert done == len(wanted), "a cell to edit is not there"
                raw = xml.tostring(tree)
            new.writestr(item.filename, raw)
    draft.replace(to)
    return to


def sheet_rows(path, sheet, values=True):
    """The rows under the header as dictionaries by column title."""
    import openpyxl
    page = openpyxl.load_workbook(path, data_only=values)[sheet]
    rows = list(page.iter_rows(values_only=True))
    at = next(i for i, r in enumerate(rows) if "Ens" in r)
    return [dict(zip(rows[at], r)) for r in rows[at + 1:] if r[0] is not None]
