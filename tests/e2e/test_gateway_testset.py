"""The whole test set through the gateway itself: every example of every modality (the platform's official rows are among
them) as a signed request over HTTP, answered with its code."""
import contextlib
import copy
import itertools
import os
import sqlite3
import time

import conftest
import gateway_live
import pytest
from conftest import run
from gateway import BODY, PET, Signing, explain_all, put, request, sent
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from test_gateway_live import check_signature
from test_gateway_schema import SCHEMAS


@pytest.fixture(scope="module")
def guides():
    return run("gateway", "modalities", "--json", "--lang", "en").json()


@pytest.fixture(scope="module")
def who():
    return gateway_live.identity()


@pytest.fixture(scope="module")
def live(tmp_path_factory, empty_desk, who):
    desk = conftest.copy_desk(empty_desk, tmp_path_factory.mktemp("testset") / "desk")
    registry = desk.path / "registry.csv"
    registry.write_text(conftest.table([conftest.body(3, "Castelldefels, Ajuntament de", 400, 500)]), encoding="utf-8")
    desk.load(registry)
    gateway_live.authorise(desk, who, "--product", "HESTIA")
    gateway_live.authorise(desk, who, "--product", "PADRO")
    with gateway_live.serving(desk) as gateway:
        yield gateway


def code_of(reply, modality):
    name = {"HESTIA_CONSULTA_CIUTADA": "codiResultat"}.get(modality, "CodiResultat" if modality.startswith("HESTIA") else
                                                           "codigoResultado")
    return reply.text(name)


def test_every_row_is_answered(live, who, guides):
    wrong, official = [], 0
    for g in guides:
        for x in g["examples"]:
            tree = request(g["modality"], x["request"], product=g["product"])
            reply = live.post(gateway_live.signed(who, tree))
            payload = reply.tree.find(".//{*}DatosEspecificos/*") if reply.tree is not None else None
            if reply.status != 200 or code_of(reply, g["modality"]) != str(x["expected"]) or payload is None:
                wrong.append((g["modality"], x["id"], x["expected"], reply.status, reply.text("faultstring"),
                              reply.text("LiteralError"), code_of(reply, g["modality"])))
                continue
            # the very payload that `gateway modalities` shows
            shown = etree.tostring(etree.fromstring(x["answer"]), method="c14n", exclusive=True)
            assert etree.tostring(payload, method="c14n", exclusive=True) == shown
            official += x["id"].startswith(g["modality"])
    assert not wrong, "\n".join(map(str, wrong))
    assert official == 44


def test_gateway_call_gets_them_too(live, who, guides, tmp_path):
    key, certificate = who.files(tmp_path / "identity")
    for g in guides:
        if g["product"] != "HESTIA":
            continue
        x = next(x for x in g["examples"] if x["expected"] == 0)
        words = [f"{k}={v}" for k, v in x["ask"].items()]
        found = run("gateway", "call", g["modality"], *words, "--as", BODY, "--key", key, "--cert", certificate, "--url",
                    f"http://{live.host}/siri-proxy/services/Sincron", "--json", "--lang", "en", expect=(0, 1)).json()
        assert found["answer"]["state"] == "0003", found
        assert [r["result"] for r in found["answer"]["results"]] == ["0"], found
        assert [r["text"] for r in found["answer"]["results"]] == [x["text"]]


RESIDENT = '<peticionResidente xmlns="http://www.aocat.net/padro"><numExpediente>1</numExpediente><tipoDocumentacion>1' \
           '</tipoDocumentacion><documentacion>{}</documentacion></peticionResidente>'
SOL = "http://gencat.net/scsp/esquemes/solicitudRespuesta"


def solicitud(number, modality="RESIDENT", product="PADRO"):
    """SolicitudRespuesta with the header of a Peticion."""
    tree = request(modality, RESIDENT.format("12344321Z"), product=product)
    put(tree, "//pet:Atributos/pet:IdPeticion", number)
    message = tree.find(".//{*}Peticion")
    message.remove(message.find("{*}Solicitudes"))
    return etree.fromstring(etree.tostring(tree).replace(PET.encode(), SOL.encode()).replace(b"Peticion", b"SolicitudRespuesta")
                            .replace(b"IdSolicitudRespuesta", b"IdPeticion"))


_seconds = itertools.count(300)


def signed_as_it_is(who, tree):
    """With a Timestamp of its own: the very same bytes would be a message that was sent before."""
    return sent(Signing(who, timestamp=gateway_live.life(next(_seconds))).sign(tree))


def test_what_is_answered_later(live, who):
    """Asincron, then AsincronResposta until it is there; meanwhile nobody finds a citizen in the store."""
    number = f"LATER-{os.getpid()}"
    tree = request("RESIDENT", RESIDENT.format("12344321Z"), product="PADRO")
    reply = live.post(gateway_live.signed(who, tree, number), front="Asincron")
    assert (reply.status, reply.state, reply.text("TiempoEstimadoRespuesta")) == (200, "0001", "1"), reply.body
    assert reply.tree.find(".//{*}ConfirmacionPeticion") is not None and reply.text("IdPeticion") == number
    again = live.post(gateway_live.signed(who, tree, number, timestamp=gateway_live.life(ago=20)), front="Asincron")
    assert again.state == "0502" and number in again.text("LiteralError")
    reply = live.post(signed_as_it_is(who, solicitud(number)), front="AsincronResposta")
    assert reply.status == 200 and reply.state in ("0002", "0003"), reply.body  # on a slow machine it is there already
    assert (reply.tree.find(".//{*}Transmisiones") is None) == (reply.state == "0002")
    for other in (solicitud(number + "-x"), solicitud(number, "TITULAR")):
        reply = live.post(signed_as_it_is(who, other), front="AsincronResposta")
        assert (reply.status, reply.state) == (200, "0502"), reply.body
    kept = [path for path in live.desk.path.rglob("*") if path.is_file() and "identity" not in path.parts]
    assert live.desk.store in kept and all(b"12344321Z" not in path.read_bytes() for path in kept)
    end = time.monotonic() + 120
    while True:
        reply = live.post(signed_as_it_is(who, solicitud(number)), front="AsincronResposta")
        if reply.state != "0002" or time.monotonic() > end:
            break
        time.sleep(1)
    assert (reply.state, reply.text("LiteralError"), reply.text("codigoResultado")) == ("0003", "OK", "1"), reply.body
    assert [t.text for t in reply.tree.findall(".//{*}documentacion")] == ["12344321Z"]


def test_a_restart_loses_nothing_and_states_move_by_themselves(tmp_path, empty_desk, who):
    """Taken by one gateway, answered by another that nobody asks; then it is fetched."""
    d = conftest.copy_desk(empty_desk, tmp_path / "desk")
    gateway_live.authorise(d, who, "--product", "PADRO")
    tree = request("RESIDENT", RESIDENT.format("12344321Z"), product="PADRO")

    def state():
        with contextlib.closing(sqlite3.connect(d.store, timeout=30)) as store:
            return store.execute("SELECT state FROM gateway_async WHERE request = 'RESTART'").fetchone()[0]
    with gateway_live.serving(d) as live:
        assert live.post(gateway_live.signed(who, tree, "RESTART"), front="Asincron").state == "0001"
    with gateway_live.serving(d) as live:
        seen, end = {state()}, time.monotonic() + 120
        while "done" not in seen:
            assert time.monotonic() < end, seen
            time.sleep(0.1)
            seen.add(state())
        assert seen <= {"pending", "working", "done"}
        reply = live.post(signed_as_it_is(who, solicitud("RESTART")), front="AsincronResposta")
    assert (reply.state, reply.text("TiempoEstimadoRespuesta"), reply.text("codigoResultado")) == ("0003", "0", "1")


def test_a_volant_is_signed(tmp_path, empty_desk, who):
    """By reference to its own data, with the key of the answers, also where several are in one answer; checked by xmlsec and by
    the published schema where it is there."""
    import xmlsec
    d = conftest.copy_desk(empty_desk, tmp_path / "desk")
    gateway_live.authorise(d, who, "--product", "PADRO")
    seal = gateway_live.identity("Consorci d'Exemple", "Q0801175A")
    key, certificate = seal.files(tmp_path / "seal")
    payload = ('<peticionDatosTitular xmlns="http://www.aocat.net/padro"><numExpediente>1</numExpediente><tipoDocumentacion>1'
               "</tipoDocumentacion><documentacion>12344321Z</documentacion><codigoMunicipio>023</codigoMunicipio>"
               "<codigoProvincia>17</codigoProvincia><idescat>0</idescat></peticionDatosTitular>")
    two = request("TITULAR", payload, product="PADRO")
    first = two.find(".//{*}SolicitudTransmision")
    first.addnext(copy.deepcopy(first))
    put(two, "//pet:NumElementos", "2")
    with gateway_live.serving(d, f"gateway.key={key}", f"gateway.certificate={certificate}") as live:
        answers = [live.post(gateway_live.signed(who, request("TITULAR", payload, product="PADRO")))]
        assert live.post(gateway_live.signed(who, two, "TWO"), front="Asincron").state == "0001"
        end = time.monotonic() + 120
        while (reply := live.post(signed_as_it_is(who, solicitud("TWO", "TITULAR")), front="AsincronResposta")).state == "0002":
            assert time.monotonic() < end
            time.sleep(0.5)
        answers.append(reply)
    ids, published = [], SCHEMAS / "padro" / "repo-PADRO" / "VolanteEmpadronamiento.xsd"
    schema = etree.XMLSchema(etree.parse(published)) if published.is_file() else None
    for reply in answers:
        assert reply.state == "0003", reply.body
        check_signature(reply, seal)  # of the whole answer, the volant's signature included
        for volant in reply.tree.findall(".//{http://www.red.es/padron}VolanteEmpadronamiento"):
            data, signature = volant
            assert schema is None or schema.validate(volant), schema.error_log
            ids.append(data.get("Id"))
            context = xmlsec.SignatureContext()
            context.key = xmlsec.Key.from_memory(seal.certificate.public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatCertPem)
            context.register_id(data, "Id")
            context.verify(signature)
            data.find(".//{*}Nombre").text = "UNA ALTRA"
            with pytest.raises(xmlsec.Error):
                context = xmlsec.SignatureContext()
                context.key = xmlsec.Key.from_memory(seal.certificate.public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatCertPem)
                context.verify(signature)
    assert ids == ["V1", "V1", "V2"]
    for d in explain_all(tmp_path / "answers", [a.body for a in answers], at=None):
        assert d.errors == [], d.raw["remarks"]  # as an integrator's developer sees it
