"""What goes wrong outside: broken and hostile files, no permission, full disks, busy and dead databases, sudden ends.

Each time: one line on standard error that names the file (row and column where it applies), the documented exit code, and
the desk as it was.
"""
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import zipfile

import openpyxl
import pytest

from conftest import (EXIT, HEADER, TALAIA, TOWNS, Desk, Postgresql, as_root, body, environment, events, part, run,
                      stop, table, towns)


def refused(desk, file, code=EXIT["input"], told="", *more):
    """Imports; nothing may change. Returns the line of the error."""
    before = desk.dump()
    err = desk.run("import", file, *more, expect=code, timeout=30).err
    assert pathlib.Path(file).name in err and told in err
    assert desk.dump() == before
    return err


def workbook(path, rows=None, header=HEADER):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [header, *(rows if rows is not None else towns())]:
        sheet.append(row)
    book.save(path)
    return path


# ------------------------------------------------------------------ files

@pytest.mark.parametrize("content,told", [
    (b"", "empty"), (b"\xef\xbb\xbf", "empty"), (b"\r\n\r\n\r\n", ""), (b";;;\r\n;;;\r\n", ""), (b"hola\r\nad\xc3\xa9u\r\n", "header"),
    (table([]).encode(), "header in row 1"), (b"\x00" * 5000, ""), (bytes(range(256)) * 40, ""), (b"PK\x03\x04", ""),
    (b"PK\x05\x06" + b"\0" * 18, ""), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, ".xlsx"),
    (b"<html><table><tr><td>Ens</td></tr></table></html>", ".xlsx"), (b"%PDF-1.4\n%\xe2\xe3\n", ""),
    (b'ID;DESCRIPCIO;DATA_CDS\r\n1;"sense tancar', ""), (b"SQLite format 3\x00" + b"\0" * 4000, ""),
], ids=["nothing", "bom", "blank", "separators", "no-header", "header-only", "nul", "noise", "zip-beginning", "zip-empty", "xls", "html",
        "pdf", "open-quote", "sqlite"])
def test_files_that_are_no_table(stocked, write, content, told):
    refused(stocked, write("fitxer.csv", content), told=told)


def test_missing_file(stocked, tmp_path):
    refused(stocked, tmp_path / "no-hi-es.csv", EXIT["system"])


def test_directory(stocked, tmp_path):
    refused(stocked, tmp_path, (EXIT["input"], EXIT["system"]))


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_devices(stocked, device):
    refused(stocked, device, (EXIT["input"], EXIT["system"]))


def test_fifo_does_not_hang(stocked, tmp_path):
    os.mkfifo(tmp_path / "tub.csv")
    refused(stocked, tmp_path / "tub.csv", (EXIT["input"], EXIT["system"]))


def test_socket(stocked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind("s.csv")
        refused(stocked, tmp_path / "s.csv", (EXIT["input"], EXIT["system"]))


def test_symbolic_link_that_turns_round(stocked, tmp_path):
    (tmp_path / "volta.csv").symlink_to("volta.csv")
    refused(stocked, tmp_path / "volta.csv", EXIT["system"])


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_truncated_workbook(stocked, tmp_path, keep):
    path = workbook(tmp_path / "mig.xlsx")
    raw = path.read_bytes()
    path.write_bytes(raw[:int(len(raw) * keep)])
    refused(stocked, path)


def test_damaged_inside(stocked, tmp_path):
    raw = bytearray(workbook(tmp_path / "mal.xlsx").read_bytes())
    at = raw.find(b"xl/worksheets/sheet1.xml") + 40
    raw[at:at + 200] = os.urandom(200)
    (tmp_path / "mal.xlsx").write_bytes(raw)
    refused(stocked, tmp_path / "mal.xlsx")


def replace_part(path, name, content):
    """The same workbook with another content of one part."""
    other = path.with_suffix(".tmp")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, content if item.filename == name else old.read(item.filename))
    other.replace(path)


SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' +
            "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)) +
            "]><worksheet><sheetData><row><c><v>&j;</v></c></row></sheetData></worksheet>")
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet><sheetData/></worksheet>'


@pytest.mark.parametrize("content", [ENTITIES, OUTSIDE, "<worksheet><sheetData><row>", "no és XML", "<a>" * 5000, ""],
                         ids=["laughs", "outside", "open", "text", "deep", "nothing"])
def test_hostile_sheet(stocked, tmp_path, content):
    path = workbook(tmp_path / "dolent.xlsx")
    replace_part(path, SHEET, content)
    started = time.monotonic()
    assert "root:" not in refused(stocked, path)
    assert time.monotonic() - started < 60


def test_zip_bomb(stocked, tmp_path):
    path = workbook(tmp_path / "bomba.xlsx")
    replace_part(path, SHEET, b"<worksheet><sheetData>" + b" " * (200 << 20) + b"</sheetData></worksheet>")
    assert path.stat().st_size < 1 << 20
    err = refused(stocked, path)
    assert "T-LIMIT" in err or "T-FORMAT" in err


def test_bomb_of_shared_strings(stocked, tmp_path):
    path = workbook(tmp_path / "bomba.xlsx")
    replace_part(path, SHEET, '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>')
    replace_part(path, "xl/sharedStrings.xml", b"<sst>" + b"<si><t>" + b"a" * (100 << 20) + b"</t></si></sst>")
    refused(stocked, path)


def test_huge_cell_in_a_workbook(stocked, tmp_path):
    path = workbook(tmp_path / "gros.xlsx")
    replace_part(path, SHEET, '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 200000 +
                 "</t></is></c></row></sheetData></worksheet>")
    refused(stocked, path)


def test_huge_cell_and_endless_line(stocked, write):
    refused(stocked, write("cella.csv", f"ID;DESCRIPCIO;DATA_CDS\r\n1;{'x' * 200_000};01/01/2027\r\n"), told="row 2")
    refused(stocked, write("linia.csv", "ID;DESCRIPCIO;DATA_CDS\r\n" + "1;" * 800_000), told="")
    refused(stocked, write("columnes.csv", ";".join(f"c{i}" for i in range(3000)) + "\r\n"))


def test_encrypted_and_other_archives(stocked, tmp_path):
    with zipfile.ZipFile(tmp_path / "altre.xlsx", "w") as z:
        z.writestr("hola.txt", "no és cap llibre")
    refused(stocked, tmp_path / "altre.xlsx")


def test_paths_that_leave_the_archive_are_harmless(stocked, tmp_path):
    path = workbook(tmp_path / "fora.xlsx")
    with zipfile.ZipFile(path, "a") as z:
        z.writestr("../../../../tmp/talaia-fora", "x")
    assert part(stocked.load(path))["same"] == 12
    assert not pathlib.Path("/tmp/talaia-fora").exists()


def test_wrong_encoding_is_told_or_read_never_garbled(desk, write):
    """UTF-8 with a broken byte is read as Windows-1252 would be, or refused: no U+FFFD reaches the store."""
    raw = table([body(1, "Gavà, Ajuntament de", 90, 90)]).encode() + b"2;Cruill\xe8s;8;2;0;;01/02/2027;\r\n"
    result = desk.run("import", write("r.csv", raw), expect=(0, 1, EXIT["input"]))
    assert "\ufffd" not in desk.run("bodies").out
    if result.code == EXIT["input"]:
        assert "r.csv" in result.err and "2" in result.err


def test_a_name_that_is_tidied_beside_a_code_that_is_padded(desk, write):
    """Each text of a row is its own, whatever had to be done with the one before."""
    text = table([[*body(1, "Vic,   Ajuntament  de", 90, 90), "801500001"]], [*HEADER, "INE10"])
    desk.run("import", write("r.csv", text), expect=(0, 1))
    kept = desk.json("bodies")
    assert "Ajuntament de Vic" in str(kept) and "0801500001" in str(kept), kept


def test_nul_and_control_characters(desk, write):
    text = table([body(1, "Vic\x01\x1b[31m, Ajuntament de", 90, 90)])
    desk.run("import", write("r.csv", text), expect=(0, 1, EXIT["input"]))
    assert "\x1b" not in desk.run("bodies").out
    result = desk.run("import", write("nul.csv", text.replace("\x01", "\x00")), expect=(0, 1, EXIT["input"]))
    assert "\x00" not in result.out


def test_file_name_with_control_characters_cannot_lie(stocked, tmp_path):
    path = tmp_path / "a\x1b[2J\u202egnp.csv"
    path.write_bytes(b"")
    err = stocked.run("import", path, expect=EXIT["input"]).err
    assert "\x1b" not in err and "\u202e" not in err


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+1+1, Ajuntament de", "@SUM(A1)", "-2+3", "'=1+1"])
def test_names_like_formulas_stay_text(desk, write, tmp_path, name):
    desk.load(write("r.csv", table([body(1, name, 20, 20)])))
    desk.run("outage", "open", "#1", "=HYPERLINK(\"http://mal.example\")")
    desk.run("action", "add", "#1", "=1+1")
    desk.run("report", "build", "--out", tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "ResumAjuntaments.xlsx")
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    for text in (name, "=1+1", '=HYPERLINK("http://mal.example")'):
        mine = [c for c in cells if c.value == text]
        assert mine and all(c.data_type in ("s", "inlineStr") for c in mine), text


@pytest.mark.parametrize("date", ["31/02/2027", "00/01/2027", "01/00/2027", "01/13/2027", "01/01/0000", "01/01/9999", "2027-02-29",
                                  "2027-13-01", "1/1/1", "99999999", "-1", "1e9", "NaN", "infinity", "0"])
def test_impossible_dates(desk, write, date):
    rows = towns()
    rows[3][6] = date
    summary = desk.load(write("r.csv", rows), expect=1)
    line = events(summary, "refused")[0]
    assert line["row"] == 5 and "G (DATA_CDS)" in line["text"] and part(summary)["refused"] == 1


def test_excel_errors_and_booleans_in_cells(desk, tmp_path):
    rows = towns()
    rows[0][6], rows[1][6], rows[2][1] = "#REF!", True, "#N/A"
    summary = desk.load(workbook(tmp_path / "r.xlsx", rows), expect=(0, 1))
    assert part(summary)["new"] >= 9
    assert all(e["row"] in (2, 3, 4) for e in events(summary, "refused"))


# ------------------------------------------------------------------ places

def unprivileged():
    if not as_root() or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv to become somebody else")
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def open_to_all(desk):
    """A desk that `nobody` can use, and the directories above it."""
    for p in [desk.path, *desk.path.parents]:
        if p.stat().st_uid == 0 and p != pathlib.Path("/") and p != pathlib.Path("/tmp"):
            p.chmod(p.stat().st_mode | 0o055)
    desk.path.chmod(0o777)
    for p in desk.path.iterdir():
        p.chmod(0o666)


def test_file_without_permission(stocked, write):
    wrap, file = unprivileged(), write("secret.csv", towns())
    file.chmod(0o600)
    open_to_all(stocked)
    err = stocked.run("import", file, wrap=wrap, expect=EXIT["system"]).err
    assert "secret.csv" in err and "no permission to read" in err


def test_store_without_permission(stocked, write):
    wrap, file = unprivileged(), write("r.csv", towns(cds=1))
    open_to_all(stocked)
    file.chmod(0o644)
    before = stocked.dump()
    stocked.store.chmod(0o600)
    assert "talaia.db" in stocked.run("certificates", wrap=wrap, expect=(EXIT["store"], EXIT["system"])).err
    stocked.store.chmod(0o444)
    stocked.run("import", file, wrap=wrap, expect=(EXIT["store"], EXIT["system"]))
    stocked.store.chmod(0o644)
    assert stocked.dump() == before


def test_directory_of_the_report_without_permission(stocked, tmp_path):
    wrap = unprivileged()
    open_to_all(stocked)
    closed = tmp_path / "tancat"
    closed.mkdir(mode=0o755)
    before = stocked.dump()
    err = stocked.run("report", "build", "--out", closed, wrap=wrap, expect=EXIT["system"]).err
    assert "tancat" in err
    assert stocked.dump() == before and list(closed.iterdir()) == []


@pytest.mark.parametrize("target", ["fitxer", "fitxer/dins", "/proc/no", "/dev/null"])
def test_unwritable_place_for_the_report(stocked, write, tmp_path, target):
    write("fitxer", "x")
    before = stocked.dump()
    stocked.run("report", "build", "--out", tmp_path / target, expect=EXIT["system"])
    assert stocked.dump() == before


def small_disk(tmp_path, size):
    """A file system of so many kilobytes; what to call when done."""
    place = tmp_path / "petit"
    place.mkdir()
    if not as_root() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "talaia-test", place],
                                       capture_output=True).returncode != 0:
        pytest.skip("needs root to make a small file system")
    return place, lambda: subprocess.run(["umount", "-l", place], check=True)


def many(count, cds=100):
    """So many rows, each of its own body."""
    return [body(i, f"Poble {i}, Ajuntament de", cds, 500, str(i % 4 + 1), str(i)) for i in range(1, count + 1)]


def test_disk_full_in_the_middle_of_an_import(stocked, tmp_path, write):
    file = write("gran.csv", towns() + many(40_000))
    place, done = small_disk(tmp_path, 1500)
    try:
        shutil.copytree(stocked.path, place / "desk")
        desk = Desk(place / "desk")
        before = desk.dump()
        err = desk.run("import", file, expect=EXIT["store"]).err
        assert "T-FULL" in err
        assert desk.dump() == before
        assert all(f["good"] for f in desk.json("doctor", expect=(0, 1)) if f["what"] not in ("free space", "parts loaded on demand"))
        desk.run("action", "add", "Vic", "Encara funciona.")
    finally:
        done()


def test_disk_full_under_the_report(stocked, tmp_path):
    place, done = small_disk(tmp_path, 8)
    try:
        before = stocked.dump()
        err = stocked.run("report", "build", "--out", place / "out", expect=(EXIT["system"], EXIT["store"])).err
        assert "No space left" in err or "full" in err
        assert stocked.dump() == before
    finally:
        done()


def test_disk_full_under_a_backup(stocked, tmp_path):
    place, done = small_disk(tmp_path, 64)
    try:
        assert stocked.run("backup", place / "copia.db", expect=(EXIT["system"], EXIT["store"])).err
        assert not (place / "copia.db").exists()
    finally:
        done()


def test_file_size_limit(stocked, write):
    """The same without root: the system says no in the middle of a write."""
    file = write("gran.csv", towns() + many(20_000))
    before = stocked.dump()
    stocked.run("import", file, wrap=["sh", "-c", 'ulimit -f 1200; exec "$0" "$@"'],
                expect=(EXIT["store"], EXIT["system"]), env={"TMPDIR": str(stocked.path)})
    assert stocked.dump() == before


@pytest.mark.parametrize("closed", [">&-", "> /dev/full"])
def test_output_that_nobody_can_write(stocked, closed):
    result = run(*stocked.arguments("certificates"), wrap=["sh", "-c", f'exec "$0" "$@" {closed}'], expect=EXIT["system"])
    assert "standard output" in result.err


def test_reader_that_goes_away(demo_made):
    done = subprocess.run(["bash", "-c", 'set -o pipefail; "$@" | head -1', "sh", TALAIA, *map(str, demo_made.arguments(
        "certificates", "--all", "--json"))], capture_output=True, env=environment(), timeout=30)
    assert done.stdout == b"[\n" and done.stderr == b"" and done.returncode in (0, 141)


# ------------------------------------------------------------------ the store

def test_locked_database(stocked, write):
    file = write("r.csv", towns(cds=1))
    before = stocked.dump()
    db = sqlite3.connect(stocked.store, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        started = time.monotonic()
        results = []
        commands = [("import", file), ("action", "add", "Vic", "x"), ("report", "build", "--out", stocked.path / "out")]
        threads = [threading.Thread(target=lambda w=w: results.append(stocked.run(*w, expect=None))) for w in commands]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert [r.code for r in results] == [EXIT["store"]] * 3 and all("T-BUSY" in r.err for r in results)
        assert 1 < time.monotonic() - started < 60
        assert stocked.certificates(), "reading goes on meanwhile"
    finally:
        db.execute("ROLLBACK")
        db.close()
    assert stocked.dump() == before
    stocked.run("import", file)


@pytest.mark.parametrize("content", [b"no es cap base de dades" * 300, b"x", b"SQLite format 3\x00" + b"\xff" * 4080])
def test_store_that_is_no_database(desk, content):
    for leftover in desk.path.glob("talaia.db*"):
        leftover.unlink()
    desk.store.write_bytes(content)
    assert "talaia.db" in desk.run("certificates", expect=EXIT["store"]).err
    assert desk.store.read_bytes() == content


def test_store_of_somebody_else(desk):
    for leftover in desk.path.glob("talaia.db*"):
        leftover.unlink()
    db = sqlite3.connect(desk.store)
    db.execute("CREATE TABLE factures (id INTEGER)")
    db.commit()
    db.close()
    before = desk.store.read_bytes()
    desk.run("certificates", expect=EXIT["store"])
    run("init", "--lang", "en", desk.path, expect=EXIT["store"])
    assert desk.store.read_bytes() == before


def test_missing_store(desk):
    desk.store.unlink()
    assert "talaia init" in desk.run("certificates", expect=EXIT["store"]).err
    assert not desk.store.exists()


def test_store_that_is_a_directory(desk):
    desk.store.unlink()
    desk.store.mkdir()
    desk.run("certificates", expect=EXIT["store"])


def test_damaged_store(stocked):
    raw = bytearray(stocked.store.read_bytes())
    for page in range(2, len(raw) // 4096):
        raw[page * 4096:page * 4096 + 64] = b"\xee" * 64
    stocked.store.write_bytes(raw)
    for words in (("certificates",), ("audit", "verify"), ("report", "build", "--out", stocked.path / "out")):
        stocked.run(*words, expect=EXIT["store"])


def test_two_at_once(stocked, write):
    """Imports and notes at the same time: each happens whole, in some order."""
    files = [write(f"r{i}.csv", towns(cds=50 * i + 100)) for i in range(3)]
    commands = [("import", f) for f in files] + [("action", "add", "Vic", f"nota {i}") for i in range(6)]
    results = []
    threads = [threading.Thread(target=lambda w=w: results.append(stocked.run(*w, expect=None))) for w in commands]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [r.code for r in results] == [0] * len(commands), [r.err for r in results]
    assert len(stocked.json("action", "list")) == 6
    left = {c["cds"]["days"] - i for i, c in enumerate(sorted(stocked.certificates(), key=lambda c: int(c["source_id"])))}
    assert len(left) == 1 and left <= {100, 150, 200}
    assert stocked.json("audit", "verify")["unbroken"]


def test_killed_at_any_moment(desk, write):
    """20,000 rows change; the process dies at 15 moments: the desk is as before or as after, and works."""
    desk.load(write("abans.csv", many(20_000, 100)))
    file = write("despres.csv", many(20_000, 200))
    clean = desk.path.parent / "net"
    shutil.copytree(desk.path, clean)
    started = time.monotonic()
    desk.load(file)
    whole = time.monotonic() - started
    rng, ended = random.Random(20261120), []
    for _ in range(15):
        shutil.rmtree(desk.path)
        shutil.copytree(clean, desk.path)
        process = subprocess.Popen([TALAIA, *map(str, desk.arguments("import", file))], env=environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.01, whole))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        ended.append(process.returncode)
        db = sqlite3.connect(desk.store)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        versions = db.execute("SELECT cds, count(*) FROM body GROUP BY cds").fetchall()
        assert len(versions) == 1 and versions[0][1] == 20_000
        db.close()
    assert -signal.SIGKILL in ended
    assert part(desk.load(file))["rows"] == 20_000
    assert desk.json("audit", "verify")["unbroken"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(desk, write, number):
    file = write("r.csv", many(20_000))
    process = subprocess.Popen([TALAIA, *map(str, desk.arguments("import", file))], env=environment(), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    time.sleep(0.1)
    process.send_signal(number)
    try:
        process.communicate(timeout=60)
    finally:
        stop(process)
    # Whole or not at all: the signal may come after the commit.
    assert len(desk.certificates()) in (0, 20_000)
    assert process.returncode in (0, -number)


# ------------------------------------------------------------------ PostgreSQL

def test_postgresql_dies_in_the_middle(tmp_path, write):
    directory = tmp_path / "servidor"
    server = Postgresql(directory)
    try:
        name, url = server.database()
        desk = Desk(tmp_path / "desk")
        run("init", "--lang", "en", "--set", f"store.url={url}", desk.path)
        desk.load(write("abans.csv", towns()))
        file = write("gran.csv", towns(cds=1) + many(40_000))
        process = subprocess.Popen([TALAIA, *map(str, desk.arguments("import", file))], env=environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        busy = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND backend_xid IS NOT NULL"
        while process.poll() is None and server.sql(busy) == "0":
            time.sleep(0.01)
        running = process.poll() is None
        server.control("kill")
        _, err = process.communicate(timeout=60)
        assert running and process.returncode == EXIT["store"], (process.returncode, err)
        assert len(err.splitlines()) == 1 and "T-LOST" in err and "Traceback" not in err
        err = desk.run("certificates", expect=EXIT["store"]).err
        assert "password" not in err
        server.control("start")
        assert len(desk.certificates()) == 12 and desk.by_body()[TOWNS[0]]["cds"]["days"] == 400
        assert part(desk.load(write("despres.csv", towns(cds=2))))["changed"] == 12
    finally:
        server.control("stop")


def test_nobody_listens_at_the_url(tmp_path):
    err = run("init", "--lang", "en", "--set", f"store.url=postgresql://u:molt-secret@/x?host={tmp_path}", tmp_path / "d",
              expect=EXIT["store"]).err
    assert "molt-secret" not in err




# ------------------------------------------------------------------ making a desk

def test_desk_made_by_four_at_once(tmp_path):
    results = []
    threads = [threading.Thread(target=lambda: results.append(run("init", "--lang", "en", tmp_path / "d"))) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(results) == 4 and all(f["good"] for f in Desk(tmp_path / "d").json("doctor"))


def test_desk_whose_making_was_killed_can_be_made(tmp_path):
    for n in range(6):
        process = subprocess.Popen([TALAIA, "init", str(tmp_path / f"d{n}")], env=environment(), stdout=subprocess.DEVNULL)
        time.sleep(0.01 * n)
        stop(process)
        run("init", "--lang", "en", tmp_path / f"d{n}")
        assert all(f["good"] for f in Desk(tmp_path / f"d{n}").json("doctor"))
