"""Answers read from a real IMAP server (Dovecot): in the clear, STARTTLS, TLS, XOAUTH2; what dies in the middle; and
that the mailbox, which people share, is left as it was."""
import shutil
import socket
import sqlite3
import subprocess

import pytest

from conftest import TALAIA, TODAY, body, day, environment
from mail_servers import dovecot  # noqa: F401  a fixture
from test_adopt import past, keep_copy, lived, rows  # noqa: F401  fixtures
from test_replies import BERGA, SUBJECT, WARNING, mail, office, sent  # noqa: F401  a fixture

FOLDER = "Renovació certificats"


def settings(*pairs):
    return [word for pair in pairs for word in ("--set", pair)]


def plain(server, **more):
    return settings(f"mail.imap.url={server.url(**more)}", "mail.tls=none")


def answers(count, start=0):
    return [mail(f"Està en tràmit ({i}).", mid=f"a{i}@berga.example") for i in range(start, start + count)]


def look(desk, server, *more, expect=(0, 1)):
    return desk.run("reply", "read", "--json", *(more or plain(server)), expect=expect).json()


def state_of_mailbox(server, folder="INBOX"):
    """Names (with their flags) and bytes of all files."""
    box = server.box("padro", folder)
    return {f"{sub}/{f.name}": f.read_bytes() for sub in ("cur", "new") for f in (box / sub).iterdir()}


def flags(found):
    """Every mail with its flags; that Dovecot takes note of new mails by moving them to cur changes none."""
    return sorted((content, name.split(":2,")[1] if ":2," in name else "") for name, content in found.items())


@pytest.mark.parametrize("way", ["plain", "starttls", "tls", "xoauth2", "xoauth2-starttls"])
def test_every_way_in(office, dovecot, way, tmp_path):
    token = tmp_path / "token"
    token.write_text("token-of-padro\n")
    ca = f"mail.ca={dovecot.ca}"
    ways = {
        "plain": plain(dovecot),
        "starttls": settings(f"mail.imap.url={dovecot.url()}", ca),
        "tls": settings(f"mail.imap.url={dovecot.url(scheme='imaps')}", ca),
        "xoauth2": settings(f"mail.imap.url=imaps://padro@127.0.0.1:{dovecot.tls_port}", ca, "mail.auth=xoauth2",
                            f"mail.token_file={token}"),
        "xoauth2-starttls": settings(f"mail.imap.url=imap://padro@127.0.0.1:{dovecot.port}", ca, "mail.auth=xoauth2",
                                     f"mail.token_file={token}"),
    }
    for m in answers(3):
        dovecot.put(m)
    before = flags(state_of_mailbox(dovecot))
    got = look(office, dovecot, *ways[way])
    assert (got["read"], got["states"]["proposed"]) == (3, 3)
    assert {m["body"] for m in office.json("reply", "list")} == {BERGA}
    assert flags(state_of_mailbox(dovecot)) == before, "nothing is marked as read"


@pytest.mark.parametrize("wrong", ["password", "token", "certificate", "folder", "nobody"])
def test_what_keeps_us_out(office, dovecot, wrong, tmp_path):
    token = tmp_path / "token"
    token.write_text("of somebody else")
    ca = f"mail.ca={dovecot.ca}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ways = {
            "password": plain(dovecot, password="wrong-one"),
            "token": settings(f"mail.imap.url=imaps://padro@127.0.0.1:{dovecot.tls_port}", ca, "mail.auth=xoauth2",
                              f"mail.token_file={token}"),
            "certificate": settings(f"mail.imap.url=imaps://padro:s3cret@127.0.0.2:{dovecot.tls_port}", ca),
            "folder": [*plain(dovecot), *settings("mail.inbox=No hi és")],
            "nobody": settings(f"mail.imap.url=imap://padro:s3cret@127.0.0.1:{free.getsockname()[1]}", "mail.tls=none"),
        }
        dovecot.put(answers(1)[0])
        result = office.run("reply", "read", *ways[wrong], expect=(3, 4, 5, 6))
    for secret in ("s3cret", "wrong-one", "of somebody else"):
        assert secret not in result.err + result.out
    assert office.json("reply", "list") == []
    assert look(office, dovecot)["read"] == 1


def test_only_what_is_new(office, dovecot):
    for m in answers(5):
        dovecot.put(m)
    assert look(office, dovecot)["read"] == 5
    assert look(office, dovecot)["read"] == 0
    for m in answers(2, 5):
        dovecot.put(m)
    got = look(office, dovecot)
    assert (got["read"], got["known"]) == (2, 0)
    assert len(office.json("reply", "list")) == 7


def test_another_uidvalidity_takes_nothing_twice(office, dovecot):
    for m in answers(4):
        dovecot.put(m)
    look(office, dovecot)
    before = office.json("reply", "list", "--all")
    for file in dovecot.box("padro", "INBOX").glob("dovecot*"):
        file.unlink()  # the server forgets how it numbered them
    for f in (dovecot.box("padro", "INBOX") / "cur").iterdir():
        f.touch()
    store = sqlite3.connect(office.store)
    store.execute("UPDATE incoming_folder SET validity = 1")
    store.commit()
    store.close()
    got = look(office, dovecot)
    assert (got["read"], got["known"]) == (4, 4)
    assert office.json("reply", "list", "--all") == before


def test_a_file_and_the_mailbox_are_the_same_mail(office, dovecot, write):
    office.run("reply", "read", write("a0.eml", answers(1)[0]), expect=1)
    dovecot.put(answers(1)[0])
    assert look(office, dovecot)["known"] == 1
    assert len(office.json("reply", "list")) == 1


def test_a_mail_that_is_too_large_stops_nothing(office, dovecot):
    (first, last) = answers(2)
    dovecot.put(first)
    dovecot.put(mail("x" * (27 << 20), mid="huge@x"))
    dovecot.put(b"\r\n\r\nno header\r\n")
    dovecot.put(last)
    got = look(office, dovecot)
    assert (got["read"], got["unreadable"], got["states"]["proposed"]) == (4, 2, 2)
    assert look(office, dovecot)["read"] == 0


def test_the_first_look_begins_with_what_we_sent(office, dovecot):
    """Ten years of mails that answer nothing of ours are not asked for."""
    import os
    import time
    old, new = answers(2)
    dovecot.put(old)
    (file,) = (dovecot.box("padro", "INBOX") / "new").iterdir()
    os.utime(file, (time.time() - 400 * 86400,) * 2)
    store = sqlite3.connect(office.store)
    store.execute("UPDATE message SET day = date('now', '-3 days')")
    store.commit()
    store.close()
    dovecot.put(new)
    assert look(office, dovecot)["read"] == 1


def test_killed_between_two_mails(office, dovecot, tmp_path):
    for m in answers(6):
        dovecot.put(m)
    shutil.copytree(office.path, tmp_path / "before")
    arguments = [TALAIA, *map(str, office.arguments("reply", "read", *plain(dovecot)))]
    trace = tmp_path / "trace"
    subprocess.run(["strace", "-f", "-qq", "-o", trace, "-e", "trace=pwrite64", *arguments], env=environment(),
                   capture_output=True, timeout=120, check=False)
    writes = len(trace.read_text().splitlines())
    assert writes > 12
    cut = 0
    for n in range(1, writes + 1, 3):
        for end in ("", "-wal", "-shm"):
            office.store.with_name("talaia.db" + end).unlink(missing_ok=True)
        shutil.copy(tmp_path / "before" / "talaia.db", office.store)
        subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e",
                        f"inject=pwrite64:signal=KILL:when={n}", *arguments], env=environment(), capture_output=True,
                       timeout=120, check=False)
        taken = len(office.json("reply", "list", "--all"))
        cut += taken < 6
        got = look(office, dovecot)
        assert taken + got["states"]["proposed"] == 6 and got["known"] == 0
        comment = office.run("comment", BERGA).out
        assert [comment.count(f"({i})") for i in range(6)] == [1] * 6
    assert cut > 3


def test_a_whole_folder_is_adopted(lived, dovecot):  # noqa: F811
    """The folder with an accent in its name, read from the server: the same as from files."""
    box = dovecot.box("padro", FOLDER)
    for sub in ("cur", "new", "tmp"):
        (box / sub).mkdir(parents=True)
    for p in (box, *box.iterdir()):
        p.chmod(0o777)
    for m in lived.past.mails:
        dovecot.put(m, folder=FOLDER)
    files = lived.run("adopt", "--tickets", "open", "--mails", lived.box, "--dry-run", "--json", expect=1).json()
    before = flags(state_of_mailbox(dovecot, FOLDER))
    folder = lived.run("adopt", "--tickets", "open", "--mails", FOLDER, "--json", *plain(dovecot), expect=1).json()
    assert folder["cases"] == files["cases"] and folder["mails"] == files["mails"]
    assert [m["why"] for m in folder["not_understood"]] == [m["why"] for m in files["not_understood"]]
    assert flags(state_of_mailbox(dovecot, FOLDER)) == before
    kept = rows(lived)
    assert not lived.run("adopt", "--tickets", "open", "--mails", lived.box, "--json", expect=1).json()["changed"]
    assert rows(lived) == kept
    lived.run("adopt", "--mails", "No hi és", *plain(dovecot), expect=(3, 5, 6))


def test_without_a_mailbox(office):
    assert "mail.imap.url" in office.run("reply", "read", expect=4).err


def test_the_role_mailer_looks_by_itself(office, dovecot):
    import time
    dovecot.put(answers(1)[0])
    words = [TALAIA, "--config", office.config, "serve", "--roles", "mailer", *plain(dovecot)]
    serving = subprocess.Popen([*map(str, words)], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until = time.monotonic() + 30
        while not office.json("reply", "list", on=None) and time.monotonic() < until:
            time.sleep(0.2)
        (m,) = office.json("reply", "list", on=None)
    finally:
        serving.terminate()
        said = serving.communicate(timeout=30)[0]
    assert (m["body"], m["matched"]) == (BERGA, "thread")
    assert "1 mails came in: 1 proposed" in said and "s3cret" not in said
