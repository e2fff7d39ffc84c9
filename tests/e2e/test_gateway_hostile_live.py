"""Every hostile message of test_gateway_hostile, and those that only a wire can carry, sent to one running gateway: each gets
its fault, each good request after it is answered, and no process falls."""
import base64
import copy
import hashlib
import hmac

import conftest
import gateway_live as g
import pytest
from gateway import DS, EXC, NS, WSU, Signing, canonical, hestia, one, put, sent
from lxml import etree
from test_gateway_hostile import CHANGES, LOL, PLACES, prolog, wrap

XML, ENVELOPE, SIGNATURE, TOKEN = "9020", "9030", "9040", "9040"


@pytest.fixture(scope="module")
def who():
    return g.identity()


@pytest.fixture(scope="module")
def live(tmp_path_factory, empty_desk, who):
    d = conftest.copy_desk(empty_desk, tmp_path_factory.mktemp("hostile") / "desk")
    g.authorise(d, who)
    with g.serving(d) as gateway:
        yield gateway


def tree_of(who, **how):
    return etree.fromstring(g.signed(who, **how))


def wrapped(who):
    for place in PLACES:
        for keep_id in (False, True):
            tree = tree_of(who)
            wrap(place)(tree, keep_id)
            yield f"wrapped {place.__name__}, {keep_id}", sent(tree), (SIGNATURE, ENVELOPE)
    tree = tree_of(who)
    stamp = one(tree, "//wsu:Timestamp")
    other = copy.deepcopy(stamp)
    other.attrib.pop(f"{{{WSU}}}Id")
    one(other, "wsu:Expires").text = "2099-01-01T00:00:00Z"
    stamp.getparent().replace(stamp, other)
    etree.SubElement(one(tree, "//soap:Header"), "{urn:x}Wrapper").append(stamp)
    yield "wrapped Timestamp", sent(tree), (SIGNATURE,)


def changed(who):
    for name, (change, _) in CHANGES.items():
        tree = tree_of(who)
        change(tree)
        yield name, sent(tree), (SIGNATURE, ENVELOPE, XML)


def signatures(who):
    other = g.identity("Ajuntament de Gavà", "P0808800H")
    signing = Signing(who, timestamp=g.life(), uris={"signature": DS + "hmac-sha1"})
    secret = base64.b64decode(who.token())
    signing.value = lambda info: hmac.new(secret, canonical(info), hashlib.sha1).digest()
    yield "HMAC with the public key", sent(signing.sign(hestia())), (SIGNATURE,)
    for name, uri in (("rsa-md5", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"), ("dsa", DS + "dsa-sha1"), ("none", "urn:none")):
        yield name, g.signed(who, uris={"signature": uri}), (SIGNATURE,)
    for name, uri in (("MD5 digest", "http://www.w3.org/2001/04/xmldsig-more#md5"), ("a digest that is none", "urn:none")):
        yield name, g.signed(who, uris={"digest": uri}), (SIGNATURE,)
    for name, uri in (("inclusive", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"), ("with comments", EXC + "WithComments")):
        yield f"c14n {name}", g.signed(who, uris={"c14n": uri}), (SIGNATURE,)
    yield "SHA-1", g.signed(who, algorithm="sha1"), ("9041",)
    yield "another's certificate", g.signed(other), ("9054",)
    mixed = tree_of(other)
    one(mixed, "//wsse:BinarySecurityToken").text = who.token()
    yield "the authorised token over another's signature", sent(mixed), (SIGNATURE,)
    mixed = tree_of(who)
    one(mixed, "//wsse:BinarySecurityToken").text = other.token()
    yield "another's token over the authorised signature", sent(mixed), (SIGNATURE,)
    twin = g.identity()
    yield "a token of the same names with another key", g.signed(twin), ("9055", "9054")
    for name, life in (("yesterday", g.life(60, 86400)), ("tomorrow", g.life(60, -86400)), ("too far ahead", g.life(60, -900)),
                       ("backwards", g.life(-600, 5)), ("nonsense", ("yesterday", "tomorrow"))):
        yield f"time: {name}", g.signed(who, timestamp=life), (SIGNATURE,)


def documents(who):
    m = g.signed(who)
    wide = b" ".join(b"a%d='x'" % i for i in range(3000))
    for name, text in (("external entity", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
                       ("external subset", b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'>"),
                       ("parameter entity", b"<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/'> %x;]>"),
                       ("expansion", LOL), ("an empty DOCTYPE", b"<!DOCTYPE a>")):
        yield name, prolog(m, text), (XML,)
    inside = b"<pet:Solicitudes>"
    for name, bytes_ in (("attributes", m.replace(b"<pet:Atributos>", b"<pet:Atributos " + wide + b">")),
                         ("depth", m.replace(inside, inside + b"<a>" * 5000 + b"</a>" * 5000)),
                         ("elements", m.replace(inside, inside + b"<a/>" * 250000)),
                         ("NUL", m.replace(b"PROVES", b"PRO\0VES", 1)), ("NUL at the end", m + b"\0"),
                         ("two documents", m + m), ("latin-1 as UTF-8", m.replace(b"PROVES", b"PRO\xe9VES", 1)),
                         ("overlong UTF-8", m.replace(b"PROVES", b"PRO\xc0\xafVES", 1)),
                         ("UTF-7", m.replace(b"UTF-8", b"UTF-7", 1)), ("EBCDIC", m.replace(b"UTF-8", b"IBM037", 1)),
                         ("cut", m[:len(m) // 2]), ("nothing", b""), ("an undeclared entity", m.replace(b"PROVES", b"&x;", 1)),
                         ("gzip", b"\x1f\x8b\x08" + m)):
        yield name, bytes_, (XML,)
    yield "HTML", b"<html/>", (ENVELOPE,)
    yield "SOAP 1.2", m.replace(NS["soap"].encode(), b"http://www.w3.org/2003/05/soap-envelope"), (ENVELOPE,)
    yield "too large", m.replace(inside, inside + b" " * (2 << 20)), ("9010",)


def test_each_gets_its_fault_and_the_next_is_answered(live, who):
    verifier, wrong = live.child("talaia-verifier"), []
    connection = g.http.client.HTTPConnection(live.host, timeout=60)
    cases = [*wrapped(who), *changed(who), *signatures(who), *documents(who)]
    assert len(cases) >= 110 and len({name for name, _, _ in cases}) == len(cases)
    for number, (name, message, faults) in enumerate(cases):
        reply = live.post(message, connection=connection)
        if reply.fault not in faults or b"root:" in reply.body or b"666" in reply.body:
            wrong.append((name, reply.status, reply.fault, reply.state, reply.text("faultstring")))
        if dict(reply.headers).get("Connection") == "close":  # what was too large is not read to its end
            connection.close()
        after = live.post(g.signed(who, number=f"AFTER-{number}"), connection=connection)
        if after.state != "0003":
            wrong.append((name, "the next one", after.body[:300]))
    connection.close()
    assert wrong == []
    assert live.child("talaia-verifier") == verifier
    rows = live.log_rows(500)
    assert len([r for r in rows if r["outcome"] == "answered"]) == len(cases)
    assert len(rows) == 2 * len(cases)  # each of them has its row


def test_types_and_codings_of_http(live, who):
    """What the document says of itself counts, not what the header says; what cannot be read is not guessed."""
    mime = {"Content-Type": 'multipart/related; boundary=x; type="application/xop+xml"'}
    part = b"--x\r\nContent-Type: application/xop+xml\r\n\r\n"
    message = g.signed(who)
    for headers, body, state in (({"Content-Type": "text/xml; charset=utf-16"}, g.signed(who), None),
                                 ({"Content-Type": "text/xml; charset=x"}, g.signed(who), None),
                                 ({"Content-Encoding": "gzip"}, g.signed(who), None), ({"Content-Type": ""}, g.signed(who), None),
                                 (mime, part + message, XML), (mime, part + message + b"\r\n--x", XML), (mime, b"--x--", XML),
                                 (mime, part * 2000, XML), (mime, part + message + b"\r\n--x--\r\n", None)):
        reply = live.post(body, headers=headers)
        assert (reply.fault, reply.state) == (state, None if state else "0003"), (headers, reply.body)
    message = g.signed(who)

    def pieces():
        for i in range(0, len(message), 700):
            yield message[i:i + 700]
    connection = g.http.client.HTTPConnection(live.host, timeout=60)
    connection.request("POST", g.SERVICES + "Sincron", pieces(), {"Content-Type": "text/xml"}, encode_chunked=True)
    assert b">0003<" in connection.getresponse().read()
    connection.close()


def test_replayed_and_repeated(live, who):
    """The same bytes, at any front, as often as they come; the same id under a new signature."""
    message = g.signed(who, number="REPLAY-1")
    assert live.post(message).state == "0003"
    for front in ("Sincron", "Sincron", "Asincron", "AsincronResposta"):
        reply = live.post(message, front=front)
        assert reply.state != "0003" and not reply.text("IdCites"), (front, reply.body)
    assert live.post(message).fault == "9042"
    assert live.post(g.signed(who, put(hestia(), "//pet:Atributos/pet:TimeStamp", ""), number="REPLAY-1")).state == "0502"
    spaced = message.replace(b"<wsse:Security", b"<wsse:Security ", 1)  # the same signature in other bytes
    assert live.post(spaced).fault == "9042"
