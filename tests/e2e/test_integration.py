"""The workflow of Hèstia onboarding (procedure B), from the first e-mail to production."""
import csv
import email.message
import getpass
import io
import re
import sqlite3
import subprocess

import documents as D
import gateway_live as g
import pytest
from lxml import etree

from conftest import ROOT, Desk, body, copy_desk, day, run, table
from gateway import Signing, sent
from mail_servers import smtp_server  # noqa: F401
from outbox import Outbox, parse


def test_the_drawing_in_the_documentation_is_the_tables():
    text = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    drawn = text.split("<!-- talaia integration diagram -->\n", 1)[1]
    assert drawn == run("integration", "diagram").out
    assert "approval_pre --> approved_pre : approve" in drawn


NAME = "Ajuntament de Castelldefels"


# ------------------------------------------------------------------ the desk

LIST = f"""Nom;Codi INE10;NIF;ABSS
Ajuntament de Castelldefels;0805690004;{D.BODY};
Ajuntament de Berga;;;
Ajuntament d'Abrera;;;Consell Comarcal del Baix Llobregat
"""
HEAD = """
integrations:
  head:
    - {name: Cap de servei, email: cap@consorci.example}
"""


def fill(d):
    """Bodies in the registry, the list of those who may integrate, and a head of service."""
    registry = d.path / "registry.csv"
    registry.write_text(table([body(3, "Castelldefels, Ajuntament de", 400, 500), body(4, "Berga, Ajuntament de", 300, 300),
                               body(5, "Abrera, Ajuntament d'", 300, 300), body(6, "Vic, Ajuntament de", 300, 300)]), encoding="utf-8")
    d.load(registry)
    (d.path / "abss.csv").write_text(LIST, encoding="utf-8")
    d.load(d.path / "abss.csv")
    config = d.config.read_text(encoding="utf-8")
    d.config.write_text(config.replace("\nnet:\n", "\nnet:\n  allow: [127.0.0.0/8]\n", 1), encoding="utf-8")
    own = d.path / "profile" / "aoc"
    own.mkdir(parents=True)
    shipped = (ROOT / "share" / "profile" / "aoc" / "profile.yaml").read_text(encoding="utf-8")
    (own / "profile.yaml").write_text(shipped.replace("\nintegrations:\n", HEAD, 1), encoding="utf-8")
    return d


@pytest.fixture(scope="module")
def ready_desk(tmp_path_factory, empty_desk):
    return fill(copy_desk(empty_desk, tmp_path_factory.mktemp("integration") / "desk"))


@pytest.fixture
def desk(tmp_path, ready_desk):
    return copy_desk(ready_desk, tmp_path / "desk")


def boxed(desk, server):
    box = Outbox(desk, server.settings)
    box.server = server
    return box


@pytest.fixture
def box(desk, smtp_server):  # noqa: F811
    return boxed(desk, smtp_server())


def on_postgresql(request, tmp_path, server):
    made = request.getfixturevalue("postgresql")
    name, url = made.database()
    run("init", "--lang", "en", "--set", f"store.url={url}", tmp_path / "desk")
    desk = Desk(tmp_path / "desk")
    desk.database = (made, name)
    return boxed(fill(desk), server)


@pytest.fixture
def far_box(request, tmp_path, smtp_server):  # noqa: F811
    return on_postgresql(request, tmp_path, smtp_server())


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request, tmp_path, smtp_server):  # noqa: F811
    """The same on both stores."""
    if request.param == "sqlite":
        return boxed(request.getfixturevalue("desk"), smtp_server())
    return on_postgresql(request, tmp_path, smtp_server())


def on_both(fixture):
    """For tests with a fixture that takes its box by `box_of`."""
    return pytest.mark.parametrize(fixture, ["box", "far_box"], indirect=True, ids=["sqlite", "postgresql"])


def box_of(request):
    return request.getfixturevalue(getattr(request, "param", "box"))


def states(desk, fp):
    return [s["event"] for s in desk.json("integration", "show", fp)["steps"]]


def mails(box):
    """Those that the server accepted, parsed, in order."""
    return [parse(box.server.bytes_of(entry)) for entry in box.server.journal()]


def words(mail):
    return mail.get_body(("plain",)).get_content()


# ------------------------------------------------------------------ intake and eligibility

@pytest.mark.parametrize("name", ["Ajuntament de Castelldefels", "castelldefels", "805690004", "0805690004", "Ajuntament de Casteldefels",
                                  "AJUNTAMENT DE CASTELLDEFELS"])
def test_the_body_is_found_as_people_write_it(desk, name):
    x = desk.json("integration", "open", "FP-1", name)
    assert (x["body"], x["ine10"], x["state"]) == ("Ajuntament de Castelldefels", "0805690004", "documents")
    assert (x["remark"] is not None) == (name == "Ajuntament de Casteldefels")


def test_what_cannot_be_taken_in(desk):
    for words, code in ((("FP-1", "Ajuntament de Xyzzy"), 3), (("FP-1", "A08000000"), 3), (("../etc", "Berga"), 3), (("", "Berga"), 3),
                        (("FP-1", "Berga", "--email", "nobody"), 3), (("FP-1", "Berga", "--company-nif", "12345678Z"), 3)):
        desk.run("integration", "open", *words, expect=code)
    assert desk.json("integration", "list", "--all") == []
    desk.run("integration", "open", "FP-1", "Berga")
    desk.run("integration", "open", "FP-1", "Vic", expect=3)  # the number is taken


def test_eligibility(desk):
    on = desk.json("integration", "open", "FP-1", "Berga")
    assert (on["eligibility"], on["state"]) == ("eligible", "documents")
    through = desk.json("integration", "open", "FP-2", "Abrera", "--email", "a@abrera.example")
    assert (through["eligibility"], through["through"], through["state"]) == ("depends", "Consell Comarcal del Baix Llobregat", "depends")
    off = desk.json("integration", "open", "FP-3", "Vic", "--email", "a@vic.example")
    assert (off["eligibility"], off["state"], off["turn"]) == ("unlisted", "unlisted", "head")
    assert desk.json("integration", "approve", "FP-3")["eligibility"] == "admitted"
    assert desk.json("integration", "show", "FP-3")["state"] == "documents"


def test_a_message_is_not_lost_for_lack_of_a_contact(desk):
    """Abrera depends on another, and there is nobody to tell: it stays open until there is."""
    x = desk.json("integration", "open", "FP-2", "Abrera")
    assert x["state"] == "intake" and "write to" in x["remark"]
    desk.run("integration", "edit", "FP-2", "--email", "a@abrera.example")
    assert desk.json("integration", "check", "FP-2")["state"] == "depends"


def test_the_list_is_dated_and_has_a_past(desk):
    newer = LIST.replace("Ajuntament de Berga;;;\n", "Ajuntament de Vic;;;\n")
    (desk.path / "newer.csv").write_text(newer, encoding="utf-8")
    desk.run("import", desk.path / "newer.csv", "--on", day(30), on=None, expect=7)  # a third of it would end
    summary = desk.json("import", desk.path / "newer.csv", "--force", on=day(30))
    counts = [p["counts"] if "counts" in p else p for p in summary["parts"] if p["kind"] == "eligible"][0]
    assert (counts["rows"], counts["new"], counts["vanished"], counts["same"]) == (3, 1, 1, 2)
    assert [x["name"] for x in desk.json("integration", "eligible", on=day(29))] == [
        "Ajuntament d'Abrera", "Ajuntament de Berga", "Ajuntament de Castelldefels"]
    assert [x["name"] for x in desk.json("integration", "eligible", on=day(30))] == [
        "Ajuntament d'Abrera", "Ajuntament de Castelldefels", "Ajuntament de Vic"]
    past = desk.json("integration", "eligible", "Ajuntament de Berga")
    assert [(x["since"], x["until"]) for x in past] == [(day(), day(30))]


# ------------------------------------------------------------------ messages

def test_one_message_asks_for_exactly_what_is_missing(box):
    box.desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example", "--name", "Sistemes")
    box.desk.run("integration", "ask", "FP-1")
    box.desk.run("integration", "ask", "FP-1", expect=3)  # it has been asked
    box.send()
    assert box.send()["sent"] == 0
    mail, = mails(box)
    assert mail["To"] == "Sistemes <it@castelldefels.example>"
    assert mail["Subject"] == "HESTIA - Ajuntament de Castelldefels - Integració FP-1 - [ST-1]"
    text = words(mail)
    for link in ("articles/4416407051665", "articles/7352984409757", "articles/4415411418001"):
        assert link in text
    assert text.count("\n- ") == 3 and "Castelldefels" in text and "ST-1" in text
    notes = box.json("tickets", "show", "ST-1")["notes"]
    assert any("it@castelldefels.example" in n["text"] for n in notes)


def test_reminders_in_the_thread_until_it_is_enough(box):
    box.desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    box.desk.run("integration", "ask", "FP-1")
    box.send()
    asked = [n for n in range(0, 60) if box.desk.json("integration", "remind", on=day(n))["reminders"]]
    assert asked == [7, 21, 35]  # seven days after asking, then fourteen each, three in all
    box.send(on=day(60))
    first, *others = mails(box)
    assert len(others) == 3 and all(m["In-Reply-To"] for m in others)
    assert {m["Subject"] for m in others} == {first["Subject"]} and first["Message-ID"] in others[-1]["References"]


def test_the_ticket_comes_first(box):
    box.desk.run("integration", "open", "FP-2", "Abrera", "--email", "a@abrera.example")
    result = box.send("--ready")
    assert result["sent"] == 0 and result["rendered"] == 1 and box.server.journal() == []
    assert box.desk.json("integration", "show", "FP-2")["ticket"] == "ST-1"
    box.send()
    mail, = mails(box)
    assert "[ST-1]" in mail["Subject"] and "Consell Comarcal del Baix Llobregat" in words(mail)
    assert box.json("tickets", "show", "ST-1")["open"] is False


# ------------------------------------------------------------------ documents and approvals

class Papers:
    """A certification authority that the desk trusts, the body's seal and its CDA, and the form signed with the seal."""

    def __init__(self, folder):
        self.folder, self.ca = folder, D.Authority(folder / "ca")
        self.ocsp = D.Responder(self.ca)
        (folder / "anchors.pem").write_bytes(self.ca.root.pem() + self.ca.issuer.pem())
        self.cda = self.ca.cda(nif=D.BODY, organisation=NAME)
        self.form = D.sign(D.plain(), self.ca.leaf(nif=D.BODY, organisation=NAME), folder).bytes

    def settings(self):
        return ["--set", f"trust.anchors={self.folder / 'anchors.pem'}"]

    def signer(self):
        """Who signs requests with that CDA."""
        who = g.identity.__globals__["Identity"].__new__(g.identity.__globals__["Identity"])
        who.key, who.certificate = self.cda.private, self.cda.cert
        return who


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    p = Papers(tmp_path_factory.mktemp("papers"))
    yield p
    p.ocsp.close()


def token_of(mail):
    return re.search(r"/decisio/([0-9a-f]+)", words(mail)).group(1)


def documents(desk, papers, fp="FP-1"):
    """Takes it to the point where approval can be asked for."""
    form, cda = desk.path / "formulari signat.pdf", desk.path / "cda.pem"
    form.write_bytes(papers.form)
    cda.write_bytes(papers.cda.pem())
    for file in (form, cda):
        told = desk.json("integration", "add-file", fp, file, *papers.settings())
        assert told["verdict"] == "valid", told
    proposed = {f["text"] for x in desk.json("integration", "show", fp)["files"] for f in x["findings"] if f["kind"] == "address"}
    assert proposed == {"88.12.34.56", "88.12.35.0/28"}
    desk.run("integration", "confirm", fp, "--ip", "127.0.0.1/32")
    desk.run("integration", "place", fp)


def test_from_intake_to_production(either, papers):
    box = either
    desk, who = box.desk, papers.signer()
    with g.serving(desk) as gateway:
        assert gateway.post(g.signed(who)).fault.startswith("90")  # nobody knows this certificate yet
        desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example", "--company", "Programari SL")
        documents(desk, papers)
        folder = desk.path / "integracions" / "FP-1 Ajuntament de Castelldefels"
        assert sorted(p.name for p in folder.iterdir()) == ["cda cda.pem", "form formulari signat.pdf", "manifest.txt"]
        assert subprocess.run(["sha256sum", "--quiet", "-c", "manifest.txt"], cwd=folder).returncode == 0
        desk.run("integration", "approve", "FP-1", expect=3)  # nobody has asked for it
        desk.run("integration", "request", "FP-1")
        assert desk.json("integration", "approve", "FP-1")["state"] == "pre"
        box.send()
        to_head, closing = mails(box)
        assert to_head["To"] == "Cap de servei <cap@consorci.example>" and "Programari SL" in words(to_head)
        assert "9821920002" in words(closing) and "0805690004" in words(closing)
        requests = {p.get_filename(): p.get_content() for p in closing.iter_attachments()}
        assert len(requests) == 5
        # The examples of the message are good: signed with the CDA, each is answered.
        assert [t["state"] for t in desk.json("integration", "show", "FP-1")["tests"]] == ["none"] * 5
        desk.run("integration", "request", "FP-1", expect=3)
        for content in requests.values():
            tree = etree.fromstring(content if isinstance(content, bytes) else content.encode())
            reply = gateway.post(sent(Signing(who, timestamp=g.life()).sign(tree)))
            assert (reply.status, reply.state) == (200, "0003"), reply.body
        stranger = g.identity()
        assert gateway.post(g.signed(stranger)).fault.startswith("90")  # with another CDA it fails
        assert [t["state"] for t in desk.json("integration", "show", "FP-1")["tests"]] == ["good"] * 5
        desk.run("integration", "request", "FP-1")
        paper = desk.run("integration", "homologation", "FP-1").out
        assert all(name in paper for name in ("HESTIA_CITES", "HESTIA_CONSULTA_CIUTADA", "0805690004", "FP-1"))
        assert "RESOLUCIORECURS" not in paper
        assert desk.json("integration", "approve", "FP-1")["state"] == "pro"
        rows = list(csv.DictReader(io.StringIO(desk.run("integration", "export").out), delimiter=";"))
        assert len(rows) == 6 and {r["ine10"] for r in rows} == {"0805690004"} and all(r["certificate"] for r in rows)
        box.send()
        assert len(mails(box)) == 4 and "[ST-1]" in mails(box)[-1]["Subject"]
        ticket = box.json("tickets", "show", "ST-1")
        assert ticket["open"] is False
        desk.run("integration", "revoke", "FP-1", expect=2)  # with a reason only
        desk.run("integration", "revoke", "FP-1", "--reason", "ha canviat de proveïdor")
        assert gateway.post(g.signed(who)).fault.startswith("90")
        assert desk.run("integration", "export").out.count("\n") == 1
    assert [w for w in states(desk, "FP-1") if w != "file-add"] == [
        "open", "eligible", "confirm", "file", "request", "approve", "configure", "request", "approve", "configure", "revoke"]
    box.desk.run("audit", "verify")


def test_what_is_filed_is_what_was_verified(box, papers):
    desk = box.desk
    desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    documents(desk, papers)
    folder = desk.path / "integracions" / "FP-1 Ajuntament de Castelldefels"
    kept = (folder / "cda cda.pem").read_bytes()
    for change in (lambda: (folder / "cda cda.pem").write_bytes(kept + b"\n"), lambda: (folder / "manifest.txt").write_text(""),
                   lambda: (folder / "form formulari signat.pdf").unlink()):
        change()
        desk.run("integration", "request", "FP-1", expect=3)
        desk.run("integration", "take-back", "FP-1")
        desk.run("integration", "place", "FP-1")
    desk.run("integration", "request", "FP-1")


def test_whose_folder_has_a_safe_name(desk, papers):
    desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    with sqlite3.connect(desk.store) as db:
        db.execute("UPDATE integration SET name = '../..\\evil: \"a*b\" <?> .'")
    documents(desk, papers)
    names = [p.name for p in (desk.path / "integracions").iterdir()]
    assert names == ["FP-1 ..-..-evil- -a-b- ---"]


def test_who_may(desk):
    """The table's roles: a technician prepares, the head of service decides, and who looks changes nothing."""
    me = desk.json("integration", "open", "FP-1", "Vic", "--email", "a@vic.example") and getpass.getuser()
    desk.run("account", "add", me, "technician", "--generate", noisy=True)
    assert "head of service" not in desk.run("integration", "approve", "FP-1", expect=3).err
    desk.run("integration", "withdraw", "FP-1", "--reason", "no segueix")
    desk.run("integration", "reopen", "FP-1", "--reason", "sí que segueix")
    with sqlite3.connect(desk.store) as db:
        db.execute("UPDATE account SET role = 'head'")
    desk.run("integration", "check", "FP-1")
    desk.run("integration", "refuse", "FP-1", "--reason", "no en forma part")
    with sqlite3.connect(desk.store) as db:
        db.execute("UPDATE account SET role = 'technician'")
    desk.run("integration", "reopen", "FP-1", "--reason", "ho torno a provar", expect=3)  # what the head refused only the head reopens
    with sqlite3.connect(desk.store) as db:
        db.execute("UPDATE account SET role = 'viewer'")
    desk.run("integration", "list")
    desk.run("integration", "open", "FP-2", "Berga", expect=3)


def test_a_withdrawal_is_told_when_one_wants(either):
    desk = either.desk
    for number, (language, said) in enumerate((("ca", "no segueix endavant"), ("es", "no sigue adelante"), ("en", "does not go on")), 1):
        desk.run("integration", "open", f"FP-{number}", "Castelldefels", "--email", f"it{number}@castelldefels.example", "--language", language)
        desk.run("integration", "withdraw", f"FP-{number}", "--reason", "obert per error", "--tell")
        either.send()
        mail = mails(either)[-1]
        assert mail["To"] == f"it{number}@castelldefels.example" and f"FP-{number}" in mail["Subject"] and "obert per error" not in words(mail)
        assert said in " ".join(words(mail).split()) and NAME in words(mail) and "{" not in words(mail)
    desk.run("integration", "open", "FP-4", "Berga", "--email", "it@berga.example")
    desk.run("integration", "withdraw", "FP-4", "--reason", "ho han dit ells")
    desk.run("integration", "open", "FP-5", "Berga")
    assert "write to" in desk.run("integration", "withdraw", "FP-5", "--reason", "x", "--tell", expect=3).err
    desk.run("integration", "withdraw", "FP-5", "--reason", "x")
    either.send()
    assert len(mails(either)) == 3


def test_the_link_of_the_message_decides_once(box):
    box.desk.run("integration", "open", "FP-1", "Vic", "--email", "a@vic.example")
    box.send()
    mail, = mails(box)
    token = token_of(mail)
    assert len(token) == 64
    with sqlite3.connect(box.desk.store) as db:
        assert token not in "".join(str(r) for r in db.execute("SELECT * FROM integration_token"))
        row, = db.execute("SELECT used FROM integration_token").fetchall()
        assert row == (None,)
    link = box.desk.path / "link"

    def decide(text, event, *words, **more):
        link.write_text(text)
        return box.desk.run("integration", "decide", link, event, *words, **more)
    for wrong in ("", "0" * 64, token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), token.upper(), token + "0"):
        decide(wrong, "approve", expect=3)
    decide(token, "refuse", expect=2)  # with a reason only; it is not used up by that
    decide(token, "revoke", expect=2)
    decide(token, "refuse", "--reason", "no hi entra")
    decide(token, "refuse", "--reason", "no hi entra", expect=3)
    assert box.desk.json("integration", "show", "FP-1")["state"] == "refused"
    refused = box.desk.json("integration", "show", "FP-1")["steps"][-1]
    assert (refused["event"], refused["who"], refused["detail"]) == ("refuse", "cap@consorci.example", "no hi entra")
    box.send()
    assert mails(box)[-1]["To"] == "a@vic.example" and "no hi entra" in words(mails(box)[-1])


def test_a_link_of_another_time_or_state_decides_nothing(box):
    box.desk.run("integration", "open", "FP-1", "Vic", "--email", "a@vic.example")
    box.send()
    link = box.desk.path / "link"
    link.write_text(token_of(mails(box)[0]))
    with sqlite3.connect(box.desk.store) as db:
        kept = db.execute("SELECT expires FROM integration_token").fetchone()
        db.execute("UPDATE integration_token SET expires = expires + 1")  # who writes the store cannot make one last longer
    box.desk.run("integration", "decide", link, "approve", expect=3)
    with sqlite3.connect(box.desk.store) as db:
        db.execute("UPDATE integration_token SET expires = ?", kept)
    box.desk.run("integration", "approve", "FP-1")  # decided at the desk meanwhile
    box.desk.run("integration", "decide", link, "refuse", "--reason", "massa tard", expect=3)
    assert box.desk.json("integration", "show", "FP-1")["state"] == "documents"


# ------------------------------------------------------------------ the mailbox

def reply_to(mail, *files, subject=None, sender="it@castelldefels.example", number=1):
    answer = email.message.EmailMessage()
    answer["From"], answer["To"], answer["Message-ID"] = sender, "padro@consorci.example", f"<resposta-{number}@castelldefels.example>"
    answer["Subject"] = subject or "RE: " + mail["Subject"]
    answer["Date"] = "Fri, 20 Nov 2026 10:00:00 +0100"
    if subject is None:
        answer["In-Reply-To"] = mail["Message-ID"]
    answer.set_content("Bon dia, us ho adjuntem.\n")
    for name, content in files:
        answer.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(answer)


def test_documents_come_by_mail(box, papers):
    desk = box.desk
    desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    desk.run("integration", "ask", "FP-1")
    box.send()
    mail, = mails(box)
    cda = papers.cda.pem()
    path = desk.path / "answer.eml"
    path.write_bytes(reply_to(mail, ("formulari.pdf", papers.form), ("cda.pem", cda), ("logo.png", b"\x89PNG")))
    for _ in range(2):  # read twice, taken once
        desk.run("reply", "read", path, expect=(0, 1))
        x = desk.json("integration", "show", "FP-1")
        assert [(f["name"], f["role"]) for f in x["files"]] == [("formulari.pdf", "form"), ("cda.pem", "cda")]
        assert x["state"] == "documents"
    box.send()
    assert any("us ho adjuntem" in n["text"] for n in box.json("tickets", "show", "ST-1")["notes"])
    # By the number of the request, from the contact alone.
    for number, sender, taken in ((2, "stranger@elsewhere.example", 2), (3, "it@castelldefels.example", 3)):
        path.write_bytes(reply_to(mail, ("cda2.pem", cda + b"\n"), subject="Documentació (FP-1)", sender=sender, number=number))
        desk.run("reply", "read", path, expect=(0, 1))
        assert len(desk.json("integration", "show", "FP-1")["files"]) == taken
