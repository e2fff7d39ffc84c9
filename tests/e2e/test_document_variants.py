"""`talaia document check` against what other programs sign (NSS through pdfsig, OpenSSL) and what attackers do with it:
revisions after the signature, ByteRange and CMS by hand, certifications, times, shapes of certificates, odd files. Each
has its expected verdict and reason; nothing is valid that is not, and nothing that pdfsig refuses."""
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

import documents as D
import gateway
from conftest import FAKETIME, TALAIA, environment, run
from documents import BODY, OTHER, add_signature, cms, fill, fill_ranges, parts, plain, swap, tlv
from test_document import World, compare

ALL = {}


def case(name, verdict, *codes):
    def add(make):
        assert name not in ALL
        ALL[name] = (make, verdict, codes)
        return make
    return add


pytestmark = pytest.mark.skipif(FAKETIME is None, reason="the package faketime is not installed")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("variants"))
    w.nss = Nss(w)
    yield w
    w.ocsp.close()


SANITIZED = "asan" in str(TALAIA)


@pytest.fixture(scope="module")
def checked(world):
    """A third of them under the sanitizers, whose processes take five times as long to begin."""
    cases = dict(list(ALL.items())[::3]) if SANITIZED else ALL
    paths = world.write(cases)
    return cases, dict(zip(cases, paths)), dict(zip(cases, world.check(paths)))


# --- signed by NSS ---

class Nss:
    """A database of NSS with the body's and another's certificate, and pdfsig over it."""

    def __init__(self, world):
        self.folder = world.folder / "nss"
        self.folder.mkdir()
        self.database, self.count = f"sql:{self.folder}", 0
        self.run("certutil", "-N", "-d", self.database, "--empty-password")
        (self.folder / "root.pem").write_bytes(world.ca.root.pem())
        self.run("certutil", "-A", "-d", self.database, "-n", "root", "-t", "CT,C,C", "-i", self.folder / "root.pem")
        for name, cert in (("body", world.seal), ("other", world.other)):
            archive = self.folder / f"{name}.p12"
            archive.write_bytes(pkcs12.serialize_key_and_certificates(
                name.encode(), cert.private, cert.cert, [c.cert for c in cert.chain],
                serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1000)
                .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(x509.base.hashes.SHA1())
                .build(b"x")))
            self.run("pk12util", "-i", archive, "-d", self.database, "-W", "x")

    @staticmethod
    def run(*words):
        return subprocess.run(words, check=True, capture_output=True, timeout=120)

    def sign(self, data, *how, nick="body"):
        self.count += 1
        a, b = (self.folder / f"{self.count}{x}.pdf" for x in "ab")
        a.write_bytes(data)
        self.run("pdfsig", a, b, "-nssdir", self.database, "-nick", nick, *(how or ("-add-signature",)))
        return b.read_bytes()

    def qpdf(self, data, *how):
        a, b = self.folder / "q.pdf", self.folder / "r.pdf"
        a.write_bytes(data)
        self.run("qpdf", *how, a, b)
        return b.read_bytes()


EMPTY = dict(fields=b"7 0 R", annots=b"7 0 R",
             more={7: b"<</FT/Sig/T(Signatura)/Type/Annot/Subtype/Widget/P 3 0 R/F 4/Rect[50 50 250 90]>>"})
case("nss-adbe.pdf", "valid", "time-none")(lambda w: w.nss.sign(plain().bytes))
case("nss-etsi.pdf", "valid")(lambda w: w.nss.sign(plain(**EMPTY).bytes, "-sign", "Signatura", "-etsi"))
case("nss-field.pdf", "valid")(lambda w: w.nss.sign(plain(**EMPTY).bytes, "-sign", "Signatura"))
case("nss-streams.pdf", "valid")(lambda w: w.nss.sign(w.nss.qpdf(plain().bytes, "--object-streams=generate")))
case("nss-linear.pdf", "valid")(lambda w: w.nss.sign(w.nss.qpdf(plain().bytes, "--linearize")))
case("nss-twice.pdf", "valid", "signed-again")(lambda w: w.nss.sign(w.nss.sign(plain().bytes)))
case("nss-other-first.pdf", "valid", "signed-too")(lambda w: w.nss.sign(w.nss.sign(plain().bytes, nick="other")))
case("nss-other-last.pdf", "review", "not-covered")(lambda w: w.nss.sign(w.nss.sign(plain().bytes), "-add-signature", nick="other"))
case("nss-other.pdf", "invalid", "nif-other")(lambda w: w.nss.sign(plain().bytes, "-add-signature", nick="other"))
case("nss-flipped.pdf", "invalid", "digest-wrong")(lambda w: swap(w.nss.sign(plain().bytes), b"88.12.34.56", b"88.12.34.57"))
case("nss-rewritten.pdf", "invalid")(lambda w: w.nss.qpdf(w.nss.sign(plain().bytes)))
case("nss-repacked.pdf", "invalid")(lambda w: w.nss.qpdf(w.nss.sign(plain().bytes), "--object-streams=generate"))
case("nss-pages.pdf", "invalid")(lambda w: w.nss.qpdf(w.nss.sign(plain().bytes), "--rotate=+90"))
case("ours-then-nss.pdf", "valid", "signed-again")(lambda w: w.nss.sign(w.sign().bytes))

# --- revisions after the signature ---

FIELD = b"<</FT/Tx/Type/Annot/Subtype/Widget/P 3 0 R/F 4/Rect[60 500 300 520]/T(nota)/DA(/F 11 Tf)%s>>"
FORM = dict(fields=b"30 0 R", annots=b"30 0 R", more={30: FIELD % b""})
FILLED = {30: FIELD % b"/V(88.12.34.56)/AP<</N 70 0 R>>",
          70: b"<</Type/XObject/Subtype/Form/BBox[0 0 240 20]/Length 0>>\nstream\n\nendstream"}


def on_form(w, **how):
    return w.sign(plain(**FORM), fields=b"30 0 R", **how)


case("form-signed.pdf", "valid")(on_form)
case("filled-later.pdf", "invalid", "changed-later")(lambda w: on_form(w).append(FILLED))
case("metadata-later.pdf", "invalid", "changed-later")(lambda w: on_form(w).append(
    {40: b"<</Title(Altra cosa)>>"}, trailer=b"/Info 40 0 R"))
case("xmp-later.pdf", "invalid", "changed-later")(lambda w: w.sign().append(
    {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/Metadata 40 0 R>>",
     40: b"<</Type/Metadata/Subtype/XML/Length 1>>\nstream\nx\nendstream"}))
case("script-later.pdf", "invalid", "changed-later", "pdf-script")(lambda w: w.sign().append(
    {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/OpenAction<</S/JavaScript/JS(x)>>>>"}))
# Shadow attacks: what is signed hides something, which a later revision shows.
COVER = b"<</Type/Annot/Subtype/Square/F 4/Rect[50 500 550 800]/IC[1 1 1]>>"


@case("shadow-hide.pdf", "invalid")
def shadow_hide(w):
    """The cover is an annotation of the signed page; the table says later that there is none."""
    pdf = w.sign(plain(), changes={3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<<"
                                      b"/F 5 0 R>>>>/Annots[30 0 R 7 0 R]>>", 30: COVER})
    start = len(pdf.bytes)
    return pdf.bytes + (b"xref\n30 1\n0000000000 00001 f \ntrailer\n<</Size %d/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
                        % (pdf.size, pdf.last, start))


case("shadow-null.pdf", "invalid", "changed-later")(lambda w: w.sign(plain(), changes={
    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>"
       b"/Annots[30 0 R 7 0 R]>>", 30: COVER}).append({30: b"null"}))
case("shadow-replace.pdf", "invalid", "changed-later")(lambda w: on_form(w, changes={
    **FILLED, 5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}).append({70: D.text_stream(["88.99.99.99"])}))
case("shadow-pages.pdf", "invalid", "changed-later")(lambda w: w.sign(plain(more={
    20: b"<</Type/Pages/Kids[21 0 R]/Count 1>>", 21: b"<</Type/Page/Parent 20 0 R/MediaBox[0 0 595 842]/Contents 22 0 R"
    b"/Resources<</Font<</F 5 0 R>>>>>>", 22: D.text_stream(["88.99.99.99"])}, catalog=b"/X 20 0 R")).append(
        {1: b"<</Type/Catalog/Pages 20 0 R/AcroForm 6 0 R/X 20 0 R>>"}))
case("contents-list-later.pdf", "invalid", "changed-later")(lambda w: w.sign().append(
    {3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[4 0 R 40 0 R]/Resources<</Font<</F 5 0 R>>>>/Annots[ 7 0 R]>>",
     40: D.text_stream(["88.99.99.99"], 300)}))
case("resized-later.pdf", "invalid", "changed-later")(lambda w: w.sign().append(
    {3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 400]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Annots[ 7 0 R]>>"}))
case("field-gone-later.pdf", "invalid")(lambda w: w.sign().append({6: b"<</Fields[]/SigFlags 3>>"}))
case("signature-replaced-later.pdf", "invalid")(lambda w: w.sign().append({8: b"<</Type/Sig>>"}))
case("two-ends.pdf", "review", "added-proof")(lambda w: w.sign().bytes + b"%%EOF\n%%EOF\n")
case("empty-revision.pdf", "review", "added-proof")(lambda w: w.sign().append({50: b"null"}))

# --- certifications ---

CERTIFY = {1: "none", 2: "forms", 3: "forms, remarks"}
for number in CERTIFY:
    case(f"certified{number}.pdf", "valid", "certifies")(lambda w, n=number: on_form(w, certify=n))
    case(f"certified{number}-filled.pdf", "invalid", "changed-later")(lambda w, n=number: on_form(w, certify=n).append(FILLED))
REMARK = {3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>"
             b"/Annots[30 0 R 31 0 R 50 0 R 33 0 R]>>",
          50: b"<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents(vist)>>"}


def template(w, certify, **changes):
    """The consortium certifies an empty form; the body changes it and signs."""
    return w.sign(on_form(w, cert=w.provider, certify=certify), name="Signatura2", fields=b"30 0 R", **changes)


case("template1.pdf", "invalid", "certified-broken")(lambda w: template(w, 1))
case("template1-filled.pdf", "invalid", "certified-broken")(lambda w: template(w, 1, changes=FILLED))
case("template2.pdf", "valid", "certifies", "signed-too")(lambda w: template(w, 2))
case("template2-filled.pdf", "valid", "certifies")(lambda w: template(w, 2, changes=FILLED))
case("template2-text.pdf", "invalid", "certified-broken")(lambda w: template(w, 2, changes={4: D.text_stream(["88.1.2.3"])}))
case("template2-elsewhere.pdf", "invalid", "certified-broken")(lambda w: template(w, 2, changes={60: D.text_stream(["88.1.2.3"]), 3: (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 60 0 R/Resources<</Font<</F 5 0 R>>>>/Annots[30 0 R 31 0 R 33 0 R]>>")}))
case("template2-hidden.pdf", "review", "certified-changed")(lambda w: template(w, 2, changes={
    30: FIELD.replace(b"/F 4", b"/F 2") % b""}))
case("template3-filled.pdf", "valid", "certifies")(lambda w: template(w, 3, changes=FILLED))


@case("template2-remark.pdf", "review", "certified-changed")
def with_remark(w, certify=2):
    pdf = on_form(w, cert=w.provider, certify=certify)
    at = add_signature(pdf, "Signatura2", fields=b"30 0 R", changes={
        **REMARK})
    return fill(pdf, at, w.make)


case("template3-remark.pdf", "valid", "certifies")(lambda w: with_remark(w, 3))

# --- ByteRange and Contents by hand ---


def ranged(numbers, ranges=b"[0 0000000000 0000000000 0000000000            ]"):
    def make(w):
        pdf = plain()
        at = add_signature(pdf, ranges=ranges)
        return fill_ranges(pdf, at, numbers(at, at + 2 * D.PLACE + 2, len(pdf.bytes)), w.make)
    return make


case("range-swapped.pdf", "invalid")(ranged(lambda a, c, n: (c, n - c, 0, a)))
case("range-empty.pdf", "invalid", "range-form")(ranged(lambda a, c, n: ()))
case("range-zero.pdf", "invalid")(ranged(lambda a, c, n: (0, 0, 0, 0)))
case("range-all.pdf", "invalid", "range-gap")(ranged(lambda a, c, n: (0, a, a, n - a)))
case("range-first-alone.pdf", "invalid")(ranged(lambda a, c, n: (0, a, c, 0)))
case("range-second-far.pdf", "invalid")(ranged(lambda a, c, n: (0, a, n, 1)))
case("range-negative-start.pdf", "invalid", "range-start")(ranged(lambda a, c, n: (-1, a + 1, c, n - c)))
case("range-negative-first.pdf", "invalid", "range-start")(ranged(lambda a, c, n: (0, -a, c, n - c)))
case("range-32-bit.pdf", "invalid", "range-beyond")(ranged(lambda a, c, n: (0, a, c + (1 << 32), n - c)))
case("range-wrap.pdf", "invalid", "range-beyond")(ranged(lambda a, c, n: (0, a, c, 2**63 - 1)))
case("range-over-64-bit.pdf", "invalid")(ranged(lambda a, c, n: (0, a, c, 2**63 + n), b"[0 " + b" " * 60 + b"]"))
case("range-wide-both.pdf", "invalid", "range-gap")(ranged(lambda a, c, n: (0, a - 40, c + 10, n - c - 10)))


@case("range-indirect.pdf", "invalid", "range-form")
def range_indirect(w):
    """The numbers are right, and in another object, which a later revision could replace."""
    pdf = plain()
    room = b"[0 0000000000 0000000000 0000000000]"
    at = add_signature(pdf, ranges=b" 6 0 R", changes={6: room, 1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[7 0 R]>>>>"})
    end = at + 2 * D.PLACE + 2
    data = pdf.bytes.replace(room, b"[0 %010d %010d %010d]" % (at, end, len(pdf.bytes) - end))
    return data[:at + 1] + w.make(data[:at] + data[end:]).hex().encode().ljust(2 * D.PLACE, b"0") + data[end - 1:]


@case("contents-indirect.pdf", "invalid")
def contents_indirect(w):
    pdf = plain()
    at = add_signature(pdf, changes={40: b"<" + b"0" * 2 * D.PLACE + b">"})
    pdf.bytes = pdf.bytes[:at] + b" 40 0 R" + b" " * (2 * D.PLACE - 5) + pdf.bytes[at + 2 * D.PLACE + 2:]
    return fill(pdf, pdf.bytes.index(b"40 0 obj\n<") + 9, w.make)


@case("contents-spaced.pdf", "invalid", "range-gap")
def contents_spaced(w):
    """White space in the string is lawful, and room for what nobody signed."""
    return w.sign().bytes.replace(b"00" * 100 + b">", b"00" * 50 + b"  " * 50 + b">")


case("contents-twice.pdf", "invalid")(lambda w: swap(
    w.sign(changes={40: b"(" + b"x" * 60 + b")"}).bytes, b"/Filter/Adobe.PPKLite", b"/Contents<00>/F(a)   "))
case("contents-literal.pdf", "invalid")(lambda w: (lambda b, at: b[:at] + b"(" + b[at + 1:at + 2 * D.PLACE + 1] + b")" +
                                                   b[at + 2 * D.PLACE + 2:])(*(lambda b: (b, b.index(b"/Contents<") + 9))(w.sign().bytes)))

# --- the CMS by hand ---


def rebuilt(signature, change):
    """The CMS with other signer infos: `change` gives them from the elements of the only one."""
    kind, inside = parts(parts(signature)[0][1])
    signed = parts(parts(inside[1])[0][1])
    infos = [i[2] for i in parts(signed[-1][1])]
    return tlv(0x30, kind[2] + tlv(0xa0, tlv(0x30, b"".join(p[2] for p in signed[:-1]) + tlv(0x31, b"".join(change(infos))))))


def by_cms(change, **how):
    return lambda w: w.sign(make=lambda data: change(w, data, w.make(data)), **how)


def patched(new, old=bytes.fromhex("06092a864886f70d010904"), skip=4):
    """The value of the first attribute of that kind becomes another of the same length."""
    def change(signature):
        at = signature.rindex(old) + len(old) + skip
        return signature[:at] + new + signature[at + len(new):]
    return change


def sha256(data):
    return hashlib.sha256(data).digest()


case("no-signers.pdf", "invalid", "cms-signers")(by_cms(lambda w, data, s: rebuilt(s, lambda infos: [])))
case("signers-two.pdf", "invalid", "cms-signers")(by_cms(lambda w, data, s: rebuilt(
    s, lambda infos: infos + [parts(parts(parts(parts(cms(data, w.other, w.folder))[0][1])[1][1])[0][1])[-1][1]])))
case("signer-twice.pdf", "invalid", "cms-signers")(by_cms(lambda w, data, s: rebuilt(s, lambda infos: infos * 2)))
case("digest-of-another.pdf", "invalid", "digest-wrong")(by_cms(lambda w, data, s: patched(sha256(b"another"))(s)))


@case("digest-patched.pdf", "invalid", "signature-wrong")
def digest_patched(w):
    """The text is another one, and so is the digest among what was signed: only the signature itself tells."""
    return w.sign(plain(["Adreces IP: 88.99.99.99"]), make=lambda data: patched(sha256(data))(w.make(b"what was signed")))


case("content-type.pdf", "invalid", "cms-attributes")(by_cms(lambda w, data, s: patched(
    bytes.fromhex("2a864886f70d010702"), bytes.fromhex("06092a864886f70d010903"), 4)(s)))
case("no-digest.pdf", "invalid", "cms-attributes")(by_cms(lambda w, data, s: s.replace(
    bytes.fromhex("06092a864886f70d010904"), bytes.fromhex("06092a864886f70d01090e"))))
case("certificate-unnamed.pdf", "invalid", "signature-wrong")(by_cms(lambda w, data, s: s.replace(
    bytes.fromhex("060b2a864886f70d010910022f"), bytes.fromhex("060b2a864886f70d010910022e"))))
case("not-signed-data.pdf", "invalid", "cms-form")(by_cms(lambda w, data, s: s.replace(
    bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010703"), 1)))


@case("zero-ecdsa.pdf", "invalid", "signature-wrong")
def zero_ecdsa(w):
    """r = s = 0 satisfies the equation of those who forget to look at it."""
    who = w.ca.leaf(private=D.key(0, "ec"))
    nothing = tlv(0x04, bytes.fromhex("3006020100020100"))
    return w.sign(make=lambda data: rebuilt(cms(data, who, w.folder), lambda infos: [
        tlv(0x30, b"".join(p[2] for p in parts(parts(infos[0])[0][1])[:-1]) + nothing)]))


@case("key-of-another.pdf", "invalid", "signature-wrong")
def key_of_another(w):
    """Another certificate with the same issuer and serial number, and a kind of signature that does not name its own."""
    mine = w.ca.leaf(private=D.key(3))
    w.ca.serial -= 1
    theirs = w.ca.leaf()
    assert len(mine.der()) == len(theirs.der())
    return w.sign(subfilter=b"adbe.pkcs7.detached", make=lambda data: swap(
        cms(data, mine, w.folder, extra=("-nosmimecap",)), mine.der(), theirs.der()))


case("sha224.pdf", "invalid", "digest-weak")(lambda w: w.sign(digest="sha224"))

# --- whose, and whether it could ---


def made(name, *codes, verdict="valid", days=None, **how):
    case(name, verdict, *codes)(lambda w: w.sign(cert=w.ca.leaf(**how, **({"days": days} if days else {}))))


PERSON = "2.16.724.1.3.5.7.1"
SERIAL, ORGANISATION = ObjectIdentifier("2.5.4.5"), ObjectIdentifier("2.5.4.97")
made("serial-bare.pdf", nif=None, names=((SERIAL, BODY),))
made("serial-vates.pdf", nif=None, names=((SERIAL, f"VATES-{BODY}"),))
made("serial-idces.pdf", nif=BODY, names=((SERIAL, "IDCES-00000000T"),))
made("serial-idces-alone.pdf", "nif-none", verdict="review", nif=None, names=((SERIAL, "IDCES-00000000T"),))
made("organisation-other.pdf", "nif-other", verdict="invalid", nif=OTHER, names=((SERIAL, "IDCES-00000000T"),))
made("organisation-register.pdf", "nif-none", verdict="review", nif=None, names=((ORGANISATION, f"NTRES-{BODY}"),))
made("two-numbers.pdf", "nif-disagrees", verdict="review", nif=BODY, names=((SERIAL, OTHER),))
made("employee.pdf", person=True, policies=(PERSON,), nif=BODY, names=((SERIAL, "IDCES-00000000T"),))
made("employee-before-eidas.pdf", person=True, policies=("2.16.724.1.3.5.3.1",), nif=None, names=((SERIAL, "00000000T"),),
     entity=(("2.16.724.1.3.5.3.1.3", BODY), ("2.16.724.1.3.5.3.1.4", "00000000T"), ("2.16.724.1.3.5.3.1.6", "Pau")))
made("employee-of-another.pdf", "nif-other", verdict="invalid", person=True, policies=(PERSON,), nif=None,
     entity=((PERSON + ".3", OTHER),))
made("citizen.pdf", "nif-none", verdict="review", person=True, policies=("0.4.0.194112.1.2",), nif=None,
     names=((SERIAL, "IDCES-00000000T"),))
made("client.pdf", uses=(ExtendedKeyUsageOID.CLIENT_AUTH,))
made("mail-and-client.pdf", uses=(ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION))
made("stamps-alone.pdf", "signer-use", verdict="invalid", uses=(ExtendedKeyUsageOID.TIME_STAMPING,))
made("answers-alone.pdf", "signer-use", verdict="invalid", uses=(ExtendedKeyUsageOID.OCSP_SIGNING,))
made("application.pdf", "signer-server", verdict="review", policies=(D.CDA,))
case("an-authority.pdf", "invalid")(lambda w: w.sign(cert=D.Cert(w.ca.issuer.cert, w.ca.issuer.private, [w.ca.root])))
case("second-of-expired.pdf", "invalid", "signed-outside")(lambda w: w.sign(w.sign(), cert=w.ca.leaf(days=(-900, -2)), name="Altra"))


case("intermediate-missing.pdf", "review", "incomplete")(lambda w: w.sign(cert=w.ca.chained(
    "Perduda", issuer_url="http://192.0.2.1/ca.cer")[1], chain=False))
case("intermediate-sent.pdf", "valid")(lambda w: w.sign(cert=w.ca.chained("Enviada", issuer_url="")[1]))
case("intermediate-strange.pdf", "review", "incomplete")(lambda w: w.sign(cert=w.ca.chained(
    "Canviada", issuer_url=f"{w.ca.url}{w.ca.root.cert.serial_number}.cer")[1], chain=False))
case("intermediate-fetched.pdf", "valid")(lambda w: w.sign(cert=w.ca.chained("Llunyana")[1], chain=False))
case("intermediate-revoked.pdf", "invalid", "chain-bad")(lambda w: w.sign(cert=w.ca.chained("Anul·lada", revoked=True)[1]))



@case("intermediate-in-proofs.pdf", "review", "added-proof")
def intermediate_in_proofs(w):
    """The chain is only in what was added for long-term proof: it is followed, and no intermediate is called missing."""
    middle, leaf = w.ca.chained("Guardada", issuer_url="")
    der = zlib.compress(middle.der())
    return w.sign(cert=leaf, chain=False).append({
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/DSS 40 0 R>>", 40: b"<</Type/DSS/Certs[41 0 R 42 0 R]>>",
        41: b"<</Length %d/Filter/FlateDecode>>\nstream\n" % len(der) + der + b"\nendstream",
        42: b"<</Length 3>>\nstream\nabc\nendstream"})


# --- when ---

EARLIER = "-20d"  # as faketime reads it


def stamped(w, cert, signing=None, stamping=None, stamper=None):
    return w.sign(make=lambda data: D.with_stamp(cms(data, cert, w.folder, when=signing), lambda value: D.token(
        value, stamper or w.stamper, w.folder, when=stamping)))


def revoked(w, days_ago, **how):
    cert = w.ca.leaf(**how)
    w.ca.revoke(cert, days_ago)
    return cert


case("revoked-since.pdf", "review", "revoked-since")(lambda w: stamped(w, revoked(w, 5), EARLIER, EARLIER))
case("revoked-before-stamp.pdf", "invalid", "revoked")(lambda w: stamped(w, revoked(w, 25), EARLIER, EARLIER))
case("revoked-after-claim.pdf", "invalid", "revoked")(lambda w: w.sign(make=lambda data: cms(
    data, revoked(w, 5), w.folder, when=EARLIER)))
case("expired-stamped.pdf", "valid")(lambda w: stamped(w, w.ca.leaf(days=(-900, -2)), EARLIER, EARLIER))
case("expired-claimed.pdf", "review", "expired-since", "time-claimed")(lambda w: w.sign(make=lambda data: cms(
    data, w.ca.leaf(days=(-900, -2)), w.folder, when=EARLIER)))
case("stamped-too-late.pdf", "invalid", "signed-outside")(lambda w: stamped(w, w.ca.leaf(days=(-900, -2)), EARLIER))
case("claimed-in-future.pdf", "review", "time-future")(lambda w: w.sign(make=lambda data: cms(
    data, w.seal, w.folder, when="+10d")))
case("stamper-revoked.pdf", "review", "stamp-bad")(lambda w: stamped(w, w.seal, stamper=(lambda t: (w.ca.revoke(t), t))(
    w.ca.stamper())[1]))
case("stamper-expired.pdf", "review", "stamp-bad")(lambda w: stamped(w, w.seal, stamper=w.ca.stamper(days=(-900, -2))))
case("stamper-self.pdf", "review", "stamp-bad")(lambda w: stamped(w, w.seal, stamper=w.ca.make(
    "Segellador", uses=(ExtendedKeyUsageOID.TIME_STAMPING,))))

# --- the file ---


def zipped(w, data):
    with zipfile.ZipFile(w.folder / "z.zip", "w") as z:
        z.writestr("formulari.txt", "Adreces IP: 88.99.99.99")
    return data + (w.folder / "z.zip").read_bytes()


case("zip-behind.pdf", "invalid", "pdf-also")(lambda w: zipped(w, w.sign().bytes))
case("zip-before.pdf", "invalid", "pdf-before")(lambda w: zipped(w, b"")[:900] + w.sign().bytes)
case("zip-inside.pdf", "invalid", "pdf-also")(lambda w: w.sign(plain(more={20: (lambda z: b"<</Length %d>>\nstream\n" % len(
    z) + z + b"\nendstream")(zipped(w, b""))})))
case("html-before.pdf", "invalid", "pdf-before")(lambda w: b"<html><script>alert(1)</script>" + w.sign().bytes)
case("line-before.pdf", "invalid", "pdf-before")(lambda w: b"\n" + w.sign().bytes)
case("far-before.pdf", "invalid", "not-known")(lambda w: b" " * 2000 + w.sign().bytes)
case("cut-in-half.pdf", "invalid", "pdf-damaged")(lambda w: (lambda b: b[:len(b) // 2])(w.sign().bytes))
case("other-version.pdf", "valid")(lambda w: w.sign(D.Pdf.plain20()))


@case("hybrid.pdf", "valid")
def hybrid(w):
    """A table for old readers, and a stream of references beside it for new ones: both say the same."""
    pdf = plain()
    at = len(pdf.bytes)
    entry = b"".join(bytes([1]) + at.to_bytes(4, "big") + b"\0\0" for _ in (0,))
    pdf.bytes += b"40 0 obj\n<</Type/XRef/Size 41/W[1 4 2]/Index[40 1]/Root 1 0 R/Length 7>>\nstream\n" + entry + b"\nendstream\nendobj\n"
    pdf.offsets[40], pdf.size = at, 41
    pdf.append({50: b"null"}, trailer=b"/XRefStm %d" % at)
    return w.sign(pdf)


def hybrid_evil(w):
    """The stream gives new readers another text than the tables give old ones, in one signed file."""
    pdf = plain()
    other = len(pdf.bytes)
    pdf.bytes += b"4 0 obj\n" + D.text_stream(["Adreces IP: 88.99.99.99"]) + b"\nendobj\n"
    at = len(pdf.bytes)
    entries = bytes([1]) + other.to_bytes(4, "big") + b"\0\0" + bytes([1]) + at.to_bytes(4, "big") + b"\0\0"
    pdf.bytes += b"40 0 obj\n<</Type/XRef/Size 41/W[1 4 2]/Index[4 1 40 1]/Root 1 0 R/Length 14>>\nstream\n" + entries + \
        b"\nendstream\nendobj\n"
    pdf.offsets[40], pdf.size = at, 41
    pdf.append({50: b"null"}, trailer=b"/XRefStm %d" % at)
    return w.sign(pdf)


case("hybrid-two-texts.pdf", "invalid", "pdf-also")(hybrid_evil)
case("xfa.pdf", "review", "pdf-xfa")(lambda w: w.sign(plain(more={20: b"<</Length 3>>\nstream\n<a>\nendstream"}), changes={
    6: b"<</Fields[21 0 R]/SigFlags 3/XFA 20 0 R>>"}))


# --- files for a CDA ---

CDAS = {}


def cda(name, verdict, *codes):
    def add(make):
        CDAS[name] = (make, verdict, codes)
        return make
    return add


def key_bytes(w, encoding=D.DER, secret=None):
    return w.seal.private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(
        secret) if secret else serialization.NoEncryption())


def p12(w):
    return pkcs12.serialize_key_and_certificates(b"x", w.seal.private, w.seal.cert, None,
                                                 serialization.BestAvailableEncryption(b"x"))


class Holder:
    """Who signs messages, for gateway.Signing."""

    def __init__(self, cert):
        self.cert, self.key = cert, cert.private

    def token(self):
        return base64.b64encode(self.cert.der()).decode()


def message(w, cert=None, change=lambda text: text, **how):
    signing = gateway.Signing(Holder(cert or w.ca.cda()), **how)
    return change(gateway.sent(signing.sign(gateway.hestia())))


cda("pfx-as.cer", "invalid", "private-key")(p12)
cda("base64-of.p12", "invalid", "private-key")(lambda w: base64.encodebytes(p12(w)))
cda("base64-of-key.txt", "invalid", "private-key")(lambda w: base64.b64encode(key_bytes(w)))
cda("utf16-key.pem", "invalid", "private-key")(lambda w: key_bytes(w, D.PEM).decode().encode("utf-16"))
cda("key-as.cer", "invalid", "private-key")(key_bytes)
cda("key-with-password.key", "invalid", "private-key")(lambda w: key_bytes(w, D.PEM, b"secret"))
cda("openssh.key", "invalid", "private-key")(lambda w: w.seal.private.private_bytes(
    D.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()))
cda("putty.ppk", "invalid", "private-key")(lambda w: b"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n")
cda("store.bks", "invalid", "private-key")(lambda w: b"\0\0\0\2\0\0\0\x14" + b"s" * 20 + b"\0\0\4\0" + b"\1" * 40)
cda("store.jceks", "invalid", "private-key")(lambda w: b"\xce\xce\xce\xce\0\0\0\2" + b"\0" * 60)
cda("key-and-certificate.txt", "invalid", "private-key")(lambda w: b"Hola,\nadjuntem el certificat:\n" + w.seal.pem() + key_bytes(w, D.PEM))
cda("pkcs7.pem", "valid", "cda-chain")(lambda w: subprocess.run(
    ["openssl", "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin"], input=w.seal.pem() + w.ca.issuer.pem(), check=True,
    capture_output=True).stdout)
cda("with-bag-attributes.pem", "valid")(lambda w: b"Bag Attributes\n    friendlyName: cda\n" + w.ca.cda().pem())
cda("crlf.pem", "valid")(lambda w: w.ca.cda().pem().replace(b"\n", b"\r\n"))
cda("request.csr", "invalid", "not-known")(lambda w: b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n")
cda("employee.cer", "invalid", "cda-person")(lambda w: w.ca.leaf(person=True, policies=(PERSON,)).der())
cda("stamper.cer", "invalid", "cda-use")(lambda w: w.ca.stamper().der())
cda("message.xml", "valid", "message-proves")(message)
cda("message-of-yesterday.xml", "valid", "message-proves")(lambda w: message(w, timestamp=(
    "2025-01-02T07:59:50Z", "2025-01-02T08:04:50Z")))
cda("message-of-another.xml", "invalid", "message-proves", "nif-other")(lambda w: message(w, w.ca.cda(nif=OTHER)))
cda("message-changed.xml", "invalid", "message-unproven")(lambda w: message(w, change=lambda t: t.replace(b"HESTIA_CITES", b"HESTIA_CITAS")))
cda("message-of-another-key.xml", "invalid", "message-unproven")(lambda w: message(w, D.Cert(
    w.seal.cert, D.key(3), w.seal.chain)))
cda("message-exchanged.xml", "invalid", "message-unproven")(lambda w: (lambda thief: message(w, thief, lambda t: t.replace(
    base64.b64encode(thief.der()), base64.b64encode(w.seal.der()))))(w.ca.cda(private=D.key(3))))
cda("message-unsigned.xml", "invalid", "message-bad")(lambda w: gateway.sent(gateway.hestia()))
cda("message-sha1.xml", "invalid", "message-unproven")(lambda w: message(w, algorithm="sha1"))
cda("message-cut.xml", "invalid", "message-bad")(lambda w: message(w)[:-200])
cda("message-dtd.xml", "invalid", "message-bad")(lambda w: message(w, change=lambda t: t.replace(
    b"?>", b"?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", 1)))
cda("page.html", "invalid", "message-bad")(lambda w: b"<html><body>CDA</body></html>")
cda("message-with-key.xml", "invalid", "private-key")(lambda w: message(w, change=lambda t: t + b"<!--" + key_bytes(w, D.PEM) + b"-->"))


# --- looking at them ---

def test_each_file_for_a_cda_gets_its_verdict_and_reason(world):
    results = world.check(world.write(CDAS))
    compare(CDAS, results)
    for (name, (_, _, codes)), r in zip(CDAS.items(), results):
        if "private-key" in codes:
            assert r["certificate"] is None and "revoked" in r["reasons"][0]["advice"], name
        if name == "message.xml":
            assert r["certificate"]["nif"] == BODY and r["certificate"]["holder"] == "application" and r["kind"] == "certificate"
            assert r["bytes"] == (world.folder / "files" / name).stat().st_size


def test_each_variant_gets_its_verdict_and_reason(checked):
    assert len(ALL) > 100 and len(checked[0]) > 30
    compare(checked[0], checked[2].values())


def test_pdfsig_agrees_with_all_that_is_valid(world, checked):
    """Its verdict is too kind to decide with; where it refuses, nothing is valid here."""
    refused = 0
    for name, path in checked[1].items():
        verdict, number = checked[2][name]["verdict"], len(checked[2][name]["signatures"])
        if verdict != "valid" and not name.startswith(("nss", "digest", "key")):
            continue
        said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, timeout=60).stdout.decode("utf-8", "replace")
        states = re.findall(r"Signature Validation: (.*)", said)
        if verdict == "valid":
            assert states == ["Signature is Valid."] * number and "Total document signed" in said, (name, said)
        refused += verdict != "valid" and bool(states) and states != ["Signature is Valid."] * len(states)
    assert SANITIZED or refused > 2  # so that this could fail


def test_addresses_with_ports_names_and_ranges(world):
    """Each is proposed as it stands, with what it should be; only what is an address is taken."""
    lines = ["IP de sortida: 88.1.2.3:8443, [2a00:1450::1]:443, ::ffff:88.1.2.4, https://88.1.2.5/servei",
             "Adreces IP: seu.example.org, 88.1.2.6-88.1.2.9, 88.1.2.16-31, 88.12.34.56", "Web: www.example.org",
             "IPv6 fe80::1%eth0 2a00:1450::7 a les 10:30:00"]
    path = world.folder / "ports.pdf"
    path.write_bytes(world.sign(plain(lines)).bytes)
    found = {a["text"]: a for a in world.check([path])[0]["addresses"]}
    got = {text: ([(x["code"], x["other"]) for x in a["remarks"]], a["refused"]) for text, a in found.items()}
    assert got.pop("::ffff:88.1.2.4")[0][0][0] == "address-bad"
    assert got == {
        "88.1.2.3:8443": ([("address-port", "88.1.2.3")], True), "[2a00:1450::1]:443": ([("address-port", "2a00:1450::1")], True),
        "https://88.1.2.5/servei": ([("address-port", "88.1.2.5")], True), "seu.example.org": ([("address-name", "")], True),
        "88.1.2.6-88.1.2.9": ([("address-span", "88.1.2.6/31, 88.1.2.8/31")], True),
        "88.1.2.16-31": ([("address-span", "88.1.2.16/28")], True), "88.12.34.56": ([], False), "2a00:1450::7": ([], False)}


def test_addresses_that_another_body_has(world):
    """They are told with whose they are: two bodies with one provider share them lawfully, so a person decides."""
    run("--config", world.folder / "desk/talaia.yaml", "gateway", "authorise", "Ajuntament de Badalona", "--ip",
        "88.12.35.0/28", "--modality", "HESTIA_CITES")
    path = world.folder / "shared.pdf"
    path.write_bytes(world.sign().bytes)

    def told(body):
        return {a["text"]: [(x["code"], x["other"]) for x in a["remarks"]] for a in world.check([path], body=body)[0]["addresses"]}
    assert told(BODY) == {"88.12.34.56": [], "88.12.35.0/28": [("address-shared", "Ajuntament de Badalona")]}
    assert told("Ajuntament de Badalona") == {"88.12.34.56": [], "88.12.35.0/28": [("address-twice", "")]}


def test_an_authority_that_does_not_answer(world):
    """Of the signer, of the time stamp, of the intermediate alone: never valid, and it says whose answer is missing."""
    middle, leaf = world.ca.chained("Muda")
    path, own = world.folder / "muda.pdf", world.folder / "own.pdf"
    path.write_bytes(world.sign(cert=leaf).bytes)
    own.write_bytes(stamped(world, leaf, stamper=world.stamper).bytes)

    def told(p):
        r = world.check([p])[0]
        return r["verdict"], [x["code"] for x in r["reasons"] if x["grade"] != "valid"], "".join(
            x["what"] for x in r["reasons"] if x["grade"] != "valid")
    assert told(path)[0] == told(own)[0] == "valid"
    try:
        world.ocsp.down = str(world.ca.root.cert.serial_number)
        assert told(path) == ("review", ["revocation-unknown"],
                              "whether the certificate of its authority is revoked could not be learnt")
        world.ocsp.down = str(middle.cert.serial_number)
        assert told(path)[:2] == ("review", ["revocation-unknown"])
        world.ocsp.down = str(world.ca.issuer.cert.serial_number)
        assert told(own)[:2] == ("review", ["stamp-bad"])
    finally:
        world.ocsp.down = False


def test_what_is_fetched_is_not_trusted_by_itself(world):
    """A stranger's certificate says where its issuer's stands; what stands there leads to nobody that we trust."""
    stranger = world.stranger.make("Segell", by=world.stranger.issuer, nif=BODY, policies=(D.SEAL,),
                                   issuer_url=f"{world.ca.url}{world.ca.root.cert.serial_number}.cer")
    before, path = world.ocsp.fetched, world.folder / "fetched.pdf"
    path.write_bytes(world.sign(cert=stranger, chain=False).bytes)
    r = world.check([path])[0]
    assert r["verdict"] != "valid" and {x["code"] for x in r["reasons"]} & {"unknown-ca", "incomplete"}, r["reasons"]
    assert world.ocsp.fetched == before + 1
    assert world.check([path], "--offline")[0]["verdict"] != "valid" and world.ocsp.fetched == before + 1


def test_the_largest_form_takes_little_memory(world):
    """18 MB that are scanned pages: read twice over at most, besides what the program has anyway."""
    path = world.folder / "scanned.pdf"
    noise = os.urandom(18 << 20)
    path.write_bytes(world.sign(plain(catalog=b"/X 20 0 R", more={20: b"<</Type/XObject/Subtype/Image/Width 2600/Height 2419/Colo"
                     b"rSpace/DeviceRGB/BitsPerComponent 8/Length %d>>\nstream\n" % len(noise) + noise + b"\nendstream"})).bytes)
    # A small process starts it: what is measured begins with the size of who starts it.
    measure = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); print(); " \
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", measure, TALAIA, "--config", world.folder / "desk/talaia.yaml", "--set",
                           "trust.bundle=", "--set", f"trust.anchors={world.folder / 'anchors.pem'}", "document", "check", path,
                           "--offline", "--json", "--body", BODY], capture_output=True, env=environment(), check=True, timeout=240)
    told, kilobytes = done.stdout.rsplit(b"\n\n", 1)
    assert [x["code"] for x in json.loads(told)["reasons"]] == ["revocation-unknown", "time-claimed"]
    if not SANITIZED:
        assert int(kilobytes) < 100 << 10, kilobytes


def test_no_person_is_told(checked):
    for name in {"employee.pdf", "employee-before-eidas.pdf", "citizen.pdf", "serial-idces.pdf"} & set(checked[0]):
        told = {k: v for k, v in checked[2][name]["signatures"][0]["signer"].items() if k not in ("der", "issuers")}
        assert told["personal"] and "00000000" not in str(told) and "Pau" not in str(told) and "Fictici" not in str(told), name
