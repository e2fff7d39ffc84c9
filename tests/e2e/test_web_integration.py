"""Integrations in the browser: the board, one with its evidence, what each role may do, and the link of an e-mail."""
import html

import pytest
import web as w
from test_integration import box, desk, documents, mails, papers, ready_desk, smtp_server, token_of  # noqa: F401  fixtures


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
