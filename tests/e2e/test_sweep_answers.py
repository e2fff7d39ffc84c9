"""What authorities answered is used again by the next rounds: while it is in its time, judged anew, and not for ever."""
import base64
import contextlib
import http.server
import json
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
import urllib.request

import pytest

from conftest import Desk, body, run
from farm import Farm, name_of, put, real_day, sweep

HOUR = 3600 * 10**6


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"))
    yield farm
    farm.stop()


@pytest.fixture
def make(farm, tmp_path):
    def maker(*cases, **settings):
        return farm.desk(tmp_path / "desk", [farm.row(c) for c in cases], **settings)
    return maker


def asked(farm):
    """(questions to the responder, lists fetched) since the farm began."""
    with urllib.request.urlopen(f"http://{farm.net}.2:8080/asked", timeout=5) as answer:
        counts = json.load(answer)
    return counts["ocsp"], counts["crl"]


def more(farm, before):
    return tuple(b - a for a, b in zip(before, asked(farm)))


def sql(desk, text, *values):
    with contextlib.closing(sqlite3.connect(desk.store, timeout=30)) as store:
        found = store.execute(text, values).fetchall()
        store.commit()
        return found


def trust(desk, *words):
    return {name.removesuffix(", Ajuntament de"): lines[0]["trust"]["code"] for name, lines in sweep(desk, *words).items()}


def test_a_responder_that_answered_is_not_asked_again(farm, make):
    desk = make("rsa", "ecdsa", "revoked-ocsp", "revoked-crl", "crl-only")
    wanted = {"rsa": "ok", "ecdsa": "ok", "revoked-ocsp": "revoked", "revoked-crl": "revoked", "crl-only": "ok"}
    before = asked(farm)
    assert trust(desk) == wanted
    assert more(farm, before) == (3, 1)
    before = asked(farm)
    for _ in range(3):
        assert trust(desk) == wanted
    assert trust(desk, "revoked-ocsp") == {"revoked-ocsp": "revoked"}
    assert more(farm, before) == (0, 0)
    assert sql(desk, "SELECT source, count(*) FROM revocation_answer GROUP BY source ORDER BY source") == [("crl", 1), ("ocsp", 3)]


def test_those_that_gave_nothing_of_use_are_asked_again(farm, make):
    desk = make("ocsp-garbage", "ocsp-stale", "ocsp-unknown", "ocsp-wrong-key", "crl-stale", "rsa")
    for _ in range(2):
        before = asked(farm)
        found = trust(desk)
        assert found.pop("rsa") == "ok" and set(found.values()) == {"revocation-unknown"}
        ocsp, crl = more(farm, before)
        assert ocsp >= 4 and crl == 1
    assert len(sql(desk, "SELECT 1 FROM revocation_answer")) == 1


def test_a_retry_of_a_body_that_failed_asks_nobody_again(farm, make):
    """The service answers 500 and its certificate was asked about a moment ago."""
    desk = make("http-500", "rsa")
    before = asked(farm)
    trust(desk)
    assert more(farm, before) == (2, 0)
    before = asked(farm)
    assert trust(desk, "http-500") == {"http-500": "ok"}
    assert more(farm, before) == (0, 0)


def test_not_beyond_the_next_update(farm, make):
    desk = make("rsa", "crl-only")
    trust(desk)
    sql(desk, "UPDATE revocation_answer SET next_update = ?", time.time_ns() // 1000 - 1)
    before = asked(farm)
    assert set(trust(desk).values()) == {"ok"}
    assert more(farm, before) == (1, 1)
    assert len(sql(desk, "SELECT 1 FROM revocation_answer WHERE next_update > ?", time.time_ns() // 1000)) == 2


def test_not_beyond_the_configured_age(farm, make):
    desk = make("rsa", "crl-only")
    trust(desk)
    sql(desk, "UPDATE revocation_answer SET fetched = fetched - ?", 11 * HOUR)
    before = asked(farm)
    trust(desk)
    assert more(farm, before) == (0, 0)
    sql(desk, "UPDATE revocation_answer SET fetched = fetched - ?", 2 * HOUR)
    trust(desk)
    assert more(farm, before) == (1, 1)
    # From the future, as after a clock that was put back.
    sql(desk, "UPDATE revocation_answer SET fetched = fetched + ?", 2 * HOUR)
    before = asked(farm)
    trust(desk)
    assert more(farm, before) == (1, 1)


def test_none_are_kept_when_it_is_switched_off(farm, make):
    desk = make("rsa", probe_revocation_hours="0")
    for _ in range(2):
        before = asked(farm)
        trust(desk)
        assert more(farm, before) == (1, 0)
    assert sql(desk, "SELECT count(*) FROM revocation_answer") == [(0,)]
    # What was kept before is forgotten.
    trust(desk, "--set", "probe.revocation_hours=12")
    assert sql(desk, "SELECT count(*) FROM revocation_answer") == [(1,)]
    trust(desk)
    assert sql(desk, "SELECT count(*) FROM revocation_answer") == [(0,)]


def test_stale_ones_are_forgotten_though_nobody_asks_about_them(farm, make):
    desk = make("rsa", "ecdsa")
    trust(desk)
    put(desk, [farm.row("rsa")])
    sql(desk, "UPDATE revocation_answer SET next_update = 1")
    trust(desk)
    assert sql(desk, "SELECT count(*) FROM revocation_answer") == [(1,)]


@pytest.mark.parametrize("bad", ["", "not base64 at all!", base64.b64encode(b"\x30\x03\x0a\x01\x00").decode(), "other"])
def test_what_is_kept_is_judged_anew(farm, make, bad):
    """A store that was tampered with, or damaged, makes nobody good or bad: the authority is asked."""
    desk = make("rsa", "revoked-ocsp", "crl-only")
    trust(desk)
    if bad == "other":  # the good answer about one certificate in the place of the bad one about another
        [(good,)] = sql(desk, "SELECT answer FROM revocation_answer WHERE url LIKE '%/rsa'")
        sql(desk, "UPDATE revocation_answer SET answer = ? WHERE url LIKE '%/revoked-ocsp'", good)
    else:
        sql(desk, "UPDATE revocation_answer SET answer = ?", bad)
    before = asked(farm)
    assert trust(desk) == {"rsa": "ok", "revoked-ocsp": "revoked", "crl-only": "ok"}
    assert more(farm, before) == ((1, 0) if bad == "other" else (2, 1))


def test_the_responder_goes_away_and_what_it_said_still_counts(farm, make):
    desk = make("rsa", "crl-only")
    trust(desk)
    # Only the endpoints may be reached: the responder and the list are forbidden now.
    allowed = ",".join(farm.cases[c]["address"] + "/32" for c in ("rsa", "crl-only"))
    assert set(trust(desk, "--set", f"net.allow={allowed}").values()) == {"ok"}
    sql(desk, "DELETE FROM revocation_answer")
    assert set(trust(desk, "--set", f"net.allow={allowed}").values()) == {"revocation-unknown"}


def test_they_do_not_grow_without_end(farm, make):
    desk = make("rsa", "ecdsa")
    trust(desk)
    [(row,)] = sql(desk, "SELECT count(*) FROM revocation_answer")
    sql(desk, """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                 INSERT INTO revocation_answer SELECT 'x' || i, url, source, answer, fetched - i, this_update, next_update
                 FROM n, (SELECT * FROM revocation_answer LIMIT 1)""")
    sql(desk, "DELETE FROM revocation_answer WHERE about NOT LIKE 'x%'")
    before = asked(farm)
    trust(desk)
    assert more(farm, before) == (2, 0)
    [(count, total)] = sql(desk, "SELECT count(*), sum(length(answer)) FROM revocation_answer")
    assert 1000 < count < 20000 and total <= 8 << 20
    before = asked(farm)
    trust(desk)
    assert more(farm, before) == (0, 0)  # the newest stay


def test_the_same_on_postgresql(farm, tmp_path, postgresql):
    database, url = postgresql.database()
    desk = Desk(tmp_path / "pg")
    run("init", "--lang", "en", "--set", f"store.url={url}", desk.path, *farm.settings())
    put(desk, [farm.row(c) for c in ("rsa", "revoked-ocsp", "crl-only")])
    wanted = {"rsa": "ok", "revoked-ocsp": "revoked", "crl-only": "ok"}
    before = asked(farm)
    assert trust(desk) == wanted and trust(desk) == wanted
    assert more(farm, before) == (2, 1)
    assert postgresql.sql("SELECT count(*) FROM revocation_answer", database) == "3"
    assert trust(desk, "--set", "probe.revocation_hours=0") == wanted
    assert postgresql.sql("SELECT count(*) FROM revocation_answer", database) == "0"


# --- a responder that is not ours ---

def openssl(*words, **more):
    subprocess.run(["openssl", *words], check=True, capture_output=True, **more)


class Relay:
    """A port of its own that leads to the port `to` of this machine; `came` has an entry for each connection."""
    def __init__(self):
        self.came, self.to, self.server = [], None, socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        with contextlib.suppress(OSError):
            while True:
                here, _ = self.server.accept()
                self.came.append(here)
                there = socket.create_connection(("127.0.0.1", self.to))
                threading.Thread(target=self.carry, args=(here, there), daemon=True).start()
                threading.Thread(target=self.carry, args=(there, here), daemon=True).start()

    @staticmethod
    def carry(a, b):
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def counted():
    relay = Relay()
    try:
        yield relay
    finally:
        relay.server.shutdown(socket.SHUT_RDWR)
        relay.server.close()


@contextlib.contextmanager
def responder(place, *promise):
    """`openssl ocsp` for the authority of `place`; yields its port. A port that somebody takes first is not the end."""
    for _ in range(5):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = subprocess.Popen(["openssl", "ocsp", "-port", str(port), "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem",
                                    "-rkey", "ca.key", *promise], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if any("waiting for OCSP client connections" in line for line in process.stdout):
            break
    try:
        assert process.poll() is None
        yield port
    finally:
        process.kill()
        process.wait()


class NotFound(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_):
        pass


class Handshakes(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass


@pytest.mark.parametrize("promise", [("-nmin", "30"), ()])
def test_openssl_ocsp_is_asked_once(farm, tmp_path, promise):
    """`openssl ocsp`, with and without a promise of its next update, behind a relay that counts."""
    with counted() as relay, Handshakes(("127.0.0.1", 0), NotFound) as server:
        certificates(tmp_path, relay.port)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "leaf.pem", tmp_path / "leaf.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with responder(tmp_path, *promise) as relay.to:
            row = body(1, "Poble, Ajuntament de", real_day(30), "", "8", "1")
            row[5] = f"https://127.0.0.1:{server.server_port}/padro?wsdl"
            desk = farm.desk(tmp_path / "desk", [row], trust_anchors=tmp_path / "ca.pem", probe_seconds=8)
            for _ in range(4):
                [line] = sweep(desk)["Poble, Ajuntament de"]
                assert line["trust"]["code"] == "ok", line["trust"]
                assert len(relay.came) == 1
            [(source, minutes)] = sql(desk, "SELECT source, (next_update - fetched) / 60000000 FROM revocation_answer")
            assert source == "ocsp" and (27 <= minutes <= 30 if promise else minutes == 15)
        server.shutdown()


def certificates(place, responder):
    """An authority and a leaf for 127.0.0.1 that names the responder's port."""
    (place / "leaf.ext").write_text(f"subjectAltName=IP:127.0.0.1\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:{responder}/\n"
                                    "extendedKeyUsage=serverAuth\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout")
    openssl("req", "-x509", *key, "ca.key", "-out", "ca.pem", "-subj", "/O=Mostra/CN=Mostra CA", "-days", "300", cwd=place)
    openssl("req", *key, "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf", cwd=place)
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "0x1234", "-days", "300", "-extfile",
            "leaf.ext", "-out", "leaf.pem", cwd=place)
    (place / "index.txt").write_text("V\t301231235959Z\t\t1234\tunknown\t/CN=leaf\n")
