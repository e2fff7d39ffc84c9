"""Many things that fail at once, and what comes back: one page, one ticket, one mail for each cause, on each tracker."""
import re
import shutil
import subprocess
import time
import urllib.request

import pytest

import contracts
from conftest import faketime
from mail_servers import smtp_server  # noqa: F401  fixture
from oncall import make_night, sink, write_runbook  # noqa: F401  fixture
from outbox import parse
from test_ticket import jira, with_jira  # noqa: F401  fixture

pytestmark = faketime
MANY = 100


def runbook(sink):
    return f"""
channels:
  sms: {{person: Guàrdia, webhook: '{sink.url}/hook'}}
  cap: {{person: Cap, webhook: '{sink.url}/cap'}}
runbooks:
  certificacio:
    probes: ['*']
    page: [{{to: [sms]}}, {{after: 15, to: [cap]}}]
    ticket: {{observers: [joana], related: [ST-8949]}}
    provider: {{name: Proveïdor, to: [suport@proveidor.example]}}
    steps: [{{does: ticket, text: Tiquet}}, {{does: mail, text: Correu}}, {{does: note, text: Anota}}]
"""


@pytest.fixture
def night(desk, sink, smtp_server):  # noqa: F811
    smtp = smtp_server()
    write_runbook(desk, runbook(sink))
    made = make_night(desk, *smtp.settings)
    made.smtp = smtp
    return made


def texts(night):
    return [parse(m.as_bytes()).get_body(("plain",)).get_content() for m in night.smtp.mails()]


def open_many(night, what="OPEN"):
    """As the watch would: a hundred incidents in half a minute. One by one takes too long for a test; each is the same gesture."""
    night.run("incident", "open", "SONDA_00", "No respon")
    if what == "OPEN":
        night.sql(f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY - 3})
            INSERT INTO incident (probe, service, target, runbook, source, seen, since, opened, opened_who, counted, again, level, acked_who, acked_how,
                closed_who, over_told, ticket, ticket_uid, ticket_ready, attempts, trouble, leader_id)
            SELECT printf('SONDA_%02d', i), '', '', runbook, source, seen, since + i * 200000, opened + i * 200000, opened_who, counted + i * 200000, 0, 0,
                '', '', '', 0, '', '', 0, 0, '', id FROM incident, n WHERE probe = 'SONDA_00'""")
    for i in (MANY - 2, MANY - 1):  # and two that join by themselves
        night.at("02:58:40").run("incident", "open", f"SONDA_{i}", "No respon")


def test_a_hundred_probes_are_one_ticket_one_mail_and_few_pages(night, sink):  # noqa: F811
    open_many(night)
    assert night.sql("SELECT count(*), count(leader_id), count(DISTINCT leader_id) FROM incident") == [(MANY, MANY - 1, 1)]
    night.at("02:58:45").go()
    assert [len(r.json["incidents"]) for r in sink.got("/hook")] == [MANY]
    night.at("02:59:45").go()
    [ticket] = night.json("tickets")
    night.send()
    [first] = texts(night)
    assert "SONDA_00" in first and "SONDA_01, SONDA_02" in first and "87" in first and ticket["key"] in first
    shown = night.show(f"SONDA_{MANY - 1}")
    assert shown["ticket"] == ticket["key"] and {"ticket", "mail"} <= {e["what"] for e in shown["events"]}, "the steps of each are done"
    # One that fails later has another cause.
    night.at("03:05").run("incident", "open", "ALTRA", "No respon")
    night.go()
    assert len(night.json("tickets")) == 2
    night.run("incident", "close", "ALTRA", "Fals")
    # A note about one of them goes to their ticket, with its name; a hundred recoveries do not.
    night.at("03:06").run("incident", "note", str(shown["id"]), "Mirant-ho")
    night.sql("UPDATE incident SET recovered = since + 600000000, closed = opened + 660000000, closed_who = 'talaia' WHERE probe LIKE 'SONDA%' AND probe <> 'SONDA_99'")
    night.at("03:10").go()
    night.send()
    assert len(texts(night)) == 1, "one of them still fails"
    night.at("03:12:40").run("incident", "close", "SONDA_99", "Torna")
    night.go()
    night.at("03:15").go()
    night.send()
    recovered = [r.json for r in sink.got("/hook") if r.json["event"] == "recovered"]
    assert sorted(len(r["incidents"]) for r in recovered) == [1, MANY]
    assert len(texts(night)) == 2 and "14 min" in texts(night)[1]
    notes = [n["text"] for n in night.json("tickets", "show", ticket["key"])["notes"]]
    assert len(notes) <= 6 and sum("SONDA_99 · " in n and "Mirant-ho" in n for n in notes) == 1, notes
    assert any("87" in n for n in notes), "what failed with it"
    assert night.json("tickets", "show", ticket["key"])["watchers"] == ["joana"]
    assert night.go()["planned"] == 0 and len(night.json("tickets")) == 2


def test_what_comes_back_and_stays_is_told_again(night, sink):  # noqa: F811
    """The person on call went back to bed when it recovered: whoever was told that must hear that it fails again."""
    night.run("incident", "open", "OCSP_AOC", "No carrega")
    night.go()
    night.at("02:59:40").go()
    night.run("incident", "ack", "OCSP_AOC")
    night.at("03:05").run("incident", "close", "OCSP_AOC", "Torna")
    night.go()
    night.send()
    night.at("03:10").run("incident", "open", "OCSP_AOC", "Torna a no carregar")
    night.go()
    assert len(sink.got("/hook")) == 2, "it may be a moment"
    night.at("03:15:10").go()
    again = sink.got("/hook")[2].json
    assert again["event"] == "failed" and "03:0" not in again["title"] and "Torna a no carregar" in again["text"]
    assert night.show()["state"] == "open", "nobody has it now"
    night.at("03:30").go()
    assert len(sink.got("/cap")) == 1, "and it escalates"
    night.send()
    assert len(texts(night)) == 3 and "Torna a no carregar" in texts(night)[2]
    night.at("03:40").run("incident", "close", "OCSP_AOC", "Ara sí")
    night.go()
    night.send()
    assert len(texts(night)) == 4 and len(sink.got("/hook")) == 4 and len(sink.got("/cap")) == 2
    assert len(night.json("tickets")) == 1 and len(night.json("incident", "list", "--all")) == 1
    assert len({m["In-Reply-To"] for m in (parse(x.as_bytes()) for x in night.smtp.mails())} - {None}) == 2, "one thread"


def test_in_jira_with_observers_and_related(night, jira):  # noqa: F811
    words = with_jira(jira)
    night.settings += [w for w in words if w != "--set"]
    for probe in ("OCSP_AOC", "ALTRA"):
        night.run("incident", "open", probe, "No carrega")
    jira.order("POST .*/watchers", "status\t503")
    night.go(expect=(0, 1))
    night.at("02:59:45").go()
    night.at("03:10:30").run("incident", "note", "1", "Mirant-ho")
    night.run("incident", "close", "1", "Torna")
    night.run("incident", "close", "2", "Torna")
    night.go()
    [key] = {i["ticket"] for i in night.json("incident", "list", "--all")}
    issue = jira.call("GET", f"issue/{key}?fields=summary,description,comment,issuelinks")
    assert "OCSP_AOC" in issue["fields"]["summary"] and "No carrega" in issue["fields"]["description"]
    assert "joana" in [w["name"] for w in jira.call("GET", f"issue/{key}/watchers")["watchers"]]
    links = issue["fields"]["issuelinks"]
    assert [(one.get("inwardIssue") or one.get("outwardIssue"))["key"] for one in links] == ["ST-8949"]
    notes = [c["body"] for c in issue["fields"]["comment"]["comments"]]
    assert [sum(words in n for n in notes) for words in ("Mirant-ho", "ALTRA", "12 min")] == [1, 1, 2], notes
    assert len(jira.carried_out("POST /jira/rest/api/2/issue ")) == 1, "one ticket, whatever failed in between"


@pytest.mark.skipif(shutil.which("prometheus-alertmanager") is None, reason="the package prometheus-alertmanager is not installed")
def test_a_real_alertmanager_knows_it_until_it_is_over(night, sink, tmp_path):  # noqa: F811
    (tmp_path / "am.yml").write_text(f"route: {{receiver: d, group_wait: 1s}}\nreceivers: [{{name: d, webhook_configs: [{{url: '{sink.url}/rebut'}}]}}]\n")
    for _ in range(5):  # a port of the kernel's may be taken before it is used
        import socket
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{s.getsockname()[1]}"
        process = subprocess.Popen(["prometheus-alertmanager", f"--config.file={tmp_path}/am.yml", f"--storage.path={tmp_path}/am", "--cluster.listen-address=",
                                    f"--web.listen-address={place}"], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://{place}/-/ready", timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        if process.poll() is None:
            break

    def alerts(path="alerts"):
        with urllib.request.urlopen(f"http://{place}/api/v2/{path}", timeout=10) as answer:
            import json
            return json.load(answer)

    try:
        write_runbook(night.desk, runbook(sink).replace("webhook: '" + sink.url + "/hook'", f"alertmanager: 'http://{place}'"))
        night.run("incident", "open", "OCSP_AOC", "No carrega", wrap=())
        night.run("incident", "run", wrap=())
        [alert] = alerts()
        assert alert["labels"]["probe"] == "OCSP_AOC" and alert["status"]["state"] == "active"
        assert alert["endsAt"][:10] > time.strftime("%Y-%m-%d"), "it would end in five minutes otherwise"
        night.run("incident", "close", "OCSP_AOC", "Torna", wrap=())
        night.run("incident", "run", wrap=())
        assert alerts() == []
    finally:
        process.terminate()
        process.wait(30)
