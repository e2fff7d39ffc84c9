"""Each kind of check against the real thing: the farm's endpoints, our own gateway, a DNS server, nginx-sized answers; and what a probe may not do."""
import datetime
import errno
import gzip
import http.server
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

import pytest

import farm as farms
import gateway_live
from certificates import Eternity
from conftest import TALAIA, as_root, run, until
from gateway import BODY
from watching import LOCAL, closed, codes, plugin, probes, web  # noqa: F401  fixtures

# Verdicts of the farm that say nothing against a probe: of revocation an ocsp transition asks, of owners the rounds do.
FINE = {"ok", "tls-old", "expiring", "revoked", "revocation-unknown", "no-tls", "other-owner", "hosted", "owner-unknown", "no-owner", "changed", "address-differs"}
# Of several addresses all must be well: a client may meet any of them.
SEVERAL = {"one-dead": "refused", "one-hole": "timeout", "one-middlebox": "unknown-ca"}


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    made = farms.Farm(tmp_path_factory.mktemp("farm") / "farm")
    yield made
    made.stop()


def run_all(desk, *settings, expect=(0, 1)):
    done = run("--config", desk.config, *settings, "--lang", "en", "probe", "run", "--all", "--json", expect=expect)
    return {r["probe"]: r for r in json.loads(done.out)}


def test_every_endpoint_of_the_farm(desk, farm):
    """What the rounds of checks say of a server a probe of its contract says too; and of its page and its TLS what concerns them."""
    cases = {n: c for n, c in farm.cases.items() if c["url"].startswith("http")}
    text = "".join(f'{n}:\n  transitions: [{{wsdl: "{c["url"]}", timeout: 10}}]\n' for n, c in cases.items())
    for n in ("rsa", "expired", "self-signed", "wrong-host", "old-tls", "no-cipher", "plain", "refused", "not-yet"):
        text += f'TLS_{n}:\n  transitions: [{{tls: "{cases[n]["host"]}:{cases[n]["port"]}", timeout: 10}}]\n'
    for n in ("rsa", "html", "http-500", "expired", "http-404", "chunked", "truncated"):
        text += f'PAGE_{n}:\n  transitions: [{{http: "{cases[n]["url"]}", timeout: 10}}]\n'
    text += f'SOON:\n  transitions: [{{tls: "{cases["expiring"]["host"]}:{cases["expiring"]["port"]}", expiring_days: 60}}]\n'
    text += f'MISSING:\n  transitions: [{{http: "{cases["http-404"]["url"]}", status: 404}}]\n'
    probes(desk, text)
    seen = {n: r["code"] for n, r in run_all(desk, *farm.settings()).items()}
    expected = {}
    for n, c in cases.items():
        bad = [c["expect"][part] for part in ("connection", "trust", "application") if c["expect"].get(part, "ok") not in FINE | {"none", "not-checked", "unknown"}]
        expected[n] = SEVERAL.get(n, bad[0] if bad else "ok")
    late = {"dns-servfail": "dns-timeout"}  # a hundred questions at once, on a busy machine
    wrong = {n: (seen[n], code) for n, code in expected.items() if seen[n] not in (code, late.get(n)) and seen[n] not in [o.get("connection", "") if isinstance(o, dict) else o for o in cases[n]["or"]]}
    assert wrong == {}
    assert {n: seen[n] for n in seen if n[:4] in ("TLS_", "PAGE") or n.isupper()} == {
        "TLS_rsa": "ok", "TLS_expired": "expired", "TLS_self-signed": "self-signed", "TLS_wrong-host": "wrong-host", "TLS_old-tls": "tls-old", "TLS_no-cipher": "tls-failed",
        "TLS_plain": "tls-plain", "TLS_refused": "refused", "TLS_not-yet": "not-yet-valid", "PAGE_rsa": "ok", "PAGE_html": "ok", "PAGE_http-500": "status", "PAGE_expired": "expired",
        "PAGE_http-404": "status", "PAGE_chunked": "ok", "PAGE_truncated": "http-truncated", "SOON": "certificate-expiring", "MISSING": "ok"}


def test_soap_through_our_own_gateway(desk, tmp_path):
    known, stranger = gateway_live.identity(), gateway_live.identity(name="Una altra", nif="P0800001A")
    old = gateway_live.identity(days=(-400, -30))
    gateway_live.authorise(desk, known)
    place = probes(desk, "")
    for name, who in (("known", known), ("stranger", stranger), ("old", old)):
        who.files(place / name)
    shutil.copy(place / "stranger" / "key.pem", place / "known" / "other.pem")
    with gateway_live.serving(desk) as gateway:
        url = f"http://{gateway.host}{gateway_live.SERVICES}Sincron"

        def soap(name, who="known", ask="IdCites=841207329", modality="HESTIA_CITES", more="", body=BODY, key="key.pem"):
            return (f'{name}:\n  transitions:\n    - soap: {url}\n      modality: {modality}\n      body: "{body}"\n      certificate: {who}/certificate.pem\n'
                    f'      key: {who}/{key}\n      ask: ["{ask}"]\n{more}')

        probes(desk, soap("GOOD") + soap("TEXT", more="      contains: Respuesta\n") + soap("LACKS", more="      lacks: CodigoEstado\n")
               + soap("STRANGER", "stranger") + soap("OLD", "old") + soap("NOBODY", body="0800000000"))
        seen = {n: (r["outcome"], r["code"]) for n, r in run_all(desk, *LOCAL).items()}
        assert seen["GOOD"] == seen["TEXT"] == ("good", "ok") and seen["LACKS"] == ("bad", "text-present")
        assert all(seen[n][0] == "bad" and seen[n][1] in ("soap-fault", "soap-state") for n in ("STRANGER", "OLD", "NOBODY")), seen
        for text, words in ((soap("X", modality="NO_SUCH"), "there is no modality"), (soap("X", ask="NoField=1"), "NoField"), (soap("X", key="other.pem"), ""),
                            (soap("X", ask="nothing"), "NAME=VALUE"), (soap("X", key="missing.pem"), "missing.pem")):
            probes(desk, text)
            assert words in run("--config", desk.config, *LOCAL, "--lang", "en", "probe", "run", "X", expect=(3, 4, 6)).err
    probes(desk, soap("GOOD") + f'ELSE:\n  transitions: [{{soap: "{url}", modality: HESTIA_CITES, body: "{BODY}", certificate: known/certificate.pem, key: known/key.pem, ask: ["IdCites=1"]}}]\n')
    assert {r["code"] for r in run_all(desk, *LOCAL).values()} == {"refused"}, "the gateway is gone"


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def dnsmasq():
    """A real DNS server for the domain `prova`."""
    program = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin")
    assert program, "make packages-test installs it"
    many = [f"--host-record=molts.prova,192.0.2.{i}" for i in range(1, 120)]
    for _ in range(10):  # the port may be taken before it is used
        port = free_port()
        process = subprocess.Popen([program, "--keep-in-foreground", "--conf-file=/dev/null", f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv",
                                    "--no-hosts", "--user=", "--pid-file=", "--local=/prova/", "--edns-packet-max=512", "--host-record=bo.prova,192.0.2.10,2001:db8::10",
                                    "--host-record=dos.prova,192.0.2.1,192.0.2.2", "--host-record=quatre.prova,127.0.0.5",
                                    "--host-record=sis.prova,::1", "--host-record=tots.prova,127.0.0.5,::1", "--host-record=mig.prova,127.0.0.5,127.0.0.6", "--cname=alies.prova,bo.prova", *many], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while process.poll() is None and time.monotonic() < end:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    yield f"127.0.0.1:{port}"
                    process.terminate()
                    process.wait(20)
                    return
            time.sleep(0.05)
        process.kill()
        process.wait(20)
    raise AssertionError("dnsmasq does not start")


def test_names_of_a_real_server_and_of_broken_ones(desk, dnsmasq, farm, closed):  # noqa: F811
    probes(desk, """
GOOD: {transitions: [{dns: bo.prova, addresses: [192.0.2.10, "2001:DB8:0::10"]}]}
ALIAS: {transitions: [{dns: alies.prova, addresses: [192.0.2.10]}]}
WRONG: {transitions: [{dns: bo.prova, addresses: [192.0.2.99]}]}
MANY: {transitions: [{dns: molts.prova}]}
NXDOMAIN: {transitions: [{dns: ningu.prova}]}
REFUSED: {transitions: [{dns: fora.example}]}
""")
    here = ("--set", f"net.dns={dnsmasq}")
    seen = run_all(desk, *LOCAL, *here)
    assert {n: r["code"] for n, r in seen.items()} == {"GOOD": "ok", "ALIAS": "ok", "WRONG": "addresses", "MANY": "ok", "NXDOMAIN": "dns-none", "REFUSED": "dns-failed"}, seen
    assert "do not answer this question" in seen["REFUSED"]["detail"] and "192.0.2.10" in seen["WRONG"]["detail"]
    probes(desk, "".join(f'{n}: {{transitions: [{{dns: {n}.farm.test, timeout: 3}}]}}\n' for n in ("dns-none", "dns-nodata", "dns-timeout", "dns-servfail", "dns-loop")))
    assert {n: r["code"] for n, r in run_all(desk, *farm.settings()).items()} == {
        "dns-none": "dns-none", "dns-nodata": "dns-failed", "dns-timeout": "dns-timeout", "dns-servfail": "dns-failed", "dns-loop": "dns-failed"}
    probes(desk, "NOBODY: {transitions: [{dns: bo.prova, timeout: 3}]}\n")
    assert run_all(desk, *LOCAL, "--set", f"net.dns={closed}")["NOBODY"]["code"] in ("dns-failed", "dns-timeout")


def test_it_waits_as_long_as_it_says_and_no_longer(desk, web, farm):  # noqa: F811
    """Not as long as the rounds over the bodies do for each phase; and the time of the DNS is part of it."""
    web.wait = 1.5
    probes(desk, f'PATIENT: {{transitions: [{{http: "{web.url}", timeout: 30}}]}}\nHASTY: {{transitions: [{{http: "{web.url}", timeout: 1}}]}}\n')
    seen = run_all(desk, *LOCAL, "--set", "probe.seconds=4")
    assert {n: r["code"] for n, r in seen.items()} == {"PATIENT": "ok", "HASTY": "http-timeout"}, seen
    probes(desk, "NAME: {transitions: [{dns: dns-timeout.farm.test, timeout: 1}]}\n")
    [seen] = run_all(desk, *farm.settings(), "--set", "probe.seconds=100").values()
    assert seen["code"] == "dns-timeout" and "1 second" in seen["detail"], seen


def bounded():
    """A gibibyte of address space; sanitizers want terabytes of it."""
    return ("prlimit", f"--as={1 << 30}") if "asan" not in TALAIA else ()


class Flood(http.server.BaseHTTPRequestHandler):
    """A gigabyte, as it is said, or in pieces without an end."""

    def do_GET(self):
        self.send_response(200)
        chunked = self.path == "/chunked"
        self.send_header(*(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(1 << 30)) if self.path == "/length" else ("Connection", "close")))
        self.end_headers()
        piece = b"a" * 65536
        try:
            for _ in range(1 << 14):
                self.wfile.write(b"10000\r\n" + piece + b"\r\n" if chunked else piece)
        except OSError:
            pass

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


def test_a_gigabyte_and_what_is_not_ours(desk, tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Flood)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_port}"
    try:
        probes(desk, "".join(f'{n}:\n  transitions: [{{http: "{place}/{n.lower()}", max_kb: 16384, matches: "(a|aa)+$", timeout: 60}}]\n' for n in ("LENGTH", "CHUNKED", "CLOSE")))
        done = run("--config", desk.config, *LOCAL, "--lang", "en", "probe", "run", "--all", "--json", expect=1, wrap=bounded())
        assert {r["probe"]: r["code"] for r in json.loads(done.out)} == {"LENGTH": "http-huge", "CHUNKED": "http-huge", "CLOSE": "http-huge"}
    finally:
        server.shutdown()
        server.server_close()
    inside = ("127.0.0.1:80", "10.0.0.1:443", "192.168.1.1:22", "169.254.169.254:80", "[::1]:443", "[fd00::1]:443", "100.64.0.1:443", "[::ffff:10.0.0.1]:443", "0.0.0.0:80")
    probes(desk, "".join(f'P{i}:\n  transitions: [{{tcp: "{place}", timeout: 3}}]\n' for i, place in enumerate(inside))
           + 'META: {transitions: [{http: "http://169.254.169.254/latest/meta-data"}]}\n')
    seen = run_all(desk, "--set", "trust.bundle=")
    assert {r["code"] for r in seen.values()} == {"forbidden-address"} and len(seen) == len(inside) + 1


MISTAKES = [
    ("P:\n  second: 60\n  transitions: [{tcp: 'a:1'}]\n", 2, "seconds"),
    ("P:\n  seconds: 1\n  transitions: [{tcp: 'a:1'}]\n", 2, "5"),
    ("P:\n  seconds: often\n  transitions: [{tcp: 'a:1'}]\n", 2, "number"),
    ("P:\n  hours: mon-fri\n  transitions: [{tcp: 'a:1'}]\n", 2, "24x7"),
    ("P:\n  hours: mon-fry 08:00-15:00\n  transitions: [{tcp: 'a:1'}]\n", 2, "hours"),
    ("P:\n  hours: mon-fri 22:00-06:00\n  transitions: [{tcp: 'a:1'}]\n", 2, "ends before it begins"),
    ("P:\n  level: 101\n  transitions: [{tcp: 'a:1'}]\n", 2, "level"),
    ("P:\n  depends: Q\n  transitions: [{tcp: 'a:1'}]\n", 2, "Q"),
    ("P:\n  depends: P\n  transitions: [{tcp: 'a:1'}]\n", 2, "P"),
    ("P:\n  seconds: 60\n", 1, "transitions"),
    ("P:\n  transitions: []\n", 1, "transitions"),
    ("P:\n  transitions:\n    - htttp: http://a/\n", 3, "http"),
    ("P:\n  transitions:\n    - http: a.example\n", 3, "http://"),
    ("P:\n  transitions:\n    - tcp: a.example\n", 3, "HOST:PORT"),
    ("P:\n  transitions:\n    - tcp: a.example:99999\n", 3, "HOST:PORT"),
    ("P:\n  transitions:\n    - http: http://a/\n      statuss: 200\n", 4, "status"),
    ("P:\n  transitions:\n    - http: http://a/\n      status: 999\n", 4, "599"),
    ("P:\n  transitions:\n    - tcp: a:1\n      contains: x\n", 4, "contains"),
    ("P:\n  transitions:\n    - http: http://a/\n      tcp: a:1\n", 4, "another transition"),
    ("P:\n  transitions:\n    - ocsp: http://a/\n      issuer: i.pem\n      good: g.pem\n", 3, "revoked"),
    ("P:\n  transitions:\n    - soap: http://a/\n", 3, "modality"),
    ("P:\n  transitions:\n    - tcp: a:1\n    - http: http://a:99999/\n", 4, "65535"),
    ("P:\n  transitions:\n    - http: http://a:25/\n", 3, "port"),
    ("P:\n  transitions:\n    - dns: a:53\n", 3, "name of a host"),
    ("P:\n  transitions:\n    - dns: a\n      addresses: [a.example]\n", 4, "192.0.2.10"),
    ("Q:\n  transitions: [{tcp: 'a:1'}]\nP:\n  transitions:\n    - http: http://a/\n      matches: (a\n", 5, "regular expression"),
    ("P:\n  transitions:\n    - ocsp: http://a/\n      issuer: i.pem\n      good: '0x1'\n      revoked: '0x2'\n", 3, "i.pem does not exist"),
    ("P Q:\n  transitions: [{tcp: 'a:1'}]\n", 1, "name"),
    ("P:\n  transitions: [{tcp: 'a:1'}]\nP:\n  transitions: [{tcp: 'a:1'}]\n", 3, "P"),
    ("P:\n  transitions: [{tcp: 'a:1'}\n", 2, ""),
    ("P:\n\ttransitions: x\n", 2, ""),
]


def test_every_mistake_is_explained_with_its_line(desk):
    for text, line, words in MISTAKES:
        probes(desk, text)
        done = run("--config", desk.config, "--lang", "en", "config", "check", expect=(1, 4), noisy=True)
        shown = done.out + done.err
        assert f"probes.yaml:{line}:" in shown or f"line {line}" in shown, f"{text}\n{shown}"
        assert words in shown, f"{text}\n{shown}"
    # The longest chain there can be is read at once, and of a circle those are told that are part of it.
    chain = "".join(f"P{i}: {{depends: P{i + 1}, transitions: [{{tcp: 'a:1'}}]}}\n" for i in range(4999))
    probes(desk, chain + "P4999: {transitions: [{tcp: 'a:1'}]}\n")
    desk.run("config", "check")
    probes(desk, "".join(f"{a}: {{depends: {b}, transitions: [{{tcp: 'a:1'}}]}}\n" for a, b in ("AB", "BC", "CB")))
    circle = desk.run("config", "check", expect=1).out
    assert [line for line in (1, 2, 3) if f"probes.yaml:{line}:" in circle] == [2, 3], circle


class Picky:
    """Pages on 127.0.0.5 and, where there is IPv6, on ::1, with one port; `refused`: who is turned away. `asked`: who asked whom."""

    def __init__(self):
        self.refused, self.asked, self.servers = set(), set(), []
        picky = self

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def verify_request(self, request, client):
                picky.asked.add((client[0], self.server_address[0]))
                return client[0] not in picky.refused

        class Six(Server):
            address_family = socket.AF_INET6

        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        for _ in range(20):  # the port may be taken on the other address
            self.servers = [Server(("127.0.0.5", 0), Page)]
            self.port = self.servers[0].server_port
            try:
                self.servers.append(Six(("::1", self.port), Page))
                break
            except OSError as why:
                if why.errno != errno.EADDRINUSE:
                    break
                self.close()
        self.six = len(self.servers) == 2
        for server in self.servers:
            threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()

    def close(self):
        for server in self.servers:
            server.server_close()


def test_from_several_addresses_of_ours_by_name(desk, dnsmasq):
    """Names are looked up, and each address of ours asks those of its family; one that the machine has not says nothing."""
    here = ("--set", f"net.dns={dnsmasq}", "--set", "net.allow=127.0.0.0/8, ::1/128", "--set", "trust.bundle=")
    server = Picky()

    def seen(**asked):
        probes(desk, "".join(f'{n}: {{from: [{", ".join(json.dumps(a) for a in ours)}], need: {need}, transitions: [{{http: "http://{host}.prova:{server.port}/", timeout: 10}}]}}\n'
                             for n, (ours, need, host) in asked.items()))
        server.asked = set()
        return {n: (r["outcome"], r["code"], r["detail"] or "") for n, r in run_all(desk, *here).items()}

    def short(found):
        return {n: f[:2] for n, f in found.items()}

    two, lost = ["127.0.0.2", "127.0.0.3"], "192.0.2.77"
    try:
        found = seen(BOTH=(two, 2, "quatre"), NOBODY=(two, 1, "ningu"), HALF=(two, 1, "mig"), LOST=(["127.0.0.2", lost], 1, "quatre"), TSOL=([lost, "127.0.0.2"], 1, "quatre"),
                     LOSTBOTH=(["127.0.0.2", lost], 2, "quatre"), ALLLOST=([lost], 1, "quatre"))
        assert server.asked == {("127.0.0.2", "127.0.0.5"), ("127.0.0.3", "127.0.0.5")}
        assert short(found) | {"LOST": None, "TSOL": None} == {
            "BOTH": ("good", "ok"), "NOBODY": ("bad", "dns-none"), "HALF": ("bad", "refused"), "LOST": None, "TSOL": None,
            "LOSTBOTH": ("blind", "setup"), "ALLLOST": ("blind", "setup")}, found
        assert sorted(short(found)[n] for n in ("LOST", "TSOL")) == [("good", "ok"), ("good", "vantage")], "the first that is asked finds it well, or not"
        assert all(lost in d for _, c, d in found.values() if c in ("vantage", "setup")), found
        server.refused.add("127.0.0.3")
        found = seen(BOTH=(two, 2, "quatre"), ONE=(two, 1, "quatre"), MIXED=(["127.0.0.3", lost], 1, "quatre"), DEXIM=([lost, "127.0.0.3"], 1, "quatre"),
                     THREE=([lost, "127.0.0.3", "127.0.0.2"], 2, "quatre"), TWOBAD=(["127.0.0.3", lost, "127.0.0.2"], 3, "quatre"))
        assert {n: o for n, (o, _, _) in found.items()} == {"BOTH": "bad", "ONE": "good", "MIXED": "blind", "DEXIM": "blind", "THREE": "blind", "TWOBAD": "bad"}, found
        assert {c for _, c, _ in found.values()} <= {"ok", "vantage", "setup", "reset", "http-closed"} and lost in found["MIXED"][2] and lost in found["DEXIM"][2], found
        if server.six:
            server.refused.clear()
            found = seen(ALL=(["127.0.0.2", "::1"], 2, "tots"), SIX=(["::1"], 1, "sis"), FOUR=(["127.0.0.2"], 1, "sis"), MAPPED=(["127.0.0.2", "::1"], 1, "sis"))
            assert server.asked == {("127.0.0.2", "127.0.0.5"), ("::1", "::1")}
            assert {n: o for n, (o, _, _) in found.items()} == {"ALL": "good", "SIX": "good", "FOUR": "bad", "MAPPED": "good"}, found
            assert found["FOUR"][1] == "unreachable", found
    finally:
        server.close()


def test_from_several_addresses_of_ours(desk, tmp_path):
    """One line of ours that fails is not the service: it is down when fewer than `need` of them reach it."""
    refused = set()

    class Picky(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def verify_request(self, request, client):
            return client[0] not in refused

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    server = Picky(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = f"http://127.0.0.1:{server.server_port}/"
    probes(desk, f"""
ONE: {{from: [127.0.0.2, 127.0.0.3], transitions: [{{http: "{page}", timeout: 10}}]}}
BOTH: {{from: [127.0.0.2, 127.0.0.3], need: 2, transitions: [{{http: "{page}", timeout: 10}}]}}
THIRD: {{from: [127.0.0.3], transitions: [{{http: "{page}", timeout: 10}}]}}
""")

    def seen():
        return {n: (r["outcome"], r["code"]) for n, r in run_all(desk, *LOCAL).items()}

    try:
        assert set(seen().values()) == {("good", "ok")}
        refused.add("127.0.0.3")
        now = run_all(desk, *LOCAL)
        assert now["ONE"]["outcome"] == "good" and now["ONE"]["code"] in ("ok", "vantage")
        assert now["BOTH"]["outcome"] == now["THIRD"]["outcome"] == "bad" and now["BOTH"]["code"] == "reset" or now["BOTH"]["code"] == "http-closed", now
        probes(desk, f'ONE: {{from: [127.0.0.2, 127.0.0.3], transitions: [{{http: "{page}", timeout: 10}}]}}\nTURN: {{from: [127.0.0.3, 127.0.0.2], transitions: [{{http: "{page}", timeout: 10}}]}}\n')
        found = run_all(desk, *LOCAL)
        assert {r["outcome"] for r in found.values()} == {"good"}
        [named] = [r for r in found.values() if r["code"] == "vantage"]
        assert "127.0.0.3: " in named["detail"], "whichever is asked first, the one that fails is named"
        refused.add("127.0.0.2")
        assert {o for o, _ in seen().values()} == {"bad"}
    finally:
        server.shutdown()
        server.server_close()


PAGE = "Hola, món " + "a" * 3000 + "!"
ETERNAL = {"year9999": ("99991231235959Z", True), "year2050": ("20500101000000Z", True), "utc": ("391231235958Z", False),
           # Not as RFC 5280, 4.1.2.5, wants it: without Z, a month that is none, parts of a second, no seconds, another zone.
           "nozulu": ("20500101000000", True), "nodate": ("20501301000000Z", True), "parts": ("20500101000000.5Z", True), "short": ("205001010000Z", True),
           "zone": ("20500101000000+0100", True), "utcshort": ("3912312359Z", False),
           "soon": ((datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=100)).strftime("%y%m%d%H%M%SZ"), False)}


@pytest.fixture
def nginx(tmp_path):
    """A real nginx: a page as it is, gzipped whoever asks, and one port for each certificate. Its sockets are ours, so that the kernel chose them."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert program, "make packages-test installs it"
    authority, place = Eternity(tmp_path / "authority"), tmp_path / "nginx"
    (place / "pages").mkdir(parents=True)
    (place / "pages" / "page").write_text(PAGE)
    (place / "pages" / "wide").write_text(PAGE, "utf-16")
    (place / "pages" / "latin").write_text(PAGE, "latin-1")
    (place / "pages" / "packed.gz").write_bytes(gzip.compress(PAGE.encode()))
    sockets = {}
    for name in ("plain", *ETERNAL):
        sockets[name] = socket.create_server(("127.0.0.1", 0))
    ports = {name: s.getsockname()[1] for name, s in sockets.items()}
    for name, end in ETERNAL.items():
        authority.files(name, *end)
    files = authority.directory
    inside = "root pages; location / { } location = /packed { gzip_static always; } location = /gone { return 410 gone; } location = /wait { limit_rate 500; alias pages/page; }"
    servers = f"server {{ listen 127.0.0.1:{ports['plain']}; {inside} }}"
    servers += "".join(f"server {{ listen 127.0.0.1:{ports[n]} ssl; ssl_certificate {files}/{n}.pem; ssl_certificate_key {files}/{n}.key; {inside} }}\n" for n in ETERNAL)
    temporary = " ".join(f"{w}_temp_path {place}/{w};" for w in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (place / "nginx.conf").write_text(f"{'user root; ' if as_root() else ''}daemon off; pid {place}/pid; error_log stderr warn; events {{ }}\nhttp {{ access_log off; {temporary}\n{servers} }}\n")
    kept = [s.fileno() for s in sockets.values()]
    with open(place / "log", "w") as log:
        process = subprocess.Popen([program, "-p", str(place), "-c", str(place / "nginx.conf")], pass_fds=kept, stderr=log,
                                   env={"NGINX": "".join(f"{fd};" for fd in kept), "PATH": "/usr/bin:/usr/sbin"})
    yield ports, authority, lambda: process.poll() is None or (process.returncode, (place / "log").read_text())
    process.terminate()
    process.wait(20)
    for s in sockets.values():
        s.close()


def test_a_real_nginx_and_certificates_for_eternity(desk, nginx):
    ports, authority, alive = nginx
    page = f"http://127.0.0.1:{ports['plain']}"
    text = f"""
PAGE: {{transitions: [{{http: "{page}/page", status: 200, contains: "món", lacks: error, matches: "^Hola.+a!$", max_kb: 4}}]}}
GONE: {{transitions: [{{http: "{page}/gone", status: 410, contains: gone}}]}}
GONE_BAD: {{transitions: [{{http: "{page}/gone"}}]}}
MISSING: {{transitions: [{{http: "{page}/nothing"}}]}}
HUGE: {{transitions: [{{http: "{page}/page", max_kb: 2}}]}}
PATTERN: {{transitions: [{{http: "{page}/page", matches: "b!$"}}]}}
PACKED: {{transitions: [{{http: "{page}/packed"}}]}}
PACKED_TEXT: {{transitions: [{{http: "{page}/packed", contains: Hola}}]}}
PACKED_LACKS: {{transitions: [{{http: "{page}/packed", lacks: Hola}}]}}
PACKED_MATCHES: {{transitions: [{{http: "{page}/packed", matches: .}}]}}
WIDE: {{transitions: [{{http: "{page}/wide", lacks: Hola}}]}}
LATIN: {{transitions: [{{http: "{page}/latin", contains: món, matches: "^Hola, món"}}]}}
LATIN_LACKS: {{transitions: [{{http: "{page}/latin", lacks: món}}]}}
LATE: {{transitions: [{{http: "{page}/wait", timeout: 1}}]}}
"""
    text += f'ENDING: {{transitions: [{{tls: "127.0.0.1:{ports["soon"]}", warn_days: 825}}, {{http: "{page}/page"}}]}}\n'
    for name in ETERNAL:
        text += f'TLS_{name}: {{transitions: [{{tls: "127.0.0.1:{ports[name]}", expiring_days: 825}}]}}\nHTTPS_{name}: {{transitions: [{{http: "https://127.0.0.1:{ports[name]}/page", contains: Hola, expiring_days: 825}}]}}\n'
    probes(desk, text)
    seen = {n: (r["outcome"], r["code"], r["detail"]) for n, r in run_all(desk, *LOCAL, "--set", f"trust.anchors={authority.directory}/ca.pem").items()}
    assert alive() is True, alive()
    assert {n: s[:2] for n, s in seen.items() if n.isupper()} == {
        "PAGE": ("good", "ok"), "GONE": ("good", "ok"), "GONE_BAD": ("bad", "status"), "MISSING": ("bad", "status"), "HUGE": ("bad", "http-huge"), "PATTERN": ("bad", "pattern"),
        "PACKED": ("good", "ok"), "PACKED_TEXT": ("bad", "no-text"), "PACKED_LACKS": ("bad", "no-text"),
        "PACKED_MATCHES": ("bad", "no-text"), "WIDE": ("bad", "no-text"), "LATIN": ("good", "ok"), "LATIN_LACKS": ("bad", "text-present"), "ENDING": ("good", "certificate-ending"), "LATE": ("bad", "http-timeout")}
    assert re.search(r": (99|100), until \d\d/\d\d/20\d\d, and not the 825 that it should have", seen["ENDING"][2]), "kept though the page after it is well"
    assert "gzip" in seen["PACKED_LACKS"][2]
    assert "410" in seen["GONE_BAD"][2] and "404" in seen["MISSING"][2] and "2 KiB" in seen["HUGE"][2]
    wrong = ("nozulu", "nodate", "parts", "short", "zone", "utcshort")
    assert {n: s[:2] for n, s in seen.items() if not n.isupper()} == {
        f"{kind}_{n}": ("bad", "bad-chain") if n in wrong else ("bad", "certificate-expiring") if n == "soon" else ("good", "ok") for kind in ("TLS", "HTTPS") for n in ETERNAL}
    assert all(f"the dates of {n} cannot be read" in seen[f"{kind}_{n}"][2] for kind in ("TLS", "HTTPS") for n in wrong)
