"""Integrators' own libraries, as they are installed, through the platform's whole test set: python's zeep and npm's soap;
and through the three services, a client that gSOAP generates from their contracts. Only the address is ours."""
import datetime
import json
import os
import pathlib
import shutil
import subprocess

import conftest
import gateway_live as g
import pytest
import xmlsec
import zeep
from gateway import BODY, CONSORTIUM, OPENURI, drop, hestia, one, padro, put
from lxml import etree
from zeep.wsse.signature import BinarySignature

CLIENTS = conftest.ROOT / "tests" / "clients"
PACKAGES = pathlib.Path(os.environ.get("TALAIA_CLIENT_PACKAGES", conftest.ROOT / "build-clients"))
RSA_SHA256, XENC_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"
SHA256 = {"signature_method": xmlsec.Transform.RSA_SHA256, "digest_method": xmlsec.Transform.SHA256}


@pytest.fixture(scope="module")
def who():
    return g.identity()


@pytest.fixture(scope="module")
def live(tmp_path_factory, empty_desk, who):
    d = conftest.copy_desk(empty_desk, tmp_path_factory.mktemp("clients") / "desk")
    path = d.path / "registry.csv"
    path.write_text(conftest.table([conftest.body(3, "Badalona, Ajuntament de", 400, 500)]), encoding="utf-8")
    d.load(path)
    for product in ("HESTIA", "PADRO"):
        g.authorise(d, who, "--product", product, body=BODY)
    with g.serving(d) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def examples(live):
    """Every example of every modality that the back office has; those of Hèstia are the platform's test set."""
    listed = [(m, x) for m in live.desk.run("gateway", "modalities", "--json").json() if m["answered"] for x in m["examples"]]
    assert sum(m["product"] == "HESTIA" for m, _ in listed) >= 38
    return listed


def message(number, modality, payload, name):
    """What a developer fills in, in the words of the contract; `payload`: however that library takes XML."""
    issuer = {"NifEmisor": "Q0801175A", "NombreEmisor": "CAOC"}
    now = datetime.datetime.now().astimezone().isoformat(timespec="milliseconds")
    return {"Peticion": {
        "Atributos": {"IdPeticion": f"{name}-{os.getpid()}-{number}", "NumElementos": 1, "TimeStamp": now,
                      "CodigoCertificado": modality["modality"], "CodigoProducto": modality["product"],
                      "DatosAutorizacion": {"IdentificadorSolicitante": BODY, "NombreSolicitante": "Ajuntament de Badalona",
                                            "Finalidad": "PROVES"},
                      "Emisor": issuer},
        "Solicitudes": {"SolicitudTransmision": [{
            "DatosGenericos": {"Emisor": issuer,
                               "Solicitante": {"IdentificadorSolicitante": CONSORTIUM, "NombreSolicitante": "CAOC",
                                               "Finalidad": "PROVES", "Consentimiento": "Si"},
                               "Transmision": {"CodigoCertificado": modality["modality"], "IdSolicitud": "1",
                                               "FechaGeneracion": now[:10]}},
            "DatosEspecificos": payload}]}}}


def content(node):
    """Names and values, whatever the prefixes."""
    return [(n.tag, (n.text or "").strip()) for n in node.iter() if isinstance(n.tag, str)]


def is_answered(example, state, payload):
    """With the platform's state for it, and the very payload that the documentation of the modality shows for it."""
    return state == "0003" and example["code"] == example["expected"] and \
        content(payload) == content(etree.fromstring(example["answer"]))


# ------------------------------------------------------------------ zeep


class Signs(BinarySignature):
    """zeep's own verify() takes the sender's key for the answerer's, so that no answer of another party ever passes. The same
    verification with the platform's certificate, as whoever checks the platform's answers writes it; with none, answers are
    taken as they come."""
    platform = None

    def verify(self, envelope):
        if self.platform is not None:
            zeep.wsse.signature.verify_envelope(envelope, str(self.platform))
        return envelope


def zeep_client(live, who, tmp_path, front="Sincron", **how):
    key, certificate = who.files(tmp_path / "keys")
    return zeep.Client(f"http://{live.host}{g.SERVICES}{front}?wsdl",
                       wsse=Signs(str(key), str(certificate), **(how or SHA256)))


def test_zeep_verifies_our_signed_answers(tmp_path, empty_desk, who, examples):
    """Really: with another certificate, or where the answers are not signed, it refuses them."""
    d = conftest.copy_desk(empty_desk, tmp_path / "desk")
    g.authorise(d, who, "--product", "HESTIA")
    seal = g.identity("Consorci d'Exemple", "Q0801175A")
    key, certificate = seal.files(tmp_path / "seal")
    modality, example = next((m, x) for m, x in examples if m["product"] == "HESTIA" and x["code"] == 0)
    numbers = iter(range(100))

    def ask(client):
        words = message(next(numbers), modality, {"_value_1": [etree.fromstring(example["request"])]}, "VERIFIED")
        return client.service.procesa(**words)["Atributos"]["Estado"]["CodigoEstado"]
    with g.serving(d, f"gateway.key={key}", f"gateway.certificate={certificate}") as gateway:
        client = zeep_client(gateway, who, tmp_path)
        client.wsse.platform = certificate
        assert ask(client) == "0003"
        client.wsse.platform = g.identity("Un altre", "Q0801175A").files(tmp_path / "other")[1]
        with pytest.raises(zeep.exceptions.SignatureVerificationFailed):
            ask(client)
    with g.serving(d) as gateway:
        client = zeep_client(gateway, who, tmp_path)
        client.wsse.platform = certificate
        with pytest.raises(zeep.exceptions.Error):
            ask(client)


def test_zeep_through_the_whole_test_set(tmp_path, live, who, examples):
    client = zeep_client(live, who, tmp_path)
    wrong = []
    for number, (modality, example) in enumerate(examples):
        payload = {"_value_1": [etree.fromstring(example["request"])]}
        answer = client.service.procesa(**message(number, modality, payload, "ZEEP"))
        item = answer["Transmisiones"]["TransmisionDatos"][0]
        state, specific = answer["Atributos"]["Estado"]["CodigoEstado"], item["DatosEspecificos"]
        payload = specific and specific["_value_1"]
        if not payload or not is_answered(example, state, payload[0] if isinstance(payload, list) else payload):
            wrong.append((modality["modality"], example["id"], state, payload))
    assert wrong == []
    rows = live.log_rows(500)
    assert len([r for r in rows if r["request"].startswith("ZEEP-") and r["outcome"] == "answered"]) == len(examples)


def test_zeep_as_it_comes_signs_with_sha1(tmp_path, live, who, examples):
    """Its default is SHA-1: refused, with a fault that zeep understands."""
    client = zeep_client(live, who, tmp_path, signature_method=None, digest_method=None)
    modality, example = examples[0]
    with pytest.raises(zeep.exceptions.Fault) as fault:
        client.service.procesa(**message(0, modality, {"_value_1": [etree.fromstring(example["request"])]}, "OLD"))
    assert fault.value.code == "9041" and "SHA-1" in fault.value.message


def test_zeep_asks_now_and_fetches_later(tmp_path, live, who, examples):
    """All three contracts can be read, whatever the asynchronous fronts answer yet."""
    for front, answer in (("Sincron", "Respuesta"), ("Asincron", "ConfirmacionPeticion"), ("AsincronResposta", "Respuesta")):
        client = zeep_client(live, who, tmp_path, front)
        operation = client.service._binding._operations["procesa"]
        assert operation.name == "procesa" and answer in str(operation.output.signature(as_output=True)), front


# ------------------------------------------------------------------ npm's soap


@pytest.fixture(scope="module")
def packages():
    assert shutil.which("node"), "make packages-test installs it"
    done = subprocess.run(["/usr/bin/python3", conftest.ROOT / "tests" / "browser" / "fetch.py", PACKAGES, CLIENTS],
                          capture_output=True, text=True, timeout=300)
    if done.returncode != 0 and "urlopen error" in done.stderr:
        pytest.skip("the packages of the browser tests cannot be fetched from here")
    assert done.returncode == 0, done.stderr
    return PACKAGES


def soap(packages, live, who, tmp_path, cases, **options):
    key, certificate = who.files(tmp_path / "keys")
    done = subprocess.run(["node", CLIENTS / "soap.mjs", packages, f"http://{live.host}{g.SERVICES}Sincron?wsdl", key, certificate],
                          input=json.dumps(cases), capture_output=True, text=True, timeout=120,
                          env=conftest.environment(OPTIONS=json.dumps(options), HOME=tmp_path))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_npm_soap_through_the_whole_test_set(tmp_path, packages, live, who, examples):
    cases = [{"id": n, "message": message(n, m, {"$xml": x["request"]}, "NODE")} for n, (m, x) in enumerate(examples)]
    wrong = []
    for got, (modality, example) in zip(soap(packages, live, who, tmp_path, cases, signatureAlgorithm=RSA_SHA256,
                                             digestAlgorithm=XENC_SHA256), examples, strict=True):
        raw = etree.fromstring(got["raw"].encode()) if "answer" in got else None
        payload = raw.find(".//{*}DatosEspecificos/*") if raw is not None else None
        state = got["answer"]["Respuesta"]["Atributos"]["Estado"]["CodigoEstado"] if raw is not None else got
        if payload is None or not is_answered(example, state, payload):
            wrong.append((modality["modality"], example["id"], state))
    assert wrong == []


def test_npm_soap_as_it_comes(tmp_path, packages, live, who, examples):
    """With nothing said about algorithms: answered, or refused for SHA-1 alone."""
    modality, example = examples[0]
    got = soap(packages, live, who, tmp_path, [{"id": 0, "message": message(0, modality, {"$xml": example["request"]}, "PLAIN")}])
    assert "answer" in got[0] or got[0]["fault"] in (9041, "9041"), got


# ------------------------------------------------------------------ gSOAP

PLUGINS, CUSTOM = pathlib.Path("/usr/share/gsoap/plugin"), pathlib.Path("/usr/share/gsoap/custom")
SOL = "http://gencat.net/scsp/esquemes/solicitudRespuesta"


def tool(*words, cwd):
    done = subprocess.run(list(map(str, words)), cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])


@pytest.fixture(scope="module")
def gsoap(tmp_path_factory, live):
    """A program for each front, generated from its ?wsdl as it is."""
    assert shutil.which("wsdl2h"), "make packages-test installs it"
    there = tmp_path_factory.mktemp("gsoap")

    def build(number):
        front = ("Sincron", "Asincron", "AsincronResposta")[number]
        (place := there / front).mkdir()
        (place / "contract.wsdl").write_bytes(live.get(f"{g.SERVICES}{front}?wsdl").body)
        tool("wsdl2h", "-c", "-g", "-o", "contract.h", "contract.wsdl", cwd=place)
        header = place / "contract.h"
        header.write_text('#import "wsse.h"\n' + header.read_text())
        tool("soapcpp2", "-c", "-C", "-L", "-x", "-I/usr/share/gsoap/import", "contract.h", cwd=place)
        plugins = [PLUGINS / f"{name}.c" for name in ("wsseapi", "smdevp", "mecevp", "threads")]
        tool("gcc", "-O0", "-w", "-DWITH_OPENSSL", "-DWITH_DOM", f'-DNSMAP="{front}Soap.nsmap"', "-I.", f"-I{PLUGINS}", f"-I{CUSTOM}",
             "-o", "client", CLIENTS / "gsoap.c", "soapC.c", "soapClient.c", *plugins, CUSTOM / "struct_timeval.c", "-lgsoapssl",
             "-lssl", "-lcrypto", "-lpthread", cwd=place)
    g.all_at_once(3, build)
    return there


def test_gsoap_at_all_three_services(tmp_path, gsoap, live, who):
    key, certificate = who.files(tmp_path / "keys")

    def ask(front, words):
        done = subprocess.run([gsoap / front / "client", f"http://{live.host}{g.SERVICES}{front}", key, certificate],
                              input=etree.tostring(words), capture_output=True, timeout=120)
        assert done.returncode == 0, done
        return {etree.QName(n).localname: n.text for n in etree.fromstring(done.stdout).iter()}
    tree = put(hestia(), "//pet:Atributos/pet:IdPeticion", f"GSOAP-{os.getpid()}")
    got = ask("Sincron", one(tree, "//o:procesa"))
    assert (got["CodigoEstado"], got["CodiResultat"], got["IdCita"]) == ("0003", "0", "841207329")
    number = f"GSOAP-LATER-{os.getpid()}"
    got = ask("Asincron", one(put(padro(), "//pet:Atributos/pet:IdPeticion", number), "//o:procesa"))
    assert (got["IdPeticion"], got["CodigoEstado"], got["TiempoEstimadoRespuesta"]) == (number, "0001", "1")
    later = etree.Element(f"{{{OPENURI}}}procesa")
    head = etree.SubElement(etree.SubElement(later, f"{{{SOL}}}SolicitudRespuesta"), f"{{{SOL}}}Atributos")
    for name, text in (("IdPeticion", number), ("NumElementos", "1"), ("TimeStamp", "2026-11-20T09:00:00.000+01:00"),
                       ("CodigoCertificado", "RESIDENT_MUNICIPI"), ("CodigoProducto", "PADRO")):
        etree.SubElement(head, f"{{{SOL}}}{name}").text = text
    assert ask("AsincronResposta", later)["CodigoEstado"] in ("0002", "0003")
    done = subprocess.run([gsoap / "Sincron" / "client", f"http://{live.host}{g.SERVICES}Sincron", key, certificate],
                          input=etree.tostring(one(drop(tree, "//pet:DatosAutorizacion"), "//o:procesa")), capture_output=True, timeout=120)
    assert done.returncode == 1 and b"9070 Error en el proc" in done.stdout, done  # it understands our faults
