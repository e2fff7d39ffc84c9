"""Administration's half about the system: servers tried, copies made and taken away, health, the audit trail looked through."""
import csv
import hashlib
import html
import io
import re
import socket
import sqlite3
import threading
import time

import conftest
import pytest
import web as w
from mail_servers import smtp_server  # noqa: F401  fixture
from test_web_accounts import as_, forget_proof, trail


@pytest.fixture
def desk(tmp_path, empty_desk):
    return w.staffed(empty_desk, tmp_path / "desk", "maria", "pere", "anna")


def finished(b, page, seconds=60):
    """The page when nothing is under way on it any more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = b.get(page).text
        if "data-runs" not in text:
            return text
        time.sleep(0.05)
    raise AssertionError(text)


def test_each_role_sees_its_part(desk):
    with w.serving(desk, on=None) as web:
        may = {"maria": {"comptes", "servidors", "copies", "salut"}, "pere": set(), "anna": set()}
        for name, rooms in may.items():
            b = as_(web, name)
            token, cards = b.token("/compte"), b.get("/administracio").text
            for room in ("comptes", "servidors", "copies", "salut"):
                assert b.ask("GET", f"/administracio/{room}").status == (200 if room in rooms else 403)
                assert (f'"/administracio/{room}"' in cards) == (room in rooms)
            assert ('"/auditoria"' in cards) == (name != "anna")
            for form in ("servidors/correu", "servidors/tiquets", "copies", "copies/comprova", "copies/baixa", "salut"):
                if name != "maria":
                    b.post(f"/administracio/{form}", {"_f": token}, expect=403)
            assert b.ask("GET", "/auditoria/exporta").status == (403 if name == "anna" else 200)


def test_servers_are_tried(desk, smtp_server):  # noqa: F811
    page = "/administracio/servidors"
    dead = socket.create_server(("127.0.0.1", 0))
    port = dead.getsockname()[1]
    dead.close()
    settings = [*smtp_server().settings, f"mail.imap.url=imap://maria:molt%20secreta@127.0.0.1:{port}",
                "mail.from=suport@aoc.example", "tracker.token=tampoc-no-es-veu"]
    with w.serving(desk, *settings, on=None) as web:
        b = as_(web, "maria")
        b.submit(page, f"{page}/correu", {"a": "joan@vic.example"})
        text = finished(b, page)
        assert "a mail goes out" in text and "joan@vic.example" in text and "Tried by maria" in text
        assert text.count("st good") == 2 and f"127.0.0.1:{port}" in text and "st down" in text
        b.submit(page, f"{page}/tiquets", {})
        assert "the tracker answers" in finished(b, page)
        assert "a moment ago" in b.submit(page, f"{page}/tiquets", {}, expect=422).text
        assert "is no directory" in b.submit(page, f"{page}/directori", {}, expect=422).text
        for secret in ("molt secreta", "molt%20secreta", "tampoc-no-es-veu"):
            assert secret not in text and secret not in (desk.path / "web.log").read_text()


def test_a_server_that_says_nothing_blocks_nobody(desk):
    page = "/administracio/servidors"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with w.serving(desk, f"mail.smtp.url=smtp://127.0.0.1:{silent.getsockname()[1]}", "web.threads=1", on=None) as web:
            b = as_(web, "maria")
            b.submit(page, f"{page}/correu", {})
            connection, _ = silent.accept()  # it waits for our greeting now
            assert "data-runs" in b.get(page).text and "Under way" in b.get(page).text
            b.submit(page, f"{page}/correu", {})  # no second one: this one is under way
            b.get("/ens")
            connection.close()
            assert "It could not be done" in finished(b, page) or "st down" in b.get(page).text


@pytest.mark.parametrize("to", ["<b>ningú</b>", "x" * 9000, "\u202egnp@x", "a@b\r\nBcc: c@d"])
def test_hostile_addresses(desk, to):
    page = "/administracio/servidors"
    with w.serving(desk, on=None) as web:
        b = as_(web, "maria")
        answer = b.ask("POST", f"{page}/correu", w.urllib.parse.urlencode({"_f": b.token(page), "a": to}))
        text = html.unescape(finished(b, page)) if answer.status == 303 else answer.text
        assert "e-mail address" in text and "<b>ningú" not in finished(b, page) and "\u202e" not in text


def test_copies_are_made_checked_and_taken_away(desk):
    page = "/administracio/copies"
    with w.serving(desk, on=None) as web:
        b = as_(web, "maria")
        assert "no copy yet" in b.get(page).text
        b.submit(page, page, {})
        name = re.search(r"<strong>(talaia-\d{8}T\d{6}Z\.db)</strong>", finished(b, page)).group(1)
        kept = (desk.path / "copies" / name).read_bytes()
        told = (desk.path / "copies" / f"{name}.sha256").read_text()
        assert told == f"{hashlib.sha256(kept).hexdigest()}  {name}\n" and told.split()[0] in b.get(page).text
        assert (desk.path / "copies" / name).stat().st_mode & 0o077 == 0
        b.submit(page, f"{page}/comprova", {"nom": name})
        assert "as it was written" in finished(b, page)
        forget_proof(desk)
        assert "password again" in b.submit(page, f"{page}/baixa", {"nom": name}, expect=422).text
        answer = b.submit(page, f"{page}/baixa", {"nom": name, "clau": w.PASSWORD}, expect=200)
        assert answer.body == kept and answer.header("Content-Length") == str(len(kept))
        assert name in answer.header("Content-Disposition") and answer.header("X-Content-Type-Options") == "nosniff"
        for bad in ("../talaia.db", "talaia.db", f"../copies/{name}", f"{name}.sha256", "", "x" * 3000, "/etc/passwd", "<b>"):
            assert b.submit(page, f"{page}/baixa", {"nom": bad}, expect=404).body.find(b"SQLite format") < 0
        copy = conftest.Desk(desk.path)
        assert [x["backup"] for x in copy.json("backups", on=None)] == [name]
        copy.run("backups", name, on=None)
        (desk.path / "copies" / name).write_bytes(kept[:-1] + b"x")
        copy.run("backups", name, on=None, expect=5)
        whats = [what for _, what, detail in trail(desk) if name in detail]
        assert whats.count("backup") == 1 and whats.count("backup-taken") == 1
    again = copy.run("backup", on=None).out
    assert copy.run("backup", on=None).out != again  # within the same second, too
    assert re.search(r"copies/talaia-\d{8}T\d{6}Z\.db", again)
    with sqlite3.connect(re.search(r"(/\S+\.db)", again).group(1)) as db:
        assert db.execute("SELECT count(*) FROM account").fetchone()[0] == 3


def test_a_large_copy_goes_in_pieces(desk):
    """Forty megabytes are sent to two at once without being held in memory."""
    with sqlite3.connect(desk.store) as db:
        db.execute("CREATE TABLE ballast (b BLOB)")
        db.executemany("INSERT INTO ballast VALUES (randomblob(1000000))", [()] * 40)
    page = "/administracio/copies"
    with w.serving(desk, on=None) as web:
        b = as_(web, "maria")
        b.submit(page, page, {})
        name = re.search(r"<strong>(talaia-\d{8}T\d{6}Z\.db)</strong>", finished(b, page)).group(1)
        kept, token, got = (desk.path / "copies" / name).read_bytes(), b.token(page), []

        def take():
            one = web.browser()
            one.cookies = dict(b.cookies)
            got.append(one.post(f"{page}/baixa", {"_f": token, "nom": name}, expect=200).body == kept)

        def resident(what):
            return int(re.search(rf"{what}:\s+(\d+) kB", open(f"/proc/{web.process.pid}/status").read()).group(1))

        before = resident("VmRSS")
        threads = [threading.Thread(target=take) for _ in range(2)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert got == [True, True]
        assert "AddressSanitizer" in conftest.os.environ.get("ASAN_OPTIONS", "") or resident("VmRSS") - before < 20000
        with web.socket() as s:  # one that goes away in the middle
            form = f"_f={token}&nom={name}".encode()
            s.sendall(f"POST {page}/baixa HTTP/1.1\r\nHost: {web.host}\r\nCookie: talaia={b.cookies['talaia']}\r\n"
                      f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n".encode() + form)
            assert s.recv(1000)
        b.get("/ens")


def test_health_is_examined(desk):
    page = "/administracio/salut"
    with w.serving(desk, on=None) as web:
        b = as_(web, "maria")
        b.submit(page, page, {})
        text = finished(b, page)
        assert "consistency of the store" in text and "unbroken" in text and "st down" not in text


def test_the_trail_is_looked_through(desk):
    conftest.run(*desk.arguments("account", "token", "maria", "=1+1 <b>fórmula</b>", on=None))
    with w.serving(desk, on=None) as web:
        b = as_(web, "maria")
        as_(web, "pere")
        text = finished(b, "/auditoria")
        assert "lines, unbroken" in text and "&lt;b&gt;fórmula&lt;/b&gt;" in text and "<b>fórmula" not in text
        rows = lambda q: re.findall(r"<code>([a-z-]+)</code>", finished(b, f"/auditoria?{q}"))  # noqa: E731
        assert set(rows("que=account-add")) == {"account-add"} and len(rows("que=account-add")) == 3
        assert rows("qui=pere") == ["login"] and rows("qui=%3Cscript%3E") == []
        assert rows("text=F%C3%B3RMULA") == [] or rows("text=f%C3%B3rmula") == ["token-add"]
        assert rows("text=f%C3%B3rmula") == ["token-add"] and rows("text=%25") == []
        today = time.strftime("%Y-%m-%d")
        assert len(rows(f"des={today}&que=account-add")) in (0, 3) and rows("fins=2020-01-01") == []
        assert "no date" in finished(b, "/auditoria?des=dem%C3%A0")
        answer = b.get("/auditoria/exporta?que=token-add")
        table = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))
        assert table[0] == ["id", "at", "who", "what", "body", "detail"] and len(table) == 2
        assert table[1][5] == "maria: =1+1 <b>fórmula</b> (read)" and "attachment" in answer.header("Content-Disposition")
        with sqlite3.connect(desk.store, timeout=20) as db:
            for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'").fetchall():
                db.execute(f"DROP TRIGGER {name}")
            db.execute("UPDATE audit SET detail = 'res' WHERE id = 2")
    with w.serving(desk, on=None) as web:  # verified once by itself
        assert "was altered: line 2" in finished(as_(web, "maria"), "/auditoria")
