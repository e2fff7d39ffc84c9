"""The gateway's own TLS: clients that show a certificate, signed or not; none, another, an expired one; attachments; what
is no TLS at all. With curl, openssl and python's own."""
import http.client
import re
import shutil
import socket
import ssl
import subprocess

import conftest
import gateway_live as g
import pytest
from gateway import BODY, hestia, put, sent
from lxml import etree

SECRET = "s" * 30


@pytest.fixture(scope="module")
def who():
    return g.identity()


@pytest.fixture(scope="module")
def other():
    return g.identity("Ajuntament de Gavà", "P0808800H")


@pytest.fixture(scope="module")
def live(tmp_path_factory, empty_desk, who):
    d = conftest.copy_desk(empty_desk, tmp_path_factory.mktemp("tls") / "desk")
    g.authorise(d, who, "--product", "HESTIA")
    key, certificate = g.identity("127.0.0.1", "Q0801175A").files(d.path / "listener")
    with g.serving(d, f"gateway.tls_key={key}", f"gateway.tls_certificate={certificate}", f"gateway.proxy_secret={SECRET}",
                   "gateway.certificate_header=X-Client-Cert") as gateway:
        yield gateway


def client(live, who=None, **how):
    context = ssl._create_unverified_context(**how)
    if who:
        key, certificate = who.files(live.desk.path / f"client-{who.certificate.serial_number}")
        context.load_cert_chain(certificate, key)
    return http.client.HTTPSConnection(live.host, timeout=60, context=context)


def unsigned(number, tree=None):
    return sent(put(hestia() if tree is None else tree, "//pet:Atributos/pet:IdPeticion", number))


def test_a_client_certificate_is_who_sends(live, who):
    for number, version in (("MTLS-12", ssl.TLSVersion.TLSv1_2), ("MTLS-13", ssl.TLSVersion.TLSv1_3)):
        context = ssl._create_unverified_context()
        context.minimum_version = context.maximum_version = version
        key, certificate = who.files(live.desk.path / "client")
        context.load_cert_chain(certificate, key)
        connection = http.client.HTTPSConnection(live.host, timeout=60, context=context)
        for turn in range(2):  # the second on the same connection
            reply = live.post(unsigned(f"{number}-{turn}"), connection=connection)
            assert (reply.status, reply.state, reply.result) == (200, "0003", "0"), reply.body
        connection.close()
    row = live.log_rows(1)[0]
    assert row["outcome"] == "answered" and row["ine10"] == BODY


def test_signed_inside_and_shown_outside(live, who, other):
    assert live.post(g.signed(who), connection=client(live)).state == "0003"  # signed, nothing shown
    assert live.post(g.signed(who), connection=client(live, who)).state == "0003"
    assert live.post(g.signed(who), connection=client(live, other)).fault == "9053"  # of two bodies
    bad = g.signed(who).replace(b"841207329", b"841207328")
    assert live.post(bad, connection=client(live, who)).fault == "9040"  # a wrong signature is wrong, whoever carries it


def test_who_is_not_let_in(live, who, other):
    assert live.post(unsigned("NOBODY"), connection=client(live)).fault == "1013"
    assert live.post(unsigned("OTHER"), connection=client(live, other)).fault == "9054"
    late = g.identity(days=(-900, -1))
    assert live.post(unsigned("LATE"), connection=client(live, late)).fault == "9051"
    renewed = g.identity()
    renewed.certificate = who.certificate  # shows the authorised certificate and has another key
    with pytest.raises((ssl.SSLError, ConnectionError)):
        client(live, renewed).request("GET", "/healthz")
    assert live.post(unsigned("NEXT"), connection=client(live, who)).state == "0003"


def test_the_proxys_word_beats_its_own_certificate(live, who, other):
    """A proxy that shows a certificate of its own speaks for others: only what it says of them counts."""
    proxy = {"X-Talaia-Proxy-Secret": SECRET}
    assert live.post(unsigned("P1"), headers=proxy, connection=client(live, who)).fault == "1013"
    assert live.post(unsigned("P2"), headers={"X-Talaia-Proxy-Secret": "wrong"}, connection=client(live, who)).state == "0003"


def test_attachments(live, who):
    """MTOM, unsigned, as the platform wants it: the payload's file is in a part of its own."""
    tree = hestia()
    general = tree.find(".//{*}DatosGenericos")
    pet = "{http://gencat.net/scsp/esquemes/peticion}"
    files = etree.SubElement(general, pet + "Ficheros")
    one = etree.SubElement(files, pet + "Fichero")
    content = etree.SubElement(one, pet + "Contenido")
    etree.SubElement(content, "{http://www.w3.org/2004/08/xop/include}Include", href="cid:file@example.org")
    etree.SubElement(one, pet + "Id").text = "1"
    xml = unsigned("MTOM-1", tree)
    body = (b"--b1\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: <root@example.org>\r\n\r\n" +
            xml + b"\r\n--b1\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
            b"Content-ID: <file@example.org>\r\n\r\n" + bytes(range(256)) * 400 + b"\r\n--b1--\r\n")
    kind = {"Content-Type": 'multipart/related; type="application/xop+xml"; start="<root@example.org>"; boundary="b1"; '
                            'start-info="text/xml"'}
    assert live.post(body, headers=kind, connection=client(live)).fault == "1013"
    assert live.post(body, headers=kind, connection=client(live, who)).state == "0003"
    gone = body.replace(b"Content-ID: <file@", b"Content-ID: <elif@").replace(b"MTOM-1", b"MTOM-2")
    assert live.post(gone, headers=kind, connection=client(live, who)).fault == "9020"


def test_curl_and_openssl(tmp_path, live, who):
    key, certificate = who.files(tmp_path)
    message = tmp_path / "m.xml"
    message.write_bytes(unsigned("CURL-1"))
    url = f"https://{live.host}{g.SERVICES}Sincron"
    if shutil.which("curl"):
        done = subprocess.run(["curl", "-sk", "--cert", certificate, "--key", key, "-H", "Content-Type: text/xml",
                               "--data-binary", f"@{message}", url], capture_output=True, timeout=60)
        assert b"<res:CodigoEstado>0003<" in done.stdout, done
    wanted = "Acceptable client certificate CA names"
    done = subprocess.run(["openssl", "s_client", "-connect", live.host, "-tls1_2"], input=b"", capture_output=True, timeout=60)
    assert b"No client certificate CA names sent" in done.stdout and wanted.encode() not in done.stdout, done.stdout
    done = subprocess.run(["openssl", "s_client", "-connect", live.host, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], input=b"",
                          capture_output=True, timeout=60)
    assert done.returncode != 0


def test_what_is_no_tls(live, who):
    host, port = live.host.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=60) as s:
        s.sendall(b"POST /siri-proxy/services/Sincron HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        got = b""
        try:
            while chunk := s.recv(1000):
                got += chunk
        except ConnectionResetError:
            pass
        assert b"HTTP/1" not in got
    with socket.create_connection((host, int(port)), timeout=60) as half:
        half.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a handshake, and silence
        assert live.post(unsigned("MEANWHILE"), connection=client(live, who)).state == "0003"


def test_contract_says_https(live):
    connection = client(live)
    connection.request("GET", f"{g.SERVICES}Sincron?wsdl")
    assert re.search(rb'location="https://127.0.0.1:\d+/siri-proxy/services/Sincron"', connection.getresponse().read())


def test_settings(live):
    key, certificate = g.identity().files(live.desk.path / "one")
    another, _ = g.identity().files(live.desk.path / "another")
    for sets, why in (([f"gateway.tls_key={key}"], "go together"), ([f"gateway.tls_certificate={certificate}"], "go together"),
                      ([f"gateway.tls_key={another}", f"gateway.tls_certificate={certificate}"], "cannot be used"),
                      ([f"gateway.tls_key={key}", f"gateway.tls_certificate={live.desk.path}/none.pem"], "none.pem")):
        words = [w for s in ["gateway.listen=127.0.0.1:0", *sets] for w in ("--set", s)]
        done = live.desk.run(*words, "serve", "--roles", "gateway", expect=None, noisy=True)
        assert done.code != 0 and why in done.err, done
