"""Hostile messages: whatever is signed well somewhere, only what the signature covers counts; nothing is fetched, expanded or
taken for something else; the next good message is understood."""
import copy
import resource

import pytest
from lxml import etree

from conftest import run
from gateway import (AT, DS, EXC, NS, OPENURI, PET, SOAP, WSSE, WSU, Identity, Signing, explain_all, hestia, one, sent,
                     sub)


def processor():
    """Seconds of it that our processes have used: who else is busy does not count."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


@pytest.fixture(scope="module")
def identity():
    return Identity()


@pytest.fixture(scope="module")
def good(identity):
    return Signing(identity).sign(hestia())


def forged(body):
    """The attacker's Body: another question under the same form."""
    other = copy.deepcopy(body)
    one(other, ".//*[local-name()='IdCites']").text = "666"
    return other


# ------------------------------------------------------------------ wrapping (McIntosh & Austel 2005, Gajek 2009, Somorovsky 2011)


def wrap(place):
    """The signed Body goes somewhere else, with its Id; a forged one stands in its place."""
    def make(tree, keep_id):
        root = tree
        body = one(tree, "/soap:Envelope/soap:Body")
        attacker = forged(body)
        if not keep_id:
            attacker.attrib.pop(f"{{{WSU}}}Id")
        root.replace(body, attacker)
        place(tree, body)
    return make


def in_wrapper(tree, body):
    etree.SubElement(one(tree, "//soap:Header"), "{urn:x}Wrapper").append(body)


def in_security(tree, body):
    one(tree, "//wsse:Security").append(body)


def in_security_wrapper(tree, body):
    etree.SubElement(one(tree, "//wsse:Security"), "{urn:x}Wrapper").append(body)


def in_object(tree, body):
    sub(one(tree, "//ds:Signature"), DS, "Object").append(body)


def in_key_info(tree, body):
    one(tree, "//ds:KeyInfo").append(body)


def in_signed_info(tree, body):
    one(tree, "//ds:SignedInfo").append(body)


def in_signature_value(tree, body):
    one(tree, "//ds:SignatureValue").append(body)


def in_timestamp(tree, body):
    one(tree, "//wsu:Timestamp").append(body)


def in_token(tree, body):
    one(tree, "//wsse:BinarySecurityToken").append(body)


def in_body(tree, body):
    one(tree, "/soap:Envelope/soap:Body").append(body)


def in_payload(tree, body):
    one(tree, "/soap:Envelope/soap:Body//pet:DatosEspecificos").append(body)


def before_body(tree, body):
    tree.insert(0, body)


def after_body(tree, body):
    tree.append(body)


def in_header(tree, body):
    one(tree, "//soap:Header").append(body)


def renamed_in_header(tree, body):
    body.tag = "{urn:x}Body"
    one(tree, "//soap:Header").append(body)


def whole_envelope(tree, body):
    """The old envelope inside the header of the new one."""
    old = etree.SubElement(etree.SubElement(one(tree, "//soap:Header"), "{urn:x}Wrapper"), f"{{{SOAP}}}Envelope")
    old.append(body)


PLACES = [in_wrapper, in_security, in_security_wrapper, in_object, in_key_info, in_signed_info, in_signature_value, in_timestamp,
          in_token, in_body, in_payload, before_body, after_body, in_header, renamed_in_header, whole_envelope]


def test_wrapping_in_every_shape(tmp_path, good):
    """With the Id on both, on the signed one only, and with the forged one first or last in the document."""
    cases = []
    for place in PLACES:
        for keep_id in (False, True):
            tree = copy.deepcopy(good)
            wrap(place)(tree, keep_id)
            cases.append((f"{place.__name__}, {keep_id}", sent(tree)))
    # The Timestamp likewise, and the Security header as a whole.
    tree = copy.deepcopy(good)
    stamp = one(tree, "//wsu:Timestamp")
    other = copy.deepcopy(stamp)
    other.attrib.pop(f"{{{WSU}}}Id")
    one(other, "wsu:Expires").text = "2030-01-01T00:00:00Z"
    stamp.getparent().replace(stamp, other)
    etree.SubElement(one(tree, "//soap:Header"), "{urn:x}Wrapper").append(stamp)
    cases.append(("timestamp", sent(tree)))
    cases.append(("good", sent(good)))
    found = explain_all(tmp_path, [m for _, m in cases])
    for (name, _), d in zip(cases[:-1], found):
        assert d.errors, name
        assert d.raw["steps"]["security"] == "error" or d.raw["steps"]["envelope"] == "error", name
        assert d.raw["signature"] is None or d.raw["signature"]["replay"] is None or d.raw["steps"]["envelope"] == "error", name
    assert found[-1].errors == []


# ------------------------------------------------------------------ one thing is done twice, or otherwise


def with_second(path):
    def change(tree):
        node = one(tree, path)
        node.addnext(copy.deepcopy(node))
    return change


def uri(value):
    return lambda tree: one(tree, "//ds:Reference[1]").set("URI", value)


def no_uri(tree):
    del one(tree, "//ds:Reference[1]").attrib["URI"]


def transform(algorithm, inside=""):
    def change(tree):
        transforms = one(tree, "//ds:Reference[1]/ds:Transforms")
        t = sub(transforms, DS, "Transform", Algorithm=algorithm)
        if inside:
            t.append(etree.fromstring(inside))
        transforms.insert(0, t)
    return change


def many_references(tree):
    r = one(tree, "//ds:Reference[1]")
    for _ in range(50):
        r.addnext(copy.deepcopy(r))


def retrieval(tree):
    info = one(tree, "//ds:KeyInfo")
    info[0].addnext(etree.fromstring(f'<ds:RetrievalMethod xmlns:ds="{DS}" URI="http://127.0.0.1:9/key"/>'))


def key_value(tree):
    info = one(tree, "//ds:KeyInfo")
    info.replace(info[0], etree.fromstring(f'<ds:KeyValue xmlns:ds="{DS}"><ds:RSAKeyValue/></ds:KeyValue>'))


def manifest(tree):
    etree.SubElement(sub(one(tree, "//ds:Signature"), DS, "Object"), f"{{{DS}}}Manifest")


def second_id(tree):
    one(tree, "//pet:Peticion").set(f"{{{WSU}}}Id", "body-1")


def second_plain_id(tree):
    one(tree, "//pet:Peticion").set("Id", "body-1")


def second_xml_id(tree):
    one(tree, "//pet:Peticion").set("{http://www.w3.org/XML/1998/namespace}id", "body-1")


def token_elsewhere(tree):
    one(tree, "//soap:Header").append(one(tree, "//wsse:BinarySecurityToken"))


def token_of_nothing(tree):
    one(tree, "//wsse:BinarySecurityToken").text = "QUJD"


def token_with_more(tree):
    import base64
    node = one(tree, "//wsse:BinarySecurityToken")
    node.text = base64.b64encode(base64.b64decode(node.text) + b"\0").decode()


def token_long(tree):
    one(tree, "//wsse:BinarySecurityToken").text = "QUJD" * 20000


def signature_in_body(tree):
    one(tree, "//pet:DatosEspecificos").append(copy.deepcopy(one(tree, "//ds:Signature")))


def security_in_body(tree):
    one(tree, "//pet:DatosEspecificos").append(copy.deepcopy(one(tree, "//wsse:Security")))


def encrypted(tree):
    one(tree, "//pet:DatosEspecificos").append(etree.Element("{http://www.w3.org/2001/04/xmlenc#}EncryptedData"))


def comment_in_value(tree):
    """A reader that stops at the comment would see another number."""
    node = one(tree, "//hes:IdCites")
    node.text = "841207329"
    node.append(etree.Comment("x"))
    node[0].tail = "1"


def digest_truncated(tree):
    node = one(tree, "//ds:Reference[1]/ds:DigestValue")
    node.text = node.text[:4]


def prefix_flood(tree):
    t = one(tree, "//ds:Reference[1]//ds:Transform")
    etree.SubElement(t, f"{{{EXC}}}InclusiveNamespaces", {"PrefixList": " ".join(f"p{i}" for i in range(500))})


CHANGES = {
    "second Security": (with_second("//wsse:Security"), "wss-second"),
    "second Signature": (with_second("//ds:Signature"), "wss-second"),
    "second Body": (with_second("/soap:Envelope/soap:Body"), "envelope-second"),
    "second Header": (with_second("//soap:Header"), "envelope-second"),
    "second Timestamp": (with_second("//wsu:Timestamp"), "timestamp-second"),
    "second token": (with_second("//wsse:BinarySecurityToken"), "wss-second"),
    "second message": (with_second("//pet:Peticion"), "body-content-second"),
    "second operation": (with_second("//o:procesa"), "body-content-second"),
    "Signature in the Body": (signature_in_body, "wss-place"),
    "Security in the Body": (security_in_body, "wss-place"),
    "Id twice": (second_id, "id-duplicate"),
    "Id twice, plain": (second_plain_id, "id-duplicate"),
    "Id twice, xml:id": (second_xml_id, "id-duplicate"),
    "file": (uri("file:///etc/passwd"), "reference-external"),
    "http": (uri("http://127.0.0.1:9/x"), "reference-external"),
    "xpointer": (uri("#xpointer(id('body-1'))"), "reference-external"),
    "xpointer of all": (uri("#xpointer(/)"), "reference-external"),
    "whole document": (uri(""), "reference-external"),
    "no URI": (no_uri, "reference-external"),
    "another document": (uri("other.xml#body-1"), "reference-external"),
    "XSLT": (transform("http://www.w3.org/TR/1999/REC-xslt-19991116"), "transform"),
    "XPath": (transform("http://www.w3.org/TR/1999/REC-xpath-19991116",
                        f'<ds:XPath xmlns:ds="{DS}">not(ancestor-or-self::x)</ds:XPath>'), "transform"),
    "XPath filter 2": (transform("http://www.w3.org/2002/06/xmldsig-filter2"), "transform"),
    "base64": (transform(DS + "base64"), "transform"),
    "STR transform": (transform("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform"),
                      "transform"),
    "fifty references": (many_references, "reference-many"),
    "RetrievalMethod": (retrieval, "key-info"),
    "KeyValue": (key_value, "key-info"),
    "Manifest": (manifest, "signature-shape"),
    "token elsewhere": (token_elsewhere, "token-missing"),
    "token of nothing": (token_of_nothing, "token-bytes"),
    "token with more": (token_with_more, "token-bytes"),
    "token too long": (token_long, "token-bytes"),
    "encrypted": (encrypted, "encrypted"),
    "a comment in a value": (comment_in_value, "digest-wrong"),
    "a digest cut short": (digest_truncated, "digest-wrong"),
    "five hundred prefixes": (prefix_flood, "signature-shape"),
}


def test_each_is_refused(tmp_path, good):
    names, messages = [], []
    for name, (change, code) in CHANGES.items():
        tree = copy.deepcopy(good)
        change(tree)
        names.append((name, code))
        messages += [sent(tree), sent(good)]
    found = explain_all(tmp_path, messages)
    for (name, code), bad, next_ in zip(names, found[::2], found[1::2]):
        assert code in bad.errors, (name, bad.raw["remarks"])
        assert next_.errors == [], name


def test_hmac_with_the_public_key(tmp_path, identity):
    """An implementation that takes the token's bytes for the secret would verify this."""
    import base64
    import hashlib
    import hmac
    from gateway import canonical
    signing = Signing(identity, uris={"signature": DS + "hmac-sha1"})
    secret = base64.b64decode(identity.token())
    signing.value = lambda info: hmac.new(secret, canonical(info), hashlib.sha1).digest()
    d = explain_all(tmp_path, [sent(signing.sign(hestia()))])[0]
    assert "signature-hmac" in d.errors and d.raw["signature"]["replay"] is None


# ------------------------------------------------------------------ XML itself


def prolog(message, text):
    return message.replace(b"?>\n", b"?>\n" + text + b"\n", 1)


LOL = b"<!DOCTYPE a [<!ENTITY a 'ha'>" + b"".join(b"<!ENTITY a%d '%s'>" % (i, b"&a;" * 10) for i in range(9)) + b"]>"


def test_xml_is_read_with_care(tmp_path, good):
    m = sent(good)
    wide = b" ".join(b"a%d='x'" % i for i in range(3000))
    cases = {
        "external entity": (prolog(m, b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"), "xml-dtd"),
        "external subset": (prolog(m, b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'>"), "xml-dtd"),
        "parameter entity": (prolog(m, b"<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/'> %x;]>"), "xml-dtd"),
        "expansion": (prolog(m, LOL), "xml-dtd"),
        "attributes": (m.replace(b"<pet:Atributos>", b"<pet:Atributos " + wide + b">"), "xml-limit"),
        "depth": (m.replace(b"<pet:Solicitudes>", b"<pet:Solicitudes>" + b"<a>" * 5000 + b"</a>" * 5000), "xml-limit"),
        "NUL": (m.replace(b"PROVES", b"PRO\0VES", 1), "xml-malformed"),
        "latin-1 as UTF-8": (m.replace(b"PROVES", b"PRO\xe9VES", 1), "xml-encoding"),
        "UTF-7": (m.replace(b"UTF-8", b"UTF-7", 1), "xml-encoding"),
        "cut": (m[:len(m) // 2], "xml-malformed"),
        "empty": (b"", "xml-malformed"),
        "not XML": (b"POST /siri-proxy HTTP/1.1\r\n\r\n", "xml-malformed"),
        "HTML": (b"<html><body>403</body></html>", "not-soap"),
        "SOAP 1.2": (m.replace(SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope"), "soap-version"),
        "an entity nobody declared": (m.replace(b"PROVES", b"&proves;", 1), "xml-malformed"),
        "too large": (m.replace(b"<pet:Solicitudes>", b"<pet:Solicitudes>" + b" " * (2 << 20)), "xml-size"),
        "tags without end": (m.replace(b"<pet:Solicitudes>", b"<pet:Solicitudes>" + b"<a/>" * 250000), "xml-limit"),
    }
    before = processor()
    found = explain_all(tmp_path, [c[0] for c in cases.values()] + [m])
    assert processor() - before < 20
    for (name, (_, code)), d in zip(cases.items(), found):
        assert code in d.errors, (name, d.raw["remarks"])
        assert "root:" not in str(d.raw)
    assert found[-1].errors == []


def test_utf16_is_the_same_message(tmp_path, good):
    """What is signed is characters, not bytes."""
    text = sent(good).decode().replace("encoding='UTF-8'", "encoding='UTF-16'")
    assert explain_all(tmp_path, [text.encode("utf-16")])[0].errors == []


def test_many_mistakes_take_no_time(tmp_path, good):
    """Each of many thousand elements is wrong in a way that is looked into."""
    m = sent(good)
    floods = [b"<pet:IdPeticio%d/>" * 1 % i for i in range(30000)]
    cases = [m.replace(b"<pet:Atributos>", b"<pet:Atributos>" + b"".join(floods)),
             m.replace(b"<pet:Atributos>", b"<pet:Atributos>" + b"<pet:IdPeticion>a</pet:IdPeticion>" * 30000),
             m.replace(b"<pet:Solicitudes>", b"<pet:Solicitudes>" + b"<pet:SolicitudTransmision/>" * 30000),
             m.replace(b"<hes:IdCites>", b"<hes:IdCites>" + b"1," * 500000)]
    before = processor()
    found = explain_all(tmp_path, cases)
    assert processor() - before < 20
    assert all(d.errors for d in found)


def test_what_is_shown_cannot_lie(tmp_path):
    """Control characters and directions of writing in values do not reach the terminal."""
    tree = hestia()
    one(tree, "//pet:CodigoProducto").text = "HES\u202eTIA\u0085\u200f"
    path = tmp_path / "m.xml"
    path.write_bytes(sent(tree))
    out = run("gateway", "explain", "--lang", "en", "--at", AT, path, expect=1).out
    assert "product-differs" in out and not set(out) & set("\u202e\u0085\u200f\x1b")


def test_five_hundred_requests_at_once(tmp_path, identity):
    tree = hestia()
    request = one(tree, "//pet:SolicitudTransmision")
    for _ in range(600):
        request.addnext(copy.deepcopy(request))
    d = explain_all(tmp_path, [sent(Signing(identity).sign(tree))])[0]
    assert "count" in d.errors and "count-many" in d.errors
