"""Renewals from the first warning to the end: pairs, evidence, stages, corrections, a person's word, and the story of each."""
import datetime
import re
import subprocess

import pytest

from conftest import EXIT, TALAIA, body, copy_desk, day, dmy, events, sheet_rows
from farm import Farm, name_of, put, real_day, sweep
from mail_servers import smtp_server  # noqa: F401  fixture


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"))
    yield farm
    farm.stop()


def vic(cds, cda=400, name="Vic, Ajuntament de"):
    return [body(1, name, cds, cda)]


def status(desk, *words, **more):
    return desk.json("warnings", "status", *words, **more)


def case_of(desk, name="Vic", **more):
    cases = status(desk, name, **more)["cases"]
    assert cases, name
    return cases[0]


def cert(case, kind):
    return next(c for c in case["certificates"] if c["certificate"] == kind)


def story(case):
    return [e["text"] for e in case["events"]]


def load(desk, write, rows, on=0, **more):
    return desk.load(write("r.csv", rows), on=day(on), **more)


def comment(desk, name="Vic", **more):
    return [c["comment"] for c in desk.json("comment", name, **more)]


# ------------------------------------------------------------------ stages

def test_stages_are_lines_of_the_comment_and_stop_the_warnings(desk, write):
    load(desk, write, vic(40), on=-10)
    assert {p["certificates"][0] for p in desk.plan()} == {"CDS"}
    desk.run("stage", "Vic", "received", "CDS", "Per correu.", on=day(-5))
    desk.run("stage", "Vic", "installed", "--date", day(-4), on=day(-3))
    assert desk.plan() == []
    case = case_of(desk)
    assert cert(case, "CDS")["stages"] == ["received", "installed"]
    assert comment(desk) == [f"{dmy(-5)}: CDS rebut. Per correu.\n{dmy(-4)}: CDS instal·lat."] or \
        re.fullmatch(rf"{dmy(-5)}: CDS .*Per correu\.\n{dmy(-4)}: CDS .*", comment(desk)[0])
    assert [e["date"] for e in case["events"] if e["what"] == "stage"] == [day(-5), day(-4)]
    desk.run("stage", "Vic", "installed", "Era d'un altre.", "--undo")
    assert cert(case_of(desk), "CDS")["stages"] == ["received"]
    assert cert(case_of(desk, on=day(-3)), "CDS")["stages"] == ["received", "installed"]  # as it was known that day
    desk.run("stage", "Vic", "installed", "x", "--undo", expect=EXIT["input"])


def test_stage_refusals(desk, write):
    load(desk, write, vic(20, 25))
    assert "which" in desk.run("stage", "Vic", "received", expect=EXIT["input"]).err  # both are under way
    assert "resolve" in desk.run("stage", "Vic", "checked", expect=EXIT["usage"]).err
    desk.run("stage", "Vic", "eaten", expect=EXIT["usage"])
    desk.run("stage", "Vic", "received", "CDS", "a", "b", expect=EXIT["usage"])
    desk.run("stage", "Vic", "received", "CDS", "--date", day(1), expect=EXIT["input"])
    load(desk, write, vic(400))
    desk.run("stage", "Vic", "received", expect=EXIT["input"])


def test_an_answered_certificate_comes_back_unless_it_is_installed(desk, write):
    load(desk, write, vic(4), on=-26)
    desk.run("stage", "Vic", "answered", "CDS", "En marxa.", on=day(-20))
    assert not cert(case_of(desk, on=day(-1)), "CDS")["comes_back"]
    case = case_of(desk)
    assert cert(case, "CDS")["comes_back"] and case["next"] == "person"
    assert "For a person: Ajuntament de Vic" in desk.run("warnings", "plan").out
    desk.run("stage", "Vic", "installed", "CDS")
    assert not cert(case_of(desk), "CDS")["comes_back"]
    assert "For a person" not in desk.run("warnings", "plan").out


def test_an_answer_without_a_name_is_about_what_is_under_way(desk, write):
    load(desk, write, vic(20, 700))
    desk.run("mark", "Vic", "answered", "En marxa.")
    assert desk.plan() == []
    assert {c["certificate"] for c in desk.json("comment", "Vic")} == {"CDS"}
    assert [p for p in desk.plan("--days", "720") if p["certificates"] == ["CDA"]]  # of the other nothing was said


# ------------------------------------------------------------------ the case rule in the store

@pytest.mark.parametrize("first", ["CDS", "CDA"])
def test_a_pair_of_which_one_is_renewed_first(desk, write, first):
    """The survivor keeps its case and comment and goes on alone; the new date is no part of it."""
    load(desk, write, vic(50, 60), on=-5)
    desk.run("comment", "Vic", "Trucat.", on=day(-5))
    desk.run("stage", "Vic", "answered", first, "Ho han demanat.", on=day(-5))
    renewed, other = (900, 60) if first == "CDS" else (50, 900), "CDA" if first == "CDS" else "CDS"
    load(desk, write, vic(*renewed), on=-3)
    cases = status(desk, "Vic")["cases"]
    case = cases[0]
    assert [c["certificate"] for c in case["certificates"]] == ["CDA", "CDS"]
    assert cert(case, first)["renewed"] and not cert(case, first)["checked"] and not cert(case, other)["renewed"]
    planned = desk.plan()
    assert planned and {tuple(p["certificates"]) for p in planned} == {(other,)}
    assert all("Trucat." in c for c in comment(desk))
    # the other too: then all is confirmed, and the case ends
    load(desk, write, vic(900, 910), on=-1)
    assert desk.json("warnings", "resolve", "Vic", first, "--reason", "Vist.", on=day(-1))["closed"] is False
    assert desk.json("warnings", "resolve", "Vic", other, "--reason", "Vist també.")["closed"] is True
    assert status(desk) == []
    assert [a["group"] for a in desk.json("action", "list", "Vic")] == ["renewal"]
    closed = status(desk, "Vic")["cases"][0]
    assert closed["closed"] == day() and closed["events"][-1]["what"] == "closed"
    assert closed["events"] == sorted(closed["events"], key=lambda e: e["date"])


def test_a_new_date_never_joins_an_open_case(desk, write):
    load(desk, write, vic(40, 300), on=-2)
    desk.run("stage", "Vic", "answered", "CDS", "En marxa.", on=day(-2))
    load(desk, write, vic(40, 45))  # near enough to be a pair, were it not begun
    kinds = sorted(tuple(c["certificate"] for c in k["certificates"]) for k in status(desk, "Vic")["cases"])
    assert kinds == [("CDA",), ("CDS",)]
    assert {tuple(p["certificates"]) for p in desk.plan()} == {("CDA",)}


def test_without_a_warning_the_registry_is_enough(desk, write, tmp_path):
    load(desk, write, vic(20), on=-7)
    desk.run("comment", "Vic", "Un comentari.", on=day(-7))
    load(desk, write, vic(900))
    assert status(desk) == [] and desk.json("action", "list") == []
    closed = status(desk, "Vic")["cases"][0]
    assert closed["closed"] == day() and any("Un comentari." in t for t in story(closed))


def test_a_registry_that_goes_back_opens_the_case_again(desk, write):
    load(desk, write, vic(20), on=-7)
    desk.run("comment", "Vic", "Un comentari.", on=day(-7))
    load(desk, write, vic(900), on=-3)
    load(desk, write, vic(20))
    case = case_of(desk)
    assert case["closed"] is None and any("Un comentari." in t for t in story(case))
    assert len(status(desk, "Vic")["cases"]) == 1


# ------------------------------------------------------------------ a person's word

def test_resolve_and_its_undoing(desk, write, tmp_path):
    load(desk, write, vic(20), on=-3)
    desk.run("stage", "Vic", "answered", "CDS", "En marxa.", on=day(-3))
    load(desk, write, vic(900), on=-1)
    case = case_of(desk)
    assert cert(case, "CDS")["evidence"] == "person" and case["next"] == "person"
    rows = certificates_sheet(desk, tmp_path / "a")
    assert [r["Ens"] for r in rows] == ["Ajuntament de Vic"]  # renewed and not yet checked: it stays
    desk.run("warnings", "resolve", "Vic", expect=EXIT["usage"])
    desk.run("warnings", "resolve", "Vic", "CDX", "--reason", "x", expect=EXIT["usage"])
    assert desk.json("warnings", "resolve", "Vic", "--reason", "Ens bloquegen; funciona.")["closed"] is True
    assert certificates_sheet(desk, tmp_path / "b") == []
    ok = sheet_rows(tmp_path / "b" / "ResumAjuntaments.xlsx", "OK")
    assert len(ok) == 1 and "Ens bloquegen; funciona." in ok[0]["Acció"]
    desk.run("warnings", "resolve", "Vic", "--reason", "x", expect=EXIT["input"])  # nothing is under way any more
    desk.run("warnings", "resolve", "Vic", "--undo", "--reason", "Era un altre.")
    assert case_of(desk)["closed"] is None and certificates_sheet(desk, tmp_path / "c")
    desk.run("warnings", "resolve", "Vic", "--undo", "--reason", "x", expect=EXIT["input"])


def certificates_sheet(desk, out, **more):
    desk.run("report", "build", "--out", out, **more)
    return sheet_rows(out / "ResumAjuntaments.xlsx", "Certificats")


def test_resolve_of_a_pair_asks_which(desk, write):
    load(desk, write, vic(20, 25))
    assert "CDS or CDA" in desk.run("warnings", "resolve", "Vic", "--reason", "x", expect=EXIT["input"]).err
    assert desk.json("warnings", "resolve", "Vic", "CDA", "--reason", "x")["closed"] is False


# ------------------------------------------------------------------ corrections

def test_a_correction_keeps_the_renewal(desk, write, tmp_path):
    load(desk, write, vic(20), on=-10)
    desk.run("comment", "Vic", "Avisats.", on=day(-8))
    certificates_sheet(desk, tmp_path / "a", on=day(-7))
    load(desk, write, vic(75), on=-2)
    said = desk.json("correction", "Vic", "CDS", "--reason", "Ho havien teclejat malament.", on=day(-1))
    assert (said["wrong"], said["corrected"]) == (day(20), day(75))
    case = case_of(desk)
    assert cert(case, "CDS")["expires"] == day(75)
    assert any("Avisats." in t for t in story(case)) and any(e["what"] == "correction" for e in case["events"])
    assert len(status(desk, "Vic")["cases"]) == 1
    rows = certificates_sheet(desk, tmp_path / "b")
    assert rows == []  # 75 days left
    text = " ".join((tmp_path / "b" / "report.txt").read_text().split())
    assert "ha renovat" not in text  # it left the table, and was not renewed
    # an old file brings the mistake back: still the same renewal, under the right date
    load(desk, write, vic(20))
    assert len(status(desk, "Vic")["cases"]) == 1
    # it was no correction after all
    load(desk, write, vic(75))
    desk.run("correction", "Vic", "CDS", "--undo", "--reason", "Sí que era nou.")
    assert story(case_of(desk))[-1]
    desk.run("correction", "Vic", "CDS", "--undo", "--reason", "x", expect=EXIT["input"])


def test_renewed_is_said_of_what_was_renewed(desk, write, tmp_path):
    load(desk, write, vic(20), on=-10)
    certificates_sheet(desk, tmp_path / "a", on=day(-7))
    load(desk, write, vic(700))
    certificates_sheet(desk, tmp_path / "b")
    assert "ha renovat certificats: Ajuntament de Vic" in " ".join((tmp_path / "b" / "report.txt").read_text().split())


def test_correction_refusals(desk, write):
    load(desk, write, vic(20), on=-10)
    assert "never had another" in desk.run("correction", "Vic", "CDS", "--reason", "x", expect=EXIT["input"]).err
    load(desk, write, vic(25), on=-5)
    assert "not needed" in desk.run("correction", "Vic", "CDS", "--reason", "x", expect=EXIT["input"]).err
    desk.run("correction", "Vic", "CDX", "--reason", "x", expect=EXIT["usage"])
    desk.run("correction", "Vic", "CDS", expect=EXIT["usage"])
    # both dates have a history of their own: they are two renewals
    desk.run("stage", "Vic", "answered", "CDS", "a", on=day(-4))
    load(desk, write, vic(40), on=-3)
    desk.run("mark", "Vic", "answered", "b", on=day(-1))
    assert "history of its own" in desk.run("correction", "Vic", "CDS", "--reason", "x", expect=EXIT["input"]).err


# ------------------------------------------------------------------ evidence

def followed(farm, place, *rows):
    """A desk whose bodies have answered: their cases are followed to the end. rows: (case, days in the registry)."""
    desk = farm.desk(place, [farm.row(case, days) for case, days in rows])
    for case, _ in rows:
        desk.run("stage", name_of(case), "answered", "CDS", "En marxa.", on=None)
    return desk


def outcome(desk, case):
    return cert(case_of(desk, name_of(case), on=None), "CDS")["evidence"]


def test_renewed_registry_still_old_then_all_there(farm, tmp_path):
    desk = followed(farm, tmp_path / "d", ("rsa", 20))
    assert outcome(desk, "rsa") == "waiting"
    sweep(desk)
    assert outcome(desk, "rsa") == "registry-old"
    line = comment(desk, name_of("rsa"), on=None)[0]
    sweep(desk)
    assert comment(desk, name_of("rsa"), on=None)[0] == line  # told once
    put(desk, [farm.row("rsa", 265)])
    assert status(desk, on=None) == []
    closed = status(desk, name_of("rsa"), on=None)["cases"][0]
    assert closed["closed"] and [e["what"] for e in closed["events"]][-1] == "closed"
    assert {"registry", "opened", "stage", "evidence"} <= {e["what"] for e in closed["events"]}
    actions = desk.json("action", "list", on=None)
    assert len(actions) == 1 and actions[0]["group"] == "renewal"
    sweep(desk)  # twice is once
    put(desk, [farm.row("rsa", 265)])
    assert desk.json("action", "list", on=None) == actions
    # the registry takes it back: open again, and what was concluded from it falls
    put(desk, [farm.row("rsa", 20)])
    case = case_of(desk, name_of("rsa"), on=None)
    assert case["closed"] is None and not cert(case, "CDS")["checked"]
    assert outcome(desk, "rsa") == "registry-old"


@pytest.mark.parametrize("case,before,after,wanted", [
    ("rsa", 265, 900, "old-served"), ("rsa", 20, 700, "dates-differ"), ("two-certificates", 8, 265, "addresses-differ"),
    ("self-signed", 20, 265, "not-trusted"), ("refused", 20, 265, "service-down"), ("rsa", 265, 200, "earlier"),
])
def test_what_is_missing_is_said(farm, tmp_path, case, before, after, wanted):
    desk = followed(farm, tmp_path / "d", (case, before))
    sweep(desk)
    put(desk, [farm.row(case, after)])
    assert outcome(desk, case) == wanted
    assert desk.json("action", "list", on=None) == []
    for lang in ("ca", "es", "en"):
        assert desk.run("warnings", "status", name_of(case), on=None, lang=lang).out


def test_a_body_that_cannot_be_verified_needs_a_person(farm, tmp_path):
    desk = followed(farm, tmp_path / "d", ("rsa", 20))
    desk.run("mark", name_of("rsa"), "not-verifiable", "Ens bloquegen.", on=None)
    sweep(desk)
    put(desk, [farm.row("rsa", 265)])
    assert outcome(desk, "rsa") == "person"


def signed(tmp_path, days):
    file = tmp_path / f"cda{days}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k", "-out", file, "-subj",
                    "/CN=Segell de prova", "-days", str(days), "-addext", "basicConstraints=critical,CA:FALSE"], check=True, capture_output=True)
    return file


def test_a_cda_is_seen_when_it_is_handed_in(farm, tmp_path):
    row = farm.row("rsa", 265)
    row[7] = real_day(20)
    desk = farm.desk(tmp_path / "d", [row])
    sweep(desk)
    desk.run("certificate", "add", name_of("rsa"), "--kind", "CDA", signed(tmp_path, 700), on=None)
    case = case_of(desk, name_of("rsa"), on=None)
    assert cert(case, "CDA")["stages"] == ["received"] and cert(case, "CDA")["evidence"] == "registry-old"
    row[7] = real_day(700)
    put(desk, [row])
    assert status(desk, on=None) == []
    assert len(desk.json("action", "list", on=None)) == 1


# ------------------------------------------------------------------ what is shown

@pytest.mark.parametrize("lang", ["ca", "es", "en"])
def test_status_of_the_demo(demo_made, tmp_path, lang):
    desk = copy_desk(demo_made, tmp_path / "demo")
    out = desk.run("warnings", "status", lang=lang).out
    assert all(len(line) <= 100 for line in out.splitlines())
    cases = status(desk)
    assert len(cases) > 20 and cases == sorted(cases, key=lambda c: c["days"])
    for case in cases[:12]:
        text = desk.run("warnings", "status", case["body"], lang=lang).out
        assert case["name"] in text and all(len(line) <= 100 for line in text.splitlines())
    answered = case_of(desk, "Tortosa")
    assert cert(answered, "CDS")["answered"]


def test_status_of_a_body_without_any(stocked):
    assert "never had one" in stocked.run("warnings", "status", "Vic").out
    assert status(stocked, "Vic")["cases"] == []
    assert "No renewal" in stocked.run("warnings", "status").out


# ------------------------------------------------------------------ the calendar

def parsed(text):
    """A strict reader of RFC 5545 for what a feed of all-day events may hold; anything else fails."""
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    raw = text.split("\r\n")[:-1]
    assert all(0 < len(line.encode()) <= 75 for line in raw)
    lines = []
    for line in raw:
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    head = {}
    events, event = [], None
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR"
    for line in lines[1:-1]:
        name, value = re.fullmatch(r"([A-Z-]+(?:;VALUE=DATE)?):(.*)", line).groups()
        assert not re.search(r"[\x00-\x1f\x7f]", value)
        if name == "BEGIN":
            assert value == "VEVENT" and event is None
            event = {}
            continue
        if name == "END":
            assert value == "VEVENT"
            assert {"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "SUMMARY"} <= set(event)
            assert event["DTEND;VALUE=DATE"] > event["DTSTART;VALUE=DATE"]
            events.append(event)
            event = None
            continue
        into = head if event is None else event
        assert name not in into
        if name.startswith("DTSTA") and "VALUE" not in name:
            datetime.datetime.strptime(value, "%Y%m%dT%H%M%SZ")
        elif "VALUE=DATE" in name:
            value = datetime.datetime.strptime(value, "%Y%m%d").date()
        else:
            assert re.fullmatch(r"(?:[^\\;,]|\\[\\;,nN])*", value) or name in ("PRODID", "UID"), line
            value = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
        into[name] = value
    assert event is None and head["VERSION"] == "2.0" and head["PRODID"]
    assert len({e["UID"] for e in events}) == len(events)
    return events


def calendar(desk, tmp_path, *words, **more):
    file = tmp_path / "feed.ics"
    said = desk.json("warnings", "calendar", "--out", file, *words, **more)
    text = file.read_bytes().decode()
    events = parsed(text)
    assert said == {"file": str(file), "events": len(events)}
    return events


@pytest.mark.parametrize("lang", ["ca", "es", "en"])
def test_calendar_of_the_demo(demo_made, tmp_path, lang):
    events = calendar(demo_made, tmp_path, lang=lang)
    plan = demo_made.plan("--days", "365")
    warnings = [e for e in events if e["UID"].startswith("warning-")]
    assert sorted(e["DTSTART;VALUE=DATE"].isoformat() for e in warnings) == sorted(p["on"] for p in plan)
    assert {p["name"] for p in plan} == {next(p["name"] for p in plan if f"{p['name']}, " in e["SUMMARY"]) for e in warnings}
    expiries = [e for e in events if e["UID"].startswith("expiry-")]
    left = [b for b in demo_made.certificates("--all") if b["excluded"] is None and "vanished" not in b["flags"]]
    dates = [b[k]["expires"] for b in left for k in ("cds", "cda") if b[k]["expires"]]
    wanted = sorted(d for d in dates if day() <= d <= day(365))
    assert sorted(e["DTSTART;VALUE=DATE"].isoformat() for e in expiries) == wanted and len(wanted) > 50


def test_calendar_identifiers_stay(desk, write, tmp_path):
    load(desk, write, vic(40, 200))
    before = {e["UID"]: e for e in calendar(desk, tmp_path)}
    after = {e["UID"]: e for e in calendar(desk, tmp_path, on=day(3))}
    assert len(before) > 8 and set(after) <= set(before)
    assert {u for u in before if u.startswith("expiry-")} <= set(after)


def test_overloaded_weeks_are_marked(desk, write, tmp_path):
    rows = [body(i, f"Poble{i}, Ajuntament de", 40, 300 + i, "8", str(i)) for i in range(1, 46)]
    load(desk, write, rows)
    plan = desk.plan()
    busy = [p for p in plan if p["week"]["overloaded"]]
    assert busy and all(p["week"]["warnings"] > 40 for p in busy)
    assert "overloaded" in desk.run("warnings", "plan").out
    december = [p for p in desk.plan("--days", "60") if p["week"]["monday"] == "2026-12-07"]
    assert all(p["week"]["holidays"] == 1 for p in december)
    week = [e for e in calendar(desk, tmp_path) if e["UID"].startswith("week-")]
    assert week and (week[0]["DTEND;VALUE=DATE"] - week[0]["DTSTART;VALUE=DATE"]).days == 5


def test_calendar_refusals(stocked, tmp_path):
    stocked.run("warnings", "calendar", "--days", "many", expect=EXIT["usage"])
    stocked.run("warnings", "calendar", "--json", expect=EXIT["usage"])
    assert stocked.run("warnings", "calendar", "--out", tmp_path / "no" / "such" / "x.ics", expect=None).code != 0
    printed = subprocess.run([TALAIA, *map(str, stocked.arguments("warnings", "calendar"))], capture_output=True, check=True)
    parsed(printed.stdout.decode())


# ------------------------------------------------------------------ with warnings that go out

def writing(desk, write, smtp, rows, on):
    """The desk of a test with one contact and a mail server."""
    settings = [w for s in [*smtp.settings, "mail.from=suport@example.org", "mail.per_minute=0"] for w in ("--set", s)]
    load(desk, write, rows, on=on)
    contacts = "ens;nom;correu;rol;idioma\r\nVic, Ajuntament de;Marta;marta@vic.example;technical;ca\r\n"
    desk.run("import", write("c.csv", contacts), on=day(on))

    def work(offset, send=True):
        desk.run("warnings", "approve", "--all", *settings, on=day(offset), expect=(0, 1))
        if send:
            desk.run("warnings", "send", *settings, on=day(offset), expect=(0, 1))
    return work


def subjects(smtp):
    import email
    import email.policy
    mails = [email.message_from_bytes(smtp.bytes_of(m), policy=email.policy.default) for m in smtp.journal()]
    return [str(m["subject"]) for m in mails], [m["in-reply-to"] for m in mails]


@pytest.mark.parametrize("first", ["CDS", "CDA"])
def test_one_thread_through_the_life_of_a_pair(desk, write, smtp_server, first):
    """Warned together, one renewed first, the other warned on in the same thread with the same ticket, once per threshold."""
    smtp = smtp_server()
    work = writing(desk, write, smtp, vic(61, 70), on=-1)
    for offset in range(0, 40):
        work(offset)
    together = len(smtp.journal())
    assert together == 2  # below 60, below 30
    load(desk, write, vic(900, 70) if first == "CDS" else vic(61, 900), on=40)
    desk.run("warnings", "resolve", "Vic", first, "--reason", "Vist.", on=day(40))
    for offset in range(40, 75):
        work(offset)
    found, replies = subjects(smtp)
    assert len(set(found)) == 1 and "CDA[" in found[0] and "CDS[" in found[0] and "[ST-1]" in found[0]
    assert replies[0] is None and all(replies[1:])
    # the CDA was named below 60 with the CDS, so that it goes on below 30; the CDS has 15, 10 and 5 left
    assert len(found) - together == (4 if first == "CDS" else 3)
    other = "CDA" if first == "CDS" else "CDS"
    case = case_of(desk, on=day(75))
    assert cert(case, other)["told"] == [60, 30, 15, 10, 5] and case["ticket"] == "ST-1"
    load(desk, write, vic(900, 910), on=76)
    desk.run("warnings", "resolve", "Vic", other, "--reason", "Vist.", on=day(77))
    work(77)
    story_now = status(desk, "Vic", on=day(77))["cases"][0]
    assert story_now["closed"] == day(77)
    kinds = [e["what"] for e in story_now["events"]]
    assert kinds.count("warning") == len(found) and kinds.count("ticket") == 2  # made, closed
    assert "It waits" not in " ".join(story(story_now))
    assert [e["date"] for e in story_now["events"]] == sorted(e["date"] for e in story_now["events"])


def test_a_warning_that_has_not_left_goes_when_the_renewal_is_there(desk, write, smtp_server):
    smtp = smtp_server()
    work = writing(desk, write, smtp, vic(40), on=0)
    work(0, send=False)
    assert [m["state"] for m in desk.json("outbox", "--all")["messages"]] == ["approved"]
    load(desk, write, vic(900))
    assert [m["state"] for m in desk.json("outbox", "--all")["messages"]] == ["cancelled"]
    work(0)
    assert smtp.journal() == [] and status(desk) == []  # nobody had been told: the registry is enough
    # the same with an answer
    load(desk, write, vic(41))
    work(0, send=False)
    desk.run("mark", "Vic", "answered", "Ja ho tenen.")
    assert [m["state"] for m in desk.json("outbox", "--all")["messages"]].count("approved") == 0
    work(0)
    assert smtp.journal() == []
    assert cert(case_of(desk), "CDS")["told"] == []  # what never left was never told


def test_a_correction_with_a_ticket(desk, write, smtp_server):
    smtp = smtp_server()
    work = writing(desk, write, smtp, vic(50), on=-7)
    work(-7)
    load(desk, write, vic(54), on=-3)
    assert "talaia correction" in events(desk.load(write("again.csv", vic(55)), on=day(-2)), "changed")[0]["text"]
    load(desk, write, vic(58), on=-2)
    desk.run("correction", "Vic", "CDS", "--reason", "Tecla.", on=day(-1), expect=EXIT["input"])  # of 55 nothing was noted
    load(desk, write, vic(50), on=-1)
    load(desk, write, vic(58), on=-1)
    desk.run("correction", "Vic", "CDS", "--reason", "Tecla.", on=day(-1))
    for offset in range(28, 33):
        work(offset)
    found, _ = subjects(smtp)
    assert len(found) == 2 and len(set(found)) == 1 and f"CDS[{dmy(50)}]" in found[0]
    tickets = [t for t in story(case_of(desk, on=day(33))) if "ticket" in t.lower()]
    assert any(dmy(58) in t for t in tickets), tickets
