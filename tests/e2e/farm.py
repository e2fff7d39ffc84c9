"""A farm of local endpoints (tests/servers/farm) for the tests of the sweep: its processes, and desks whose bodies live there.

Each session's farms have a network of their own in 127.0.0.0/8, so that they run beside those of others.
"""
import contextlib
import datetime
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import zoneinfo

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "servers/farm"))
import farm_start  # noqa: E402
from conftest import MODULES, Desk, body, environment, run, table

FARM = pathlib.Path(os.environ.get("TALAIA_FARM", MODULES / "tests/servers/farm/talaia-farm"))
MADRID = zoneinfo.ZoneInfo("Europe/Madrid")


class Farm:
    def __init__(self, directory, *options):
        if not FARM.exists():
            pytest.skip("talaia-farm is not built")
        self.directory, self.options, self.process = pathlib.Path(directory), options, None
        self.base = None
        self.directory.mkdir(parents=True, exist_ok=True)
        self.start()
        self.net = self.base.rsplit(".", 1)[0]
        self.cases = {c["case"]: c for c in json.loads((self.directory / "farm.json").read_text())}

    def start(self):
        self.process, self.base = farm_start.start(FARM, self.directory, "--for", "3000", *self.options, at=self.base)

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate(timeout=20)
            self.process = None

    @contextlib.contextmanager
    def away(self):
        """Nobody at home, and no DNS either."""
        self.stop()
        yield
        self.start()

    @property
    def dns(self):
        return f"{self.net}.250:5353"

    def url(self, case):
        return self.cases[case]["url"]

    def settings(self, **more):
        """What a desk needs to check this farm; `probe_minutes=0` stands for probe.minutes."""
        settings = {"net.allow": "127.0.0.0/8", "net.dns": self.dns, "trust.bundle": "", "trust.anchors":
                    self.directory / "anchors.pem", "probe.operations": "procesa"}
        settings |= {k.replace("_", ".", 1): v for k, v in more.items()}
        return [word for k, v in settings.items() if v is not None for word in ("--set", f"{k}={v}")]

    def row(self, case, days=265, name=None, identity=None):
        """A row of the registry for a case; its CDS is good for so many days from today ("" for no date)."""
        at = list(self.cases).index(case)
        cds = days if days == "" else real_day(days)
        row = body(identity or 1001 + at, name or name_of(case), cds, real_day(400), "8", str(at % 900 + 1))
        row[5] = self.url(case)
        return row

    def desk(self, path, rows, *init, **settings):
        desk = Desk(path)
        run("init", "--lang", "en", path, *self.settings(**settings), *init)
        put(desk, rows)
        return desk


def name_of(case):
    return f"{case}, Ajuntament de"


def real_day(days):
    """DD/MM/YYYY so many days from today, where the registry lives."""
    return (datetime.datetime.now(MADRID).date() + datetime.timedelta(days=days)).strftime("%d/%m/%Y")


def put(desk, rows):
    """The registry says from now on what the rows say."""
    file = desk.path / "registry.csv"
    file.write_text(table(rows), encoding="utf-8")
    return desk.load(file, "--force", on=None, expect=(0, 1))


def sweep(desk, *words, **more):
    """{body: [object per address]} of one round."""
    found = {}
    for line in desk.json("sweep", *words, on=None, **more):
        found.setdefault(line["body"], []).append(line)
    return found


class Serve:
    """`talaia serve` in the background; its lines as they come."""

    def __init__(self, desk, *words, env=None, wrap=()):
        from conftest import TALAIA
        self.lines = []
        self.process = subprocess.Popen([*wrap, TALAIA, "--config", desk.config, "serve", "--roles", "prober", *words],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                                        env=environment(**(env or {})), start_new_session=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)

    def wait_for(self, text, seconds=60):
        end = time.monotonic() + seconds
        while not any(text in line for line in self.lines):
            assert time.monotonic() < end and self.process.poll() is None, (text, self.lines, self.process.poll())
            time.sleep(0.02)
        return next(line for line in self.lines if text in line)

    def stop(self, by=signal.SIGTERM, within=10):
        """Seconds that it took; it must end well and in time."""
        began = time.monotonic()
        self.process.send_signal(by)
        try:
            code = self.process.wait(timeout=within + 30)
        finally:
            self.kill()
        took = time.monotonic() - began
        assert code == 0 and took < within, (code, took, self.lines)
        return took

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # what wraps it has it as a child
        self.process.wait(timeout=30)
        self.reader.join(timeout=30)


@contextlib.contextmanager
def listening(address, port=0, answer=None):
    """A TCP port that counts who comes: yields an object with .port and .count."""
    class Counter:
        count = 0
    counter = Counter()
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(64)
    server.settimeout(0.2)
    counter.port, done = server.getsockname()[1], threading.Event()

    def loop():
        while not done.is_set():
            with contextlib.suppress(OSError):
                peer, _ = server.accept()
                counter.count += 1
                with peer:
                    if answer is not None:
                        peer.settimeout(1)
                        peer.recv(4096)
                        peer.sendall(answer)
    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield counter
    finally:
        done.set()
        thread.join(timeout=5)
        server.close()
