"""What an incident does for people: pages and escalation, ticket, provider, calls, recovery, summary; nothing twice."""
import csv
import io
import os
import re
import signal
import sqlite3
import subprocess
import threading
import urllib.parse

import pytest

from conftest import TALAIA, environment, fake_clock, faketime, until
from mail_servers import smtp_server  # noqa: F401  fixture
import contracts
from oncall import STEPS, make_night, sink, stored, write_runbook  # noqa: F401  fixtures
from outbox import parse

pytestmark = faketime


def runbook(sink, page=None):
    return f"""
phone: '+34 600 000 000'
channels:
  sms: {{person: Guàrdia, sms: '{sink.url}/sms', to: '+34 600 000 000', token_env: TALAIA_SMS}}
  cap: {{person: Cap, sms: '{sink.url}/cap', to: '600 000 009', format: form, to_field: num, text_field: msg}}
  hook: {{webhook: '{sink.url}/hook', token_file: hook.token, language: en}}
  sala: {{matrix: '{sink.url}/_matrix/client/v3/rooms/!a:b'}}
  mobil: {{ntfy: '{sink.url}/topic'}}
  am: {{alertmanager: '{sink.url}/am'}}
  correu: {{email: guardia@example.cat}}
runbooks:
  certificacio:
    probes: [OCSP_AOC]
    page: {page or "[{to: [sms]}, {after: 15, to: [cap]}]"}
    ticket: {{observers: [ot.anna, ot.pau], related: []}}
    provider: {{name: Proveïdor, to: [suport@proveidor.example]}}
{STEPS}
  altres:
    probes: ['*']
    page: [{{to: [sms]}}]
    steps: [{{text: Mira-ho}}]
"""


def make(desk, sink, smtp_server):
    smtp = smtp_server()
    write_runbook(desk, runbook(sink))
    (desk.path / "hook.token").write_text("s3cret-hook\n")
    n = make_night(desk, *smtp.settings)
    n.smtp = smtp
    return n


@pytest.fixture
def night(desk, sink, smtp_server):
    return make(desk, sink, smtp_server)


@pytest.fixture
def nights(stored, sink, smtp_server):
    """On each store."""
    return make(stored, sink, smtp_server)


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def mails_of(night):
    return [parse(m.as_bytes()) for m in night.smtp.mails()]


ENV = {"TALAIA_SMS": "s3cret-sms"}


def test_a_night(stored, sink, smtp_server, tmp_path):
    """Fails at 02:58, nobody acknowledges, escalation, a call from a private phone, recovery; the summary reads right."""
    night = make(stored, sink, smtp_server)
    night.at("02:58").run("incident", "open", "OCSP_AOC", "La pàgina no carrega: cap resposta en 10 segons.")
    did = night.at("02:59").json("incident", "run", env=ENV)
    assert (did["planned"], did["sent"], did["ticketed"], did["mailed"]) == (1, 1, 1, 0)
    page = sink.got("/sms")[0]
    assert page.headers["Authorization"] == "Bearer s3cret-sms"
    assert page.json["to"] == "+34600000000"
    assert "OCSP_AOC" in page.json["text"] and "02:58" in page.json["text"]
    link = re.search(r"https://talaia\.example/g/([0-9a-f]{48})", page.json["text"]).group(1)
    did = night.at("02:59:45").json("incident", "run", env=ENV)  # who else would have failed has failed by now
    assert (did["planned"], did["mailed"]) == (0, 1)
    night.at("03:12").json("incident", "run", env=ENV)
    assert sink.got("/cap") == []
    night.at("03:13:30").json("incident", "run", env=ENV)
    assert sink.got("/cap")[0].body.startswith(b"num=%2B34600000009&msg=")
    night.at("03:20").run("incident", "ack", "OCSP_AOC")
    assert "has taken it already" in (again := night.run("incident", "ack", "1").out) and night.show()["acked_who"] in again
    # the provider
    night.send()
    night.at("03:21").json("incident", "run", env=ENV)
    mails = mails_of(night)
    assert len(mails) == 1
    first = mails[0]
    ticket = night.show()["ticket"]
    assert first["To"] == "suport@proveidor.example" and f"[{ticket}]" in first["Subject"]
    assert "La pàgina no carrega" in text_of(mails[0]) and "02:58" in text_of(mails[0])
    # the call
    night.at("03:25").run("incident", "call", "1", "3", "--unanswered", "--phone", "600 000 000")
    assert night.show()["next"] == 3
    said = night.at("03:30").run("incident", "call", "1", "3", "--phone", "600 111 222", "--note", "Ho miren").out
    assert "expense claim" in said
    assert night.show()["next"] == 4
    night.at("03:32").run("incident", "note", "1", "Ho preveuen per a les 4", "--step", "4")
    night.at("03:40").run("incident", "handover", "1", "Berta", "Falta que ho confirmin")
    statement = tmp_path / "extracte.pdf"
    statement.write_bytes(b"%PDF-1.4 extracte")
    night.run("expense", "complete", "2", "--amount", "12,50", "--statement", statement)
    # the recovery
    night.at("04:05:30").run("incident", "close", "1", "Torna a respondre")
    did = night.at("04:06").json("incident", "run", env=ENV)
    assert (did["over"], did["mailed"]) == (1, 1)
    night.send()
    mails = mails_of(night)
    assert [m["In-Reply-To"] for m in mails] == [None, mails[0]["Message-ID"]]
    assert "1 h 07 min" in text_of(mails[1])
    assert [len(sink.got(p)) for p in ("/sms", "/cap")] == [2, 2]
    assert "recuperat" in sink.got("/sms")[1].json["text"] or "recovered" in sink.got("/sms")[1].json["text"]
    assert night.at("04:07").json("incident", "run", env=ENV)["planned"] == 0
    summary = night.run("incident", "summary", "1").out
    for words in ("OCSP_AOC", "1 h 07 min", "Berta", "600 111 222", "nobody answered" if "nobody answered" in summary
                  else "ningú", "12,50 €", "Ho miren", ticket, "03:30", "claimed as expenses: 1", "after 1 h 07 min: Torna a respondre", "Atenció 24×7: answered"):
        assert words in summary, summary
    assert "s3cret" not in summary
    for lang, words in (("ca", ("al cap de 1 h 07 min", "ningú")), ("es", ("al cabo de 1 h 07 min", "nadie"))):
        said = night.run("incident", "summary", "1", lang=lang).out
        assert "OCSP_AOC" in said and all(w in said for w in words), said
    # the ticket was told it all
    whole = night.json("tickets", "show", ticket)
    assert sorted(whole["watchers"]) == ["ot.anna", "ot.pau"]
    notes = "\n".join(n["text"] for n in whole["notes"])
    for words in ("600 111 222", "Ho preveuen", "Berta", "1 h 07 min"):
        assert words in notes, notes
    # expenses
    out = tmp_path / "despeses.csv"
    rows = night.json("expense", "list", "--month", "2026-11", "--out", out)
    assert [(r["phone"], r["amount"], r["statement"]) for r in rows] == [("600 111 222", 12.5, "extracte.pdf")]
    table = list(csv.reader(io.StringIO(out.read_bytes().decode("utf-8-sig")), delimiter=";"))
    assert len(table) == 2 and table[1][:2] == ["20/11/2026", "03:30"]
    assert night.json("expense", "list", "--month", "2026-12") == []
    kinds = [line["what"] for line in night.json("audit", "list", "--all")]
    for what in ("incident-open", "incident-ack", "incident-call", "incident-handover", "incident-close"):
        assert what in kinds
    assert link not in night.run("audit", "list", "--all").out


def test_every_channel(night, sink, desk):
    """What is sent is what each service documents: the sinks refuse everything else."""
    text = runbook(sink, "[{to: [sms, cap, hook, sala, mobil, am, rebut, correu]}]")
    write_runbook(desk, text.replace("!a:b'}", "!a:b', token_env: TALAIA_SMS}")
                  .replace("  correu:", f"  rebut: {{webhook: '{sink.url}/rebut', format: alertmanager}}\n  correu:", 1))
    sink.contracts = {"/sms": contracts.sms, "/cap": contracts.sms_form, "/_matrix…": contracts.matrix, "/": contracts.ntfy,
                      "/am/api/v2/alerts": contracts.alertmanager, "/rebut": contracts.receiver}
    night.run("incident", "open", "OCSP_AOC", "No carrega: " + "el servidor no ha contestat; l'última instal·lació… " * 20)
    night.json("incident", "run", env=ENV)
    hook, = sink.got("/hook")
    assert hook.headers["Authorization"] == "Bearer s3cret-hook"
    assert hook.json["event"] == "failed" and hook.json["incidents"][0]["probe"] == "OCSP_AOC"
    assert hook.json["id"] == hook.headers["Idempotency-Key"]
    sala, = [r for r in sink.requests if r.method == "PUT"]
    assert sala.path.startswith("/_matrix/client/v3/rooms/!a:b/send/m.room.message/talaia-")
    assert sala.json["msgtype"] == "m.text"
    mobil, = sink.got("/")
    assert (mobil.json["topic"], mobil.json["priority"]) == ("topic", 5)
    am, = sink.got("/am/api/v2/alerts")
    assert am.json[0]["labels"]["probe"] == "OCSP_AOC" and am.json[0]["endsAt"] == "2026-12-20T01:58:00Z"  # or Alertmanager ends it in five minutes
    night.at("02:59:45").json("incident", "run", env=ENV)
    night.send()
    assert sorted(m["To"] for m in mails_of(night)) == ["guardia@example.cat", "suport@proveidor.example"]
    night.at("03:10").run("incident", "close", "1", "Ja va")
    night.json("incident", "run", env=ENV)
    assert sink.got("/am/api/v2/alerts")[1].json[0]["endsAt"].startswith("2026-11-20T02:10")
    assert sink.got("/hook")[1].json["event"] == "recovered"
    assert [r.json["status"] for r in sink.got("/rebut")] == ["firing", "resolved"]
    assert len({r.json["alerts"][0]["fingerprint"] for r in sink.got("/rebut")}) == 1
    assert sink.refused == [] and len(sink.requests) == 14
    assert {p["state"] for p in night.show()["pages"]} == {"sent", "mailed"}


def test_a_storm_is_one_page(night, sink):
    for i in range(14):
        night.run("incident", "open", f"SONDA_{i}", "Caiguda")
    night.json("incident", "run", env=ENV)
    page, = sink.got("/sms")
    assert "14" in page.json["text"] and "SONDA_0" in page.json["text"] and "SONDA_13" not in page.json["text"]
    night.at("02:59").run("incident", "open", "SONDA_X", "Caiguda")
    night.at("02:59").json("incident", "run", env=ENV)
    assert len(sink.got("/sms")) == 1
    night.at("03:01").json("incident", "run", env=ENV)
    assert "SONDA_X" in sink.got("/sms")[1].json["text"]


def test_a_page_about_many_that_all_are_taken_is_not_sent(nights, sink):
    sink.answers["/sms"] = [429]
    for i in range(3):
        nights.run("incident", "open", f"SONDA_{i}", "Caiguda")
    nights.json("incident", "run", env=ENV, expect=1)
    nights.at("02:58:30").run("incident", "close", "SONDA_2", "Torna")
    assert nights.show("SONDA_0")["pages"][0]["state"] == "waiting"
    assert "2" in nights.run("incident", "ack", "SONDA_1").out
    nights.at("03:00").json("incident", "run", env=ENV)
    assert len(sink.got("/sms")) == 1 and nights.show("SONDA_0")["pages"][0]["state"] == "cancelled"


def test_flapping_tells_no_more(night, sink):
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    night.json("incident", "run", env=ENV)
    for minute in (5, 10):
        night.at(f"03:{minute:02}").run("incident", "close", "OCSP_AOC", "Torna")
        night.json("incident", "run", env=ENV)
        night.at(f"03:{minute + 2:02}").run("incident", "open", "OCSP_AOC", "No carrega")
        night.json("incident", "run", env=ENV)
        night.send()
    assert len(night.smtp.mails()) == 2  # failed, recovered
    assert len([r for r in sink.got("/sms")]) == 2
    assert len(night.json("incident", "list", "--all")) == 1
    assert night.show()["again"] == 2
    assert len(night.json("tickets")) == 1


def test_what_fails_for_now_is_tried_again(night, sink):
    sink.answers["/sms"] = [429, 200]
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    night.json("incident", "run", env=ENV, expect=1)
    assert night.show()["pages"][0]["state"] == "waiting"
    night.at("02:59").json("incident", "run", env=ENV)
    assert night.show()["pages"][0]["state"] == "sent"
    assert len(sink.got("/sms")) == 2


def test_what_is_refused_is_said_without_secrets(night, sink):
    sink.answers["/sms"] = [403]
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    done = night.run("incident", "run", env=ENV, expect=1)
    whole = night.show()
    assert whole["pages"][0]["state"] == "refused"
    assert any(e["what"] == "unpaged" for e in whole["events"])
    assert "s3cret" not in done.out + done.err + str(whole)
    missing = night.run("incident", "open", "OTHER", "No carrega")
    night.at("03:05").run("incident", "run", expect=1)  # without the variable
    assert "TALAIA_SMS" in night.show("OTHER")["pages"][0]["reply"], missing


@pytest.mark.parametrize("path,state,times", [("/sms", "unknown", 1), ("/hook", "sent", 2)])
def test_killed_while_a_page_is_on_its_way(night, sink, desk, path, state, times):
    """An SMS that may have gone is never sent twice; a webhook is sent again with the id by which it is known."""
    write_runbook(desk, runbook(sink, f"[{{to: [{path[1:]}]}}]"))
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    sink.hold[path] = threading.Event()
    words = [*night.clock(), TALAIA, *desk.arguments(*night.words("incident", "run"), on=None)]
    process = subprocess.Popen(list(map(str, words)), env=environment(**ENV), stdout=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        sink.wait_for(path)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    sink.hold.pop(path).set()
    for _ in range(100):  # until the system has forgotten the process, and whoever had it in hand is known to be dead
        night.json("incident", "run", env=ENV)
        if night.show()["pages"][0]["state"] == state:
            break
    night.json("incident", "run", env=ENV)
    assert night.show()["pages"][0]["state"] == state
    assert len(sink.got(path)) == times
    assert len({r.headers["Idempotency-Key"] for r in sink.got(path)}) == 1
    assert len(night.json("tickets")) == 1
    night.at("02:59:45").json("incident", "run", env=ENV)
    night.send()
    assert len(night.smtp.mails()) == 1


def test_a_mistake_in_the_runbook_keeps_nobody_asleep(night, desk, sink):
    """Edited in the middle of a night: the role goes on with what it could read, and what fails meanwhile is open at once."""
    words = [TALAIA, *desk.arguments(*night.words("serve", "--roles", "oncall"), on=None)]
    whole = (desk.path / "profile/aoc/runbook.yaml").read_text()
    lines = []
    process = subprocess.Popen(list(map(str, words)), env=environment(**ENV), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    reader = threading.Thread(target=lambda: lines.extend(process.stderr), daemon=True)
    reader.start()
    try:
        desk.run("incident", "open", "OCSP_AOC", "No carrega", on=None)
        sink.wait_for("/sms")
        write_runbook(desk, whole.replace("    page:", "    pages:", 1))
        for probe in ("ALTRA", "MES"):
            assert "is open" in desk.run("incident", "open", probe, "No carrega", on=None).out
        until(lambda: any("runbook.yaml" in line and "page" in line for line in lines))
        shown = desk.run("incident", "show", "ALTRA", on=None).out
        assert "The runbook cannot be read" in shown and "No carrega" in shown
        said = desk.run("config", "check", on=None, expect=(1, 4), noisy=True)
        assert re.search(r"runbook\.yaml:\d+:\d+: .*pages.*page", said.out + said.err), said
        until(lambda: len(sink.got("/sms")) == 1)
        desk.run("incident", "ack", "OCSP_AOC", on=None)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        reader.join(60)
    desk.run("incident", "run", on=None, expect=4)
    # Mended, and with another name: whoever is to be paged is paged.
    write_runbook(desk, whole.replace("  altres:", "  la-resta:", 1))
    later = fake_clock("+130s")
    assert desk.run("incident", "run", "--json", on=None, env=ENV, wrap=later).json()["planned"] == 1
    assert "2 probes" in sink.got("/sms")[1].json["text"] or "2 sondes" in sink.got("/sms")[1].json["text"]


def test_a_runbook_for_a_probe_that_is_not_there(night, desk):
    """The shipped probes.yaml has OCSP_AOC; a name of another monitor's is no mistake, one that is nearly ours is remarked."""
    whole = (desk.path / "profile/aoc/runbook.yaml").read_text()
    assert "which probes.yaml has not" not in desk.run("config", "check", on=None).out
    write_runbook(desk, whole.replace("probes: [OCSP_AOC]", "probes: [OCSP_ACO, omi-42]", 1))
    said = desk.run("config", "check", on=None).out
    assert "is for the probe OCSP_ACO, which probes.yaml has not; did you mean OCSP_AOC?" in said and "omi-42" not in said


def test_renamed_in_the_middle_of_an_escalation(night, desk, sink):
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    night.json("incident", "run", env=ENV)
    whole = (desk.path / "profile/aoc/runbook.yaml").read_text()
    write_runbook(desk, whole.replace("  certificacio:", "  signatura:", 1).replace("sms: {person: Guàrdia", "sms: {person: Torn de nit", 1))
    night.at("03:13:30").json("incident", "run", env=ENV)
    assert len(sink.got("/cap")) == 1
    assert [s["does"] for s in night.show()["steps"]] == ["ticket", "mail", "call", "note"]


@pytest.mark.parametrize("day,hours,end", [("2026-10-25", ("02:50 CEST", "00:50:00", "01:04:30", "01:05:40", "01:10:30"), "02:10 CET"),
                                              ("2026-03-29", ("01:50", "00:50:00", "01:04:30", "01:05:40", "01:10:30"), "03:10\n")])
def test_escalation_on_the_nights_when_the_clock_changes(night, sink, day, hours, end):
    """Fifteen minutes are fifteen minutes, also when the clock on the wall shows 02:50 and then 02:05, or 01:50 and then 03:05."""
    shown, *times = hours
    clock = None
    night.clock = lambda: fake_clock(f"@{day} {clock}", "TZ=UTC")
    escalated = []
    for clock in times[:3]:
        if clock == times[0]:
            night.run("incident", "open", "OCSP_AOC", "No carrega")
        night.json("incident", "run", env=ENV)
        escalated.append(len(sink.got("/cap")))
    assert escalated == [0, 0, 1] and shown in urllib.parse.unquote(sink.got("/cap")[0].body.decode())
    clock = times[3]
    night.run("incident", "close", "OCSP_AOC", "Torna")
    summary = night.run("incident", "summary", "1").out
    assert "20 min" in summary and shown in summary and end in summary, summary
    assert f"{day} {shown}" in night.json("tickets", "show", night.show()["ticket"])["description"]
    night.json("incident", "run", env=ENV)
    assert "20 min" in sink.got("/sms")[1].json["text"]


def test_the_last_ones_are_paged_again_until_somebody_takes_it(night, desk, sink):
    write_runbook(desk, runbook(sink, "[{to: [sms]}, {after: 15, to: [sms, cap], every: 30}]"))
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    paged = []
    for hour in ("02:58", "03:13:30", "03:42", "03:43:30", "03:45", "04:13:30", "04:30"):
        night.at(hour).json("incident", "run", env=ENV)
        paged.append((len(sink.got("/sms")), len(sink.got("/cap"))))
    assert paged == [(1, 0), (2, 1), (2, 1), (3, 2), (3, 2), (4, 3), (4, 3)]
    links = [re.search(r"/g/([0-9a-f]+)", r.json["text"]).group(1) for r in sink.got("/sms")]
    assert len(set(links)) == 4
    night.at("04:31").run("incident", "ack", "OCSP_AOC")
    night.at("05:30").json("incident", "run", env=ENV)
    assert len(sink.got("/sms")) == 4
    assert "every 30 minutes" in night.run("runbook", "show", "certificacio").out


def test_taken_and_forgotten(nights, sink):
    """Whoever took it and fell asleep is told anew, with the escalation from its beginning; whoever works on one of a cause works on all."""
    write_runbook(nights.desk, runbook(sink).replace("    probes: [OCSP_AOC]\n", "    probes: [OCSP_AOC, ALTRA]\n    forgotten: 60\n", 1))
    for probe in ("OCSP_AOC", "ALTRA"):
        nights.run("incident", "open", probe, "No carrega")
    nights.json("incident", "run", env=ENV)
    nights.at("03:05").run("incident", "ack", "ALTRA")
    nights.at("04:00").run("incident", "note", "OCSP_AOC", "Encara hi són")
    told = []
    for hour in ("04:06", "04:59", "05:00:30", "05:14", "05:16"):
        nights.at(hour).json("incident", "run", env=ENV)
        told.append((len(sink.got("/sms")), len(sink.got("/cap"))))
    assert told == [(1, 0), (1, 0), (2, 0), (2, 0), (2, 1)]
    assert "2 " in sink.got("/sms")[1].json["text"] and nights.show("ALTRA")["state"] == "open"
    assert [e["text"] for e in nights.show("ALTRA")["events"] if e["what"] == "forgotten"] == [e["who"] for e in nights.show("ALTRA")["events"] if e["what"] == "acked"]
    notes = [n["text"] for n in nights.json("tickets", "show", nights.show()["ticket"])["notes"]]
    assert sum("Nothing was done" in n or "No se n'ha fet res" in n for n in notes) == 1, notes


def test_handed_over_while_a_page_waits(nights, sink):
    """Who has been told by voice is not woken by the page of before, nor is the next level."""
    sink.answers["/sms"] = [429]
    nights.run("incident", "open", "OCSP_AOC", "No carrega")
    nights.json("incident", "run", env=ENV, expect=1)
    assert nights.show()["pages"][0]["state"] == "waiting"
    nights.at("02:58:30").run("incident", "handover", "OCSP_AOC", "Berta", "Ho té tot")
    for hour in ("02:59", "03:14", "03:30"):
        nights.at(hour).json("incident", "run", env=ENV)
    assert len(sink.got("/sms")) == 1 and sink.got("/cap") == [] and nights.show()["pages"][0]["state"] == "cancelled"
    assert nights.show()["acked_who"] == "Berta"


def test_while_the_store_is_locked(night, desk, sink):
    """It is said, nothing is half done, and the next pass does it once."""
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    with sqlite3.connect(desk.store, isolation_level=None) as db:
        db.execute("BEGIN IMMEDIATE")
        outcome = []
        threads = [threading.Thread(target=lambda w=words: outcome.append(night.run(*w, env=ENV, expect=5).err))
                   for words in (("incident", "open", "ALTRA", "No carrega"), ("incident", "run"), ("incident", "ack", "OCSP_AOC"))]
        [t.start() for t in threads]
        [t.join() for t in threads]
        db.execute("ROLLBACK")
    assert len(outcome) == 3 and all("T-BUSY" in e for e in outcome), outcome
    assert sink.requests == [] and night.show()["state"] == "open" and len(night.json("incident", "list")) == 1
    night.run("incident", "open", "ALTRA", "No carrega")
    night.json("incident", "run", env=ENV)
    assert len(sink.got("/sms")) == 1 and len(night.json("tickets")) == 1


def test_mistakes_are_said(night):
    night.run("incident", "show", "NADA", expect=3)
    night.run("incident", "ack", "99", expect=3)
    night.run("incident", "open", "bad name", "x", expect=3)
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    night.run("incident", "tick", "1", "9", expect=3)
    night.run("incident", "tick", "1", "x", expect=2)
    night.run("incident", "call", "1", "1", expect=3)
    night.run("incident", "call", "1", "3", "--phone", "nobody", expect=3)
    night.run("incident", "call", "1", "3", "--amount", "-4", expect=3)
    night.run("expense", "list", "--month", "2026-13", expect=2)
    night.run("expense", "complete", "7", "--amount", "1", expect=3)
    night.run("incident", "close", "1", "prou")
    night.run("incident", "close", "1", "prou", expect=3)
    night.run("incident", "handover", "1", "B", "x", expect=3)


MAIL = """From: OMI <{sender}>
To: padro@example.cat
Subject: {subject}
Date: Fri, 20 Nov 2026 02:57:00 +0100
Message-ID: <{number}@omi.example>

Automatic alert.
"""


def test_alerts_of_another_monitor_by_mail(night, desk, sink, tmp_path):
    text = (desk.path / "profile/aoc/runbook.yaml").read_text()
    write_runbook(desk, text + "\nalerts: {from: [omi@example.cat]}\n")
    mails = [("omi@evil.example", "OCSP_AOC critical"), ("omi@example.cat", "OCSP_AOC_2 critical"),
             ("omi@example.cat", "OCSP_AOC says hello"), ("omi@example.cat", "CRITICAL: OCSP_AOC timeout"),
             ("OMI@example.cat", "CRITICAL: OCSP_AOC timeout")]
    opened = []
    for number, (sender, subject) in enumerate(mails):
        path = tmp_path / f"{number}.eml"
        path.write_text(MAIL.format(sender=sender, subject=subject, number=number))
        night.run("reply", "read", path, expect=(0, 1))
        night.run("reply", "read", path, expect=(0, 1))
        opened.append(len(night.json("incident", "list")))
    assert opened == [0, 0, 0, 1, 1]
    whole = night.show()
    assert (whole["source"], whole["since"]) == ("mail", "2026-11-20T01:57:00Z")  # of the mail
    assert "timeout" in whole["seen"]
    path = tmp_path / "up.eml"
    path.write_text(MAIL.format(sender="omi@example.cat", subject="RESOLVED: OCSP_AOC ok", number=99))
    night.run("reply", "read", path, expect=(0, 1))
    assert night.json("incident", "list") == []


def test_the_role_does_it_by_itself(night, desk, sink):
    words = [TALAIA, *desk.arguments(*night.words("serve", "--roles", "oncall"), on=None)]
    desk.run("incident", "open", "OCSP_AOC", "No carrega", on=None)
    process = subprocess.Popen(list(map(str, words)), env=environment(**ENV), stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    try:
        sink.wait_for("/sms")
    finally:
        process.send_signal(signal.SIGTERM)
        log = process.communicate(timeout=60)[1]
    assert process.returncode == 0 and "s3cret" not in log, log
