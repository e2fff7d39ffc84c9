"""Probes as people look at them: their pages, their maintenance, the expenses of a month, the public status page."""
import datetime
import http.server
import io
import json
import re
import shutil
import sqlite3
import subprocess
import threading
import time
import xml.etree.ElementTree
import zipfile

import pytest

import busy
import conftest
import web as w
from oncall import STEPS, make_night, write_runbook

HOUR = 3600 * 10**6
LOCAL = ("net.allow=127.0.0.0/8", "trust.bundle=")


@pytest.fixture
def watched(desk):
    busy.probes(desk)
    for name in ("maria", "anna"):
        w.add_account(desk, name, w.ROLES[name])
    return desk


def stand(desk, **columns):
    with sqlite3.connect(desk.store) as db:
        db.execute(f"UPDATE probe SET {', '.join(c + ' = ?' for c in columns)} WHERE name = 'PORTAL'", list(columns.values()))


def now():
    return int(time.time()) * 10**6


def listed(b, name="PORTAL"):
    """The row of a probe on the page of all, without its tags."""
    row = next(r for r in re.findall(r"<tr>.*?</tr>", b.get("/sondes").text, re.S) if f"/sondes/{name}" in r)
    return re.sub(r"<[^>]+>", " ", row)


def test_no_answer_never_reads_as_good(watched):
    with w.serving(watched, on=None) as web:
        b = w.as_(web)
        assert "Down" in listed(b) and "since" in listed(b)
        assert "It has not run yet" in listed(b, "OCSP_AOC") and "Unknown" in listed(b, "OCSP_AOC")
        stand(watched, down=0, outcome="good", at=now(), detail="")
        assert "Good" in listed(b)
        stand(watched, outcome="bad", first=now() - 60 * 10**6)
        assert "Fails, not down yet" in listed(b)
        stand(watched, outcome="blind")
        assert "Unknown" in listed(b)
        stand(watched, outcome="good", slow=1, code="certificate-ending", detail="Li queden 12 dies.", facts="TLSv1.3 · <b>Olot</b>\nrevoked: revoked")
        assert "Degraded" in listed(b) and "Li queden 12 dies." in listed(b)
        assert "<p class=\"sub\">TLSv1.3 · &lt;b&gt;Olot&lt;/b&gt;</p>" in b.get("/sondes/PORTAL").text and "revoked: revoked" in b.get("/sondes/PORTAL").text
        assert "Probe PORTAL" in b.get("/").text, "a certificate is to be renewed"
        stand(watched, code="slow")
        assert "Probe PORTAL" not in b.get("/").text, "what is slow passes"
        assert "PORTAL" in b.get("/sondes?estat=degraded").text and "PORTAL" not in b.get("/sondes?estat=good").text
        stand(watched, slow=0)
        stand(watched, outcome="good", at=now() - 24 * HOUR)  # nobody has run it since
        assert "nobody watches it" in listed(b) and "Unknown" in listed(b)
        stand(watched, at=now())
        with sqlite3.connect(watched.store) as db:
            db.execute("INSERT INTO probe_blind (began, why) VALUES (?, 'network')", (now() - HOUR,))
        assert "Our own network fails" in listed(b) and "We are blind" in b.get("/sondes").text
        b.get("/sondes/NONE", expect=404)
        never = b.get("/sondes/OCSP_AOC").text
        assert "It was not down" not in never and "No run failed" not in never
        assert "PORTAL" in b.get("/sondes?q=tramits&estat=unknown").text
        assert "No probe is like this" in b.get("/sondes?q=zzz").text


def test_metrics_tell_what_is_known(watched):
    token = watched.json("account", "token", "maria", "mesures", on=None)["token"]
    with w.serving(watched, on=None) as web:
        b = web.browser()

        def metrics():
            text = b.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
            return {m: float(v) for m, v in re.findall(r'^talaia_probe_(\w+)\{probe="PORTAL"\} (\S+)$', text, re.M)}

        assert metrics() == {"up": 0, "success": 0, "degraded": 0, "flapping": 0, "duration_seconds": 10, "last_run_timestamp_seconds": pytest.approx(time.time(), abs=60)}
        stand(watched, down=0, outcome="good", slow=1, at=now())
        assert metrics() | {"last_run_timestamp_seconds": 0} == {"up": 1, "success": 1, "degraded": 1, "flapping": 0, "duration_seconds": 10, "last_run_timestamp_seconds": 0}
        stand(watched, at=now() - HOUR)  # nobody has run it since: it is not up
        assert set(metrics()) == {"last_run_timestamp_seconds"}
        stand(watched, at=now(), outcome="blind")
        assert set(metrics()) == {"last_run_timestamp_seconds"}
    assert not re.search(r"\d\.\d{12}", watched.run("probe", "show", "PORTAL", "--json", on=None).out)


def test_outside_of_its_hours_it_rests(watched):
    place = watched.path / "profile" / "aoc" / "probes.yaml"
    other = "mon tue wed thu fri sat sun".split()[(datetime.datetime.now(busy.MADRID).weekday() + 3) % 7]
    place.write_text(busy.PROBES.replace("OCSP_AOC: {", f"OCSP_AOC: {{hours: '{other} 08:00-15:00', public: OCSP, ").replace("PORTAL: {", f"PORTAL: {{hours: '{other} 08:00-15:00', "))
    with w.serving(watched, on=None) as web:
        b = w.as_(web)
        assert "Outside its hours" in listed(b, "OCSP_AOC") and "Unknown" not in listed(b, "OCSP_AOC")
        assert "Down" in listed(b), "it is down until somebody sees that it is not"
        today = b.get("/").text
        assert "Probe OCSP_AOC" not in today and "Probe PORTAL" in today
        assert "PORTAL" in b.get("/sondes?estat=down").text and "OCSP_AOC" in b.get("/sondes?estat=resting").text
    watched.run("status", "export", watched.path / "out", on=None)
    assert {s["name"]: s["state"] for s in json.loads((watched.path / "out" / "status.json").read_text())["services"]} == {"OCSP": "resting", "Portal de tràmits": "down"}
    stand(watched, down=0, outcome="good", detail="", at=now())
    watched.run("incident", "close", "PORTAL", "x", on=None, expect=(0, 3))
    watched.run("status", "export", watched.path / "out", on=None)
    page = (watched.path / "out" / "en.html").read_text()
    assert "All services work" not in page and page.count("Outside its hours") == 3, "nobody asks any of them now"


def test_today_says_what_fails_and_is_calm_when_all_is_well(watched):
    with w.serving(watched, on=None) as web:
        b = w.as_(web)
        page = b.get("/").text
        assert "Probe PORTAL" in page and "Probe OCSP_AOC" in page
        watched.run("incident", "open", "PORTAL", "No respon", on=None)
        page = b.get("/").text
        assert "PORTAL has failed" in page and "Probe PORTAL" not in page  # once, with what to do
        watched.run("incident", "close", "PORTAL", "Ja respon", on=None, expect=3)  # not while it fails
        stand(watched, down=0, outcome="good", at=now())
        watched.run("incident", "close", "PORTAL", "Ja respon", on=None)
        (watched.path / "profile" / "aoc" / "probes.yaml").write_text("\n".join(x for x in busy.PROBES.splitlines() if "OCSP_AOC" not in x))
    with w.serving(watched, on=None) as web:
        page = w.as_(web).get("/").text
        assert "Probe PORTAL" not in page and "PORTAL has failed" not in page


def test_the_past_is_drawn_from_the_right_sums(watched):
    with w.serving(watched, on=None) as web:
        b = w.as_(web)
        day, week, year = (b.get(f"/sondes/PORTAL?periode={x}").text for x in ("dia", "setmana", "any"))
    for page in (day, week, year):
        assert "Not kept: 99.500 %" in page
    assert "our own network was down" in day
    assert 'class="p3"' in day and 'class="b"' in day  # phases, and the hour of which nothing is known
    assert "with a failure 1, blind 1" in week  # the hours with a failure, and the blind one
    assert 'class="q"' not in day
    for page in (week, year):  # how long, and where the time goes
        assert 'class="q"' in page and 'class="p3"' in page and "upper edge: 44 ms" in page
    rows = {name: len(re.findall(r"<tr>", page.split("As a table")[-1].split("</table>")[0])) for name, page in (("day", day), ("year", year))}
    assert 21 <= rows["day"] <= 27 and 13 <= rows["year"] <= 14  # with their head
    assert len(re.findall(r"<tr>", year)) < 60 and len(year) < 60_000


def test_pause_resume_and_plan(watched):
    with w.serving(watched, on=None) as web:
        assert "/pausa" not in w.as_(web, "anna").get("/sondes/PORTAL").text
        b = w.as_(web)
        b.submit("/sondes/PORTAL", "/sondes/PORTAL/pausa", {"minuts": "60", "text": ""}, expect=422)
        b.submit("/sondes/PORTAL", "/sondes/PORTAL/pausa", {"minuts": "0", "text": "x"}, expect=422)
        b.submit("/sondes/PORTAL", "/sondes/NONE/pausa", {"minuts": "60", "text": "x"}, expect=404)
        b.submit("/sondes/PORTAL", "/sondes/PORTAL/pausa", {"minuts": "60", "text": "Canvi <b>"})
        assert "Maintenance" in listed(b) and "Canvi &lt;b&gt;" in b.get("/sondes/PORTAL").text
        number = re.search(r'name="id" value="(\d+)"', b.get("/sondes/PORTAL").text).group(1)
        b.submit("/sondes/PORTAL", "/sondes/OCSP_AOC/repren", {"id": number, "text": "fi"}, expect=422)  # another probe's
        b.submit("/sondes/PORTAL", "/sondes/PORTAL/repren", {"id": number, "text": "fi"})
        assert "Down" in listed(b)
        for day, hour, status in (("ahir", "08:00", 422), ("1/1/2020", "08:00", 422), ("31/12/2999", "08:00", 422), (None, "25:00", 422), (None, "08:00", 303)):
            day = day or (datetime.date.today() + datetime.timedelta(days=3)).strftime("%d/%m/%Y")
            b.submit("/sondes/PORTAL", "/sondes/PORTAL/manteniment", {"dia": day, "hora": hour, "minuts": "60", "text": "obres"}, expect=status)
        assert "Planned" in b.get("/sondes/PORTAL").text and "Down" in listed(b)
    watched.run("probe", "pause", "PORTAL", "30", "per línia", on=None)
    watched.run("probe", "resume", "PORTAL", "ja està", on=None)
    watched.run("probe", "resume", "PORTAL", "ja està", on=None, expect=3)
    watched.run("probe", "plan", "PORTAL", "2020-01-01 10:00", "30", "tard", on=None, expect=3)
    watched.run("probe", "plan", "PORTAL", "demà", "30", "tard", on=None, expect=2)
    assert [x["what"] for x in watched.json("audit", "list", on=None)[:2]] == ["probe-resume", "probe-pause"]


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"Hola")

    def log_message(self, *_):
        pass


def test_run_now(watched):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        (watched.path / "profile" / "aoc" / "probes.yaml").write_text(
            f"PORTAL: {{transitions: [{{name: Saluda, http: 'http://127.0.0.1:{server.server_port}/', contains: Hola}}]}}\n")
        with w.serving(watched, *LOCAL, on=None) as web:
            b = w.as_(web)
            b.submit("/sondes/PORTAL", "/sondes/PORTAL/prova", {})
            end = time.monotonic() + 60
            while "Saluda</strong> 127.0.0.1" not in b.get("/sondes/PORTAL").text:
                assert time.monotonic() < end, b.get("/sondes/PORTAL").text
                time.sleep(0.05)
            b.submit("/sondes/PORTAL", "/sondes/NONE/prova", {}, expect=404)
        with sqlite3.connect(watched.store) as db:
            assert db.execute("SELECT count(*) FROM probe_run WHERE outcome = 'bad'").fetchone()[0] == 0  # nothing is kept
    finally:
        server.shutdown()
        server.server_close()


# ---------------------------------------------------------------- expenses

RUNBOOK = "phone: '+34 600 000 000'\nrunbooks:\n  certificacio:\n    probes: [OCSP_AOC]\n"
STATEMENT = b"%PDF-1.4\x00\xff extracte"


@pytest.fixture
def called(desk):
    """Two calls that need a claim, of which one has its amount, and one from the phone on call, which needs none."""
    write_runbook(desk, RUNBOOK + STEPS)
    night = make_night(desk)
    for words in (("incident", "open", "OCSP_AOC", "No carrega"), ("incident", "call", "OCSP_AOC", "3", "--phone", "600 111 222", "--amount", "12,50"),
                  ("incident", "call", "OCSP_AOC", "3", "--phone", "600 111 333"), ("incident", "call", "OCSP_AOC", "3", "--phone", "+34 600 000 000")):
        night.run(*words)
    for name in ("nuria", "anna"):
        w.add_account(desk, name, w.ROLES[name])
    return night


def upload(b, page, path, fields, file=None, expect=303):
    boundary = "x" * 30
    parts = [(f'name="{k}"', v.encode()) for k, v in {"_f": b.token(page), **fields}.items()]
    if file:
        parts.append((f'name="extracte"; filename="{file[0]}"', file[1]))
    body = b"".join(f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n" for head, value in parts)
    answer = b.ask("POST", path, body + f"--{boundary}--\r\n".encode(),
                   headers={"Content-Type": f"multipart/form-data; boundary={boundary}", "Origin": f"http://{b.web.host}"})
    assert answer.status == expect, (answer.status, answer.body[:600])
    return answer


def test_the_expenses_of_a_month(called, tmp_path):
    page = "/guardia/despeses?mes=2026-11"
    with w.serving(called.desk, on=None) as web:
        b = w.as_(web, "nuria")
        text = b.get(page).text
        assert "2 calls · 12,50 €" in text and "2 are not complete" in text and "600 111 222" in text and "600 000 000" not in text
        assert "completa" not in w.as_(web, "anna").get(page).text
        assert "No call of this month" in b.get("/guardia/despeses?mes=2026-10").text
        b.get("/guardia/despeses/1/extracte", expect=404)
        upload(b, page, "/guardia/despeses/1/completa", {"mes": "2026-11", "import": ""}, expect=422)
        upload(b, page, "/guardia/despeses/1/completa", {"mes": "2026-11", "import": "molt"}, expect=422)
        upload(b, page, "/guardia/despeses/99/completa", {"mes": "2026-11", "import": "1"}, expect=404)
        upload(b, page, "/guardia/despeses/1/completa", {"mes": "2026-11", "import": ""}, ("../Extracte\u00e7<b>.pdf", STATEMENT))
        upload(b, page, "/guardia/despeses/2/completa", {"mes": "2026-11", "import": "3"}, ("=1+1.pdf", b"0" * (6 << 20)))
        answer = b.get("/guardia/despeses/1/extracte")
        assert answer.body == STATEMENT and answer.header("Content-Type") == "application/octet-stream"
        assert re.fullmatch(r'attachment; filename="extracte-1-[\w.-]+"', answer.header("Content-Disposition"))
        assert "2 calls · 15,50 €" in b.get(page).text and "not complete" not in b.get(page).text
        rows = b.get("/guardia/despeses.csv?mes=2026-11").text.lstrip("\ufeff").splitlines()
        assert len(rows) == 3 and ";12,50 €;" in "".join(rows) and ";'=1+1.pdf;" in "".join(rows)  # no formula
        book = b.get("/guardia/despeses.xlsx?mes=2026-11")
        assert book.header("Content-Type").startswith("application/vnd.openxml")
    with zipfile.ZipFile(io.BytesIO(book.body)) as z:
        sheet, strings = z.read("xl/worksheets/sheet1.xml").decode(), z.read("xl/sharedStrings.xml").decode()
    assert "<v>12.5</v>" in sheet and "<v>15.5</v>" in sheet and "=1+1" in strings and "<f>SUM(" in sheet
    called.run("expense", "statement", "1", "--out", str(tmp_path / "s.pdf"))
    assert (tmp_path / "s.pdf").read_bytes() == STATEMENT
    called.run("expense", "statement", "3", "--out", str(tmp_path / "t.pdf"), expect=3)
    called.run("expense", "list", "--month", "2026-11", "--out", str(tmp_path / "m.xlsx"))
    assert zipfile.is_zipfile(tmp_path / "m.xlsx")


# ---------------------------------------------------------------- the public page

INSIDE = ("OCSP_AOC", "PORTAL", "portal.example", "ocsp.example", "Núria", "segons", "127.0.0.1", "secret de dins", "maria")


def many(desk, count):
    """So many services, each with a restless past and an incident."""
    place = desk.path / "profile" / "aoc"
    place.mkdir(parents=True, exist_ok=True)
    (place / "probes.yaml").write_text("".join(
        f"P{i}: {{public: 'Servei número {i} de l’administració oberta', transitions: [{{tcp: 'dins{i}.example:1'}}]}}\n" for i in range(count)))
    with sqlite3.connect(desk.store) as db:
        for i in range(count):
            db.execute("INSERT OR IGNORE INTO probe (id, name, at, outcome, known) VALUES (?, ?, ?, 'good', 1)", (100 + i, f"P{i}", now()))
            for k in range(95):
                down, blind = (i * 7 + k * 13) % 5 * 300, (i + k * 3) % 4 * 400
                db.execute("INSERT OR IGNORE INTO probe_sum VALUES ('d', ?, ?, 1440, ?, ?, ?, 0, '', 0, 0, 0, 0, 0, 0)",
                           (100 + i, busy.midnight(k) * 10**6, 86400 - down - blind, down, blind))


def test_the_public_page_tells_nothing_of_the_inside(watched, tmp_path):
    watched.run("incident", "open", "PORTAL", "secret de dins a 127.0.0.1", on=None)
    watched.run("incident", "open", "OCSP_AOC", "No carrega", on=None)
    watched.run("probe", "pause", "PORTAL", "60", "secret de dins", on=None)
    out = tmp_path / "estat"
    said = watched.json("status", "export", out, on=None)
    assert said["services"] == 1  # the other has no name for the public
    files = {f.name: f.read_text() for f in out.iterdir() if not f.name.startswith(".")}
    assert set(files) == {"index.html", "ca.html", "es.html", "en.html", "estat.css", "status.json", "service-1.svg"}
    for name, text in files.items():
        assert not [x for x in INSIDE if x in text], name
        assert "<script" not in text and "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "does not work as it should since" in files["en.html"] and "Portal de tràmits" in files["ca.html"]
    data = json.loads(files["status.json"])
    assert [s["name"] for s in data["services"]] == ["Portal de tràmits"] and len(data["services"][0]["days"]) == 90
    assert data["services"][0]["state"] == "paused" and data["incidents"][0]["until"] is None
    xml.etree.ElementTree.fromstring(files["service-1.svg"])
    watched.run("incident", "close", "PORTAL", "secret de dins", on=None)
    (watched.path / "profile" / "aoc" / "probes.yaml").write_text(busy.PROBES.replace("public: Portal de tràmits, ", ""))
    (out / "ours.txt").write_text("stays")
    watched.run("status", "export", out, on=None)
    assert not (out / "service-1.svg").exists() and (out / "ours.txt").exists() and "Portal" not in (out / "index.html").read_text()


def test_it_is_light_also_with_everything_in_trouble(desk, tmp_path):
    many(desk, 20)
    with sqlite3.connect(desk.store) as db:
        db.execute("UPDATE probe_sum SET up = 86399, down = 1 WHERE probe_id = 100")
    for i in range(20):
        desk.run("incident", "open", f"P{i}", "x", on=None)
    assert desk.json("status", "export", tmp_path / "e", on=None)["services"] == 20
    page = (tmp_path / "e" / "index.html").read_bytes() + (tmp_path / "e" / "estat.css").read_bytes()
    assert len(page) <= 30 * 1024
    page, data = (tmp_path / "e" / "en.html").read_text(), json.loads((tmp_path / "e" / "status.json").read_text())
    assert "99.99 %" in page and "100.00" not in page and data["services"][0]["availability"] == 99.998, "what failed is never rounded away"
    many(desk, 21)
    done = desk.run("status", "export", tmp_path / "e", on=None, expect=4)
    assert "probes.yaml:21:" in done.err and "at most 20" in done.err, "nothing is left out in silence"


PAGES = ("index.html", "ca.html", "es.html", "en.html", "status.json")


def moment_of(file):
    """Of the page in it, which is whole."""
    text = file.read_text()
    assert text.endswith("</html>") or json.loads(text)["services"]
    return re.search(r'(?:datetime="|"at":")([^"]+)"', text).group(1)


def export(desk, out, second):
    return [conftest.TALAIA, *map(str, desk.arguments("status", "export", out, on=None))], conftest.environment(
        LD_PRELOAD=conftest.FAKETIME, FAKETIME=f"@2026-11-20 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}", TZ="UTC")


@conftest.faketime
def test_a_reader_never_sees_a_mixture(watched, tmp_path):
    """While two write it hundreds of times: what is read between two looks at one moment is of that moment."""
    out, seen, mixed, stop = tmp_path / "e", set(), [], threading.Event()
    out.mkdir()
    for name in ("index.html", "service-20.svg", "ours.txt"):  # as exports of before made them, and what is not ours
        (out / name).write_text("old")
    subprocess.run(export(watched, out, 0)[0], env=export(watched, out, 0)[1], check=True, stdout=subprocess.DEVNULL)

    def read():
        while not stop.is_set():
            try:
                first, *between, last = [moment_of(out / name) for name in (*PAGES, "index.html")]
            except Exception as why:  # noqa: BLE001  whatever a reader would meet
                mixed.append(repr(why))
                return
            if first == last:
                seen.add(first)
                mixed.extend(b for b in between if b != first)

    def write(seconds):
        for second in seconds:
            words, env = export(watched, out, second)
            subprocess.run(words, env=env, check=True, stdout=subprocess.DEVNULL)

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=write, args=[range(n, 150, 2)]) for n in (1, 2)]
    [t.start() for t in writers]
    [t.join() for t in writers]
    stop.set()
    reader.join()
    assert mixed == [] and len(seen) > 20
    # Killed in the middle: what is there is still of one moment, and the next one tidies up.
    for i in range(40):
        words, env = export(watched, out, 1000 + i)
        process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL)
        time.sleep(i * 0.0005)
        conftest.stop(process)
        assert len({moment_of(out / name) for name in PAGES}) == 1
    write([2000])
    assert {moment_of(out / name) for name in PAGES} == {"2026-11-20T00:33:20Z"}
    names = sorted(f.name for f in out.iterdir())
    assert len([n for n in names if n.startswith(".talaia-")]) == 3, names
    assert [n for n in names if not n.startswith(".")] == sorted([*PAGES, "estat.css", "ours.txt", "service-1.svg"])
    (tmp_path / "file").write_text("x")
    watched.run("status", "export", tmp_path / "file" / "e", on=None, expect=6)
    (tmp_path / "e2" / "index.html").mkdir(parents=True)
    watched.run("status", "export", tmp_path / "e2", on=None, expect=6)


def test_served_only_when_it_is_asked_for(watched, tmp_path, monkeypatch):
    with w.serving(watched, on=None) as web:
        web.browser().get("/estat", expect=404)
    with w.serving(watched, "status.serve=true", lang=None, on=None) as web:
        b = web.browser()
        page = b.get("/estat")
        assert "Portal de tràmits" in page.text and "Content-Security-Policy" in dict(page.headers) and not b.cookies
        for name in re.findall(r'href="/estat/([^"]+)"', page.text):
            b.get(f"/estat/{name}")
        for name in ("x.html", "service-2.svg", "estat.css.gz", "talaia.yaml"):
            b.get(f"/estat/{name}", expect=404)
        watched.run("status", "export", tmp_path / "e", on=None)
        monkeypatch.setenv("STATUS", str(tmp_path / "e"))
        w.browse("status.mjs", web, tmp_path, at_least=8)


def test_the_scheduler_writes_it(watched, tmp_path):
    out = tmp_path / "www"
    process = subprocess.Popen([conftest.TALAIA, *map(str, watched.arguments("--set", f"status.directory={out}", "serve", "--roles", "scheduler", on=None))],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=conftest.environment())
    try:
        end = time.monotonic() + 60
        while not (out / "index.html").exists():
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.05)
    finally:
        conftest.stop(process)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_share_without_links(watched, tmp_path):
    out = tmp_path / "e"

    def export_without(calls="symlink,symlinkat:error=EPERM", expect=0):
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={calls}", conftest.TALAIA, *map(str, watched.arguments("status", "export", out, on=None))]
        done = subprocess.run(command, capture_output=True, text=True, env=conftest.environment(), timeout=120)
        assert done.returncode == expect, done.stderr
        return done

    for _ in range(2):
        export_without()
        assert sorted(f.name for f in out.iterdir()) == sorted([*PAGES, "estat.css", "service-1.svg"]) and not any(f.is_symlink() for f in out.iterdir())
        assert len({moment_of(out / name)[:10] for name in PAGES}) == 1
    watched.run("status", "export", out, on=None)  # a file system that has them
    assert (out / "index.html").is_symlink()
    export_without()
    assert not (out / "index.html").is_symlink() and moment_of(out / "index.html")
    assert "No space left" in export_without("rename,renameat2:error=ENOSPC", expect=6).stderr
