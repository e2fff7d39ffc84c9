"""What a certificate needs besides being authorised: an authority of ours, and its word that it is not revoked. With `openssl
ocsp` as the responder, and one that says nothing of use."""
import contextlib
import datetime
import http.server
import sqlite3
import subprocess
import threading
import time

import conftest
import gateway_live as g
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from test_sweep_answers import NotFound, counted, responder

NOW = datetime.datetime.utcnow()


def name(text, nif=None):
    words = [x509.NameAttribute(NameOID.COMMON_NAME, text)]
    return x509.Name(words + ([x509.NameAttribute(NameOID.SERIAL_NUMBER, nif)] if nif else []))


class Authority:
    """Its files are those that `openssl ocsp` is started with."""

    def __init__(self, place):
        self.place, self.number, self.lines = place, 100, []
        self.key = rsa.generate_private_key(65537, 2048)
        self.certificate = (x509.CertificateBuilder().subject_name(name("Autoritat de Mostra")).issuer_name(name("Autoritat de Mostra"))
                            .public_key(self.key.public_key()).serial_number(1).not_valid_before(NOW - datetime.timedelta(9))
                            .not_valid_after(NOW + datetime.timedelta(900))
                            .add_extension(x509.BasicConstraints(True, None), True).sign(self.key, hashes.SHA256()))
        (place / "ca.pem").write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        (place / "ca.key").write_bytes(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                              serialization.NoEncryption()))

    def issue(self, port, status="V"):
        """An integrator's identity whose certificate names the responder at that port."""
        who = g.identity()
        self.number += 1
        end = NOW + datetime.timedelta(300)
        address = x509.UniformResourceIdentifier(f"http://127.0.0.1:{port}/")
        who.certificate = (x509.CertificateBuilder().subject_name(name(f"Segell {self.number}", "P0801500J"))
                           .issuer_name(self.certificate.subject).public_key(who.key.public_key()).serial_number(self.number)
                           .not_valid_before(NOW - datetime.timedelta(9)).not_valid_after(end)
                           .add_extension(x509.AuthorityInformationAccess(
                               [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, address)]), False)
                           .sign(self.key, hashes.SHA256()))
        revoked = f"{NOW - datetime.timedelta(1):%y%m%d%H%M%SZ}" if status == "R" else ""
        self.lines.append(f"{status}\t{end:%y%m%d%H%M%SZ}\t{revoked}\t{self.number:04X}\tunknown\t/CN=Segell {self.number}")
        (self.place / "index.txt").write_text("\n".join(self.lines) + "\n")
        return who


def standings(desk):
    """State by fingerprint, as it is kept."""
    with contextlib.closing(sqlite3.connect(desk.store, timeout=30)) as store:
        return dict(store.execute("SELECT fingerprint, state FROM gateway_standing"))


def fingerprint(who):
    return who.certificate.fingerprint(hashes.SHA256()).hex()


@contextlib.contextmanager
def prober(desk, count, *sets):
    """Runs the role until it has asked about so many."""
    log = desk.path / "prober.log"
    with open(log, "w") as errors:
        words = [w for s in sets for w in ("--set", s)]
        process = subprocess.Popen([conftest.TALAIA, *map(str, desk.arguments(*words, "serve", "--roles", "prober"))],
                                   stdout=subprocess.DEVNULL, stderr=errors, env=conftest.environment())
    try:
        end = time.monotonic() + 120
        while len(standings(desk)) < count:
            assert time.monotonic() < end and process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield
    finally:
        conftest.stop(process)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("authority")


def test_what_is_asked_of_certificates(tmp_path, empty_desk, place):
    desk = conftest.copy_desk(empty_desk, tmp_path / "desk")
    authority = Authority(place)
    silent_server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), NotFound)
    threading.Thread(target=silent_server.serve_forever, daemon=True).start()
    with counted() as relay:
        good, revoked = authority.issue(relay.port), authority.issue(relay.port, "R")
        silent, stranger = authority.issue(silent_server.server_port), g.identity()
        people = {"good": good, "revoked": revoked, "silent": silent, "stranger": stranger}
        for who in people.values():
            g.authorise(desk, who)
        anchors, allow = f"trust.anchors={place}/ca.pem", "net.allow=127.0.0.1/32"

        def faults(gateway):
            return {n: gateway.post(g.signed(who)).fault for n, who in people.items()}

        with responder(place, "-nmin", "60") as relay.to, g.serving(desk, anchors, "gateway.trust=trusted") as gateway:
            # nobody has asked yet: that is not good
            assert faults(gateway) == {"good": "9048", "revoked": "9048", "silent": "9048", "stranger": "9050"}
            with prober(desk, 4, anchors, allow):
                assert faults(gateway) == {"good": None, "revoked": "9059", "silent": "9048", "stranger": "9050"}
            kept = standings(desk)
            assert {n: kept[fingerprint(who)] for n, who in people.items()} == {
                "good": "good", "revoked": "revoked", "silent": "unknown", "stranger": "unknown"}
            asked = len(relay.came)
            with prober(desk, 4, anchors, allow):  # what was said still counts: nobody is asked again
                time.sleep(0.5)
            assert len(relay.came) == asked
            # an answer that is too old is none
            with contextlib.closing(sqlite3.connect(desk.store, timeout=30)) as store, store:
                store.execute("UPDATE gateway_standing SET until = 1, looked = (SELECT max(looked) + 1 FROM gateway_standing) "
                              "WHERE state = 'good'")
            assert gateway.post(g.signed(good)).fault == "9048"
            detail = gateway.post(g.signed(revoked)).text("faultstring")
            assert detail == "Error en el procés d'autenticació. El certificat presentat ha estat revocat."
            outcomes = [row["outcome"] for row in gateway.log_rows(2)]
            assert outcomes == ["certificate-revoked", "certificate-unchecked"]
    silent_server.shutdown()
    with g.serving(desk, anchors) as gateway:  # the default
        assert faults(gateway) == {"good": None, "revoked": "9059", "silent": None, "stranger": None}
    with g.serving(desk, anchors, "gateway.trust=authorised") as gateway:
        assert set(faults(gateway).values()) == {None}
    lines = [line for line in desk.json("audit", "list", "--all") if line["what"].startswith("gateway-certificate-")]
    assert [(line["what"], line["who"]) for line in lines] == [("gateway-certificate-revoked", "talaia")]
    shown = {p["what"]: p["standing"] for b in desk.json("gateway", "permissions") for p in b["permissions"]
             if p["kind"] == "certificate"}
    assert shown[fingerprint(revoked)]["state"] == "revoked" and shown[fingerprint(revoked)]["revoked"]
    assert shown[fingerprint(good)]["source"].startswith("http://127.0.0.1:")


def test_an_authority_that_is_not_there(tmp_path, empty_desk):
    """A setting that is wrong is said, and ends the role in order."""
    desk = conftest.copy_desk(empty_desk, tmp_path / "desk")
    done = desk.run("--set", "gateway.listen=127.0.0.1:0", "--set", f"trust.anchors={tmp_path}/none.pem", "serve", "--roles",
                    "gateway", expect=None, noisy=True)
    assert done.code != 0 and "none.pem" in done.err, done
