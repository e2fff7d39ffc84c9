"""Warnings go out exactly once: approved in one gesture, ticket first, one mail, one thread; what a server answers, and what a
person decides."""
import hashlib
import re
import sqlite3
import subprocess
import threading

import pytest

from conftest import EXIT, MODULES, TALAIA, TODAY, body, copy_desk, day, environment, until
from mail_servers import smtp_server  # noqa: F401
from outbox import ROWS, Outbox, parse, stocked_outbox
from test_ticket import jira, with_jira  # noqa: F401  a fixture

BADALONA, BERGA, CALELLA, VIC, REUS = (f"Ajuntament de {n}" for n in ("Badalona", "Berga", "Calella", "Vic", "Reus"))
SENT = {BADALONA, BERGA, CALELLA, VIC}


@pytest.fixture(scope="module")
def ready_desk(tmp_path_factory, empty_desk):
    place = tmp_path_factory.mktemp("outbox")
    return stocked_outbox(copy_desk(empty_desk, place / "desk"), place)


@pytest.fixture
def box(tmp_path, ready_desk, smtp_server):  # noqa: F811
    server = smtp_server()
    box = Outbox(copy_desk(ready_desk, tmp_path / "desk"), server.settings)
    box.server = server
    return box


# ------------------------------------------------------------------ the road

def test_a_day(box):
    lines = box.approve()
    assert {n: x["result"] for n, x in lines.items()} == {**{n: "approved" for n in SENT}, REUS: "no-contact"}
    assert box.send() == {"ticketed": 4, "rendered": 4, "sent": 4, "filed": 0, "told": 4, "cancelled": 0, "waiting": 0, "refused": 0,
                          "ambiguous": 0, "trouble": None}
    assert box.states() == {**{n: "sent" for n in SENT}, REUS: "planned"}
    for m in box.messages().values():
        if m["state"] == "sent":
            assert box.steps(m["id"]) == ["planned", "approved", "ticketed", "rendered", "sending", "sent"]
    journal = box.server.journal()
    assert sorted(tuple(sorted(j["to"])) for j in journal) == sorted([
        ("a.sec@badalona.example", "padro@badalona.example"), ("it@berga.example",), ("x@calella.example",), ("v@vic.example",)])
    assert {j["sha256"] for j in journal} == {m["sha256"] for m in box.messages().values() if m["sha256"]}
    assert box.send()["sent"] == 0 and len(box.server.journal()) == 4


def test_ticket_first_and_the_mail_carries_its_key(box):
    box.approve()
    box.send("--ready")
    assert box.server.journal() == []
    messages = box.messages()
    assert {messages[n]["state"] for n in SENT} == {"rendered"}
    tickets = {messages[n]["ticket"] for n in SENT}
    assert tickets == {"ST-1", "ST-2", "ST-3", "ST-4"}
    box.send()
    for mail in box.server.mails():
        seen = parse(mail.as_bytes())
        uid = seen["X-Talaia-Id"]
        message = next(m for m in messages.values() if m["uid"] == uid)
        assert f"[{message['ticket']}]" in str(seen["Subject"]) and str(seen["Subject"]) == message["subject"]
        assert message["ticket"] in seen.get_body(("plain",)).get_content()
        assert message["ticket"] in seen.get_body(("html",)).get_content()


def test_preview_is_what_the_server_accepts(box):
    box.approve()
    early = box.json("warnings", "preview", BADALONA)
    assert early["final"] is False and "10 de desembre de 2026" in early["text"]
    assert "no bytes yet" in box.run("warnings", "preview", BADALONA, "--raw", expect=EXIT["input"]).err
    box.send("--ready")
    raw = subprocess.run([TALAIA, *map(str, box.desk.arguments(*box.words("warnings", "preview", BADALONA, "--raw")))],
                         capture_output=True, env=environment(), check=True).stdout
    shown = box.json("warnings", "preview", BADALONA)
    assert hashlib.sha256(raw).hexdigest() == shown["sha256"]
    box.send()
    accepted = next(j for j in box.server.journal() if "padro@badalona.example" in j["to"])
    assert accepted["sha256"] == shown["sha256"] and box.server.bytes_of(accepted) == raw


def test_one_mail_in_the_language_of_the_technical_contact(box):
    box.approve()
    box.send()
    by_to = {tuple(sorted(j["to"])): parse(box.server.bytes_of(j)) for j in box.server.journal()}
    both = by_to[("a.sec@badalona.example", "padro@badalona.example")]
    assert both["Content-Language"] == "ca" and "Bon dia" in both.get_body(("plain",)).get_content()
    assert str(both["To"]).index("padro@") < str(both["To"]).index("a.sec@")
    assert by_to[("it@berga.example",)]["Content-Language"] == "es"
    assert by_to[("x@calella.example",)]["Content-Language"] == "en"


def test_one_thread_one_subject(box):
    box.approve()
    box.send()
    first = next(j for j in box.server.journal() if "padro@badalona.example" in j["to"])
    later = day(10)
    box.approve(on=later)
    box.send(on=later)
    box.approve(on=day(14))
    box.send(on=day(14))
    mails = [parse(box.server.bytes_of(j)) for j in box.server.journal() if "padro@badalona.example" in j["to"]]
    assert len(mails) >= 2
    assert len({str(m["Subject"]) for m in mails}) == 1 and mails[0]["In-Reply-To"] is None
    for before, after in zip(mails, mails[1:]):
        assert str(after["In-Reply-To"]) == str(before["Message-ID"])
        assert str(after["References"]).split() == [str(m["Message-ID"]) for m in mails[:mails.index(after)]]
    assert str(mails[0]["Message-ID"]) == first["message_id"]
    tickets = box.desk.json("outbox", "--all")["messages"]
    assert len({m["ticket"] for m in tickets if m["name"] == BADALONA}) == 1


def test_comment_and_ticket_tell_it(box):
    box.approve()
    box.send()
    comments = box.run("comment", BADALONA).out
    assert "20/11/2026" in comments and "padro@badalona.example" in comments
    notes = box.sql("SELECT text FROM ticket_note") if box.sql("SELECT 1 FROM sqlite_schema WHERE name = 'ticket_note'") else []
    assert any("10 de desembre de 2026" in t for (t,) in notes)
    assert box.list()["ticket_jobs"] == []


def test_body_without_contact_is_work_to_do(box):
    box.approve(expect=1)
    assert box.messages()[REUS]["trouble"] == "nobody to write to: add a contact"
    (box.desk.path / "more.csv").write_text("Ens;Nom;E-mail\nAjuntament de Reus;Oficina;p@reus.example\n")
    box.run("import", box.desk.path / "more.csv")
    assert box.approve(REUS, expect=0)[REUS]["result"] == "approved"
    box.send()
    assert ["p@reus.example"] in [j["to"] for j in box.server.journal()]


def test_renewed_or_answered_meanwhile(box, write):
    box.approve()
    box.send("--ready")
    rows = [r[:] for r in ROWS]
    rows[0][6] = "10/12/2028"  # Badalona's new date
    box.desk.load(write("new.csv", rows))
    box.run("stage", CALELLA, "answered", "CDS", "Ja l'hem demanat")
    box.send()
    states = box.states()
    assert states[BADALONA] == states[CALELLA] == "cancelled" and states[BERGA] == "sent"
    told = {a for j in box.server.journal() for a in j["to"]}
    assert "padro@badalona.example" not in told
    assert box.sql("SELECT count(*) FROM consumed c JOIN message m ON m.id = c.message_id WHERE m.state = 'cancelled'") == [(0,)]


def test_cancel_gives_the_threshold_back(box):
    box.approve()
    number = box.messages()[BADALONA]["id"]
    assert "why" in box.run("warnings", "cancel", number, expect=EXIT["usage"]).err
    box.run("warnings", "cancel", number, "--reason", "Han trucat")
    assert box.states()[BADALONA] == "cancelled"
    assert any(p["name"] == BADALONA and p["on"] == TODAY for p in box.desk.plan())
    box.send()
    assert "padro@badalona.example" not in {a for j in box.server.journal() for a in j["to"]}
    assert "is sent" in box.run("warnings", "cancel", box.messages()[VIC]["id"], "--reason", "tard", expect=EXIT["input"]).err


# ------------------------------------------------------------------ approving

def test_storm_guard(box):
    profile = (MODULES / "share/profile/aoc/profile.yaml").read_text()
    place = box.desk.path / "profile" / "aoc"
    place.mkdir(parents=True)
    (place / "profile.yaml").write_text(re.sub(r"(?m)^  storm: \d+", "  storm: 3", profile))
    assert "first approval" in box.run("warnings", "approve", "--all", "--second", "--reason", "x", expect=EXIT["guard"]).err
    lines = box.approve(expect=1)
    assert {lines[n]["result"] for n in SENT} == {"second"}
    assert box.send()["sent"] == 0
    # in portions it is as many
    assert {x["result"] for x in box.approve(BADALONA, BERGA, CALELLA).values()} == {"approved"}
    assert box.approve(VIC)[VIC]["result"] == "second"
    assert "reason" in box.run("warnings", "approve", VIC, "--second", expect=EXIT["usage"]).err
    assert box.approve(VIC, "--second", "--reason", "Canvi d'autoritat")[VIC]["result"] == "approved"
    assert box.send()["sent"] == 4
    assert "Canvi d'autoritat" in box.run("audit", "list").out


def test_two_operators_at_once(box):
    results, errors = [], []

    def one():
        try:
            results.append(box.approve())
        except AssertionError as e:
            errors.append(e)
    threads = [threading.Thread(target=one) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not errors
    won = [sum(x["result"] == "approved" for x in r.values()) for r in results]
    assert sorted(won) == [0, 0, 0, 4]
    for r in results:
        if not any(x["result"] == "approved" for x in r.values()):
            assert {r[n]["result"] for n in SENT} == {"taken"} and all(r[n]["detail"] for n in SENT)
    box.send()
    assert len(box.server.journal()) == 4


def test_two_senders_at_once(box):
    box.approve()
    box.server.script([{"at": "data", "do": "delay 0.2"}])
    threads = [threading.Thread(target=lambda: box.send(expect=(0, 1))) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    box.send()
    assert len(box.server.journal()) == 4 and {s for n, s in box.states().items() if n in SENT} == {"sent"}
    assert box.sql("SELECT count(DISTINCT ticket), count(*) FROM message WHERE state = 'sent'") == [(4, 4)]


# ------------------------------------------------------------------ what servers answer

def test_later_is_tried_again(box):
    box.approve()
    box.server.script([{"at": "rcpt", "to": "badalona", "do": "451 4.7.1 Greylisted"}])
    assert box.send()["waiting"] == 1
    waiting = box.messages()[BADALONA]
    assert waiting["state"] == "rendered" and "Greylisted" in waiting["trouble"] and waiting["next_try"] > f"{TODAY[:4]}"
    assert box.send()["sent"] == 0  # not before its time
    box.server.script([])
    box.hurry()
    assert box.send()["sent"] == 1
    assert box.messages()[BADALONA]["sha256"] == box.server.journal()[-1]["sha256"] == waiting["sha256"]


def test_some_recipients_refused_the_others_get_it(box):
    box.approve()
    box.server.script([{"at": "rcpt", "to": "a.sec", "do": "550 5.1.1 No such user"}])
    box.send()
    m = box.messages()[BADALONA]
    assert m["state"] == "sent"
    assert {r["email"]: r["result"] for r in m["recipients"]} == {"a.sec@badalona.example": "refused", "padro@badalona.example": "accepted"}
    later = box.approve(on=day(10))
    assert later[BADALONA]["result"] == "approved"
    box.send(on=day(10))
    assert [j["to"] for j in box.server.journal()][-1] != [] and \
        "a.sec@badalona.example" not in [a for j in box.server.journal()[4:] for a in j["to"]]


def test_some_recipients_later_get_it_once_each(box):
    box.approve()
    box.server.script([{"at": "rcpt", "to": "a.sec", "do": "451 4.7.1 Greylisted", "times": 1}])
    box.send()
    assert box.states()[BADALONA] == "rendered"
    box.hurry()
    box.send()
    assert box.states()[BADALONA] == "sent"
    told = [a for j in box.server.journal() for a in j["to"] if "badalona" in a]
    assert sorted(told) == ["a.sec@badalona.example", "padro@badalona.example"]


def test_refused_goes_to_a_person(box):
    box.approve()
    box.server.script([{"at": "end", "to": "berga", "do": "554 5.7.1 Not wanted"}])
    assert box.send(expect=1)["refused"] == 1
    m = box.messages()[BERGA]
    assert m["state"] == "refused" and "Not wanted" in m["trouble"]
    box.hurry()
    assert box.send()["sent"] == 0
    box.server.script([])
    assert "say what is known" in box.run("warnings", "settle", m["id"], "--reason", "x", expect=EXIT["usage"]).err
    box.run("warnings", "settle", m["id"], "--again", "--reason", "Ja accepten")
    assert box.send()["sent"] == 1
    assert sum("it@berga.example" in j["to"] for j in box.server.journal()) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_lost_after_the_message_is_ambiguous(box, accepted):
    box.approve()
    box.server.script([{"at": "taken" if accepted else "end", "to": "vic", "do": "drop", "times": 1}])
    assert box.send(expect=1)["ambiguous"] == 1
    m = box.messages()[VIC]
    assert m["state"] == "ambiguous" and f"warnings settle {m['id']}" in m["trouble"]
    for _ in range(3):
        box.hurry()
        box.send(expect=(0, 1))
    assert box.states()[VIC] == "ambiguous"
    assert sum("v@vic.example" in j["to"] for j in box.server.journal()) == int(accepted)
    assert "why" in box.run("warnings", "settle", m["id"], "--again", expect=EXIT["usage"]).err
    box.run("warnings", "settle", m["id"], "--sent" if accepted else "--again", "--reason", "Hem trucat")
    box.send()
    assert box.states()[VIC] == "sent"
    assert sum("v@vic.example" in j["to"] for j in box.server.journal()) == 1
    assert "v@vic.example" in box.run("comment", VIC).out


def test_dead_mail_server_waits_and_is_visible(box, smtp_server):  # noqa: F811
    box.approve()
    box.server.stop()
    sent = box.send(expect=1)
    assert sent["sent"] == 0 and "127.0.0.1" in sent["trouble"]
    listed = box.list()
    assert listed["troubles"][0]["part"] == "smtp" and {m["state"] for m in listed["messages"] if m["name"] in SENT} == {"rendered"}
    assert "smtp" in box.run("outbox").out
    box.settings = smtp_server().settings
    assert box.send()["sent"] == 4 and box.list()["troubles"] == []


def test_no_mail_server_says_what_to_set(box):
    box.settings = []
    box.approve()
    assert "mail.smtp.url" in box.run("warnings", "send", expect=EXIT["config"]).err


def test_dead_tracker_waits_and_nothing_is_lost(box):
    box.approve()
    dead = [*box.settings, "tracker.kind=redmine", "tracker.url=http://127.0.0.1:9", "tracker.token=x", "tracker.project=st"]
    good, box.settings = box.settings, dead
    sent = box.send(expect=1)
    assert sent["ticketed"] == sent["sent"] == 0 and "127.0.0.1" in sent["trouble"]
    listed = box.list()
    assert [t["part"] for t in listed["troubles"]] == ["tracker"]
    assert {m["state"] for m in listed["messages"] if m["name"] in SENT} == {"approved"}
    box.settings = good
    box.hurry()
    assert box.send()["sent"] == 4


def minutes_pass(box):
    """What was asked for just now would be looked for a minute long before it is asked for again."""
    box.hurry()
    box.sql("UPDATE message SET tried = tried - 600000000")


def test_one_ticket_that_is_refused_holds_up_nobody_else(box, jira):  # noqa: F811
    box.approve()
    box.settings = [*box.settings, *with_jira(jira)[1::2]]
    create = "POST /jira/rest/api/2/issue$"
    jira.order(create, "status 400", 1)
    sent = box.send(expect=1)
    assert (sent["ticketed"], sent["sent"]) == (3, 3) and "400" in sent["trouble"]
    listed = box.list()
    assert listed["troubles"] == []
    [waits] = [m for m in listed["messages"] if m["name"] in SENT and m["state"] == "approved"]
    assert "400" in waits["trouble"]
    minutes_pass(box)
    assert box.send()["sent"] == 1


def test_a_tracker_that_refuses_all_is_not_asked_for_each(box, jira):  # noqa: F811
    box.approve()
    box.settings = [*box.settings, *with_jira(jira)[1::2]]
    jira.order("POST /jira/rest/api/2/issue$", "status 400", 50)
    assert box.send(expect=1)["sent"] == 0
    assert [t["part"] for t in box.list()["troubles"]] == ["tracker"]
    asked = (jira.directory / "journal").read_text().splitlines()
    assert asked.count("POST /jira/rest/api/2/issue 400 not") == 2
    jira.clear()
    minutes_pass(box)
    assert box.send()["sent"] == 4


def test_rate_limit(box):
    box.approve()
    box.settings = [*box.settings, "mail.per_minute=2"]
    sending = subprocess.Popen([TALAIA, *map(str, box.desk.arguments(*box.words("warnings", "send")))], env=environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: len(box.server.journal()) == 2)
        with pytest.raises(subprocess.TimeoutExpired):
            sending.wait(3)  # the third waits for the next minute
    finally:
        sending.kill()
        sending.wait()
    assert len(box.server.journal()) == 2
    box.settings = [*box.settings[:-1], "mail.per_minute=100"]
    assert box.send()["sent"] == 2


# ------------------------------------------------------------------ bad input

@pytest.mark.parametrize("name", ["Oficina\r\nBcc: lladre@example.net", "Oficina\nX: y", "Ofi\x0bcina"])
def test_header_injection(box, name):
    box.sql("UPDATE contact SET name = ? WHERE email = 'v@vic.example'", name)
    box.approve()
    sent = box.send(expect=1)
    assert sent["refused"] == 1 and box.states()[VIC] == "refused" and sent["sent"] == 3
    assert all("lladre" not in str(j) for j in box.server.journal())


def test_body_name_with_line_end(box):
    box.sql("UPDATE body SET description = ? WHERE source_id = '4'", "Vic\r\nBcc: lladre@example.net, Ajuntament de")
    box.approve()
    box.send(expect=None)
    for mail in box.server.mails():
        assert mail["Bcc"] is None and "\n" not in re.sub(r"\r?\n[ \t]", " ", mail["Subject"])


def test_address_that_is_none(box):
    box.sql("UPDATE contact SET email = 'ningú aquí' WHERE email = 'v@vic.example'")
    box.approve()
    assert box.send(expect=1)["refused"] == 1
    assert "ningú aquí" in box.messages()[VIC]["trouble"] and box.states()[BERGA] == "sent"


def test_template_with_unknown_field(box):
    place = box.desk.path / "profile" / "aoc" / "messages"
    place.mkdir(parents=True)
    text = (MODULES / "share/profile/aoc/messages/warning-single.ca.txt").read_text()
    (place / "warning-single.ca.txt").write_text(text.replace("**{date}**", "**{dtae}**"))
    for words in (("warnings", "approve", "--all"), ("warnings", "send")):
        err = box.run(*words, expect=EXIT["config"]).err
        assert "warning-single.ca.txt" in err and "dtae" in err and re.search(r"line \d+|:\d+", err), err
    found = box.run("config", "check", "--json", expect=EXIT["findings"]).json()
    assert len(found) == 1 and found[0]["code"] == "T-PROFILE" and re.search(r"warning-single.ca.txt: line \d+: .dtae.", found[0]["text"])
    assert box.server.journal() == []


def test_store_locked_sends_nothing(box):
    box.approve()
    box.send("--ready")
    hold = sqlite3.connect(box.desk.store, isolation_level=None)
    hold.execute("BEGIN IMMEDIATE")
    err = box.run("warnings", "send", expect=EXIT["store"], timeout=90).err
    assert "T-BUSY" in err and box.server.journal() == []
    hold.rollback()
    assert box.send()["sent"] == 4


def test_store_locked_while_the_server_answers(box):
    """The answer is held until the store can be written."""
    box.approve(VIC)
    box.send("--ready")
    box.server.script([{"at": "end", "do": "delay 2"}])
    sender = threading.Thread(target=lambda: box.send())
    sender.start()
    until = sqlite3.connect(box.desk.store, isolation_level=None, timeout=20)
    while until.execute("SELECT state FROM message WHERE state = 'sending'").fetchone() is None:
        pass
    until.execute("BEGIN IMMEDIATE")
    threading.Event().wait(4)
    until.rollback()
    sender.join()
    assert box.states()[VIC] == "sent" and len(box.server.journal()) == 1


# ------------------------------------------------------------------ the report

def test_report_goes_out_once(box, tmp_path):
    assert "no report" in box.run("report", "send", expect=EXIT["input"]).err
    box.run("report", "build", "--out", tmp_path / "r")
    assert box.send()["sent"] == 0 and box.states()["report"] == "planned"
    box.run("report", "send")
    eml = (tmp_path / "r" / "report.eml").read_bytes()
    accepted = box.server.journal()[0]
    assert accepted["sha256"] == hashlib.sha256(eml).hexdigest()
    assert accepted["to"] == ["cap.servei@example.org", "oficina.tecnica@example.org", "suport.padro@example.org"]
    err = box.run("report", "send", expect=EXIT["input"]).err
    assert "--again" in err and len(box.server.journal()) == 1
    assert "why" in box.run("report", "send", "--again", expect=EXIT["usage"]).err
    box.run("report", "send", "--again", "--reason", "No va arribar")
    again = box.server.journal()[1]
    assert again["message_id"] != accepted["message_id"] and again["to"] == accepted["to"]
    # built again and sent again the same day: on purpose only
    box.run("report", "build", "--out", tmp_path / "r2")
    assert "--again" in box.run("report", "send", expect=EXIT["input"]).err


def test_a_copy_is_not_the_report(box, tmp_path):
    box.run("report", "build", "--out", tmp_path / "r")
    assert "not an e-mail" in box.run("report", "send", "--to", "jo", expect=EXIT["input"]).err
    box.run("report", "send", "--to", "jo@example.org, tu@example.org")
    assert box.server.journal()[0]["to"] == ["jo@example.org", "tu@example.org"]
    box.run("report", "send")
    assert len(box.server.journal()) == 2


def test_this_week_is_since_the_last_report_sent(box, tmp_path):
    def after(on):
        return box.json("report", "build", "--out", tmp_path / on, on=on)["after"]
    assert after(day(-7)) == day(-14)
    box.run("report", "send", on=day(-7))
    after(day(-3))  # a rehearsal in between, never sent
    assert after(TODAY) == day(-7)
    box.run("report", "send")
    assert after(TODAY) == day(-7)  # the same day again speaks of the same days
    assert after(day(3)) == TODAY
    assert after(day(7)) == TODAY  # what was built on Monday was never sent


def test_rebuilt_report_replaces_the_unsent_one(box, tmp_path):
    for n in range(3):
        box.run("report", "build", "--out", tmp_path / f"r{n}")
    kinds = [m["state"] for m in box.list()["messages"] if m["kind"] == "report"]
    assert kinds == ["cancelled", "cancelled", "planned"]
    box.run("report", "send")
    assert box.server.journal()[0]["sha256"] == hashlib.sha256((tmp_path / "r2" / "report.eml").read_bytes()).hexdigest()

