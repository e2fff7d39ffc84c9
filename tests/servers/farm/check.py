#!/usr/bin/env python3
"""Does the farm do what its table says? Starts it, looks at every case with an oracle of its own (oracle.py) and compares.

    check.py TALAIA-FARM [--measure] [--only CASE,…]

Prints one line per finding and exits 1 when there is any. --measure: the CPU of 1,000 handshakes besides.
"""
import argparse
import base64
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import farm_start  # noqa: E402
import oracle  # noqa: E402

MANY, BAD = 70, 20
findings = []


def found(what):
    findings.append(what)
    print(what, flush=True)


def expect(condition, what):
    if not condition:
        found(what)


class Running:
    """A farm of this test's own, on a network that no other one uses."""

    def __init__(self, program, directory, *options):
        self.program, self.directory = program, pathlib.Path(directory)
        self.process, self.base = farm_start.start(program, self.directory, *options)
        self.cases = json.loads((self.directory / "farm.json").read_text())
        self.farm = oracle.Farm(self.directory, (self.base.rsplit(".", 1)[0] + ".250", 5353))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=20)
        expect(self.process.returncode == 0, f"the farm ended with {self.process.returncode}: {out}")
        return out


# --- cases ---

def verdict(expected):
    return expected["connection"], expected["trust"], expected["application"]


def good_ones(case):
    return [verdict(case["expect"])] + [verdict(o) for o in case["or"]]


def check_case(running, case):
    """[what is wrong], empty when it is as its row says."""
    wrong = []
    for address, v in oracle.look(running.farm, case):
        if "observations" in case:
            wanted = [verdict(o["expect"]) for o in case["observations"] if o["address"] == address]
        else:
            wanted = good_ones(case)
        if case["case"] == "changing":
            wanted = [("ok", "ok", "ok")]  # the first time
        if v not in wanted:
            wrong.append(f"{case['case']} ({address}): seen {'/'.join(v)}, wanted {' or '.join('/'.join(w) for w in wanted)}")
    return wrong


def check_all(running, cases):
    """All at once; what a busy machine made too slow is looked at again, alone."""
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        jobs = {pool.submit(check_case, running, c): c for c in cases}
        again = [c for job, c in jobs.items() if job.exception() is not None or job.result()]
    for c in again:
        try:
            for what in check_case(running, c):
                found(what)
        except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as e:
            found(f"{c['case']}: {e!r}")


def check_cases(running, only):
    # The slow ones first, so that the others go on beside them.
    slow = ("slow", "drip", "silent", "stuck", "hole", "timeout", "huge", "dns")
    cases = sorted(running.cases, key=lambda c: not any(s in c["case"] for s in slow))
    check_all(running, [c for c in cases if not only or c["case"] in only])


def case_of(running, name):
    return next(c for c in running.cases if c["case"] == name)


def body_of(running, name):
    c = case_of(running, name)
    with oracle.handshake(c["address"], c["port"], c["host"]) as s:
        return oracle.get(s, urllib.parse.urlsplit(c["url"]))[2]


def check_details(running):
    """What three codes do not show."""
    rsa, slow, tls13 = (case_of(running, n) for n in ("rsa", "slow-handshake", "tls13"))
    text = oracle.run(["openssl", "x509", "-in", running.directory / "rsa.pem", "-noout", "-text"])[1]
    for part in (f"VATES-{rsa['nif']}", rsa["body"], "DNS:rsa.farm.test", "Policy: 2.23.140.1.2.2", "Policy: 2.16.724.1.3.5.5.2",
                 "OCSP - URI:http://", "CA Issuers - URI:http://", "TLS Web Server Authentication", "(2048 bit)"):
        expect(part in text, f"rsa: its certificate lacks {part}")
    wrong = case_of(running, "wrong-body")
    text = oracle.run(["openssl", "x509", "-in", running.directory / "wrong-body.pem", "-noout", "-subject"])[1]
    expect(wrong["nif"] != wrong["certificate_nif"] and wrong["certificate_nif"] in text, "wrong-body: the NIF is the body's own")
    expect(len({c["nif"] for c in running.cases}) == len(running.cases), "two bodies have the same NIF")
    bodies = {body_of(running, "changing") for _ in range(3)}
    expect(len(bodies) == 3, "changing: the WSDL is the same")
    expect(body_of(running, "no-gzip") == body_of(running, "no-gzip"), "no-gzip: the WSDL changes")
    with oracle.handshake(slow["address"], slow["port"], slow["host"]) as s:
        expect(2 < s.handshake_seconds < 6, f"slow-handshake: {s.handshake_seconds:.1f} s")
    issuer = oracle.http_plain(f"http://{running.base.rsplit('.', 1)[0]}.2:8080/ca/intermediate.cer")[1]
    expect(ssl.DER_cert_to_PEM_cert(issuer) == (running.directory / "intermediate.pem").read_text(), "caIssuers is another certificate")
    out = oracle.run(["openssl", "s_client", "-connect", f"{tls13['address']}:8443", "-reconnect"])[1]
    expect("Reused," not in out and "New," in out, "a session was taken up again")
    check_resumption(rsa)


def check_resumption(case):
    """TLS 1.2 sessions are not kept, so every handshake is a full one."""
    context = oracle.context_for(False)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    session = None
    for turn in range(2):
        with socket.create_connection((case["address"], case["port"]), timeout=5) as s:
            with context.wrap_socket(s, server_hostname=case["host"], session=session) as t:
                expect(not t.session_reused, f"turn {turn}: a session was taken up again")
                session = t.session


def check_bytewise(running):
    """The slow handshake really comes in small pieces."""
    case = case_of(running, "slow-handshake")
    context = oracle.context_for(False)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls, pieces = context.wrap_bio(incoming, outgoing, server_hostname=case["host"]), 0
    with socket.create_connection((case["address"], case["port"]), timeout=10) as s:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                s.sendall(outgoing.read())
                incoming.write(s.recv(100000))
                pieces += 1
    expect(pieces > 200, f"slow-handshake: only {pieces} pieces")


def check_status(running):
    """The GET form of OCSP; rude questions do no harm."""
    host, d = running.base.rsplit(".", 1)[0] + ".2", running.directory
    oracle.run(["openssl", "ocsp", "-issuer", d / "intermediate.pem", "-cert", d / "revoked.pem", "-no_nonce", "-reqout", d / "request.der"])
    question = (d / "request.der").read_bytes()
    for text in (base64.b64encode(question).decode(), urllib.parse.quote(base64.b64encode(question), safe="")):
        status, answer = oracle.http_plain(f"http://{host}:8080/ocsp/revoked/{text}")
        (d / "answer.der").write_bytes(answer)
        out = oracle.run(["openssl", "ocsp", "-issuer", d / "intermediate.pem", "-cert", d / "revoked.pem", "-no_nonce", "-respin", d / "answer.der",
                          "-CAfile", d / "anchors.pem"])[1]
        expect(status == 200 and "revoked.pem: revoked" in out and "verify OK" in out, f"OCSP over GET: {status} {out}")
        other = oracle.http_plain(f"http://{host}:8080/ocsp/rsa/{text}")[1]
        (d / "answer.der").write_bytes(other)
        out = oracle.run(["openssl", "ocsp", "-issuer", d / "intermediate.pem", "-cert", d / "revoked.pem", "-no_nonce", "-respin", d / "answer.der",
                          "-CAfile", d / "anchors.pem"])[1]
        expect("revoked.pem: unknown" in out, f"OCSP of another case's certificate: {out}")
    for path in ("/", "/ocsp/", "/ocsp/rsa/", "/ocsp/rsa/@@@", "/ocsp/rsa/AAAA", "/ocsp/rsa/" + "A" * 9000, "/ocsp/nobody/AAAA", "/crl/../x", "x"):
        oracle.http_plain(f"http://{host}:8080/{path}")
    for rude in (b"POST /ocsp/rsa HTTP/1.1\r\nContent-Length: 5\r\n\r\n\x30\x82\xff\xff\0", b"\r\n\r\n", b"POST\r\n\r\n", os.urandom(20000),
                 b"POST /ocsp/rsa HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n" + question):
        with socket.create_connection((host, 8080), timeout=3) as s:
            try:  # it may have cut the rude one off already, at any of these calls
                s.sendall(rude)
                s.shutdown(socket.SHUT_WR)
                s.recv(100000)
            except (ConnectionError, OSError) as cut:
                expect(not isinstance(cut, TimeoutError), "a rude question is left hanging")


def check_sni(running):
    c = case_of(running, "sni")
    for name in ("other.farm.test", None):
        try:
            with socket.create_connection((c["address"], c["port"]), timeout=5) as s:
                context = oracle.context_for(False)
                context.wrap_socket(s, server_hostname=name).close()
            found(f"sni: {name} is served")
        except ssl.SSLError as e:
            expect(e.reason == "TLSV1_UNRECOGNIZED_NAME", f"sni: {e.reason}")


def check_dns(running):
    dns = running.farm.dns
    expect(oracle.dns_ask(dns, "nobody.farm.test", 1) == (3, []), "dns: an unknown name exists")
    expect(oracle.dns_ask(dns, "example.org", 1) == (3, []), "dns: a foreign name exists")
    expect(oracle.dns_ask(dns, "RSA.Farm.Test", 28) == (0, []), "dns: AAAA of rsa")
    expect(oracle.dns_ask(dns, "m0071.many.test", 1) == (3, []), "dns: one too many")
    loop = oracle.dns_ask(dns, "dns-loop.farm.test", 1)
    one, two = "dns-loop.farm.test", "other.dns-loop.farm.test"
    expect(loop == (0, [(5, (one, two)), (5, (two, one))]), f"dns-loop: {loop}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.3)
        for junk in (b"", b"\0", bytes(12), bytes(11) + b"\1" + b"\x3fabc", os.urandom(300), b"\x12\x34\x01\0\0\1" + bytes(6) + b"\xc0\x0c\0\1\0\1"):
            s.sendto(junk, dns)
    expect(oracle.dns_ask(dns, "rsa.farm.test", 1)[0] == 0, "dns: silent after junk")


# --- the process ---

def check_many(running):
    many = json.loads((running.directory / "many.json").read_text())
    urls = (running.directory / "many.txt").read_text().split()
    kinds = collections.Counter(c["case"] for c in many)
    expect(len(many) == MANY and urls == [c["url"] for c in many], "many: many.txt and many.json differ")
    expect(MANY - kinds["many"] == MANY * BAD // 100 and all(n == 2 for k, n in kinds.items() if k != "many"), f"many: {kinds}")
    expect(len({c["address"] for c in many}) == MANY, "many: addresses repeat")
    check_all(running, many[:35])


def check_registry(running):
    path = running.directory / "registry.csv"
    code, out = oracle.run([running.program, "registry", running.directory, path, "--many", "3"])
    expect(code == 0, f"registry: {out}")
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f, delimiter=";"))
    expect(list(rows[0]) == "ID;DESCRIPCIO;CODI_PROVINCIA;CODI_MUNICIPI;PLATAFORMA;URL_WSDL;DATA_CDS;DATA_CDA".split(";"), "registry: header")
    expect([r["URL_WSDL"] for r in rows[:-3]] == [c["url"] for c in running.cases], "registry: other addresses than farm.json")
    expect(len({r["ID"] for r in rows}) == len(rows) == len({r["DESCRIPCIO"] for r in rows}), "registry: rows repeat")
    expect(all(re.fullmatch(r"\d\d/\d\d/\d{4}", r[k]) for r in rows for k in ("DATA_CDS", "DATA_CDA")), "registry: dates")


def check_ends(program, directory):
    start = time.monotonic()
    code, out = oracle.run([program, "serve", directory, "--for", "1"])
    expect(code == 0 and 0.9 < time.monotonic() - start < 15, f"--for: {code} {out}")
    code, out = oracle.run([program, "serve", directory, "--base", "127.3.3.0"])
    expect(code == 3 and "make it again" in out, f"another base: {code} {out}")
    for wrong in (["serve"], ["serve", directory, "--base", "10.0.0.0"], ["serve", directory, "--many", "x"]):
        expect(oracle.run([program, *wrong])[0] != 0, f"{wrong} is taken")


def check_load(running):
    """Three hundred at once, and the farm is the same afterwards."""
    c = case_of(running, "ecdsa")
    sockets = [socket.create_connection((c["address"], c["port"]), timeout=5) for _ in range(300)]
    for s in sockets[::2]:
        s.sendall(os.urandom(200))
    for s in sockets:
        s.close()
    expect(oracle.fetch(running.farm, c, c["address"], c["url"]) == ("ok", "ok"), "ecdsa fails after 300 rude clients")


def measure(running):
    """CPU of the farm per full handshake and request, driven by `openssl s_time`."""
    for name, options in (("rsa", ["-tls1_3"]), ("rsa", ["-tls1_2"]), ("ecdsa", ["-tls1_3"])):
        c = case_of(running, name)
        before = cpu_of(running.process.pid)
        out = oracle.run(["openssl", "s_time", "-new", "-connect", f"{c['address']}:{c['port']}", "-time", "3", "-www", "/padro", *options])[1]
        n = int(re.search(r"(\d+) connections in \d+ real", out).group(1))
        print(f"{name} {options[0]}: {n} handshakes with request, {(cpu_of(running.process.pid) - before) * 1000 / n:.3f} CPU-s per 1,000")


def cpu_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="farm-") as directory:
        running = Running(options.program, directory, "--many", str(MANY), "--bad", str(BAD), "--for", "110")
        try:
            only = set(filter(None, options.only.split(",")))
            start = time.monotonic()
            check_cases(running, only)
            if not only:
                for check in (check_details, check_bytewise, check_status, check_sni, check_dns, check_many, check_registry, check_load):
                    check(running)
            print(f"{len(running.cases)} cases in {time.monotonic() - start:.1f} s, {len(findings)} findings")
            if options.measure:
                measure(running)
        finally:
            print(running.stop().strip())
        if not only:
            check_ends(options.program, directory)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
