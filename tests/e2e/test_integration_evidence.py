"""Homologation from evidence (procedure B7): each rule tried against the real gateway's log, and the document as PDF."""
import subprocess

import documents as D
import gateway_live as g
import pytest
from lxml import etree
from test_integration import (NAME, box, box_of, desk, documents, far_box, on_both, papers, ready_desk, smtp_server)  # noqa: F401  fixtures
from test_integration_renew import in_pre, signer

from gateway import Signing, hestia, put, sent

FIVE = ("HESTIA_CITES", "HESTIA_CONSULTA_CIUTADA", "HESTIA_EXPEDIENT", "HESTIA_RECURSOS", "HESTIA_TRAMITS")
RESOLUTION = {"IdRecurs": "840447028", "EstatNou": "1", "DataFins": "2020-03-03T23:00:00.000", "Import": "150.12",
              "IdUsrMod": "370000000", "DtModificacio": "2020-03-03T12:08:52.000"}
HOUR = 3600 * 1000000


class Integrator:
    """An integration in pre-production, and what its integrator sends."""

    def __init__(self, box, papers, gateway):
        self.desk, self.papers, self.gateway = box.desk, papers, gateway
        out = self.desk.path / "exemples"
        self.desk.run("integration", "examples", "FP-1", "--out", out)
        self.requests = {p.stem: p.read_bytes() for p in out.iterdir()}
        assert tuple(sorted(self.requests)) == FIVE

    def send(self, modality, change=(), who=None):
        tree = etree.fromstring(self.requests[modality])
        for where, value in change:
            put(tree, where, value)
        return self.gateway.post(sent(Signing(who or self.papers.signer(), timestamp=g.life()).sign(tree)))

    def all(self, *but):
        for modality in FIVE:
            if modality not in but:
                assert self.send(modality).state == "0003"

    def states(self, fp="FP-1"):
        return {t["modality"]: t["state"] for t in self.desk.json("integration", "show", fp)["tests"]}

    def refused(self):
        done = self.desk.run("integration", "request", "FP-1", expect=3)
        assert "correct and recent test of each modality" in done.err

    def age(self, hours, modality="HESTIA_CITES"):
        assert self.desk.query(f"UPDATE gateway_log SET at = at - {int(hours * HOUR)} WHERE modality = '{modality}' AND result <> '' RETURNING id")


@pytest.fixture
def tests(request, papers):  # noqa: F811
    box = box_of(request)  # noqa: F811
    in_pre(box, papers)
    with g.serving(box.desk) as gateway:
        yield Integrator(box, papers, gateway)


def test_each_of_the_five_and_no_other(tests):
    tests.all("HESTIA_EXPEDIENT")
    assert tests.states() == {m: "none" if m == "HESTIA_EXPEDIENT" else "good" for m in FIVE}
    tests.refused()
    # A sixth modality is none of the form's, however well it is answered.
    assert tests.gateway.post(g.signed(tests.papers.signer(), hestia("HESTIA_RESOLUCIORECURS", **RESOLUTION))).state == "0003"
    assert len(tests.states()) == 5
    tests.refused()
    assert tests.send("HESTIA_EXPEDIENT").state == "0003"
    tests.desk.run("integration", "request", "FP-1")


def test_what_does_not_count(tests):
    """Another body's INE10, a repeated id, the rule of pre-production broken, nothing found."""
    tests.all("HESTIA_CITES")
    ine10 = "//pet:DatosAutorizacion/pet:IdentificadorSolicitante"
    assert tests.send("HESTIA_CITES", [(ine10, "0801930008")]).fault  # it is not of this body at all
    assert tests.states()["HESTIA_CITES"] in ("none", "refused")
    assert tests.send("HESTIA_CITES", [("//pet:IdPeticion", "UNA-1"), ("//*[local-name()='IdCites']", "999999999")]).state == "0003"
    assert tests.states()["HESTIA_CITES"] == "result"  # answered, but it was not located
    tests.refused()
    # The id of another test: it is answered once.
    used = etree.fromstring(tests.requests["HESTIA_TRAMITS"]).find(".//{*}IdPeticion").text
    assert tests.send("HESTIA_CITES", [("//pet:IdPeticion", used)]).state != "0003"
    assert tests.states()["HESTIA_CITES"] == "result"
    tests.refused()
    assert tests.send("HESTIA_CITES", [("//pet:IdPeticion", "UNA-2")]).state == "0003"
    assert tests.states()["HESTIA_CITES"] == "good"
    tests.desk.run("integration", "request", "FP-1")


def test_the_cda_of_another_integration_of_the_body(tests):
    """The body has two providers: the tests of one are no proof of the other."""
    desk, second = tests.desk, tests.papers.ca.cda(nif=D.BODY, organisation=NAME, private=D.key(6))
    desk.run("integration", "open", "FP-2", "Castelldefels", "--email", "it@segon.example")
    (desk.path / "segon.pem").write_bytes(second.pem())
    desk.run("integration", "add-file", "FP-2", desk.path / "segon.pem", *tests.papers.settings())
    for word in ("confirm", "place", "request", "approve"):
        desk.run("integration", word, "FP-2")
    tests.all("HESTIA_RECURSOS")
    assert tests.send("HESTIA_RECURSOS", who=signer(second)).state == "0003"
    assert tests.states() == {m: "certificate" if m == "HESTIA_RECURSOS" else "good" for m in FIVE}
    assert tests.states("FP-2") == {m: "good" if m == "HESTIA_RECURSOS" else "certificate" for m in FIVE}
    tests.refused()


@on_both("tests")
def test_older_than_three_days_when_it_is_asked(tests):
    tests.all()
    tests.age(71)
    assert set(tests.states().values()) == {"good"}
    tests.age(3)
    assert tests.states()["HESTIA_CITES"] == "old"
    tests.refused()
    assert tests.send("HESTIA_CITES", [("//pet:IdPeticion", "NOVA-1")]).state == "0003"
    tests.desk.run("integration", "request", "FP-1")
    tests.age(100)  # while the head of service thinks about it: what counts is when it was asked
    tests.desk.run("integration", "approve", "FP-1")
    assert tests.desk.json("integration", "show", "FP-1")["state"] == "pro"


@on_both("tests")
def test_the_document(tests):
    desk = tests.desk
    tests.all()
    desk.run("integration", "request", "FP-1")
    pdf, page = desk.path / "homologació.pdf", desk.path / "homologació.html"
    for out in (pdf, page):
        desk.run("integration", "homologation", "FP-1", "--out", out)
    ids = [etree.fromstring(r).find(".//{*}IdPeticion").text for r in tests.requests.values()]
    html = page.read_text(encoding="utf-8")
    assert all(i in html for i in ids) and not html.startswith("%PDF")
    assert pdf.read_bytes().startswith(b"%PDF-1.")
    assert subprocess.run(["qpdf", "--check", pdf], capture_output=True).returncode == 0
    text = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, text=True, check=True).stdout
    flat = "".join(text.split())
    for wanted in (*FIVE, *ids, NAME.replace(" ", ""), "0805690004", "FP-1", "1/1"):
        assert wanted.replace(" ", "") in flat, wanted
    assert len(desk.query("SELECT at FROM integration_test")) == 5
    facts = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    assert "A4" in facts and "FP-1 Ajuntament de Castelldefels" in facts and "JavaScript:      no" in facts
