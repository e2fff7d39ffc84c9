"""Tickets from the command line, on each tracker; and the suite of all trackers on a real Redmine.

What every tracker must do is tried by tests/unit/ticket (the local one and the fake Jira run there)."""
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

import onboarding
import pytest

from conftest import MODULES, ROOT, TALAIA, fake_clock, faketime, stop
from mail_servers import smtp_server  # noqa: F401
from outbox import Outbox, stocked_outbox

SUITE = pathlib.Path(TALAIA).resolve().parent / "tests/unit/ticket/test_tracker"


def served(script, *arguments):
    """Starts a server of tests/servers; (process, the address that it prints)."""
    process = subprocess.Popen([sys.executable, ROOT / "tests/servers" / script, *map(str, arguments)],
                               stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


class Jira:
    TOKEN = "secret-of-the-tests"

    def __init__(self, directory):
        self.directory = directory
        self.process, self.url = served("jira.py", "--dir", directory)

    def order(self, pattern, what, count=1):
        with open(self.directory / "faults", "a", encoding="utf-8") as f:
            f.write(f"{count}\t{what}\t{pattern}\n")

    def clear(self):
        (self.directory / "faults").write_text("")

    def carried_out(self, start):
        lines = (self.directory / "journal").read_text().splitlines() if (self.directory / "journal").exists() else []
        return [line for line in lines if line.startswith(start) and line.endswith(" done")]

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + "/rest/api/2/" + path, method=method, headers={
            "Authorization": "Bearer " + self.TOKEN, "Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            raw = answer.read()
        return json.loads(raw) if raw else None


@pytest.fixture
def jira(tmp_path):
    directory = tmp_path / "jira"
    directory.mkdir()
    server = Jira(directory)
    yield server
    stop(server.process)


def with_jira(jira, **more):
    settings = {"kind": "jira", "url": jira.url, "token": jira.TOKEN} | more
    return [word for key, value in settings.items() for word in ("--set", f"tracker.{key}={value}")]


@pytest.fixture(scope="module")
def redmine(tmp_path_factory):
    """A Redmine behind a proxy with faults; its directory holds redmine.json."""
    directory = tmp_path_factory.mktemp("redmine")
    script = ["sh", ROOT / "tests/servers/redmine.sh"]
    started = time.monotonic()
    done = subprocess.run([*script, "start", directory], capture_output=True, text=True, timeout=120,
                          env=os.environ | {"TALAIA_REDMINE_SECONDS": "3000"})
    if done.returncode == 77:
        pytest.skip("Redmine is not installed")
    assert done.returncode == 0, done.stderr
    print(f"Redmine started in {time.monotonic() - started:.1f} s")
    proxy, url = served("faulty.py", "--dir", directory, "--to", done.stdout.strip())
    yield directory, url
    stop(proxy)
    subprocess.run([*script, "stop", directory], check=True, timeout=60)


# ------------------------------------------------------------------ Redmine

def test_the_suite_of_all_trackers_on_redmine(redmine):
    directory, url = redmine
    if not SUITE.exists():
        pytest.skip("the suite is not built: ninja tests/unit/ticket/test_tracker")
    done = subprocess.run([SUITE, "redmine", url, directory], capture_output=True, text=True, errors="replace", timeout=400,
                          env=os.environ | {"TALAIA_TEST_SOURCE": str(ROOT), "TALAIA_TEST_BUILD": str(MODULES)})
    shown = done.stdout[-4000:] + done.stderr[-4000:]
    assert done.returncode == 0, shown
    assert shown.count("[       OK ]") >= 30, shown


def test_redmine_from_the_command_line(desk, redmine):
    directory, url = redmine
    facts = json.loads((directory / "redmine.json").read_text())
    copy = desk.path / "profile" / "aoc" / "profile.yaml"
    copy.parent.mkdir(parents=True)
    shipped = (ROOT / "share/profile/aoc/profile.yaml").read_text(encoding="utf-8")
    copy.write_text(shipped.replace("template: ST-8949", f"template: '{facts['template']}'")
                    .replace("{done: 10954, pending: 10956}",
                             f"{{done: {facts['queries']['done']}, pending: {facts['queries']['pending']}}}"),
                    encoding="utf-8")
    settings = ["--set", "tracker.kind=redmine", "--set", f"tracker.url={url}", "--set", "tracker.project=st",
                "--set", f"tracker.token={facts['token']}"]
    checks = desk.json("tickets", "test", *settings)["checks"]
    assert {c["result"] for c in checks.values()} == {"good"}, checks
    listed = desk.json("tickets", *settings)
    assert facts["template"] in [t["key"] for t in listed]
    shown = desk.json("tickets", "show", facts["template"], *settings)
    assert shown["summary"] == "PLANTILLA - renovació" and shown["type"] == "Support"
    board = desk.run("tickets", "dashboard", *settings, "--json", expect=1).json()["groups"]
    assert board["renewal"]["pending"]["count"] == len([t for t in listed if t["kind"] == "renewal"])
    assert board["renewal"]["done"]["count"] >= 0
    assert board["outage"]["done"]["count"] is None and "query" in board["outage"]["done"]["why"]
    wrong = desk.run("tickets", *settings, "--set", "tracker.token=0123456789", expect=6)
    assert "tracker.token" in wrong.err and "T-LOGIN" in wrong.err and "0123456789" not in wrong.err


@faketime
def test_an_incident_in_redmine(desk, redmine):
    """Made once, with its observer and its related ticket, and told what happened and that it is over."""
    directory, url = redmine
    facts = json.loads((directory / "redmine.json").read_text())
    place = desk.path / "profile" / "aoc"
    place.mkdir(parents=True)
    shipped = (ROOT / "share/profile/aoc/profile.yaml").read_text(encoding="utf-8")
    (place / "profile.yaml").write_text(shipped.replace("template: ST-8949", f"template: '{facts['template']}'"), encoding="utf-8")
    (place / "runbook.yaml").write_text("runbooks: {tot: {probes: ['*'], ticket: {observers: [Joana Prova], related: ['%s']}, steps: [{does: ticket, text: Tiquet}]}}\n"
                                        % facts["template"])
    settings = ["tracker.kind=redmine", f"tracker.url={url}", "tracker.project=st", f"tracker.token={facts['token']}"]
    words = [word for s in settings for word in ("--set", s)]

    def go(*command, clock="@2026-11-20 02:58:00", expect=0):
        return desk.run(*words, *command, on=None, wrap=fake_clock(clock, "TZ=Europe/Madrid"), expect=expect)

    go("incident", "open", "OCSP_AOC", "La pàgina no carrega")
    go("incident", "run")
    go("incident", "close", "OCSP_AOC", "Torna a respondre", clock="@2026-11-20 03:10:30")
    go("incident", "run", clock="@2026-11-20 03:10:35")
    key = go("incident", "show", "OCSP_AOC", "--json").json()["ticket"]
    request = urllib.request.Request(f"{url}/issues/{key.lstrip('#')}.json?include=journals,watchers,relations", headers={"X-Redmine-API-Key": facts["token"]})
    with urllib.request.urlopen(request, timeout=30) as answer:
        issue = json.load(answer)["issue"]
    assert "OCSP_AOC" in issue["subject"] and "La pàgina no carrega" in issue["description"]
    assert "Joana Prova" in [w["name"] for w in issue["watchers"]]
    assert int(facts["template"].lstrip("#")) in [n for r in issue["relations"] for n in (r["issue_id"], r["issue_to_id"])]
    assert [("12 min" in j["notes"] and "Torna a respondre" in j["notes"]) for j in issue["journals"] if j.get("notes")] == [True]


# ------------------------------------------------------------------ Jira

def test_jira_from_the_command_line(desk, jira):
    settings = with_jira(jira)
    checks = desk.json("tickets", "test", *settings)["checks"]
    assert {c["result"] for c in checks.values()} == {"good"}, checks
    assert checks["login"]["detail"] == "Talaia (talaia)"
    assert checks["date-field"]["detail"] == "Data Estimada (customfield_10123)"
    listed = desk.json("tickets", *settings)
    assert [t["key"] for t in listed] == ["ST-8950", "ST-8949"]
    assert desk.json("tickets", "show", "ST-8949", *settings)["labels"] == ["padro"]
    assert "ST-8949" in desk.run("tickets", "project = ST AND key = ST-8949", *settings).out
    board = desk.json("tickets", "dashboard", *settings)
    assert {cell["count"] for row in board["groups"].values() for cell in row.values()} == {0}
    assert board["since"] == "2026-11-13"
    missing = desk.run("tickets", "show", "ST-1", *settings, expect=3)
    assert "there is no ticket ST-1" in missing.err
    for words in (["tickets", "show", "../../x"], ["tickets", "show", "ST-1\nX"]):
        assert "is not the key of a ticket" in desk.run(*words, *settings, expect=3).err
    bad = desk.run("tickets", 'labels = "a" OR key = ST-1', *settings, expect=6)
    assert "Expecting either" in bad.err


@pytest.mark.parametrize("settings, check, text", [
    ({"token": "wrong-token-123"}, "login", "tracker.token"),
    ({"project": "NO"}, "project", "tracker.project"),
    ({"type": "Cap"}, "type", "tracker.type"),
    ({"date_field": "Data Inexistent"}, "date-field", "Data Inexistent"),
    ({"close": "Mai"}, "closing", "Tanca → Tancat"),
])
def test_what_is_wrong_is_named(desk, jira, settings, check, text):
    done = desk.run("tickets", "test", *with_jira(jira, **settings), "--json", expect=1)
    found = done.json()["checks"][check]
    assert found["result"] == "bad" and text in found["detail"], done.out
    assert "wrong-token-123" not in done.out
    assert "■" in desk.run("tickets", "test", *with_jira(jira, **settings), expect=1).out


def test_a_tracker_that_is_not_there(desk):
    settings = ["--set", "tracker.kind=jira", "--set", "tracker.url=http://127.0.0.1:9/", "--set", "tracker.token=x-y-z"]
    done = desk.run("tickets", *settings, expect=6)
    assert "T-NET" in done.err and "127.0.0.1:9" in done.err and "x-y-z" not in done.err
    board = desk.run("tickets", "dashboard", *settings, "--json", expect=1).json()
    assert board["groups"]["renewal"]["done"]["count"] is None
    assert "127.0.0.1:9" in board["groups"]["outage"]["pending"]["why"]
    assert "tracker.url" in desk.run("tickets", "--set", "tracker.kind=jira", expect=4).err


def test_hostile_tickets_are_shown_safely(desk, jira):
    made = jira.call("POST", "issue", {"fields": {
        "project": {"key": "ST"}, "issuetype": {"id": "10003"}, "summary": "a\u001b[31m\u202eb\u009b c".replace("\u001b", "").strip(),
        "description": "x\u202e[0m\u009d\ny"}})
    for words in (["tickets"], ["tickets", "show", made["key"]]):
        out = desk.run(*words, *with_jira(jira)).out
        assert not any(c in out for c in "\u001b\u202e\u009b\u009d"), repr(out)


# ------------------------------------------------------------------ warnings with their tickets

NOBODY = ["--set", "mail.smtp.url=smtp://127.0.0.1:9", "--set", "mail.tls=none"]


def approved(desk):
    """The day's warnings, approved."""
    desk.run("warnings", "approve", "--all", expect=(0, 1))


def test_each_warning_gets_one_ticket_here(demo):
    approved(demo)
    for _ in range(2):
        demo.run("warnings", "send", *NOBODY, expect=(0, 1))
    listed = demo.json("tickets")
    assert [t["key"] for t in listed] == [f"ST-{n}" for n in range(len(listed), 0, -1)] and len(listed) > 10
    assert all(t["kind"] == "renewal" and t["open"] and t["due"] and t["uid"] for t in listed)
    board = demo.json("tickets", "dashboard")["groups"]
    assert board["renewal"] == {"done": {"count": 0, "filter": None, "why": None},
                                "pending": {"count": len(listed), "filter": None, "why": None}}
    assert board["outage"]["pending"]["count"] == 0
    assert demo.json("tickets", "--group", "outage") == []
    shown = demo.run("tickets", "show", "ST-1")
    assert "Recordatori data d'expiració" in shown.out and "renewal" in shown.out


def test_each_warning_gets_one_ticket_in_jira(demo, jira):
    """Answers get lost, the server is busy: in the end there is one ticket for each case."""
    approved(demo)
    jira.order("^POST .*/issue$", "drop-after", 2)
    jira.order("^POST .*/issueLink$", "status 503", 1)
    settings = with_jira(jira) + NOBODY
    for _ in range(3):
        demo.run("warnings", "send", *settings, expect=(0, 1))
        jira.clear()
    made = jira.carried_out("POST /jira/rest/api/2/issue ")
    listed = [t for t in demo.json("tickets", *settings) if t["uid"]]
    assert len(made) == len(listed) == len({t["uid"] for t in listed}) > 10
    # One may still wait for its next attempt: its ticket is there, and is found then.
    keys = {m["ticket"] for m in demo.json("outbox")["messages"] if m["ticket"]}
    assert keys <= {t["key"] for t in listed} and len(keys) >= len(listed) - 1
    first = demo.json("tickets", "show", sorted(keys)[0], *settings)
    assert first["due"] == first["estimated"] and first["links"] == ["ST-8949"] and "padro" in first["labels"]


def test_a_tracker_that_is_down_keeps_warnings_waiting(demo, jira):
    approved(demo)
    stop(jira.process)
    settings = with_jira(jira) + NOBODY
    demo.run("warnings", "send", *settings, expect=(0, 1))
    waiting = demo.json("outbox", *settings)
    assert waiting["messages"] and not any(m["ticket"] for m in waiting["messages"] if m["state"] == "approved")
    assert "127.0.0.1" in demo.run("outbox", *settings, expect=(0, 1)).out


def test_the_week_of_the_dashboard_begins_with_the_report_that_was_sent(desk, tmp_path, smtp_server):  # noqa: F811
    server = smtp_server()
    box = Outbox(stocked_outbox(desk, tmp_path), [f"mail.smtp.url={server.url}", "mail.tls=none"])

    def closed(name, **more):
        box.run("warnings", "resolve", name, "--reason", "vist", **more)
        box.send(**more)

    def renewals(**more):
        board = box.json("tickets", "dashboard", **more)
        cells = board["groups"]["renewal"]
        return board["since"], cells["done"]["count"], cells["pending"]["count"]

    box.approve()
    box.send()
    pending = len(box.json("tickets"))
    assert pending >= 4 and renewals() == ("2026-11-13", 0, pending)
    closed("Ajuntament de Vic")
    assert renewals() == ("2026-11-13", 1, pending - 1)
    assert len(box.json("tickets")) == pending - 1 and len(box.json("tickets", "--all")) == pending
    box.run("report", "build", "--out", tmp_path / "r")
    box.run("report", "send")
    assert renewals() == ("2026-11-20", 0, pending - 1)
    closed("Ajuntament de Calella")
    assert renewals() == ("2026-11-20", 1, pending - 2)
    assert renewals(on="2026-11-27") == ("2026-11-20", 1, pending - 2)
    assert renewals(on="2026-12-04") == ("2026-11-20", 1, pending - 2)


# ------------------------------------------------------------------ integrations (procedure B)

def test_an_integration_from_intake_to_production_in_jira(tmp_path, empty_desk, smtp_server, jira):  # noqa: F811
    """Answers get lost, the server is busy, and in the middle it is down."""
    box, papers = onboarding.set_out(tmp_path, empty_desk, smtp_server(), [f"tracker.{k}={v}" for k, v in (
        ("kind", "jira"), ("url", jira.url), ("token", jira.TOKEN))])
    steps = []

    def between():
        steps.append(1)
        jira.clear()
        if len(steps) in (1, 4):
            jira.order("^POST .*/issue$" if len(steps) == 1 else "^POST .*/comment$", "drop-after", 1)
        elif len(steps) == 3:
            jira.order("^POST .*/comment$", "status 503", 2)
        elif len(steps) in (5, 6):
            jira.order("", "status 503", 100)
    key = onboarding.whole_way(box, papers, between)
    papers.ocsp.close()
    assert len(jira.carried_out("POST /jira/rest/api/2/issue ")) == 1 and key.startswith("ST-")
    shown = onboarding.told_once(box, key)
    assert not shown["open"] and shown["summary"].startswith("HESTIA - Ajuntament de Castelldefels")
    assert any("hi falta l'autorització" in n["text"] for n in shown["notes"])  # by whom and why it was returned
    # Its end: the provider and the body are told, and so is the ticket.
    box.desk.run("integration", "revoke", "FP-1", "--reason", "ha plegat")
    for _ in range(3):
        onboarding.hurry(box)
        box.run("warnings", "send", expect=(0, 1), noisy=True)
    assert any("ha plegat" in n["text"] for n in onboarding.told_once(box, key)["notes"])


def test_an_integration_from_intake_to_production_in_redmine(tmp_path, empty_desk, smtp_server, redmine):  # noqa: F811
    directory, url = redmine
    facts = json.loads((directory / "redmine.json").read_text())
    box, papers = onboarding.set_out(tmp_path, empty_desk, smtp_server(), [f"tracker.{k}={v}" for k, v in (
        ("kind", "redmine"), ("url", url), ("project", "st"), ("token", facts["token"]))])
    profile = box.desk.path / "profile" / "aoc" / "profile.yaml"
    profile.write_text(profile.read_text(encoding="utf-8").replace("template: ST-8949", f"template: '{facts['template']}'"),
                       encoding="utf-8")
    (directory / "faults").write_text("1\tdrop-after\t^PUT .*issues\n", encoding="utf-8")
    key = onboarding.whole_way(box, papers, often=False)
    papers.ocsp.close()
    assert not onboarding.told_once(box, key)["open"]
