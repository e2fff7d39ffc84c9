"""A body from its first e-mail to production in a real browser, with documents that are really signed, and a real SOAP client
(tests/browser/onboard.mjs)."""
import email.message
import http.server
import json
import threading

import gateway_live as g
import pytest
import web as w
import zeep
from lxml import etree
from test_gateway_clients import message, zeep_client
from test_integration import Papers, box, desk, mails, papers, ready_desk, smtp_server, token_of  # noqa: F401  fixtures


def first_mail(papers):  # noqa: F811
    mail = email.message.EmailMessage()
    mail["From"], mail["To"] = "Laia Fictici <it@castelldefels.example>", "padro@consorci.example"
    mail["Subject"], mail["Message-ID"] = "Integració amb Hèstia (FP-2031)", "<alta@castelldefels.example>"
    mail["Date"] = "Fri, 20 Nov 2026 09:00:00 +0100"
    mail.set_content("Bon dia,\n\nUs adjuntem el formulari signat i el certificat.\n\nSalutacions,\nLaia Fictici\n")
    mail.add_attachment(papers.form, maintype="application", subtype="pdf", filename="Formulari d'integració.pdf")
    # With its chain, as many authorities hand it out.
    mail.add_attachment(papers.cda.pem() + papers.ca.issuer.pem(), maintype="application", subtype="x-pem-file", filename="cda.pem")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    return bytes(mail)


class Outside:
    """What happens outside of the browser, each at its address."""

    def __init__(self, box, papers, gateway, folder):  # noqa: F811
        self.box, self.who, self.gateway, self.folder, self.seen, self.number = box, papers.signer(), gateway, folder, set(), 0

    def link(self):
        self.box.send()
        new = [m for m in mails(self.box) if m["To"].startswith("Cap de servei") and m["Message-ID"] not in self.seen]
        self.seen.update(m["Message-ID"] for m in new)
        return {"link": f"/decisio/{token_of(new[-1])}"}

    def examples(self):
        """One that is answered well, of each modality that is tested."""
        listed = self.box.desk.run("gateway", "modalities", "--json").json()
        good = {m["modality"]: (m, x) for m in listed if m["product"] == "HESTIA" and m["answered"] for x in m["examples"] if x["code"] == 0}
        good.pop("HESTIA_RESOLUCIORECURS", None)
        return list(good.values())

    def ask(self, client, modality, example):
        self.number += 1
        words = message(self.number, modality, {"_value_1": [etree.fromstring(example["request"])]}, "ONBOARD")
        return client.service.procesa(**words)["Atributos"]["Estado"]["CodigoEstado"]

    def test(self):
        client = zeep_client(self.gateway, self.who, self.folder / "own")
        return {"answered": [self.ask(client, *x) for x in self.examples()].count("0003")}

    def after(self):
        example = self.examples()[0]
        own = self.ask(zeep_client(self.gateway, self.who, self.folder / "own"), *example)
        try:
            other = self.ask(zeep_client(self.gateway, g.identity(), self.folder / "other"), *example)
        except zeep.exceptions.Fault as fault:
            other = fault.code
        return {"own": own, "other": other}


@pytest.fixture
def control():
    """An address at which a script asks for what happens outside."""
    outside = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            try:
                status, body = 200, json.dumps(getattr(outside["here"], self.path.strip("/"))())
            except Exception as e:  # noqa: BLE001: the script tells it
                status, body = 500, repr(e)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield outside, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_from_the_first_e_mail_to_production(tmp_path, box, papers, control, monkeypatch):  # noqa: F811
    outside, address = control
    for name, role in (("tecla", "technician"), ("carme", "head")):
        w.add_account(box.desk, name, role)
    (tmp_path / "alta.eml").write_bytes(first_mail(papers))
    box.desk.run("reply", "read", tmp_path / "alta.eml", expect=(0, 1))
    monkeypatch.setenv("CONTROL", address)
    with g.serving(box.desk) as gateway, w.serving(box.desk, *papers.settings()[1::2], lang=None) as web:
        outside["here"] = Outside(box, papers, gateway, tmp_path)
        w.browse("onboard.mjs", web, tmp_path, at_least=7)
    x = box.desk.json("integration", "show", "FP-2031")
    assert x["state"] == "pro" and {f["verdict"] for f in x["files"]} == {"valid"} and len(x["files"]) == 2
    assert [s["who"] for s in x["steps"] if s["event"] == "approve"] == ["cap@consorci.example"] * 2
    assert [m["state"] for m in box.desk.json("reply", "list", "--all")] == ["dismissed"]
