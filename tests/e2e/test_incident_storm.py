"""Many things that fail at once, and what comes back: one page, one ticket, one mail for each cause, on each tracker."""
import contextlib
import http.server
import json
import re
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.request

import pytest

from conftest import faketime, until
from mail_servers import smtp_server  # noqa: F401  fixture
from oncall import Night, make_night, sink, stored, write_runbook  # noqa: F401  fixtures
from outbox import parse
from test_ticket import jira, with_jira  # noqa: F401  fixture
from watching import Clock, Watch, probes

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


def make(desk, sink, smtp_server):  # noqa: F811
    smtp = smtp_server()
    write_runbook(desk, runbook(sink))
    made = make_night(desk, *smtp.settings)
    made.smtp = smtp
    return made


@pytest.fixture
def night(desk, sink, smtp_server):  # noqa: F811
    return make(desk, sink, smtp_server)


@pytest.fixture
def nights(stored, sink, smtp_server):  # noqa: F811
    """On each store."""
    return make(stored, sink, smtp_server)


class Stoppable:
    """Pages whose server is stopped and started; meanwhile its port stays ours, and refuses. `down`: paths that fail."""

    def __init__(self):
        self.kept = socket.socket()
        self.kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.kept.bind(("127.0.0.1", 0))
        self.port, self.down, self.asked, self.server = self.kept.getsockname()[1], set(), set(), None
        self.url = f"http://127.0.0.1:{self.port}/"
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page.asked.add(self.path)
                self.send_response(503 if self.path in page.down else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size, daemon_threads = MANY, True

        self.make = lambda: Server(("127.0.0.1", self.port), Handler)
        self.start()

    def start(self):
        self.server = self.make()
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.server = None

    def close(self):
        if self.server is not None:
            self.stop()
        self.kept.close()


class Moving(Night):
    """Commands with the clock of the watch."""

    def __init__(self, desk, settings, clock, smtp):
        super().__init__(desk, settings)
        self.moving, self.smtp = clock, smtp

    def clock(self):
        return (*self.moving.wrap, "TZ=Europe/Madrid")


def texts(night):
    return [parse(m.as_bytes()).get_body(("plain",)).get_content() for m in night.smtp.mails()]


def test_a_hundred_probes_are_one_ticket_one_mail_and_few_pages(stored, sink, smtp_server, tmp_path):  # noqa: F811
    """What a hundred probes ask is stopped, under a running watch, and comes back: all but one at first."""
    smtp, page, clock = smtp_server(), Stoppable(), Clock(tmp_path / "clock", monotonic=True).at("2026-11-20T01:57:00")
    probes(stored, "".join(f"SONDA_{i:02}: {{seconds: 5, failures: 1, recoveries: 1, transitions: [{{http: '{page.url}{i:02}', timeout: 10}}]}}\n" for i in range(MANY)))
    write_runbook(stored, runbook(sink))
    night = Moving(stored, ["web.url=https://talaia.example", *smtp.settings], clock, smtp)
    watch = Watch(stored, wrap=clock.wrap)

    def incidents():
        return night.json("incident", "list", "--all")

    def closed():
        return sum(i["state"] == "closed" for i in incidents())

    try:
        until(lambda: watch.said("probes run around the clock"))
        clock.forward(5)  # all are due
        until(lambda: len(page.asked) == MANY)
        page.stop()
        clock.forward(5)
        until(lambda: len(incidents()) == MANY)
        assert len({i["leader"] for i in incidents()} - {None}) == 1, "one shared cause"
        night.go()
        assert [len(r.json["incidents"]) for r in sink.got("/hook")] == [MANY]
        clock.forward(95)
        night.go()
        [ticket] = night.json("tickets")
        night.send()
        night.go()
        first, = texts(night)
        assert len(set(re.findall(r"SONDA_\d\d", first))) == 13 and "87" in first and ticket["key"] in first
        assert {i["ticket"] for i in incidents()} == {ticket["key"]}
        shown = night.show("SONDA_99")
        assert {"ticket", "mail"} <= {e["what"] for e in shown["events"]}, "the steps of each are done"
        assert "87 more" in night.run("incident", "summary", str(shown["leader"])).out
        # Whoever takes one has them all: nobody else is woken for the same cause.
        assert str(MANY) in night.run("incident", "ack", "SONDA_42").out and "taken it already" in night.run("incident", "ack", "SONDA_07").out
        # One that fails later has another cause.
        clock.forward(300)
        night.run("incident", "open", "ALTRA", "No respon")
        night.go()
        assert len(night.json("tickets")) == 2
        night.run("incident", "close", "ALTRA", "Fals")
        # A note about one of them goes to their ticket, with its name; what all but one do when they recover does not.
        night.run("incident", "note", str(shown["id"]), "Mirant-ho")
        clock.forward(300)
        night.go()
        page.down = {"/99"}
        page.start()
        clock.forward(5)
        until(lambda: closed() == MANY)  # and ALTRA
        night.go()
        night.send()
        assert len(texts(night)) == 1, "one of them still fails"
        page.down = set()
        clock.forward(5)
        until(lambda: closed() == MANY + 1)
        night.go()
        clock.forward(125)
        night.go()
        night.send()
    finally:
        code = watch.stop()
        page.close()
    assert code == 0
    summary = night.run("incident", "summary", str(shown["leader"])).out
    assert summary.count("and 87 more") == 2 and "have recovered: the last after 1" in summary and "87 més" not in summary, summary
    recovered = [r.json for r in sink.got("/hook") if r.json["event"] == "recovered"]
    assert sorted(len(r["incidents"]) for r in recovered) in ([1, MANY], [1, 1, MANY - 1]), [len(r["incidents"]) for r in recovered]
    assert sum(n.count("fet càrrec") for n in (m["text"] for m in night.json("tickets", "show", ticket["key"])["notes"])) <= 1
    assert len(sink.got("/hook")) <= 5 and sink.got("/cap") == []
    over = texts(night)[1]
    assert len(texts(night)) == 2 and re.search(r"1[1-4] min", over), over
    notes = [n["text"] for n in night.json("tickets", "show", ticket["key"])["notes"]]
    assert len(notes) <= 6 and sum("SONDA_99 · " in n and "Mirant-ho" in n for n in notes) == 1, notes
    assert any("87" in n for n in notes), "what failed with it"
    assert sum(re.search(r"1[1-4] min", n) is not None for n in notes) <= 2, notes
    assert night.json("tickets", "show", ticket["key"])["watchers"] == ["joana"]
    assert night.go()["planned"] == 0 and len(night.json("tickets")) == 2


def test_what_comes_back_and_stays_is_told_again(nights, sink):  # noqa: F811
    """The person on call went back to bed when it recovered: whoever was told that must hear that it fails again."""
    nights.run("incident", "open", "OCSP_AOC", "No carrega")
    nights.go()
    nights.at("02:59:40").go()
    nights.send()
    nights.run("incident", "ack", "OCSP_AOC")
    nights.at("03:05").run("incident", "close", "OCSP_AOC", "Torna")
    nights.go()
    nights.send()
    nights.at("03:10").run("incident", "open", "OCSP_AOC", "Torna a no carregar")
    nights.go()
    assert len(sink.got("/hook")) == 2, "it may be a moment"
    nights.at("03:15:10").go()
    again = sink.got("/hook")[2].json
    assert again["event"] == "failed" and "03:0" not in again["title"] and "Torna a no carregar" in again["text"]
    assert nights.show()["state"] == "open", "nobody has it now"
    nights.at("03:30").go()
    assert len(sink.got("/cap")) == 1, "and it escalates"
    nights.send()
    nights.go()
    assert len(texts(nights)) == 3 and "Torna a no carregar" in texts(nights)[2]
    nights.at("03:40").run("incident", "close", "OCSP_AOC", "Ara sí")
    nights.go()
    nights.send()
    assert len(texts(nights)) == 4 and len(sink.got("/hook")) == 4 and len(sink.got("/cap")) == 2
    assert len(nights.json("tickets")) == 1 and len(nights.json("incident", "list", "--all")) == 1
    assert len({m["In-Reply-To"] for m in (parse(x.as_bytes()) for x in nights.smtp.mails())} - {None}) == 2, "one thread"


def test_in_jira_with_observers_and_related(nights, jira):  # noqa: F811
    words = with_jira(jira)
    nights.settings += [w for w in words if w != "--set"]
    for probe in ("OCSP_AOC", "ALTRA"):
        nights.run("incident", "open", probe, "No carrega")
    jira.order("POST .*/watchers", "status\t503")
    nights.go(expect=(0, 1))
    nights.at("02:59:45").go()
    nights.at("03:10:30").run("incident", "note", "1", "Mirant-ho")
    nights.run("incident", "close", "1", "Torna")
    nights.run("incident", "close", "2", "Torna")
    nights.go()
    [key] = {i["ticket"] for i in nights.json("incident", "list", "--all")}
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

    def start():
        for _ in range(5):  # a port of the kernel's may be taken before it is used
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                place = f"127.0.0.1:{s.getsockname()[1]}"
            process = subprocess.Popen(["prometheus-alertmanager", f"--config.file={tmp_path}/am.yml", f"--storage.path={tmp_path}/am",
                                        "--cluster.listen-address=", f"--web.listen-address={place}"], stderr=subprocess.DEVNULL)
            end = time.monotonic() + 30
            while process.poll() is None and time.monotonic() < end:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://{place}/-/ready", timeout=5)
                    write_runbook(night.desk, runbook(sink).replace("webhook: '" + sink.url + "/hook'", f"alertmanager: 'http://{place}'"))
                    return place, process
                time.sleep(0.1)
        raise AssertionError("Alertmanager does not start")

    place, process = start()

    def alerts(path="alerts"):
        with urllib.request.urlopen(f"http://{place}/api/v2/{path}", timeout=10) as answer:
            return json.load(answer)

    try:
        night.run("incident", "open", "OCSP_AOC", "No carrega", wrap=())
        night.run("incident", "run", wrap=())
        [alert] = alerts()
        assert alert["labels"]["probe"] == "OCSP_AOC" and alert["status"]["state"] == "active"
        assert alert["endsAt"][:10] > time.strftime("%Y-%m-%d"), "it would end in five minutes otherwise"
        night.run("incident", "open", "ALTRA", "No carrega", wrap=())
        # One that is started anew knows of nothing until it is told again, which is done every two minutes.
        process.kill()
        process.wait()
        place, process = start()
        assert alerts() == []
        pages = len(night.json("incident", "show", "1", wrap=())["pages"])
        with contextlib.closing(sqlite3.connect(night.desk.store, timeout=30)) as db, db:
            db.execute("UPDATE incident_page SET sent = sent - 121000000")
            db.execute("UPDATE probe_watcher SET at = at - 121000000 WHERE name LIKE 'told %'")
        night.run("incident", "run", wrap=())
        again = {a["labels"]["probe"]: a for a in alerts()}
        assert again["OCSP_AOC"]["startsAt"] == alert["startsAt"] and "OCSP_AOC" in again["OCSP_AOC"]["annotations"]["summary"]
        assert len(night.json("incident", "show", "1", wrap=())["pages"]) == pages, "that is no page"
        night.run("incident", "close", "ALTRA", "Torna", wrap=())
        night.run("incident", "close", "OCSP_AOC", "Torna", wrap=())
        night.run("incident", "run", wrap=())
        assert alerts() == []
    finally:
        process.terminate()
        process.wait(30)
