"""Accounts in the browser: invited, changed, closed by an administrator; one's own password, codes, tokens and sessions."""
import html
import re
import sqlite3
import time

import pytest
import web as w
from web import as_
from test_web import totp

NEW = "tres gats pugen al terrat"


@pytest.fixture(scope="module")
def desk(tmp_path_factory, empty_desk):
    return w.staffed(empty_desk, tmp_path_factory.mktemp("accounts") / "desk", "maria", "joan", "anna")


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk, on=None) as server:
        yield server


@pytest.fixture
def maria(web):
    return w.as_(web)


def page_of(b, name):
    found = re.search(rf'href="(/administracio/comptes/\d+)"[^>]*>{re.escape(name)}<', b.get("/administracio/comptes").text)
    return found.group(1)


def once(answer):
    """What is shown this once."""
    assert "shown this once" in answer.text
    return [html.unescape(x) for x in re.findall(r"<li><code>([^<]+)</code>", answer.text)]


def forget_proof(desk):
    """As if everybody had given the password long ago."""
    with sqlite3.connect(desk.store, timeout=20) as db:
        db.execute("UPDATE session SET proved = 0")


def trail(desk):
    return [(line["who"], line["what"], line["detail"]) for line in desk.json("audit", "list", "--all", on=None)]


def test_administration_shows_what_the_role_may(web, maria):
    assert "/administracio/comptes" in maria.get("/administracio").text
    anna = as_(web, "anna")
    assert "/administracio/comptes" not in anna.get("/administracio").text
    for path in ("/administracio/comptes", "/administracio/comptes/1"):
        anna.get(path, expect=403)
    token = anna.token("/compte")
    for path in ("/administracio/comptes", "/administracio/comptes/1/rol", "/administracio/comptes/1/desactiva"):
        anna.post(path, {"_f": token, "compte": "x", "rol": "administrator"}, expect=403)


def test_an_invitation_from_first_to_last(web, desk, maria):
    page = "/administracio/comptes"
    answer = maria.submit(page, page, {"compte": "berta", "rol": "head"}, expect=200)
    first, = once(answer)
    assert first.encode() not in desk.store.read_bytes() and answer.header("Cache-Control") == "no-store"
    assert first not in maria.get(page).text and "invited" in maria.get(page).text
    b = as_(web, "berta", first)
    for path in ("/", "/ens", "/compte/codis", "/administracio"):
        assert b.get(path, expect=303).header("Location") == "/compte"
    assert "Choose your own password first" in b.get("/compte").text and "/compte/token" not in b.get("/compte").text
    b.submit("/compte", "/compte/token", {"nom": "x", "abast": "write"}, expect=403)
    b.submit("/compte", "/compte/contrasenya", {"ara": first, "nova": NEW})
    assert b.get("/").status == 200
    web.browser().log_in("berta", first, expect=401)
    as_(web, "berta", NEW)
    assert ("maria", "account-add", "berta: head") in trail(desk)
    # the time of a first password is over
    maria.submit(page, page, {"compte": "carme", "rol": "viewer"}, expect=200)
    late, = once(maria.submit(page_of(maria, "carme"), page_of(maria, "carme") + "/contrasenya", {}, expect=200))
    with sqlite3.connect(desk.store, timeout=20) as db:
        db.execute("UPDATE account SET once_until = 1 WHERE name = 'carme'")
    assert "no longer valid" in web.browser().log_in("carme", late, expect=401).text


@pytest.mark.parametrize("name, role, reason", [
    ("Maria", "viewer", "cannot be the name"), ("maria", "viewer", "already"), ("pau", "root", "choose a role"), ("", "viewer", "cannot be"),
    pytest.param("x" * 5000, "viewer", "cannot be", id="long"), ("<b>", "viewer", "cannot be"), ("\u202egnp", "viewer", "cannot be")])
def test_a_refused_invitation_comes_back(maria, name, role, reason):
    page = "/administracio/comptes"
    before = maria.get(page).text.count("<tr>")
    answer = maria.submit(page, page, {"compte": name, "rol": role}, expect=422)
    assert reason in html.unescape(answer.text) and 'role="alert"' in answer.text
    assert "<b>" not in answer.text and "\u202e" not in answer.text
    assert maria.get(page).text.count("<tr>") == before


def test_an_account_is_changed_and_closed(web, desk, maria):
    w.add_account(desk, "pol", "viewer")
    page = page_of(maria, "pol")
    one = as_(web, "pol")
    desk.json("account", "token", "pol", "<i>Grafana</i>", on=None)
    maria.submit(page, f"{page}/rol", {"rol": "head"})
    assert "head of service" in maria.get(page).text
    assert "&lt;i&gt;Grafana" in maria.get(page).text and "<i>Graf" not in maria.get(page).text
    maria.submit(page, f"{page}/token-fi", {"nom": "<i>Grafana</i>"})
    maria.submit(page, f"{page}/token-fi", {"nom": "<i>Grafana</i>"}, expect=404)
    session = re.search(r'name="sessio" value="([0-9a-f]{64})"', maria.get(page).text).group(1)
    maria.submit(page, f"{page}/sessio-fi", {"sessio": session})
    one.get("/", expect=303)
    assert "ended already" in maria.submit(page, f"{page}/sessio-fi", {"sessio": session}, expect=422).text
    one = as_(web, "pol")
    maria.submit(page, f"{page}/sessions", {})
    one.get("/", expect=303)
    one = as_(web, "pol")
    fresh, = once(maria.submit(page, f"{page}/contrasenya", {}, expect=200))
    one.get("/", expect=303)
    web.browser().log_in("pol", expect=401)
    as_(web, "pol", fresh)
    maria.submit(page, f"{page}/desactiva", {})
    web.browser().log_in("pol", fresh, expect=401)
    assert "disabled already" in maria.submit(page, f"{page}/desactiva", {}, expect=422).text
    maria.submit(page, f"{page}/activa", {})
    as_(web, "pol", fresh)
    assert {what for who, what, detail in trail(desk) if who == "maria" and detail.startswith("pol")} >= {
        "account-role", "token-revoke", "account-logout", "account-reset", "account-disable", "account-enable"}
    maria.get("/administracio/comptes/999", expect=404)


def test_the_last_administrator_stays(web, maria):
    page = page_of(maria, "maria")
    for what, fields in (("desactiva", {}), ("rol", {"rol": "viewer"})):
        assert "only administrator" in maria.submit(page, f"{page}/{what}", fields, expect=422).text
    assert maria.get("/administracio/comptes").status == 200


def test_the_password_is_asked_again_for_what_matters(web, desk, maria):
    w.add_account(desk, "quim", "viewer")
    page = page_of(maria, "quim")
    assert 'name="clau"' not in maria.get(page).text
    forget_proof(desk)
    assert 'name="clau"' in maria.get(page).text
    assert "password again" in maria.submit(page, f"{page}/rol", {"rol": "head"}, expect=422).text
    answer = maria.submit(page, f"{page}/rol", {"rol": "head", "clau": "no és aquesta"}, expect=422)
    assert "not your password" in answer.text and "no és aquesta" not in answer.text
    assert "viewer" in maria.get(page).text
    maria.submit(page, f"{page}/rol", {"rol": "head", "clau": w.PASSWORD})
    assert 'name="clau"' not in maria.get(page).text  # for ten minutes
    maria.submit(page, f"{page}/rol", {"rol": "viewer"})


def test_ones_own_codes(web, desk):
    w.add_account(desk, "rosa", "technician")
    b = as_(web, "rosa")
    text = b.get("/compte/codis").text
    key = re.search(r"secret=([A-Z2-7]{32})", html.unescape(text)).group(1)
    seal = re.search(r'name="segell" value="([^"]+)"', text).group(1)
    assert '<svg class="qr"' in text and " ".join(re.findall("....", key)) in text
    assert key not in b.get("/compte/codis").text  # a new one each time; nothing is kept yet
    answer = b.submit("/compte/codis", "/compte/codis", {"segell": seal, "codi": "000000"}, expect=422)
    assert key in answer.text and "not right" in answer.text
    b.submit("/compte/codis", "/compte/codis", {"segell": seal + "x", "codi": totp(key, time.time())}, expect=422)
    stolen = as_(web, "joan")
    stolen.submit("/compte/codis", "/compte/codis", {"segell": seal, "codi": totp(key, time.time())}, expect=422)
    as_(web, "rosa")  # the password alone is still enough
    codes = once(b.submit("/compte/codis", "/compte/codis", {"segell": seal, "codi": totp(key, time.time())}, expect=200))
    assert len(set(codes)) == 8 and not any(c.encode() in desk.store.read_bytes() for c in codes)

    def log_in(code, expect):
        c = web.browser()
        half = re.search(r'name="mig" value="([^"]+)"', c.log_in("rosa", expect=200).text).group(1)
        c.post("/entra", {"mig": half, "codi": code}, expect=expect)

    log_in(codes[0], 303)
    log_in(codes[0], 401)
    fresh = once(b.submit("/compte", "/compte/recuperacio", {}, expect=200))
    log_in(codes[1], 401)
    log_in(fresh[0], 303)
    forget_proof(desk)
    b.submit("/compte", "/compte/codis-fi", {}, expect=422)
    b.submit("/compte", "/compte/codis-fi", {"clau": w.PASSWORD})
    as_(web, "rosa")
    assert {what for who, what, _ in trail(desk) if who == "rosa"} >= {"account-totp", "account-recovery"}


def test_ones_own_tokens_and_sessions(web, desk):
    w.add_account(desk, "sara", "technician")
    b, other = as_(web, "sara"), as_(web, "sara")
    token, = once(b.submit("/compte", "/compte/token", {"nom": "Full <b>de càlcul</b>", "abast": "read"}, expect=200))
    assert re.fullmatch(r"tal_[\w-]{43}", token) and "never" in b.get("/compte").text
    program = web.browser()
    program.get("/api/v1/bodies", headers={"Authorization": f"Bearer {token}"})
    text = b.get("/compte").text
    assert "never" not in text and "Full &lt;b&gt;de càlcul&lt;/b&gt;" in text and token not in text
    for fields in ({"nom": "", "abast": "read"}, {"nom": "a", "abast": "tot"}, {"nom": "a", "abast": "read", "fins": "2020-01-01"},
                   {"nom": "a", "abast": "read", "fins": "demà"}, {"nom": "x" * 9000, "abast": "read"},
                   {"nom": "Full <b>de càlcul</b>", "abast": "read"}):
        assert 'role="alert"' in b.submit("/compte", "/compte/token", fields, expect=422).text
    b.submit("/compte", "/compte/token-fi", {"nom": "Full <b>de càlcul</b>"})
    program.get("/api/v1/bodies", headers={"Authorization": f"Bearer {token}"}, expect=401)
    assert b.get("/compte").text.count('name="sessio"') == 1  # not one's own
    maria = as_(web, "maria")
    alien = re.search(r'name="sessio" value="(\w+)"', maria.get(page_of(maria, "sara")).text).group(1)
    as_(web, "joan").submit("/compte", "/compte/sessio-fi", {"sessio": alien}, expect=422)  # of somebody else
    b.submit("/compte", "/compte/sessions", {})
    other.get("/", expect=303)
    b.get("/")


def test_wrong_attempts_are_remembered_by_every_process(desk):
    w.add_account(desk, "teo", "viewer")
    with w.serving(desk, on=None) as first:
        for _ in range(40):  # a slow machine lets the first, short waits pass
            answer = first.browser().ask("POST", "/entra", "compte=teo&contrasenya=no+ho+%C3%A9s")
            if answer.status == 429:
                break
        assert answer.status == 429 and re.search(r"Wait \d+ (seconds|minutes)", answer.text)
        with sqlite3.connect(desk.store, timeout=20) as db:  # long enough for what follows
            assert db.execute("UPDATE login_attempt SET failures = 14").rowcount >= 2
        with w.serving(desk, on=None, listen="127.0.0.1:0") as other:
            other.browser().log_in("teo", expect=429)
    with w.serving(desk, on=None) as again:
        answer = again.browser().log_in("teo", expect=429)
        assert int(answer.header("Retry-After")) >= 1
        again.browser().log_in("joan")
        with sqlite3.connect(desk.store, timeout=20) as db:
            keys = [k for k, in db.execute("SELECT key FROM login_attempt")]
            assert keys and all(re.fullmatch("[0-9a-f]{32}", k) for k in keys)
            db.execute("UPDATE login_attempt SET failures = 30, last = ?", (int(time.time() * 1e6),))
        answer = again.browser().log_in("teo", expect=429)
        assert int(answer.header("Retry-After")) > 800 and "15 minutes, until" in answer.text
        assert again.browser().log_in("una contrasenya al camp equivocat", expect=429).status == 429  # the address waits too
        with sqlite3.connect(desk.store, timeout=20) as db:
            db.execute("DELETE FROM login_attempt")
        again.browser().log_in("teo")
