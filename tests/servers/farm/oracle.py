"""What an endpoint really does, seen with raw sockets, Python's ssl and the openssl command: the farm's own code has no part in it.

look(case) gives three codes in the words of src/core/verdict.h.
"""
import dataclasses
import errno
import pathlib
import re
import socket
import ssl
import subprocess
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

CONNECT_SECONDS = 1.5
HANDSHAKE_SECONDS = 7  # the slow handshake takes three
ANSWER_SECONDS = 6     # the slow body takes two
MOST_BODY = 1 << 20
MOST_HEADER = 256 << 10
MOST_REDIRECTS = 5
EXPIRING_DAYS = 60
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


class Seen(Exception):
    """An end: the code of the connection or of the application."""


@dataclasses.dataclass
class Farm:
    directory: pathlib.Path
    dns: tuple  # address, port

    @property
    def anchors(self):
        return self.directory / "anchors.pem"


def run(command, seconds=30, stdin=b""):
    p = subprocess.run([str(c) for c in command], input=stdin, capture_output=True, timeout=seconds)
    return p.returncode, (p.stdout + p.stderr).decode("utf-8", "replace")


# --- DNS ---

def dns_name(packet, at):
    """The name there, following pointers backwards."""
    labels = []
    while packet[at] != 0:
        if packet[at] & 0xc0:
            to = int.from_bytes(packet[at:at + 2], "big") & 0x3fff
            assert to < at, "a pointer forwards"
            at = to
        else:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode())
            at += 1 + packet[at]
    return ".".join(labels)


def dns_ask(server, name, kind, seconds=1.0):
    """(rcode, [(type, data)]); None when nobody answers. Of a CNAME the data is (owner, target)."""
    question = b"\x12\x34\x01\x00\x00\x01" + bytes(6)
    question += b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    question += kind.to_bytes(2, "big") + b"\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(seconds)
        s.sendto(question, server)
        try:
            answer, sender = s.recvfrom(4096)
        except TimeoutError:
            return None
    assert sender == server and answer[:2] == question[:2] and answer[2] & 0x80, "no answer to the question"
    assert answer[12:len(question)] == question[12:], "the question does not come back"
    at, records = len(question), []
    for _ in range(int.from_bytes(answer[6:8], "big")):
        assert answer[at] & 0xc0 == 0xc0, "names are pointers here"
        size = int.from_bytes(answer[at + 10:at + 12], "big")
        kind_seen, data = int.from_bytes(answer[at + 2:at + 4], "big"), answer[at + 12:at + 12 + size]
        records.append((kind_seen, (dns_name(answer, at), dns_name(answer, at + 12)) if kind_seen == 5 else data))
        at += 12 + size
    assert at == len(answer), "bytes after the last record"
    return answer[3] & 15, records


def resolve(farm, host):
    """The addresses of the host, or Seen."""
    found = []
    for kind, family in ((1, socket.AF_INET), (28, socket.AF_INET6)):
        answer = dns_ask(farm.dns, host, kind)
        if answer is None:
            raise Seen("dns-timeout")
        rcode, records = answer
        if rcode == 3:
            raise Seen("dns-none")
        if rcode != 0:
            raise Seen("dns-failed")
        found += [socket.inet_ntop(family, data) for t, data in records if t == kind]
    if not found:
        raise Seen("dns-failed")
    if any(not a.startswith("127.") for a in found):
        raise Seen("forbidden-address")
    return found


# --- TCP and TLS ---

def connect(address, port):
    s = socket.socket()
    s.settimeout(CONNECT_SECONDS)
    try:
        s.connect((address, port))
    except OSError as e:
        s.close()
        codes = {errno.ECONNREFUSED: "refused", errno.ENETUNREACH: "unreachable", errno.ECONNRESET: "reset"}
        raise Seen("timeout" if isinstance(e, TimeoutError) else codes.get(e.errno, repr(e))) from e
    return s


def first_bytes(address, port):
    """What the server says to a ClientHello, for those that do not speak TLS."""
    context = ssl._create_unverified_context()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    hello = context.wrap_bio(incoming, outgoing, server_hostname="x.farm.test")
    try:
        hello.do_handshake()
    except ssl.SSLWantReadError:
        pass
    with connect(address, port) as s:
        s.sendall(outgoing.read())
        return s.recv(100)


def context_for(old):
    context = ssl._create_unverified_context(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1 if old else ssl.TLSVersion.TLSv1_2
    return context


def handshake(address, port, host, old=False):
    s = connect(address, port)
    s.settimeout(HANDSHAKE_SECONDS)
    start = time.monotonic()
    try:
        t = context_for(old).wrap_socket(s, server_hostname=host)
    except ConnectionResetError as e:
        raise Seen("reset") from e
    except TimeoutError as e:
        raise Seen("tls-timeout") from e
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as e:
        raise Seen("tls-closed") from e
    except ssl.SSLError as e:
        if e.reason == "WRONG_VERSION_NUMBER":
            raise Seen("tls-plain" if first_bytes(address, port).startswith(b"HTTP/") else "tls-failed") from e
        if not old and e.reason in ("TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"):
            handshake(address, port, host, old=True).close()
            raise Seen("tls-old") from e
        raise Seen("tls-failed") from e
    except OSError as e:
        raise Seen("tls-closed") from e
    finally:
        if s.fileno() >= 0:
            s.close()
    t.settimeout(ANSWER_SECONDS)
    t.handshake_seconds = time.monotonic() - start
    return t


# --- HTTP ---

class Reader:
    """Bytes until a deadline; `ended` tells an end without more."""

    def __init__(self, s):
        self.socket, self.data, self.ended, self.reset = s, b"", False, False
        self.deadline = time.monotonic() + ANSWER_SECONDS

    def more(self):
        if self.ended:
            return False
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Seen("http-timeout")
        self.socket.settimeout(left)
        try:
            piece = self.socket.recv(65536)
        except TimeoutError as e:
            raise Seen("http-timeout") from e
        except OSError:
            piece = b""
        self.ended = piece == b""
        self.data += piece
        return not self.ended

    def until(self, mark, most):
        while mark not in self.data:
            if len(self.data) > most:
                raise Seen("http-huge")
            if not self.more():
                return None
        line, self.data = self.data.split(mark, 1)
        return line

    def exactly(self, n):
        if n > MOST_BODY:
            raise Seen("http-huge")
        while len(self.data) < n:
            if not self.more():
                raise Seen("http-truncated")
        piece, self.data = self.data[:n], self.data[n:]
        return piece


def read_header(r):
    while True:
        head = r.until(b"\r\n\r\n", MOST_HEADER)
        if head is None:
            raise Seen("reset" if r.data == b"" else "http-malformed")
        lines = head.decode("latin-1").split("\r\n")
        m = re.fullmatch(r"HTTP/1\.[01] (\d{3})(?: .*)?", lines[0])
        if m is None:
            raise Seen("http-malformed")
        fields = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            if fields.setdefault(name.strip().lower(), value.strip()) != value.strip():
                raise Seen("http-malformed")
        if m.group(1) != "100":
            return int(m.group(1)), fields


def read_body(r, fields):
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = b""
        while True:
            size = r.until(b"\r\n", 1000)
            if size is None:
                raise Seen("http-truncated")
            if not re.fullmatch(rb"[0-9a-fA-F]+(;.*)?", size):
                raise Seen("http-malformed")
            n = int(size.split(b";")[0], 16)
            if n == 0:
                return body
            body += r.exactly(n)
            if len(body) > MOST_BODY:
                raise Seen("http-huge")
            if r.exactly(2) != b"\r\n":
                raise Seen("http-malformed")
    if "content-length" in fields:
        return r.exactly(int(fields["content-length"]))
    while r.more():
        if len(r.data) > MOST_BODY:
            raise Seen("http-huge")
    return r.data


def get(s, url):
    s.sendall(f"GET {url.path}{'?' + url.query if url.query else ''} HTTP/1.1\r\nHost: {url.netloc}\r\n"
              "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode())
    r = Reader(s)
    status, fields = read_header(r)
    body = read_body(r, fields)
    if "content-encoding" in fields:
        raise Seen("compressed")
    return status, fields, body


# --- the application ---

def application(body, url):
    if not body:
        return "empty"
    if body.lstrip()[:14].lower() == b"<!doctype html" or body.lstrip()[:5] == b"<html":
        return "html"
    if b"<!DOCTYPE" in body:
        return "dtd"
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return "not-xml"
    if root.tag != WSDL + "definitions":
        return "not-wsdl"
    if "procesa" not in [o.get("name") for o in root.iter(WSDL + "operation")]:
        return "operation-missing"
    address = root.find(f".//{SOAP}address").get("location")
    return "ok" if address == url.geturl().split("?")[0] else "address-differs"


def fetch(farm, case, address, url_text, turn=0):
    """(connection, application) of one address."""
    url = urllib.parse.urlsplit(url_text)
    try:
        s = connect(address, url.port)
        if url.scheme == "https":
            s.close()
            s = handshake(address, url.port, url.hostname)
        with s:
            status, fields, body = get(s, url)
    except Seen as seen:
        return str(seen), "none"
    if status in (301, 302):
        return redirected(farm, case, fields.get("location", ""), url, turn)
    if status != 200:
        return f"http-{status}" if status in (403, 404) else f"http-{status // 100}xx", "none"
    return "ok", application(body, url)


def redirected(farm, case, location, url, turn):
    try:
        new = urllib.parse.urlsplit(urllib.parse.urljoin(url.geturl(), location))
        usable = location != "" and new.scheme == "https" and re.fullmatch(r"[a-z0-9.-]+", new.hostname or "")
    except ValueError:
        usable = False
    if not usable or (new.hostname[0].isdigit() and not new.hostname.startswith("127.")):
        return "redirect-bad", "none"
    if turn == MOST_REDIRECTS:
        return "redirect-loop", "none"
    return fetch(farm, case, resolve(farm, new.hostname)[0], new.geturl(), turn + 1)


# --- trust ---

# openssl's code → ours. 20 and 21 depend on whether the farm's intermediate completes the chain.
CODES = {0: "ok", 7: "bad-chain", 9: "not-yet-valid", 10: "expired", 18: "self-signed", 19: "unknown-ca", 24: "bad-chain",
         26: "bad-chain", 62: "wrong-host", 64: "wrong-host", 66: "weak-key", 68: "weak-signature", 79: "bad-chain"}


def leaf_of(address, port, host, to):
    code, out = run(["openssl", "s_client", "-connect", f"{address}:{port}", "-servername", host or "x.farm.test", "-showcerts",
                     "-cipher", "ALL:@SECLEVEL=0", "-status"])
    shown = out.split("Certificate chain\n", 1)[-1]  # a stapled answer, with its signer's certificate, comes before
    found = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", shown, re.S)
    if not found:
        return None, out
    to.write_text(found[0] + "\n")
    to.with_suffix(".rest").write_text("\n".join(found[1:]) + "\n")
    return found, out


def chain_code(farm, host, leaf, more=()):
    """openssl's verdict on the chain that was sent, with the farm's root alone as anchor."""
    name = ["-verify_ip", host] if re.fullmatch(r"[\d.]+", host) else ["-verify_hostname", host]
    rest = leaf.with_suffix(".rest")
    _, out = run(["openssl", "verify", "-CAfile", farm.anchors, "-no-CApath", "-no-CAstore", "-purpose", "sslserver", "-auth_level", "2", *name,
                  *(["-untrusted", rest] if rest.read_text().strip() else []), *more, leaf])
    m = re.search(r"error (\d+) at (\d+) depth", out)
    return (0, 0) if m is None and ": OK" in out else (int(m.group(1)), int(m.group(2)))


def trust(farm, case, address):
    host = urllib.parse.urlsplit(case["url"]).hostname
    leaf = farm.directory / f"seen-{case['case']}-{address}.crt"
    found, out = leaf_of(address, case["port"], case["host"], leaf)
    if not found:
        return "none"
    code, depth = chain_code(farm, host, leaf)
    if code == 0 and "X509v3 Subject Alternative Name" not in run(["openssl", "x509", "-in", leaf, "-noout", "-text"])[1]:
        return "wrong-host"  # this command still reads common names
    if code in (20, 21):
        fixed, _ = chain_code(farm, host, leaf, ["-untrusted", farm.directory / "intermediate.pem"])
        return "incomplete-chain" if fixed == 0 else "unknown-ca"
    if code == 10 and depth > 0:
        return "bad-chain"
    if code != 0:
        return CODES.get(code, f"openssl {code}")
    revoked = revocation(farm, leaf, out)
    if revoked != "ok":
        return revoked
    return "ok" if run(["openssl", "x509", "-in", leaf, "-noout", "-checkend", EXPIRING_DAYS * 86400])[0] == 0 else "expiring"


def revocation(farm, leaf, s_client):
    """The stapled answer, then the responder, then the list."""
    if "Cert Status: good" in s_client:
        return "ok"
    if "Cert Status: revoked" in s_client:
        return "revoked"
    _, text = run(["openssl", "x509", "-in", leaf, "-noout", "-text"])
    responders = re.findall(r"OCSP - URI:(\S+)", text)
    lists = re.findall(r"Full Name:\s+URI:(\S+)", text)
    for url in responders:
        _, out = run(["openssl", "ocsp", "-issuer", farm.directory / "intermediate.pem", "-cert", leaf, "-url", url, "-CAfile", farm.anchors,
                      "-timeout", "2"])
        if "Response verify OK" in out and "WARNING" not in out:
            if f"{leaf}: good" in out:
                return "ok"
            if f"{leaf}: revoked" in out:
                return "revoked"
    for url in lists:
        status, body = http_plain(url)
        if status != 200:
            continue
        crl = leaf.with_suffix(".crl")
        if run(["openssl", "crl", "-inform", "DER", "-out", crl], stdin=body)[0] != 0:
            continue
        _, out = run(["openssl", "verify", "-CAfile", farm.anchors, "-no-CApath", "-no-CAstore", "-untrusted", farm.directory / "intermediate.pem",
                      "-CRLfile", crl, "-crl_check", leaf])
        if "certificate revoked" in out:
            return "revoked"
        if ": OK" in out:
            return "ok"
    return "revocation-unknown"


def http_plain(url_text):
    url = urllib.parse.urlsplit(url_text)
    try:
        with connect(url.hostname, url.port) as s:
            status, _, body = get(s, url)
            return status, body
    except Seen:
        return 0, b""


# --- all together ---

def look_at(farm, case, address):
    url = urllib.parse.urlsplit(case["url"])
    connection, app = fetch(farm, case, address, case["url"])
    tls_never = connection in ("refused", "timeout", "unreachable", "silent", "tls-timeout", "tls-closed", "tls-plain") or \
        (connection == "reset" and app == "none" and not speaks_tls(address, case["port"], case["host"]))
    if url.scheme == "http":
        return connection, "no-tls", app
    return connection, "none" if tls_never else trust(farm, case, address), app


def speaks_tls(address, port, host):
    try:
        handshake(address, port, host).close()
        return True
    except Seen:
        return False


def look(farm, case):
    """[(address, (connection, trust, application))], in the order of the DNS."""
    if case["url"] == "":
        return [(None, ("no-url", "none", "none"))]
    url = urllib.parse.urlsplit(case["url"])
    if url.scheme not in ("http", "https") or not url.hostname:
        return [(None, ("bad-url", "none", "none"))]
    try:
        addresses = [url.hostname] if case["host"] == "" else resolve(farm, url.hostname)
    except Seen as seen:
        return [(None, (str(seen), "none", "none"))]
    assert addresses == case["addresses"], f"{case['case']}: the DNS says {addresses}, farm.json {case['addresses']}"
    return [(a, look_at(farm, case, a)) for a in addresses]
