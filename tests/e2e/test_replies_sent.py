"""Taking over, sending and being answered, one after the other: the next warning goes on in the thread of before, and an
answer stops what waits to be sent."""
import email

import pytest

from conftest import day
from mail_servers import smtp_server  # noqa: F401  a fixture
from test_adopt import adopt, keep_copy, lived, plan  # noqa: F401  fixtures

ABRERA = "Ajuntament d'Abrera"
DUE = day(5)  # below 10 days
LAST = day(10)  # below 5 days: a Monday


@pytest.fixture
def post(lived, smtp_server):  # noqa: F811
    adopt(lived)
    lived.smtp = smtp_server()
    lived.words = [w for s in lived.smtp.settings for w in ("--set", s)]
    return lived


def send(desk, on, *bodies):
    desk.run("warnings", "approve", *bodies, *desk.words, on=on, expect=(0, 1))
    return desk.run("warnings", "send", *desk.words, on=on, expect=(0, 1))


def answer(desk, sent, text, write, mid="answer@abrera.example"):
    raw = (f"From: Maria <maria@abrera.example>\r\nTo: {sent['From']}\r\nSubject: RE: {sent['Subject']}\r\nMessage-ID: <{mid}>\r\n"
           f"Date: Fri, 20 Nov 2026 08:00:00 +0100\r\nIn-Reply-To: {sent['Message-ID']}\r\nMIME-Version: 1.0\r\n"
           f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n")
    desk.run("reply", "read", write(f"{mid}.eml", raw), expect=(0, 1), on=DUE)
    return next(m for m in desk.json("reply", "list", "--all", on=DUE) if "maria" in m["from"])


def test_the_next_warning_goes_on_in_the_thread(post):
    send(post, DUE, "Abrera")
    (sent,) = post.smtp.mails()
    subject = str(email.header.make_header(email.header.decode_header(sent["Subject"])))
    assert subject.removeprefix("RE: ") == post.know["Abrera"]["subject"]
    assert sent["In-Reply-To"] == "<m3@old.example.org>"
    assert sent["References"].split() == ["<m2@old.example.org>", "<m3@old.example.org>"]
    send(post, DUE, "Abrera")
    assert len(post.smtp.journal()) == 1
    story = post.run("warnings", "status", "Abrera", on=DUE).out
    assert story.count("sent to") == 4 and "ST-1" in story


def test_an_answer_cancels_what_waits(post, write):
    send(post, DUE, "Abrera")
    (sent,) = post.smtp.mails()
    m = answer(post, sent, "Ja hem demanat la renovació.", write)
    assert (m["matched"], m["says"], m["body"]) == ("thread", "under-way", ABRERA)
    post.run("warnings", "approve", "Abrera", *post.words, on=LAST, expect=(0, 1))
    waiting = [x for x in post.json("outbox", on=LAST)["messages"] 
               if x["body"].startswith("Abrera") and x["state"] == "approved"]
    assert len(waiting) == 1
    post.json("reply", "confirm", m["id"], on=LAST)
    post.run("warnings", "send", *post.words, on=LAST, expect=(0, 1))
    assert len(post.smtp.journal()) == 1, "nothing more goes out"
    assert not [w for w in post.plan("--days", "30", on=LAST) if w["name"] == ABRERA]
    story = post.run("warnings", "status", "Abrera", on=LAST).out
    assert "Ja hem demanat" in story and "cancelled" in story
    post.json("reply", "undo", m["id"], "--note", "No era això", on=LAST)
    (w,) = [w for w in post.plan("--days", "30", on=LAST) if w["name"] == ABRERA]
    assert w["threshold"] == 5, "the threshold of the cancelled one was told to nobody"
    send(post, LAST, "Abrera")
    assert len(post.smtp.journal()) == 2


def test_an_answer_about_one_of_two_leaves_the_other(post, write):
    """The pair of l'Hospitalet: the CDS is answered for, the CDA goes on."""
    on = plan(post)["Ajuntament de l'Hospitalet de Llobregat"][0]["on"]
    send(post, on, "Hospitalet")
    (sent,) = post.smtp.mails()
    m = answer(post, sent, "El CDS està en tràmit", write)
    assert post.json("reply", "confirm", m["id"], "CDS", on=on)["covers"] == ["CDS"]
    left = [w for w in post.plan("--days", "90", on=on) if "Hospitalet" in w["name"]]
    assert left and all(w["certificates"] == ["CDA"] for w in left)


def test_what_came_back_is_work_to_do(post, write):
    send(post, DUE, "Abrera")
    (sent,) = post.smtp.mails()
    to = sent["To"].split("<")[-1].strip("> ")
    report = (f"From: MAILER-DAEMON@mx.example\r\nReturn-Path: <>\r\nTo: x@example.org\r\nSubject: Undelivered\r\nMessage-ID: <d@mx>\r\n"
              "Date: Fri, 20 Nov 2026 08:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
              "report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
              f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
              f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {sent['Message-ID']}\r\nTo: {to}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n")
    post.run("reply", "read", write("dsn.eml", report), on=DUE, expect=(0, 1))
    (m,) = [m for m in post.json("reply", "list", "--all", on=DUE) if m["kind"] == "bounce"]
    assert (m["body"], m["matched"]) == (ABRERA, "thread")
    result = send(post, LAST, "Abrera")
    assert len(post.smtp.journal()) == 1
    assert "nobody to w" in (result.out + post.run("outbox", "--all", on=LAST, expect=(0, 1)).out)
