"""Filing with a real Dovecot: once, in its folder, without a second copy; and what may have been sent is found in Sent."""
import hashlib

import pytest

from conftest import copy_desk, empty_desk  # noqa: F401
from mail_servers import dovecot, smtp_server, utf7  # noqa: F401
from outbox import Outbox, parse, stocked_outbox

FOLDER = "Renovació certificats"
NAMES = [f"Ajuntament de {n}" for n in ("Badalona", "Berga", "Calella", "Vic")]


@pytest.fixture(scope="module")
def ready_desk(tmp_path_factory, empty_desk):  # noqa: F811
    place = tmp_path_factory.mktemp("filing")
    return stocked_outbox(copy_desk(empty_desk, place / "desk"), place)


@pytest.fixture
def make(tmp_path, ready_desk, smtp_server, dovecot):  # noqa: F811
    def maker(*options, settings=(), **more):
        server = smtp_server(*options, **more)
        box = Outbox(copy_desk(ready_desk, tmp_path / "desk"), [*server.settings, *dovecot.settings, *settings])
        box.server = server
        return box
    return maker


def hashes(mails):
    """Dovecot keeps lines on the disk without CR."""
    return sorted(hashlib.sha256(m.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")).hexdigest() for m in mails)


def test_filed_once_in_a_folder_that_is_made(make, dovecot):  # noqa: F811
    box = make()
    box.approve()
    assert utf7(FOLDER) not in dovecot.folders()
    sent = box.send()
    assert sent["sent"] == sent["filed"] == 4
    filed = dovecot.mails(folder=FOLDER)
    assert hashes(filed) == sorted(j["sha256"] for j in box.server.journal())
    assert {s for n, s in box.states().items() if n in NAMES} == {"filed"}
    box.send()
    assert len(dovecot.mails(folder=FOLDER)) == 4 and dovecot.mails(folder="Sent") == []


def test_report_in_its_own_folder(make, dovecot, tmp_path):  # noqa: F811
    box = make()
    box.run("report", "build", "--out", tmp_path / "r")
    box.run("report", "send")
    assert hashes(dovecot.mails(folder="Informes")) == [hashlib.sha256((tmp_path / "r" / "report.eml").read_bytes()).hexdigest()]
    box.run("report", "send", "--to", "jo@example.org")
    assert len(dovecot.mails(folder="Informes")) == 1


@pytest.mark.parametrize("replace", [(), ("--replace-id",)])
def test_the_servers_own_copy_is_moved(make, dovecot, replace):  # noqa: F811
    box = make("--sent", "padro", *replace, mail=dovecot, settings=["mail.server_files=true"])
    box.approve()
    sent = box.send(expect=(0, 1))
    for _ in range(5):
        if sent["filed"] == 4 or all(box.states()[n] == "filed" for n in NAMES):
            break
        box.hurry()
        box.send(expect=(0, 1))
    assert len(dovecot.mails(folder=FOLDER)) == 4 and dovecot.mails(folder="Sent") == []
    assert {s for n, s in box.states().items() if n in NAMES} == {"filed"}


def test_own_copy_that_is_not_there_waits(make, dovecot):  # noqa: F811
    box = make(settings=["mail.server_files=true"])
    box.approve()
    assert box.send()["waiting"] == 4
    assert "mail.server_files" in box.messages()[NAMES[0]]["trouble"]
    assert FOLDER not in dovecot.folders() or dovecot.mails(folder=FOLDER) == []


@pytest.mark.parametrize("replace", [(), ("--replace-id",)])
def test_ambiguous_is_found_in_sent(make, dovecot, replace):  # noqa: F811
    box = make("--sent", "padro", *replace, mail=dovecot, settings=["mail.server_files=true"])
    box.approve()
    box.server.script([{"at": "taken", "to": "vic", "do": "drop", "times": 1}])
    box.send(expect=(0, 1))
    for _ in range(5):
        box.hurry()
        box.send(expect=(0, 1))
    assert box.states()["Ajuntament de Vic"] == "filed"
    assert sum("v@vic.example" in j["to"] for j in box.server.journal()) == 1
    assert "ambiguous" in box.steps(box.messages()["Ajuntament de Vic"]["id"])
    assert len(dovecot.mails(folder=FOLDER)) == 4


def test_ambiguous_that_is_not_in_sent_waits_for_a_person(make, dovecot):  # noqa: F811
    box = make("--sent", "padro", mail=dovecot, settings=["mail.server_files=true"])
    box.approve()
    box.server.script([{"at": "end", "to": "vic", "do": "drop", "times": 1}])
    box.send(expect=(0, 1))
    for _ in range(7):
        box.hurry()
        box.send(expect=(0, 1))
    m = box.messages()["Ajuntament de Vic"]
    assert m["state"] == "ambiguous" and f"settle {m['id']}" in m["trouble"]
    box.run("warnings", "settle", m["id"], "--again", "--reason", "No ha arribat")
    box.send(expect=(0, 1))
    assert sum("v@vic.example" in j["to"] for j in box.server.journal()) == 1


def test_mailbox_full_waits_and_is_visible(make, dovecot):  # noqa: F811
    box = make()
    box.approve()
    dovecot.quota("padro", 10)
    sent = box.send(expect=1)
    assert sent["sent"] == 4 and sent["filed"] < 4 and sent["trouble"]
    assert [t["part"] for t in box.list()["troubles"]] == ["imap"]
    assert "sent" in {box.states()[n] for n in NAMES}
    dovecot.quota("padro", 0)
    box.hurry()
    box.send()
    assert len(dovecot.mails(folder=FOLDER)) == 4 and box.list()["troubles"] == []
    assert len(box.server.journal()) == 4


def test_mailbox_away_waits(make, dovecot):  # noqa: F811
    box = make()
    box.approve()
    good = box.settings
    box.settings = [s if not s.startswith("mail.imap") else "mail.imap.url=imap://padro:s3cret@127.0.0.1:9" for s in good]
    assert box.send(expect=1)["sent"] == 4
    box.settings = good
    box.hurry()
    assert box.send()["filed"] == 4 and len(dovecot.mails(folder=FOLDER)) == 4


def test_wrong_certificate_of_the_mail_server(make, dovecot):  # noqa: F811
    box = make()
    box.approve()
    box.settings = [*box.server.settings, f"mail.imap.url=imaps://padro:s3cret@127.0.0.1:{dovecot.tls_port}"]
    sent = box.send(expect=1)
    assert sent["sent"] == 4 and "mail.ca" in sent["trouble"]
    box.hurry()
    box.settings = [*box.settings, f"mail.ca={dovecot.ca}"]
    sent = box.send(expect=(0, 1))
    assert len(dovecot.mails(folder=FOLDER)) == 4, sent


def test_thread_in_the_mailbox(make, dovecot):  # noqa: F811
    box = make()
    box.approve()
    box.send()
    for mail in dovecot.mails(folder=FOLDER):
        assert parse(mail)["X-Talaia-Id"] in {m["uid"] for m in box.list()["messages"]}
