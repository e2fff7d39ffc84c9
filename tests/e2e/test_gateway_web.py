"""The gateway's pages: messages are explained by a process that can do nothing else, shown safely, and not kept."""
import os
import re
import subprocess

import pytest

import busy
import conftest
import test_gateway_mistakes_signed as mistakes
import web as w
from conftest import EXIT, TALAIA, environment, run
from gateway import AT, BODY, Identity, Signing, hestia, one, put, sent

PAGE = "/passarella/validador"


@pytest.fixture(scope="module")
def identity():
    return Identity()


@pytest.fixture(scope="module")
def formatted(identity):
    return mistakes.Made(identity, mistakes.compact(), after=[mistakes.indent]).message()


def wrong_tree():
    tree = put(hestia(), "//pet:NumElementos", "2")
    one(tree, "//hes:IdCites").tag = "{http://www.aoc.cat/hestia/}idCites"
    return tree


def hostile():
    tree = wrong_tree()
    put(tree, "//pet:NumElementos", "<script>alert(1)</script>\u202e\"'&")
    put(tree, "//pet:IdPeticion", "</textarea></code><img src=x onerror=alert(2)>" + "a" * 300)
    return sent(tree)


@pytest.fixture(scope="module")
def maria(demo_made, tmp_path_factory):
    """One desk for all, of which nothing is changed."""
    desk = conftest.copy_desk(demo_made, tmp_path_factory.mktemp("gateway") / "demo")
    w.add_account(desk, "maria", "viewer")
    with w.serving(desk) as web:
        browser = web.browser()
        browser.log_in()
        yield browser


def form(fields, boundary="----talaia"):
    body = b""
    for name, value in fields.items():
        file = f'; filename="{name}.xml"\r\nContent-Type: text/xml' if name == "fitxer" else ""
        content = value if isinstance(value, bytes) else value.encode()
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def post(browser, fields, expect=200):
    body, head = form({"_f": browser.token(PAGE), **fields})
    answer = browser.ask("POST", PAGE, body, head)
    assert answer.status == expect, (answer.status, answer.text[:2000])
    return answer


def codes(answer):
    return re.findall(r'<div class="row"><span class="st [a-z]+"[^>]*>[^<]*</span><code>([^<]+)</code>', answer.text)


# ------------------------------------------------------------------ by standard input


def explain_input(message, *words, expect=0):
    done = subprocess.run([TALAIA, "gateway", "explain", "--lang", "en", *words, "-"], input=message, capture_output=True,
                          timeout=60, env=environment())
    assert done.returncode == expect, done.stderr
    assert not conftest.NOISE.search(done.stderr.decode()), done.stderr
    return done.stdout.decode()


def test_standard_input(tmp_path, identity, formatted):
    good = sent(Signing(identity).sign(hestia()))
    assert "Nothing stands against it" in explain_input(good, "--at", AT)
    said = explain_input(formatted, "--at", AT, "--json", expect=EXIT["findings"])
    path = tmp_path / "-"
    path.write_bytes(formatted)
    file = run("gateway", "explain", "--lang", "en", "--at", AT, "--json", path, expect=EXIT["findings"]).out
    assert said == file.replace(str(path), "-")
    assert "stands alone" in run("gateway", "explain", "--lang", "en", "-", path, expect=EXIT["usage"]).err


def test_standard_input_looks_at_nothing_else(tmp_path, identity):
    """What is in the directory, and in TALAIA_CONFIG, is not for this process."""
    (tmp_path / "talaia.yaml").write_text("no: [yaml")
    done = subprocess.run([TALAIA, "gateway", "explain", "--lang", "en", "--at", AT, "-"], cwd=tmp_path, capture_output=True,
                          input=sent(Signing(identity).sign(hestia())), timeout=60,
                          env=environment(TALAIA_CONFIG=tmp_path / "talaia.yaml"))
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="strace and a sanitizer do not go together")
def test_from_its_first_byte_on_it_opens_nothing(tmp_path, formatted):
    trace = tmp_path / "trace"
    done = subprocess.run(["strace", "-f", "-o", trace, TALAIA, "gateway", "explain", "--json", "-"], input=formatted,
                          capture_output=True, timeout=60, env=environment())
    assert done.returncode == EXIT["findings"], done.stderr
    calls = trace.read_text().split("seccomp(", 1)[1].splitlines()[1:]
    assert calls and not [c for c in calls if re.search(r"\b(socket|connect|clone|fork|execve|openat?)\(", c) and "ENOENT" not in c]


def test_places_are_those_of_the_elements(tmp_path, identity):
    """Comments, CDATA and attributes with brackets in them do not lead astray."""
    text = sent(wrong_tree()).replace(b"<soapenv:Body>", b"<!-- <a> --><soapenv:Body><?p <b> ?>").replace(
        b"<pet:NumElementos>", b"<pet:NumElementos x='a>b'>").replace(b"<pet:IdSolicitud>1", b"<pet:IdSolicitud><![CDATA[<c>]]>")
    import json
    for r in json.loads(explain_input(text, "--at", AT, "--json", expect=EXIT["findings"]))["remarks"]:
        if r["line"] == 0 or r["code"] == "wss-missing":
            continue
        begin = text[r["at"]:r["at"] + r["bytes"]].decode()
        name = re.sub(r".*[:'/]", "", r["xpath"].rstrip("]'")).split("[")[0]
        assert re.match(rf"<([a-z]+:)?{name}\b", begin) and begin.endswith(">"), (r, begin)
        assert text[:r["at"]].count(b"\n") + 1 == r["line"] or begin.count("\n"), r


# ------------------------------------------------------------------ the page


def test_a_message_is_explained(maria, identity, formatted):
    page = post(maria, {"xml": "", "fitxer": formatted, "moment": AT})
    assert codes(page) and set(codes(page)) == {"digest-other-bytes", "signature-wrong"}
    assert "was indented after it was signed" in page.text and "What was signed is not what arrived" in page.text
    assert page.header("Cache-Control") == "no-store"
    good = post(maria, {"xml": sent(Signing(identity).sign(hestia())), "moment": AT, "ens": BODY})
    assert "Nothing stands against it" in good.text
    other = post(maria, {"xml": sent(Signing(identity).sign(hestia())), "moment": AT, "ens": "0801550006"})
    assert "own-other" in codes(other)
    old = sent(Signing(identity, algorithm="sha1").sign(hestia()))
    assert "It would be refused" in post(maria, {"xml": old, "moment": AT}).text
    assert "Nothing stands against it" in post(maria, {"xml": old, "moment": AT, "sha1": "si"}).text


@pytest.mark.parametrize("lang,words", [("ca", 'lang="ca"'), ("es", 'lang="es"'), ("en", "How to mend it")])
def test_in_each_language(maria, lang, words):
    maria.cookies["idioma"] = lang
    page = post(maria, {"xml": sent(wrong_tree())})
    del maria.cookies["idioma"]
    assert words in page.text and "element-case" in codes(page)


def test_hostile_text_is_text(maria):
    page = post(maria, {"xml": hostile()})
    assert "<script>alert" not in page.text and "<img" not in page.text and "\u202e" not in page.text
    assert page.text.count("<textarea") == page.text.count("</textarea>") == 1
    assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize("name,message,code", [
    ("nothing of XML", b"hola", "xml-malformed"), ("NUL", b"<a>\0</a>", "xml-malformed"), ("one byte", b"<", "xml-malformed"),
    ("not UTF-8", b"<a>\xff\xfe</a>", "xml-encoding"), ("DTD", b"<!DOCTYPE a><a/>", "xml-dtd"),
    ("deep", b"<a>" * 20000, "xml-limit"), ("large", b"<a>" + b"x" * (3 << 20) + b"</a>", "xml-size"),
    ("CR", b"<a>\r\r<b/>\r</a>", "not-soap")])
def test_whatever_is_sent(maria, name, message, code):
    assert codes(post(maria, {"fitxer": message})) == [code]


def test_a_large_message_is_shown_in_parts(maria, identity):
    tree = wrong_tree()
    one(tree, "//pet:DatosEspecificos").append(__import__("lxml.etree").etree.Comment("secret " * 60000))
    page = post(maria, {"fitxer": sent(tree)})
    assert len(page.body) < 200000 and "⋯" in page.text and "idCites" in page.text


def test_what_is_no_such_form(maria):
    token = maria.token(PAGE)
    for body, head, status in (
            (b"_f=" + token.encode() + b"&xml=%3Ca/%3E", {}, 422),
            (b"--x", {"Content-Type": "multipart/form-data; boundary=y"}, 400),
            (form({"xml": "<a/>"})[0], {"Content-Type": "multipart/form-data; boundary=----talaia"}, 403),
            (form({"_f": token[:-1] + "x", "xml": "<a/>"})[0], {"Content-Type": "multipart/form-data; boundary=----talaia"}, 403),
            (b"<a/>", {"Content-Type": "text/xml"}, 415)):
        assert maria.ask("POST", PAGE, body, head).status == status, body
    assert post(maria, {"xml": " \n"}, expect=422).status == 422
    assert "ten digits" in post(maria, {"xml": "<a/>", "ens": "Vic"}, expect=422).text
    assert "Write the moment" in post(maria, {"xml": "<a/>", "moment": "ahir"}, expect=422).text
    body, head = form({"_f": token, "fitxer": b"x" * (9 << 20)})
    assert maria.ask("POST", PAGE, body, head).status == 413


def test_strangers_explain_nothing(maria):
    stranger = maria.web.browser()
    assert stranger.get(PAGE, expect=303).header("Location").startswith("/entra")
    body, head = form({"_f": "x", "xml": "<a/>"})
    assert stranger.ask("POST", PAGE, body, head).status == 303


def test_nothing_of_it_is_kept(maria, identity):
    secret = "X7654321Z"
    post(maria, {"xml": sent(put(hestia(), "//pet:IdPeticion", secret)), "ens": BODY})
    post(maria, {"fitxer": secret.encode()})
    desk = maria.web.log.parent
    kept = [p for p in desk.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
    assert kept == []
    assert len(os.listdir(f"/proc/{maria.web.process.pid}/task")) > 0
    children = open(f"/proc/{maria.web.process.pid}/task/{maria.web.process.pid}/children").read()
    assert children == ""


# ------------------------------------------------------------------ requests and permissions


@pytest.fixture
def desks(demo):
    for name, role in (("maria", "administrator"), ("joan", "technician"), ("pere", "viewer")):
        w.add_account(demo, name, role)
    return demo


def test_requests_and_their_diagnosis(desks):
    hostile_id = "<script>alert(1)</script>"
    refused = busy.request(desks)
    answered = busy.request(desks, outcome="answered", step="modality", result="-2", remarks="", request=hostile_id)
    with w.serving(desks) as web:
        browser = web.browser()
        browser.log_in("pere")
        page = browser.get("/passarella").text
        assert "HESTIA_CITES" in page and "<script>alert" not in page and "192.0.2.7" not in page
        assert page.index(f"/peticions/{answered}") < page.index(f"/peticions/{refused}")
        only = browser.get("/passarella?refusades=1").text
        assert f"/peticions/{refused}" in only and f"/peticions/{answered}" not in only
        assert f"/peticions/{refused}" not in browser.get("/passarella?ens=0801550006").text
        assert "Nothing was looked for" in browser.get("/passarella?ens=Enlloc").text
        one_ = browser.get(f"/passarella/peticions/{refused}").text
        assert "element-case" in one_ and "XML distinguishes capitals" in one_ and "1,2 ms" in one_ and "/pet:peticio" in one_
        assert "{" not in re.sub(r"<[^>]*>", "", one_)
        browser.get("/passarella/peticions/999", expect=404)


def test_modalities_are_documented(maria):
    page = maria.get("/passarella/modalitats").text
    names = re.findall(r'href="/passarella/modalitats/([A-Z_]+)"', page)
    assert len(names) >= 10 and "HESTIA_CITES" in names
    for name in names:
        assert f"<h1>{name}</h1>" in maria.get(f"/passarella/modalitats/{name}").text
    page = maria.get("/passarella/modalitats/HESTIA_CITES").text
    assert "HESTIA_CITES-07" in page and "RespostaConsultaCites" in page and "IdCites" in page
    maria.get("/passarella/modalitats/HESTIA_RES", expect=404)


def test_permissions_are_given_and_taken(tmp_path, desks, identity):
    _, certificate = identity.files(tmp_path / "keys")
    key = tmp_path / "keys" / "key.pem"
    give, take, place = "/passarella/permisos/dona", "/passarella/permisos/treu", "/passarella/permisos"
    with w.serving(desks, on=None) as web:
        browser = web.browser()
        browser.log_in("joan")

        def send(fields, expect):
            body, head = form({"_f": browser.token(place), **fields})
            answer = browser.ask("POST", give, body, head)
            assert answer.status == expect, re.findall(r'role="alert">(.*?)</div>', answer.text)
            return answer
        assert "No body may ask yet" in browser.get(place).text
        said = send({"ens": "0801550006", "cda": key.read_bytes()}, 422).text
        assert "private key" in said and "PRIVATE" not in said and 'value="0801550006"' in said
        assert "Enlloc" in send({"ens": "Enlloc"}, 422).text
        assert "256.1.1.1" in send({"ens": "0801550006", "adreces": "256.1.1.1"}, 422).text
        send({"ens": "0801550006", "cda": certificate.read_bytes(), "adreces": "83.45.120.16/28\r\n83.45.121.7",
              "escrit": "Conveni 12/2026"}, 303)
        page = browser.get(place).text
        assert "83.45.120.16/28" in page and "83.45.121.7" in page and "HESTIA" in page and "PROVES" in page and "joan" in page
        assert "Ajuntament d&#39;Exemple" in page or "Ajuntament d'Exemple" in page
        browser.submit(place, take, {"ens": "0801550006", "adreca": "83.45.120.16/28", "motiu": "Ja no hi és"})
        assert "83.45.120.16/28" not in browser.get(place).text
        assert "Ja no hi és" in browser.get(place + "?tot=1").text
        viewer = web.browser()
        viewer.log_in("pere")
        page = viewer.get(place).text
        assert "83.45.121.7" in page and give not in page and take not in page
        body, head = form({"_f": viewer.token("/compte"), "ens": "0801550006"})
        assert viewer.ask("POST", give, body, head).status == 403
        viewer.post(take, {"_f": viewer.token("/compte"), "ens": "0801550006", "motiu": "x"}, expect=403)


def test_in_chromium(tmp_path, desks, formatted, identity):
    messages = tmp_path / "messages"
    messages.mkdir()
    for name, message in (("formatted", formatted), ("mistakes", sent(wrong_tree())), ("hostile", hostile())):
        (messages / f"{name}.xml").write_bytes(message)
    _, certificate = identity.files(tmp_path / "keys")
    os.environ["MESSAGES"] = str(messages)
    busy.request(desks)
    busy.request(desks, outcome="answered", step="modality", result="-2", remarks="")
    with w.serving(desks, on=None, lang=None) as web:
        browser = web.browser()
        browser.log_in("joan")
        body, head = form({"_f": browser.token("/passarella/permisos"), "ens": "0801550006", "cda": certificate.read_bytes(),
                           "adreces": "83.45.120.16/28", "escrit": "Conveni 12/2026"})
        assert browser.ask("POST", "/passarella/permisos/dona", body, head).status == 303
        w.browse("gateway.mjs", web, tmp_path, 13)
