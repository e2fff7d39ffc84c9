"""The notice of a new resource: our client against our receiver, and each against an implementation of its own."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import http.server
import json
import signal
import subprocess
import threading
import time

import pytest

from conftest import EXIT, TALAIA, environment, run

SECRET = b"0123456789abcdef0123456789abcdef"
BODY = "0805690004"
GOOD = {"CodINE": 9821920002, "IdUnicoRecurso": 840998044, "IdTipoRecurso": 370000144, "IdProfesional": 370000126,
        "NomProfesional": "MARIA COLLADO MARTÍNEZ"}
BAD = {"CodINE": -1, "IdUnicoRecurso": -1, "IdTipoRecurso": -1, "IdProfesional": -1, "NomProfesional": "no vàlid"}


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(content, secret=SECRET, header=b'{"alg":"HS256","typ":"JWT"}'):
    text = part(header) + b"." + part(json.dumps(content, ensure_ascii=False).encode())
    return text + b"." + part(hmac.new(secret, text, hashlib.sha256).digest())


def opened(bytes_, secret=SECRET):
    """The content of a token, verified."""
    text, _, mac = bytes_.rpartition(b".")
    assert mac == part(hmac.new(secret, text, hashlib.sha256).digest())
    header, content = (json.loads(base64.urlsafe_b64decode(p + b"=" * (-len(p) % 4))) for p in text.split(b"."))
    assert header == {"alg": "HS256", "typ": "JWT"}
    return content


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_bytes(SECRET + b"\n")
    return path


@contextlib.contextmanager
def receiver(secret, *options):
    """Yields (address, process) of a receiver on a port that the kernel chose; it ends by SIGTERM, with code 0."""
    process = subprocess.Popen([TALAIA, "gateway", "receive", "--secret", secret, "--listen", "127.0.0.1:0", "--lang", "en",
                                *options], stdout=subprocess.PIPE, text=True, env=environment())
    try:
        first = process.stdout.readline()
        assert first.startswith("Waiting for notices at http://127.0.0.1:"), first
        yield first.split()[-1], process
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def post(address, body, headers=None, method="POST"):
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    connection.request(method, "/avis/EntradaRecurs", body, headers or {})
    answer = connection.getresponse()
    found = answer.status, answer.getheader("Content-Type"), answer.read()
    connection.close()
    return found


def result(found):
    assert found[:2] == (200, "application/jwt"), found
    return opened(found[2])["resultat"]


def test_the_receiver_answers_the_official_rows(secret):
    with receiver(secret, "--json") as (address, process):
        assert result(post(address, token(GOOD))) == {"codiResultat": "0", "descripcio": "Operació completada amb èxit"}
        assert result(post(address, token(BAD))) == {"codiResultat": "-1",
                                                     "descripcio": "La petició no és vàlida. Operació no realitzada"}
        assert result(post(address, token(GOOD, b"another secret of 32 bytes, or so")))["codiResultat"] == "-2"
        # the other vocabulary, and the other places of the token
        other = {"codiINE": "9821920002", "idRecurs": 1, "idTipusRecurs": 2, "idProfessional": 3, "nomProfessional": "x",
                 "iat": int(time.time())}
        assert result(post(address, json.dumps({"token": token(other).decode()})))["codiResultat"] == "0"
        assert result(post(address, b"", {"Authorization": "Bearer " + token(other).decode()}))["codiResultat"] == "0"
        # nothing that was not signed so is let in, and the next good one is answered
        now = int(time.time())
        for bad in (b"", b"x", b"{", b"\xff" * 100, token(GOOD, header=b'{"alg":"none"}'),
                    token(GOOD, header=b'{"alg":"HS512"}'), token(GOOD).rpartition(b".")[0] + b".",
                    token(GOOD | {"exp": now - 7200}), token(GOOD | {"iat": now + 7200}), token(GOOD | {"exp": "soon"})):
            assert result(post(address, bad))["codiResultat"] == "-2", bad
        assert post(address, b"", method="GET")[0] == 405
        assert post(address, b"a" * 100_000)[0] == 413
        answer = opened(post(address, token(GOOD))[2])
        assert now - 5 <= answer["iat"] <= time.time() + 5 and answer["exp"] > answer["iat"]
        process.send_signal(signal.SIGTERM)
        lines = [json.loads(line) for line in process.stdout.read().splitlines()]
    assert [line["code"] for line in lines] == [0, -1, -2, 0, 0, *[-2] * 10, 0]
    assert lines[0]["IdUnicoRecurso"] == GOOD["IdUnicoRecurso"] and "iat" in lines[0]["remark"]
    assert SECRET.decode() not in json.dumps(lines)


def test_our_client_and_our_receiver(secret, tmp_path):
    there = tmp_path / "desk"
    there.mkdir()
    (there / "talaia.yaml").write_text("net:\n  allow: [127.0.0.1/32]\n")

    def notify(address, *words, expect=EXIT["ok"], **more):
        return run("gateway", "notify", BODY, "--url", address, "--secret", secret, "--lang", "en", *words, expect=expect,
                   cwd=there, **more)

    with receiver(secret) as (address, _):
        assert notify(address).out == f"{BODY}: 0 Operació completada amb èxit\n"
        found = notify(address, "IdUnicoRecurso=490278541", "--json").json()
        assert (found["status"], found["code"], found["understood"], found["remark"]) == (200, "0", True, "")
        assert notify(address, "IdUnicoRecurso=-1", expect=EXIT["findings"]).out.startswith(f"{BODY}: -1 ")
        assert notify(address, "CodINE=805690004", expect=EXIT["findings"]).out.startswith(f"{BODY}: -1 ")
        bad = notify(address, "IdRecurs=1", expect=EXIT["input"])
        assert "IdUnicoRecurso" in bad.err
        notify(address, "IdTipoRecurso=x", expect=EXIT["input"])
        other = tmp_path / "other.txt"
        other.write_text("x" * 40)
        found = run("gateway", "notify", BODY, "--url", address, "--secret", other, "--lang", "en", cwd=there,
                    expect=EXIT["findings"])
        assert "its answer cannot be used" in found.out and "secret" in found.out
        # what others must not see does not stand on the command line
        hidden = tmp_path / "address.txt"
        hidden.write_text(address + "?token=quiet\n")
        assert notify(f"@{hidden}").out == f"{BODY}: 0 Operació completada amb èxit\n"
        for open_address in (address + "?token=quiet", "http://name:word@127.0.0.1/"):
            assert "--url @FILE" in notify(open_address, expect=EXIT["usage"]).err
        notify(f"@{tmp_path}/nowhere", expect=EXIT["system"])
        # an address inside is not connected to unless it is allowed, however it is written
        (there / "talaia.yaml").write_text("net:\n  allow: []\n")
        for name in (address, address.replace("127.0.0.1", "localhost")):
            bad = notify(name, expect=EXIT["input"])
            assert "net.allow" in bad.err and ("127.0.0.0/8" in bad.err or "::1/128" in bad.err)
    short = tmp_path / "short.txt"
    short.write_text("too short\n")
    bad = run("gateway", "notify", BODY, "--url", "https://a.example/", "--secret", short, "--lang", "en", expect=EXIT["input"])
    assert "short.txt" in bad.err and "32" in bad.err
    run("gateway", "notify", BODY, "--url", "https://a.example/", expect=EXIT["usage"])
    run("gateway", "notify", BODY, "--secret", secret, expect=EXIT["usage"])
    run("gateway", "notify", BODY, "--url", "https://a.example:25/", "--secret", secret, expect=EXIT["input"])
    run("gateway", "receive", "--secret", tmp_path / "nowhere", expect=EXIT["system"])


@contextlib.contextmanager
def service(answer):
    """A body's service that answers what it is told; yields its address and what it got."""
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/avis", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


DONE = {"resultat": {"codiResultat": "0", "descripcio": "Fet"}}


@pytest.mark.parametrize("status, body, understood, code", [
    (200, token(DONE | {"iat": 1795161600}), True, "0"), (200, token(DONE), True, "0"), (400, token(
        {"resultat": {"codiResultat": "-1", "descripcio": "no"}}), True, "-1"),
    (200, json.dumps({"token": token({"codiResultat": 0}).decode()}).encode(), True, "0"), (200, b"OK", False, ""),
    (200, json.dumps(DONE).encode(), False, ""), (200, token(DONE, header=b'{"alg":"none"}'), False, ""),
    (200, token({"resultat": []}), False, ""), (500, b"<html>", False, "")])
def test_what_a_body_may_answer(secret, tmp_path, status, body, understood, code):
    (tmp_path / "talaia.yaml").write_text("net:\n  allow: [127.0.0.1/32]\n")
    with service((status, body)) as (address, got):
        found = run("gateway", "notify", BODY, "--url", address, "--secret", secret, "--json", "--lang", "en", "--at",
                    "2026-11-20T08:00:00Z", cwd=tmp_path, expect=EXIT["ok"] if code == "0" else EXIT["findings"]).json()
    assert (found["status"], found["understood"], found["code"]) == (status, understood, code)
    headers, sent = got[0]
    assert headers["Content-Type"] == "application/jwt"
    content = opened(sent)
    assert {k: content[k] for k in GOOD if k != "NomProfesional"} == {k: v for k, v in GOOD.items() if k != "NomProfesional"}
    assert content["NomExpediente"] == "EXP2017/00874" and content["iat"] == 1795161600
