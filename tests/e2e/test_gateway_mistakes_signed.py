"""The classic mistakes in signatures, envelopes and XML itself: each is explained by its code at its place, and doing what
the advice says, and nothing else, mends it."""
import copy
import dataclasses
import re

import pytest
from lxml import etree

import test_gateway_mistakes as in_the_message
from gateway import (DIGESTS, DS, EXC, MORE, SIGNATURES, SOAP, WSSE, WSU, Identity, Signing, canonical, drop, explain, hestia,
                     one, put, sent)


@pytest.fixture(scope="module")
def identity():
    return Identity()


@dataclasses.dataclass
class Made:
    """How a client makes a message: what it has before signing, how it signs, what happens to it afterwards."""
    identity: Identity
    plain: object = None
    how: dict = dataclasses.field(default_factory=dict)
    after: list = dataclasses.field(default_factory=list)  # on the tree, or giving bytes
    signed: bool = True

    def message(self):
        tree = copy.deepcopy(self.plain) if self.plain is not None else hestia()
        if self.signed:
            tree = Signing(self.identity, **self.how).sign(tree)
        for change in self.after:
            made = change(tree)
            tree = made if made is not None else tree
        return tree if isinstance(tree, bytes) else sent(tree)


def without_security(message):
    tree = etree.fromstring(message)
    return drop(tree, "//wsse:Security")


# ------------------------------------------------------------------ the mistakes


def signed(**how):
    return lambda identity: Made(identity, how=how)


def after(*changes):
    return lambda identity: Made(identity, after=list(changes))


def compact():
    return etree.fromstring(re.sub(rb">\s+<", b"><", sent(hestia())))


def indent(tree):
    etree.indent(tree, "    ")


def with_prefix():
    """A prefix on the envelope that the Body does not use: the two canonical forms differ."""
    return etree.fromstring(sent(hestia()).replace(b"<soapenv:Envelope", b"<soapenv:Envelope xmlns:q='urn:q'"))


def crlf(node, prefixes=None):
    return canonical(node, prefixes).replace(b"\n", b"&#xD;\n")


def content(node, prefixes=None):
    return b"".join(canonical(c, prefixes) for c in node)


def before_id(node, prefixes=None):
    bare = copy.deepcopy(node)
    for key in [k for k in bare.attrib if k.endswith("Id")]:
        del bare.attrib[key]
    # A copy alone has no other ancestors: what is exclusive about the form makes that harmless.
    return canonical(bare, prefixes)


def inclusive(node, prefixes=None):
    return canonical(node, exclusive=False)


def no_prefixes(node, prefixes=None):
    return canonical(node)


def with_comments(node, prefixes=None):
    return canonical(node, prefixes, comments=True)


def commented():
    tree = hestia()
    one(tree, "//pet:Atributos").insert(0, etree.Comment(" de proves "))
    return tree


def pem(tree):
    node = one(tree, "//wsse:BinarySecurityToken")
    node.text = f"-----BEGIN CERTIFICATE-----\n{node.text}\n-----END CERTIFICATE-----"


def foreign_token(tree):
    one(tree, "//wsse:BinarySecurityToken").text = Identity("Un altre").token()


def key_identifier(tree):
    holder = one(tree, "//wsse:SecurityTokenReference")
    for child in list(holder):
        holder.remove(child)
    etree.SubElement(holder, f"{{{WSSE}}}KeyIdentifier").text = "abc"


def respace(old, new):
    return lambda tree: etree.fromstring(sent(tree).replace(b'"%s"' % old.encode(), b'"%s"' % new.encode()))


def sign_the_message_only(tree):
    body, message = one(tree, "/soap:Envelope/soap:Body"), one(tree, "//pet:Peticion")
    message.set(f"{{{WSU}}}Id", body.attrib.pop(f"{{{WSU}}}Id"))


def second(path):
    def change(tree):
        node = one(tree, path)
        node.addnext(copy.deepcopy(node))
    return change


def attribute(path, name, value):
    return lambda tree: one(tree, path).set(name, value)


# ------------------------------------------------------------------ mending: what the advice says, and no more


def sign_it(made, d, code):
    made.signed = True


def sign_again(made, d, code):
    """Sign last, and send the very bytes: what was sent is what is signed now."""
    made.plain, made.after = without_security(made.message()), []


def nothing_after(made, d, code):
    made.after = []


def algorithms_expected(made, d, code):
    """In the place that is named, the URI that is expected; the library then computes by it."""
    for r in [r for r in d.raw["remarks"] if r["code"] == code]:
        name, uri = r["xpath"].rpartition("/")[2].partition("[")[0], r["expected"]
        uris = dict(made.how.get("uris", {}))
        if name == "ds:SignatureMethod":
            made.how["algorithm"] = next(k for k, v in SIGNATURES.items() if v == uri)
            made.how.setdefault("digest", next(k for k, v in DIGESTS.items() if v[0] == uris.get("digest", DIGESTS["sha256"][0])))
            uris.pop("signature", None)
        elif name == "ds:DigestMethod":
            made.how["digest"] = next(k for k, v in DIGESTS.items() if v[0] == uri)
            uris.pop("digest", None)
        else:
            uris[{"ds:CanonicalizationMethod": "c14n", "ds:Transform": "transform"}[name]] = uri
        made.how["uris"] = uris


def digest_as_made(made, d, code):
    """In DigestMethod the algorithm that really made the value."""
    made.how["uris"] = {k: v for k, v in made.how["uris"].items() if k != "digest"}
    made.how.setdefault("algorithm", "sha256")


def signature_as_made(made, d, code):
    made.how["uris"] = {k: v for k, v in made.how["uris"].items() if k != "signature"}


def no_prefix_list(made, d, code):
    made.how["prefixes"] = None


def exclusively(made, d, code):
    made.how.pop("form", None)
    made.how.pop("form_signed_info", None)


def no_comments(made, d, code):
    for node in list(made.plain.iter(etree.Comment)):
        node.getparent().remove(node)


def direct_reference(made, d, code):
    def change(tree):
        holder = one(tree, "//wsse:SecurityTokenReference")
        holder[:] = []
        etree.SubElement(holder, f"{{{WSSE}}}Reference", URI="#" + one(tree, "//wsse:BinarySecurityToken").get(f"{{{WSU}}}Id"))
    made.after.append(change)


def own_token(made, d, code):
    made.after.append(lambda tree: put(tree, "//wsse:BinarySecurityToken", made.identity.token()))


def without_pem_lines(made, d, code):
    def change(tree):
        node = one(tree, "//wsse:BinarySecurityToken")
        node.text = re.sub("-----(BEGIN|END) CERTIFICATE-----", "", node.text)
    made.after.append(change)


def attribute_expected(made, d, code):
    """The attribute that is named gets the value that is expected, wherever the remark says so."""
    remarks = [r for r in d.raw["remarks"] if r["code"] == code]

    def change(tree):
        for r in remarks:
            tree.xpath(r["xpath"], namespaces=d.raw["namespaces"])[0].set(r["element"], r["expected"])
    made.after.append(change)


def namespace_expected(made, d, code):
    """What is in the namespace that was found goes into the one that is expected."""
    for r in [r for r in d.raw["remarks"] if r["code"] == code]:
        made.after.append(respace(r["found"], r["expected"]))


def clock_of_here(made, d, code):
    now = d.remark(code)["expected"]
    made.how["timestamp"] = (now, None)


def as_expected_time(made, d, code):
    """Written in the shape that is expected."""
    shape = d.remark(code)["expected"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shape), shape
    made.how["timestamp"] = tuple(t.replace("T09:", "T08:") + "Z" for t in made.how["timestamp"])


def exchanged_times(made, d, code):
    made.how["timestamp"] = tuple(reversed(made.how["timestamp"]))


def drop_it(made, d, code):
    place, names = d.remark(code)["xpath"], d.raw["namespaces"]

    def change(tree):
        node = tree.xpath(place, namespaces=names)[0]
        node.getparent().remove(node)
    made.after.append(change)


UNQUALIFIED = ("2026-11-20T09:00:00", "2026-11-20T09:05:00")
OLD_SECEXT = "http://schemas.xmlsoap.org/ws/2002/12/secext"

# name: (how it is made, code, element, a word of what is said, how it is mended)
IN_THE_SIGNATURE = {
    "not signed": (lambda i: Made(i, signed=False), "wss-missing", "Header", "Sign the Body", sign_it),
    "only a token": (after(lambda t: drop(t, "//ds:Signature")), "signature-missing", "Security", "", nothing_after),
    "the Body is not covered": (after(lambda t: drop(t, "//ds:Reference[1]")), "body-unsigned", "Body", "whole soap:Body",
                                nothing_after),
    "only the message is covered": (after(sign_the_message_only), "reference-wrapped", "Reference", "Body of this envelope",
                                    nothing_after),
    "SHA-1": (signed(algorithm="sha1"), "sha1", None, "rsa-sha256", algorithms_expected),
    "a value was changed": (after(lambda t: put(t, "//hes:IdCites", "1")), "digest-wrong", "Body", "after it was signed",
                            sign_again),
    "a value of the Timestamp was changed": (after(lambda t: put(t, "//wsu:Created", "2026-11-20T07:59:51Z")), "digest-wrong",
                                             "Timestamp", "after it was signed", nothing_after),
    "formatted after signing": (lambda i: Made(i, compact(), after=[indent]), "digest-other-bytes", "Body", "indented", sign_again),
    "CR LF": (signed(form=crlf), "digest-other-bytes", "Body", "CR LF", exclusively),
    "inclusive": (lambda i: Made(i, with_prefix(), {"form": inclusive}), "digest-other-bytes", "Body", "inclusively", exclusively),
    "the PrefixList is not used": (lambda i: Made(i, with_prefix(), {"prefixes": ["q"], "form": no_prefixes}), "digest-other-bytes",
                                   "Body", "PrefixList", no_prefix_list),
    "comments": (lambda i: Made(i, commented(), {"form": with_comments}), "digest-other-bytes", "Body", "send no comments",
                 no_comments),
    "only the content": (signed(form=content), "digest-other-bytes", "Body", "inside the element", exclusively),
    "the Id came later": (signed(form=before_id), "digest-other-bytes", "Body", "wsu:Id was added", exclusively),
    "another digest than it says": (signed(digest="sha512", algorithm="sha256", uris={"digest": DIGESTS["sha256"][0]}),
                                    "digest-other-bytes", "Body", "another digest algorithm", digest_as_made),
    "the token of another key": (after(foreign_token), "signature-wrong", "SignatureValue", "another private key", own_token),
    "another algorithm than it says": (signed(algorithm="sha512", digest="sha256", uris={"signature": MORE + "rsa-sha256"}),
                                       "signature-wrong", "SignatureValue", "another algorithm", signature_as_made),
    "SignedInfo inclusive": (lambda i: Made(i, with_prefix(), {"form_signed_info": inclusive}), "signature-wrong",
                             "SignatureValue", "inclusively", exclusively),
    "SignedInfo was changed": (after(attribute("//ds:Reference[1]", "Type", "urn:x")), "signature-wrong", "SignatureValue",
                               "SignedInfo was changed", nothing_after),
    "HMAC": (signed(uris={"signature": DS + "hmac-sha1"}), "signature-hmac", "SignatureMethod", "private key", algorithms_expected),
    "inclusive c14n": (signed(uris={"c14n": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}), "c14n-algorithm",
                       "CanonicalizationMethod", EXC, algorithms_expected),
    "c14n without #": (signed(uris={"c14n": EXC[:-1]}), "c14n-algorithm", "CanonicalizationMethod", EXC, algorithms_expected),
    "a transform of another kind": (signed(uris={"transform": DS + "base64"}), "transform", "Transform", EXC, algorithms_expected),
    "MD5": (signed(uris={"signature": MORE + "rsa-md5"}), "signature-algorithm", "SignatureMethod", "rsa-sha256",
            algorithms_expected),
    "SHA-256 where SHA-1 is": (signed(uris={"signature": DS + "rsa-sha256"}), "signature-algorithm", "SignatureMethod",
                               "xmldsig-more", algorithms_expected),
    "a digest where there is none": (signed(uris={"digest": DS + "sha256"}), "digest-algorithm", "DigestMethod", "xmlenc#sha256",
                                     algorithms_expected),
    "elliptic curves with RSA": (signed(uris={"signature": MORE + "ecdsa-sha256"}), "signature-key", "SignatureMethod", "RSA",
                                 signature_as_made),
    "the certificate as PEM": (after(pem), "token-bytes", "BinarySecurityToken", "without the BEGIN and END lines",
                               without_pem_lines),
    "the kind of token": (after(attribute("//wsse:BinarySecurityToken", "ValueType", "#X509v3")), "token-type",
                          "BinarySecurityToken", "profile-1.0#X509v3", attribute_expected),
    "another reference to the key": (after(key_identifier), "key-info", "KeyInfo", "DirectReference", direct_reference),
    "the token has another Id": (after(attribute("//wsse:SecurityTokenReference/wsse:Reference", "URI", "#token-2")),
                                 "token-missing", "Reference", "another Id", direct_reference),
    "an Id that is not there": (after(attribute("//ds:Reference[1]", "URI", "#Body-1")), "reference-missing", "Reference",
                                "capitals count", nothing_after),
    "a URI without #": (after(attribute("//ds:Reference[1]", "URI", "body-1")), "reference-external", "Reference", 'URI="#Id"',
                        nothing_after),
    "the Id of others too": (after(attribute("//pet:Peticion", f"{{{WSU}}}Id", "body-1")), "id-duplicate", "Peticion", "once",
                             nothing_after),
    "wsse of a draft": (after(respace(WSSE, OLD_SECEXT)), "wss-namespace", "Security", WSSE, namespace_expected),
    "wsu without its end": (after(respace(WSU, WSU[:-4])), "wss-namespace", "Timestamp", WSU, namespace_expected),
    "ds without #": (after(respace(DS, DS[:-1])), "wss-namespace", "Signature", DS, namespace_expected),
    "signed twice": (after(second("//wsse:Security")), "wss-second", "Security", "signed twice", drop_it),
    "two Timestamps": (after(second("//wsu:Timestamp")), "timestamp-second", "Timestamp", "Send one", drop_it),
    "the clock is ahead": (signed(timestamp=("2026-11-20T09:00:00Z", "2026-11-20T09:05:00Z")), "timestamp-future", "Timestamp",
                           "3600 seconds", clock_of_here),
    "expired": (signed(timestamp=("2026-11-20T07:00:00Z", "2026-11-20T07:05:00Z")), "timestamp-expired", "Timestamp",
                "3300 seconds", clock_of_here),
    "local time": (signed(timestamp=UNQUALIFIED), "timestamp-shape", "Created", "no time in UTC", as_expected_time),
    "backwards": (signed(timestamp=("2026-11-20T08:00:00Z", "2026-11-20T07:59:00Z")), "timestamp-backwards", "Timestamp", "later",
                  exchanged_times),
    "SOAP 1.2": (lambda i: Made(i, after=[respace(SOAP, "http://www.w3.org/2003/05/soap-envelope")]), "soap-version", "Envelope",
                 SOAP, lambda m, d, c: m.after.append(respace("http://www.w3.org/2003/05/soap-envelope", d.remark(c)["expected"]))),
    "the envelope's slash": (after(respace(SOAP, SOAP[:-1])), "soap-namespace", "Envelope", SOAP, namespace_expected),
    "two Bodies": (after(second("/soap:Envelope/soap:Body")), "envelope-second", "Body", "one Body", drop_it),
    "more in the envelope": (after(lambda t: t.append(etree.Element("{urn:x}extra"))), "envelope-child", "extra", "directly",
                             drop_it),
}


@pytest.mark.parametrize("name", IN_THE_SIGNATURE)
def test_in_the_signature(tmp_path, identity, name):
    make, code, element, word, mend = IN_THE_SIGNATURE[name]
    made = make(identity)
    d = explain(tmp_path / "wrong", made.message())
    assert code in d.errors, d.raw["remarks"]
    r = d.remark(code)
    if element is not None:
        assert etree.QName(d.node(code)).localname == element
    assert word in r["sentence"] + r["advice"], r
    before = (copy.deepcopy(made.how), list(made.after), made.signed, made.plain)
    mend(made, d, code)
    assert (made.how, made.after, made.signed) != before[:3] or made.plain is not before[3] or name == "comments"
    right = explain(tmp_path / "right", made.message())
    assert right.errors == [] and code not in right.codes, right.raw["remarks"]


def test_a_plain_id(tmp_path, identity):
    """node-soap's way: taken, with a warning that names wsu:Id."""
    made = Made(identity, how={"plain_id": True})
    d = explain(tmp_path / "wrong", made.message())
    assert d.errors == [] and d.warnings == ["id-unqualified"] and d.remark("id-unqualified")["expected"] == WSU
    made.how["plain_id"] = False
    assert explain(tmp_path / "right", made.message()).warnings == []


def test_the_difference_is_shown(tmp_path, identity):
    d = explain(tmp_path, Made(identity, compact(), after=[indent]).message())
    difference = d.raw["signature"]["difference"]
    assert difference["part"] == "soap:Body"
    at = difference["at"]
    ours, theirs = difference["ours"].encode(), difference["theirs"].encode()
    assert ours[:at] == theirs[:at] and ours[at] != theirs[at]
    assert theirs == canonical(one(Signing(identity).sign(compact()), "/soap:Envelope/soap:Body"))


# ------------------------------------------------------------------ in the text


def swap(old, new):
    return lambda text: text.replace(old, new, 1)


def in_the_line(old, new):
    """Only in the line that the remark names."""
    def mend(text, r):
        lines = text.split(b"\n")
        assert old in lines[r["line"] - 1], (r, lines[r["line"] - 1])
        lines[r["line"] - 1] = lines[r["line"] - 1].replace(old, new)
        return b"\n".join(lines)
    return mend


def from_the_first_tag(text, r):
    return text[text.index(b"<"):]


def delete_doctype(text, r):
    return re.sub(rb"<!DOCTYPE[^>]*>\n", b"", text)


HEAD = b"POST /siri-proxy/services/Sincron HTTP/1.1\nHost: serveis3-pre.app.aoc.cat\n\n"
TAG = b"<pet:NombreSolicitante>"

# name: (name of the body, what becomes of the signed text, code, line where TAG stands or not, a word, how it is mended)
IN_THE_TEXT = {
    "a bare &": ("Pont & Aigua", swap(b"&amp;", b"&"), "xml-malformed", True, "&amp;", in_the_line(b"&", b"&amp;")),
    "a bare <": ("a < b", swap(b"&lt;", b"<"), "xml-malformed", True, "&lt;", in_the_line(b" < ", b" &lt; ")),
    "an entity of HTML": ("a\u00a0b", swap("\u00a0".encode(), b"&nbsp;"), "xml-malformed", True, "the character itself",
                          in_the_line(b"&nbsp;", "\u00a0".encode())),
    "a prefix that is not declared": ("x", swap(TAG, b"<pit:NombreSolicitante>"), "xml-malformed", True, "not declared",
                                      in_the_line(b"<pit:", b"<pet:")),
    "capitals of an end tag": ("x", swap(TAG[:1] + b"/" + TAG[1:], b"</pet:nombreSolicitante>"), "xml-malformed", True, "end tag",
                               in_the_line(b"</pet:n", b"</pet:N")),
    "no quotes": ("x", swap(b'xmlns:o="http://www.openuri.org/"', b"xmlns:o=http://www.openuri.org/"), "xml-malformed", False,
                  "quotes", in_the_line(b"=http://www.openuri.org/", b'="http://www.openuri.org/"')),
    "a blank in a namespace": ("x", swap(b"200401-wss-wssecurity-secext", b"200401- wss-wssecurity-secext"), "xml-malformed", False,
                               "blanks", in_the_line(b"200401- wss", b"200401-wss")),
    "another encoding than it says": ("Vallès", swap("è".encode(), "è".encode("latin-1")), "xml-encoding", True, "UTF-8",
                                      in_the_line("è".encode("latin-1"), "è".encode())),
    "a line before the declaration": ("x", lambda text: b"\n" + text, "xml-malformed", False, "very beginning",
                                      from_the_first_tag),
    "the head of HTTP too": ("x", lambda text: HEAD + text, "xml-malformed", False, "does not begin with a tag",
                             from_the_first_tag),
    "a DOCTYPE": ("x", swap(b"?>\n", b"?>\n<!DOCTYPE Envelope>\n"), "xml-dtd", False, "Delete the DOCTYPE", delete_doctype),
    "cut off": ("x", lambda text: text[:-20], "xml-malformed", False, "", lambda text, r: text + b"</soapenv:Envelope>"[-20:]),
}


@pytest.mark.parametrize("name", IN_THE_TEXT)
def test_in_the_text(tmp_path, identity, name):
    body, spoil, code, at_tag, word, mend = IN_THE_TEXT[name]
    tree = put(hestia(), "//pet:DatosAutorizacion/pet:NombreSolicitante", body)
    good = sent(Signing(identity).sign(tree))
    wrong = spoil(good)
    assert wrong != good
    d = explain(tmp_path / "wrong", wrong)
    r = d.remark(code)
    assert d.errors == [code] and r["xpath"] == "/" and word in r["sentence"] + r["advice"], r
    if at_tag:
        assert r["line"] == 1 + good.split(TAG)[0].count(b"\n")
    right = explain(tmp_path / "right", mend(wrong, r))
    assert right.errors == [], right.raw["remarks"]


def test_too_large(tmp_path, identity):
    tree = hestia()
    one(tree, "//pet:SolicitudTransmision").addprevious(etree.Comment("x" * (2 << 20)))
    wrong = explain(tmp_path / "wrong", sent(Signing(identity).sign(tree)))
    assert wrong.errors == ["xml-size"] and "Send less" in wrong.remark("xml-size")["advice"]


@pytest.mark.parametrize("days,code", [((-900, -1), "certificate-expired"), ((1, 900), "certificate-not-yet")])
def test_the_renewed_certificate(tmp_path, identity, days, code):
    made = Made(Identity(days=days))
    assert explain(tmp_path / "wrong", made.message()).errors == [code]
    made.identity = identity
    assert explain(tmp_path / "right", made.message()).errors == []


def test_a_longer_key(tmp_path, identity):
    made = Made(Identity(bits=1024))
    d = explain(tmp_path / "wrong", made.message())
    assert d.errors == ["certificate-weak"] and "2048" in d.remark("certificate-weak")["advice"]
    made.identity = identity
    assert explain(tmp_path / "right", made.message()).errors == []


def test_there_are_more_than_a_hundred():
    count = len(in_the_message.IN_THE_MESSAGE) + len(in_the_message.IN_ANOTHER_SERVICE) + len(IN_THE_SIGNATURE) + len(IN_THE_TEXT)
    assert count > 100
