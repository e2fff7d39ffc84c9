"""Integrations in the browser: the board, one with its evidence, what each role may do, and the link of an e-mail."""
import base64
import html
import re
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.parse

import documents as D
import pytest
import web as w
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from test_integration import box, desk, documents, either, far_box, mails, papers, ready_desk, reply_to, smtp_server, token_of  # noqa: F401  fixtures


@pytest.fixture
def people(box):
    for name, role in (("vera", "viewer"), ("tecla", "technician"), ("carme", "head")):
        w.add_account(box.desk, name, role)
    return box


def deed(b, path, event, expect, why="", version="0"):
    """As a form of the page does; the token is that of the session."""
    return b.submit("/compte", path, {"que": event, "motiu": why, "versio": version}, expect=expect)


def decide(b, path, event, expect, why=""):
    return b.post(path, {"que": event, "motiu": why}, expect=expect)


def test_from_documents_to_pre_by_two_people(people, papers):
    desk = people.desk
    x = desk.json("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example", "--company", "Programari SL")
    with w.serving(desk) as web:
        team, head, viewer = (w.as_(web, name) for name in ("tecla", "carme", "vera"))
        page = f"/integracions/{x['id']}"
        board = html.unescape(team.get("/integracions").text)
        assert "Ajuntament de Castelldefels" in board and "Wait for the team" in board and "FP-1" in board
        shown = html.unescape(team.get(page).text)
        assert "Not there yet" in shown and "integration form" in shown and 'value="ask"' in shown and 'value="request"' not in shown
        documents(desk, papers)
        shown = html.unescape(team.get(page).text)
        assert "formulari signat.pdf" in shown and "Not there yet" not in shown and 'value="request"' in shown
        deed(viewer, page + "/fes", "request", 422)  # who looks changes nothing
        deed(team, page + "/fes", "request", 422, version="1")  # somebody changed it since
        deed(team, page + "/fes", "request", 303)
        deed(team, page + "/fes", "approve", 422)  # whoever prepares does not decide
        assert "Wait for the head of service" in head.get("/integracions").text
        deed(head, page + "/fes", "return", 422)  # with a reason only
        deed(head, page + "/fes", "nonsense", 422)
        deed(head, page + "/fes", "approve", 303)
        assert desk.json("integration", "show", "FP-1")["state"] == "pre"
        shown = html.unescape(head.get(page + "?fet=1").text)
        for words in ("Tests in pre-production", "HESTIA_CITES", "127.0.0.1"):
            assert words in shown, words
        head.get("/integracions/999", expect=404)


def test_withdrawing_tells_the_requester_or_not(people):
    desk = people.desk
    with w.serving(desk) as web:
        team = w.as_(web, "tecla")
        for number, fields in (("1", {"avisa": "si"}), ("2", {})):
            x = desk.json("integration", "open", f"FP-{number}", "Castelldefels", "--email", "it@castelldefels.example")
            page = f"/integracions/{x['id']}"
            shown = html.unescape(team.get(page).text)
            assert re.search(r'name="avisa"[^>]*checked', shown) and "i la tanquem" in shown
            assert "i el tiquet, ST-?." in shown, "there is none yet"
            again = team.submit("/compte", page + "/fes", {"que": "withdraw", "motiu": "", "versio": "0", **fields}, expect=422).text
            assert bool(re.search(r'name="avisa"[^>]*checked', again)) == bool(fields)  # as it was sent
            team.submit("/compte", page + "/fes", {"que": "withdraw", "motiu": "plega", "versio": "0", **fields})
        desk.run("integration", "open", "FP-3", "Castelldefels")
        assert 'name="avisa"' not in team.get("/integracions/3").text  # nobody to write to
    assert [[m["name"] for m in desk.json("integration", "show", f"FP-{n}")["messages"]] for n in (1, 2)] == [["integration-withdrawn"], []]


def test_the_link_of_an_e_mail(people):
    desk = people.desk
    desk.run("integration", "open", "FP-1", "Vic", "--email", "a@vic.example")
    people.send()
    token = token_of(mails(people)[0])
    with w.serving(desk) as web:
        b = web.browser()  # nobody has logged in
        path = f"/decisio/{token}"
        for _ in range(2):  # looking decides nothing
            page = b.get(path)
            assert "Ajuntament de Vic" in page.text and 'value="approve"' in page.text
        assert 'value="withdraw"' not in page.text and "a@vic.example" in html.unescape(page.text)
        for wrong in ("0" * 64, token[:-1], token + "0", "x"):
            b.get(f"/decisio/{wrong}", expect=404)
        decide(b, path, "refuse", 422)
        decide(b, path, "revoke", 422, "perquè sí")
        decide(b, path, "refuse", 200, "no hi entra")
        decide(b, path, "approve", 404)
        b.get(path, expect=404)
    assert desk.json("integration", "show", "FP-1")["state"] == "refused"


# ------------------------------------------------------------------ intake and documents by form


def upload(b, path, fields, files=(), expect=303):
    """As a browser sends a form with files: fields and files are pairs, files (field, name, bytes)."""
    bound, out = "----talaia-tests", b""
    for name, value in (("_f", b.token("/compte")), *fields):
        out += f'--{bound}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, file, content in files:
        out += f'--{bound}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'.encode() + content + b"\r\n"
    answer = b.ask("POST", path, out + f"--{bound}--\r\n".encode(), headers={"Content-Type": f"multipart/form-data; boundary={bound}"})
    assert answer.status == expect, (answer.status, answer.text[:2000])
    return answer


def checked(b, page):
    """The page of an integration once nothing of it is being checked."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        shown = html.unescape(b.get(page).text)
        if 'data-running="1"' not in shown:
            return shown
        time.sleep(0.05)
    raise AssertionError("it is still being checked")


def intake(**more):
    return list(({"ens": "Castelldefels", "tria": "0805690004", "cercat": "Castelldefels", "fp": "FP-7", "empresa": "", "nif": "",
                  "contacte": "Laia", "correu": "it@castelldefels.example", "llengua": "ca"} | more).items())


def test_the_body_is_found_without_a_script(people):
    with w.serving(people.desk) as web:
        team = w.as_(web, "tecla")
        for typed, found in (("casteldefels", "Castelldefels"), ("0805690", "Castelldefels"), ("bergà", "Berga"), ("ajuntament de vi", "Vic"),
                             ("P9900001", "Castelldefels")):
            page = html.unescape(team.get(f"/integracions/nova?ens={urllib.parse.quote(typed)}").text)
            assert f"Ajuntament de {found}" in page, typed
        assert "No body is called like that" in team.get("/integracions/nova?ens=xyzzy").text
        assert "Consell Comarcal del Baix Llobregat" in html.unescape(team.get("/integracions/nova?ens=Abrera").text)
        assert "Not on the list" in team.get("/integracions/nova?ens=Vic").text
        # The button that searches loses nothing of what was typed, and what is not said is asked.
        page = html.unescape(upload(team, "/integracions/nova", intake(ens="casteldefels", tria="", cercat="", fes="cerca"), expect=200).text)
        assert 'value="0805690004"' in page and 'value="FP-7"' in page and 'value="it@castelldefels.example"' in page
        page = html.unescape(upload(team, "/integracions/nova", intake(ens="casteldefels", tria="", cercat=""), expect=422).text)
        assert "which of these bodies" in page and 'value="FP-7"' in page
        upload(w.as_(web, "vera"), "/integracions/nova", intake(), expect=403)
        for wrong in ({"fp": "../x"}, {"correu": "ningú"}, {"nif": "X"}):
            page = upload(team, "/integracions/nova", intake(**wrong), expect=422).text
            assert 'role="alert"' in page and 'value="Castelldefels"' in html.unescape(page)
        assert people.desk.json("integration", "list", "--all") == []
        upload(team, "/integracions/nova", intake())
        upload(team, "/integracions/nova", intake(), expect=422)  # the request is taken


def test_files_that_cannot_be_taken(people, papers):
    bundle = pkcs12.serialize_key_and_certificates(b"cda", papers.cda.private, papers.cda.cert, None, BestAvailableEncryption(b"x"))
    locked = papers.folder / "locked.pdf"
    (papers.folder / "plain.pdf").write_bytes(D.plain().bytes)
    subprocess.run(["qpdf", "--encrypt", "x", "y", "256", "--", papers.folder / "plain.pdf", locked], check=True)
    with w.serving(people.desk, *papers.settings()[1::2]) as web:
        team = w.as_(web, "tecla")
        page = upload(team, "/integracions/nova", intake(), [
            ("documents", "C:\\meus\\..\\formulari/amb/barres.pdf", papers.form), ("documents", "clau.p12", bundle),
            ("documents", "xifrat.pdf", locked.read_bytes())]).header("Location").split("?")[0]
        shown = checked(team, page)
        assert "barres.pdf" in shown and "meus" not in shown and "amb/barres" not in shown
        assert "private key" in shown and "revoked" in shown
        assert "encrypted" in shown
        files = {f["name"]: f for f in people.desk.json("integration", "show", "FP-7")["files"]}
        assert files["clau.p12"]["verdict"] == "invalid" and files["xifrat.pdf"]["verdict"] == "invalid"
        number = files["clau.p12"]["id"]
        team.get(f"{page}/documents/{number}", expect=404)  # nothing of it was kept
        kept = team.get(f"{page}/documents/{files['barres.pdf']['id']}")
        assert kept.body == papers.form and "attachment" in kept.header("Content-Disposition")
        for wrong in (f"{page}/documents/0", f"{page}/documents/x", f"{page}/documents/999", "/integracions/999/documents/1"):
            team.get(wrong, expect=404)
        upload(team, page + "/documents", [], expect=422)
        # Too large: refused before it is read, with what is taken and where the rest still is.
        head = (f"POST {page}/documents HTTP/1.1\r\nHost: {web.host}\r\nCookie: {team.cookies_line()}\r\nContent-Length: {100 << 20}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\nConnection: close\r\n\r\n").encode()
        answer = web.raw(head)
        assert b" 413 " in answer.split(b"\r\n")[0] and b"20 MB each" in answer


def test_a_person_confirms_corrects_and_accepts(people, papers):
    desk = people.desk
    with w.serving(desk, *papers.settings()[1::2]) as web:
        team, other = w.as_(web, "tecla"), w.as_(web, "carme")
        page = upload(team, "/integracions/nova", intake(), [("documents", "formulari.pdf", papers.form),
                                                            ("documents", "cda.pem", papers.cda.pem())]).header("Location").split("?")[0]
        shown = checked(team, page)
        assert "88.12.34.56\n88.12.35.0/28" in shown and "Laia" in shown
        seen = re.search(r'name="versio" value="(\d+)"', shown).group(1)

        def confirm(addresses, expect=303, who=team, version=seen):
            fields = {"contacte": "Laia", "correu": "it@castelldefels.example", "adreces": addresses, "versio": version}
            return html.unescape(who.submit("/compte", page + "/confirma", fields, expect=expect).text)
        for wrong, why in (("10.0.0.1", "10.0.0.1"), ("300.1.1.1", "300.1.1.1"), ("88.0.0.0/6", "88.0.0.0/6"), ("2001:db8::/8", "2001:db8")):
            again = confirm(f"88.12.34.56\r\n{wrong}", 422)
            assert why in again and "88.12.34.56" in again and 'value="Laia"' in again  # nothing of it is lost
        confirm("2a00:1450:4007::/64\r\n88.12.35.0/28")
        assert desk.json("integration", "show", "FP-7")["addresses"] == "2a00:1450:4007::/64 88.12.35.0/28"
        # Who had the page open since before is told, and keeps what was typed.
        stale = confirm("88.12.34.99", 422, who=other)
        assert "somebody has changed" in stale and "88.12.34.99" in stale
        details = {"empresa": "Programari SL", "nif": "", "contacte": "Laia", "correu": "it@castelldefels.example", "escrit": "", "llengua": "es"}
        team.submit("/compte", page + "/dades", details | {"versio": seen}, expect=422)
        team.submit("/compte", page + "/dades", details | {"versio": "0"})
        assert desk.json("integration", "show", "FP-7")["language"] == "es"
        confirm("88.12.34.56", version="0")
        before = desk.json("outbox", "--all")["messages"]
        preview = html.unescape(team.get(page).text)
        assert "File the documents" in preview and desk.json("outbox", "--all")["messages"] == before  # looking sends nothing


def test_a_signature_that_nobody_can_verify_is_taken_by_a_person(people, papers):
    elsewhere = D.Authority(papers.folder / "elsewhere", "Autoritat Desconeguda", 4)
    form = D.sign(D.plain(), elsewhere.leaf(nif=D.BODY, organisation="Ajuntament de Castelldefels"), papers.folder).bytes
    with w.serving(people.desk, *papers.settings()[1::2]) as web:
        team = w.as_(web, "tecla")
        page = upload(team, "/integracions/nova", intake(), [("documents", "formulari.pdf", form),
                                                            ("documents", "cda.pem", papers.cda.pem())]).header("Location").split("?")[0]
        shown = checked(team, page)
        file = next(f for f in people.desk.json("integration", "show", "FP-7")["files"] if f["role"] == "form")
        take = {"document": str(file["id"]), "motiu": "he trucat a la secretaria", "versio": "0"}
        team.submit("/compte", page + "/accepta", take | {"motiu": ""}, expect=422)
        if file["verdict"] == "review":
            assert "has to be looked at" in shown
            team.submit("/compte", page + "/accepta", take)
            assert "he trucat a la secretaria" in html.unescape(team.get(page).text)
        else:
            assert file["verdict"] == "invalid" and "The message to" in shown  # another one is asked for, and the message is shown
            team.submit("/compte", page + "/accepta", take, expect=422)


def test_a_mail_of_an_integration_leaves_the_queue(people, papers):
    desk = people.desk
    path = desk.path / "m.eml"

    def mail(number, subject, sender, *files):
        path.write_bytes(reply_to({"Subject": ""}, *files, subject=subject, sender=sender, number=number))
        desk.run("reply", "read", path, expect=(0, 1))
        return desk.json("reply", "list", "--all")[0]["state"]
    desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    assert mail(1, "Documents FP-1", "it@castelldefels.example", ("cda.pem", papers.cda.pem())) == "dismissed"
    assert mail(2, "Una pregunta sobre FP-1", "it@castelldefels.example") == "queue"
    assert mail(3, "Volem integrar-nos", "algu@berga.example", ("form.pdf", papers.form), ("clau.p12", b"secret")) == "queue"
    with w.serving(desk, *papers.settings()[1::2]) as web:
        team = w.as_(web, "tecla")
        shown = html.unescape(team.get("/bustia").text)
        assert "/integracions/1" in shown and "Its integration" in shown
        link = re.search(r"/integracions/nova\?correu=(\d+)", shown)
        page = html.unescape(team.get(link.group(0)).text)
        assert "form.pdf" in page and "It holds a private key" in page and "algu@berga.example" in page
        fields = [*intake(ens="Berga", tria="", cercat="", correu="algu@berga.example"), ("correu-id", link.group(1)),
                  *(("adjunt", n) for n in re.findall(r'name="adjunt" id="[^"]*" value="(\d+)" checked', page))]
        at = upload(team, "/integracions/nova", fields).header("Location").split("?")[0]
        assert "form.pdf" in checked(team, at)
        assert [f["name"] for f in desk.json("integration", "show", "FP-7")["files"]] == ["form.pdf"]
        assert "/integracions/nova?correu" not in team.get("/bustia").text
        team.get("/integracions/nova?correu=999", expect=404)
    with sqlite3.connect(desk.store) as store:
        assert store.execute("SELECT name FROM incoming_file WHERE base64 = ''").fetchall() == [("clau.p12",)]


def test_killed_before_the_documents_are_checked(either, papers):
    """Nothing that was taken is lost, and nothing of it is there twice."""
    desk, settings = either.desk, papers.settings()[1::2]
    w.add_account(desk, "tecla", "technician")
    asked, go_on = threading.Event(), threading.Event()
    answer = papers.ocsp.answer

    def slowly(*question):
        asked.set()
        go_on.wait(30)
        return answer(*question)
    papers.ocsp.answer = slowly
    try:
        with w.serving(desk, *settings, ends=-signal.SIGKILL) as web:
            page = upload(w.as_(web, "tecla"), "/integracions/nova", intake(), [
                ("documents", "formulari.pdf", papers.form), ("documents", "cda.pem", papers.cda.pem()),
                ("documents", "un paper.txt", b"paper")]).header("Location").split("?")[0]
            assert asked.wait(30)  # the first is being checked
            web.process.kill()
    finally:
        papers.ocsp.answer = answer
        go_on.set()
    left = desk.json("integration", "show", "FP-7")
    assert left["files"] == [] and [f["name"] for f in left["waiting"]] == ["formulari.pdf", "cda.pem", "un paper.txt"]
    with w.serving(desk, *settings) as web:
        team = w.as_(web, "tecla")
        end = time.monotonic() + 120  # without anybody who looks at the page
        while len(desk.json("integration", "show", "FP-7")["files"]) < 3 and time.monotonic() < end:
            time.sleep(0.1)
        shown = checked(team, page)
        for name in ("formulari.pdf", "cda.pem", "un paper.txt"):
            assert name in shown
    x = desk.json("integration", "show", "FP-7")
    assert [(f["name"], f["verdict"], f["replaced"]) for f in x["files"]] == [
        ("formulari.pdf", "valid", False), ("cda.pem", "valid", False), ("un paper.txt", "invalid", False)]
    assert [s["who"] for s in x["steps"] if s["event"] == "file-add"] == ["tecla"] * 3
    assert x["waiting"] == []


def test_two_roles_check_each_document_once(far_box, papers):
    """On two machines, say: what one is given the other takes up too, when somebody looks."""
    desk, settings = far_box.desk, papers.settings()[1::2]
    w.add_account(desk, "tecla", "technician")
    files = [("documents", f"paper {i}.txt", b"paper %d" % i) for i in range(8)]
    with w.serving(desk, *settings) as one:
        with w.serving(desk, *settings) as two:
            first, second = w.as_(one, "tecla"), w.as_(two, "tecla")
            page = upload(first, "/integracions/nova", intake(), files).header("Location").split("?")[0]
            for b in (second, first):
                checked(b, page)
    x = desk.json("integration", "show", "FP-7")
    assert sorted(f["name"] for f in x["files"]) == sorted(name for _, name, _ in files) and x["waiting"] == []


def test_a_file_that_could_not_be_looked_at_is_tried_again(people, papers):
    """Whoever reads it dies of it: it is not begun for ever, and a person may try once more."""
    desk = people.desk
    desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    with sqlite3.connect(desk.store) as store:
        store.execute("INSERT INTO integration_waiting (integration_id, name, source, lang, bytes, base64, day, at, who, worker, taken, tries, "
                      "why) VALUES (1, 'cda.pem', '', 'en', ?, ?, '2026-11-20', 1, 'tecla', 'a:b:1:1', 1, 3, '')",
                      (len(papers.cda.pem()), base64.b64encode(papers.cda.pem()).decode()))
    with w.serving(desk, *papers.settings()[1::2]) as web:
        team = w.as_(web, "tecla")
        assert "cda.pem was not taken: its check was interrupted" in re.sub(r"<[^>]*>", "", checked(team, "/integracions/1"))
        assert "cda.pem: its check was interrupted" in desk.run("integration", "show", "FP-1").out
        team.submit("/compte", "/integracions/1/torna-hi", {"fitxer": "99"}, expect=422)
        w.as_(web, "vera").submit("/compte", "/integracions/1/torna-hi", {"fitxer": "1"}, expect=403)
        team.submit("/compte", "/integracions/1/torna-hi", {"fitxer": "1"})
        checked(team, "/integracions/1")
    assert [f["verdict"] for f in desk.json("integration", "show", "FP-1")["files"]] == ["valid"]


def test_a_private_key_is_never_kept(people, papers):
    with w.serving(people.desk, *papers.settings()[1::2]) as web:
        team = w.as_(web, "tecla")
        with sqlite3.connect(people.desk.store) as store:
            store.execute("CREATE TABLE seen (name TEXT)")
            store.execute("CREATE TRIGGER watch AFTER INSERT ON integration_waiting BEGIN INSERT INTO seen VALUES (NEW.name); END")
        upload(team, "/integracions/nova", intake(), [("documents", "clau.pem", papers.cda.key_pem()), ("documents", "cda.pem", papers.cda.pem())])
        checked(team, "/integracions/1")
    with sqlite3.connect(people.desk.store) as store:
        assert store.execute("SELECT name FROM seen").fetchall() == [("cda.pem",)]
    assert {f["name"]: f["kind"] for f in people.desk.json("integration", "show", "FP-7")["files"]}["clau.pem"] == "secret"
