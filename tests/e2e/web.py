"""A desk's role web as its users reach it: by HTTP, and by raw sockets for those who mean no good."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse

import conftest
import pytest

SCRIPTS = conftest.ROOT / "tests" / "browser"
PACKAGES = pathlib.Path(os.environ.get("TALAIA_BROWSER_PACKAGES", conftest.ROOT / "build-browser"))
PASSWORD = "cavall bateria grapa correcte"


def add_account(desk, name, role, password=PASSWORD):
    done = subprocess.run([conftest.TALAIA, *map(str, desk.arguments("account", "add", name, role))], input=password + "\n",
                          capture_output=True, text=True, timeout=60, env=conftest.environment())
    assert done.returncode == 0, done.stderr


ROLES = {"maria": "administrator", "joan": "technician", "anna": "viewer", "pere": "head", "nuria": "on-call", "pol": "technician",
         "boja": "technician"}


def staffed(desk, to, *names):
    """A copy of the desk with accounts for these people, each in the role that is theirs in all tests."""
    made = conftest.copy_desk(desk, to)
    for name in names:
        add_account(made, name, ROLES[name])
    return made


def as_(web, name="maria", password=PASSWORD):
    """A browser in which that person has logged in."""
    b = web.browser()
    b.log_in(name, password)
    return b


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.getheaders()
        self.body = response.read()

    def header(self, name):
        found = [v for k, v in self.headers if k.lower() == name.lower()]
        return found[0] if found else None

    @property
    def text(self):
        return self.body.decode("utf-8")


class Browser:
    """Keeps cookies, sends what a browser sends, follows nothing by itself."""

    def __init__(self, web):
        self.web = web
        self.cookies = {}

    def ask(self, method, path, body=None, headers=None, own=True):
        lines = {"Host": self.web.host}
        if self.cookies:
            lines["Cookie"] = self.cookies_line()
        if body is not None:
            lines["Content-Type"] = "application/x-www-form-urlencoded"
            if own:
                lines["Origin"] = f"http://{self.web.host}"
        lines |= headers or {}
        connection = self.web.connect()
        connection.request(method, path, body, {k: v for k, v in lines.items() if v is not None})
        answer = Answer(connection.getresponse())
        connection.close()
        for value in [v for k, v in answer.headers if k.lower() == "set-cookie"]:
            name, rest = value.split("=", 1)
            content = rest.split(";")[0]
            if content:
                self.cookies[name] = content
            else:
                self.cookies.pop(name, None)
        return answer

    def cookies_line(self):
        return "; ".join(f"{k}={v}" for k, v in self.cookies.items())

    def get(self, path, expect=200, **more):
        answer = self.ask("GET", path, **more)
        assert answer.status == expect, (path, answer.status, answer.body[:600])
        return answer

    def post(self, path, fields, expect=303, **more):
        answer = self.ask("POST", path, urllib.parse.urlencode(fields), **more)
        assert expect is None or answer.status == expect, (path, answer.status, answer.body[:2000])
        return answer

    def token(self, path):
        return re.search(r'name="_f" value="([^"]+)"', self.get(path).text).group(1)

    def submit(self, page, path, fields, **more):
        """A form of a page, with the token that the page gave."""
        return self.post(path, {"_f": self.token(page), **fields}, **more)

    def log_in(self, name="maria", password=PASSWORD, expect=303):
        return self.post("/entra", {"compte": name, "contrasenya": password}, expect=expect)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, **more):
        super().__init__("localhost", **more)
        self.unix = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.unix)


class Web:
    def __init__(self, process, log):
        self.process, self.log = process, log
        self.address = None

    def wait(self):
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            found = re.search(r"listening on (?:https?://(\S+)|unix:(\S+))", self.log.read_text())
            if found:
                self.host, self.unix = found.group(1) or "localhost", found.group(2)
                return
            time.sleep(0.01)
        raise AssertionError("it does not listen: " + self.log.read_text())

    def connect(self):
        if self.unix:
            return UnixConnection(self.unix, timeout=20)
        return http.client.HTTPConnection(self.host, timeout=20)

    def socket(self, source=None, seconds=20):
        host, port = self.host.rsplit(":", 1)
        return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds,
                                        source_address=(source, 0) if source else None)

    def raw(self, sent, seconds=20):
        """Everything that comes back for these bytes until the connection ends, or nothing more comes for a while."""
        with self.socket(seconds=seconds) as s:
            s.sendall(sent)
            return receive(s)

    def raw_quick(self, sent):
        """For requests that end the connection."""
        with self.socket() as s:
            s.sendall(sent)
            got = b""
            while chunk := s.recv(65536):
                got += chunk
            return got

    def browser(self):
        return Browser(self)


def receive(s, quiet=1.5):
    s.settimeout(quiet)
    got = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        while chunk := s.recv(65536):
            got += chunk
    return got


@contextlib.contextmanager
def serving(desk, *settings, on=conftest.TODAY, listen="127.0.0.1:0", lang="en", wrap=(), ends=0):
    log = desk.path / "web.log"
    sets = [w for s in (f"web.listen={listen}", *settings) for w in ("--set", s)]
    with open(log, "w") as errors:
        process = subprocess.Popen([*wrap, conftest.TALAIA, *map(str, desk.arguments(*sets, "serve", "--roles", "web", on=on, lang=lang))],
                                   stdout=subprocess.DEVNULL, stderr=errors, env=conftest.environment())
    try:
        web = Web(process, log)
        web.wait()
        yield web
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == ends, log.read_text()
        assert not conftest.NOISE.search(log.read_text()), log.read_text()
    finally:
        conftest.stop(process)


def descriptors(web):
    return len(os.listdir(f"/proc/{web.process.pid}/fd"))


def browse(script, web, home, at_least):
    """Runs a script of tests/browser against a desk that is served: so many checks, and none that fails. The packages
    that it needs are fetched once, as package-lock.json names them. Gives the checks back."""
    assert shutil.which("node") and shutil.which("chromium"), "make packages-test installs them"
    done = subprocess.run(["/usr/bin/python3", SCRIPTS / "fetch.py", PACKAGES], capture_output=True, text=True, timeout=120)
    if done.returncode != 0 and "urlopen error" in done.stderr:
        pytest.skip("the packages of the browser tests cannot be fetched from here")
    assert done.returncode == 0, done.stderr
    pictures = os.environ.get("TALAIA_PICTURES")
    done = subprocess.run(["node", SCRIPTS / script, PACKAGES, web.host, PASSWORD, *([pictures] if pictures else [])],
                          capture_output=True, text=True, timeout=300, env=os.environ | {"HOME": str(home)})
    checks = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = "\n\n".join(f"{c['name']}: {c['why']}" for c in checks if not c["ok"])
    assert not wrong and done.returncode == 0 and len(checks) >= at_least, f"{wrong}\n{done.stderr}"
    slow = ", ".join(f"{c['name']} {c['ms']} ms" for c in sorted(checks, key=lambda c: -c["ms"])[:6])
    print(f"{len(checks)} checks; slowest: {slow}")
    return checks
