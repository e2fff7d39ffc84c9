"""The Friday in the browser: looked at, commented, approved, made, sent to a real SMTP server, filed in a real mailbox; and
the page's forms and files over HTTP."""
import contextlib
import email
import email.policy
import hashlib
import html
import re
import subprocess
import threading
import urllib.parse

import conftest
import pytest
import web as w
from conftest import TODAY, day, until
from mail_servers import dovecot, smtp_server  # noqa: F401

HOSTILE = '=HYPERLINK("http://x.example","y")</textarea><script>alert(1)</script>\n+1+1 \u202egnp.exe'
LETTERS = "informe.eml", "informe.html", "informe.txt", "ResumAjuntaments.xlsx"


@contextlib.contextmanager
def office(desk, *settings):
    """The role web, and a mailer that is run whenever something was approved: a desk of TODAY, whatever day it is."""
    ended = threading.Event()
    words = [x for s in settings for x in ("--set", s)]

    def mail():
        while not ended.wait(0.2):
            subprocess.run([conftest.TALAIA, *map(str, desk.arguments(*words, "warnings", "send"))], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, env=conftest.environment(), check=False)
    with w.serving(desk, *settings, lang=None) as web:
        thread = threading.Thread(target=mail)
        thread.start()
        try:
            yield web
        finally:
            ended.set()
            thread.join()


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_made):
    return w.staffed(demo_made, tmp_path_factory.mktemp("friday") / "desk", "maria", "joan", "anna")


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk) as server:
        yield server


def log_in(web, name="joan"):
    b = web.browser()
    b.log_in(name)
    return b


def forms(page, part):
    """Actions of the page's forms that have that part."""
    return [html.unescape(a) for a in re.findall(r'action="([^"]+)"', page) if part in a]


def fields_of(page, action):
    """What a browser would send of that form."""
    form = page[page.index(f'action="{html.escape(action)}"'):]
    form = form[:form.index("</form>")]
    fields = {n: html.unescape(v) for n, v in re.findall(r'<input type="[^"]*"(?: id="[^"]*")? name="([^"]+)"[^>]*? value="([^"]*)"', form)}
    fields |= {n: html.unescape(v) for n, v in re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S)}
    chosen = re.findall(r'<select id="[^"]*" name="([^"]+)".*?<option value="([^"]*)" selected', form, re.S)
    return fields | dict(chosen)


def as_json(b, action, fields):
    answer = b.ask("POST", action, urllib.parse.urlencode(fields), headers={"Accept": "application/json"})
    return answer.status, __import__("json").loads(answer.body)


def build(b):
    b.submit("/divendres", "/divendres/fes", {})
    return until(lambda: (p := b.get("/divendres")).header("Refresh") is None and p.text)


def message_id(page):
    return int(re.search(r"/divendres/correu/(\d+)/pagina", page).group(1))


def test_a_comment_is_replaced_where_it_stands(web, desk):
    b = log_in(web)
    page = b.get("/divendres").text
    action = forms(page, "comentari-sencer")[0]
    fields = fields_of(page, action)
    assert fields["torna"] == "divendres" and fields["abans"] == fields["text"]
    answer = b.post(action, fields | {"text": HOSTILE})
    to = answer.header("Location")
    assert to.startswith("/divendres?fet=comentari-sencer#c-")
    page = b.get("/divendres?fet=comentari-sencer").text
    assert 'class="notice"' in page and "<script>alert" not in page and "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    row = page[page.index(f'id="{to.split("#")[1]}"'):]
    assert "=HYPERLINK" in row[:row.index("</tr>")]
    kept = [c["comment"] for c in desk.json("comment") if "HYPERLINK" in c["comment"]]
    assert len(kept) == 1 and kept[0].count("\n") == 1
    # and emptied again, which only who has seen it can do
    fields = fields_of(page, action)
    status, said = as_json(b, action, fields | {"text": ""})
    assert (status, said) == (200, {"ok": True})
    assert not [c for c in desk.json("comment") if "HYPERLINK" in c["comment"]]


def test_two_people_on_one_row(web, desk):
    one, other = log_in(web), log_in(web, "maria")
    page = one.get("/divendres").text
    action = forms(page, "comentari-sencer")[5]
    mine, theirs = fields_of(page, action), fields_of(other.get("/divendres").text, action)
    other.post(action, theirs | {"text": "El de la Maria"})
    status, said = as_json(one, action, mine | {"text": "El d'en Joan"})
    assert status == 409 and said["now"] == "El de la Maria" and "maria" in said["reason"]
    answer = one.post(action, mine | {"text": "El d'en Joan"}, expect=409)  # the same without JavaScript
    assert "maria has changed this meanwhile" in answer.text and "El de la Maria</blockquote>" in answer.text
    again = fields_of(answer.text, action)
    assert again["text"] == "El d'en Joan" and again["abans"] == "El de la Maria"
    one.post(action, again)
    assert "El d&#39;en Joan" in one.get("/divendres").text or "El d'en Joan" in one.get("/divendres").text
    # a line that the desk added meanwhile is no conflict: it stays below
    now = fields_of(one.get("/divendres").text, action)
    name = next(c["body"] for c in desk.json("comment") if c["comment"] == "El d'en Joan")
    desk.run("comment", "--add", name, "Avís enviat")
    assert as_json(one, action, now | {"text": "Refet"})[0] == 200
    (kept,) = [c["comment"] for c in desk.json("comment") if c["comment"].startswith("Refet")]
    assert kept == f"Refet\n{conftest.dmy()}: Avís enviat"


def test_actions_are_corrected_and_taken_back(web, desk):
    b = log_in(web)
    b.submit("/divendres", "/divendres/accio", {"ens": "Gandesa", "text": "Trucat al tecnic", "grup": "migration", "tiquet": ""})
    refused = b.submit("/divendres", "/divendres/accio", {"ens": "Llobregat", "text": "Trucat al tecnic", "grup": "other"}, expect=422)
    assert 'value="Llobregat"' in refused.text and "Trucat al tecnic</textarea>" in refused.text
    page = b.get("/divendres").text
    number = next(a["id"] for a in desk.json("action", "list") if a["text"] == "Trucat al tecnic")
    (action,) = forms(page, f"accio-corregeix?accio={number}")
    fields = fields_of(page, action)
    assert fields["grup"] == "migration" and fields["dia"] == conftest.dmy()
    assert as_json(b, action, fields | {"text": "Trucat al tècnic", "dia": day(1)})[0] == 422
    assert as_json(b, action, fields | {"text": "Trucat al tècnic", "dia": "1026-02-01"})[0] == 422
    assert b.post(action, fields | {"text": "Trucat al tècnic", "tiquet": "ST-9"}).header("Location").endswith(f"#a-{number}")
    status, said = as_json(b, action, fields | {"text": "Un altre"})  # written over what stood there before
    assert status == 409 and said["now"] == "Trucat al tècnic"
    (action,) = forms(page, f"accio-retira?accio={number}")
    assert b.post(action, fields_of(page, action) | {"text": ""}, expect=422)
    b.post(action, fields_of(page, action) | {"text": "era un altre ens"})
    assert not [a for a in desk.json("action", "list") if a["id"] == number]
    assert as_json(b, action, fields_of(page, action) | {"text": "x"})[0] == 422
    (note,) = [f for f in forms(page, "/caiguda-nota")][:1]
    b.post(note, fields_of(page, note) | {"text": "Avisats per la pàgina"})
    assert "Avisats per la pàgina" in b.get("/divendres").text
    trail = [(a["who"], a["what"]) for a in desk.json("audit", "list", "--all")]
    assert ("joan", "action-edit") in trail and ("joan", "action-withdraw") in trail and ("joan", "outage-note") in trail


def test_the_body_page_corrects_the_same(web, desk):
    b = log_in(web)
    page = b.get("/divendres").text
    body = re.search(r"/ens/(\d+)/comentari-sencer", page).group(1)
    page = b.get(f"/ens/{body}").text
    action = forms(page, "comentari-sencer")[0]
    fields = fields_of(page, action)
    assert "torna" not in fields
    assert b.post(action, fields | {"text": "Des de l'ens"}).header("Location").startswith(f"/ens/{body}?fet=comentari-sencer")
    answer = b.post(action, fields | {"text": "Un altre"}, expect=409)
    assert "joan has changed this meanwhile" in answer.text and f'action="/ens/{body}/comentari-sencer' in answer.text


def test_what_a_viewer_sees_and_may_not(web):
    b = log_in(web, "anna")
    page = b.get("/divendres").text
    assert not forms(page, "/divendres/") and not forms(page, "comentari-sencer") and not forms(page, "accio-")
    token = b.token("/compte")
    for path in ("/divendres/fes", "/divendres/envia", "/divendres/accio", "/ens/1/comentari-sencer?certificats=CDS", "/ens/1/accio-retira?accio=1"):
        assert b.ask("POST", path, f"_f={token}").status == 403, path


def test_made_from_the_page_and_its_files(web, desk):
    b = log_in(web)
    page = build(b)
    number = message_id(page)
    assert "joan ·" in page
    shown = re.search(r'id="sha256">([0-9a-f]{64})<', page).group(1)
    files = {}
    for name in LETTERS:
        answer = b.get(f"/divendres/correu/{number}/{name}")
        assert answer.header("Content-Disposition") == f'attachment; filename="{name}"'
        files[name] = answer.body
    assert hashlib.sha256(files["informe.eml"]).hexdigest() == shown
    m = email.message_from_bytes(files["informe.eml"], policy=email.policy.default)
    book = next(a for a in m.iter_attachments())
    assert book.get_content() == files["ResumAjuntaments.xlsx"]
    assert m.get_body(("plain",)).get_content().replace("\r\n", "\n") == files["informe.txt"].decode()
    mail_page = m.get_body(("html",)).get_content().replace("\r\n", "\n")
    given = files["informe.html"].decode()
    assert given.count("data:image/png;base64,") == 3 and "cid:" not in given
    assert re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "P", given) == re.sub(r"cid:[^\"]+", "P", mail_page)
    answer = b.get(f"/divendres/correu/{number}/pagina")
    assert answer.body == files["informe.html"] and answer.header("X-Frame-Options") == "SAMEORIGIN"
    policy = answer.header("Content-Security-Policy")
    assert "default-src 'none'" in policy and policy.endswith("sandbox") and "frame-ancestors 'self'" in policy
    for path in (f"/divendres/correu/{number}/altres", "/divendres/correu/999999/pagina", "/divendres/999999"):
        b.get(path, expect=404)
    first = next(line for line in desk.json("audit", "list", "--all") if line["what"] == "report-build")
    assert "joan" in {line["who"] for line in desk.json("audit", "list", "--all") if line["what"] == "report-build"}, first
    # a correction makes it out of date, and it is not offered to be sent
    action = forms(page, "comentari-sencer")[1]
    b.post(action, fields_of(page, action) | {"text": "Canviat després"})
    assert not forms(b.get("/divendres").text, "/divendres/envia")
    assert "/divendres/envia" in build(b)
    # what was looked at is what is approved
    answer = b.submit("/divendres", "/divendres/envia", {"sha256": shown}, expect=422)
    assert "made again meanwhile" in answer.text


def test_a_warning_of_somebody_elses_process_has_no_account(desk):
    """TALAIA_ACCOUNT counts only for what the desk itself starts."""
    conftest.run(*desk.arguments("action", "add", "Gavà", "amb variable"), env={"TALAIA_ACCOUNT": "maria"})
    assert next(a for a in desk.json("action", "list") if a["text"] == "amb variable")["who"] != "maria"


def test_a_report_that_cannot_be_made_says_why(tmp_path, demo):
    w.add_account(demo, "joan", "technician")
    (tmp_path / "occupied").write_text("a file, no directory")
    with w.serving(demo, f"report.dir={tmp_path / 'occupied'}") as web:
        b = log_in(web)
        page = build(b)
        assert "could not be made" in page and "occupied" in page
        assert b.get("/").status == 200


def test_every_week_has_its_page(web):
    b = log_in(web, "anna")
    page = b.get("/divendres").text
    weeks = re.findall(r'href="(/divendres/\d+)"', page)
    assert len(weeks) >= 3
    for path in weeks:
        page = b.get(path).text
        assert "Report of" in page and not forms(page, "/divendres")
        assert "/pagina" in page and "ResumAjuntaments.xlsx" in page
    assert "Gone down:" in b.get(weeks[0]).text


def test_sent_again_only_with_a_reason(tmp_path, demo, smtp_server):  # noqa: F811
    w.add_account(demo, "joan", "technician")
    smtp = smtp_server()
    with office(demo, *smtp.settings) as web:
        b = log_in(web)
        b.cookies["idioma"] = "en"
        page = build(b)
        shown = re.search(r'id="sha256">([0-9a-f]{64})<', page).group(1)
        b.submit("/divendres", "/divendres/envia", {"sha256": shown})
        until(lambda: len(smtp.journal()) == 1)
        assert smtp.journal()[0]["sha256"] == shown
        page = until(lambda: "Send it once more" in (p := b.get("/divendres").text) and p)
        assert "say why" in b.submit("/divendres", "/divendres/envia", {"altra": "1", "text": ""}, expect=422).text
        b.submit("/divendres", "/divendres/envia", {"altra": "1", "text": "No va arribar a <b>ningú</b>"})
        until(lambda: len(smtp.journal()) == 2)
        week = re.search(r'href="(/divendres/\d+)"', page).group(1)
        page = until(lambda: (p := b.get(week).text).count("<strong>sent</strong>") == 2 and p)
        assert "No va arribar a &lt;b&gt;ningú&lt;/b&gt;" in page


@pytest.mark.parametrize("js", ["1", "0"])
def test_a_whole_friday_in_chromium(tmp_path, demo, smtp_server, dovecot, monkeypatch, js):  # noqa: F811
    monkeypatch.setenv("TALAIA_JS", js)
    for name, role in (("maria", "administrator"), ("joan", "technician")):
        w.add_account(demo, name, role)
    smtp = smtp_server("--sent", "suport", mail=dovecot)
    with office(demo, *smtp.settings, *dovecot.settings) as web:
        checks = w.browse("friday.mjs", web, tmp_path, at_least=9 if js == "1" else 4)
        reports = [m for m in smtp.journal() if "friday-" in m["talaia_id"]]
        shown = [c["sha256"] for c in checks if "sha256" in c]
        assert [m["sha256"] for m in reports] == shown and len(shown) == 1
        accepted = smtp.bytes_of(reports[0])
        filed = until(lambda: [m for f in dovecot.folders() for m in dovecot.mails("padro", f) if b"friday-" in m])
        assert [f.replace(b"\r\n", b"\n") for f in filed] == [accepted.replace(b"\r\n", b"\n")]
        (clicks,) = [c["clicks"] for c in checks if "clicks" in c]
        print("clicks:", clicks)
        assert clicks < (15 if js == "1" else 25)
