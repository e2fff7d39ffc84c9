"""Mails that come in: matched, proposed, confirmed, dismissed, assigned, undone; contacts whose address takes no mail."""
import base64
import mailbox
import sqlite3
import subprocess

import pytest

from conftest import ROOT, TALAIA, TODAY, Desk, body, day, dmy, environment, run, table

SAMPLES = ROOT / "tests" / "mails"
BERGA = "Ajuntament de Berga"
CONTACT = "joan.puig@berga.example"
SUBJECT = f"PRO - PADRO - {BERGA} - Recordatori data d'expiració CDS[{dmy(14)}] - [ST-12]"
WARNING = "warning-12-1.5f3a@talaia.example.org"


def contacts(rows):
    return table(rows, header=["Ens", "Nom", "Correu", "Rol", "Idioma"])


@pytest.fixture
def office(desk, write):
    """Berga's CDS is in its case with a ticket and one warning sent; Gavà has two contacts and no case."""
    desk.load(write("registry.csv", [body(1, "Berga, Ajuntament de", 14, 300), body(2, "Gavà, Ajuntament de", 200, 300),
                                     body(3, "Falset, Ajuntament de", 20, 25)]))
    desk.load(write("contacts.csv", contacts([
        ["Berga, Ajuntament de", "Joan Puig", CONTACT, "Tècnic", "ca"],
        ["Falset, Ajuntament de", "Ona Roca", "ona@falset.example", "Tècnic", "ca"],
        ["Gavà, Ajuntament de", "Proveïdor", "suport@proveidor.example", "Proveïdor", "ca"],
        ["Falset, Ajuntament de", "Proveïdor", "suport@proveidor.example", "Proveïdor", "ca"]])))
    sent(desk, "Berga", SUBJECT, "ST-12", WARNING, [("CDS", day(14))], "CDS")
    return desk


def sent(desk, place, subject, ticket, message_id, certificates, named):
    """What the outbox leaves behind when a warning went out."""
    store = sqlite3.connect(desk.store)
    (body_id,) = store.execute("SELECT id FROM body WHERE description LIKE ?", (place + "%",)).fetchone()
    case = store.execute("INSERT INTO renewal_case (body_id, opened, ticket, subject) VALUES (?, ?, ?, ?)",
                         (body_id, day(-1), ticket, subject)).lastrowid
    for kind, expires in certificates:
        store.execute("INSERT INTO renewal (body_id, kind, expires, case_id, opened) VALUES (?, ?, ?, ?, ?)",
                      (body_id, kind, expires, case, day(-1)))
    store.execute("INSERT INTO message (uid, kind, state, day, body_id, case_id, certificates, lang, subject, ticket, "
                  "message_id, created, sent) VALUES (?, 'warning', 'filed', ?, ?, ?, ?, 'ca', ?, ?, ?, 0, 0)",
                  (message_id.split("@")[0], day(-1), body_id, case, named, subject, ticket, message_id))
    store.commit()
    store.close()
    return case


def mail(text, sender=f"Joan Puig <{CONTACT}>", subject="RE: " + SUBJECT, reply_to=WARNING, mid="a1@berga.example",
         more=(), when="Fri, 20 Nov 2026 08:05:00 +0100"):
    lines = [f"From: {sender}", "To: suport.padro@example.org", f"Date: {when}", f"Message-ID: <{mid}>", *more,
             "Subject: =?utf-8?B?" + base64.b64encode(subject.encode()).decode() + "?=", "MIME-Version: 1.0",
             "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    if reply_to:
        lines.insert(4, f"In-Reply-To: <{reply_to}>")
    return ("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n") + "\r\n").encode()


def take(desk, write, *mails, **more):
    for i, m in enumerate(mails):
        desk.run("reply", "read", write(f"mail{i}.eml", m), expect=(0, 1), **more)
    return desk.json("reply", "list", "--all")


def planned(desk, name=BERGA):
    return [w for w in desk.plan("--days", "30") if w["name"] == name]


def test_an_answer_in_the_thread_waits_for_a_person_and_stops_the_warnings(office, write):
    assert planned(office)
    (m,) = take(office, write, mail("Ja hem demanat la renovació."))
    assert (m["state"], m["kind"], m["says"], m["matched"], m["body"]) == (
        "proposed", "answer", "under-way", "thread", BERGA)
    assert planned(office), "a proposal stops nothing"
    status = office.run("warnings", "status").out
    assert f"the body has written (mail {m['id']})" in status
    done = office.json("reply", "confirm", m["id"], "--note", "Ho ha dit també per telèfon")
    assert done["state"] == "confirmed" and done["covers"] == ["CDS"]
    assert not planned(office)
    comment = office.run("comment", BERGA).out
    assert "Ja hem demanat la renovació." in comment and "telèfon" in comment
    store = sqlite3.connect(office.store)
    jobs = [t for (t,) in store.execute("SELECT text FROM ticket_job ORDER BY id")]
    assert len(jobs) == 2 and "Ja hem demanat la renovació." in jobs[0]
    assert [a["what"] for a in office.json("audit", "list")][0] == "reply-confirm"
    assert "has written" not in office.run("warnings", "status").out
    story = office.run("warnings", "status", "Berga").out
    assert f"Mail of {CONTACT}: Ja hem demanat la renovació." in story and "confirmed" in story


def test_each_mail_counts_once(office, write):
    first = take(office, write, mail("Ja hem demanat la renovació."))
    before = office.run("comment", BERGA).out
    assert take(office, write, mail("Ja hem demanat la renovació.")) == first
    assert office.run("comment", BERGA).out == before
    assert office.json("reply", "read", write("again.eml", mail("Ja hem demanat la renovació.")))["known"] == 1


@pytest.mark.parametrize("how, wanted", [
    (dict(), ("proposed", "thread", BERGA)),
    (dict(reply_to=None), ("proposed", "ticket", BERGA)),
    (dict(reply_to="changed@outlook.example", more=[f"References: <x@y.example> <{WARNING}>"]), ("proposed", "thread", BERGA)),
    (dict(reply_to=None, subject="Certificat"), ("proposed", "address", BERGA)),
    (dict(reply_to=None, subject="Certificat", sender="algu@berga.example"), ("queue", "none", None)),
    (dict(reply_to=None, subject="Certificat", sender="suport@proveidor.example"), ("queue", "none", None)),
    (dict(reply_to=None, subject="Re: [ST-99]", sender="algu@berga.example"), ("queue", "none", None)),
    (dict(sender="Suport <suport.padro@example.org>"), ("none", "thread", BERGA)),
])
def test_matching(office, write, how, wanted):
    (m,) = take(office, write, mail("Està en tràmit.", **how))
    assert (m["state"], m["matched"], m["body"]) == wanted


def test_an_answer_to_an_answer_is_in_the_thread(office, write):
    mails = take(office, write, mail("Ho mirem."), mail("Ja està en tràmit.", reply_to="a1@berga.example", subject="Re: x",
                                                         mid="a2@berga.example", sender="altra@berga.example"))
    assert [m["matched"] for m in mails] == ["thread", "thread"]


def test_a_message_id_that_a_server_has_changed(office, write):
    """Outlook gives what it sends an id of its own; the copy in our mailbox tells which."""
    take(office, write, mail("text", sender="suport.padro@example.org", more=["X-Talaia-Id: warning-12-1.5f3a"], mid="NEW@outlook.example",
                             reply_to=None, subject="Recordatori"))
    mails = take(office, write, mail("En tràmit", reply_to="NEW@outlook.example", subject="RE: Recordatori", sender="altra@berga.example",
                                     mid="b@b"), mail("En tràmit", reply_to="FORGED@x", subject="RE: x", sender="q@q.example", mid="c@c",
                                                      more=["X-Talaia-Id: warning-12-1.5f3a"]))
    assert [(m["matched"], m["state"]) for m in mails if m["kind"] == "answer"].count(("thread", "proposed")) == 1
    assert next(m for m in mails if m["from"] == "q@q.example")["state"] == "queue"


def test_an_answer_to_the_report_is_about_no_body(office, write):
    store = sqlite3.connect(office.store)
    store.execute("INSERT INTO message (uid, kind, state, day, lang, subject, message_id, created, sent) VALUES "
                  "('friday', 'report', 'filed', ?, 'ca', 'Informe', 'friday@talaia.example', 0, 0)", (day(-1),))
    store.commit()
    store.close()
    (m,) = take(office, write, mail("Gràcies, està en tràmit?", reply_to="friday@talaia.example", subject="RE: Informe",
                                    sender="cap.servei@example.net"))
    assert (m["state"], m["body"], m["matched"]) == ("queue", None, "thread")


def test_absences_copies_and_acknowledgements_ask_nobody(office, write):
    mails = take(office, write,
                 mail("Torno dilluns; tot està en tràmit.", subject="Resposta automàtica: " + SUBJECT,
                      more=["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"], mid="1@x"),
                 mail("text", sender="suport.padro@example.org", more=["X-Talaia-Id: warning-12-1.5f3a"], mid=WARNING, reply_to=None),
                 mail("Hem rebut la sol·licitud.", more=["Auto-Submitted: auto-replied"], subject="Avís", mid="2@x"))
    assert {m["state"] for m in mails} == {"none"}
    assert office.json("reply", "list") == []
    assert planned(office)


def test_a_pair_and_one_of_its_certificates(office, write):
    sent(office, "Falset", "PRO - x - [ST-13]", "ST-13", "w13@x.example", [("CDA", day(25)), ("CDS", day(20))], "CDA CDS")
    (m,) = take(office, write, mail("En tràmit", reply_to="w13@x.example", sender="ona@falset.example"))
    assert office.json("reply", "confirm", m["id"], "CDS")["covers"] == ["CDS"]
    falset = planned(office, "Ajuntament de Falset")
    assert falset and all(w["certificates"] == ["CDA"] for w in falset)
    assert office.json("reply", "undo", m["id"], "--note", "Era per a tots dos")["state"] == "proposed"
    assert any("CDS" in w["certificates"] for w in planned(office, "Ajuntament de Falset"))
    assert sorted(office.json("reply", "confirm", m["id"])["covers"]) == ["CDA", "CDS"]
    assert not planned(office, "Ajuntament de Falset")


def test_decided_once(office, write):
    (m,) = take(office, write, mail("Ja hem demanat la renovació."))
    commands = [[*map(str, office.arguments("reply", word, str(m["id"])))] for word in ("confirm", "dismiss")]
    running = [subprocess.Popen([TALAIA, *c], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
               for c in commands]
    codes = sorted((p.communicate(timeout=60), p.returncode)[1] for p in running)
    assert codes == [0, 3]
    office.run("reply", "confirm", m["id"], expect=3)
    office.run("reply", "dismiss", m["id"], expect=3)


def test_undo_and_dismiss(office, write):
    (m,) = take(office, write, mail("Ja hem demanat la renovació."))
    office.run("reply", "undo", m["id"], expect=3)
    assert office.json("reply", "dismiss", m["id"], "--note", "ja ho sabíem")["state"] == "dismissed"
    assert planned(office)
    assert office.json("reply", "undo", m["id"])["state"] == "proposed"
    office.json("reply", "confirm", m["id"])
    assert not planned(office)
    office.json("reply", "undo", m["id"], "--note", "es referien a un altre")
    assert planned(office) and "es referien a un altre" in office.run("comment", BERGA).out


def test_the_queue_and_assigning(office, write):
    (m,) = take(office, write, mail("Està en tràmit.", reply_to=None, subject="Certificat", sender="nou@berga.example"))
    office.run("reply", "confirm", m["id"], expect=3)
    office.run("reply", "assign", m["id"], expect=2)
    office.run("reply", "assign", m["id"], "--ticket", "ST-99", expect=3)
    done = office.json("reply", "assign", m["id"], "Berga")
    assert (done["state"], done["matched"], done["body"]) == ("proposed", "person", BERGA)
    assert office.json("reply", "confirm", m["id"])["covers"] == ["CDS"]
    assert "nou@berga.example" in office.run("comment", BERGA).out


def test_a_contact_that_takes_no_mail_is_no_recipient(office, write):
    assert planned(office)[0]["recipients"] == [CONTACT]
    office.run("reply", "read", SAMPLES / "postfix-unknown.eml")
    (m,) = office.json("reply", "list", "--all")
    assert (m["kind"], m["state"]) == ("bounce", "none") and CONTACT in m["detail"]
    (first, *_) = planned(office)
    assert first["recipients"] == [] and first["bounced"] == [
        {"email": CONTACT, "on": TODAY, "reason": m["detail"].split(": ", 1)[1], "lasting": True}]
    assert CONTACT in first["why"] and "User unknown" in first["why"]
    assert "no-contact" in next(b for b in office.certificates("--all") if b["name"] == BERGA)["flags"]
    office.json("reply", "dismiss", m["id"])
    assert planned(office)[0]["recipients"] == [CONTACT]


def test_a_changed_contact_is_written_to_again(office, write):
    office.run("reply", "read", SAMPLES / "gmail-dsn.eml")
    assert planned(office)[0]["recipients"] == []
    office.load(write("contacts2.csv", contacts([["Berga, Ajuntament de", "Joan Puig i Pla", CONTACT, "Tècnic", "ca"]])))
    assert planned(office)[0]["recipients"] == [CONTACT]


@pytest.mark.parametrize("sample", ["postfix-full", "postfix-expired", "exchange-blocked"])
def test_what_may_pass_leaves_the_contact_and_asks_a_person(office, sample):
    office.run("reply", "read", SAMPLES / f"{sample}.eml", expect=1)
    (m,) = office.json("reply", "list")
    assert (m["kind"], m["state"]) == ("undelivered", "queue")
    assert planned(office)[0]["recipients"] == [CONTACT]


def test_the_profile_may_confirm(office, write):
    profile = office.path / "profile" / "aoc"
    profile.mkdir(parents=True)
    text = (ROOT / "share/profile/aoc/profile.yaml").read_text(encoding="utf-8")
    assert "rule: person" in text
    (profile / "profile.yaml").write_text(text.replace("rule: person", "rule: confirm"), encoding="utf-8")
    (m,) = take(office, write, mail("Ja hem demanat la renovació."))
    assert m["state"] == "confirmed" and m["decided_by"] and not planned(office)


def test_the_rule_wants_a_contact_in_the_thread(office, write):
    test = [mail("En tràmit", sender="altre@x.example", mid="1@x"), mail("En tràmit", reply_to=None, mid="2@x"),
            mail("No està en tràmit", mid="3@x"), mail("En tràmit?", mid="4@x")]
    profile = office.path / "profile" / "aoc"
    profile.mkdir(parents=True)
    text = (ROOT / "share/profile/aoc/profile.yaml").read_text(encoding="utf-8")
    (profile / "profile.yaml").write_text(text.replace("rule: person", "rule: confirm"), encoding="utf-8")
    assert {m["state"] for m in take(office, write, *test)} == {"proposed"}


def test_a_closed_case_is_no_proposal(office, write):
    store = sqlite3.connect(office.store)
    store.execute("UPDATE renewal_case SET closed = ?", (day(-1),))
    store.commit()
    store.close()
    (m,) = take(office, write, mail("Ja hem demanat la renovació."))
    assert (m["state"], m["body"]) == ("queue", BERGA)


def test_every_sample_from_a_maildir_and_an_mbox(office, tmp_path):
    box = mailbox.Maildir(tmp_path / "box")
    one = mailbox.mbox(tmp_path / "box.mbox")
    for sample in sorted(SAMPLES.glob("*.eml")):
        box.add(sample.read_bytes())
        one.add(sample.read_bytes())
    one.flush()
    first = office.json("reply", "read", tmp_path / "box", expect=1)
    assert first["read"] == len(box) and first["known"] + sum(first["states"].values()) == first["read"]
    again = office.json("reply", "read", tmp_path / "box.mbox", expect=(0, 1))
    assert again["read"] == len(box) and again["known"] >= again["read"] - 3
    assert not [f for f in (tmp_path / "box" / "new").iterdir()] == [], "the mailbox is left as it was"


def test_bad_input(office, write, tmp_path):
    office.run("reply", "read", tmp_path / "nothing", expect=6)
    office.run("reply", "read", write("x.csv", "a;b\n1;2\n"), expect=3)
    office.run("reply", "show", "x", expect=2)
    office.run("reply", "show", "77", expect=3)
    office.run("reply", "confirm", "77", "CDX", expect=2)
    assert office.json("reply", "read", write("huge.eml", b"From: a@b.example\r\nSubject: x\r\n" + b"X: y\r\n" * 3000 + b"\r\nx"),
                       expect=1)["unreadable"] == 1
    (m,) = office.json("reply", "list")
    assert m["kind"] == "unknown" and m["text"]


def test_words_for_people(office, write):
    take(office, write, mail("Ja hem demanat la renovació."), mail("Hola", reply_to=None, subject="x", sender="q@q.example", mid="q@q"))
    out = office.run("reply", "list").out
    assert BERGA in out and CONTACT in out
    shown = office.run("reply", "show", "1").out
    assert "Ja hem demanat la renovació." in shown and SUBJECT in shown


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_who_read_at_once(office, write, tmp_path, kind, request):
    """Machines that look into one mailbox: each mail is taken in once, and the comment gets each line once."""
    desk = office
    if kind == "postgresql":
        _, url = request.getfixturevalue("postgresql").database()
        desk = Desk(tmp_path / "pg")
        run("init", "--lang", "en", "--set", f"store.url={url}", desk.path)
        desk.load(tmp_path / "registry.csv")
        desk.load(tmp_path / "contacts.csv")
        desk.run("mark", "Berga", "verified", "x", expect=None)
        desk.run("comment", "Berga", "Comença.")
    box = mailbox.mbox(tmp_path / "box.mbox")
    for i in range(30):
        box.add(mail(f"Està en tràmit ({i}).", mid=f"m{i}@berga.example", reply_to=WARNING))
    box.flush()
    if kind == "postgresql":
        (first,) = take(desk, write, mail("Primer", reply_to=None, mid="first@berga.example"))
        desk.run("reply", "assign", first["id"], "Berga")
        box = mailbox.mbox(tmp_path / "thread.mbox")
        for i in range(30):
            box.add(mail(f"Està en tràmit ({i}).", mid=f"m{i}@berga.example", reply_to="first@berga.example"))
        box.flush()
    path = tmp_path / ("thread.mbox" if kind == "postgresql" else "box.mbox")
    words = [TALAIA, *map(str, desk.arguments("reply", "read", path, "--json"))]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) for _ in range(3)]
    for p in running:
        p.communicate(timeout=120)
        assert p.returncode in (0, 1)
    mails = [m for m in desk.json("reply", "list", "--all") if "(" in m["text"]]
    assert len(mails) == 30 and {m["matched"] for m in mails} == {"thread"}
    comment = desk.run("comment", BERGA).out
    assert [comment.count(f"({i})") for i in range(30)] == [1] * 30
