"""Contacts, exclusions, texts and imports in the browser's pages: without JavaScript, with hostile text in every field."""
import re

import conftest
import pytest
import web as w
from web import as_

HOSTILE = "<script>alert(1)</script>\"'&\u202eevil\u202c"


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_made):
    return w.staffed(demo_made, tmp_path_factory.mktemp("data") / "desk", "maria", "joan", "anna", "nuria")


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk) as server:
        yield server


def safe(text):
    assert "<script>alert" not in text and "\u202e" not in text


def test_contacts_on_their_page(web, desk):
    b = as_(web, "joan")
    place = "/administracio/contactes"
    page = b.get(place).text
    assert page.count("<tr>") > 100 and "Add a contact" in page
    missing = b.get(f"{place}?mostra=falten").text
    body = re.search(r'href="/ens/(\d+)#contactes"', missing).group(1)
    assert b.submit(place, f"{place}/afegeix", {"ens": body, "correu": "no"}, expect=422).text.count("is not an e-mail address") == 1
    refused = b.submit(place, f"{place}/afegeix", {"ens": "Cap ens", "nom": HOSTILE, "correu": "a@b.example"}, expect=422).text
    safe(refused)
    assert "<details class=\"fold\" open" in refused and "&lt;script&gt;" in refused  # what was typed is there
    answer = b.submit(place, f"{place}/afegeix", {"ens": body, "nom": HOSTILE, "correu": "nou@ens.example", "rol": "technical", "llengua": "es"})
    assert answer.header("Location") == f"/ens/{body}?fet=contacte#contactes"
    page = b.get(f"/ens/{body}?fet=contacte").text
    safe(page)
    assert "nou@ens.example" in page and "written to from now on" in page
    own = re.search(r'href="(/administracio/contactes/\d+)"', page).group(1)
    page = b.get(own).text
    safe(page)
    version = re.search(r'name="versio" value="(\d+)"', page).group(1)
    fields = {"nom": "Laia", "correu": "laia@ens.example", "rol": "secretary", "llengua": "ca", "versio": version}
    b.submit(own, f"{own}/desa", fields)
    stale = b.submit(own, f"{own}/desa", fields | {"nom": "Un altre"}, expect=422).text
    assert "meanwhile" in stale
    version = re.search(r'name="versio" value="(\d+)"', b.get(own).text).group(1)
    assert "empty" in b.submit(own, f"{own}/retira", {"versio": version, "text": ""}, expect=422).text
    b.submit(own, f"{own}/retira", {"versio": version, "text": "ha plegat"})
    page = b.get(own).text
    assert "Save and use again" in page and "ha plegat" in page and page.count("<li><time") >= 3
    assert "laia@ens.example" in b.get(f"{place}?mostra=retirats").text
    found = b.get(f"{place}?mostra=retirats&q=LAIA").text
    assert found.count("<tr><td>") == 1
    assert "No contact" in b.get(f"{place}?q=zzzzzz").text
    b.get(f"{place}/999999", expect=404)
    trail = [(x["who"], x["what"]) for x in desk.json("audit", "list", "--all")]
    assert {("joan", "contact-add"), ("joan", "contact-edit"), ("joan", "contact-retire")} <= set(trail)


def test_exclusions_on_their_page(web, desk):
    b = as_(web, "joan")
    place = "/administracio/exclusions"
    page = b.get(place).text
    assert "by the profile" in page
    body = desk.json("bodies")[5]
    for fields, reason in (({"ens": "", "text": "x"}, "which body"), ({"ens": body["body"], "text": ""}, "empty"),
                           ({"ens": body["body"], "text": "x", "dia": "2026-02-31"}, "no date"),
                           ({"ens": body["body"], "text": "x", "dia": conftest.day(-1)}, "over already"),
                           ({"ens": body["body"], "text": "x", "com": "dins"}, "nothing leaves it out")):
        assert reason in b.submit(place, f"{place}/afegeix", fields, expect=422).text, fields
    b.submit(place, f"{place}/afegeix", {"ens": body["body"], "text": HOSTILE, "dia": conftest.day(20), "com": "fora"})
    page = b.get(place).text
    safe(page)
    assert "&lt;script&gt;" in page
    safe(b.get("/ens?q=estat:exclòs".replace("ò", "%C3%B2")).text)
    assert body["body"] not in {x["body"] for x in desk.json("bodies")}
    lift = re.search(r'action="(/administracio/exclusions/\d+/treu)"', page).group(1)
    assert "empty" in b.submit(place, lift, {"text": " "}, expect=422).text
    b.submit(place, lift, {"text": "ja no"})
    assert body["body"] in {x["body"] for x in desk.json("bodies")}
    page = b.get(place).text
    assert "ja no" in page  # it stays among what was before
    b.submit(place, "/administracio/exclusions/999999/treu", {"text": "x"}, expect=404)


def test_texts_are_written_with_their_preview(web, desk):
    b = as_(web, "maria")
    place = "/administracio/textos"
    assert b.get(place).text.count("/administracio/textos/") >= 12
    own = f"{place}/warning-single.ca"
    page = b.get(own).text
    assert "How it comes out" in page and 'class="letter"' in page and "{certificate}" in page
    text = f"Bon dia, {{name}}.\r\n\r\n{HOSTILE}\r\n\r\n**{{date}}**\r\n"
    shown = b.submit(own, own, {"fes": "mostra", "text": text, "ens": desk.json("bodies")[3]["body"], "versio": "0"}, expect=200).text
    preview = shown[shown.index('id="previsio"'):]
    assert desk.json("bodies")[3]["name"].replace("'", "&#39;") in preview or desk.json("bodies")[3]["name"] in preview
    safe(shown)
    clean = text.replace("\u202e", "").replace("\u202c", "")
    shown = b.submit(own, own, {"fes": "mostra", "text": clean, "versio": "0"}, expect=200).text
    assert "Bon dia, " in shown[shown.index('class="letter"'):] and "&lt;script&gt;" in shown[shown.index('class="letter"'):]
    assert desk.json("texts")[0]["version"] == 0  # a preview changes nothing
    wrong = b.submit(own, own, {"fes": "desa", "text": "Hola\r\n\r\n{nmae}\r\n", "versio": "0"}, expect=422).text
    assert "line 3" in wrong and "{name}" in wrong and "{nmae}" in wrong
    assert "U+202E" in b.submit(own, own, {"fes": "desa", "text": text, "versio": "0"}, expect=422).text
    text = text.replace("\u202e", "").replace("\u202c", "")
    b.submit(own, own, {"fes": "desa", "text": text, "motiu": HOSTILE, "versio": "0"})
    now = [t for t in desk.json("texts") if (t["name"], t["language"]) == ("warning-single", "ca")][0]
    assert now["at_desk"] and now["who"] == "maria"
    page = b.get(own).text
    safe(page)
    assert "meanwhile" in b.submit(own, own, {"fes": "desa", "text": "x", "versio": "0"}, expect=422).text
    assert "{name}" in desk.json("text", "show", "warning-single")["text"] and "\r" not in desk.json("text", "show", "warning-single")["text"]
    safe(b.get("/bustia").text)  # rendered there as it would go out
    assert "alert(1)" in b.get("/bustia").text
    b.submit(own, f"{own}/torna", {"versio": "0"})
    assert not [t for t in desk.json("texts") if t["at_desk"]]
    b.submit(own, f"{own}/torna", {"versio": str(now["version"])})
    assert [t for t in desk.json("texts") if t["at_desk"]]
    b.submit(own, f"{own}/torna", {"versio": "0"})
    report = b.get(f"{place}/report-mail.ca").text
    assert "AOC_Suport_PADRO" in report and 'class="mailtext"' in report
    for bad in ("warning-single.fr", "nothing.ca", "warning-single", "..%2Fx.ca"):
        b.get(f"{place}/{bad}", expect=(400 if "%2F" in bad else 404))


def test_who_may(web):
    forms = {"/administracio/contactes/afegeix": {"maria", "joan"}, "/administracio/exclusions/afegeix": {"maria", "joan"},
             "/administracio/textos/warning-single.ca/torna": {"maria"}}
    for name in ("maria", "joan", "anna", "nuria"):
        b = as_(web, name)
        token = b.token("/compte")
        for path, who in forms.items():
            assert b.ask("POST", path, f"_f={token}&versio=x").status == (422 if name in who else 403), (name, path)
            assert b.ask("POST", path, "versio=x").status == 403  # without the token of the session
        for path in ("/administracio/contactes", "/administracio/exclusions", "/administracio/textos", "/administracio/textos/report-mail.es"):
            b.get(path)
        b.post("/administracio/textos/warning-single.ca", {"_f": token, "fes": "desa", "text": "{nmae}", "versio": "0"},
               expect=422 if name == "maria" else 403)
