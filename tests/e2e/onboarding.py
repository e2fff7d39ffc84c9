"""An integration from intake to production and to its end, with whatever tracker: each step is told to the ticket once."""
import collections
import sqlite3

import gateway_live as g
from lxml import etree
from test_integration import Papers, boxed, documents, fill
from test_integration_renew import signer  # noqa: F401  for those who import this

from conftest import copy_desk
from gateway import Signing, sent


def set_out(tmp_path, empty_desk, server, tracker=()):
    """A desk with the list of bodies, a mail server, a tracker; and its papers."""
    box = boxed(fill(copy_desk(empty_desk, tmp_path / "desk")), server)
    box.settings = [*box.settings, *tracker]
    (tmp_path / "papers").mkdir()
    papers = Papers(tmp_path / "papers")
    return box, papers


def hurry(box):
    """What waits may be tried again, and a tracker has had the time that it may need to show what it took."""
    box.hurry()
    box.sql("UPDATE ticket_job SET tried = tried - 3600000000 WHERE state = 'waiting'")


def whole_way(box, papers, between=lambda: None, often=True):
    """Returns the ticket's key. `between` is called after each step; then the mailer runs, unless it may wait."""
    desk = box.desk

    def step(*words, now=False):
        desk.run("integration", *words)
        between()
        hurry(box)
        if often or now:
            box.run("warnings", "send", expect=(0, 1), noisy=True)

    with g.serving(desk) as gateway:
        step("open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example", "--company", "Programari SL", now=True)
        step("ask", "FP-1")
        documents(desk, papers)
        step("request", "FP-1")
        step("return", "FP-1", "--reason", "hi falta l'autorització")
        step("place", "FP-1")
        step("request", "FP-1")
        step("approve", "FP-1")
        desk.run("integration", "examples", "FP-1", "--out", desk.path / "exemples")
        for path in (desk.path / "exemples").iterdir():
            reply = gateway.post(sent(Signing(papers.signer(), timestamp=g.life()).sign(etree.fromstring(path.read_bytes()))))
            assert reply.state == "0003", reply.body
        step("request", "FP-1")
        step("approve", "FP-1")
    for _ in range(6):
        hurry(box)
        box.run("warnings", "send", expect=(0, 1), noisy=True)
        if box.sql("SELECT count(*) FROM ticket_job WHERE state = 'waiting'") == [(0,)]:
            break
    return desk.json("integration", "show", "FP-1")["ticket"]


def told_once(box, key, words=()):
    """Every job is done; every note that was to be told is there, once."""
    with sqlite3.connect(box.desk.store) as db:
        jobs = db.execute("SELECT what, text, state, reply FROM ticket_job ORDER BY id").fetchall()
    assert {state for _, _, state, _ in jobs} == {"done"}, jobs
    assert [what for what, *_ in jobs].count("create") == 1
    wanted = collections.Counter(" ".join(text.split()) for what, text, *_ in jobs if what == "comment")
    shown = box.json("tickets", "show", key, *words)
    notes = [" ".join(n["text"].split()) for n in shown["notes"]]
    for text, count in wanted.items():
        assert sum(text in n for n in notes) == count, (text, count, notes)
    assert len(notes) >= sum(wanted.values()) >= 12
    states = {m["state"] for m in box.list()["messages"]}
    assert states <= {"sent", "filed"}, states
    accepted = collections.Counter(j["talaia_id"] for j in box.server.journal())
    assert set(accepted.values()) == {1} and len(accepted) == len(box.list()["messages"])
    return shown
