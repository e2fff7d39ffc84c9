"""An incident says what is true: it is open while our own probe fails, whoever says otherwise, and over when it is over."""
import datetime
import email.utils
import sqlite3

from conftest import faketime
from mail_servers import smtp_server  # noqa: F401  fixture
from oncall import make_night, sink, stored, write_runbook  # noqa: F401  fixtures
from outbox import parse
from test_incident import runbook
from test_ticket import jira, with_jira  # noqa: F401  fixture
from watching import Clock, Watch, probes, rows, until, web  # noqa: F401  fixture

pytestmark = faketime
SENDER = "omi@example.cat"


def make(desk, sink, clock=None):  # noqa: F811
    """`clock`: one that goes on; else that of a night (at("02:58"))."""
    write_runbook(desk, runbook(sink) + f"\nalerts: {{from: [{SENDER}]}}\n")
    night = make_night(desk)
    if clock is not None:
        night.clock = lambda: (*clock.wrap, "TZ=Europe/Madrid")
    return night


def omi(night, path, number, subject, hour):
    """A mail of the other monitor, written at that hour of Madrid."""
    at = datetime.datetime.fromisoformat(f"2026-11-20T{hour}+01:00")
    file = path / f"omi-{number}.eml"
    file.write_text(f"From: OMI <{SENDER}>\nTo: padro@example.cat\nSubject: {subject}\nDate: {email.utils.format_datetime(at)}\n"
                    f"Message-ID: <{number}@omi.example>\n\nAutomatic alert.\n")
    night.run("reply", "read", file, expect=(0, 1))


def test_nobody_closes_what_our_own_probe_sees_down(desk, sink, tmp_path):  # noqa: F811
    """Neither another monitor's word nor a person's hand, unless nobody watches it or it is in maintenance."""
    probes(desk, "OCSP_AOC: {seconds: 60, transitions: [{http: 'http://127.0.0.1:9/'}]}\n")
    night = make(desk, sink)
    night.at("03:00").run("incident", "open", "OCSP_AOC", "No carrega")
    at = int(datetime.datetime.fromisoformat("2026-11-20T03:00:00+01:00").timestamp()) * 10**6
    with sqlite3.connect(desk.store) as db:
        db.execute(f"INSERT INTO probe (name, known, down, since, at, outcome, code, detail, us, facts) VALUES ('OCSP_AOC', 1, 1, {at}, {at}, 'bad', 'refused', 'x', 1, '')")
        db.execute(f"INSERT INTO probe_watcher (name, at) VALUES ('seen', {at})")
    omi(night.at("03:00:20"), tmp_path, 1, "RESOLVED: OCSP_AOC ok", "03:00:10")
    assert night.show()["state"] == "open", "our own probe still fails"
    assert "still fails" in night.run("incident", "close", "OCSP_AOC", "Ja va", expect=3).err
    night.run("probe", "pause", "OCSP_AOC", "60", "La sonda s'equivoca")
    night.at("03:00:40").run("incident", "close", "OCSP_AOC", "La sonda s'equivoca")
    night.at("04:00").run("incident", "open", "OCSP_AOC", "No carrega")
    omi(night.at("04:00:40"), tmp_path, 2, "RESOLVED: OCSP_AOC ok", "04:00:30")
    assert night.show()["state"] == "closed", "nobody watches it any more"


def test_the_watch_keeps_what_is_not_its_own_and_opens_what_was_closed_too_soon(desk, sink, web, tmp_path):  # noqa: F811
    web.status = 503
    probes(desk, "".join(f"{name}: {{seconds: 5, failures: 1, recoveries: 1, transitions: [{{http: '{web.url}{name}', timeout: 30{more}}}]}}\n"
                         for name, more in (("OCSP_AOC", ""), ("BONA", ", status: 503"))))
    clock = Clock(tmp_path / "clock", monotonic=True).at("2026-11-20T02:00:00")
    night = make(desk, sink, clock)
    night.run("incident", "open", "BONA", "Ho ha dit un usuari: signa malament")
    watch = Watch(desk, wrap=clock.wrap)

    def go_on(what):
        """As long as it takes, a run at a time: a watch that sees the clock jump says that it was blind."""
        for _ in range(60):
            before = rows(desk, "SELECT count(*) FROM probe_run")[0][0]
            clock.forward(5)
            until(lambda: rows(desk, "SELECT count(*) FROM probe_run")[0][0] >= before + 2)
            if what():
                return
        raise AssertionError(what)

    try:
        go_on(lambda: len(night.json("incident", "list")) == 2)
        assert night.show("BONA")["state"] == "open", "a person opened it, and closes it"
        # Closed in maintenance: when that is over and it is down still, it is open again.
        night.run("probe", "pause", "OCSP_AOC", "60", "La sonda s'equivoca")
        night.run("incident", "close", "OCSP_AOC", "La sonda s'equivoca")
        night.run("probe", "resume", "OCSP_AOC", "Encara hi és")
        go_on(lambda: night.show()["state"] == "open")
    finally:
        watch.stop()


def test_mails_of_the_other_monitor_that_overtake_one_another(desk, sink, tmp_path):  # noqa: F811
    night = make(desk, sink)
    night.at("03:00")
    omi(night, tmp_path, 1, "CRITICAL: OCSP_AOC timeout", "02:50:00")
    omi(night, tmp_path, 2, "RESOLVED: OCSP_AOC ok", "02:45:00")
    assert night.show()["state"] == "open", "that was before it failed"
    omi(night, tmp_path, 3, "RESOLVED: OCSP_AOC ok", "02:55:00")
    assert night.show()["state"] == "closed"
    omi(night, tmp_path, 4, "CRITICAL: OCSP_AOC timeout", "02:53:00")
    assert (night.show()["state"], night.show()["again"]) == ("closed", 0), "that was before it recovered"
    omi(night, tmp_path, 5, "CRITICAL: OCSP_AOC timeout", "02:56:00")
    assert (night.show()["state"], night.show()["again"]) == ("open", 1)


# ------------------------------------------------------------------ pages that reach nobody

ENV = {"TALAIA_SMS": "s3cret-sms"}


def test_pages_that_reach_nobody_wait_for_nobody(desk, sink):  # noqa: F811
    """The next level is not kept waiting for an answer to a page that was refused; a busy gateway is asked again."""
    sink.answers["/sms"] = [403]
    night = make(desk, sink)
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    night.json("incident", "run", env=ENV, expect=1)
    night.at("02:58:30").json("incident", "run", env=ENV)
    assert len(sink.got("/sms")) == 1 and len(sink.got("/cap")) == 1, "fifteen minutes would be lost"
    night.at("03:13:30").json("incident", "run", env=ENV)
    assert len(sink.got("/cap")) == 1, "and it is told once"
    # One level alone, of which nobody knows whether it was sent: again, from time to time.
    sink.answers["/"] = [500, 503, 200]
    night.at("04:00").run("incident", "open", "OCSP_AOC_2", "No carrega")
    write_runbook(desk, runbook(sink, "[{to: [mobil]}]").replace("page: [{to: [sms]}]", "page: [{to: [mobil]}]"))
    night.json("incident", "run", env=ENV, expect=1)
    assert [p["state"] for p in night.show("OCSP_AOC_2")["pages"]] == ["unknown"]
    night.at("04:10").json("incident", "run", env=ENV)
    night.at("04:15:30").json("incident", "run", env=ENV, expect=1)
    assert [p["state"] for p in night.show("OCSP_AOC_2")["pages"]] == ["unknown", "waiting"], "503: it was not tried"
    night.at("04:16").json("incident", "run", env=ENV)
    night.at("05:00").json("incident", "run", env=ENV)
    assert [p["state"] for p in night.show("OCSP_AOC_2")["pages"]] == ["unknown", "sent"] and len(sink.got("/")) == 3


def test_mails_are_told_when_they_have_left(stored, sink, smtp_server, tmp_path):  # noqa: F811
    """What stands in the outbox is no page and no mail to the provider; what comes back is said, and done by a person."""
    smtp = smtp_server()
    write_runbook(stored, runbook(sink, "[{to: [correu]}, {after: 15, to: [sms]}]"))
    night = make_night(stored, *smtp.settings)

    def story(*kinds):
        return [(e["what"], e["text"]) for e in night.show()["events"] if e["what"] in (kinds or ("paged", "unpaged", "mail", "unmailed"))]

    night.run("incident", "open", "OCSP_AOC", "No carrega")
    night.json("incident", "run", env=ENV)
    night.at("03:00").json("incident", "run", env=ENV)
    assert story() == [] and not night.show()["steps"][1]["done"], "nothing has left yet"
    night.at("03:05:30").json("incident", "run", env=ENV)
    late = story()
    assert [what for what, _ in late] == ["unpaged", "paged", "unmailed"] and len(sink.got("/sms")) == 1, "the next level hears of it"
    assert night.show()["next"] == 2, "the mail is a person's now"
    night.send()
    for hour in ("02:30", "02:31", "03:06"):  # a clock that was put back tells nothing twice
        night.at(hour).json("incident", "run", env=ENV)
    assert [what for what, _ in story()[3:]] == ["paged", "mail"] and story("mail") == [("mail", "Proveïdor")]
    assert night.show()["next"] == 3
    # It comes back.
    sent, = [m for m in (parse(m.as_bytes()) for m in smtp.mails()) if m["To"] == "suport@proveidor.example"]
    (tmp_path / "back.eml").write_text(
        f"From: MAILER-DAEMON@example.cat\nReturn-Path: <>\nTo: padro@example.cat\nSubject: Undelivered\nDate: Fri, 20 Nov 2026 03:07:00 +0100\n"
        f"Message-ID: <back@example.cat>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; suport@proveidor.example\nAction: failed\n"
        f"Status: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {sent['Message-ID']}\n"
        f"Subject: x\n\n--b--\n")
    night.at("03:08").run("reply", "read", tmp_path / "back.eml", expect=(0, 1))
    assert "550 no such user" in story("unmailed")[-1][1] and night.show()["next"] == 2, night.run("reply", "list", "--all").out
    # The provider answers all the same.
    (tmp_path / "answer.eml").write_text(
        f"From: suport@proveidor.example\nTo: padro@example.cat\nSubject: RE: {sent['Subject']}\nDate: Fri, 20 Nov 2026 03:30:00 +0100\n"
        f"Message-ID: <answer@example.cat>\nIn-Reply-To: {sent['Message-ID']}\n\nDisc ple; a les 4 estarà.\n")
    night.at("03:31").run("reply", "read", tmp_path / "answer.eml", expect=(0, 1))
    assert "Disc ple" in story("answered")[0][1] and "Disc ple" in night.run("incident", "summary", "1").out
    night.json("incident", "run", env=ENV)
    assert any("Disc ple" in n["text"] for n in night.json("tickets", "show", night.show()["ticket"])["notes"])
    assert len(story("mail")) == 1


def test_a_provider_that_was_never_told_of_the_failure_is_not_told_of_the_recovery(desk, sink, smtp_server):  # noqa: F811
    smtp = smtp_server()
    smtp.script([{"at": "rcpt", "do": "550 5.1.1 no such user"}])
    write_runbook(desk, runbook(sink))
    night = make_night(desk, *smtp.settings)
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    night.json("incident", "run", env=ENV)
    night.at("03:00").json("incident", "run", env=ENV)
    night.send(expect=(0, 1))
    night.json("incident", "run", env=ENV)
    said, = [e["text"] for e in night.show()["events"] if e["what"] == "unmailed"]
    assert "no such user" in said and night.show()["next"] == 2
    smtp.script([])
    night.at("03:10").run("incident", "close", "OCSP_AOC", "Torna")
    night.json("incident", "run", env=ENV)
    night.send(expect=(0, 1))
    assert smtp.mails() == []


def test_a_tracker_that_does_not_answer_is_asked_once_a_pass(desk, sink, jira):  # noqa: F811
    """Pages wait for the pass: ten incidents are not ten times as long."""
    write_runbook(desk, runbook(sink).replace("[OCSP_AOC]", "[OCSP_0, OCSP_10, OCSP_20]"))
    night = make_night(desk)
    night.settings += [w for w in with_jira(jira) if w != "--set"]
    for minute in (0, 10, 20):
        night.at(f"02:{minute:02}").run("incident", "open", f"OCSP_{minute}", "No carrega")
    jira.order(".*", "status 503", 99)
    night.at("02:30").json("incident", "run", env=ENV, expect=(0, 1))
    asked = [line for line in (jira.directory / "journal").read_text().splitlines() if " 503 " in line]
    assert len(asked) == 1, asked
    jira.clear()
    night.at("02:40").json("incident", "run", env=ENV)
    assert all(i["ticket"] for i in night.json("incident", "list"))


def test_mails_that_wait_for_their_server_are_no_storm_when_it_is_back(desk, sink, smtp_server):  # noqa: F811
    smtp = smtp_server()
    write_runbook(desk, runbook(sink, "[{to: [correu]}]").replace("to: [suport@proveidor.example]", "to: []"))
    night = make_night(desk, *smtp.settings)
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    for hour in ("02:58", "03:10", "03:30", "04:30"):
        night.at(hour).json("incident", "run", env=ENV)
    assert [(p["state"], p["channel"]) for p in night.show()["pages"]] == [("mailed", "correu")]
    assert [e["what"] for e in night.show()["events"] if "paged" in e["what"]] == ["unpaged"]
