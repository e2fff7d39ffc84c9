"""The roles scheduler and mailer by themselves: planned, approved, woken, sent; ended and started again at any moment."""
import datetime
import os
import re
import signal
import subprocess
import threading
import time

import pytest

from conftest import TALAIA, body, copy_desk, environment, stop, until
from farm import MADRID
from mail_servers import smtp_server  # noqa: F401
from outbox import Outbox, stocked_outbox


def dmy(days):
    return (datetime.datetime.now(MADRID).date() + datetime.timedelta(days)).strftime("%d/%m/%Y")


CONTACTS = "Ens;Nom;E-mail\nAjuntament de Badalona;Oficina;p@badalona.example\nAjuntament de Vic;Oficina;v@vic.example\n"


class Serve:
    def __init__(self, box, *words):
        self.lines = []
        self.process = subprocess.Popen([TALAIA, "--config", box.desk.config, "--lang", "en", *box.words("serve", *words)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment())
        threading.Thread(target=lambda: self.lines.extend(iter(self.process.stderr.readline, "")), daemon=True).start()

    def wait_for(self, text, seconds=60):
        end = time.monotonic() + seconds
        while not any(text in line for line in self.lines):
            assert time.monotonic() < end and self.process.poll() is None, (text, self.lines)
            time.sleep(0.05)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self.lines


@pytest.fixture
def box(tmp_path, empty_desk, smtp_server):  # noqa: F811
    rows = [body(1, "Badalona, Ajuntament de", dmy(20), dmy(300)), body(2, "Vic, Ajuntament de", dmy(9), dmy(400))]
    desk = stocked_outbox(copy_desk(empty_desk, tmp_path / "desk"), tmp_path, rows, CONTACTS)
    place = desk.path / "profile" / "aoc"
    place.mkdir(parents=True)
    from conftest import MODULES
    text = (MODULES / "share/profile/aoc/profile.yaml").read_text()
    (place / "profile.yaml").write_text(text.replace("  at: '08:30'", "  at: '00:00'"))
    server = smtp_server()
    box = Outbox(desk, server.settings)
    box.server = server
    if not [p for p in box.desk.plan("--days", "0", on=None)]:
        pytest.skip("nothing goes out today: it is no working day")
    return box


def test_planned_approved_woken_sent(box):
    serve = Serve(box, "--roles", "scheduler,mailer")
    try:
        serve.wait_for("2 warnings wait for approval")
        serve.wait_for("mailer: watching")
        assert box.server.journal() == []
        began = time.monotonic()
        box.approve(on=None)
        until(lambda: len(box.server.journal()) == 2, 50)
        assert time.monotonic() - began < 45  # woken, and not at the next minute only
        serve.terminate()
        assert any("mailer: stopped" in line for line in serve.lines) and any("scheduler: stopped" in line for line in serve.lines)
    finally:
        stop(serve.process)
    assert len(box.server.journal()) == 2


def test_automatic_mode_sends_by_itself(box):
    profile = box.desk.path / "profile" / "aoc" / "profile.yaml"
    profile.write_text(profile.read_text().replace("mode: supervised", "mode: automatic"))
    serve = Serve(box, "--roles", "scheduler,mailer")
    try:
        until(lambda: len(box.server.journal()) == 2)
        serve.terminate()
    finally:
        stop(serve.process)
    serve = Serve(box, "--roles", "scheduler,mailer")  # what was told once is not planned again
    try:
        serve.wait_for("0 warnings wait for approval")
        time.sleep(1)
        serve.terminate()
    finally:
        stop(serve.process)
    assert len(box.server.journal()) == 2


def test_a_role_that_dies_is_started_again(box):
    serve = Serve(box, "--roles", "scheduler,mailer")
    try:
        serve.wait_for("mailer: watching")
        children = subprocess.run(["pgrep", "-P", str(serve.process.pid)], capture_output=True, text=True).stdout.split()
        assert len(children) == 2
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        serve.wait_for("started again in 1 s")
        until(lambda: sum("mailer: watching" in line for line in serve.lines) == 2)
        box.approve(on=None)
        until(lambda: len(box.server.journal()) == 2)
        serve.terminate()
    finally:
        stop(serve.process)
    left = subprocess.run(["pgrep", "-f", re.escape(str(box.desk.config))], capture_output=True, text=True).stdout.split()
    assert left == []
