"""Documents that arrive by e-mail, out of a real mailbox (Dovecot): which integration they are of, and what waits for a person."""
import pytest
from mail_servers import dovecot  # noqa: F401  a fixture
from test_integration import box, desk, documents, mails, papers, ready_desk, reply_to, smtp_server  # noqa: F401  fixtures

from conftest import day

CONTACTS = "Ens;Nom;E-mail;Rol;Idioma\nAjuntament de Castelldefels;Secretaria;sec@castelldefels.example;secretary;ca\n"


@pytest.fixture
def asked(box, dovecot, papers):  # noqa: F811
    """One integration waits for its documents; what comes into the mailbox is read."""
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
