"""`talaia certificate add` with a signed SOAP message: its signer's certificate, and what is refused with which words."""
import pathlib
import sqlite3

import pytest

from conftest import EXIT, ROOT, dmy, body, table

CORPUS = ROOT / "tests/fuzz/corpus/signed"
GOOD = sorted(p.stem for p in CORPUS.glob("good-*.xml"))
BAD = {
    "bad-pkcs7": "whole path of certificates (PKCS7)", "bad-path": "whole path of certificates (X509PKIPathv1)", "bad-type": "X509v1",
    "bad-encoding": "not in base64", "bad-only-reference": "does not carry the certificate", "bad-elsewhere": "outside of the message",
    "bad-dangling": "does not carry the certificate", "bad-two-tokens": "several BinarySecurityToken", "bad-two-signatures": "several Signature",
    "bad-two-headers": "several Security", "bad-unsigned": "no Signature", "bad-no-header": "no Header", "bad-no-soap": "no SOAP message",
    "bad-leaves": "several certificates", "bad-authority": "only certificates of authorities", "bad-base64": "not base64", "bad-empty": "not base64",
    "bad-inside": "not base64", "bad-der": "", "bad-dtd": "document type", "bad-cut": "line", "bad-many": "more than 20 certificates",
}


def kept(desk):
    with sqlite3.connect(desk.store) as store:
        return store.execute("SELECT kind, source, c.nif FROM given_certificate g JOIN served_certificate c ON c.fingerprint = g.fingerprint").fetchall()


@pytest.fixture
def town(desk, write):
    desk.load(write("r.csv", table([body(1, "Vilaprova, Ajuntament de", dmy(20), dmy(40))])))
    return desk


@pytest.mark.parametrize("name", GOOD)
def test_the_signer_s_certificate_is_taken(town, name):
    given = town.json("certificate", "add", "Vilaprova", CORPUS / f"{name}.xml", expect=(0, 1))
    assert given["kind"] == "CDA" and given["nif"] == "P9900001J" and given["new"] and "Vilaprova" in given["subject"], given
    assert kept(town) == [("CDA", "signed message", "P9900001J")]
    again = town.json("certificate", "add", "Vilaprova", CORPUS / "good-data.xml", expect=(0, 1))
    assert not again["new"] and len(kept(town)) == 1
    assert town.json("audit", "verify")["unbroken"]
    assert len([line for line in town.json("audit", "list", "--all") if line["what"] == "certificate-add"]) == 1


def test_every_bad_sample_is_refused_for_its_reason(town):
    assert set(BAD) == {p.stem for p in CORPUS.glob("bad-*.xml")}
    for name, words in BAD.items():
        err = town.run("certificate", "add", "Vilaprova", CORPUS / f"{name}.xml", expect=EXIT["input"]).err
        assert words in err and f"{name}.xml" in err, (name, err)
    assert kept(town) == []


def test_a_message_is_no_cds(town):
    assert "--kind" in town.run("certificate", "add", "Vilaprova", CORPUS / "good-token.xml", "--kind", "CDS", expect=EXIT["usage"]).err
    assert kept(town) == []


def test_nothing_else_of_the_message_is_kept(town, write):
    text = (CORPUS / "good-token.xml").read_text().replace("<x/>", "<titular>12345678Z</titular>")
    town.run("certificate", "add", "Vilaprova", write("missatge.xml", text), expect=(0, 1))
    assert b"12345678Z" not in town.store.read_bytes()


def test_a_private_key_in_a_message_is_refused(town, write):
    key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----"
    text = (CORPUS / "good-token.xml").read_text().replace("<x/>", f"<x>{key}</x>")
    assert "private key" in town.run("certificate", "add", "Vilaprova", write("missatge.xml", text), expect=EXIT["input"]).err
    assert kept(town) == []


def test_too_large(town, write):
    text = (CORPUS / "good-token.xml").read_text().replace("<x/>", "<x>" + "a" * (3 << 20) + "</x>")
    town.run("certificate", "add", "Vilaprova", write("missatge.xml", text), expect=EXIT["input"])
    assert kept(town) == []
