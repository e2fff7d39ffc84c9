"""The CDA of an integration in force (procedure A3's ladder for procedure B's certificates): warned of, renewed with an overlap,
revoked by its authority; and the end of an integration."""
import csv
import datetime
import io
import sqlite3
import time
import zoneinfo

import documents as D
import gateway_live as g
import pytest
from lxml import etree
from test_gateway_trust import prober
from test_integration import (NAME, box, desk, documents, either, mails, papers, ready_desk, reply_to, smtp_server,  # noqa: F401  fixtures
                              states, words)

from conftest import day
from gateway import Signing, sent

CONTACTS = "Ens;Nom;E-mail;Rol;Idioma\nAjuntament de Castelldefels;Secretaria;sec@castelldefels.example;secretary;ca\n"


def signer(cda):
    """Who signs requests with that CDA."""
    who = g.identity.__globals__["Identity"].__new__(g.identity.__globals__["Identity"])
    who.key, who.certificate = cda.private, cda.cert
    return who


def in_pre(box, papers, fp="FP-1", email="it@castelldefels.example"):
    box.desk.run("integration", "open", fp, "Castelldefels", "--email", email, "--company", "Programari SL")
    documents(box.desk, papers, fp)
    box.desk.run("integration", "request", fp)
    assert box.desk.json("integration", "approve", fp)["state"] == "pre"


def in_pro(box, papers, gateway):
    """With the examples of its own message, signed with its CDA."""
    in_pre(box, papers)
    out = box.desk.path / "exemples"
    box.desk.run("integration", "examples", "FP-1", "--out", out)
    for path in out.iterdir():
        reply = gateway.post(sent(Signing(papers.signer(), timestamp=g.life()).sign(etree.fromstring(path.read_bytes()))))
        assert (reply.status, reply.state) == (200, "0003"), reply.body
    box.desk.run("integration", "request", "FP-1")
    assert box.desk.json("integration", "approve", "FP-1")["state"] == "pro"


def ends(desk, left):
    """As if its CDA ended so many days from now: what is watched is what the file says."""
    at = int((time.time() + left * 86400) * 1000000)
    with sqlite3.connect(desk.store) as db:
        db.execute("UPDATE integration_file SET not_after = ? WHERE role = 'cda' AND replaced = 0", (at,))


def ahead(days):
    """So many days from now, as Madrid counts them: from when `ends` counts."""
    return (datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Madrid")).date() + datetime.timedelta(days=days)).isoformat()


def watch(desk, **more):
    return desk.json("integration", "watch", **more)


def letters(desk, fp="FP-1"):
    return [m["name"] for m in desk.json("integration", "show", fp)["messages"]]


def test_the_ladder_of_a_cda(either, papers):  # noqa: F811
    box = either  # noqa: F811
    box.desk.path.joinpath("c.csv").write_text(CONTACTS)
    box.desk.run("import", box.desk.path / "c.csv")
    in_pre(box, papers)
    box.send()
    row, = box.desk.json("integration", "cdas")
    assert (row["fp"], row["alarm"], row["answered"]) == ("FP-1", "none", False)
    left = row["days"]
    tried = [n for n in (61, 60, 59, 58, 30, 29, 15, 14, 10, 9, 5, 4, 3, 0, -1, -20)]
    told = [n for n in tried if watch(box.desk, on=day(left - n))["warned"]]
    assert told == [59, 29, 14, 9, 4]  # below 60, 30, 15, 10 and 5; once each, the last also when it has expired
    assert letters(box.desk).count("integration-cda-expires") == 5
    box.send(on=day(left))
    warned = [m for m in mails(box) if "caduca el dia" in words(m)]
    assert len(warned) == 5 and len({m["Subject"] for m in warned}) == 1 and warned[-1]["References"]
    assert {m["To"] for m in warned} == {"it@castelldefels.example"}  # it is for who maintains it to renew it
    cda = papers.cda.cert.not_valid_after.replace(tzinfo=datetime.timezone.utc).astimezone(zoneinfo.ZoneInfo("Europe/Madrid"))
    assert f"\n{cda:%d/%m/%Y}\n" in words(warned[0]).replace("\r", "")  # a line of its own
    notes = " ".join(n["text"] for n in box.json("tickets", "show", "ST-1")["notes"])
    assert notes.count("caduca el dia") == 5


def test_several_thresholds_at_once_are_one_message(box, papers):  # noqa: F811
    in_pre(box, papers)
    ends(box.desk, 12)
    assert [watch(box.desk, on=ahead(0))["warned"] for _ in "12"] == [1, 0]
    with sqlite3.connect(box.desk.store) as db:
        assert {w for (w,) in db.execute("SELECT what FROM integration_notice")} == {"60", "30", "15"}
    assert box.desk.json("integration", "show", "FP-1", on=ahead(0))["alarm"] == "expiring"
    box.desk.run("integration", "answer", "FP-1", on=ahead(0), expect=2)
    box.desk.run("integration", "answer", "FP-1", "--reason", "diuen que la tindran dilluns", on=ahead(0))
    box.desk.run("integration", "answer", "FP-1", "--reason", "una altra vegada", on=ahead(0), expect=3)
    assert watch(box.desk, on=ahead(8))["warned"] == 0  # the requester has answered: it is a person's from here on
    assert box.desk.json("integration", "show", "FP-1", on=ahead(5))["alarm"] == "none"
    assert box.desk.json("integration", "show", "FP-1", on=ahead(9))["alarm"] == "stuck"
    assert box.desk.json("integration", "show", "FP-1", on=ahead(13))["alarm"] == "expired"


def test_a_new_cda_takes_the_place_of_the_old_one(box, papers):  # noqa: F811
    desk = box.desk  # noqa: F811
    new = papers.ca.cda(nif=D.BODY, organisation=NAME, private=D.key(7), days=(-1, 800))
    old_who, new_who = papers.signer(), signer(new)
    with g.serving(desk) as gateway:
        in_pro(box, papers, gateway)
        box.send()
        closing = mails(box)[-1]
        ends(desk, 20)
        assert watch(desk)["warned"] == 1
        desk.run("integration", "renew", "FP-1", expect=3)  # there is no new one
        # It comes by mail, in the thread.
        answer = desk.path / "resposta.eml"
        answer.write_bytes(reply_to(closing, ("cda-nou.pem", new.pem()), ("cda.pem", papers.cda.pem())))
        desk.run("reply", "read", answer, *papers.settings(), expect=(0, 1))
        x = desk.json("integration", "show", "FP-1")
        assert x["state"] == "pro" and x["alarm"] == "waits"
        assert [(f["role"], f["verdict"]) for f in x["files"] if not f["replaced"]] == [
            ("form", "valid"), ("cda", "valid"), ("next", "valid")]  # the old one, sent again, is none
        assert watch(desk, on=day(14))["warned"] == 0
        assert gateway.post(g.signed(new_who)).fault.startswith("90")  # not before somebody puts it in force
        desk.run("integration", "renew", "FP-1")
        desk.run("integration", "renew", "FP-1", expect=3)
        for who in (old_who, new_who):
            assert gateway.post(g.signed(who)).state == "0003"
        permits, = desk.json("gateway", "permissions")
        certificates = {p["what"]: p for p in permits["permissions"] if p["kind"] == "certificate"}
        fingerprints = [f["fingerprint"] for f in desk.json("integration", "show", "FP-1")["files"] if f["role"] == "cda"]
        assert certificates[fingerprints[0]]["until"] and not certificates[fingerprints[1]]["until"]
        assert [p["until"] for p in permits["permissions"] if p["kind"] == "grant"] == [None]
        rows = list(csv.DictReader(io.StringIO(desk.run("integration", "export").out), delimiter=";"))
        assert [(r["fingerprint"], bool(r["until"])) for r in rows[::6]] == [(fingerprints[0], True), (fingerprints[1], False)]
        assert all(r["subject"] and r["issuer"] and r["serial"] and r["request"] == "FP-1" and r["addresses"] for r in rows)
        with sqlite3.connect(desk.store) as db:  # when it is over
            kept = db.execute("SELECT until FROM integration_production WHERE until IS NOT NULL").fetchone()
            db.execute("UPDATE integration_production SET until = 1 WHERE until IS NOT NULL")
        later = list(csv.DictReader(io.StringIO(desk.run("integration", "export").out), delimiter=";"))
        with sqlite3.connect(desk.store) as db:
            db.execute("UPDATE integration_production SET until = ? WHERE until = 1", kept)
        assert {r["fingerprint"] for r in later} == {fingerprints[1]}
        folder = desk.path / "integracions" / f"FP-1 {NAME}"
        assert sorted(p.name for p in folder.iterdir()) == ["cda cda-nou.pem", "cda cda.pem", "form formulari signat.pdf", "manifest.txt"]
        assert "cda-nou" in (folder / "manifest.txt").read_text() and "cda cda.pem" not in (folder / "manifest.txt").read_text()
        box.send()
        mail = mails(box)[-1]
        assert mail["To"] == "it@castelldefels.example" and mail["References"] and "CDA nou" in words(mail)
        assert watch(desk, on=day(30))["warned"] == 0 and desk.json("integration", "cdas")[0]["days"] > 700
        # And its end.
        desk.run("integration", "revoke", "FP-1", "--reason", "ha canviat de proveïdor")
        for who in (old_who, new_who):
            assert gateway.post(g.signed(who)).fault.startswith("90")
    assert desk.run("integration", "export").out.count("\n") == 1
    assert desk.run("integration", "export", "--all").out.count("\n") == 13
    assert [e for e in states(desk, "FP-1") if e in ("warn", "renew", "revoke")] == ["warn", "renew", "revoke"]


def test_what_is_in_force_stays_as_it_was_verified(box, papers):  # noqa: F811
    """A form, other addresses, the same CDA again: nothing of it changes what was approved."""
    desk = box.desk  # noqa: F811
    in_pre(box, papers)
    form, cda = desk.path / "formulari signat.pdf", desk.path / "cda.pem"
    for file in (form, cda):
        desk.run("integration", "add-file", "FP-1", file, *papers.settings(), expect=3)
    desk.run("integration", "confirm", "FP-1", "--ip", "88.12.34.57", expect=3)
    desk.run("integration", "edit", "FP-1", "--email", "nou@castelldefels.example")
    assert "confirmed" not in desk.json("integration", "show", "FP-1")["missing"]
    # To change them it is taken back, with its permissions.
    desk.run("integration", "take-back", "FP-1", expect=2)
    desk.run("integration", "take-back", "FP-1", "--reason", "canvien d'adreça")
    assert desk.json("integration", "show", "FP-1")["state"] == "documents"
    assert all(p["permissions"] == [] for p in desk.json("gateway", "permissions"))
    desk.run("integration", "confirm", "FP-1", "--ip", "127.0.0.2/32")
    for word in ("place", "request", "approve"):
        desk.run("integration", word, "FP-1")
    kept = {p["what"] for b in desk.json("gateway", "permissions") for p in b["permissions"] if p["kind"] == "address"}
    assert kept == {"127.0.0.2/32"} or kept == {"127.0.0.2"}


def test_the_authority_revokes_a_cda(box, papers):  # noqa: F811
    desk = box.desk  # noqa: F811
    desk.path.joinpath("c.csv").write_text(CONTACTS)
    desk.run("import", desk.path / "c.csv")
    lost = papers.ca.cda(nif=D.BODY, organisation=NAME, private=D.key(8))
    kept, papers.cda = papers.cda, lost
    try:
        in_pre(box, papers)
    finally:
        papers.cda = kept
    anchors = papers.settings()[1]
    with prober(desk, 1, anchors, "net.allow=127.0.0.0/8"):
        pass
    assert watch(desk) == {"warned": 0, "revoked": 0}
    papers.ca.revoke(lost)
    with sqlite3.connect(desk.store) as db:
        db.execute("DELETE FROM gateway_standing")
    with prober(desk, 1, anchors, "net.allow=127.0.0.0/8"):
        pass
    assert watch(desk) == {"warned": 0, "revoked": 1} and watch(desk) == {"warned": 0, "revoked": 0}
    assert desk.json("integration", "show", "FP-1")["alarm"] == "revoked"
    with g.serving(desk, anchors) as gateway:
        assert gateway.post(g.signed(signer(lost))).fault == "9059"
    box.send()
    mail = mails(box)[-1]
    assert mail["To"] == "it@castelldefels.example, Secretaria <sec@castelldefels.example>"  # the provider and the body
    assert "ha revocat" in words(mail)
    # The new one takes its place with no overlap.
    new = desk.path / "nou.pem"
    new.write_bytes(papers.cda.pem())
    desk.run("integration", "add-file", "FP-1", new, *papers.settings())
    desk.run("integration", "renew", "FP-1")
    certificates = [p for b in desk.json("gateway", "permissions") for p in b["permissions"] if p["kind"] == "certificate"]
    assert len(certificates) == 1 and desk.json("integration", "show", "FP-1")["alarm"] == "none"


def test_two_providers_of_one_body(box, papers):  # noqa: F811
    """The end of one takes what is its alone, and both are told."""
    desk = box.desk  # noqa: F811
    in_pre(box, papers)
    second = papers.ca.cda(nif=D.BODY, organisation=NAME, private=D.key(6))
    x = desk.json("integration", "open", "FP-2", "Castelldefels", "--email", "it@segon.example", "--company", "Segon SL")
    assert (x["eligibility"], x["only_cda"]) == ("integrated", True)
    (desk.path / "segon.pem").write_bytes(second.pem())
    desk.run("integration", "add-file", "FP-2", desk.path / "segon.pem", *papers.settings())
    for words_ in (("confirm", "FP-2"), ("place", "FP-2"), ("request", "FP-2"), ("approve", "FP-2")):
        desk.run("integration", *words_)
    with g.serving(desk) as gateway:
        for who in (papers.signer(), signer(second)):
            assert gateway.post(g.signed(who)).state == "0003"
        desk.run("integration", "revoke", "FP-2", "--reason", "ja no hi treballa")
        assert gateway.post(g.signed(papers.signer())).state == "0003"
        assert gateway.post(g.signed(signer(second))).fault.startswith("90")
        desk.run("integration", "revoke", "FP-1", "--reason", "plega")
        assert gateway.post(g.signed(papers.signer())).fault.startswith("90")
    box.send()
    first, asked = [words(m) for m in mails(box) if m["To"].endswith("<cap@consorci.example>")]
    assert "document signat s'ha validat" in " ".join(first.split()) and "document signat" not in asked
    assert "ja hi està integrat" in " ".join(asked.split()) and "Segon SL" in asked and "/decisio/" in asked
    assert letters(desk, "FP-2")[0] == "integration-approval-cda"
    ended = [(m["To"], words(m)) for m in mails(box) if "s'ha revocat" in words(m)]
    assert [to for to, _ in ended] == ["it@segon.example", "it@castelldefels.example"]
    assert "ja no hi treballa" in ended[0][1] and "plega" in ended[1][1]


@pytest.mark.parametrize("verdict", ["invalid", "secret"])
def test_a_new_cda_that_is_none(box, papers, verdict):  # noqa: F811
    """What cannot be used takes nobody's place, and does not silence the warnings."""
    desk = box.desk  # noqa: F811
    in_pre(box, papers)
    file = desk.path / "nou.pem"
    expired = papers.ca.cda(nif=D.BODY, organisation=NAME, private=D.key(6), days=(-800, -2))
    file.write_bytes(expired.pem() if verdict == "invalid" else papers.cda.key_pem())
    desk.run("integration", "add-file", "FP-1", file, *papers.settings(), expect=1)
    desk.run("integration", "renew", "FP-1", expect=3)
    ends(desk, 12)
    assert watch(desk)["warned"] == 1
