"""What tests of probes share: pages and ports that a test decides about, probes.yaml, the role prober, and its rows.

    watch = Watch(desk, "--set", f"probe.heartbeat={web.url}")   # talaia serve --roles prober
    until(lambda: rows(desk, "SELECT 1 FROM probe WHERE down = 1"))
    watch.stop()
"""
import datetime
import http.server
import json
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from conftest import FAKETIME, NOISE, TALAIA, environment, run, until

LOCAL = ("--set", "net.allow=127.0.0.0/8", "--set", "trust.bundle=")


class Web:
    """A page whose status and text a test decides."""

    def __init__(self):
        self.status, self.body, self.seen, self.wait = 200, "Hola, món", 0, 0
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                web.seen += 1
                time.sleep(web.wait)
                body = web.body.encode()
                self.send_response(web.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.place = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def web():
    found = Web()
    yield found
    found.close()


@pytest.fixture
def closed():
    """An address where nobody listens, kept for us."""
    kept = socket.socket()
    kept.bind(("127.0.0.1", 0))
    yield f"127.0.0.1:{kept.getsockname()[1]}"
    kept.close()


def probes(desk, text):
    place = desk.path / "profile" / "aoc"
    place.mkdir(parents=True, exist_ok=True)
    (place / "probes.yaml").write_text(text)
    return place


def codes(desk, *names, expect=0):
    """What each showed: (outcome, code, detail), by name."""
    done = run("--config", desk.path / "talaia.yaml", *LOCAL, "--lang", "en", "probe", "run", *(names or ["--all"]), "--json", expect=expect)
    return {r["probe"]: (r["outcome"], r["code"], r["detail"]) for r in json.loads(done.out)}


def plugin(desk, *words, expect=0):
    done = subprocess.run([TALAIA, "--config", desk.config, "--lang", "en", *words], capture_output=True, text=True, timeout=60, env=environment())
    assert (done.returncode, done.stderr) == (expect, ""), (done.stdout, done.stderr)
    return done


def rows(desk, sql, *values):
    with sqlite3.connect(f"file:{desk.path}/talaia.db?mode=ro", uri=True, timeout=10) as db:
        return db.execute(sql, values).fetchall()


class Watch:
    """The role prober; `wrap`: a command before it, such as a fake clock."""

    def __init__(self, desk, *settings, wrap=(), env=None, config=None):
        self.log, self.lines = None, []
        self.process = subprocess.Popen(list(map(str, [*wrap, TALAIA, "--config", config or desk.config, *LOCAL, *settings, "serve", "--roles", "prober"])),
                                        stderr=subprocess.PIPE, text=True, env=environment(**(env or {})))
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
        self.reader.start()
        self.pid = self.process.pid

    def said(self, words):
        return [line for line in self.lines if words in line]

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.send(signal.SIGCONT)
            self.send(number)
        code = self.process.wait(60)
        self.reader.join(60)
        assert not NOISE.search("".join(self.lines)), self.lines
        return code


class Clock:
    """The clock of the world in a file: it can be set while the process runs; the monotonic one stays as it is, or goes on with it
    (`monotonic`), so that time goes by without waiting for it."""

    def __init__(self, path, monotonic=False):
        self.path, self.monotonic, self.offset = path, monotonic, 0
        self.set(0)

    def set(self, seconds):
        self.offset = seconds
        draft = self.path.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}\n")
        draft.rename(self.path)

    @property
    def wrap(self):
        return ("env", f"LD_PRELOAD={FAKETIME}", f"FAKETIME_TIMESTAMP_FILE={self.path}", "FAKETIME_NO_CACHE=1",
                *([] if self.monotonic else ["DONT_FAKE_MONOTONIC=1"]))

    def forward(self, seconds):
        self.set(self.offset + seconds)

    def at(self, when):
        """ISO, UTC: it is so now, and goes on from there."""
        self.set(round(datetime.datetime.fromisoformat(when).replace(tzinfo=datetime.timezone.utc).timestamp() - time.time()))
        return self
