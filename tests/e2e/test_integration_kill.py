"""Steps of an integration killed with SIGKILL at their system calls that write or send: each message of each step is accepted once,
the ticket is told each thing once, and permissions are there exactly while the state says so.

Approval (with what is configured after it), its messages, the revocation and its messages run once under strace, which counts the
calls; then each is killed at each of them, and goes on as people would. `make torture` does every call, the ordinary tests a sample."""
import base64
import collections
import contextlib
import os
import re
import shutil
import signal
import subprocess
import time

import pytest
import web as w
from mail_servers import smtp_server  # noqa: F401
from test_integration import box, boxed, desk, documents, papers, ready_desk  # noqa: F401  fixtures

from conftest import TALAIA, copy_desk, environment
from outbox import Outbox

CALLS = "write,writev,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,mkdir,connect,sendto,sendmsg"
TORTURE = os.environ.get("TALAIA_TORTURE") == "1"
SAMPLE = 1  # of each step
SEND = ("warnings", "send")
STEPS = [("integration", "place", "FP-1"), ("integration", "request", "FP-1"), SEND, ("integration", "approve", "FP-1"), SEND,
         ("integration", "revoke", "FP-1", "--reason", "plega"), SEND]
LETTERS = ["integration-approval-pre", "integration-pre", "integration-revoked"]

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


class Way:
    def __init__(self, place, before, server):
        self.place, self.before, self.server = place, before, server

    def fresh(self, name):
        shutil.rmtree(self.place / name, ignore_errors=True)
        self.mark = len(self.server.journal())
        return Outbox(copy_desk(self.before, self.place / name), self.server.settings)

    def traced(self, box, words, *options):  # noqa: F811
        return subprocess.run(["strace", "-f", "-qq", *options, TALAIA, *map(str, box.desk.arguments(*box.words(*words)))],
                              capture_output=True, env=environment(), timeout=120, text=True, errors="replace")

    def count(self, box, words):  # noqa: F811
        log = self.place / "calls.log"
        done = self.traced(box, words, "-e", f"trace={CALLS}", "-o", str(log))
        assert done.returncode == 0, done.stderr[-2000:]
        return collections.Counter(m[1] for line in log.read_text(errors="replace").splitlines()
                                   if (m := re.match(r"\d+\s+(\w+)\(", line)))

    def state(self, box):  # noqa: F811
        return box.desk.json("integration", "show", "FP-1")["state"]

    def go_on(self, box, words):  # noqa: F811
        """As people do who look at it: the step again when it has not happened, the next one when it stopped half-way."""
        if words == SEND:
            self.send(box)
            return
        before = {"place": "documents", "request": "filed", "approve": "approval-pre", "revoke": "pre"}[words[1]]
        if self.state(box) == before:
            box.run(*words)
        elif self.state(box) == "approved-pre":
            box.run("integration", "configure", "FP-1")

    def send(self, box):  # noqa: F811
        for _ in range(8):
            box.hurry()
            box.run(*SEND, expect=None, noisy=True)
            for m in box.list()["messages"]:
                if m["state"] == "ambiguous":
                    arrived = self.accepted()[m["uid"]]
                    box.run("warnings", "settle", m["id"], "--sent" if arrived else "--again", "--reason", "el diari del servidor")
            if {m["state"] for m in box.list()["messages"]} == {"sent"} and box.list()["ticket_jobs"] == []:
                return
        raise AssertionError(box.list())

    def accepted(self):
        return collections.Counter(j["talaia_id"] for j in self.server.journal()[self.mark:])

    def check(self, box, where):  # noqa: F811
        view = box.desk.json("integration", "show", "FP-1")
        assert sorted(m["name"] for m in view["messages"]) == LETTERS, where
        uids = [m["uid"] for m in box.list()["messages"]]
        assert self.accepted() == dict.fromkeys(uids, 1), (where, self.accepted(), uids)
        assert view["state"] == "revoked", where
        assert all(b["permissions"] == [] for b in box.desk.json("gateway", "permissions")), where
        wanted = collections.Counter(" ".join(t.split()) for (t,) in box.sql("SELECT text FROM ticket_job WHERE what = 'comment'"))
        notes = collections.Counter(" ".join(n["text"].split()) for n in box.json("tickets", "show", view["ticket"])["notes"])
        assert notes == wanted, (where, notes - wanted, wanted - notes)
        assert box.sql("SELECT count(*) FROM ticket") == [(1,)], where
        place = box.desk.path / "integracions" / view["folder"]
        assert subprocess.run(["sha256sum", "--quiet", "-c", "manifest.txt"], cwd=place).returncode == 0, where
        box.desk.run("audit", "verify")


def test_an_integration_killed_at_its_calls(tmp_path, ready_desk, papers, smtp_server):  # noqa: F811
    server = smtp_server()
    first = boxed(copy_desk(ready_desk, tmp_path / "before"), server)
    first.desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    documents(first.desk, papers)
    first.desk.run("integration", "take-back", "FP-1")
    way = Way(tmp_path, first.desk, server)
    box = way.fresh("counted")  # noqa: F811
    counts = [way.count(box, words) for words in STEPS]
    way.check(box, "uninterrupted")
    tried = 0
    total = sum(sum(c.values()) for c in counts)
    for at, counted in enumerate(counts):
        points = [(call, n) for call, count in sorted(counted.items()) for n in range(1, count + 1)]
        step = 1 if TORTURE else max(1, len(points) // SAMPLE)
        for call, n in points[at % step::step][:None if TORTURE else SAMPLE]:
            box = way.fresh("killed")
            for words in STEPS[:at]:
                box.run(*words)
            way.traced(box, STEPS[at], "-e", f"trace={CALLS}", "-e", f"inject={call}:signal=KILL:when={n}", "-o", os.devnull)
            for words in STEPS[at:]:
                way.go_on(box, words)
            way.send(box)
            way.check(box, f"{STEPS[at]}: {call} {n}")
            tried += 1
    assert tried == total or not TORTURE
    assert tried >= len(STEPS)
    print(f"{total} calls, killed at {tried} of them; 0 lost, 0 doubled")


# ------------------------------------------------------------------ documents that wait to be checked

PAPERS = [f"paper {i}.txt" for i in range(3)]


def left(desk):  # noqa: F811
    """How many of them have not become documents."""
    return len(PAPERS) - desk.query("SELECT count(*) FROM integration_file")[0][0]


def checking(desk, *options):  # noqa: F811
    """The web role under strace, until it dies or has checked all of them; then it is dead in any case."""
    words = desk.arguments("--set", "web.listen=127.0.0.1:0", "serve", "--roles", "web")
    role = subprocess.Popen(["strace", "-f", "-qq", *options, TALAIA, *map(str, words)], env=environment(), start_new_session=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while role.poll() is None and left(desk) > 0 and time.monotonic() < end:
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(role.pid, signal.SIGKILL)
    role.wait()


def test_the_web_role_killed_while_it_checks_documents(tmp_path, desk):  # noqa: F811
    """Each becomes one document, whenever it dies."""
    desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    for name in PAPERS:
        desk.query("INSERT INTO integration_waiting (integration_id, name, source, lang, bytes, base64, day, at, who, worker, taken, tries, why) "
                   f"VALUES (1, '{name}', '', 'ca', {len(name)}, '{base64.b64encode(name.encode()).decode()}', '2026-11-20', 1, 'tecla', '', "
                   "NULL, 0, '')")
    log = tmp_path / "calls.log"
    checking(copy_desk(desk, tmp_path / "counted"), "-e", f"trace={CALLS}", "-o", str(log))
    counts = collections.Counter(re.findall(r"^(\d+)\s+(\w+)\(", log.read_text(errors="replace"), re.M))  # of each thread: so strace counts
    most = collections.Counter()
    for (_, call), count in counts.items():
        most[call] = max(most[call], count)
    points = [(call, n) for call, count in sorted(most.items()) for n in range(1, count + 1)]
    tried = points if TORTURE else [p for p in points if p[0] == "pwrite64"][15::40][:3]
    assert len(tried) > 1
    remained = []
    for call, n in tried:
        shutil.rmtree(tmp_path / "killed", ignore_errors=True)
        killed = copy_desk(desk, tmp_path / "killed")
        checking(killed, "-e", f"trace={CALLS}", "-e", f"inject={call}:signal=KILL:when={n}", "-o", os.devnull)
        remained.append(left(killed))
        end = time.monotonic() + 120
        with w.serving(killed):
            while left(killed) > 0 and time.monotonic() < end:
                time.sleep(0.02)
        x = killed.json("integration", "show", "FP-1")
        assert sorted(f["name"] for f in x["files"]) == PAPERS and x["waiting"] == [], (call, n, x["files"], x["waiting"])
        assert [s["event"] for s in x["steps"]].count("file-add") == len(PAPERS), (call, n)
        killed.run("audit", "verify")
    assert max(remained) > 0  # so that something was interrupted at all
    print(f"{len(points)} calls, killed at {len(tried)} of them, {sum(r > 0 for r in remained)} times before the end; 0 lost, 0 doubled")
