"""A day's sending killed with SIGKILL at its system calls that write or send: nothing is lost, nothing is doubled.

The day (approve the warnings, send them and the report; local tracker, a real SMTP server, a real Dovecot) runs once under strace,
which counts the calls. Then it is killed at each of them, started again until nothing moves any more, and what the SMTP server
wrote down, the tickets and the mailbox are counted. What is ambiguous is shown, and a person who knows the server's journal settles
it. `make torture` (TALAIA_TORTURE=1) does every call; the ordinary tests every call that goes over the network and a sample of the
rest.
"""
import collections
import os
import re
import shutil
import subprocess

import pytest

from conftest import TALAIA, TODAY, copy_desk, environment
from mail_servers import dovecot, smtp_server  # noqa: F401
from outbox import ROWS, Outbox, parse, stocked_outbox

CALLS = "write,writev,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,connect,sendto,sendmsg"
WIRE = {"connect", "sendto", "sendmsg"}
TORTURE = os.environ.get("TALAIA_TORTURE") == "1"
SAMPLE = 12  # of the calls that do not go over the network
DAY = [("warnings", "approve", "--all"), ("report", "send")]
FOLDERS = ("Renovació certificats", "Informes")
CONTACTS = """Ens;Nom;E-mail;Rol;Idioma
Ajuntament de Badalona;Oficina;padro@badalona.example;technical;ca
Ajuntament de Vic;Oficina;v@vic.example;technical;ca
"""

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


class Day:
    def __init__(self, place, desk, server, mailbox):
        self.place, self.before, self.server, self.mailbox = place, desk, server, mailbox
        self.settings = [*server.settings, *mailbox.settings]
        self.report = place / "report"

    def fresh(self, name):
        shutil.rmtree(self.place / name, ignore_errors=True)
        for folder in FOLDERS:
            for sub in ("cur", "new"):
                for mail in (self.mailbox.box("padro", folder) / sub).glob("*"):
                    mail.unlink()
        self.mark = len(self.server.journal())
        return Outbox(copy_desk(self.before, self.place / name), self.settings)

    def traced(self, box, words, *options):
        return subprocess.run(["strace", "-f", "-qq", *options, TALAIA, *map(str, box.desk.arguments(*box.words(*words)))],
                              capture_output=True, env=environment(), timeout=120, text=True, errors="replace")

    def count(self, box, words):
        """How often each kind of call occurs in an uninterrupted run."""
        log = self.place / "calls.log"
        done = self.traced(box, words, "-e", f"trace={CALLS}", "-o", str(log))
        assert done.returncode in (0, 1), done.stderr[-2000:]
        return collections.Counter(m[1] for line in log.read_text(errors="replace").splitlines()
                                   if (m := re.match(r"\d+\s+(\w+)\(", line)))

    def kill(self, box, words, call, n):
        return self.traced(box, words, "-e", f"trace={CALLS}", "-e", f"inject={call}:signal=KILL:when={n}", "-o", os.devnull)

    def accepted(self):
        return collections.Counter(j["talaia_id"] for j in self.server.journal()[self.mark:])

    def go_on(self, box):
        """Started again until nothing moves; returns how many a person had to settle."""
        settled = 0
        for _ in range(12):
            for words in DAY:
                box.run(*words, expect=None, noisy=True)
            box.hurry()
            box.run("warnings", "send", expect=None, noisy=True)
            states = {m["uid"]: m for m in box.list()["messages"]}
            for m in states.values():
                if m["state"] == "ambiguous" and m["trouble"]:
                    arrived = self.accepted()[m["uid"]]
                    box.run("warnings", "settle", m["id"], "--sent" if arrived else "--again", "--reason", "el diari del servidor")
                    settled += 1
            if {m["state"] for m in states.values()} == {"filed"}:
                return settled
        raise AssertionError({m["id"]: (m["state"], m["trouble"]) for m in states.values()})

    def check(self, box, where):
        """Each message accepted once, filed once, one ticket for each case."""
        uids = {m["uid"] for m in box.list()["messages"]}
        accepted = self.accepted()
        lost = [u for u in uids if accepted[u] == 0]
        doubled = [u for u in accepted if accepted[u] > 1 or u not in uids]
        assert not lost and not doubled, (where, lost, doubled)
        filed = collections.Counter(str(parse(mail)["X-Talaia-Id"]) for folder in FOLDERS
                                    for mail in self.mailbox.mails(folder=folder))
        assert filed == dict.fromkeys(uids, 1), (where, filed)
        tickets = box.sql("SELECT count(*), count(DISTINCT case_id), count(DISTINCT ticket) FROM message WHERE kind = 'warning'")
        made = box.sql("SELECT count(*) FROM ticket")[0][0]
        assert tickets == [(made, made, made)], (where, tickets, made)
        assert box.list()["ticket_jobs"] == []


@pytest.fixture
def the_day(tmp_path, empty_desk, smtp_server, dovecot):  # noqa: F811
    rows = [r for r in ROWS if r[0] in ("1", "4")]
    desk = stocked_outbox(copy_desk(empty_desk, tmp_path / "before"), tmp_path, rows, CONTACTS)
    server = smtp_server()
    day = Day(tmp_path, desk, server, dovecot)
    Outbox(desk, day.settings).run("report", "build", "--out", tmp_path / "report")
    box = day.fresh("first")
    for words in DAY:
        box.run(*words)
    day.check(box, "uninterrupted")
    return day


def points(counts, wanted):
    """Every n-th occurrence of each call that is to be tried."""
    rest = sum(n for call, n in counts.items() if call not in WIRE)
    step = 1 if TORTURE else max(1, rest // wanted)
    at = 0
    for call, count in sorted(counts.items()):
        for n in range(1, count + 1):
            at += call not in WIRE
            if call in WIRE or at % step == 0:
                yield call, n


def test_a_day_killed_at_its_calls(the_day):
    tried = total = settled = 0
    for i, words in enumerate(DAY):
        box = the_day.fresh("counted")
        for earlier in DAY[:i]:
            box.run(*earlier)
        counts = the_day.count(box, words)
        total += sum(counts.values())
        for call, n in points(counts, SAMPLE * (i + 1)):
            box = the_day.fresh("killed")
            for earlier in DAY[:i]:
                box.run(*earlier)
            the_day.kill(box, words, call, n)
            settled += the_day.go_on(box)
            the_day.check(box, f"{words[0]}: {call} {n}")
            tried += 1
    assert tried == total or not TORTURE
    assert tried > 2 * SAMPLE
    print(f"{total} calls, killed at {tried} of them; {settled} settled by a person; 0 lost, 0 doubled ({TODAY})")
