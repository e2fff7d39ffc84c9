"""The classic mistakes of integrators: each is explained by its code, at its place, and doing what the advice says mends it."""
import copy
import re

import pytest
from lxml import etree

from gateway import (BODY, CONSORTIUM, DS, EXC, HESTIA, MORE, NS, OPENURI, PET, SOAP, WSSE, WSU, Identity, Signing,
                     canonical, drop, explain, hestia, one, put, sent)

PREFIX = {v: k for k, v in NS.items()}


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
    "another order": (move_first("//hes:CodINE"), "element-order", "CodINE", with_(
        lambda n: n.getparent().insert(0, n))),
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
    "too long": (text("//pet:IdSolicitud", "x" * 41), "value-long", "IdSolicitud", with_(lambda n: setattr(n, "text", "1"))),
    "no number": (text("//pet:NumElementos", "un"), "value-type", "NumElementos", with_(lambda n: setattr(n, "text", "1"))),
    "consent": (text("//pet:Consentimiento", "SI"), "value-choice", "Consentimiento",
                lambda t, d, c: put(t, "//pet:Consentimiento", d.remark(c)["expected"].split("|")[0])),
    "an empty number": (text("//pet:NumElementos", ""), "value-empty", "NumElementos", with_(lambda n: setattr(n, "text", "1"))),
    "not authorised": (lambda t: drop(t, "//pet:DatosAutorizacion"), "authorisation-missing", "Atributos", with_(add_authorisation)),
    "the count": (text("//pet:NumElementos", "2"), "count", "NumElementos", write_expected),
    "two at once": (lambda t: (twice("//pet:SolicitudTransmision")(t), put(t, "//pet:NumElementos", "2")), "count-many",
                    "Solicitudes", lambda t, d, c: (t.xpath("//pet:SolicitudTransmision", namespaces=NS)[1].getparent().remove(
                        t.xpath("//pet:SolicitudTransmision", namespaces=NS)[1]), put(t, "//pet:NumElementos", "1"))),
    "two modalities": (text("//pet:Transmision/pet:CodigoCertificado", "HESTIA_TRAMITS"), "modality-differs", "CodigoCertificado",
                       write_expected),
    "capitals of the modality": (lambda t: [setattr(n, "text", "Hestia_Cites") for n in t.iter(f"{{{PET}}}CodigoCertificado")],
                                 "modality-case", "CodigoCertificado",
                                 lambda t, d, c: [setattr(n, "text", d.remark(c)["expected"]) for n in
                                                  t.iter(f"{{{PET}}}CodigoCertificado")]),
    "a modality nobody knows": (lambda t: [setattr(n, "text", "HESTIA_CITAS") for n in t.iter(f"{{{PET}}}CodigoCertificado")],
                                "modality-unknown", "CodigoCertificado",
                                lambda t, d, c: [setattr(n, "text", d.remark(c)["expected"]) for n in
                                                 t.iter(f"{{{PET}}}CodigoCertificado")]),
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
    "letters among the numbers": (text("//hes:IdCites", "841265XYZ"), "list-item", "IdCites",
                                  with_(lambda n: setattr(n, "text", "841265254"))),
    "too many days": (lambda t: (rename("//hes:IdCites", "DataInici")(t), put(t, "//hes:DataInici", "2019-05-06T00:00:00.000"),
                                 append(HES, "DataFi", HESTIA, "2019-05-14T00:00:00.000")(t)), "dates-apart", "DataFi",
                      with_(lambda n: setattr(n, "text", "2019-05-13T00:00:00.000"))),
    "no identifier": (text("//hes:IdCites", ""), "identifier-none", "DadesEspecifiques",
                      lambda t, d, c: put(t, "//hes:" + d.remark(c)["expected"].split(",")[0], "841207329")),
    "no operation": (unwrap, "operation-missing", "Peticion", with_(wrap_again)),
}


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


# ------------------------------------------------------------------ in the signature


def after(change):
    """The message is signed well, and changed on its way."""
    def make(identity):
        tree = Signing(identity).sign(hestia())
        again = change(tree)
        return again if isinstance(again, bytes) else sent(tree)
    return make


def signed(**how):
    return lambda identity: sent(Signing(identity, **how).sign(hestia()))


def indented(tree):
    """A logger that formats, as if the message had been compact."""
    compact = etree.fromstring(re.sub(rb">\s+<", b"><", sent(hestia())))
    return compact


def compact_then_indent(identity):
    tree = Signing(identity).sign(indented(None))
    etree.indent(tree, "    ")
    return sent(tree)


def crlf(node, prefixes=None):
    return canonical(node, prefixes).replace(b"\n", b"&#xD;\n")


def content(node, prefixes=None):
    return b"".join(canonical(c, prefixes) for c in node)


def before_id(node, prefixes=None):
    bare = copy.deepcopy(node)
    kept = dict(bare.attrib)
    for key in kept:
        if key.endswith("Id"):
            del bare.attrib[key]
    # A copy alone has no other ancestors: what is exclusive about the form makes that harmless.
    return canonical(bare, prefixes)


def inclusive(node, prefixes=None):
    return canonical(node, exclusive=False)


def no_prefixes(node, prefixes=None):
    return canonical(node)


def other_key(identity):
    mixed = Identity()
    tree = Signing(identity).sign(hestia())
    one(tree, "//wsse:BinarySecurityToken").text = mixed.token()
    return sent(tree)


def hmac(identity):
    return sent(Signing(identity, uris={"signature": DS + "hmac-sha1"}).sign(hestia()))


def pem(tree):
    node = one(tree, "//wsse:BinarySecurityToken")
    node.text = f"-----BEGIN CERTIFICATE-----\n{node.text}\n-----END CERTIFICATE-----"


def key_name(tree):
    holder = one(tree, "//wsse:SecurityTokenReference")
    for child in list(holder):
        holder.remove(child)
    etree.SubElement(holder, f"{{{WSSE}}}KeyIdentifier").text = "abc"


# name: (message, code, element, a word of the sentence or the advice)
IN_THE_SIGNATURE = {
    "not signed": (lambda i: sent(hestia()), "wss-missing", "Header", "Sign the Body"),
    "only a token": (after(lambda t: drop(t, "//ds:Signature")), "signature-missing", "Security", ""),
    "the Body is not covered": (after(lambda t: drop(t, "//ds:Reference[1]")), "body-unsigned", "Body", "whole soap:Body"),
    "SHA-1": (signed(algorithm="sha1"), "sha1", None, "rsa-sha256"),
    "a value was changed": (after(lambda t: put(t, "//hes:IdCites", "1")), "digest-wrong", "Body", "after it was signed"),
    "a value of the Timestamp was changed": (after(lambda t: put(t, "//wsu:Created", "2026-11-20T07:59:51Z")), "digest-wrong",
                                             "Timestamp", "after it was signed"),
    "formatted after signing": (compact_then_indent, "digest-other-bytes", "Body", "indented"),
    "CR LF": (signed(form=crlf), "digest-other-bytes", "Body", "CR LF"),
    "inclusive": (lambda i: sent(Signing(i, form=inclusive).sign(
        etree.fromstring(sent(hestia()).replace(b"<soapenv:Envelope", b"<soapenv:Envelope xmlns:q='urn:q'")))),
        "digest-other-bytes", "Body", "inclusively"),
    "the PrefixList is not used": (lambda i: sent(Signing(i, prefixes=["q"], form=no_prefixes).sign(
        etree.fromstring(sent(hestia()).replace(b"<soapenv:Envelope", b"<soapenv:Envelope xmlns:q='urn:q'")))),
        "digest-other-bytes", "Body", "PrefixList"),
    "only the content": (signed(form=content), "digest-other-bytes", "Body", "inside the element"),
    "the Id came later": (signed(form=before_id), "digest-other-bytes", "Body", "wsu:Id was added"),
    "another digest than it says": (signed(digest="sha1", uris={"digest": "http://www.w3.org/2001/04/xmlenc#sha256"}),
                                    "digest-other-bytes", "Body", "another digest algorithm"),
    "the token of another key": (other_key, "signature-wrong", "SignatureValue", "another private key"),
    "another algorithm than it says": (signed(algorithm="sha1", digest="sha256", uris={"signature": MORE + "rsa-sha256"}),
                                       "signature-wrong", "SignatureValue", "another algorithm"),
    "SignedInfo inclusive": (lambda i: sent(Signing(i, form_signed_info=inclusive).sign(
        etree.fromstring(sent(hestia()).replace(b"<soapenv:Envelope", b"<soapenv:Envelope xmlns:q='urn:q'")))),
        "signature-wrong", "SignatureValue", "inclusively"),
    "SignedInfo was changed": (after(lambda t: one(t, "//ds:Reference[1]").set("Type", "urn:x")), "signature-wrong", "SignatureValue",
                               "SignedInfo was changed"),
    "HMAC": (hmac, "signature-hmac", "SignatureMethod", "private key"),
    "inclusive c14n": (signed(uris={"c14n": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}), "c14n-algorithm",
                       "CanonicalizationMethod", EXC),
    "MD5": (signed(uris={"signature": MORE + "rsa-md5"}), "signature-algorithm", "SignatureMethod", "rsa-sha256"),
    "the certificate as PEM": (after(pem), "token-bytes", "BinarySecurityToken", "without the BEGIN and END lines"),
    "another reference to the key": (after(key_name), "key-info", "KeyInfo", "DirectReference"),
    "an Id that is not there": (after(lambda t: one(t, "//ds:Reference[1]").set("URI", "#Body-1")), "reference-missing", "Reference",
                                "capitals count"),
    "the clock is ahead": (signed(timestamp=("2026-11-20T09:00:00Z", "2026-11-20T09:05:00Z")), "timestamp-future", "Timestamp",
                           "3600 seconds"),
    "expired": (signed(timestamp=("2026-11-20T07:00:00Z", "2026-11-20T07:05:00Z")), "timestamp-expired", "Timestamp", "3300 seconds"),
    "local time": (signed(timestamp=("2026-11-20T09:00:00", "2026-11-20T09:05:00")), "timestamp-shape", "Created", "no time in UTC"),
    "backwards": (signed(timestamp=("2026-11-20T08:00:00Z", "2026-11-20T07:59:00Z")), "timestamp-backwards", "Timestamp", "later"),
}


@pytest.mark.parametrize("name", IN_THE_SIGNATURE)
def test_in_the_signature(tmp_path, identity, name):
    make, code, element, word = IN_THE_SIGNATURE[name]
    d = explain(tmp_path / "wrong", make(identity))
    assert d.errors and code in d.errors, d.raw["remarks"]
    r = d.remark(code)
    if element is not None:
        assert etree.QName(d.node(code)).localname == element
    assert word in r["sentence"] + r["advice"], r
    # Every advice amounts to signing as a library does, last: so signed, the message is good.
    right = explain(tmp_path / "right", sent(Signing(identity).sign(hestia())))
    assert right.errors == []


def test_there_are_at_least_forty():
    assert len(IN_THE_MESSAGE) + len(IN_THE_SIGNATURE) >= 40


def test_the_difference_is_shown(tmp_path, identity):
    d = explain(tmp_path, compact_then_indent(identity))
    difference = d.raw["signature"]["difference"]
    assert difference["part"] == "soap:Body"
    at = difference["at"]
    ours, theirs = difference["ours"].encode(), difference["theirs"].encode()
    assert ours[:at] == theirs[:at] and ours[at] != theirs[at]
    assert theirs == canonical(one(Signing(identity).sign(indented(None)), "/soap:Envelope/soap:Body"))
