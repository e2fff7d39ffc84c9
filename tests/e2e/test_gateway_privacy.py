"""Nothing of a citizen stays at the gateway: whatever a message holds, and wherever in it, neither the store nor a log has
it in clear; and what is equal is found again by its keyed hash."""
import contextlib
import pathlib
import sqlite3

import conftest
import gateway_live as g
import pytest
from gateway import BODY, NS, drop, hestia, one, put, sub
from lxml import etree

NIF, NIE, WRONG, PASSPORT, NAME, CIP = "12345678Z", "X1234567L", "88888888R", "PAB765432", "Hermenegilda", "HEPU1450101009"
IDS = (NIF, NIE, WRONG, PASSPORT, NAME, CIP, NIF.lower(), "12.345.678", "12345678")


@pytest.fixture(scope="module")
def desk(tmp_path_factory, empty_desk):
    return conftest.copy_desk(empty_desk, tmp_path_factory.mktemp("privacy") / "desk")


@pytest.fixture(scope="module")
def who():
    return g.identity()


def holder(tree, kind, number):
    generic = one(tree, "//pet:DatosGenericos")
    for old in generic.findall("pet:Titular", NS):
        generic.remove(old)
    node = sub(generic, NS["pet"], "Titular")
    sub(node, NS["pet"], "TipoDocumentacion", kind)
    sub(node, NS["pet"], "Documentacion", number)
    sub(node, NS["pet"], "NombreCompleto", f"{NAME} Exemple")
    return tree


def citizen(number=NIF, **fields):
    return hestia("HESTIA_CONSULTA_CIUTADA", root="PCIConsultaCiutada", code="codiINE", NIF=number, **fields)


def renamed(tree, path, name):
    node = one(tree, path)
    node.tag = "{%s}%s" % (etree.QName(node).namespace, name)
    return tree


def messages(who):
    """Where integrators, careless or hostile, put what must not stay."""
    yield "in the payload", g.signed(who, citizen())
    yield "as the holder", g.signed(who, holder(hestia(), "NIF", NIF))
    yield "as a passport", g.signed(who, holder(hestia(), "Pasaporte", PASSPORT))
    for text in (NIF, NIE, WRONG, PASSPORT, f"CITES{NIF.lower()}9", f"0{NIF}", f"{NAME}-{NIF}"):
        yield f"in IdPeticion {text}", g.signed(who, holder(citizen(), "NIF", PASSPORT), number=f"p-{text}")
    for path in ("//pet:Atributos/pet:CodigoCertificado", "//pet:Atributos/pet:CodigoProducto",
                 "//pet:DatosAutorizacion/pet:IdentificadorSolicitante", "//pet:DatosAutorizacion/pet:Finalidad",
                 "//pet:Transmision/pet:IdSolicitud", "//pet:NumElementos", "//pet:Transmision/pet:CodigoCertificado"):
        yield f"in {path}", g.signed(who, put(hestia(), path, NIF))
    for path in ("//pet:TimeStamp", "//pet:Solicitante", "//*[local-name()='IdCites']"):
        yield f"as the name of {path}", g.signed(who, renamed(hestia(), path, f"N{NIF}"))
    extra = hestia()
    sub(one(extra, "//pet:Atributos"), "urn:" + NIF, "N" + NIF, NIF).set("a" + NIF, NIF)
    yield "as a namespace and an attribute", g.signed(who, extra)
    yield "without a signature", etree.tostring(holder(citizen(), "NIF", NIF))
    yield "in what is no XML", f"<{NAME} {NIF}".encode()
    yield "in a comment and an instruction", g.signed(who, citizen()).replace(
        b"<soap:Body", f"<!--{NIF}--><?{NAME} {NIF}?><soap:Body".encode(), 1)


def everything(desk):
    """Every byte that the desk keeps: the store with its journals, the log, all other files but those of the identity."""
    with contextlib.closing(sqlite3.connect(desk.store, timeout=30)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in pathlib.Path(desk.path).rglob("*"):
        if file.is_file() and "identity" not in file.parts:
            yield file, file.read_bytes()


def test_no_citizen_stays(desk, who):
    g.authorise(desk, who, "--product", "HESTIA")
    with g.serving(desk) as gateway:
        cases = list(messages(who))
        for name, body in cases:
            reply = gateway.post(body)
            assert reply.status in (200, 500), (name, reply.body)
        for name, body in cases[:3]:
            assert gateway.post(body).status in (200, 500), name
        log = desk.run("gateway", "log", on=None).out + desk.run("gateway", "log", "--json", on=None).out
        shown = [desk.run("gateway", "show", str(row["id"]), on=None).out for row in gateway.log_rows(100)]
        rows = gateway.log_rows(100)
    assert len(rows) == len(cases) + 3
    for text in (log, *shown):
        assert not [i for i in IDS if i in text], text
    found = [(str(file), i) for file, content in everything(desk) for i in IDS if i.encode() in content]
    assert not found
    assert any(r["outcome"] == "answered" for r in rows) and any(r["outcome"] == "xml" for r in rows)
    # The same person is the same hash, in the payload and as the holder; another is another.
    by_name = dict(zip([name for name, _ in cases], reversed(rows[3:])))
    payload, as_holder, passport = (by_name[n]["citizens"].split() for n in ("in the payload", "as the holder", "as a passport"))
    assert payload and as_holder and passport and set(payload) & set(as_holder) and not set(payload) & set(passport)
    assert all(len(h) == 32 for h in payload + as_holder + passport)
    # An id that is masked is found by whoever knows it.
    kept = by_name[f"in IdPeticion {NIF}"]
    assert "*********" in kept["request"]
    assert desk.json("gateway", "show", f"p-{NIF}", on=None)["request"] == kept["request"]
