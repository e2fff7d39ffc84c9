"""The classic mistakes of integrators: each is explained by its code, at its place, and doing what the advice says mends it."""
import copy
import datetime
import re

import pytest
from lxml import etree

from gateway import (BODY, CONSORTIUM, HESTIA, NS, OPENURI, PET, Identity, Signing, drop, explain, hestia, one, padro, put,
                     sent)


@pytest.fixture(scope="module")
def identity():
    return Identity()


# ------------------------------------------------------------------ mending, with what the remark says


def found(tree, d, code):
    r = d.remark(code)
    nodes = tree.xpath(r["xpath"], namespaces=d.raw["namespaces"])
    assert len(nodes) == 1, r
    return nodes[0], r


def write_expected(tree, d, code):
    node, r = found(tree, d, code)
    node.text = r["expected"]


def rename_to_expected(tree, d, code):
    node, r = found(tree, d, code)
    prefix, _, name = r["expected"].rpartition(":")
    uri = d.raw["namespaces"][prefix] if prefix else etree.QName(node).namespace
    node.tag = f"{{{uri}}}{name}"


def namespace_of_expected(tree, d, code):
    node, r = found(tree, d, code)
    wrong = etree.QName(node).namespace
    for n in node.iter():
        if isinstance(n.tag, str) and etree.QName(n).namespace == wrong:
            n.tag = f"{{{r['expected'].split(' ')[0]}}}{etree.QName(n).localname}"


def delete(tree, d, code):
    node, _ = found(tree, d, code)
    node.getparent().remove(node)


def add_expected(text):
    def mend(tree, d, code):
        node, r = found(tree, d, code)
        prefix, _, name = r["expected"].rpartition(":")
        uri = d.raw["namespaces"][prefix] if prefix else etree.QName(node).namespace
        etree.SubElement(node, f"{{{uri}}}{name}").text = text
    return mend


def shorten(tree, d, code):
    node, r = found(tree, d, code)
    node.text = node.text[:int(r["expected"])]


def order_as_expected(tree, d, code):
    node, r = found(tree, d, code)
    names = [n.rpartition(":")[2] for n in r["expected"].split()]
    parent = node.getparent()
    parent[:] = sorted(parent, key=lambda n: names.index(etree.QName(n).localname))


def write_first_expected(tree, d, code):
    node, r = found(tree, d, code)
    node.text = r["expected"].split("|")[0]


def everywhere(name):
    """What the remark expects, in every element of that name."""
    def mend(tree, d, code):
        for n in tree.iter(f"{{{PET}}}{name}"):
            n.text = d.remark(code)["expected"]
    return mend


def keep_first(tree, d, code):
    node, _ = found(tree, d, code)
    del node[1:]


def exchange(first, second):
    def mend(tree, d, code):
        one_, other = one(tree, first), one(tree, second)
        one_.text, other.text = other.text, one_.text
    return mend


def with_(do):
    return lambda tree, d, code: do(found(tree, d, code)[0])


# ------------------------------------------------------------------ in the message; it is signed as it should be


def move_first(path):
    def change(tree):
        node = one(tree, path)
        parent = node.getparent()
        parent.remove(node)
        parent.append(node)
    return change


def rename(path, name, uri=None):
    def change(tree):
        node = one(tree, path)
        node.tag = f"{{{uri if uri is not None else etree.QName(node).namespace}}}{name}" if uri != "" else name
    return change


def respace(path, uri):
    """The element and all in it that share its namespace."""
    def change(tree):
        node = one(tree, path)
        old = etree.QName(node).namespace
        for n in list(node.iter()):
            if etree.QName(n).namespace == old:
                n.tag = f"{{{uri}}}{etree.QName(n).localname}"
    return change


def text(path, value):
    return lambda tree: put(tree, path, value)


def unwrap(tree):
    operation = one(tree, "//o:procesa")
    body = operation.getparent()
    body.replace(operation, operation[0])


def wrap_again(node):
    body = node.getparent()
    operation = etree.Element(f"{{{OPENURI}}}procesa")
    body.replace(node, operation)
    operation.append(node)


def append(path, name, uri, value=""):
    def change(tree):
        etree.SubElement(one(tree, path), f"{{{uri}}}{name}").text = value
    return change


def twice(path):
    def change(tree):
        node = one(tree, path)
        node.addnext(copy.deepcopy(node))
    return change


def only_numbers(tree, d, code):
    node, _ = found(tree, d, code)
    node.text = ",".join(re.findall("[0-9]+", node.text))


def as_many_days(tree, d, code):
    node, r = found(tree, d, code)
    begin = datetime.datetime.fromisoformat(one(tree, "//hes:DataInici").text)
    node.text = (begin + datetime.timedelta(days=int(r["expected"]))).isoformat(timespec="milliseconds")


def escape_payload(tree):
    node = one(tree, "//pet:DatosEspecificos")
    payload = node[0]
    node.text = etree.tostring(payload).decode()
    node.remove(payload)


def unescape_payload(node):
    node.append(etree.fromstring(node.text))
    node.text = None


def dates(begin, end):
    def change(tree):
        rename("//hes:IdCites", "DataInici")(tree)
        put(tree, "//hes:DataInici", begin)
        append(HES, "DataFi", HESTIA, end)(tree)
    return change


def add_holder(kind):
    def change(tree):
        holder = etree.Element(f"{{{PET}}}Titular")
        for name, value in (("TipoDocumentacion", kind), ("Documentacion", "12344321Z")):
            etree.SubElement(holder, f"{{{PET}}}{name}").text = value
        one(tree, REQUESTER).addnext(holder)
    return change


def add_authorisation(node):
    block = etree.SubElement(node, f"{{{PET}}}DatosAutorizacion")
    for name, value in (("IdentificadorSolicitante", BODY), ("NombreSolicitante", "x"), ("Finalidad", "PROVES")):
        etree.SubElement(block, f"{{{PET}}}{name}").text = value


ATTRIBUTES, REQUESTER = "//pet:Atributos", "//pet:Solicitante"
HES = "//hes:DadesEspecifiques"

# name: (what is wrong, code, element at which, how it is mended)
IN_THE_MESSAGE = {
    "capitals of an element": (rename("//pet:TimeStamp", "Timestamp"), "element-case", "Timestamp", rename_to_expected),
    "capitals in the payload": (rename("//hes:IdCites", "idCites"), "element-case", "idCites", rename_to_expected),
    "a letter is wrong": (rename("//pet:DatosAutorizacion", "DatosAutoritzacion"), "element-spelling", "DatosAutoritzacion",
                          rename_to_expected),
    "the INE element of another modality": (rename("//hes:CodINE", "codiINE"), "element-spelling", "codiINE",
                                            rename_to_expected),
    "the slash is missing": (respace(HES, HESTIA[:-1]), "element-namespace", "DadesEspecifiques", namespace_of_expected),
    "a slash too many": (respace("//o:procesa", OPENURI + "x/"), "element-namespace", "procesa", namespace_of_expected),
    "no namespace": (rename("//pet:IdPeticion", "IdPeticion", ""), "element-namespace", "IdPeticion", namespace_of_expected),
    "another order": (move_first("//hes:CodINE"), "element-order", "CodINE", order_as_expected),
    "a mandatory element is missing": (lambda t: drop(t, "//pet:IdPeticion"), "element-missing", "Atributos", add_expected("a")),
    "the requester is missing": (lambda t: drop(t, REQUESTER + "/pet:IdentificadorSolicitante"), "element-missing", "Solicitante",
                                 add_expected(CONSORTIUM)),
    "the time stamp is missing": (lambda t: drop(t, "//pet:TimeStamp"), "element-missing", "Atributos",
                                  add_expected("2026-11-20T09:00:00.000+01:00")),
    "the day is missing": (lambda t: drop(t, "//pet:FechaGeneracion"), "missing-tolerated", "Transmision",
                           add_expected("2026-11-20")),
    "twice the same": (twice("//pet:CodigoProducto"), "element-repeated", "CodigoProducto", delete),
    "an element nobody knows": (append(ATTRIBUTES, "Entorno", PET, "PRE"), "element-unexpected", "Entorno", delete),
    "another time": (text("//pet:TimeStamp", "20/11/2026 9:00"), "date-shape", "TimeStamp", write_expected),
    "another day": (text("//pet:FechaGeneracion", "20112026"), "date-shape", "FechaGeneracion", write_expected),
    "too long": (text("//pet:IdSolicitud", "x" * 41), "value-long", "IdSolicitud", shorten),
    "no number": (text("//pet:NumElementos", "un"), "value-type", "NumElementos", with_(lambda n: setattr(n, "text", "1"))),
    "consent": (text("//pet:Consentimiento", "SI"), "value-choice", "Consentimiento", write_first_expected),
    "an empty number": (text("//pet:NumElementos", ""), "value-empty", "NumElementos", with_(lambda n: setattr(n, "text", "1"))),
    "not authorised": (lambda t: drop(t, "//pet:DatosAutorizacion"), "authorisation-missing", "Atributos", with_(add_authorisation)),
    "the count": (text("//pet:NumElementos", "2"), "count", "NumElementos", write_expected),
    "two at once": (lambda t: (twice("//pet:SolicitudTransmision")(t), put(t, "//pet:NumElementos", "2")), "count-many",
                    "Solicitudes", lambda t, d, c: (keep_first(t, d, c), put(t, "//pet:NumElementos", "1"))),
    "two modalities": (text("//pet:Transmision/pet:CodigoCertificado", "HESTIA_TRAMITS"), "modality-differs", "CodigoCertificado",
                       write_expected),
    "capitals of the modality": (lambda t: [setattr(n, "text", "Hestia_Cites") for n in t.iter(f"{{{PET}}}CodigoCertificado")],
                                 "modality-case", "CodigoCertificado", everywhere("CodigoCertificado")),
    "a modality nobody knows": (lambda t: [setattr(n, "text", "HESTIA_CITAS") for n in t.iter(f"{{{PET}}}CodigoCertificado")],
                                "modality-unknown", "CodigoCertificado", everywhere("CodigoCertificado")),
    "another product": (text("//pet:CodigoProducto", "PADRO"), "product-differs", "CodigoProducto", write_expected),
    "two purposes": (text(REQUESTER + "/pet:Finalidad", "TEST"), "purpose-differs", "Finalidad", write_expected),
    "authorised as the consortium": (text("//pet:DatosAutorizacion/pet:IdentificadorSolicitante", CONSORTIUM), "own-code",
                                     "IdentificadorSolicitante", with_(lambda n: setattr(n, "text", BODY))),
    "asking as oneself": (text(REQUESTER + "/pet:IdentificadorSolicitante", BODY), "requester-pre", "IdentificadorSolicitante",
                          write_expected),
    "the own code in the payload": (text("//hes:CodINE", BODY), "requester-specific", "CodINE", write_expected),
    "nine digits": (text("//pet:DatosAutorizacion/pet:IdentificadorSolicitante", BODY[1:]), "code-nine", "IdentificadorSolicitante",
                    write_expected),
    "another issuer": (text("//pet:Atributos/pet:Emisor/pet:NifEmisor", "P0800000B"), "issuer-other", "NifEmisor", write_expected),
    "no payload": (lambda t: drop(t, HES), "payload-missing", "DatosEspecificos",
                   lambda t, d, c: one(t, "//pet:DatosEspecificos").append(one(hestia(), HES))),
    "the payload of another modality": (rename(HES, "PCIConsultaCiutada"), "payload-root", "PCIConsultaCiutada", rename_to_expected),
    "letters among the numbers": (text("//hes:IdCites", "841265XYZ"), "list-item", "IdCites", only_numbers),
    "a list with semicolons": (text("//hes:IdCites", "841265254;841207329"), "list-item", "IdCites", only_numbers),
    "too many days": (dates("2019-05-06T00:00:00.000", "2019-05-14T00:00:00.000"), "dates-apart", "DataFi", as_many_days),
    "no identifier": (text("//hes:IdCites", ""), "identifier-none", "DadesEspecifiques",
                      lambda t, d, c: put(t, "//hes:" + d.remark(c)["expected"].split(",")[0], "841207329")),
    "backwards": (dates("2019-05-08T00:00:00.000", "2019-05-07T00:00:00.000"), "dates-backwards", "DataFi",
                  exchange("//hes:DataInici", "//hes:DataFi")),
    "a day for a moment": (dates("08/05/2019", "2019-05-09T00:00:00.000"), "date-shape", "DataInici",
                           with_(lambda n: setattr(n, "text", "2019-05-08T00:00:00.000"))),
    "no operation": (unwrap, "operation-missing", "Peticion", with_(wrap_again)),
    "capitals of the operation": (rename("//o:procesa", "Procesa"), "element-case", "Procesa", rename_to_expected),
    "capitals of the message": (rename("//pet:Peticion", "peticion"), "element-case", "peticion", rename_to_expected),
    "the operation's slash is missing": (respace("//o:procesa", OPENURI[:-1]), "element-namespace", "procesa",
                                         namespace_of_expected),
    "https in a namespace": (respace("//pet:Peticion", PET.replace("http:", "https:")), "element-namespace", "Peticion",
                             namespace_of_expected),
    "capitals of a namespace": (respace("//pet:Peticion", PET.replace("peticion", "Peticion")), "element-namespace", "Peticion",
                                namespace_of_expected),
    "the namespace of answers": (respace("//pet:Peticion", PET.replace("peticion", "respuesta")), "element-namespace", "Peticion",
                                 namespace_of_expected),
    "the payload as text": (escape_payload, "payload-escaped", "DatosEspecificos", with_(unescape_payload)),
    "blanks around a code": (text("//pet:DatosAutorizacion/pet:IdentificadorSolicitante", f" {BODY}\n"), "value-blanks",
                             "IdentificadorSolicitante", write_expected),
    "blanks around a word": (text("//pet:Consentimiento", " Si "), "value-blanks", "Consentimiento", write_expected),
    "an identifier that is empty": (text("//pet:IdPeticion", ""), "value-empty", "IdPeticion",
                                    with_(lambda n: setattr(n, "text", "HESTIA_CITES-0002"))),
    "below nothing": (text("//pet:NumElementos", "-1"), "value-range", "NumElementos", with_(lambda n: setattr(n, "text", "1"))),
    "loose text": (lambda t: setattr(one(t, ATTRIBUTES), "text", "hola"), "text-unexpected", "Atributos",
                   with_(lambda n: setattr(n, "text", None))),
    "an element for a value": (lambda t: (put(t, "//pet:IdPeticion", ""), append("//pet:IdPeticion", "Valor", PET, "A-1")(t)),
                               "child-unexpected", "IdPeticion", lambda t, d, c: with_(
                                   lambda n: (setattr(n, "text", n[0].text), n.remove(n[0])))(t, d, c)),
    "an attribute": (lambda t: one(t, "//pet:IdPeticion").set("tipo", "x"), "attribute-unexpected", "IdPeticion",
                     lambda t, d, c: with_(lambda n: n.attrib.pop(d.remark(c)["found"]))(t, d, c)),
    "two payloads": (twice(HES), "payload-second", "DadesEspecifiques", delete),
    "the kind of document": (add_holder("nif"), "value-choice", "TipoDocumentacion", lambda t, d, c: with_(
        lambda n: setattr(n, "text", next(w for w in d.remark(c)["expected"].split("|") if w.lower() == n.text)))(t, d, c)),
    "the NIF for the code": (text("//pet:DatosAutorizacion/pet:IdentificadorSolicitante", "P0800000B"), "code-nif",
                             "IdentificadorSolicitante", with_(lambda n: setattr(n, "text", BODY))),
    "another purpose": (lambda t: [setattr(n, "text", "GESTTRIB") for n in t.iter(f"{{{PET}}}Finalidad")], "purpose-pre",
                        "Finalidad", everywhere("Finalidad")),
    "both ways to ask": (lambda t: [append(HES, n, HESTIA, f"2019-05-0{i}T00:00:00.000")(t) for i, n in
                                    enumerate(("DataInici", "DataFi"), 6)], "choice-both", "DataInici",
                         lambda t, d, c: [n.getparent().remove(n) for n in t.xpath("//hes:DataInici|//hes:DataFi", namespaces=NS)]),
    "no message": (lambda t: one(t, "//o:procesa").clear(), "operation-empty", "procesa",
                   lambda t, d, c: one(t, "//o:procesa").append(one(hestia(), "//pet:Peticion"))),
    "a message nobody knows": (rename("//pet:Peticion", "Consulta", "urn:x"), "message-unknown", "Consulta",
                               lambda t, d, c: setattr(found(t, d, c)[0], "tag", "{%s}Peticion" % PET)),
}

# name: (payload, what is wrong, code, element, how it is mended)
IN_ANOTHER_SERVICE = {
    "zeros of a code": (("codigoMunicipio", "23"), "value-digits", lambda n, r: n.text.zfill(int(r["expected"]))),
    "a number that means nothing": (("tipoDocumentacion", "9"), "value-known", lambda n, r: r["expected"].split("|")[0]),
    "a word for a number": (("tipoDocumentacion", "NIF"), "value-type", lambda n, r: "1"),
}
PADRO_FIELDS = {"numExpediente": "1", "tipoDocumentacion": "1", "documentacion": "12344321Z", "codigoMunicipio": "023",
                "codigoProvincia": "17", "idescat": "0"}


@pytest.mark.parametrize("name", IN_THE_MESSAGE)
def test_in_the_message(tmp_path, identity, name):
    change, code, element, mend = IN_THE_MESSAGE[name]
    tree = hestia()
    change(tree)
    wrong = explain(tmp_path / "wrong", sent(Signing(identity).sign(tree)))
    assert etree.QName(wrong.node(code)).localname == element
    mend(tree, wrong, code)
    right = explain(tmp_path / "right", sent(Signing(identity).sign(tree)))
    assert right.errors == [] and code not in right.codes, right.raw["remarks"]


@pytest.mark.parametrize("name", IN_ANOTHER_SERVICE)
def test_in_the_values_of_another_service(tmp_path, identity, name):
    (element, value), code, mended = IN_ANOTHER_SERVICE[name]
    tree = padro(**{**PADRO_FIELDS, element: value})
    wrong = explain(tmp_path / "wrong", sent(Signing(identity).sign(tree)))
    node, r = found(tree, wrong, code)
    assert etree.QName(node).localname == element and code in wrong.errors
    node.text = mended(node, r)
    right = explain(tmp_path / "right", sent(Signing(identity).sign(tree)))
    assert right.errors == [] and code not in right.codes, right.raw["remarks"]


def test_the_code_of_somebody_else(tmp_path, identity):
    """Who sends it is known here by --as, and at the gateway by the certificate."""
    tree = put(hestia(), "//pet:DatosAutorizacion/pet:IdentificadorSolicitante", "0801550006")
    wrong = explain(tmp_path / "wrong", sent(Signing(identity).sign(tree)), "--as", BODY)
    assert wrong.errors == ["own-other"]
    write_expected(tree, wrong, "own-other")
    assert explain(tmp_path / "right", sent(Signing(identity).sign(tree)), "--as", BODY).errors == []
