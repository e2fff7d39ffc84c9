"""A sink for pages (webhook, SMS, ntfy, Matrix, Alertmanager) that answers as it is told, and a desk with a runbook.

    sink = Sink()
    sink.answers["/sms"] = [503, 200]        # one after the other, then 200
    sink.hold["/sms"] = threading.Event()    # received, and not answered until it is set
    assert [r.json["text"] for r in sink.got("/sms")] == […]
"""
import dataclasses
import http.server
import json
import threading

import pytest

import contracts

from conftest import Desk, fake_clock, run
from outbox import Outbox



@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict
    body: bytes
    json = property(lambda self: json.loads(self.body))


class Sink:
    def __init__(self):
        self.requests, self.answers, self.hold, self.came = [], {}, {}, threading.Condition()
        self.contracts, self.refused = {}, []
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, self.path, dict(self.headers), body)
                why = sink.breach(request)
                with sink.came:
                    sink.requests.append(request)
                    queue = sink.answers.get(self.path, [])
                    status = 400 if why else queue.pop(0) if queue else 200
                    sink.refused += [f"{self.path}: {why}"] if why else []
                    sink.came.notify_all()
                if self.path in sink.hold:
                    sink.hold[self.path].wait(60)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # whoever asked is dead

            do_PUT = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def breach(self, request):
        """What is wrong with it by the contract of its path (contracts.py; by its beginning), None."""
        for path, contract in self.contracts.items():
            if request.path == path or (path.endswith("…") and request.path.startswith(path[:-1])):
                try:
                    contract(request)
                except (contracts.Refused, ValueError, KeyError) as why:
                    return repr(why)
        return None

    def got(self, path):
        return [r for r in self.requests if r.path == path]

    def wait_for(self, path, count=1):
        with self.came:
            assert self.came.wait_for(lambda: len(self.got(path)) >= count, 60), self.requests

    def stop(self):
        for event in self.hold.values():
            event.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def sink():
    s = Sink()
    yield s
    s.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request, tmp_path):
    """A new desk, on each store."""
    if request.param == "sqlite":
        return request.getfixturevalue("desk")
    _, url = request.getfixturevalue("postgresql").database()
    run("init", "--lang", "en", "--set", f"store.url={url}", tmp_path / "desk")
    return Desk(tmp_path / "desk")


STEPS = """
    steps:
      - {does: ticket, text: Obre el tiquet}
      - {does: mail, text: Escriu al proveïdor}
      - does: call
        text: Truca al proveïdor
        contact: Atenció 24×7
        phone: '+34 900 000 000'
        paid: true
        warning: Número de pagament
        record: [phone, amount, statement, said]
      - {does: note, text: Anota què t'han dit}
"""


def write_runbook(desk, text):
    place = desk.path / "profile" / "aoc"
    place.mkdir(parents=True, exist_ok=True)
    (place / "runbook.yaml").write_text(text)


class Night(Outbox):
    """Commands with the clock of a night of Madrid: at("02:58")."""
    hour = "02:58:00"

    def at(self, hour):
        self.hour = hour if hour.count(":") == 2 else hour + ":00"
        return self

    def clock(self):
        return fake_clock(f"@2026-11-20 {self.hour}", "TZ=Europe/Madrid")

    def run(self, *words, **more):
        more.setdefault("wrap", self.clock())
        return self.desk.run(*self.words(*words), **({"on": None} | more))

    def go(self, expect=0):
        return self.json("incident", "run", expect=expect)

    def show(self, which="OCSP_AOC"):
        return self.json("incident", "show", which)


def make_night(desk: Desk, *settings):
    return Night(desk, ["web.url=https://talaia.example", *settings])
