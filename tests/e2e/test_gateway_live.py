"""talaia serve --roles gateway: what integrators' requests are answered with, step by step; processes that die; many at
once; answers that are signed."""
import base64
import os
import pathlib
import re
import signal
import socket
import threading
import time
import urllib.parse

import conftest
import gateway_live as g
import pytest
from cryptography.hazmat.primitives import serialization
from gateway import BODY, CONSORTIUM, NS, WSU, canonical, drop, hestia, one, put, sent
from lxml import etree


@pytest.fixture(scope="module")
def who():
    return g.identity()


@pytest.fixture(scope="module")
def desk(tmp_path_factory, empty_desk):
    """One body, that of gateway.BODY, in the registry."""
    d = conftest.copy_desk(empty_desk, tmp_path_factory.mktemp("gateway") / "desk")
    path = d.path / "registry.csv"
    path.write_text(conftest.table([conftest.body(3, "Castelldefels, Ajuntament de", 400, 500)]), encoding="utf-8")
    d.load(path)
    return d


@pytest.fixture(scope="module")
def live(desk, who):
    g.authorise(desk, who, "--product", "HESTIA")
    g.authorise(desk, who, "--product", "PADRO")
    with g.serving(desk) as gateway:
        yield gateway


def test_a_request_is_answered(live, who):
    for query in ("", "?wsdl"):
        reply = live.post(g.signed(who), query=query)
        assert (reply.status, reply.state, reply.result) == (200, "0003", "0"), reply.body
        assert dict(reply.headers)["Content-Type"] == "text/xml; charset=utf-8"
    row = live.log_rows()[0]
    assert row["outcome"] == "answered" and row["result"] == "0"


def test_whatever_soapaction_and_type(live, who):
    for headers in ({"SOAPAction": "procesa"}, {"SOAPAction": "servicio"}, {"Content-Type": "text/xml"},
                    {"Content-Type": 'application/soap+xml; charset="UTF-8"'}, {"Expect": "100-continue"}):
        assert live.post(g.signed(who), headers=headers).state == "0003", headers


REFUSED = {
    "XML": (lambda who: b"<a", "9020"),
    "DTD": (lambda who: b"<!DOCTYPE a []>" + b"<a/>", "9020"),
    "envelope": (lambda who: b"<a/>", "9030"),
    "unsigned": (lambda who: sent(hestia()), "1013"),
    "SHA-1": (lambda who: g.signed(who, algorithm="sha1"), "9041"),
    "another certificate": (lambda who: g.signed(g.identity("Altri", "P0800000B")), "9054"),
    "its Body was changed": (lambda who: g.signed(who).replace(b"841207329", b"841207328"), "9040"),
    "it is of yesterday": (lambda who: g.signed(who, timestamp=g.life(60, 86400)), "9040"),
    "schema": (lambda who: g.signed(who, drop(hestia(), "//pet:Transmision")), "9060"),
    "no DatosAutorizacion": (lambda who: g.signed(who, drop(hestia(), "//pet:DatosAutorizacion")), "9070"),
    "another body": (lambda who: g.signed(who, put(hestia(), "//pet:DatosAutorizacion/pet:IdentificadorSolicitante",
                                                   "8100560009")), "9057"),
    "product": (lambda who: g.signed(who, put(hestia(), "//pet:CodigoProducto", "OVER")), "9080"),
    "purpose": (lambda who: g.signed(who, put(put(hestia(), "//pet:DatosAutorizacion/pet:Finalidad", "X"),
                                              "//pet:Solicitante/pet:Finalidad", "X")), "9082"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_fault_of_the_recorded_shape(live, who, name):
    make, code = REFUSED[name]
    reply = live.post(make(who))
    assert reply.status == 500 and reply.fault == code, reply.body
    fault = reply.tree.find(".//{*}Fault")
    assert [c.tag for c in fault] == ["faultcode", "faultstring", "faultactor"] and fault[2].text == "Server"
    assert reply.tree.find("{*}Header") is None
    assert live.post(g.signed(who)).state == "0003"  # the next good one is answered


STATES = {
    "the consortium's code as one's own": lambda t: put(t, "//pet:DatosAutorizacion/pet:IdentificadorSolicitante", CONSORTIUM),
    "count": lambda t: put(t, "//pet:NumElementos", "2"),
    "requester": lambda t: put(t, "//pet:Solicitante/pet:IdentificadorSolicitante", BODY),
    "modality differs": lambda t: put(t, "//pet:Atributos/pet:CodigoCertificado", "HESTIA_TRAMITS"),
    "no such modality": lambda t: put(put(t, "//pet:Atributos/pet:CodigoCertificado", "HESTIA_X"),
                                      "//pet:Transmision/pet:CodigoCertificado", "HESTIA_X"),
}


@pytest.mark.parametrize("name", STATES)
def test_rules_answer_0502(live, who, name):
    reply = live.post(g.signed(who, STATES[name](hestia())))
    assert reply.status in (200, 500) and (reply.state == "0502" or reply.fault), reply.body
    if reply.state:
        assert reply.tree.find(".//{*}DatosEspecificos").text is None and not len(reply.tree.find(".//{*}DatosEspecificos"))
        assert reply.text("IdSolicitud") == "1"


def test_repeated_and_replayed(live, who):
    message = g.signed(who)
    assert live.post(message).state == "0003"
    assert live.post(message).fault == "9042"  # the very same message
    again = g.signed(who, number="TWICE-1"), g.signed(who, number="TWICE-1", timestamp=g.life(200))
    assert live.post(again[0]).state == "0003"
    reply = live.post(again[1])
    assert reply.state == "0502" and reply.text("LiteralError") == "Transmissió ja enregistrada: 'TWICE-1'."
    assert [r["outcome"] for r in live.log_rows(4)] == ["repeated", "answered", "replayed", "answered"]


def test_the_real_request_of_an_integrator(live, who):
    """9-digit code, its own NIF as Emisor, IdSolicitanteOriginal, no Titular, empty dates: it must answer 0."""
    tree = hestia(IdCites="841207329", DataInici="", DataFi="")
    put(tree, "//pet:DatosAutorizacion/pet:IdentificadorSolicitante", BODY.lstrip("0"))
    for node in tree.iterfind(".//{*}NifEmisor"):
        node.text = "P0801500J"
    head = one(tree, "//pet:Atributos")
    etree.SubElement(head, f"{{{NS['pet']}}}IdSolicitanteOriginal").text = BODY.lstrip("0")
    number = f"REAL-{os.getpid()}"
    put(tree, "//pet:Transmision/pet:IdSolicitud", number)
    assert live.post(g.signed(who, tree, number)).result == "0"


def test_addresses(tmp_path, empty_desk, who):
    """Whoever calls from elsewhere gets the front's page, and what it sends is not looked at; the proxy's header counts when
    the proxy proves itself."""
    desk = conftest.copy_desk(empty_desk, tmp_path / "desk")
    g.authorise(desk, who, "--ip", "8.8.4.0/24")
    secret = "x" * 24
    with g.serving(desk, f"gateway.proxy_secret={secret}", "gateway.address_header=X-Forwarded-For") as gateway:
        reply = gateway.post(g.signed(who))
        assert reply.status == 403 and b"<h1>Forbidden</h1>" in reply.body
        assert gateway.post(b"x" * 3000000).status == 403
        assert gateway.get(g.SERVICES + "Sincron?wsdl").status == 403
        for headers, status in (({"X-Forwarded-For": "8.8.4.4"}, 403),
                                ({"X-Forwarded-For": "8.8.4.4", "X-Talaia-Proxy-Secret": "y" * 24}, 403),
                                ({"X-Forwarded-For": "8.8.4.4, 127.0.0.1", "X-Talaia-Proxy-Secret": secret}, 403),
                                ({"X-Forwarded-For": "nonsense", "X-Talaia-Proxy-Secret": secret}, 403),
                                ({"X-Forwarded-For": "1.2.3.4, 8.8.4.4", "X-Talaia-Proxy-Secret": secret}, 200)):
            assert gateway.post(g.signed(who), headers=headers).status == status, headers


def test_a_tls_certificate_from_the_proxy(tmp_path, empty_desk, who):
    """Unsigned, with the client certificate in the proxy's header, in each of the ways in which proxies write it."""
    desk = conftest.copy_desk(empty_desk, tmp_path / "desk")
    g.authorise(desk, who)
    secret = "s" * 30
    pem = who.certificate.public_bytes(serialization.Encoding.PEM).decode()
    der = base64.b64encode(who.certificate.public_bytes(serialization.Encoding.DER)).decode()
    with g.serving(desk, f"gateway.proxy_secret={secret}", "gateway.certificate_header=X-Client-Cert") as gateway:
        for number, text in enumerate((urllib.parse.quote(pem), pem.replace("\n", " "), f":{der}:")):
            tree = put(hestia(), "//pet:Atributos/pet:IdPeticion", f"TLS-{number}")
            with_it = {"X-Client-Cert": text, "X-Talaia-Proxy-Secret": secret}
            assert gateway.post(sent(tree), headers={"X-Client-Cert": text}).fault == "1013"
            assert gateway.post(sent(tree), headers=with_it).state == "0003", text
        reply = gateway.post(g.signed(who), headers={"X-Client-Cert": "x", "X-Talaia-Proxy-Secret": secret})
        assert reply.state == "0003"


def test_too_large(live, who):
    for size in (2 * 1024 * 1024 + 1, 3 << 20):
        reply = live.post(b" " * size)
        assert reply.status == 413 and reply.fault == "9010"
    assert live.post(g.signed(who)).state == "0003"
    assert "size" in [r["outcome"] for r in live.log_rows(4)]


def test_what_is_not_a_request(live):
    assert live.get("/").status == 404
    assert live.get(g.SERVICES + "Sincron").status == 400
    assert live.get(g.SERVICES + "sincron?wsdl").status == 404
    assert live.get("/healthz").body == b"ok\n"
    assert live.post(b"").fault == "9020"


def test_contracts(live):
    import zeep
    for front, answer in (("Sincron", "Respuesta"), ("Asincron", "ConfirmacionPeticion"), ("AsincronResposta", "Respuesta")):
        reply = live.get(f"{g.SERVICES}{front}?wsdl")
        assert reply.status == 200 and f"http://{live.host}{g.SERVICES}{front}".encode() in reply.body
        path = live.desk.path / f"{front}.wsdl"
        path.write_bytes(reply.body)
        operation = zeep.Client(str(path)).service._binding.get("procesa")
        assert answer in str(operation.output.signature())


def test_smuggled_and_slow(live, who):
    head = f"POST {g.SERVICES}Sincron HTTP/1.1\r\nHost: x\r\n"
    for lines in ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
                  "Transfer-Encoding: xchunked\r\n"):
        got = live.raw((head + lines + "\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").encode())
        assert re.match(rb"HTTP/1\.1 400", got) and b"ok\n" not in got, got
    with live.socket() as slow:
        slow.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n<")
        assert live.post(g.signed(who)).state == "0003"


def test_64_at_once(live, who):
    messages = [[g.signed(who, number=f"MANY-{n}-{i}") for i in range(4)] for n in range(64)]

    def work(n):
        connection = g.http.client.HTTPConnection(live.host, timeout=60)
        for i, message in enumerate(messages[n]):
            reply = live.post(message, connection=connection)
            assert reply.state == "0003" and reply.text("IdPeticion") == f"MANY-{n}-{i}"
        connection.close()
    g.all_at_once(64, work)
    rows = [r for r in live.log_rows(300) if r["request"].startswith("MANY-")]
    assert len(rows) == 256 and {r["outcome"] for r in rows} == {"answered"}


def test_killed_in_the_middle(tmp_path, empty_desk, who):
    """Whatever was answered has its row, however it ended, and is not answered again by the one that comes after it."""
    desk = conftest.copy_desk(empty_desk, tmp_path / "desk")
    g.authorise(desk, who)
    messages = {f"KILL-{n}-{i}": g.signed(who, number=f"KILL-{n}-{i}") for n in range(8) for i in range(40)}
    answered, enough = set(), threading.Event()
    with g.serving(desk) as gateway:
        def ask(n):
            connection = g.http.client.HTTPConnection(gateway.host, timeout=60)
            for i in range(40):
                try:
                    reply = gateway.post(messages[f"KILL-{n}-{i}"], connection=connection)
                except (OSError, g.http.client.HTTPException):
                    return
                assert reply.state == "0003"
                answered.add(f"KILL-{n}-{i}")
                if len(answered) >= 60:
                    enough.set()

        def end():
            assert enough.wait(60)
            gateway.kill()
        g.all_at_once(9, lambda n: end() if n == 8 else ask(n))
    assert 60 <= len(answered) < len(messages)
    with g.serving(desk) as gateway:
        kept = {r["request"] for r in gateway.log_rows(1000) if r["outcome"] == "answered"}
        assert answered <= kept and len(kept - answered) <= 8
        for name in [*sorted(answered)[::9], *sorted(kept - answered)]:
            reply = gateway.post(messages[name])
            assert reply.state != "0003" and gateway.log_rows(1)[0]["outcome"] == "replayed", reply.body
        for name in sorted(messages.keys() - kept)[:3]:
            assert gateway.post(messages[name]).state == "0003"


def test_a_verifier_that_dies(live, who):
    """Whatever it had in hand is asked again or told; the next one is answered."""
    for _ in range(3):
        before, = live.child("talaia-verifier")
        os.kill(before, signal.SIGKILL)
        assert live.post(g.signed(who)).state == "0003"
        after, = live.child("talaia-verifier")
        assert after != before


def test_a_verifier_has_nothing(live):
    """No key, no store, no network: its descriptors are one socket and standard error; the filter is in force."""
    pid, = live.child("talaia-verifier")
    if not conftest.as_root():
        pytest.skip("needs root to look into a process that cannot be looked into")
    links = sorted(os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd"))
    assert sum(link.startswith("socket:") for link in links) == 1 and len(links) == 4, links
    assert not any("talaia.db" in link or "secret" in link for link in links)
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    assert re.search(r"^Seccomp:\s+2$", status, re.M) and re.search(r"^NoNewPrivs:\s+1$", status, re.M)


def test_signed_answers(tmp_path, empty_desk, who):
    """Verified here with our own implementation; a signer that dies is replaced."""
    desk = conftest.copy_desk(empty_desk, tmp_path / "desk")
    g.authorise(desk, who)
    seal = g.identity("Consorci d'Exemple", "Q0801175A")
    key, certificate = seal.files(tmp_path / "seal")
    with g.serving(desk, f"gateway.key={key}", f"gateway.certificate={certificate}") as gateway:
        for turn in range(3):
            reply = gateway.post(g.signed(who))
            assert reply.state == "0003"
            check_signature(reply, seal)
            if turn == 1:
                os.kill(gateway.child("talaia-signer")[0], signal.SIGKILL)
        assert gateway.post(b"<a/>").tree.find("{*}Header") is None  # faults are never signed


def check_signature(reply, seal):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from gateway import digest
    body, info = one(reply.tree, "/soap:Envelope/soap:Body"), one(reply.tree, "//soap:Header//ds:SignedInfo")
    assert body.get(f"{{{WSU}}}Id") == "body" and one(info, "ds:Reference").get("URI") == "#body"
    assert one(info, "ds:Reference/ds:DigestValue").text == digest("sha256", canonical(body))
    seal.key.public_key().verify(base64.b64decode(one(reply.tree, "//soap:Header//ds:SignatureValue").text), canonical(info),
                                 padding.PKCS1v15(), hashes.SHA256())
    assert one(reply.tree, "//wsse:BinarySecurityToken").text == seal.token()


def test_it_finishes_what_it_began(tmp_path, empty_desk, who):
    desk = conftest.copy_desk(empty_desk, tmp_path / "desk")
    g.authorise(desk, who)
    with g.serving(desk) as gateway:
        message = g.signed(who)
        with gateway.socket() as s:
            s.sendall(f"POST {g.SERVICES}Sincron HTTP/1.1\r\nHost: x\r\nContent-Length: {len(message)}\r\n"
                      "Expect: 100-continue\r\n\r\n".encode())
            assert s.recv(1000).startswith(b"HTTP/1.1 100 ")  # it has begun
            s.sendall(message[:100])
            end = time.monotonic() + 30
            gateway.process.send_signal(signal.SIGTERM)
            while "stopping" not in gateway.log.read_text() and time.monotonic() < end:
                time.sleep(0.01)
            s.sendall(message[100:])
            got = b""
            while chunk := s.recv(65536):
                got += chunk
            assert b"<res:CodigoEstado>0003<" in got


def test_a_certificate_that_is_new_becomes_the_bodys(desk, live, who):
    assert live.post(g.signed(who)).state == "0003"
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if any("(signed message)" in line["detail"] for line in desk.json("audit", "list", "--all")):
            return
        time.sleep(0.1)
    raise AssertionError(desk.run("audit", "list", "--all", "--json").out)


@pytest.mark.parametrize("settings", [("gateway.key=x.pem",), ("gateway.address_header=X-Forwarded-For",)])
def test_settings_that_do_not_go_together(desk, settings):
    done = desk.run(*[w for s in settings for w in ("--set", s)], "serve", "--roles", "gateway", expect=conftest.EXIT["config"],
                    noisy=True)
    assert "T-CONFIG" in done.err


def test_an_attachment_by_mtom(tmp_path, empty_desk, who):
    """multipart/related over a TLS client certificate, unsigned: the file stands in Contenido."""
    desk = conftest.copy_desk(empty_desk, tmp_path / "desk")
    g.authorise(desk, who)
    tree = put(hestia(), "//pet:Atributos/pet:IdPeticion", "MTOM-1")
    files = etree.SubElement(one(tree, "//pet:DatosGenericos"), f"{{{NS['pet']}}}Ficheros")
    file = etree.SubElement(files, f"{{{NS['pet']}}}Fichero")
    etree.SubElement(file, f"{{{NS['pet']}}}NombreFichero").text = "informe.pdf"
    content = etree.SubElement(file, f"{{{NS['pet']}}}Contenido")
    etree.SubElement(content, "{http://www.w3.org/2004/08/xop/include}Include", href="cid:file%40example")
    etree.SubElement(file, f"{{{NS['pet']}}}Id").text = "1"
    body = (b"--xx\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-Id: <root@example>\r\n\r\n"
            + sent(tree) + b"\r\n--xx\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n"
            b"Content-Id: <file@example>\r\n\r\n%PDF\x00\xff--x\r\n--xx--\r\n")
    kind = 'multipart/related; boundary="xx"; type="application/xop+xml"; start="<root@example>"; start-info="text/xml"'
    secret = "s" * 30
    der = base64.b64encode(who.certificate.public_bytes(serialization.Encoding.DER)).decode()
    headers = {"Content-Type": kind, "X-Client-Cert": f":{der}:", "X-Talaia-Proxy-Secret": secret}
    with g.serving(desk, f"gateway.proxy_secret={secret}", "gateway.certificate_header=X-Client-Cert") as gateway:
        assert gateway.post(body.replace(b"file@example", b"other@example"), headers=headers).fault
        reply = gateway.post(body, headers=headers)
        assert reply.state == "0003", reply.body
