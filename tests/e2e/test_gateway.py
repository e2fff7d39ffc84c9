"""talaia gateway: messages of many tools are understood and verified, whoever made them; ours are understood by others."""
import datetime
import http.server
import threading

import pytest
import xmlsec
import zeep.wsse.signature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from conftest import EXIT, MODULES, run
from gateway import (AT, BODY, CONSORTIUM, DS, EXC, HESTIA, NS, PET, SOAP, WSU, Identity, Signing, canonical,
                     drop, explain, explain_all, hestia, one, padro, put, sent)


@pytest.fixture(scope="module")
def identity():
    return Identity()


def test_a_good_request(tmp_path, identity):
    d = explain(tmp_path, sent(Signing(identity).sign(hestia())), "--as", BODY)
    assert d.errors == [] and d.warnings == []
    assert d.raw["steps"] == {k: "good" for k in ("xml", "envelope", "security", "certificate", "schema", "rule")}
    assert d.raw["message"] == "Peticion" and d.raw["modality"] == "HESTIA_CITES" and d.raw["product"] == "HESTIA"
    assert d.raw["id"] == "HESTIA_CITES-0001"
    assert d.raw["signature"]["algorithm"] == "rsa-sha256" and d.raw["signature"]["timestamp_signed"]
    assert d.raw["certificate"]["nif"] == "P0800000B"
    assert len(d.raw["signature"]["replay"]) == 64


TOOLS = {
    "WSS4J": {"prefixes": ["soapenv"], "wrap": 76},
    "SoapUI": {"prefixes": ["o", "pet", "soapenv"], "timestamp": ("2026-11-20T07:59:50.123Z", "2026-11-20T08:04:50.123Z")},
    "zeep": {"token_last": True, "timestamp": None},
    "node-soap": {"plain_id": True, "enveloped": True, "timestamp": ("2026-11-20T07:59:50Z", "2026-11-20T08:09:50Z")},
    "Metro": {"sign_time": False, "wrap": 64},
    "token signed": {"sign_token": True},
    "sha512": {"algorithm": "sha512"},
    "default prefix": {"prefixes": ["#default", "pet"]},
}


@pytest.mark.parametrize("tool", TOOLS)
def test_signed_as_that_tool_does(tmp_path, identity, tool):
    d = explain(tmp_path, sent(Signing(identity, **TOOLS[tool]).sign(hestia())))
    assert d.errors == []
    assert ("id-unqualified" in d.warnings) == (tool == "node-soap")


def test_sha1_is_refused_unless_it_is_allowed(tmp_path, identity):
    message = sent(Signing(identity, algorithm="sha1").sign(hestia()))
    refused, allowed = explain(tmp_path / "a", message), explain(tmp_path / "b", message, "--allow-sha1")
    assert refused.errors == ["sha1"] * 3 and refused.raw["steps"]["security"] == "error"
    assert allowed.errors == [] and allowed.warnings == ["sha1"] * 3


def test_elliptic_curves(tmp_path):
    d = explain(tmp_path, sent(Signing(Identity(curve=ec.SECP256R1())).sign(hestia())))
    assert d.errors == [] and d.raw["signature"]["algorithm"] == "ecdsa-sha256"


def test_the_real_request_of_a_body(tmp_path, identity):
    """As one that the platform answered with 0: the body's own NIF as Emisor, no Titular, nine digits, empty dates."""
    tree = hestia(IdCites="841207329", DataInici="", DataFi="")
    for path in ("//pet:Atributos/pet:Emisor/pet:NifEmisor", "//pet:DatosGenericos/pet:Emisor/pet:NifEmisor"):
        put(tree, path, "P0800000B")
    put(tree, "//pet:DatosAutorizacion/pet:IdentificadorSolicitante", BODY[1:])
    put(tree, "//pet:IdSolicitud", one(tree, "//pet:IdPeticion").text)
    original = etree.SubElement(one(tree, "//pet:Atributos"), f"{{{PET}}}IdSolicitanteOriginal")
    original.text = BODY
    d = explain(tmp_path, sent(Signing(identity).sign(tree)), "--as", BODY)
    assert d.errors == []
    assert sorted(d.warnings) == ["choice-both", "code-nine", "issuer-other", "issuer-other"]


def test_a_replay_has_the_same_key(tmp_path, identity):
    one_, other = Signing(identity).sign(hestia()), Signing(identity).sign(hestia(IdCites="841265254"))
    again = etree.fromstring(sent(one_))
    value = one(again, "//ds:SignatureValue")
    value.text = "\n " + value.text[:40] + "\n" + value.text[40:]  # the same bytes, another text
    keys = [d.raw["signature"]["replay"] for d in explain_all(tmp_path, [sent(one_), sent(again), sent(other)])]
    assert keys[0] == keys[1] != keys[2]


def test_real_zeep_signs(tmp_path, identity):
    """The library itself, not its shape: python3-zeep with xmlsec."""
    key, certificate = identity.files(tmp_path / "keys")
    for method, digest, errors in ((xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256, []),
                                   (xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA1, ["sha1", "sha1"])):
        plugin = zeep.wsse.signature.BinarySignature(str(key), str(certificate), signature_method=method, digest_method=digest)
        tree, _ = plugin.apply(hestia(), {})
        d = explain(tmp_path, sent(tree))
        assert d.errors == errors, d.raw["remarks"]


@pytest.fixture(scope="module")
def ours(tmp_path_factory, identity):
    """A request that the program made and signed."""
    directory = tmp_path_factory.mktemp("ours")
    key, certificate = identity.files(directory)

    def make(*words, modality="HESTIA_CITES", fields=("IdCites=841207329",)):
        done = run("gateway", "call", modality, *fields, "--as", BODY, "--key", key, "--cert", certificate, "--dry-run",
                   *words)
        return done.out.strip().encode()
    return make


@pytest.mark.parametrize("words", [(), ("--sha1",)])
def test_xmlsec_verifies_what_we_sign(ours, identity, words):
    tree = etree.fromstring(ours(*words))
    for path in ("/soap:Envelope/soap:Body", "//wsu:Timestamp"):
        xmlsec.tree.add_ids(one(tree, path), ["Id"])
    context = xmlsec.SignatureContext()
    certificate = identity.certificate.public_bytes(serialization.Encoding.PEM)
    context.key = xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM)
    context.verify(one(tree, "//ds:Signature"))
    one(tree, "//*[local-name()='IdCites']").text = "1"
    with pytest.raises(xmlsec.Error):
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM)
        context.verify(one(tree, "//ds:Signature"))


PAYLOADS = {
    "HESTIA_CONSULTA_CIUTADA": ("NIF=00181584E",), "HESTIA_EXPEDIENT": ("NumExpedient=EXP2017/00874",),
    "HESTIA_RECURSOS": ("IdRecurs=370265943,490173328",), "HESTIA_TRAMITS": ("IdTramits=490059660",),
    "HESTIA_CITES": ("DataFi=2019-05-13T00:00:00.000", "DataInici=2019-05-06T00:00:00.000"),
    "HESTIA_RESOLUCIORECURS": ("IdRecurs=840447028", "EstatNou=1", "DataFins=2020-03-03T23:00:00.000", "Import=150.12",
                               "IdUsrMod=370000000", "DtModificacio=2020-03-03T12:08:52.000"),
    "RESIDENT": ("numExpediente=a&b", "tipoDocumentacion=1", "documentacion=12344321Z"),
    "RESIDENT_MUNICIPI": ("numExpediente=<1>", "tipoDocumentacion=1", "documentacion=12344321Z", "codigoMunicipio=023",
                          "codigoProvincia=17", "idescat=0"),
    "TITULAR": ("numExpediente=à", "tipoDocumentacion=3", "documentacion=Z2757735Z", "idescat=1"),
    "COMPROVACIO_CONVIVENTS": ("numExpediente=1", "tipoDocumentacion=1", "documentacion=12344321Z", "codigoMunicipio=023",
                               "codigoProvincia=17", "idescat=0", "numeroConvivientes=3"),
}


@pytest.mark.parametrize("modality", PAYLOADS)
def test_what_we_make_is_right(tmp_path, ours, modality):
    d = explain(tmp_path, ours(modality=modality, fields=PAYLOADS[modality]), "--as", BODY, at=None)
    assert d.errors == [] and d.warnings == [], d.raw["remarks"]
    assert d.raw["modality"] == modality


def test_call_explains_what_it_needs(tmp_path, identity):
    key, certificate = identity.files(tmp_path)
    other, _ = Identity().files(tmp_path / "other")
    sign = ("--as", BODY, "--key", key, "--cert", certificate)
    for words, code, text in (
            (("HESTIA_CITE", "IdCites=1", *sign, "--dry-run"), EXIT["input"], "did you mean HESTIA_CITES?"),
            (("HESTIA_CITES", "idcites=1", *sign, "--dry-run"), EXIT["input"], "has no element idcites"),
            (("HESTIA_CITES", "IdCites", *sign, "--dry-run"), EXIT["usage"], "NAME=VALUE"),
            (("HESTIA_CITES", "IdCites=1", "--as", "Berga", *sign[2:], "--dry-run"), EXIT["input"], "INE10"),
            (("HESTIA_CITES", "IdCites=1", *sign), EXIT["usage"], "--url"),
            (("HESTIA_CITES", "IdCites=1", "--as", BODY, "--key", other, "--cert", certificate, "--dry-run"), EXIT["input"],
             "does not belong to the private key"),
            (("HESTIA_CITES", "IdCites=1", "--as", BODY, "--key", certificate, "--cert", certificate, "--dry-run"),
             EXIT["input"], "private key cannot be read"),
            (("HESTIA_CITES", "IdCites=1\x01", *sign, "--dry-run"), EXIT["input"], "XML cannot hold")):
        done = run("gateway", "call", "--lang", "en", *words, expect=code)
        assert text in done.err, done.err
        assert "PRIVATE" not in done.err + done.out


def test_people_read_it_in_their_language(tmp_path, identity):
    path = tmp_path / "m.xml"
    path.write_bytes(sent(Signing(identity).sign(put(hestia(), "//pet:NumElementos", "2"))))
    texts = {lang: run("gateway", "explain", "--lang", lang, "--at", AT, path, expect=1).out.replace(str(path), "m.xml")
             for lang in ("ca", "es", "en")}
    line = 1 + path.read_text().split("<pet:NumElementos>")[0].count("\n")
    assert f"ERROR count  line {line}\n" in texts["en"]
    assert "NumElementos is 2, and there are 1 SolicitudTransmision." in texts["en"]
    for text in texts.values():
        assert "count" in text and all(len(line) <= 100 for line in text.splitlines() if not line.startswith("    /"))


def test_the_authorised_certificate(tmp_path, identity):
    other = Identity("Un altre")
    _, certificate = identity.files(tmp_path / "keys")
    good = explain(tmp_path / "a", sent(Signing(identity).sign(hestia())), "--cert", certificate)
    bad = explain(tmp_path / "b", sent(Signing(other).sign(hestia())), "--cert", certificate)
    assert good.errors == [] and bad.errors == ["certificate-other"]
    assert "Un altre" in bad.remark("certificate-other")["sentence"]


@pytest.mark.parametrize("days,code", [((-900, -1), "certificate-expired"), ((1, 900), "certificate-not-yet")])
def test_dates_of_the_certificate(tmp_path, days, code):
    assert explain(tmp_path, sent(Signing(Identity(days=days)).sign(hestia()))).errors == [code]


def test_a_short_key(tmp_path):
    assert explain(tmp_path, sent(Signing(Identity(bits=1024)).sign(hestia()))).errors == ["certificate-weak"]


ANSWER = f"""<S:Envelope xmlns:S="{SOAP}"><S:Body><ns0:procesaResponse xmlns:ns0="http://www.openuri.org/">
    <ns3:Respuesta xmlns:ns3="http://gencat.net/scsp/esquemes/respuesta"><ns3:Atributos><ns3:IdPeticion>a</ns3:IdPeticion>
    <ns3:NumElementos>1</ns3:NumElementos><ns3:TimeStamp>2026-11-20T09:00:00.000+01:00</ns3:TimeStamp><ns3:Estado>
    <ns3:CodigoEstado>%s</ns3:CodigoEstado><ns3:LiteralError>%s</ns3:LiteralError>
    <ns3:TiempoEstimadoRespuesta>0</ns3:TiempoEstimadoRespuesta></ns3:Estado>
    <ns3:CodigoCertificado>HESTIA_CITES</ns3:CodigoCertificado><ns3:CodigoProducto>HESTIA</ns3:CodigoProducto>
    </ns3:Atributos><ns3:Transmisiones><ns3:TransmisionDatos><ns3:DatosGenericos><ns3:Emisor><ns3:NifEmisor>Q0801175A</ns3:NifEmisor>
    <ns3:NombreEmisor>CAOC</ns3:NombreEmisor></ns3:Emisor><ns3:Solicitante>
    <ns3:IdentificadorSolicitante>9821920002</ns3:IdentificadorSolicitante><ns3:NombreSolicitante>CAOC</ns3:NombreSolicitante>
    <ns3:Finalidad>PROVES</ns3:Finalidad><ns3:Consentimiento>Si</ns3:Consentimiento></ns3:Solicitante><ns3:Transmision>
    <ns3:CodigoCertificado>HESTIA_CITES</ns3:CodigoCertificado><ns3:IdSolicitud>1</ns3:IdSolicitud><ns3:IdTransmision/>
    <ns3:FechaGeneracion>2026-11-20</ns3:FechaGeneracion></ns3:Transmision></ns3:DatosGenericos><ns3:DatosEspecificos>%s
    </ns3:DatosEspecificos></ns3:TransmisionDatos></ns3:Transmisiones></ns3:Respuesta></ns0:procesaResponse></S:Body>
    </S:Envelope>"""
FAULT = (f'<S:Envelope xmlns:S="{SOAP}"><S:Body><S:Fault><faultcode>1013</faultcode><faultstring>Cap certificat'
         "</faultstring><faultactor>Server</faultactor></S:Fault></S:Body></S:Envelope>").encode()


def test_answers_are_read(tmp_path):
    payload = (f'<RespostaConsultaCites xmlns="{HESTIA}"><Resultat><CodiResultat>-2</CodiResultat><Descripcio>No trobada'
               "</Descripcio></Resultat><LlistaCites/></RespostaConsultaCites>")
    good, failed, refused = explain_all(tmp_path, [(ANSWER % ("0003", "OK", payload)).encode(),
                                                   (ANSWER % ("0502", "Error realitzant la operació.", "")).encode(),
                                                   FAULT])
    assert good.errors == [], good.raw["remarks"]
    assert good.raw["answer"] == {"state": "0003", "literal": "OK",
                                  "results": [{"modality": "HESTIA_CITES", "result": "-2", "text": "No trobada"}]}
    assert failed.errors == ["answer-error"] and failed.raw["answer"]["state"] == "0502"
    assert refused.errors == ["fault"] and "1013" in refused.remark("fault")["sentence"]


def test_padro_requests(tmp_path, identity):
    good, typed = explain_all(tmp_path, [sent(Signing(identity).sign(t)) for t in (
        padro(), padro(numExpediente="1", tipoDocumentacion="NIF", documentacion="12344321Z", codigoMunicipio="023",
                       codigoProvincia="17", idescat="0"))])
    assert good.errors == [] and typed.errors == ["value-type"]
    assert good.raw["modality"] == "RESIDENT_MUNICIPI"


def test_a_body_by_its_name(tmp_path, stocked, identity):
    """With a desk, --as takes a name; its code is that of the list of bodies."""
    key, certificate = identity.files(tmp_path / "keys")
    made = stocked.run("gateway", "call", "HESTIA_CITES", "IdCites=1", "--as", "Ajuntament de Badalona", "--key", key, "--cert",
                       certificate, "--dry-run").out
    tree = etree.fromstring(made.encode())
    assert one(tree, "//pet:DatosAutorizacion/pet:IdentificadorSolicitante").text == "0801550006"
    assert one(tree, "//pet:DatosAutorizacion/pet:NombreSolicitante").text == "Ajuntament de Badalona"
    unknown = stocked.run("gateway", "call", "HESTIA_CITES", "IdCites=1", "--as", "Vilanova", "--key", key, "--cert", certificate,
                          "--dry-run", expect=EXIT["input"])
    assert "Vilanova" in unknown.err


def test_what_values_mean(tmp_path, identity):
    """What the schemas let pass and the documentation does not."""
    fields = {"numExpediente": "1", "tipoDocumentacion": "1", "documentacion": "12344321Z", "codigoMunicipio": "023",
              "codigoProvincia": "17", "idescat": "0"}
    resolution = {"IdRecurs": "840447028", "EstatNou": "100", "DataFins": "2020-03-03T23:00:00.000", "Import": "150.12",
                  "IdUsrMod": "370000000", "DtModificacio": "2020-03-03T12:08:52.000"}
    trees = [padro(**(fields | {"codigoMunicipio": "23"})), padro(**(fields | {"idescat": "2"})),
             padro(**(fields | {"tipoDocumentacion": "9"})), hestia("HESTIA_RESOLUCIORECURS", **resolution)]
    short, other, kind, state = explain_all(tmp_path, [sent(Signing(identity).sign(t)) for t in trees])
    assert short.errors == ["value-digits"] and "it has 3 digits" in short.remark("value-digits")["sentence"]
    assert other.errors == kind.errors == state.errors == ["value-known"]
    assert state.remark("value-known")["answer"] == -5 and other.remark("value-known")["answer"] is None


def test_no_message_lives_for_ever(tmp_path, identity):
    """Whoever remembers what was sent must be able to forget it."""
    times = {"old, without end": (("2026-11-20T06:00:00Z", None), ["timestamp-expired"]),
             "old, with an end far away": (("2026-11-20T06:00:00Z", "2036-11-20T06:00:00Z"), ["timestamp-expired"]),
             "young, with an end far away": (("2026-11-20T07:59:00Z", "2036-11-20T06:00:00Z"), []),
             "young, without end": (("2026-11-20T07:59:00Z", None), []),
             "within the skew": (("2026-11-20T08:04:00Z", "2026-11-20T08:09:00Z"), [])}
    found = explain_all(tmp_path, [sent(Signing(identity, timestamp=t).sign(hestia())) for t, _ in times.values()])
    for (name, (_, errors)), d in zip(times.items(), found):
        assert d.errors == errors, name
    assert found[3].raw["signature"]["remember_until"] == "2026-11-20T09:04:00Z"  # an hour and the skew
    # Whoever can exchange the Timestamp can send the message for ever.
    unsigned, none = explain_all(tmp_path / "a", [sent(Signing(identity, **how).sign(hestia())) for how in (
        {"sign_time": False}, {"timestamp": None})])
    assert unsigned.errors == none.errors == []
    assert unsigned.raw["signature"]["remember_until"] is none.raw["signature"]["remember_until"] is None
    tree = Signing(identity, sign_time=False).sign(hestia())
    assert explain_all(tmp_path / "b", [sent(drop(tree, "//wsu:Created"))])[0].errors == ["timestamp-shape"]


def test_extensions_of_the_platform(tmp_path, identity):
    def extended(position, inside):
        tree = hestia()
        node = etree.fromstring(f'<c:ExtensionesPeticion xmlns:c="http://www.aocat.net/scsp/esquemes/caoc-extensions">{inside}'
                                "</c:ExtensionesPeticion>")
        one(tree, "//pet:DatosEspecificos").insert(position, node)
        return sent(Signing(identity).sign(tree))
    good, late, wrong = explain_all(tmp_path, [extended(0, "<c:PDF>true</c:PDF>"), extended(1, "<c:PDF>1</c:PDF>"),
                                               extended(0, "<c:PDF>si</c:PDF>")])
    assert good.errors == [] and good.warnings == []
    assert late.errors == [] and late.warnings == ["extension-late"]
    assert wrong.errors == ["value-type"]


# ------------------------------------------------------------------ call, over the wire


class Platform:
    """A server that reads what arrives and answers as the platform does: signed with SHA-1, or a fault."""

    def __init__(self, answer, status=200):
        platform = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                platform.path, platform.headers = self.path, dict(self.headers)
                platform.body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Type", "text/xml; charset=utf-8")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/siri-proxy/services/Sincron"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def module_here():
    return (MODULES / "talaia-transfer.so").exists()


@pytest.fixture
def caller(tmp_path, identity):
    if not module_here():
        pytest.skip("built without the module that sends")
    key, certificate = identity.files(tmp_path / "keys")

    def call(url, *words, expect=0):
        return run("gateway", "call", "HESTIA_CITES", "IdCites=841207329", "--as", BODY, "--key", key, "--cert", certificate,
                   "--url", url, "--lang", "en", *words, expect=expect)
    return call


def signed_answer(identity, change=None):
    text = ANSWER % ("0003", "OK", f'<RespostaConsultaCites xmlns="{HESTIA}"><Resultat><CodiResultat>0</CodiResultat>'
                     "<Descripcio>Les cites s'han localitzat correctament</Descripcio></Resultat><LlistaCites/></RespostaConsultaCites>")
    now = datetime.datetime.now(datetime.timezone.utc)
    times = tuple((now + datetime.timedelta(seconds=s)).strftime("%Y-%m-%dT%H:%M:%SZ") for s in (-1, 299))
    tree = Signing(identity, algorithm="sha1", sign_time=False, timestamp=times).sign(etree.fromstring(text))
    if change:
        change(tree)
    return sent(tree)


def test_call_sends_and_verifies_the_answer(tmp_path, caller):
    seal = Identity("Consorci d'Exemple", "Q0801175A", days=(-4000, 4000))
    with Platform(signed_answer(seal)) as platform:
        raw = caller(platform.url, "--json").json()
        text = caller(platform.url).out
    assert raw["status"] == 200 and raw["errors"] == 0, raw["remarks"]
    assert raw["answer"]["results"] == [{"modality": "HESTIA_CITES", "result": "0",
                                         "text": "Les cites s'han localitzat correctament"}]
    assert raw["steps"]["security"] == "warning" and raw["certificate"]["nif"] == "Q0801175A"
    assert "HTTP 200" in text and "HESTIA_CITES: 0 Les cites" in text
    assert platform.path == "/siri-proxy/services/Sincron"
    assert platform.headers["SOAPAction"] == '"http://www.openuri.org/procesa"'
    assert platform.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert explain(tmp_path / "sent", platform.body, "--as", BODY, at=None).errors == []


def test_call_sees_a_changed_answer_and_a_fault(caller):
    seal = Identity(days=(-4000, 4000))
    with Platform(signed_answer(seal, lambda t: put(t, "//*[local-name()='CodiResultat']", "-2"))) as platform:
        changed = caller(platform.url, "--json", expect=EXIT["findings"]).json()
    with Platform(FAULT, 500) as platform:
        fault = caller(platform.url, "--json", expect=EXIT["findings"]).json()
    assert [r["code"] for r in changed["remarks"] if r["grade"] == "error"] == ["digest-wrong"]
    assert fault["status"] == 500 and fault["answer"]["state"] == "1013"
    assert [r["code"] for r in fault["remarks"]] == ["fault"]


def test_call_says_what_is_wrong_with_the_way(caller):
    with Platform(b"<html><body>403 Forbidden</body></html>", 403) as platform:
        refused = caller(platform.url, expect=(EXIT["input"], EXIT["system"]))
    assert "403" in refused.err
    gone = caller(platform.url, expect=(EXIT["input"], EXIT["system"]))
    assert "127.0.0.1" in gone.err
