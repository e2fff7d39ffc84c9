"""A desk that was run by hand for months is taken over: what was sent says what was told, and the plan goes on from
there. What the plan must be is worked out here anew, from the case rule of the procedure, without asking the program."""
import base64
import datetime
import mailbox
import sqlite3
import subprocess

import pytest

from conftest import ROOT, TALAIA, TODAY, Desk, body, day, dmy, environment, run, table

SAMPLES = ROOT / "tests" / "mails"
NOW = datetime.date.fromisoformat(TODAY)
THRESHOLDS = [60, 30, 15, 10, 5]
HOLIDAYS = {datetime.date.fromisoformat(d) for d in ("2026-12-08", "2026-12-25", "2026-12-26", "2027-01-01", "2027-01-06")}
TEAM = "Suport PADRÓ <suport.padro@example.org>"
WARNED = ("Benvolguts,\n\nUs recordem que el certificat caduca el\n\n{dates}\n\nInicieu-ne la renovació.\n\nSuport PADRÓ")


# ------------------------------------------------------------------ the rule, worked out anew

def crossed(expires, on):
    return {t for t in THRESHOLDS if (expires - on).days < t}


def working(d):
    while d.weekday() > 4 or d in HOLIDAYS:
        d += datetime.timedelta(days=1)
    return d


def ladder(certs, told, until):
    """[(day, threshold)] of the warnings of a case from NOW on; certs: kind → expiry of those not renewed."""
    told = {k: set(told.get(k, ())) for k in certs}
    first, found = NOW, []
    while True:
        left = sorted((e, k) for k, e in certs.items() if set(THRESHOLDS) - told[k])
        if not left:
            return found
        expires, kind = left[0]
        due = min(expires - datetime.timedelta(days=t - 1) for t in set(THRESHOLDS) - told[kind])
        on = working(max(first, due))
        if on > until:
            return found
        found.append((on.isoformat(), min(crossed(expires, on) - told[kind])))
        for k, e in certs.items():
            told[k] |= crossed(e, on)
        first = on + datetime.timedelta(days=1)


# ------------------------------------------------------------------ a desk that lived

class Past:
    """The mails of the folder, in the order in which they were sent."""

    def __init__(self):
        self.mails, self.count = [], 0

    def add(self, offset, subject, text, sender=TEAM, to="contacte@ens.example", reply_to=None, mid=None, more=()):
        self.count += 1
        mid = mid or f"m{self.count}@old.example.org"
        when = datetime.datetime.combine(NOW + datetime.timedelta(days=offset), datetime.time(8, 30, self.count % 60),
                                         datetime.timezone.utc)
        lines = [f"From: {sender}", f"To: {to}", f"Date: {when.strftime('%a, %d %b %Y %H:%M:%S +0000')}",
                 f"Message-ID: <{mid}>", *more, "Subject: =?utf-8?B?" + base64.b64encode(subject.encode()).decode() + "?=",
                 "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
        if reply_to:
            lines.insert(4, f"In-Reply-To: <{reply_to}>\r\nReferences: <{reply_to}>")
        self.mails.append(("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n") + "\r\n").encode())
        return mid

    def warn(self, offset, subject, dates, **more):
        return self.add(offset, subject, WARNED.format(dates="\n".join(dmy(d) for d in dates)), **more)

    def maildir(self, path):
        box = mailbox.Maildir(path)
        for i, m in enumerate(self.mails):
            (path / "cur" / f"{1000 + i:05d}.x:2,S").write_bytes(m)
        assert len(box) == len(self.mails)
        return path

    def mbox(self, path):
        box = mailbox.mbox(path)
        for m in self.mails:
            box.add(m)
        box.flush()
        return path


def subject(name, certificates, key):
    return f"PRO - PADRO - {name} - Recordatori data d'expiració {certificates} - [{key}]"


NAMES = ["Abrera, Ajuntament d'", "Alella, Ajuntament d'", "Badalona, Ajuntament de", "Berga, Ajuntament de",
         "Calella, Ajuntament de", "Falset, Ajuntament de", "Gavà, Ajuntament de", "Mataró, Ajuntament de",
         "Prat de Llobregat, Ajuntament del", "Hospitalet de Llobregat, Ajuntament de l'", "Reus, Ajuntament de",
         "Vic, Ajuntament de", "Valls, Ajuntament de", "Olot, Ajuntament d'"]
# cds, cda in days from TODAY, as the registry declares them now
DATES = {"Abrera": (14, 300), "Alella": (20, 300), "Badalona": (25, 30), "Berga": (9, 300), "Calella": (400, 300),
         "Falset": (12, 395), "Gavà": (28, 300), "Mataró": (40, 300), "Prat": (13, 300), "Hospitalet": (50, 55),
         "Reus": (22, 300), "Vic": (17, 300), "Valls": (33, 300), "Olot": (45, 300)}
IN_FOLDER = {}


def past():
    """What was sent; and of each body: subject that goes on, told thresholds by certificate, certificates of the case."""
    p, know = Past(), {}

    def knows(place, certificates, told, goes_on):
        know[place] = {"certs": certificates, "told": told, "subject": goes_on}

    s = subject("Ajuntament d'Abrera", f"CDS[{dmy(14)}]", "ST-1")
    first = p.warn(-45, s, [14])
    second = p.warn(-15, "RE: " + s, [14], reply_to=first)
    p.warn(0, "RE: RE: " + s, [14], reply_to=second)
    knows("Abrera", {"CDS": 14}, {"CDS": [60, 30, 15]}, s)

    old = f"PRO - PADRO - Alella - Recordatori caducitat CDS [{(NOW + datetime.timedelta(20)).strftime('%-d-%-m-%y')}] - [ST-2]"
    p.warn(-30, old, [20])
    knows("Alella", {"CDS": 20}, {"CDS": [60]}, old)

    pair = subject("Ajuntament de Badalna", f"CDA[{dmy(30)}] + CDS[{dmy(25)}]", "ST-3")  # a slip in the name
    first = p.warn(-33, pair, [30, 25])
    p.warn(-4, "RV: " + pair, [30, 25], reply_to=first)
    knows("Badalona", {"CDA": 30, "CDS": 25}, {"CDS": [60, 30], "CDA": [60]}, pair)

    s = subject("Ajuntament de Berga", f"CDS[{dmy(9)}]", "ST-4")
    first = p.warn(-40, s, [9])
    reply = p.add(-39, "RE: " + s, "Bon dia, ja l'hem demanat.", sender="Joan <joan@berga.example>", reply_to=first)
    p.add(-1, "RE: " + s, "Gràcies! Ens ho confirmeu quan el tingueu?", reply_to=reply)  # tells no threshold
    knows("Berga", {"CDS": 9}, {"CDS": [60]}, s)

    p.warn(-60, subject("Ajuntament de Calella", f"CDS[{dmy(-30)}]", "ST-5"), [-30])  # renewed since

    pair = subject("Ajuntament de Falset", f"CDA[{dmy(5)}] + CDS[{dmy(12)}]", "ST-6")  # of the pair, the CDA was renewed
    p.warn(-49, pair, [5, 12])
    p.warn(-21, "RE: " + pair, [5, 12])
    knows("Falset", {"CDS": 12}, {"CDS": [60], "CDA": [60, 30]}, pair)
    know["Falset"]["told"]["CDS"] = sorted(crossed(NOW + datetime.timedelta(12), NOW - datetime.timedelta(21)))

    a, b = (subject("Ajuntament de Gavà", f"CDS[{dmy(28)}]", key) for key in ("ST-7", "ST-8"))  # two threads
    p.warn(-31, a, [28])
    p.warn(-1, b, [28])
    knows("Gavà", {"CDS": 28}, {"CDS": [60, 30]}, b)

    s = subject("Ajuntament de Mataró", f"CDS[{dmy(40)}]", "ST-9")  # its ticket was closed by mistake
    p.warn(-18, "Fwd: " + s, [40])
    knows("Mataró", {"CDS": 40}, {"CDS": [60]}, s)

    s = subject("Ajuntament del Prat de Llobregat", f"CDS[{dmy(13)}]", "ST-10")  # twice on one day
    p.warn(-47, s, [13])
    p.warn(-47, s, [13])
    p.warn(-5, s, [13])
    knows("Prat", {"CDS": 13}, {"CDS": [60, 30]}, s)

    pair = subject("Ajuntament de l'Hospitalet de Llobregat", f"CDA[{dmy(55)}] + CDS[{dmy(50)}]", "ST-11")
    p.warn(-8, pair, [55, 50])
    knows("Hospitalet", {"CDA": 55, "CDS": 50}, {"CDS": [60]}, pair)

    by_address = f"Caducitat del CDS {dmy(22)}"  # neither name nor ticket: the contact tells
    p.warn(-30, by_address, [22], to="unic@reus.example")
    knows("Reus", {"CDS": 22}, {"CDS": [60]}, by_address)

    p.warn(-40, subject("Ajuntament de Vic", f"CDS[{dmy(18)}]", "ST-12"), [18])  # not the registry's date
    p.warn(-40, subject("Ajuntament de Nenlloc", f"CDS[{dmy(18)}]", "ST-13"), [18])
    p.add(-40, subject("Ajuntament de Vic", "CDS[31/02/2026]", "ST-12"), "x")
    p.add(-3, "Dinar de Nadal", "Qui ve?")
    p.add(3, subject("Ajuntament de Vic", f"CDS[{dmy(17)}]", "ST-12"), "x")  # of the future
    p.mails.append(b"no mail at all")
    return p, know


TICKETS = [(1, "Ajuntament d'Abrera", f"CDS[{dmy(14)}]", True), (2, "Ajuntament d'Alella", f"CDS[{dmy(20)}]", True),
           (3, "Ajuntament de Badalona", f"CDA[{dmy(30)}] + CDS[{dmy(25)}]", True),
           (4, "Ajuntament de Berga", f"CDS[{dmy(9)}]", True), (5, "Ajuntament de Calella", f"CDS[{dmy(-30)}]", True),
           (6, "Ajuntament de Falset", f"CDA[{dmy(5)}] + CDS[{dmy(12)}]", True),
           (7, "Ajuntament de Gavà", f"CDS[{dmy(28)}]", False), (8, "Ajuntament de Gavà", f"CDS[{dmy(28)}]", True),
           (9, "Ajuntament de Mataró", f"CDS[{dmy(40)}]", False),
           (10, "Ajuntament del Prat de Llobregat", f"CDS[{dmy(13)}]", True),
           (11, "Ajuntament de l'Hospitalet de Llobregat", f"CDA[{dmy(55)}] + CDS[{dmy(50)}]", True),
           (14, "Ajuntament de Valls", f"CDS[{dmy(33)}]", True)]


def contacts(rows):
    return table(rows, header=["Ens", "Nom", "Correu", "Rol", "Idioma"])


@pytest.fixture
def lived(desk, write, tmp_path):
    desk.load(write("registry.csv", [body(100 + i, n, *DATES[next(k for k in DATES if n.startswith(k))], "8", str(i + 1))
                                     for i, n in enumerate(NAMES)]))
    desk.load(write("contacts.csv", contacts([[n, "Contacte", "unic@reus.example" if n.startswith("Reus") else
                                               f"contacte@{i}.example", "Tècnic", "ca"] for i, n in enumerate(NAMES)])))
    store = sqlite3.connect(desk.store)
    for number, name, certificates, is_open in TICKETS:
        store.execute("INSERT INTO ticket (project, number, uid, kind, summary, description, day, at, who, closed, closed_at) "
                      "VALUES ('ST', ?, ?, 'renewal', ?, '', ?, 0, 'x', ?, ?)",
                      (number, f"old-{number}", subject(name, certificates, f"ST-{number}"), day(-50),
                       None if is_open else day(-2), None if is_open else 0))
    store.execute("INSERT INTO ticket (project, number, uid, kind, summary, description, day, at, who) VALUES "
                  "('ST', 77, 'old-77', 'outage', 'Caiguda a Olot', '', ?, 0, 'x')", (day(-5),))
    store.commit()
    store.close()
    p, know = past()
    desk.box, desk.know, desk.past = p.maildir(tmp_path / "Renovació certificats"), know, p
    return desk


def adopt(desk, *args, expect=1, **more):
    return desk.run("adopt", "--tickets", "open", "--mails", desk.box, "--json", *args, expect=expect, **more).json()


def case(summary, place):
    found = [c for c in summary["cases"] if place in c["name"]]
    assert len(found) == 1, (place, found)
    return found[0]


def plan(desk):
    found = {}
    for w in desk.plan("--days", "60"):
        found.setdefault(w["name"], []).append(w)
    return found


def test_the_plan_goes_on_where_the_desk_stood(lived):
    summary = adopt(lived)
    assert summary["committed"]
    until = NOW + datetime.timedelta(days=60)
    planned = plan(lived)
    for place, k in lived.know.items():
        name = case(summary, place)["name"]
        certs = {c: NOW + datetime.timedelta(days=d) for c, d in k["certs"].items()}
        wanted = ladder(certs, k["told"], until)
        mine = [w for w in planned.get(name, []) if set(w["certificates"]) <= set(certs)]
        assert [(w["on"], w["threshold"]) for w in mine] == wanted, place
        assert {w["subject"] for w in mine} <= {k["subject"]}, place
    # Whoever was not warned by hand is planned as ever.
    for place in ("Olot", "Vic", "Valls"):
        certs = {"CDS": NOW + datetime.timedelta(days=DATES[place][0])}
        (name,) = [n for n in planned if place in n]
        assert [(w["on"], w["threshold"]) for w in planned[name]] == ladder(certs, {}, until), place


def test_what_is_said_of_each_case(lived):
    s = adopt(lived, "--dry-run")
    assert not s["committed"]
    assert case(s, "Abrera")["told"] == {"CDS": "60, 30, 15"} and case(s, "Abrera")["warnings"] == 3
    assert case(s, "Abrera")["next"] == {"on": day(5), "threshold": 10, "subject": lived.know["Abrera"]["subject"],
                                         "in_thread": True}
    assert any("Badalna" in r for r in case(s, "Badalona")["remarks"])
    berga = case(s, "Berga")
    assert (berga["warnings"], berga["letters"], berga["answers"]) == (1, 1, 1)
    assert case(s, "Calella")["result"] == "over" and any("ST-5" in r for r in case(s, "Calella")["remarks"])
    assert case(s, "Falset")["result"] == "taken" and any("renewed since" in r for r in case(s, "Falset")["remarks"])
    assert case(s, "Gavà")["ticket"] == "ST-8" and any("ST-8" in r for r in case(s, "Gavà")["remarks"])
    assert any("ST-9 is closed" in r for r in case(s, "Mataró")["remarks"])
    assert any("nothing counts as told" in r for r in case(s, "Valls")["remarks"])
    assert case(s, "Valls")["ticket"] == "ST-14" and case(s, "Valls")["next"]["in_thread"] is False
    why = {(m["source"], m["mail"], m["what"][:20]): m["why"] for m in s["not_understood"]}
    assert len(why) == len(s["not_understood"]) == 7, why
    texts = "\n".join(why.values())
    for words in ("which is right?", "Nenlloc", "31/02/2026", "names no certificate", "in the future", "about something else"):
        assert words in texts, words
    assert {m["source"] for m in s["not_understood"]} == {"Renovació certificats", ""}
    for words in lived.run("adopt", "--tickets", "open", "--mails", lived.box, "--dry-run", expect=1).out, \
            lived.run("adopt", "--mails", lived.box, "--dry-run", expect=1, lang="ca").out:
        assert "Ajuntament d'Abrera" in words and f"CDS[{dmy(14)}]" in words


def rows(desk):
    """Everything that the store holds, without what counts times."""
    store = sqlite3.connect(desk.store)
    names = [n for (n,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    found = {n: store.execute(f"SELECT * FROM \"{n}\"").fetchall() for n in names}
    store.close()
    return found


def test_dry_run_changes_nothing(lived):
    before = rows(lived)
    adopt(lived, "--dry-run")
    assert rows(lived) == before


def test_again_changes_nothing(lived, tmp_path):
    adopt(lived)
    before = rows(lived)
    again = adopt(lived)
    assert not again["changed"] and not again["committed"]
    assert {c["result"] for c in again["cases"]} == {"same", "over"}
    assert rows(lived) == before
    # The same mails from another place are the same mails.
    lived.box = lived.past.mbox(tmp_path / "sent.mbox")
    assert not adopt(lived)["changed"]
    assert rows(lived) == before


def test_answers_become_proposals(lived):
    adopt(lived)
    (m,) = lived.json("reply", "list")
    assert (m["body"], m["says"], m["matched"], m["state"]) == ("Ajuntament de Berga", "under-way", "thread", "proposed")
    assert "Ajuntament de Berga" in plan(lived)
    lived.json("reply", "confirm", m["id"])
    assert "Ajuntament de Berga" not in plan(lived)
    assert "demanat" in lived.run("comment", "Berga").out


def test_a_later_answer_finds_its_thread(lived, write):
    adopt(lived)
    raw = ("From: algu@abrera.example\r\nTo: suport.padro@example.org\r\nSubject: una cosa\r\nMessage-ID: <z@z>\r\n"
           f"Date: Fri, 20 Nov 2026 09:00:00 +0100\r\nIn-Reply-To: <m1@old.example.org>\r\n\r\nEst\u00e0 en tr\u00e0mit\r\n")
    lived.run("reply", "read", write("late.eml", raw), expect=1)
    m = [m for m in lived.json("reply", "list") if m["from"] == "algu@abrera.example"]
    assert [(x["body"], x["matched"]) for x in m] == [("Ajuntament d'Abrera", "thread")]


def test_the_next_warning_answers_the_last(lived):
    adopt(lived)
    store = sqlite3.connect(lived.store)
    last = store.execute("SELECT m.message_id FROM message m JOIN renewal_case c ON c.id = m.case_id WHERE c.ticket = 'ST-1' "
                         "ORDER BY m.id DESC LIMIT 1").fetchone()
    assert last == ("m3@old.example.org",)
    both = store.execute("SELECT m.ticket FROM message m JOIN renewal_case c ON c.id = m.case_id WHERE c.ticket = 'ST-8' "
                         "ORDER BY m.id").fetchall()
    assert both == [("ST-7",), ("ST-8",)]
    days = store.execute("SELECT x.threshold, x.day FROM consumed x JOIN renewal r ON r.id = x.renewal_id JOIN renewal_case c "
                         "ON c.id = r.case_id WHERE c.ticket = 'ST-1' ORDER BY x.threshold DESC").fetchall()
    assert days == [(60, day(-45)), (30, day(-15)), (15, day(0))]


def test_the_workbook_comes_along(lived, write):
    book = write(f"ResumAjuntaments_{day(-7)}.csv", table(
        [["Ajuntament d'Abrera", "JAVA", f"CDS {dmy(14)}", "ST-1 obert. Avisats dues vegades."],
         ["Ajuntament de Vic", "JAVA", f"CDS {dmy(17)}", "Trucar-los"], ["Ajuntament de Nenlloc", "JAVA", "CDS", "?"]],
        header=["Ens", "Plataforma", "Validesa", "Comentari"]))
    s = lived.run("adopt", "--workbook", book, "--tickets", "open", "--mails", lived.box, "--json", expect=1).json()
    assert s["workbooks"][0]["changed"] == 2 and s["workbooks"][0]["refused"] == 1
    assert "Avisats dues vegades" in lived.run("comment", "Abrera").out
    assert case(s, "Abrera")["told"] == {"CDS": "60, 30, 15"}
    before = rows(lived)
    again = lived.run("adopt", "--workbook", book, "--tickets", "open", "--mails", lived.box, "--json", expect=1).json()
    assert not again["changed"] and rows(lived) == before


def test_killed_in_the_middle_leaves_the_old_state(lived, tmp_path):
    before = rows(lived)
    arguments = [TALAIA, *map(str, lived.arguments("adopt", "--tickets", "open", "--mails", lived.box))]
    trace = tmp_path / "trace"
    subprocess.run(["strace", "-f", "-qq", "-o", trace, "-e", "trace=pwrite64", *arguments], env=environment(), check=False,
                   capture_output=True, timeout=120)
    writes = len(trace.read_text().splitlines())
    after = counts(lived)
    assert writes > 10 and after != counts_of(before)
    outcomes = []
    for n in range(1, writes + 1):
        restore(lived)
        subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e",
                        f"inject=pwrite64:signal=KILL:when={n}", *arguments], env=environment(), check=False,
                       capture_output=True, timeout=120)
        outcomes.append(counts(lived))
        adopt(lived)
        assert counts(lived) == after, n
    print(f"{writes} kill points")
    assert all(o in (counts_of(before), after) for o in outcomes)
    assert outcomes.count(counts_of(before)) > writes // 2


def counts_of(tables):
    return {name: len(found) for name, found in tables.items()}


def counts(desk):
    return counts_of(rows(desk))


def before_copy(desk):
    return desk.path.parent / "before.db"


def restore(desk):
    for end in ("", "-wal", "-shm"):
        desk.store.with_name("talaia.db" + end).unlink(missing_ok=True)
    desk.store.write_bytes(before_copy(desk).read_bytes())


@pytest.fixture(autouse=True)
def keep_copy(request):
    """The store as it was before the taking-over, for the test that kills."""
    if "lived" in request.fixturenames:
        lived = request.getfixturevalue("lived")
        store = sqlite3.connect(lived.store)
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        before_copy(lived).write_bytes(lived.store.read_bytes())


def test_a_desk_that_knows_more_keeps_it(lived):
    store = sqlite3.connect(lived.store)
    (identity,) = store.execute("SELECT id FROM body WHERE description LIKE 'Abrera%'").fetchone()
    c = store.execute("INSERT INTO renewal_case (body_id, opened, ticket, subject) VALUES (?, ?, 'ST-99', 'Un altre')",
                      (identity, day(-3))).lastrowid
    store.execute("INSERT INTO renewal (body_id, kind, expires, case_id, opened) VALUES (?, 'CDS', ?, ?, ?)",
                  (identity, day(14), c, day(-3)))
    store.commit()
    store.close()
    s = adopt(lived)
    assert any("ST-99" in r for r in case(s, "Abrera")["remarks"])
    (w, *_) = plan(lived)["Ajuntament d'Abrera"]
    assert (w["subject"], w["threshold"]) == ("Un altre", 10)


def test_bad_input(lived, desk, tmp_path, write):
    lived.run("adopt", expect=2)
    lived.run("adopt", "x.csv", expect=2)
    lived.run("adopt", "--mails", tmp_path / "nothing", expect=(3, 4, 6))
    lived.run("adopt", "--mails", write("x.csv", "a;b\n1;2\n"), expect=3)
    lived.run("adopt", "--workbook", tmp_path / "nothing.xlsx", expect=(3, 6))
    before = rows(lived)
    lived.run("adopt", "--workbook", write("bad.xlsx", b"PK\x03\x04broken"), "--mails", lived.box, expect=3)
    assert rows(lived) == before


def test_an_empty_desk_says_what_to_do_first(desk, tmp_path):
    box = past()[0].maildir(tmp_path / "box")
    result = desk.run("adopt", "--mails", box, expect=3)
    assert "import the registry first" in result.err


def test_postgresql_takes_over_the_same(lived, postgresql, tmp_path, write):
    _, url = postgresql.database()
    other = Desk(tmp_path / "pg")
    run("init", "--lang", "en", "--set", f"store.url={url}", other.path)
    for name in ("registry.csv", "contacts.csv"):
        other.load(tmp_path / name)
    late = write("late.eml", (
        "From: Joan <joan@berga.example>\r\nTo: suport.padro@example.org\r\nSubject: x\r\nMessage-ID: <late@z>\r\n"
        f"Date: Fri, 20 Nov 2026 09:00:00 +0100\r\nReferences: <m7@old.example.org>\r\n\r\nJa l'hem demanat.\r\n"))
    seen = []
    for d in (lived, other):
        first = d.run("adopt", "--mails", lived.box, "--json", expect=1).json()
        again = d.run("adopt", "--mails", lived.box, "--json", expect=1).json()
        d.run("reply", "read", late, expect=1)
        (m, *_) = [m for m in d.json("reply", "list") if "joan" in m["from"]]
        d.json("reply", "confirm", m["id"], "--note", "nota")
        listed = [{k: v for k, v in m.items() if k not in ("id", "case", "decided_by")} for m in d.json("reply", "list", "--all")]
        d.run("reply", "read", SAMPLES / "postfix-unknown.eml", expect=1)
        seen.append([first, again["changed"], listed, d.plan("--days", "60"), d.run("comment", "Berga").out])
    assert seen[0] == seen[1] and seen[0][1] is False
    assert "Ajuntament de Berga" not in [w["name"] for w in seen[0][3]]


S14 = subject("Ajuntament de Berga", f"CDS[{dmy(14)}]", "ST-4")
QUOTED = "\n\nEl dl., 2 de nov. 2026 a les 8:30, Suport <suport.padro@example.org> va escriure:\n> caduca el " + dmy(14)
OUTLOOK = f"\n\nDe: Suport\nEnviat: dilluns\nPer a: x\nAssumpte: y\n\ncaduca el {dmy(14)}"


def spelled(offset):
    months = ["gener", "febrer", "març", "abril", "maig", "juny", "juliol", "agost", "setembre", "octubre", "novembre", "desembre"]
    d = NOW + datetime.timedelta(days=offset)
    return f"{d.day} {'d’' if d.month in (4, 8, 10) else 'de '}{months[d.month - 1]} de {d.year}"


@pytest.mark.parametrize("what, mails, told", [
    ("first of its thread", [(-20, S14, "Us recordem que caduca.", {})], "60"),
    ("of a colleague", [(-20, S14, WARNED.format(dates=dmy(14)), {"sender": "Anna <anna@example.org>"})], "60"),
    ("the date in words", [(-50, S14, "x", {}), (-10, "RE: " + S14, f"Caduca el\n{spelled(14)}\nRenoveu-lo.", {})], "60, 30"),
    ("a thank you", [(-50, S14, "x", {}), (-10, "RE: " + S14, "Gràcies!", {})], ""),
    ("a thank you that quotes", [(-40, S14, "x", {}), (-10, "RE: " + S14, "Gràcies!" + QUOTED, {})], "60"),
    ("quoted in Outlook's way", [(-40, S14, "x", {}), (-10, "RE: " + S14, "Gràcies!" + OUTLOOK, {})], "60"),
    ("forwarded to a colleague", [(-40, S14, "x", {}), (-10, "RV: " + S14, "Ho mires?" + OUTLOOK, {})], "60"),
    ("forwarded as a warning", [(-40, S14, "x", {}), (-10, "RV: " + S14, f"Us ho tornem a recordar: {dmy(14)}" + OUTLOOK, {})], "60, 30"),
    ("about another date", [(-40, S14, "x", {}), (-10, "RE: " + S14, f"Ens veiem el {dmy(3)}", {})], "60"),
    ("too early", [(-46, S14, "x", {})], ""),
    ("the day before and the day", [(-45, S14, "x", {})], "60"),
    ("late, at once", [(0, S14, "x", {})], "60, 30, 15"),
    ("an answer that gives the date", [(-40, S14, "x", {}), (-1, "RE: " + S14, f"Rebut: {dmy(14)}", {"sender": "joan@berga.example"})], "60"),
    ("HTML alone", [(-40, S14, "x", {}), (-10, "RE: " + S14, f"<p>Caduca el <b>{dmy(14)}</b></p>",
                                          {"more": ["Content-Type: text/html; charset=utf-8"]})], "60, 30"),
])
def test_what_counts_as_told(desk, write, tmp_path, what, mails, told):
    desk.load(write("registry.csv", [body(1, "Berga, Ajuntament de", 14, 300)]))
    p = Past()
    for offset, title, text, more in mails:
        p.add(offset, title, text, **more)
    if "more" in mails[-1][3]:
        p.mails[-1] = p.mails[-1].replace(b"\r\nContent-Type: text/plain; charset=utf-8", b"")
    desk.box = p.maildir(tmp_path / "box")
    s = desk.run("adopt", "--mails", desk.box, "--json", expect=(0, 1)).json()
    assert case(s, "Berga")["told"] == {"CDS": told}, what
    until = NOW + datetime.timedelta(days=60)
    numbers = [int(n) for n in told.split(", ") if n]
    assert [(w["on"], w["threshold"]) for w in desk.plan("--days", "60")] == ladder({"CDS": NOW + datetime.timedelta(14)},
                                                                                   {"CDS": numbers}, until), what


def test_what_came_back_is_remarked(desk, write, tmp_path):
    desk.load(write("registry.csv", [body(1, "Berga, Ajuntament de", 14, 300)]))
    p = Past()
    first = p.warn(-40, S14, [14])
    p.add(-40, "Undeliverable: " + S14, "550 5.1.1 user unknown", sender="MAILER-DAEMON@mx.example", reply_to=first,
          more=["X-Failed-Recipients: joan@berga.example", "Return-Path: <>"])
    s = desk.run("adopt", "--mails", p.maildir(tmp_path / "box"), "--json", expect=(0, 1)).json()
    assert any("joan@berga.example" in r for r in case(s, "Berga")["remarks"])


def test_years_of_mails(desk, write, tmp_path):
    """Five hundred bodies, four thousand mails: taken over whole, in a time that nobody minds."""
    count = 500
    desk.load(write("registry.csv", [body(i, f"Vila{i:03d}, Ajuntament de", 14 + i % 40, 400, "8", str(i + 1)) for i in range(count)]))
    p = Past()
    for i in range(count):
        name = f"Ajuntament de Vila{i:03d}"
        for year in (3, 2, 1):  # threads of certificates of before
            p.warn(14 + i % 40 - 365 * year - 20, subject(name, f"CDS[{dmy(14 + i % 40 - 365 * year)}]", f"ST-{year}{i:03d}"),
                   [14 + i % 40 - 365 * year])
            p.add(14 + i % 40 - 365 * year - 19, "RE: " + subject(name, f"CDS[{dmy(14 + i % 40 - 365 * year)}]", f"ST-{year}{i:03d}"),
                  "En tràmit.", sender=f"x@v{i}.example")
        mid = p.warn(14 + i % 40 - 59, subject(name, f"CDS[{dmy(14 + i % 40)}]", f"ST-9{i:03d}"), [14 + i % 40])
        p.add(14 + i % 40 - 58, "RE: x", "Rebut.", sender=f"x@v{i}.example", reply_to=mid)
    began = datetime.datetime.now()
    s = desk.run("adopt", "--mails", p.mbox(tmp_path / "years.mbox"), "--json", expect=(0, 1), timeout=300).json()
    print(f"{s['mails']} mails in {(datetime.datetime.now() - began).total_seconds():.1f} s")
    assert s["mails"] == 8 * count and s["not_understood"] == []
    results = [c["result"] for c in s["cases"]]
    assert (results.count("taken"), results.count("over")) == (count, 3 * count)
    assert all(c["told"] == {"CDS": "60"} and c["answers"] == 1 for c in s["cases"] if c["result"] == "taken")
