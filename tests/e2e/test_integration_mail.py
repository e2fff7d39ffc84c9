"""Documents that arrive by e-mail, out of a real mailbox (Dovecot): which integration they are of, and what waits for a person."""
import base64

import documents as D
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from mail_servers import dovecot  # noqa: F401  a fixture
from test_integration import (box, box_of, desk, documents, either, far_box, mails, on_both, papers, ready_desk, reply_to,  # noqa: F401  fixtures
                              smtp_server)

from conftest import day
from gateway import Signing, hestia, sent

CONTACTS = "Ens;Nom;E-mail;Rol;Idioma\nAjuntament de Castelldefels;Secretaria;sec@castelldefels.example;secretary;ca\n"


@pytest.fixture
def asked(request, dovecot, papers):  # noqa: F811
    """One integration waits for its documents; what comes into the mailbox is read."""
    box = box_of(request)  # noqa: F811
    desk = box.desk  # noqa: F811
    desk.path.joinpath("c.csv").write_text(CONTACTS)
    desk.run("import", desk.path / "c.csv")
    desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    desk.run("integration", "ask", "FP-1")
    box.send()
    box.mail, box.dovecot, box.papers, box.number = mails(box)[0], dovecot, papers, 0

    def comes(*files, **how):
        box.number += 1
        dovecot.put(reply_to(box.mail, *files, number=box.number, **how))
        settings = [w for s in dovecot.settings for w in ("--set", s)]
        desk.run("reply", "read", *settings, *papers.settings(), expect=(0, 1))
        return desk.json("reply", "list", "--all")[0]
    box.comes = comes
    return box


def files(box, fp="FP-1"):  # noqa: F811
    return [(f["role"], f["name"]) for f in box.desk.json("integration", "show", fp)["files"]]


@on_both("asked")
def test_in_the_thread(asked):
    mail = asked.comes(("formulari.pdf", asked.papers.form), ("cda.pem", asked.papers.cda.pem()))
    assert files(asked) == [("form", "formulari.pdf"), ("cda", "cda.pem")]
    assert mail["state"] == "dismissed" and "FP-1" in mail["note"]  # it has left the queue, and says where to
    question = asked.comes()
    assert question["state"] in ("queue", "proposed") and files(asked) == [("form", "formulari.pdf"), ("cda", "cda.pem")]


@pytest.mark.parametrize("subject, sender", [("Documentació FP-1", "it@castelldefels.example"), ("doc [ST-1]", "IT@castelldefels.example"),
                                             ("fp-1: el CDA", "sec@castelldefels.example"),
                                             ("CDA de l'AJUNTAMENT DE CASTELLDEFELS", "it@castelldefels.example")])
def test_by_what_the_subject_names(asked, subject, sender):
    mail = asked.comes(("cda.pem", asked.papers.cda.pem()), subject=subject, sender=sender)
    assert files(asked) == [("cda", "cda.pem")] and mail["state"] == "dismissed"


@pytest.mark.parametrize("subject, sender, reason", [
    ("Documentació FP-1", "estrany@elsewhere.example", "none of its contacts"),
    ("Documentació FP-10", "it@castelldefels.example", ""),
    ("Bon dia", "it@castelldefels.example", ""),
])
def test_what_waits_for_a_person(asked, subject, sender, reason):
    mail = asked.comes(("cda.pem", asked.papers.cda.pem()), subject=subject, sender=sender)
    assert files(asked) == [] and mail["state"] in ("queue", "proposed")
    assert reason in mail["note"] if reason else mail["note"] == ""


@on_both("asked")
def test_one_that_could_be_of_two(asked):
    """Two providers of one body under way: by name it could be of either, by the number it is of one."""
    desk = asked.desk
    desk.run("integration", "open", "FP-2", "Castelldefels", "--email", "it@castelldefels.example")
    cda = asked.papers.cda.pem()
    mail = asked.comes(("cda.pem", cda), subject="CDA de l'Ajuntament de Castelldefels", sender="it@castelldefels.example")
    assert mail["state"] == "queue" and "FP-1" in mail["note"] and "FP-2" in mail["note"]
    both = asked.comes(("cda.pem", cda), subject="FP-1 i FP-2", sender="it@castelldefels.example")
    assert both["state"] == "queue" and "several" in both["note"]
    assert files(asked) == files(asked, "FP-2") == []
    asked.comes(("cda.pem", cda), subject="FP-2", sender="it@castelldefels.example")
    assert files(asked) == [] and files(asked, "FP-2") == [("cda", "cda.pem")]


def test_one_of_an_integration_that_is_over(asked):
    asked.desk.run("integration", "withdraw", "FP-1", "--reason", "no segueix")
    mail = asked.comes(("cda.pem", asked.papers.cda.pem()))
    assert files(asked) == [] and mail["state"] in ("queue", "proposed") and "withdrawn" in mail["note"]
    assert asked.desk.json("integration", "show", "FP-1", on=day(1))["state"] == "withdrawn"


def test_what_is_kept_of_a_mail_that_nobody_knows(either, papers):  # noqa: F811
    """What could be a form or show a CDA; a private key, whatever it is called and however it is wrapped, is named alone."""
    desk, private = either.desk, papers.cda.private  # noqa: F811
    der = private.private_bytes(D.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    kept = {"formulari.pdf": papers.form, "cda.pem": papers.cda.pem(), "petició.xml": sent(Signing(papers.signer()).sign(hestia()))}
    secrets = {
        "clau.p12": b"no archive at all", "clau.pem": papers.cda.key_pem(), "utf-16.pem": papers.cda.key_pem().decode().encode("utf-16"),
        "clau.der": der, "base64.cer": base64.encodebytes(der), "putty.txt": b"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n",
        "magatzem.crt": b"\0\0\0\2\0\0\0\x14" + b"s" * 20 + b"\0\0\4\0" + b"\1" * 40,
        "pgp.pem": b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
    }
    others = {"logo.png": b"\x89PNG", "notes.txt": b"the PRIVATE KEY stays with us", "buit.pem": b""}
    path = desk.path / "m.eml"
    archives = {"arxiu.p7b": pkcs12.serialize_key_and_certificates(b"x", private, papers.cda.cert, None, serialization.NoEncryption())}
    for number, files in enumerate((kept, secrets, archives, others)):  # of one mail eight at most
        path.write_bytes(reply_to({"Subject": ""}, *files.items(), subject="Volem integrar-nos", sender="algu@berga.example", number=number))
        desk.run("reply", "read", path, expect=(0, 1))
    rows = dict(desk.query("SELECT name, base64 FROM incoming_file"))
    assert {n: base64.b64decode(b) for n, b in rows.items() if b} == kept
    assert {n for n, b in rows.items() if not b} == {*secrets, *archives}
