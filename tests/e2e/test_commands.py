"""Every command as people type it: the ways to name a body, every refusal, the audit trail, help, languages, widths."""
import datetime
import json
import pathlib
import re
import sqlite3
import unicodedata

import pytest

from conftest import EXIT, ROOT, TOWNS, Desk, body, day, dmy, events, part, run, towns

COMMANDS = ["init", "demo", "import", "bodies", "certificates", "warnings plan", "warnings status", "warnings calendar",
            "warnings resolve", "stage", "correction", "action list", "outage list", "action add",
            "outage open", "outage note", "outage close", "mark", "comment", "report build", "doctor", "backup",
            "config check", "config keys", "audit list", "audit verify", "probe list", "help"]
LISTINGS = [("bodies",), ("bodies", "--excluded"), ("bodies", "--all"), ("certificates",), ("certificates", "--excluded"),
            ("certificates", "--all"), ("warnings", "plan"), ("warnings", "plan", "--text"), ("warnings", "status"),
            ("warnings", "status", "Tortosa"), ("action", "list"),
            ("action", "list", "Gandesa"), ("outage", "list"), ("outage", "list", "--all"), ("comment",),
            ("comment", "Ajuntament de Gavà"), ("audit", "list"), ("audit", "list", "--all"), ("audit", "verify"),
            ("config", "keys"), ("config", "check"), ("doctor",)]


def width(line):
    """Columns on a terminal, near enough: combining marks take none, wide characters two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


# ------------------------------------------------------------------ naming a body

@pytest.mark.parametrize("text", [
    "Prat de Llobregat, Ajuntament del", "Ajuntament del Prat de Llobregat", "ajuntament del prat de llobregat",
    "el Prat de Llobregat", "Prat de Llobregat", "prat llobregat", "AJUNTAMENT DEL PRAT DE LLOBREGAT", "0816910007", "816910007",
    "#108",
])
def test_ways_to_name_a_body(stocked, text):
    assert stocked.by_body()["Prat de Llobregat, Ajuntament del"]["ine10"] == "0816910007"
    assert stocked.json("action", "add", text, "Fet.")["body"] == "Ajuntament del Prat de Llobregat"


@pytest.mark.parametrize("text", ["Gavà", "gava", "GAVÀ", "Ajuntament de Gava", "Gava\u0300", "  Gavà  "])
def test_accents_do_not_count(stocked, text):
    assert stocked.json("action", "add", text, "Fet.")["body"] == "Ajuntament de Gavà"


@pytest.mark.parametrize("text", ["l'Hospitalet de Llobregat", "l’Hospitalet de Llobregat", "Hospitalet de Llobregat",
                                  "Ajuntament de l'Hospitalet de Llobregat", "hospitalet"])
def test_apostrophes(stocked, text):
    assert stocked.json("action", "add", text, "Fet.")["body"] == "Ajuntament de l'Hospitalet de Llobregat"


@pytest.mark.parametrize("words", [
    ("action", "add", "Vich", "x"), ("outage", "open", "Vich", "x"), ("outage", "note", "Vich", "x"),
    ("outage", "close", "Vich", "x"), ("mark", "Vich", "verified", "x"), ("comment", "Vich"), ("action", "list", "Vich"),
])
def test_unknown_body_gets_a_suggestion(stocked, words):
    result = stocked.run(*words, expect=EXIT["input"])
    assert 'did you mean "Ajuntament de Vic"?' in result.err and "T-UNKNOWN" in result.err


def test_unknown_body_without_anything_near(stocked):
    assert "`talaia bodies`" in stocked.run("action", "add", "Constantinoble", "x", expect=EXIT["input"]).err


def test_ambiguous_body_names_those_that_fit(stocked):
    result = stocked.run("action", "add", "Llobregat", "x", expect=EXIT["input"])
    assert "T-AMBIGUOUS" in result.err and "el Prat" not in result.err.split("fits")[0]
    assert "Ajuntament del Prat de Llobregat" in result.err and "Ajuntament de l'Hospitalet de Llobregat" in result.err


def test_namesakes_are_told_apart(desk, write):
    desk.load(write("r.csv", [body(1, "Sant Pere, Ajuntament de", 90, 90, "8", "1"), body(2, "Sant Pere, Ajuntament de", 80, 80, "17", "2")]))
    err = desk.run("action", "add", "Sant Pere", "x", expect=EXIT["input"]).err
    assert "Ajuntament de Sant Pere (8 1) #1, Ajuntament de Sant Pere (17 2) #2" in err
    desk.run("action", "add", "#2", "x")
    assert desk.json("action", "list", "#2") and not desk.json("action", "list", "#1")


@pytest.mark.parametrize("text", ["", " ", "#", "#99999", "000000000", "%", "' OR 1=1 --"])
def test_nonsense_names_nothing(stocked, text):
    stocked.run("action", "add", text, "x", expect=EXIT["input"])
    assert stocked.json("action", "list") == []


def test_no_bodies_yet(desk):
    assert "talaia import" in desk.run("action", "add", "Vic", "x", expect=EXIT["input"]).err


# ------------------------------------------------------------------ actions

def test_action(stocked):
    out = stocked.run("action", "add", "Vic", "Instal·lat el CDS nou.", "--group", "renewal", "--ticket", "ST-1",
                      "--date", day(-2)).out
    assert "Ajuntament de Vic" in out
    assert stocked.json("action", "list") == [{
        "date": day(-2), "body": "Vic, Ajuntament de", "name": "Ajuntament de Vic", "group": "renewal",
        "text": "Instal·lat el CDS nou.", "ticket": "ST-1", "who": "root"}] or stocked.json("action", "list")[0]["who"]


@pytest.mark.parametrize("group", ["renewal", "migration", "outage", "other"])
def test_action_groups(stocked, group):
    stocked.run("action", "add", "Vic", "Fet.", "--group", group)
    assert stocked.json("action", "list", "Vic")[0]["group"] == group


def test_the_same_action_twice_is_one(stocked):
    stocked.run("action", "add", "Vic", "Fet.")
    assert "already" in stocked.run("action", "add", "Vic", "Fet.").out
    assert len(stocked.json("action", "list")) == 1


@pytest.mark.parametrize("words,code,told", [
    (("Vic", ""), "input", "empty"), (("Vic", " \t\n"), "input", "empty"), (("Vic", "x", "--date", day(1)), "input", "future"),
    (("Vic", "x", "--date", "31/02/2026"), "usage", "--date"), (("Vic", "x", "--date", "2026-02-30"), "usage", "--date"),
    (("Vic", "x", "--group", "altres"), "usage", "--group"), (("Vic",), "usage", "needs more words"),
    (("Vic", "dues", "paraules"), "usage", "quotes"), (("Vic", "x" * 9000), "input", "shorten"),
    (("Vic", "x", "--ticket"), "usage", "--ticket"), (("Vic", b"\xff\xfe".decode("utf-8", "surrogateescape")), "input", "UTF-8"),
])
def test_action_refused(stocked, words, code, told):
    before = stocked.dump()
    assert told in stocked.run("action", "add", *words, expect=EXIT[code]).err
    assert stocked.dump() == before


@pytest.mark.parametrize("date", ["0026-11-20", "1900-01-01", "0001-01-01", "2101-01-01", "9999-12-31", "12026-11-20"])
def test_days_beyond_reason_are_typing_mistakes(stocked, date):
    for words in (("action", "add", "Vic", "x", "--date", date), ("report", "build", "--week", date), ("certificates", "--on", date)):
        stocked.run(*words, expect=EXIT["usage"])
    assert stocked.json("action", "list") == []


@pytest.mark.parametrize("on", ["1990-01-01", "2100-12-31"])
def test_days_at_the_edge_of_reason(stocked, tmp_path, on):
    for words in (("certificates",), ("warnings", "plan", "--days", "3660"), ("report", "build", "--out", tmp_path / "o"),
                  ("action", "add", "Vic", on), ("doctor",)):
        stocked.run(*words, on=on)
    stocked.run("report", "build", "--out", tmp_path / "o")
    stocked.run("certificates")


@pytest.mark.parametrize("ticket,told", [("ST-1\n\x1b[31m2", None), ("x" * 65, "64 characters"),
                                         (b"\xff".decode("utf-8", "surrogateescape"), "UTF-8")])
def test_tickets(stocked, ticket, told):
    result = stocked.run("action", "add", "Vic", "x", "--ticket", ticket, expect=EXIT["input"] if told else 0)
    assert told is None or told in result.err
    assert told or stocked.json("action", "list")[0]["ticket"].startswith("ST-1 ")


def test_text_is_kept_as_it_is(stocked):
    for text in ('"Cometes" i <b>html</b> & co; %s %n', "=cmd|'/c calc'!A1", "línia 1\nlínia 2", "emoji ✅ 漢字"):
        stocked.run("action", "add", "Vic", text)
    assert [a["text"] for a in stocked.json("action", "list")] == [
        '"Cometes" i <b>html</b> & co; %s %n', "=cmd|'/c calc'!A1", "línia 1\nlínia 2", "emoji ✅ 漢字"]


def test_control_characters_do_not_reach_the_terminal(stocked):
    stocked.run("action", "add", "Vic", "a\x1b[31mvermell\x07", "--ticket", "ST\x1b[2J\n-1")
    for words in (("action", "list"), ("audit", "list")):
        out = stocked.run(*words).out
        assert "\x1b" not in out and "\x07" not in out
    assert len(stocked.run("action", "list").lines()) == 2


def test_json_answers_are_json_whatever_the_name(desk, write):
    name = 'Vila "la Bona" \\ Gran, Ajuntament de'
    desk.load(write("r.csv", [body(1, name, 90, 90)]))
    for words in (("action", "add", "#1", "x"), ("outage", "open", "#1", "x"), ("outage", "note", "#1", "y"),
                  ("outage", "close", "#1", "z"), ("mark", "#1", "not-verifiable", "x"), ("mark", "#1", "verified", "x"),
                  ("mark", "#1", "answered", "x"), ("comment", "#1", "x")):
        assert 'Vila "la Bona"' in desk.json(*words)["body"]


# ------------------------------------------------------------------ outages

def test_outage_from_beginning_to_end(stocked):
    stocked.run("outage", "open", "Vic", "El WSDL respon 500", "--date", day(-8))
    assert stocked.json("outage", "list") == [{
        "body": "Vic, Ajuntament de", "name": "Ajuntament de Vic", "error": "El WSDL respon 500", "since": day(-8),
        "closed": None, "days": 8, "open": True, "silent_until": None}]
    stocked.run("outage", "note", "Vic", "Avisat el proveïdor.", "--ticket", "ST-2")
    stocked.run("outage", "close", "Vic", "Torna a respondre.")
    assert stocked.json("outage", "list") == []
    closed = stocked.json("outage", "list", "--all")[0]
    assert (closed["closed"], closed["days"], closed["open"]) == (day(), 8, False)
    assert [a["text"] for a in stocked.json("action", "list", "Vic")] == ["Avisat el proveïdor.", "Torna a respondre."]
    assert {a["group"] for a in stocked.json("action", "list", "Vic")} == {"outage"}
    stocked.run("outage", "open", "Vic", "Una altra vegada")


def test_outages_do_not_overlap(stocked):
    stocked.run("outage", "open", "Vic", "x", "--date", day(-8))
    stocked.run("outage", "close", "Vic", "y", "--date", day(-3))
    for since in (-12, -8, -4):
        assert dmy(-3) in stocked.run("outage", "open", "Vic", "z", "--date", day(since), expect=EXIT["input"]).err
    stocked.run("outage", "open", "Vic", "z", "--date", day(-3))


def test_outage_as_of_an_earlier_day(stocked):
    stocked.run("outage", "open", "Vic", "x", "--date", day(-8))
    stocked.run("outage", "close", "Vic", "y", "--date", day(-3))
    assert stocked.json("outage", "list", on=day(-9)) == []
    assert stocked.json("outage", "list", on=day(-4))[0]["days"] == 4
    assert stocked.json("outage", "list", on=day(-3)) == []


def test_a_body_that_is_down_shows_so(stocked):
    stocked.run("outage", "open", "Vic", "x")
    assert stocked.by_body()["Vic, Ajuntament de"]["state"] == "down"


@pytest.mark.parametrize("words,told", [
    (("open", "Vic", "x"), "already down since"), (("open", "Reus", "x", "--date", day(1)), "future"), (("open", "Reus", ""), "empty"),
    (("close", "Reus", "x"), "no open outage"), (("note", "Reus", "x"), "no open outage"), (("close", "Vic", ""), "empty"),
    (("close", "Vic", "x", "--date", day(-9)), "before it"), (("close", "Vic", "x", "--date", day(1)), "future"),
    (("note", "Vic", "x", "--date", day(1)), "future"), (("note", "Vic", ""), "empty"),
])
def test_outage_refused(stocked, words, told):
    stocked.run("outage", "open", "Vic", "El WSDL respon 500", "--date", day(-8))
    before = stocked.dump()
    assert told in stocked.run("outage", *words, expect=EXIT["input"]).err
    assert stocked.dump() == before


def test_refusals_about_outages_name_the_body(stocked):
    stocked.run("outage", "open", "Vic", "x")
    assert "Ajuntament de Vic" in stocked.run("outage", "open", "Vic", "y", expect=EXIT["input"]).err
    assert "Ajuntament de Reus" in stocked.run("outage", "close", "Reus", "y", expect=EXIT["input"]).err


def test_no_outage_is_told_in_words(stocked):
    assert stocked.run("outage", "list").out == "No body is down.\n"
    assert stocked.run("action", "list").out == "No action has been noted.\n"


# ------------------------------------------------------------------ marks and answers

def test_mark_and_lift(desk, write):
    desk.load(write("r.csv", towns(cds=-5)))
    assert TOWNS[0] in {p["body"] for p in desk.plan()}
    desk.run("mark", "Abrera", "not-verifiable", "Ens bloquegen.")
    marked = desk.by_body()[TOWNS[0]]
    assert "not-verifiable" in marked["flags"] and marked["state"] == "unknown" and marked["cds"]["days"] == -5
    assert TOWNS[0] not in {p["body"] for p in desk.plan()}
    assert "Ens bloquegen." in desk.run("bodies").out
    assert "not-verifiable" not in desk.by_body(on=day(-1))[TOWNS[0]]["flags"]
    desk.run("mark", "Abrera", "verified", "Ja ho podem llegir.")
    assert "not-verifiable" not in desk.by_body()[TOWNS[0]]["flags"]
    assert TOWNS[0] in {p["body"] for p in desk.plan()}


def test_plan_says_how_many_are_not_warned(desk, write):
    desk.load(write("r.csv", towns(cds=5) + [body(1, "Manresa, Ajuntament de", 3, 3), body(2, "Salt, Ajuntament de")]))
    desk.run("mark", "Abrera", "not-verifiable", "Ens bloquegen.")
    out = desk.run("warnings", "plan").out
    assert out.count("1 not warned") == 3


@pytest.mark.parametrize("words,code,told", [
    (("Vic", "verified", "x"), "input", "not marked"), (("Vic", "not-verifiable", ""), "input", "empty"),
    (("Vic", "not-verifiable"), "usage", "needs more words"), (("Vic", "perdut", "x"), "usage", "not-verifiable, verified"),
    (("Vic", "answered", "x", "--certificates", "CDX"), "usage", "--certificates"),
])
def test_mark_refused(stocked, words, code, told):
    before = stocked.dump()
    assert told in stocked.run("mark", *words, expect=EXIT[code]).err
    assert stocked.dump() == before


def test_mark_twice(stocked):
    stocked.run("mark", "Vic", "not-verifiable", "Ens bloquegen.")
    stocked.run("mark", "Vic", "not-verifiable", "Una altra raó.", expect=(0, EXIT["input"]))
    assert stocked.by_body()["Vic, Ajuntament de"]["flags"].count("not-verifiable") == 1


def test_answered_stops_the_warnings_of_what_it_covers(desk, write):
    desk.load(write("r.csv", towns(cds=20, cda=21)))
    assert TOWNS[0] in {p["body"] for p in desk.plan()}
    desk.run("mark", "Abrera", "answered", "Ja ho han demanat.", "--certificates", "CDS")
    mine = [p for p in desk.plan() if p["body"] == TOWNS[0]]
    assert mine and all("CDS" not in p["certificates"] for p in mine)
    desk.run("mark", "Abrera", "answered", "I l'altre també.")
    assert TOWNS[0] not in {p["body"] for p in desk.plan()}
    assert "answered" in desk.by_body()[TOWNS[0]]["flags"]
    assert "Ja ho han demanat." in desk.run("comment", "Abrera").out


def test_answered_certificate_under_five_days_comes_back_to_a_person(desk, write):
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de", 4, 300)]))
    desk.run("mark", "Vic", "answered", "En marxa.")
    assert "For a person: Ajuntament de Vic" in desk.run("warnings", "plan").out


def test_answer_for_a_date_that_is_missing(desk, write):
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de", 20, "")]))
    assert "CDA" in desk.run("mark", "Vic", "answered", "x", "--certificates", "CDA", expect=EXIT["input"]).err


def test_a_new_date_is_a_new_renewal_and_is_warned_again(desk, write):
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de", 20, 300)]), on=day(-7))
    desk.run("mark", "Vic", "answered", "En marxa.", "--certificates", "CDS", on=day(-7))
    desk.load(write("r2.csv", [body(1, "Vic, Ajuntament de", 40, 300)]))
    assert "answered" not in desk.certificates()[0]["flags"]
    assert desk.plan()


# ------------------------------------------------------------------ comments

def test_comment(desk, write):
    desk.load(write("r.csv", towns(cds=20)))
    assert desk.run("comment").out == "No comment yet.\n"
    desk.run("comment", "Vic", "20/11/2026: trucat.\nEsperem resposta.")
    out = desk.run("comment", "Vic").out
    assert "20/11/2026: trucat." in out and "Esperem resposta." in out
    assert [c["comment"] for c in desk.json("comment")] == ["20/11/2026: trucat.\nEsperem resposta."]
    assert desk.json("comment", "Reus") == []


def test_actions_of_a_renewal_become_lines_of_the_comment(desk, write):
    desk.load(write("r.csv", towns(cds=20)))
    desk.run("action", "add", "Vic", "Enviat el recordatori.", "--group", "renewal", "--ticket", "ST-3")
    desk.run("action", "add", "Vic", "Una altra cosa.", "--group", "other")
    desk.run("action", "add", "Vic", "Reunió.", "--group", "migration")
    assert [c["comment"] for c in desk.json("comment", "Vic")] == [
        f"{dmy()}: Enviat el recordatori. (ST-3)\n{dmy()}: Una altra cosa."]


def test_a_line_added_to_the_comment(desk, write):
    desk.load(write("r.csv", towns(cds=20)))
    desk.run("comment", "Vic", "Primera línia.")
    desk.run("comment", "Vic", "Han trucat.", "--add", "--date", day(-1))
    assert [c["comment"] for c in desk.json("comment", "Vic")] == [f"Primera línia.\n{dmy(-1)}: Han trucat."]
    desk.run("comment", "Vic", "--add", expect=EXIT["usage"])
    desk.run("comment", "Vic", "x", "--add", "--date", day(1), expect=EXIT["input"])


def test_comment_of_a_body_without_dates(desk, write):
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de"), body(2, "Reus, Ajuntament de", 9, 9)]))
    assert "no certificate with a date" in desk.run("comment", "Vic", "x", expect=EXIT["input"]).err


# ------------------------------------------------------------------ audit trail

def test_every_change_is_in_the_audit_trail(stocked):
    for words in (("action", "add", "Vic", "a"), ("outage", "open", "Vic", "b"), ("outage", "note", "Vic", "c"),
                  ("outage", "close", "Vic", "d"), ("mark", "Vic", "not-verifiable", "e"), ("mark", "Vic", "verified", "f"),
                  ("mark", "Vic", "answered", "g"), ("comment", "Vic", "h")):
        stocked.run(*words)
    lines = [line for line in stocked.json("audit", "list", "--all") if line["body"]]
    assert [(line["what"], line["detail"]) for line in reversed(lines)] == [
        ("action-add", "a"), ("outage-open", "b"), ("outage-note", "c"), ("outage-close", "d"),
        ("mark-not-verifiable", "e"), ("mark-verified", "f"), ("answered", "g"), ("comment", "h")]
    assert all(line["who"] and re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", line["at"]) for line in lines)
    assert stocked.json("audit", "verify")["unbroken"] is True


TAMPER = ["UPDATE audit SET detail = 'res' WHERE id = 2", "UPDATE audit SET who = 'algu' WHERE id = 2",
          "UPDATE audit SET at = at + 1 WHERE id = 2", "UPDATE audit SET body_id = 3 WHERE id = 2",
          "DELETE FROM audit WHERE id = 2", "UPDATE audit SET what = 'res' WHERE id = (SELECT max(id) FROM audit)"]


@pytest.mark.parametrize("sql", TAMPER)
def test_tampering_is_detected(stocked, sql):
    for text in "abc":
        stocked.run("action", "add", "Vic", text)
    tamper(stocked, sql)
    assert "audit" in stocked.run("audit", "verify", expect=EXIT["store"]).err.lower()
    findings = [f for f in stocked.json("doctor", expect=EXIT["findings"]) if not f["good"]]
    assert [f["what"] for f in findings] == ["audit trail"]


def tamper(desk, sql):
    """As somebody with the file in hand would: the guards of the table are dropped and put back."""
    db = sqlite3.connect(desk.store)
    guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'").fetchall()
    for name, _ in guards:
        db.execute(f"DROP TRIGGER {name}")
    assert db.execute(sql).rowcount == 1
    for _, again in guards:
        db.execute(again)
    db.commit()
    db.close()


@pytest.mark.parametrize("sql", ["UPDATE audit SET who = 'x'", "DELETE FROM audit"])
def test_audit_table_is_append_only(stocked, sql):
    db = sqlite3.connect(stocked.store)
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        db.execute(sql)
    db.close()


# ------------------------------------------------------------------ doctor, backup, configuration

def test_doctor_on_a_good_desk(stocked):
    findings = stocked.json("doctor")
    assert all(f["good"] for f in findings) and len(findings) >= 7
    assert "12 in the registry" in stocked.run("doctor").out


def test_doctor_without_store(desk):
    desk.store.unlink()
    findings = desk.json("doctor", expect=1)
    assert [f["good"] for f in findings][0] is False and not desk.store.exists()


def test_doctor_on_a_broken_store(stocked):
    raw = bytearray(stocked.store.read_bytes())
    raw[4096 * 3:4096 * 6] = b"\x5a" * (4096 * 3)
    stocked.store.write_bytes(raw)
    stocked.run("doctor", expect=1)


def test_doctor_on_a_wrong_configuration(desk):
    desk.config.write_text("profile: aoc\nstore:\n  urll: sqlite:x.db\n")
    out = desk.run("doctor", expect=1).out
    assert "talaia.yaml:3" in out and "T-CONFIG" in out


def test_doctor_on_a_schema_of_the_future(desk):
    db = sqlite3.connect(desk.store)
    db.execute("INSERT INTO schema_version VALUES (99, 0)")
    db.commit()
    db.close()
    desk.run("doctor", expect=1)
    assert "99" in desk.run("certificates", expect=EXIT["store"]).err


def test_backup_and_restore(stocked, tmp_path):
    file, before = tmp_path / "copy.db", stocked.dump()
    stocked.run("backup", file)
    stocked.run("action", "add", "Vic", "després")
    assert stocked.dump() != before
    for leftover in stocked.path.glob("talaia.db*"):
        leftover.unlink()
    stocked.store.write_bytes(file.read_bytes())
    assert stocked.dump() == before
    assert all(f["good"] for f in stocked.json("doctor"))


def test_backup_does_not_write_over_the_store_nor_elsewhere_it_cannot(stocked, tmp_path):
    before = stocked.dump()
    stocked.run("backup", stocked.store, expect=(EXIT["input"], EXIT["system"], EXIT["store"]))
    stocked.run("backup", tmp_path / "no" / "hi" / "ha.db", expect=(EXIT["system"], EXIT["store"]))
    stocked.run("backup", tmp_path, expect=(EXIT["input"], EXIT["system"], EXIT["store"]))
    assert stocked.dump() == before


def test_config_check_good(desk):
    assert "right" in desk.run("config", "check").out
    assert desk.json("config", "check") == []


def test_config_check_tells_every_mistake_with_its_line(desk):
    desk.config.write_text("profile: aoc\nlanguage: fr\nstore:\n  url: mysql://x\nimport:\n  max_loss: 150%\n  max_los: 3\n"
                           "registry:\n  seconds: molts\n")
    findings = desk.json("config", "check", lang=None, expect=1)
    assert [f["line"] for f in findings] == [2, 4, 6, 7, 9]
    assert all(f["code"] == "T-CONFIG" for f in findings)
    out = desk.run("config", "check", expect=1).out
    assert f"{desk.config}:7:" in out and "import.max_loss" in out


def test_config_check_of_the_profile(desk):
    profile = desk.path / "profile" / "aoc"
    profile.mkdir(parents=True)
    (profile / "profile.yaml").write_text("language: ca\nwarnings:\n  thresholds: [5, 60]\n")
    findings = desk.json("config", "check", expect=1)
    assert findings and all("profile.yaml" in f["file"] for f in findings)


def test_probes_are_listed_and_checked(desk):
    [probe] = desk.json("probe", "list", on=None)
    assert (probe["name"], probe["seconds"], probe["hours"]) == ("OCSP_AOC", 60, "24x7")
    assert probe["transitions"][0]["target"] == "http://ocsp.catcert.cat/"
    due = datetime.datetime.fromisoformat(probe["next"]) - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(seconds=-30) < due <= datetime.timedelta(seconds=60)
    assert "OCSP_AOC" in desk.run("probe", "list").out
    assert desk.json("probe", "list", lang="ca")[0]["hours"] == "24x7" and "sempre" in desk.run("probe", "list", lang="ca").out
    profile = desk.path / "profile" / "aoc"
    profile.mkdir(parents=True)
    (profile / "probes.yaml").write_text("P:\n  seconds: 1\n  hours: monday\n")
    findings = desk.json("config", "check", expect=1)
    assert [(pathlib.Path(f["file"]).name, f["line"]) for f in findings] == [("probes.yaml", 1), ("probes.yaml", 2), ("probes.yaml", 3)]
    assert "probes.yaml:1:1: P has no transitions" in desk.run("probe", "list", expect=EXIT["config"]).err
    (profile / "probes.yaml").write_text("P:\n  hours: mon-wed,sun 08:00-24:00 holidays\n  transitions:\n    - tcp: a.example:1\n")
    assert desk.json("probe", "list")[0]["hours"] == "mon,tue,wed,sun 08:00-24:00 holidays"
    (profile / "probes.yaml").write_text("")
    assert desk.json("probe", "list") == [] and "probes.yaml" in desk.run("probe", "list").out


@pytest.mark.parametrize("text", ["a: [", "\tx: 1\n", "a: &x 1\nb: *x\n", "\x00", "- a\n- b\n"])
def test_configuration_that_is_not_ours(desk, text):
    desk.config.write_text(text)
    assert "talaia.yaml" in desk.run("certificates", expect=EXIT["config"]).err
    desk.run("config", "check", expect=(1, EXIT["config"]))


def test_configuration_that_is_not_there(tmp_path):
    assert "talaia init" in run("certificates", "--lang", "en", cwd=tmp_path, expect=EXIT["config"]).err
    run("certificates", "--config", tmp_path / "no.yaml", expect=(EXIT["config"], EXIT["system"]))
    run("certificates", "--config", tmp_path, expect=(EXIT["config"], EXIT["system"]))


def test_set_overrides(stocked):
    assert "nova.db" in stocked.run("certificates", "--set", "store.url=sqlite:nova.db", expect=EXIT["store"]).err
    assert not (stocked.path / "nova.db").exists()
    assert "did you mean" in stocked.run("bodies", "--set", "import.max_los=5%", expect=EXIT["config"]).err
    stocked.run("bodies", "--set", "import.max_loss=500%", expect=EXIT["config"])
    stocked.run("bodies", "--set", "sense-igual", expect=(EXIT["config"], EXIT["usage"]))
    stocked.run("bodies", "--set", "language=es", "--set", "import.max_loss=5%")


def test_configuration_from_the_environment_and_here(stocked, tmp_path):
    assert run("certificates", "--json", env={"TALAIA_CONFIG": stocked.config}, cwd=tmp_path).json()
    assert run("certificates", "--json", cwd=stocked.path).json()
    assert run("certificates", "--json", env={"TALAIA_CONFIG": ""}, cwd=stocked.path).json()


def test_init_again_changes_nothing(stocked):
    before, config = stocked.dump(), stocked.config.read_bytes()
    assert "already" in run("init", "--lang", "en", stocked.path).out
    assert stocked.dump() == before and stocked.config.read_bytes() == config


def test_init_in_a_place_that_cannot_be(tmp_path, write):
    file = write("fitxer", "x")
    run("init", file, expect=EXIT["system"])
    run("init", file / "dins", expect=EXIT["system"])
    run("init", "--profile", "cap", tmp_path / "d", expect=EXIT["config"])


def test_init_profile_and_settings(tmp_path):
    run("init", "--profile", "aoc", "--lang", "es", "--set", "import.max_loss=20%", tmp_path / "d")
    text = (tmp_path / "d" / "talaia.yaml").read_text()
    assert "max_loss: 20%" in text and "language: es" in text
    assert Desk(tmp_path / "d").json("config", "check") == []


# ------------------------------------------------------------------ words and options

@pytest.mark.parametrize("words,told", [
    (("warning",), "warnings plan"), (("bodis",), "did you mean `talaia bodies`?"), (("outage",), "open, note, close"),
    (("outage", "opne", "Vic", "x"), "open, note, close"), (("report",), "build"), (("warnings",), "plan"), (("xyzzy",), "`talaia help`"),
    (("certificates", "--jsn"), "did you mean --json?"), (("certificates", "--dry-run"), "has no option --dry-run"),
    (("certificates", "--on", "20/11/2026"), "--on takes a day"), (("certificates", "--on", "2026-02-30"), "--on takes a day"),
    (("certificates", "--lang", "fr"), "--lang takes"), (("certificates", "de", "més"), "does not know what to do with"),
    (("import",), "needs more words"), (("certificates", "--config"), "needs a value"), (("warnings", "plan", "--days", "molts"), "--days"),
    (("warnings", "plan", "--days", "-1"), "--days"), (("warnings", "plan", "--days", "99999999999"), "--days"),
    (("report", "build", "--week", "divendres"), "--week"), (("help", "xyzzy"), "no command"), (("-x",), "there is no option -x; `talaia help"),
])
def test_usage_mistakes(stocked, words, told):
    result = stocked.run(*words, expect=EXIT["usage"])
    assert told in result.err and "T-USAGE" in result.err and result.out == ""


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", ["ca", "es", "en"])
def test_help_of(command, lang):
    out = run("help", *command.split(), "--lang", lang).out
    assert f"talaia {command}" in out and "--json" in out
    assert out == run(*command.split(), "--help", "--lang", lang).out
    assert max(width(line) for line in out.splitlines()) <= 100


def test_help_lists_every_command_and_no_other():
    out = run("--lang", "en").out
    assert out == run("help", "--lang", "en").out == run("--help", "--lang", "en").out
    listed = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= [A-Z\[\"]|  | $|$)", out, re.M)
    assert set(COMMANDS) <= set(listed), listed
    assert max(width(line) for line in out.splitlines()) <= 100


def test_exit_codes_are_documented():
    out = run("help", "exit-codes", "--lang", "en").out
    assert set(re.findall(r"^  (\d+) ", out, re.M)) == {"0", "1", "2", "3", "4", "5", "6", "7", "70"}


@pytest.mark.parametrize("code", ["T-USAGE", "T-CONFIG", "T-PROFILE", "T-FILE", "T-FORMAT", "T-LIMIT", "T-VALUE", "T-UNKNOWN",
                                  "T-AMBIGUOUS", "T-STATE", "T-GUARD", "T-STORE", "T-BUSY", "T-LOST", "T-FULL", "T-SOURCE",
                                  "T-MODULE", "T-INTERNAL", "t-guard"])
def test_error_codes_are_explained(code):
    assert len(run("help", code, "--lang", "en").out) > 30


def test_version():
    assert re.fullmatch(r"talaia \d+\.\d+\.\d+\n", run("--version").out)


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_json_of_every_listing(demo_made, words):
    value = json.loads(demo_made.run(*words, "--json", expect=(0, 1)).out)
    assert isinstance(value, (list, dict))
    assert value == json.loads(demo_made.run("--json", *words, lang="ca", expect=(0, 1)).out) or words[0] in (
        "warnings", "doctor", "config")


@pytest.mark.parametrize("lang", ["ca", "es", "en"])
@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_nothing_is_wider_than_a_hundred_columns(demo_made, words, lang):
    out = demo_made.run(*words, lang=lang, expect=(0, 1)).out
    # An address or a path is one word and is not broken.
    wide = [line for line in out.splitlines() if width(line) > 100 and "/" not in line]
    assert not wide, wide[:5]
    assert "\x1b[" not in out


@pytest.mark.parametrize("lang,word", [("ca", "Ens"), ("es", "Ente"), ("en", "Body")])
def test_language_of_tables(demo_made, lang, word):
    assert demo_made.run("certificates", lang=lang).lines()[0].startswith(word)


@pytest.mark.parametrize("lang", ["ca", "es"])
@pytest.mark.parametrize("words", [("action", "add", "Vich", "x"), ("certificats",), ("outage", "close", "Vic", "x"),
                                   ("certificates", "--on", "demà")])
def test_errors_are_translated(stocked, lang, words):
    english, other = (stocked.run(*words, lang=name, expect=None).err for name in ("en", lang))
    assert english and other and english != other


def test_language_of_the_configuration(tmp_path):
    run("init", "--lang", "es", tmp_path / "d")
    out = run("certificates", "--config", tmp_path / "d" / "talaia.yaml").out
    assert out == run("certificates", "--config", tmp_path / "d" / "talaia.yaml", "--lang", "es").out


def test_options_may_stand_anywhere(stocked):
    a = run("--config", stocked.config, "--json", "certificates", "--on", day()).out
    assert a == run("certificates", "--on", day(), "--json", "--config", stocked.config).out


def test_text_that_begins_with_a_dash(stocked):
    stocked.run("action", "add", "Vic", "--", "--json no és una opció")
    assert stocked.json("action", "list")[0]["text"] == "--json no és una opció"


def test_import_of_nothing_special_is_told(stocked, write):
    assert events(stocked.load(write("r.csv", towns())), "changed") == []
    assert part(stocked.load(write("r2.csv", towns())))["same"] == 12


def test_every_key_of_probes_and_runbook_is_explained():
    explained = set(re.findall(r"`([\w.]+)`", (ROOT / "docs" / "probes.md").read_text()))
    probes, runbook = ((ROOT / "src" / "conf" / f"{name}.c").read_text() for name in ("probes", "runbook"))
    keys = set(re.findall(r'X\(\w+, "(\w+)", CONFIG_', probes + runbook)) | set(re.findall(r'\{\.key = "([\w.]+)"', runbook))
    kinds = set(re.findall(r'X\(\w+, "(\w+)", (?:N_|")', (ROOT / "src" / "core" / "probe.h").read_text() + (ROOT / "src" / "core" / "runbook.h").read_text()))
    assert len(keys) > 45 and len(kinds) > 12
    assert (keys | kinds) - explained == set()
