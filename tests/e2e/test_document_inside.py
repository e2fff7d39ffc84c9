"""Answers of authorities inside of a document (DSS, adbe-revocationInfoArchival), on a day on which the authority itself is
silent: they count when it signed them, about that certificate, in their time and after the signature; and never before
what it says itself. Nothing is valid by any other, and nothing that pdfsig refuses."""
import datetime
import re
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

import documents as D
from documents import BODY, cms, parts, plain, tlv
from test_document import World, case, compare
from test_document_variants import SANITIZED, rebuilt, revoked

INSIDE, CASES = {}, {}  # name: what is made of the answer; what the whole comes to


def quiet(w, make=None, url="http://127.0.0.1:9/", **how):
    """A certificate whose authority does not answer."""
    url, w.ca.url = w.ca.url, url
    try:
        return (make or w.ca.leaf)(**how)
    finally:
        w.ca.url = url


def now(seconds=0):
    return datetime.datetime.utcnow().replace(microsecond=0) + datetime.timedelta(seconds=seconds)


DAYS = 86400


def ocsp_answer(w, cert, at=-60, until=DAYS, status="GOOD", by=None, issuer=None, reason=None, shown=()):
    issuer = issuer or w.ca.issuer
    by = by or issuer
    gone = status == "REVOKED"
    return (ocsp.OCSPResponseBuilder().add_response(
        cert.cert, issuer.cert, hashes.SHA1(), ocsp.OCSPCertStatus[status], now(at), None if until is None else now(until),
        now(at) if gone else None, reason if gone else None).responder_id(ocsp.OCSPResponderEncoding.HASH, by.cert)
        .certificates([c.cert for c in shown] or [by.cert]).sign(by.private, hashes.SHA256()).public_bytes(D.DER))


def crl(w, *revoked, at=-60, until=DAYS, by=None, key=None, reason=None):
    by = by or w.ca.issuer
    b = x509.CertificateRevocationListBuilder().issuer_name(by.cert.subject).last_update(now(at)).next_update(now(until))
    for cert in revoked:
        one = x509.RevokedCertificateBuilder().serial_number(cert.cert.serial_number).revocation_date(now(at))
        b = b.add_revoked_certificate((one.add_extension(x509.CRLReason(reason), False) if reason else one).build())
    return b.sign(key or by.private, hashes.SHA256()).public_bytes(D.DER)


def dss(first, ocsps=(), crls=()):
    """A dictionary of proofs at object `first`, its streams behind it."""
    streams = [b"<</Length %d>>\nstream\n" % len(b) + b + b"\nendstream" for b in (*ocsps, *crls)]
    refs = [b"%d 0 R" % (first + 1 + i) for i in range(len(streams))]
    one = b"<</Type/DSS/OCSPs[" + b" ".join(refs[:len(ocsps)]) + b"]/CRLs[" + b" ".join(refs[len(ocsps):]) + b"]>>"
    return {first: one, **{first + 1 + i: s for i, s in enumerate(streams)}}


def proven(w, cert, ocsps=(), crls=(), **how):
    return w.sign(plain(catalog=b"/DSS 20 0 R", more=dss(20, ocsps, crls)), cert=cert, **how)


def inside(name, state, verdict, *codes):
    INSIDE[name] = state
    return case(name, verdict, *codes, to=CASES)


GOOD, DOUBT, GONE = ("valid", "revocation-inside"), ("review", "revocation-unknown"), ("invalid", "revoked", "revocation-inside")


def with_ocsp(**how):
    return lambda w: (lambda c: proven(w, c, [ocsp_answer(w, c, **how)]))(quiet(w))


def with_crl(*revoked, **how):
    return lambda w: (lambda c: proven(w, c, crls=[crl(w, *[c for _ in revoked], **how)]))(quiet(w))


def attributes_changed(w, cert, change):
    """A signature with other signed attributes, made again."""
    def make(data):
        def signer(infos):
            whole = [p[2] for p in parts(parts(infos[0])[0][1])]
            signed = b"".join(sorted(change([p[2] for p in parts(parts(whole[3])[0][1])])))
            value = cert.private.sign(tlv(0x31, signed), padding.PKCS1v15(), hashes.SHA256())
            return [tlv(0x30, b"".join(whole[:3]) + tlv(0xa0, signed) + whole[4] + tlv(0x04, value))]
        return rebuilt(cms(data, cert, w.folder), signer)
    return make


def archived(w, cert, ocsps=(), crls=()):
    """As Adobe's programs do: the answers were fetched before, and are signed with the rest."""
    value = tlv(0x30, (tlv(0xa0, tlv(0x30, b"".join(crls))) if crls else b"") + (tlv(0xa1, tlv(0x30, b"".join(ocsps))) if ocsps else b""))
    attribute = tlv(0x30, bytes.fromhex("06092a864886f72f010108") + tlv(0x31, value))
    return w.sign(subfilter=b"adbe.pkcs7.detached", make=attributes_changed(w, cert, lambda old: [*old, attribute]))


def undated(w):
    cert = quiet(w)
    pdf = plain(catalog=b"/DSS 20 0 R", more=dss(20, [ocsp_answer(w, cert)]))
    return w.sign(pdf, make=attributes_changed(w, cert, lambda old: [a for a in old if bytes.fromhex("06092a864886f70d010905") not in a]))


def delegate(w, by=None, uses=(ExtendedKeyUsageOID.OCSP_SIGNING,), **how):
    return (by or w.ca).make("Respondedor", by=(by or w.ca).issuer, uses=uses, private=D.key(11), **how)


def by_delegate(make):
    return lambda w: (lambda who: with_ocsp(by=who, shown=[who])(w))(make(w))


inside("inside-none.pdf", None, *DOUBT)(lambda w: w.sign(cert=quiet(w)))
inside("inside-ocsp.pdf", "good", *GOOD)(with_ocsp())
inside("inside-crl.pdf", "good", *GOOD)(with_crl())
inside("inside-crl-of-others.pdf", "good", *GOOD)(lambda w: proven(w, quiet(w), crls=[crl(w, w.other, w.provider)]))
inside("inside-delegate.pdf", "good", *GOOD)(by_delegate(delegate))
inside("inside-adbe.pdf", "good", *GOOD)(lambda w: (lambda c: archived(w, c, [ocsp_answer(w, c)]))(quiet(w)))
inside("inside-adbe-crl.pdf", "good", *GOOD)(lambda w: (lambda c: archived(w, c, crls=[crl(w)]))(quiet(w)))
inside("inside-stamped.pdf", "good", *GOOD)(lambda w: (lambda c: proven(w, c, [ocsp_answer(w, c)], make=lambda data: D.with_stamp(
    cms(data, c, w.folder), lambda value: D.token(value, w.stamper, w.folder))))(quiet(w)))
inside("inside-stamper.pdf", "good", "valid")(lambda w: (lambda c, t: proven(w, c, [ocsp_answer(w, c), ocsp_answer(
    w, t, at=100)], make=lambda data: D.with_stamp(cms(data, c, w.folder), lambda value: D.token(value, t, w.folder))))(
        quiet(w), quiet(w, w.ca.stamper)))
inside("inside-added-then-signed.pdf", "good", *GOOD, "signed-again")(lambda w: (lambda c: w.sign(w.sign(cert=c).append(
    {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/DSS 30 0 R>>", **dss(30, [ocsp_answer(w, c)])}), cert=c, name="Signatura2"))(quiet(w)))
inside("inside-added-later.pdf", "good", "review", "revocation-inside", "added-proof")(lambda w: (lambda c: w.sign(cert=c).append(
    {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/DSS 30 0 R>>", **dss(30, [ocsp_answer(w, c)])}))(quiet(w)))


def chained(w, *proofs):
    """Both the leaf's authority and that of the intermediate are silent."""
    middle, leaf = quiet(w, w.ca.chained, name="Callada")
    return proven(w, leaf, [ocsp_answer(w, leaf, issuer=middle)], [crl(w, *p(middle), by=w.ca.root, until=180 * DAYS, at=-40 * DAYS) for p in proofs])


inside("inside-chain.pdf", "good", *GOOD)(lambda w: chained(w, lambda middle: []))
inside("inside-chain-half.pdf", "good", *DOUBT)(chained)
inside("inside-chain-revoked.pdf", "good", "invalid", "chain-bad")(lambda w: chained(w, lambda middle: [middle]))

inside("inside-stranger.pdf", "stranger", *DOUBT)(lambda w: with_ocsp(by=w.stranger.issuer)(w))
inside("inside-delegate-of-stranger.pdf", "stranger", *DOUBT)(by_delegate(lambda w: delegate(w, w.stranger)))
inside("inside-delegate-unfit.pdf", "stranger", *DOUBT)(by_delegate(lambda w: delegate(w, uses=(ExtendedKeyUsageOID.SERVER_AUTH,))))
inside("inside-delegate-expired.pdf", "expired", *DOUBT)(by_delegate(lambda w: delegate(w, days=(-30, -1))))
inside("inside-by-itself.pdf", "stranger", *DOUBT)(lambda w: (lambda c: proven(w, c, [ocsp_answer(w, c, by=c)]))(quiet(w)))
inside("inside-flipped.pdf", "stranger", *DOUBT)(lambda w: (lambda c: proven(w, c, [(lambda b: b.replace(
    *(lambda at: (b[at:at + 40], b[at:at + 20] + bytes(20)))(b.rindex(b"\x03\x82\x01\x01\x00", 0, b.rindex(w.ca.issuer.der())) + 5)))(
        ocsp_answer(w, c))]))(quiet(w)))
inside("inside-crl-of-stranger.pdf", "others", *DOUBT)(lambda w: proven(w, quiet(w), crls=[crl(w, by=w.stranger.issuer)]))
inside("inside-crl-forged.pdf", "stranger", *DOUBT)(with_crl(key=D.key(3)))
inside("inside-of-another.pdf", "others", *DOUBT)(lambda w: proven(w, quiet(w), [ocsp_answer(w, w.other)]))
inside("inside-of-another-issuer.pdf", "others", *DOUBT)(lambda w: with_ocsp(issuer=w.stranger.issuer, by=w.ca.issuer)(w))
inside("inside-revoked.pdf", "revoked", *GONE)(with_ocsp(status="REVOKED", reason=x509.ReasonFlags.key_compromise))
inside("inside-crl-revoked.pdf", "revoked", *GONE)(with_crl(1))
inside("inside-crl-revoked-expired.pdf", "revoked", *GONE)(with_crl(1, at=-20 * DAYS, until=-10 * DAYS))
inside("inside-both.pdf", "revoked", *GONE)(lambda w: (lambda c: proven(w, c, [ocsp_answer(w, c)], [crl(w, c, at=-DAYS)]))(quiet(w)))
inside("inside-suspended.pdf", "suspended", *DOUBT)(lambda w: (lambda c: proven(w, c, [ocsp_answer(
    w, c, status="REVOKED", reason=x509.ReasonFlags.certificate_hold), ocsp_answer(w, c)]))(quiet(w)))
inside("inside-unknown.pdf", "unknown", *DOUBT)(with_ocsp(status="UNKNOWN"))
inside("inside-expired.pdf", "expired", *DOUBT)(with_ocsp(at=-3 * DAYS, until=-2 * DAYS))
inside("inside-crl-expired.pdf", "expired", *DOUBT)(with_crl(at=-3 * DAYS, until=-2 * DAYS))
inside("inside-old.pdf", "expired", *DOUBT)(with_ocsp(at=-12 * DAYS, until=300 * DAYS))
inside("inside-before.pdf", "before", *DOUBT)(with_ocsp(at=-3600))
inside("inside-crl-before.pdf", "before", *DOUBT)(with_crl(at=-DAYS // 2))
inside("inside-adbe-before.pdf", "before", *DOUBT)(lambda w: (lambda c: archived(w, c, [ocsp_answer(w, c, at=-3600)]))(quiet(w)))
inside("inside-future.pdf", "unreadable", *DOUBT)(with_ocsp(at=DAYS, until=2 * DAYS))
inside("inside-timeless.pdf", "timeless", *DOUBT)(with_ocsp(until=None))
inside("inside-undated.pdf", "undated", *DOUBT)(undated)
inside("inside-garbage.pdf", "unreadable", *DOUBT)(lambda w: proven(w, quiet(w), [b"\x30\x82\x01\x00", b"x" * 300], [b"\xff" * 300, b"\0" * 9]))
inside("inside-cut.pdf", "unreadable", *DOUBT)(lambda w: (lambda c: proven(w, c, [ocsp_answer(w, c)[:-40]], [crl(w)[:-40]]))(quiet(w)))
inside("inside-adbe-garbage.pdf", "unreadable", *DOUBT)(lambda w: archived(w, quiet(w), [tlv(0x30, b"\x0a\x01\x00")] * 40, [tlv(0x30, b"x")]))
inside("inside-huge.pdf", None, *DOUBT)(lambda w: (lambda c: proven(w, c, [ocsp_answer(w, c).ljust(300 << 10, b"\0")]))(quiet(w)))
inside("inside-many.pdf", "unreadable", *DOUBT)(lambda w: (lambda c: proven(w, c, [b"x"] * 200 + [ocsp_answer(w, c)]))(quiet(w)))
inside("inside-online-revoked.pdf", "good", "invalid", "revoked")(lambda w: (lambda c: proven(w, c, [ocsp_answer(w, c)]))(revoked(w, 1)))
inside("inside-online-unknown.pdf", "good", *DOUBT)(lambda w: (lambda c: proven(w, c, [ocsp_answer(w, c)]))(quiet(
    w, lambda: w.ca.make("Segell", by=w.ca.issuer, nif=BODY, policies=(D.SEAL,)), url=f"{w.ca.url}{w.ca.root.cert.serial_number}?")))


# --- looking at them ---

@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("inside"))
    cases = dict(list(CASES.items())[::3]) if SANITIZED else CASES
    paths = w.write(cases)
    yield cases, dict(zip(cases, paths)), dict(zip(cases, w.check(paths)))
    w.ocsp.close()


def test_each_gets_its_verdict_and_reason(checked):
    assert len(checked[0]) > 15
    compare(checked[0], checked[2].values())


def test_each_answer_is_taken_for_what_it_is(checked):
    for name, r in checked[2].items():
        got = [i["state"] for i in r["signatures"][-1]["signer"]["inside"]][:1]
        assert got == ([INSIDE[name]] if INSIDE[name] else []), (name, got)
        told = [x["what"] for x in r["reasons"] if x["code"] == "revocation-unknown"]
        if INSIDE[name] not in (None, "good", "revoked"):
            assert len(told) == 1 and "inside" in told[0] or "the document holds" in told[0], (name, told)
        used = "revocation-inside" in {x["code"] for x in r["reasons"]}
        assert r["verdict"] != "valid" or INSIDE[name] == "good" and (used or name == "inside-stamper.pdf"), name


def test_pdfsig_agrees_with_all_that_is_valid(checked):
    valid = [name for name, r in checked[2].items() if r["verdict"] == "valid"]
    assert len(valid) > 2
    for name in valid:
        said = subprocess.run(["pdfsig", "-nocert", checked[1][name]], capture_output=True, timeout=60).stdout.decode("utf-8", "replace")
        assert re.findall(r"Signature Validation: (.*)", said) == ["Signature is Valid."] * len(checked[2][name]["signatures"]), (name, said)
