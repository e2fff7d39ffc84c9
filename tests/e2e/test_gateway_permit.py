"""Who may ask at the gateway: given, listed and taken by hand, on both stores, and the secret by which ids are hashed."""
import os
import sqlite3
import stat

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from conftest import EXIT, Desk, copy_desk, run
from gateway import Identity, Signing, hestia, sent

NIF, OTHER_NIF = "P0801500J", "P0802200E"
LONG = (-4000, 4000)  # whatever day the tests run on


def give_numbers(desk):
    """The tax numbers come with a list of bodies."""
    file = desk.path / "ens.csv"
    file.write_text(f"Ens;NIF\nAjuntament de Badalona;{NIF}\nAjuntament de Berga;{OTHER_NIF}\n", encoding="utf-8")
    desk.run("import", file, on=None)


@pytest.fixture(scope="session")
def numbered(tmp_path_factory, empty_desk):
    desk = copy_desk(empty_desk, tmp_path_factory.mktemp("numbered") / "desk")
    give_numbers(desk)
    return desk


@pytest.fixture
def ready(tmp_path, numbered):
    return copy_desk(numbered, tmp_path / "desk")


@pytest.fixture(scope="session")
def cda(tmp_path_factory):
    identity = Identity("Ajuntament de Badalona", NIF, days=LONG)
    return identity, *identity.files(tmp_path_factory.mktemp("cda"))


def permissions(desk, *words):
    return desk.json("gateway", "permissions", *words, on=None)


def authorise(desk, body, *words, **more):
    return desk.run("gateway", "authorise", body, *words, on=None, **more)


def check_the_whole_way(desk, certificate):
    """Given, given again, listed, changed, taken; each with its line in the audit trail."""
    words = ("Ajuntament de Badalona", "--cda", certificate, "--ip", "84.88.0.0/28", "--ip", "2a00:1508::/64", "--modality",
             "HESTIA_CITES", "--modality", "HESTIA_TRAMITS", "--json")
    first = authorise(desk, *words).json()
    assert (first["body"], first["ine10"], first["added"], first["same"]) == ("Ajuntament de Badalona", "0801550006", 5, 0)
    assert first["certificate"]["nif"] == NIF
    again = authorise(desk, *words).json()
    assert (again["added"], again["same"]) == (0, 5)
    [view] = permissions(desk, "801550006")  # by its code, without the leading zero
    kinds = [(p["kind"], p["what"]) for p in view["permissions"]]
    print_ = first["certificate"]["fingerprint"]
    assert kinds == [("certificate", print_), ("address", "84.88.0.0/28"), ("address", "2a00:1508::/64"), ("grant", "HESTIA"),
                     ("grant", "HESTIA")]
    assert [p["modality"] for p in view["permissions"][3:]] == ["HESTIA_CITES", "HESTIA_TRAMITS"]
    assert all(p["purpose"] == "PROVES" and p["who"] for p in view["permissions"][3:])
    changed = authorise(desk, *words, "--allow-sha1").json()
    assert changed["added"] == 1 and any("SHA-1" in r for r in changed["remarks"])
    [view] = permissions(desk, "0801550006", "--all")
    assert [p["allow_sha1"] for p in view["permissions"] if p["kind"] == "certificate"] == [False, True]
    text = desk.run("gateway", "permissions", on=None).out
    assert "Ajuntament de Badalona (0801550006)" in text and "SHA-1" in text and "84.88.0.0/28" in text
    assert desk.json("gateway", "revoke", "0801550006", "--ip", "84.88.0.0/28", "--reason", "canvi de proveïdor",
                     on=None)["revoked"] == 1
    desk.run("gateway", "revoke", "0801550006", "--ip", "84.88.0.0/28", on=None, expect=EXIT["input"])
    assert desk.json("gateway", "revoke", "0801550006", "--cda", print_[:12], on=None)["revoked"] == 1
    assert desk.json("gateway", "revoke", "0801550006", on=None)["revoked"] == 4  # an address, two grants, and itself
    [view] = permissions(desk, "0801550006")
    assert view["suspended"] and view["permissions"] == []
    [view] = permissions(desk, "0801550006", "--all")
    assert [p["reason"] for p in view["permissions"] if p["what"] == "84.88.0.0/28"] == ["canvi de proveïdor"]
    assert authorise(desk, *words).json()["added"] == 5
    [view] = permissions(desk)
    assert view["suspended"] is None and len(view["permissions"]) == 5
    trail = [line["what"] for line in desk.json("audit", "list", "--all", on=None) if line["what"].startswith("gateway-")]
    assert sorted(trail) == ["gateway-authorise"] * 3 + ["gateway-revoke"] * 3
    desk.run("audit", "verify", on=None)
    assert desk.json("gateway", "log", on=None) == []
    desk.run("gateway", "show", "1", on=None, expect=EXIT["input"])


def test_given_listed_and_taken(ready, cda):
    check_the_whole_way(ready, cda[2])


def test_on_postgresql(tmp_path, postgresql, cda):
    _, url = postgresql.database()
    desk = Desk(tmp_path / "pg")
    run("init", "--lang", "en", "--set", f"store.url={url}", desk.path)
    give_numbers(desk)
    check_the_whole_way(desk, cda[2])
    assert desk.json("gateway", "secret", on=None)["renewed"] is False
    (desk.path / "gateway.secret").unlink()
    done = desk.run("gateway", "secret", on=None, expect=EXIT["input"])
    assert "missing" in done.err


def test_every_form_of_file(ready, cda, tmp_path):
    identity, _, pem = cda
    der = tmp_path / "cda.cer"
    der.write_bytes(identity.certificate.public_bytes(serialization.Encoding.DER))
    p7b = tmp_path / "cda.p7b"
    from cryptography.hazmat.primitives.serialization import pkcs7
    p7b.write_bytes(pkcs7.serialize_certificates([identity.certificate], serialization.Encoding.DER))
    message = tmp_path / "signed.xml"
    message.write_bytes(sent(Signing(identity).sign(hestia())))
    prints = {authorise(ready, "0801550006", "--cda", f, "--json").json()["certificate"]["fingerprint"]
              for f in (pem, der, p7b, message)}
    assert len(prints) == 1
    [view] = permissions(ready)
    assert len(view["permissions"]) == 2  # one certificate, one grant


def test_what_is_refused_and_why(ready, cda, tmp_path):
    identity, key, pem = cda
    both = tmp_path / "both.pem"
    both.write_bytes(pem.read_bytes() + key.read_bytes())
    p12 = tmp_path / "cda.p12"
    p12.write_bytes(pkcs12.serialize_key_and_certificates(b"x", identity.key, identity.certificate, None,
                                                          serialization.BestAvailableEncryption(b"secret")))
    chain = tmp_path / "chain.pem"
    chain.write_bytes(pem.read_bytes() + Identity("EC-Exemple", "Q0801175A", days=LONG).files(tmp_path / "ca")[1].read_bytes())
    _, foreign = Identity("Ajuntament de Berga", OTHER_NIF, days=LONG).files(tmp_path / "foreign")
    _, nobody = Identity("Sense número", "hola", days=LONG).files(tmp_path / "nobody")
    _, expired = Identity("Ajuntament de Badalona", NIF, days=(-4000, -2000)).files(tmp_path / "expired")
    _, short = Identity("Ajuntament de Badalona", NIF, days=LONG, bits=1024).files(tmp_path / "short")
    junk = tmp_path / "junk.cer"
    junk.write_bytes(bytes(range(256)) * 8)
    body = "Ajuntament de Badalona"
    for words, text in (
            ((body, "--cda", key), "revoked"), ((body, "--cda", both), "revoked"), ((body, "--cda", p12), "revoked"),
            ((body, "--cda", chain), "chain of 2"), ((body, "--cda", junk), "junk.cer"),
            ((body, "--cda", foreign), "--authority"), ((body, "--cda", nobody), "--authority"),
            ((body, "--cda", expired), "expired"), ((body, "--cda", short), "too short"),
            (("Ajuntament de Calella", "--cda", pem), "is of \"Ajuntament de Badalona\""),
            (("Ajuntament de Calella", "--cda", nobody), "--authority"),
            ((body, "--ip", "10.1.2.0/24"), "RFC 1918"), ((body, "--ip", "127.0.0.1"), "no public address"),
            ((body, "--ip", "84.88.0.0/23"), "too wide"), ((body, "--ip", "2a00::/32"), "too wide"),
            ((body, "--ip", "84.88.0.1/24"), "84.88.0.0/24"), ((body, "--ip", "84.88.0.300"), "no range"),
            ((body, "--ip", ""), "no range"), ((body, "--ip", "84.88.0.0/28,"), "no range"),
            ((body, "--product", "HESTIES"), "HESTIES"), ((body, "--modality", "HESTIA_CITE"), "did you mean HESTIA_CITES"),
            ((body, "--modality", "RESIDENT"), "is a modality of"), ((body, "--purpose", " "), "purpose"),
            ((body, "--until", "2020-01-01"), "ended before"), (("Ajuntament de Vilanova", "--ip", "84.88.0.0/28"), "Vilanova"),
            (("0000000017",), "0000000017")):
        done = authorise(ready, *words, expect=EXIT["input"])
        assert text in done.err, (words, done.err)
        assert "PRIVATE" not in done.err and "MII" not in done.err
    authorise(ready, body, "--allow-sha1", expect=EXIT["usage"])
    assert permissions(ready) == []  # nothing of a refused gesture stays
    # Our own network is told to the desk.
    authorise(ready, body, "--ip", "127.0.0.1", "--set", "net.allow=127.0.0.0/8")


def test_a_written_authorisation_and_a_shared_provider(ready, tmp_path):
    _, provider = Identity("Proveïdor, SL", "B99000016", days=LONG).files(tmp_path / "provider")
    paper = "conveni 12/2026, de 3 de març"
    for body, shared in (("Ajuntament de Badalona", False), ("Ajuntament de Berga", True)):
        got = authorise(ready, body, "--cda", provider, "--authority", paper, "--ip", "84.88.7.0/27", "--json").json()
        assert any("Ajuntament de Badalona" in r for r in got["remarks"]) == shared, got
    views = permissions(ready)
    assert [v["permissions"][0]["authority"] for v in views] == [paper, paper]


def test_a_number_that_nobody_knew(ready, tmp_path):
    """It comes with the certificate, is said, and counts from then on."""
    directory = tmp_path / "c"
    _, first = Identity("Ajuntament de Calella", "P9900001J", days=LONG).files(directory / "1")
    _, renewed = Identity("Ajuntament de Calella", "P9900001J", days=LONG).files(directory / "2")
    _, other = Identity("Ajuntament de Calella", OTHER_NIF, days=LONG).files(directory / "3")
    got = authorise(ready, "Ajuntament de Calella", "--cda", first, "--json").json()
    assert any("P9900001J" in r for r in got["remarks"])
    assert permissions(ready)[0]["nif"] == "P9900001J"
    assert authorise(ready, "Ajuntament de Calella", "--cda", renewed, "--json").json()["remarks"] == []
    assert "--authority" in authorise(ready, "Ajuntament de Calella", "--cda", other, expect=EXIT["input"]).err


def test_hostile_words(ready):
    for words in (("Ajuntament de Badalona", "--authority", "\x1b[2J\u202e", "--cda", "/dev/zero"), ("\x1b[31m'; DROP TABLE--",),
                  ("Ajuntament de Badalona", "--cda", str(ready.path)), ("9" * 5000,), ("Ajuntament de Badalona", "--purpose", "x" * 5000),
                  ("Ajuntament de Badalona", "--ip", ",".join(["84.88.0.1"] * 100))):
        done = authorise(ready, *words, expect=(EXIT["input"], EXIT["system"]))
        assert "\x1b" not in done.err and "\u202e" not in done.err


# ------------------------------------------------------------------ the secret

def test_the_secret_is_private_and_the_only_one(ready):
    file = ready.path / "gateway.secret"
    assert not file.exists()
    assert ready.json("gateway", "secret", on=None)["file"] == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and len(file.read_text()) == 65
    first = file.read_text()
    assert first not in ready.run("gateway", "secret", on=None).out and file.read_text() == first
    file.chmod(0o640)
    assert "chmod 600" in ready.run("gateway", "secret", on=None, expect=EXIT["system"]).err
    file.unlink()
    assert "missing" in ready.run("gateway", "secret", on=None, expect=EXIT["input"]).err
    assert not file.exists()
    for text in ("ab" * 32 + "\n", "ab" * 31, "zz" * 32, ""):
        file.write_text(text)
        file.chmod(0o600)
        done = ready.run("gateway", "secret", on=None, expect=EXIT["input"])
        assert "abab" not in done.err
    renewed = ready.json("gateway", "secret", "--renew", on=None)
    assert renewed["renewed"] and renewed["given_up"] == 0 and file.read_text() != first
    ready.run("gateway", "secret", on=None)
    assert not list(ready.path.glob("gateway.secret.*"))


# ------------------------------------------------------------------ the log

ROW = ("INSERT INTO gateway_log (at, ine10, request, kind, product, modality, elements, certificate, address, outcome, "
       "step, result, steps, remarks, citizens, bytes, answer_bytes, micros) VALUES (?, ?, ?, 'sync', 'HESTIA', ?, 1, 'ab', "
       "'84.88.0.9', ?, ?, ?, 'network:g:12 security:w:410 rule:r:5', 'error:count:7:/soap:Envelope/soap:Body', '', 6000, 900, 1500)")


def test_the_log_is_listed_and_shown(ready, cda):
    authorise(ready, "Ajuntament de Badalona", "--cda", cda[2])
    day = 86400 * 10**6
    start = 1763600000 * 10**6
    with sqlite3.connect(ready.store) as store:
        for i, (ine10, outcome, step, result) in enumerate((
                ("0801550006", "answered", "modality", "0"), ("0801550006", "repeated", "repeat", ""),
                ("", "xml", "xml", ""), ("0801550006", "answered", "modality", "-2"))):
            store.execute(ROW, (start + i * day, ine10, f"id-{i % 3}", "HESTIA_CITES" if ine10 else "", outcome, step, result))

    def log(*words):
        return [r["number"] for r in ready.json("gateway", "log", *words, on=None)]
    assert log() == [4, 3, 2, 1]
    assert log("Ajuntament de Badalona") == [4, 2, 1]
    assert log("--outcome", "refused") == [3, 2] and log("--outcome", "repeated") == [2]
    assert log("--since", "2025-11-21") == [4, 3, 2] and log("--since", "2025-11-22") == [4, 3]
    assert log("--modality", "HESTIA_CITES", "--outcome", "answered") == [4, 1]
    assert "one of: refused answered" in ready.run("gateway", "log", "--outcome", "x", on=None, expect=EXIT["usage"]).err
    text = ready.run("gateway", "log", on=None).out
    assert "repeated" in text and all(len(line) <= 100 for line in text.splitlines())
    one = ready.json("gateway", "show", "2", on=None)
    assert one["body"] == "Ajuntament de Badalona" and one["answer"] == "0502" and one["step"] == "repeat"
    assert one["steps"] == [{"step": "network", "state": "good", "microseconds": 12},
                            {"step": "security", "state": "warning", "microseconds": 410},
                            {"step": "rule", "state": "refused", "microseconds": 5}]
    assert one["remarks"] == [{"grade": "error", "code": "count", "line": 7, "xpath": "/soap:Envelope/soap:Body"}]
    assert ready.json("gateway", "show", "id-0", on=None)["number"] == 4  # the last one with that id
    for lang in ("ca", "es", "en"):
        assert "#2" in ready.run("gateway", "show", "2", on=None, lang=lang).out
