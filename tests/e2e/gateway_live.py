"""A desk's role gateway as integrators reach it."""
import contextlib
import datetime
import http.client
import os
import re
import signal
import sqlite3
import subprocess
import threading

import conftest
from conftest import stop
from gateway import AT, BODY, Identity, Signing, hestia, put, sent
from lxml import etree
from web import Web

NAME = "Ajuntament de Castelldefels"
RES = "http://gencat.net/scsp/esquemes/respuesta"
SERVICES = "/siri-proxy/services/"


def shift():
    """Days from the day on which the messages of gateway.py were made to today."""
    return (datetime.datetime.utcnow() - datetime.datetime.fromisoformat(AT.rstrip("Z"))).days


def identity(name=NAME, nif="P0801500J", **how):
    """Its certificate is valid today."""
    begin, end = how.pop("days", (-100, 900))
    return Identity(name, nif, days=(begin + shift(), end + shift()), **how)


def life(seconds=300, ago=5):
    """Created and Expires of a Timestamp of now."""
    begin = datetime.datetime.utcnow() - datetime.timedelta(seconds=ago)
    return tuple(t.strftime("%Y-%m-%dT%H:%M:%SZ") for t in (begin, begin + datetime.timedelta(seconds=seconds)))


_numbers = iter(range(1, 1 << 30))


def signed(who, tree=None, number=None, **how):
    """The bytes of a request with an IdPeticion of its own."""
    tree = hestia() if tree is None else tree
    put(tree, "//pet:Atributos/pet:IdPeticion", number or f"LIVE-{os.getpid()}-{next(_numbers)}")
    return sent(Signing(who, timestamp=how.pop("timestamp", None) or life(), **how).sign(tree))


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.tree = etree.fromstring(body) if body[:1] == b"<" and b"<html" not in body[:200].lower() else None

    def text(self, name):
        found = self.tree.findall(f".//{{*}}{name}")
        return found[0].text or "" if found else None

    @property
    def fault(self):
        return self.text("faultcode")

    @property
    def state(self):
        return self.text("CodigoEstado")

    @property
    def result(self):
        return self.text("CodiResultat")


class Gateway(Web):
    def __init__(self, desk, process, log):
        super().__init__(process, log)
        self.desk = desk
        self.killed = False

    def kill(self):
        """As the power does it."""
        self.killed = True
        self.process.kill()
        self.process.wait(timeout=60)

    def post(self, body, front="Sincron", headers=None, query="", connection=None):
        c = connection or http.client.HTTPConnection(self.host, timeout=60)
        c.request("POST", f"{SERVICES}{front}{query}", body,
                  {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'} | (headers or {}))
        got = c.getresponse()
        reply = Reply(got.status, got.getheaders(), got.read())
        if connection is None:
            c.close()
        return reply

    def get(self, path):
        c = http.client.HTTPConnection(self.host, timeout=60)
        c.request("GET", path)
        got = c.getresponse()
        reply = Reply(got.status, got.getheaders(), got.read())
        c.close()
        return reply

    def log_rows(self, most=10):
        """The last rows of the log, newest first, as they are kept."""
        with contextlib.closing(sqlite3.connect(self.desk.store, timeout=30)) as store:
            store.row_factory = sqlite3.Row
            return [dict(row) for row in store.execute("SELECT * FROM gateway_log ORDER BY id DESC LIMIT ?", (most,))]

    def children(self):
        done = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return {int(line.split()[0]): line.split()[1] for line in done.stdout.splitlines()}

    def child(self, name):
        return [pid for pid, what in self.children().items() if what.endswith(name)]


def authorise(desk, who, *words, body=BODY):
    """Permission for all of a product (default: HESTIA)."""
    _, certificate = who.files(desk.path / "identity")
    desk.run("gateway", "authorise", body, "--cda", certificate, "--authority", "carta del 2 de novembre", *words)


@contextlib.contextmanager
def serving(desk, *settings, wrap=()):
    log = desk.path / f"gateway-{next(_numbers)}.log"
    sets = [w for s in ("gateway.listen=127.0.0.1:0", *settings) for w in ("--set", s)]
    with open(log, "w") as errors:
        process = subprocess.Popen([*wrap, conftest.TALAIA, *map(str, desk.arguments(*sets, "serve", "--roles", "gateway"))],
                                   stdout=subprocess.DEVNULL, stderr=errors, env=conftest.environment())
    try:
        gateway = Gateway(desk, process, log)
        gateway.wait()
        yield gateway
        if not gateway.killed:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0, log.read_text()
        assert not conftest.NOISE.search(log.read_text()), log.read_text()
    finally:
        stop(process)


def all_at_once(count, work):
    """Runs work(number) in so many threads at a time; what they raise is raised here."""
    wrong = []

    def one(number):
        try:
            work(number)
        except BaseException as e:  # noqa: BLE001: told below
            wrong.append(e)
    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if wrong:
        raise wrong[0]
