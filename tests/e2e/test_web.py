"""The desk's pages over HTTP: who comes in, what each role may, forms that change things, and what must not happen."""
import base64
import gzip
import hashlib
import hmac
import json
import re
import struct
import threading
import time
import urllib.parse

import conftest
import pytest
import web as w
from web import as_

SECRET = "una contrasenya del servidor intermediari"


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_made):
    return w.staffed(demo_made, tmp_path_factory.mktemp("web") / "desk", "maria", "joan", "anna", "pere", "nuria")


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk) as server:
        yield server


@pytest.fixture
def maria(web):
    return w.as_(web)


def first_body(b):
    return int(re.search(r'href="/ens/(\d+)"', b.get("/ens").text).group(1))


# --- coming in

def test_strangers_see_the_way_in_and_nothing_else(web):
    b = web.browser()
    for path in ("/", "/ens", "/ens/1", "/caigudes", "/auditoria", "/compte", "/mes", "/ajuda"):
        answer = b.get(path, expect=303)
        assert answer.header("Location").startswith("/entra") and answer.body == b""
    for path in ("/api/v1/bodies", "/metrics", "/api/v1/openapi.json"):
        answer = b.get(path, expect=401)
        assert answer.header("WWW-Authenticate") and answer.header("Content-Type") == "application/problem+json"
    assert b.get("/healthz").text == "ok\n" and b.get("/readyz").text == "ready\n"
    assert b.get("/entra?cap=/ens").text.count("<input") >= 3


def test_a_session_from_login_to_logout(web, desk):
    b = web.browser()
    answer = b.log_in(password="una altra contrasenya", expect=401)
    assert "talaia" not in b.cookies and "not right" in answer.text and 'value="maria"' in answer.text
    assert b.log_in("ningu", expect=401).text.count("not right") == 1
    answer = b.log_in()
    cookie = answer.header("Set-Cookie")
    assert re.fullmatch(r"talaia=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=\d+", cookie)
    assert b.cookies["talaia"].encode() not in desk.store.read_bytes()
    b.get("/")
    old = dict(b.cookies)
    b.log_in()  # again: the session is a new one, the old one has ended
    assert b.cookies["talaia"] != old["talaia"]
    other = web.browser()
    other.cookies = old
    other.get("/", expect=303)
    b.submit("/compte", "/surt", {})
    assert "talaia" not in b.cookies
    b.get("/", expect=303)
    trail = [line["what"] for line in desk.json("audit", "list", "--all", on=None)]
    assert "login" in trail and "logout" in trail


def test_after_the_login_one_is_where_one_wanted_to_go(web):
    b = web.browser()
    to = b.get("/ens/12", expect=303).header("Location")
    assert to == "/entra?cap=%2Fens%2F12"
    answer = b.post("/entra", {"compte": "maria", "contrasenya": w.PASSWORD, "cap": "/ens/12"})
    assert answer.header("Location") == "/ens/12"
    for bad in ("https://other.example/", "//other.example", "/\\other.example", "javascript:alert(1)", "/a\r\nX: y", "x"):
        c = web.browser()
        answer = c.post("/entra", {"compte": "maria", "contrasenya": w.PASSWORD, "cap": bad})
        assert answer.header("Location") == "/", bad


def test_wrong_attempts_make_one_wait(web, desk):
    w.add_account(desk, "lluc", "viewer")
    b = web.browser()
    for _ in range(6):
        b.log_in("lluc", "una contrasenya dolenta", expect=401)
    answer = b.log_in("lluc", expect=429)  # the right one too
    assert int(answer.header("Retry-After")) >= 1 and "talaia" not in b.cookies
    time.sleep(int(answer.header("Retry-After")) + 1)
    b.log_in("lluc")


def totp(key, at):
    counter = struct.pack(">Q", int(at) // 30)
    mac = hmac.new(base64.b32decode(key), counter, hashlib.sha1).digest()
    place = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[place:place + 4])[0] & 0x7fffffff) % 1000000:06d}"


def test_one_time_codes(web, desk):
    w.add_account(desk, "berta", "technician")
    made = desk.json("account", "totp", "berta", on=None)
    b = web.browser()
    answer = b.log_in("berta", expect=200)
    half = re.search(r'name="mig" value="([^"]+)"', answer.text).group(1)
    assert "talaia" not in b.cookies
    answer = b.post("/entra", {"mig": half, "codi": "000000"}, expect=401)
    half = re.search(r'name="mig" value="([^"]+)"', answer.text).group(1)
    code = totp(made["key"], time.time())
    b.post("/entra", {"mig": half, "codi": code})
    b.get("/")
    again = web.browser()
    again.post("/entra", {"mig": half, "codi": code}, expect=401)  # a code counts once
    again.post("/entra", {"mig": half, "codi": made["recovery_codes"][0]})
    again.get("/")
    third = web.browser()
    third.post("/entra", {"mig": half, "codi": made["recovery_codes"][0]}, expect=401)
    forged = half.replace("berta", "maria")
    third.post("/entra", {"mig": forged, "codi": made["recovery_codes"][1]}, expect=401)


def test_disabled_and_new_password_end_sessions(web, desk):
    w.add_account(desk, "marc", "viewer")
    b = as_(web, "marc")
    b.get("/")
    desk.run("account", "disable", "marc", on=None)
    b.get("/", expect=303)
    web.browser().log_in("marc", expect=401)
    desk.run("account", "enable", "marc", on=None)
    one, other = as_(web, "marc"), as_(web, "marc")
    new = "cavall bateria grapa nova"
    assert one.submit("/compte", "/compte/contrasenya", {"ara": "no és aquesta", "nova": new}, expect=422).status == 422
    answer = one.submit("/compte", "/compte/contrasenya", {"ara": w.PASSWORD, "nova": "curta"}, expect=422)
    assert "at least 12" in answer.text and "curta" not in answer.text
    one.submit("/compte", "/compte/contrasenya", {"ara": w.PASSWORD, "nova": new})
    one.get("/")
    other.get("/", expect=303)


# --- what each role may

MAY = {  # page or form: roles that may
    "/auditoria": {"maria", "pere"},
    "/ens": {"maria", "pere", "joan", "anna", "nuria"},
    "POST accio": {"maria", "pere", "joan", "nuria"},
    "POST silenci": {"maria", "pere", "joan", "nuria"},
}


@pytest.mark.parametrize("name", ["maria", "joan", "anna", "pere", "nuria"])
def test_roles(web, name):
    b = as_(web, name)
    body = first_body(b)
    token = b.token("/compte")
    for what, who in MAY.items():
        if what.startswith("POST"):
            path = f"/ens/{body}/{what.split()[1]}"
            status = b.ask("POST", path, urllib.parse.urlencode({"_f": token, "text": ""})).status
            assert status == (422 if name in who else 403), (path, status)
        else:
            assert b.ask("GET", what).status == (200 if name in who else 403)
    page = b.get(f"/ens/{body}").text
    assert ("/accio" in page) == (name in MAY["POST accio"])


# --- forms

FORMS = [
    ("accio", {"text": "Trucada al tècnic <b>ara</b>", "grup": "renewal", "dia": conftest.TODAY, "tiquet": "ST-12"}),
    ("comentari", {"text": "una línia"}),
    ("resposta", {"text": "ja ho podeu renovar", "certificats": "CDS"}),
    ("marca", {"text": "ens bloqueja"}), ("desmarca", {"text": "ja no"}),
    ("silenci", {"text": "manteniment", "dia": conftest.dmy(3)}), ("silenci-fi", {"text": "s'ha acabat"}),
    ("caiguda", {"text": "no respon", "dia": conftest.TODAY}), ("caiguda-nota", {"text": "avisats", "dia": conftest.TODAY}),
    ("caiguda-fi", {"text": "ja respon", "dia": conftest.TODAY}),
]


def test_every_form_does_what_its_command_does(web, desk):
    b = as_(web, "joan")
    listing = b.get("/api/v1/bodies?q=estat:good&limit=1").body
    body = json.loads(listing)["items"][0]
    page = f"/ens/{body['id']}"
    for what, fields in FORMS:
        answer = b.submit(page, f"{page}/{what}", fields)
        assert answer.header("Location") == f"{page}?fet={what}"
        assert 'class="notice"' in b.get(answer.header("Location")).text
    text = b.get(page).text
    assert "Trucada al tècnic &lt;b&gt;ara&lt;/b&gt;" in text and "<b>ara</b>" not in text
    actions = [a for a in desk.json("action", "list", body["description"]) if a["who"] == "joan"]
    assert {a["text"] for a in actions} >= {"Trucada al tècnic <b>ara</b>", "avisats", "ja respon"}
    trail = [(line["who"], line["what"]) for line in desk.json("audit", "list", "--all")]
    for what in ("action-add", "comment-line", "answered", "mark-not-verifiable", "mark-verified", "silence", "unsilence",
                 "outage-open", "outage-note", "outage-close"):
        assert ("joan", what) in trail
    assert desk.json("audit", "verify")["unbroken"]


@pytest.mark.parametrize("what, fields, reason", [
    ("accio", {"text": "", "grup": "other"}, "empty"), ("accio", {"text": "x", "grup": "cap"}, "group"),
    ("accio", {"text": "x", "grup": "other", "dia": "2026-02-31"}, "no date"),
    ("accio", {"text": "x", "grup": "other", "dia": "2027-01-01"}, "future"),
    ("accio", {"text": "x" * 9000, "grup": "other"}, "characters"),
    ("silenci", {"text": "x"}, "until which day"), ("silenci", {"text": "x", "dia": "2026-01-01"}, "over already"),
    ("silenci-fi", {"text": "x"}, "not silent"), ("resposta", {"text": "x"}, "choose the certificates"),
    ("caiguda-fi", {"text": "x"}, "")])
def test_what_a_form_refuses_comes_back_with_what_was_typed(maria, what, fields, reason):
    page = f"/ens/{first_body(maria)}"
    answer = maria.submit(page, f"{page}/{what}", fields, expect=422)
    assert reason in answer.text and 'role="alert"' in answer.text
    if what == "accio" and fields["text"]:
        assert fields["text"] in answer.text and '<details class="fold" open>' in answer.text


def test_a_form_must_be_of_this_session(web, maria):
    page = f"/ens/{first_body(maria)}"
    good = {"text": "x", "grup": "other", "dia": conftest.TODAY}
    other = as_(web, "joan")
    before = len(re.findall("<li>", maria.get(page).text))
    for fields in ({}, {"_f": ""}, {"_f": "x" * 43}, {"_f": other.token("/compte")}):
        maria.post(f"{page}/accio", good | fields, expect=403)
    token = maria.token(page)
    for headers in ({"Origin": "https://other.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Sec-Fetch-Site": "same-site"}):
        maria.post(f"{page}/accio", good | {"_f": token}, expect=403, headers=headers)
    maria.post("/surt", {}, expect=403)
    web.browser().post("/entra", {"compte": "maria", "contrasenya": w.PASSWORD}, expect=403,
                       headers={"Origin": "https://other.example"})
    assert len(re.findall("<li>", maria.get(page).text)) == before
    answer = maria.ask("POST", f"{page}/accio", "--x\r\n", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status == 415
    maria.ask("POST", f"{page}/accio", f"_f={token}&text=a%00b&grup=other").status == 400
    assert maria.ask("POST", f"{page}/accio", f"_f={token}&text=%ff&grup=other").status == 400


HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE body; --", "‮gnp.exe⁦", "a\u2028b",
           "=cmd|' /C calc'!A0", "{{7*7}} ${7*7} %s%n", "x" * 7999, "😀" * 500, "\x1b[31mred", "&lt;b&gt;", "]]>", "<!--"]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_shows_safely(web, desk, maria, number):
    text = HOSTILE[number]
    page = f"/ens/{first_body(maria)}"
    maria.submit(page, f"{page}/comentari", {"text": f"[{number}] {text}"[:7999]})
    shown = maria.get(page).text
    assert f"[{number}]" in shown
    assert "<script>alert" not in shown and "<img src=x" not in shown and "<!--" not in shown
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\x1b\x00]", shown)
    for path in (f"/ens?q={urllib.parse.quote(text)}", f"/ens?ordre={urllib.parse.quote(text)}",
                 f"{page}?fet={urllib.parse.quote(text)}", f"/entra?cap={urllib.parse.quote(text)}"):
        answer = maria.ask("GET", path[:3000])
        assert answer.status in (200, 303, 400), path[:80]
        assert b"<script>alert" not in answer.body and b"<img src=x" not in answer.body


# --- lists

def test_the_filter(maria, desk):
    def names(q):
        text = maria.get("/ens?q=" + urllib.parse.quote(q)).text
        return re.findall(r'class="name[^"]*" href="/ens/\d+">([^<]+)<', text), text

    every, _ = names("")
    assert len(every) == len([c for c in desk.certificates()])
    assert len(every) > 300
    certificates = desk.certificates()
    soon, _ = names("caduca<60")
    assert len(soon) == len([c for c in certificates if c["urgency"] is not None and c["urgency"] < 60])
    assert names("expires<60")[0] == soon
    java, _ = names("plataforma:JAVA")
    assert len(java) == len([c for c in certificates if c["platform"] == "JAVA"])
    both, _ = names("caduca<60 plataforma:JAVA")
    assert len(both) == len([c for c in certificates if c["platform"] == "JAVA" and c["urgency"] is not None and c["urgency"] < 60])
    down, _ = names("estat:down")
    assert len(down) == len([c for c in certificates if c["state"] == "down"]) > 0
    excluded, text = names("estat:excluded")
    assert len(excluded) == len(desk.certificates("--excluded")) > 10 and "migr" in text
    assert names("VIC")[0] and names('"' + every[0] + '"')[0] == [every[0]] or names(every[0])[0]
    nothing, text = names("zzzzzz")
    assert nothing == [] and "No body fits" in text
    _, text = names("foo:bar")
    assert "not understood" in text
    by_name, _ = names("")
    ordered = re.findall(r'class="name[^"]*" href="/ens/\d+">([^<]+)<', maria.get("/ens?ordre=nom").text)
    assert sorted(ordered) == sorted(by_name) and ordered != by_name
    backwards = re.findall(r'class="name[^"]*" href="/ens/\d+">([^<]+)<', maria.get("/ens?ordre=nom&sentit=baixa").text)
    assert backwards == ordered[::-1]


def test_the_list_is_kept_until_something_changes(maria, desk):
    first = maria.get("/ens")
    etag = first.header("ETag")
    assert maria.ask("GET", "/ens", headers={"If-None-Match": etag}).status == 304
    zipped = maria.get("/ens", headers={"Accept-Encoding": "gzip"})
    assert zipped.header("Content-Encoding") == "gzip" and gzip.decompress(zipped.body) == first.body
    assert len(zipped.body) < 100 * 1024
    body = first_body(maria)
    name = json.loads(maria.get(f"/api/v1/bodies/{body}").body)["description"]
    desk.run("silence", name, "manteniment", "--until", conftest.day(2))
    changed = maria.get("/ens")
    assert changed.header("ETag") != etag and "manteniment" in changed.text


def test_pages_are_compressed_unless_another_site_asked(maria):
    """BREACH: what others can ask for with guesses in it does not get shorter when a guess is right."""
    def asked(path, **more):
        headers = {"Accept-Encoding": "gzip", **{k.replace("_", "-"): v for k, v in more.items()}}
        answer = maria.get(path, headers=headers)
        assert "Sec-Fetch-Site" in answer.header("Vary")
        return answer
    for path in ("/calendari", "/caigudes", "/bustia", "/ens.csv", "/ajuda"):
        whole = maria.get(path)
        assert whole.header("Content-Encoding") is None
        for site in ("same-origin", "none"):
            zipped = asked(path, Sec_Fetch_Site=site)
            assert zipped.header("Content-Encoding") == "gzip", (path, site)
            assert len(zipped.body) * 2 < len(whole.body) and gzip.decompress(zipped.body)[:15] == whole.body[:15]
        for site in ("cross-site", "same-site", "x", "same-origin, none"):
            assert asked(path, Sec_Fetch_Site=site).header("Content-Encoding") is None, (path, site)
        assert asked(path).header("Content-Encoding") is None, path
    assert asked("/ens", Sec_Fetch_Site="cross-site").header("Content-Encoding") is None
    plain = maria.get("/calendari", headers={"Accept-Encoding": "br, gzip;q=0", "Sec-Fetch-Site": "none"})
    assert plain.header("Content-Encoding") is None


# --- headers, files, languages

def test_headers_of_a_page(maria, web):
    for answer in (maria.get("/ens"), maria.get("/"), web.browser().get("/entra"), maria.ask("GET", "/nothing")):
        policy = answer.header("Content-Security-Policy")
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Referrer-Policy") == "same-origin"
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]+", answer.header("X-Request-Id"))
        assert not re.search(r"\son\w+=|style=|<style|javascript:", answer.text)
        assert len(re.findall("<script", answer.text)) == 1


def test_files_are_kept_for_ever_and_small(maria):
    page = maria.get("/").text
    for path in re.findall(r'(?:href|src)="(/estatic/[^"]+)"', page):
        plain, zipped = maria.get(path), maria.get(path, headers={"Accept-Encoding": "gzip"})
        assert "immutable" in plain.header("Cache-Control")
        if zipped.header("Content-Encoding"):
            assert gzip.decompress(zipped.body) == plain.body
        assert maria.ask("GET", path, headers={"If-None-Match": plain.header("ETag")}).status == 304
        assert maria.ask("HEAD", path).body == b""
        assert maria.ask("GET", path[:-6] + "x.css").status == 404


def test_language_and_colours_are_remembered(web):
    b = web.browser()
    assert '<html lang="en"' in b.get("/entra").text
    answer = b.post("/preferencies", {"idioma": "es", "cap": "/entra"})
    assert answer.header("Location") == "/entra"
    b.post("/preferencies", {"tema": "dark", "cap": "/entra"})
    assert '<html lang="es" data-theme="dark"' in b.get("/entra").text
    b.post("/preferencies", {"idioma": "<x>", "tema": "evil"})
    assert '<html lang="es" data-theme="dark"' in b.get("/entra").text
    b.cookies["idioma"] = "xx"
    assert '<html lang="en"' in b.get("/entra").text
    b.post("/preferencies", {"idioma": "ca"}, expect=403, headers={"Origin": "https://other.example"})


# --- the API

def test_a_token_is_for_programs(web, desk):
    """It opens no pages, and ends with its account's word. What the API answers: test_web_api.py."""
    token = desk.json("account", "token", "joan", "proves", on=None)["token"]
    b = web.browser()
    headers = {"Authorization": f"Bearer {token}"}
    assert b.ask("GET", "/api/v1/bodies", headers=headers).status == 200
    assert b.ask("GET", "/ens", headers=headers).status == 303
    metrics = b.get("/metrics", headers=headers).text
    assert "talaia_bodies{state=\"down\"}" in metrics and "# TYPE talaia_probe_up gauge" in metrics
    desk.run("account", "revoke", "joan", "proves", on=None)
    assert b.ask("GET", "/api/v1/bodies", headers=headers).status == 401
    assert b.ask("GET", "/api/v1/bodies", headers={"Authorization": "Bearer tal_x"}).status == 401


# --- names and the reverse proxy

def test_names_of_others_do_not_lead_here(web, maria):
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:8080"):
        assert maria.ask("GET", "/entra", headers={"Host": host}).status == 421
    for host in ("localhost", "127.0.0.1:1234", "[::1]:80"):
        assert maria.ask("GET", "/entra", headers={"Host": host}).status == 303


def test_behind_a_reverse_proxy(desk):
    desk.run("account", "add", "sso@example.cat", "technician", "--sso", on=None)
    settings = ("web.url=https://talaia.example.cat", "web.proxy_header=X-Remote-User", f"web.proxy_secret={SECRET}")
    with w.serving(desk, *settings) as web:
        web.host_header = "talaia.example.cat"
        good = {"Host": "talaia.example.cat", "X-Remote-User": "SSO@example.cat", "X-Talaia-Proxy-Secret": SECRET}
        b = web.browser()
        page = b.get("/", headers=good)
        assert "sso@example.cat" in page.text
        token = re.search(r'name="_f" value="([^"]+)"', b.get(f"/ens/{1}", headers=good).text).group(1)
        fields = urllib.parse.urlencode({"_f": token, "text": "x", "grup": "other"})
        origin = {"Origin": "https://talaia.example.cat"}
        assert b.ask("POST", "/ens/1/accio", fields, headers=good | origin).status == 303
        assert b.ask("POST", "/ens/1/accio", fields, headers=good | {"Origin": "http://talaia.example.cat"}).status == 403
        for wrong in ({"X-Talaia-Proxy-Secret": None}, {"X-Talaia-Proxy-Secret": SECRET + "x"},
                      {"X-Talaia-Proxy-Secret": SECRET[:-1]}, {"X-Remote-User": "ningu"}, {"X-Remote-User": "lluc'--"},
                      {"X-Remote-User": ""}):
            assert b.ask("GET", "/", headers=good | wrong).status == 403, wrong
        twice = (f"GET / HTTP/1.1\r\nHost: talaia.example.cat\r\nX-Remote-User: maria\r\nX-Remote-User: joan\r\n"
                 f"X-Talaia-Proxy-Secret: {SECRET}\r\nConnection: close\r\n\r\n")
        assert web.raw(twice.encode()).startswith(b"HTTP/1.1 403")
        twice = twice.replace("X-Remote-User: joan", f"X-Talaia-Proxy-Secret: {SECRET}")
        assert web.raw(twice.encode()).startswith(b"HTTP/1.1 403")
        # Without the header one logs in as ever, with cookies for TLS.
        answer = b.ask("POST", "/entra", urllib.parse.urlencode({"compte": "maria", "contrasenya": w.PASSWORD}),
                       headers={"Host": "talaia.example.cat"} | origin)
        assert answer.status == 303 and answer.header("Set-Cookie").startswith("__Host-talaia=")
        assert answer.header("Set-Cookie").endswith("; Secure")
        log = web.log.read_text()
        assert SECRET not in log and w.PASSWORD not in log
    for short in ("", "curt"):
        result = desk.run("serve", "--roles", "web", "--set", "web.listen=127.0.0.1:0", "--set", "web.proxy_header=X-User",
                          *(["--set", f"web.proxy_secret={short}"] if short else []), expect=4, noisy=True)
        assert "web.proxy_secret" in result.err


def test_a_unix_socket(desk, tmp_path):
    with w.serving(desk, listen=f"unix:{tmp_path}/web.sock") as web:
        b = web.browser()
        b.log_in()
        assert "sql" not in b.get("/ens").text.lower()
    assert " unix GET /ens 200 " in web.log.read_text()  # a line is written when its answer has been sent
    assert not (tmp_path / "web.sock").exists()


def test_many_at_once(web, desk):
    """Readers and writers together: nobody gets an error, and every change is there."""
    writers = [as_(web, "joan") for _ in range(3)]
    body = first_body(writers[0])
    tokens = [b.token(f"/ens/{body}") for b in writers]
    troubles = []

    def write(k):
        for i in range(15):
            answer = writers[k].ask("POST", f"/ens/{body}/comentari", urllib.parse.urlencode({"_f": tokens[k], "text": f"línia {k}-{i}"}))
            if answer.status != 303:
                troubles.append((answer.status, answer.text[-500:]))

    def read(k):
        for _ in range(25):
            answer = writers[k].ask("GET", "/ens" if k % 2 else f"/ens/{body}")
            if answer.status != 200:
                troubles.append((answer.status, answer.text[-500:]))

    threads = [threading.Thread(target=f, args=(k,)) for k in range(3) for f in (write, read)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not troubles, troubles[:2]
    text = writers[0].get(f"/ens/{body}").text
    assert all(f"línia {k}-{i}" in text for k in range(3) for i in range(15))
    assert desk.json("audit", "verify")["unbroken"]


def test_warnings_go_through_the_outbox(tmp_path, demo_made):
    """Approved by ticking them; the storm guard asks for a second approval; what is stuck is settled with a reason."""
    desk = conftest.copy_desk(demo_made, tmp_path / "desk")
    w.add_account(desk, "joan", "technician")
    w.add_account(desk, "anna", "viewer")
    with w.serving(desk) as web:
        b = as_(web, "joan")
        assert "bodies are to be warned" in b.get("/").text
        page = b.get("/bustia").text
        boxes = re.findall(r'name="(e\d+)" id="e\d+" value="1" checked', page)
        assert len(boxes) == len(set(boxes)) > 5 and page.count('class="letter"') >= len(boxes)
        warnings = len(boxes) + page.count("with the one above")  # a body may have two
        token = b.token("/bustia")
        answer = b.post("/bustia/aprova", {"_f": token}, expect=422)
        assert "choose at least one" in answer.text
        assert as_(web, "anna").ask("POST", "/bustia/aprova", f"_f={token}&{boxes[0]}=1").status == 403
        b.post("/bustia/aprova", {"_f": token, boxes[0]: "1", boxes[1]: "1"})
        under_way = [m for m in desk.json("outbox")["messages"] if m["state"] == "approved"]
        assert len(under_way) == 2
        page = b.get("/bustia").text
        left = re.findall(r'name="(e\d+)" id="e\d+" value="1" checked', page)
        assert len(left) == len(boxes) - 2 and 'id="cami"' in page
        answer = b.post("/bustia/aprova", {"_f": token, **{x: "1" for x in left}})
        if answer.header("Location").endswith("segona"):
            page = b.get("/bustia").text
            assert 'name="segona"' in page and "Approved once, by joan" in page
            b.post("/bustia/aprova", {"_f": token, "segona": "1", **{x: "1" for x in left}}, expect=422)
            b.post("/bustia/aprova", {"_f": token, "segona": "1", "text": "revisats", **{x: "1" for x in left}})
        messages = desk.json("outbox")["messages"]
        assert len([m for m in messages if m["state"] == "approved"]) == warnings
        one = [m for m in messages if m["state"] == "approved"][0]["id"]
        assert "Not done" in b.post(f"/bustia/{one}/torna", {"_f": token, "text": "x"}, expect=422).text
        b.post(f"/bustia/{one}/cancela", {"_f": token, "text": ""}, expect=422)
        b.post(f"/bustia/{one}/cancela", {"_f": token, "text": "ja no cal"})
        assert len([m for m in desk.json("outbox")["messages"] if m["state"] == "approved"]) == warnings - 1
        b.post("/bustia/999999/cancela", {"_f": token, "text": "x"}, expect=404)
        b.post("/bustia/resposta/999999/confirma", {"_f": token, "text": "x"}, expect=404)
        trail = [(x["who"], x["what"]) for x in desk.json("audit", "list", "--all")]
        assert any(who == "joan" and what.startswith(("warning", "outbox", "message", "approve")) for who, what in trail), trail[:9]


def test_a_body_is_checked_now(tmp_path, demo_made):
    """In a round of its own, beside the pages; the result is the command's."""
    desk = conftest.copy_desk(demo_made, tmp_path / "desk")
    w.add_account(desk, "joan", "technician")
    w.add_account(desk, "anna", "viewer")
    with w.serving(desk, "net.dns=127.0.0.1:9", "probe.seconds=4") as web:
        b, viewer = as_(web, "joan"), as_(web, "anna")
        page = f"/ens/{first_body(b)}"
        assert "has not been checked" in b.get(page).text and "/comprova" not in viewer.get(page).text
        assert viewer.ask("POST", f"{page}/comprova", f"_f={viewer.token('/compte')}").status == 403
        token = b.token(page)
        assert b.post(f"{page}/comprova", {"_f": token}).header("Location") == page
        answer = b.get(page)
        if "being checked" in answer.text:
            assert answer.header("Refresh") == f"2; url={page}" and "/comprova" not in answer.text
        end = time.monotonic() + 40
        while "has not been checked" in b.get(page).text and time.monotonic() < end:
            time.sleep(0.2)
        answer = b.get(page)
        assert "Connection" in answer.text and answer.header("Refresh") is None
        rounds = desk.run("audit", "list", "--all")  # the desk is not held meanwhile
        assert rounds.code == 0
        b.post(f"{page}/comprova", {"_f": token})  # and a stop in the middle of one ends it


def test_the_friday_report_is_looked_at_and_sent(tmp_path, demo_made):
    desk = conftest.copy_desk(demo_made, tmp_path / "desk")
    w.add_account(desk, "joan", "technician")
    w.add_account(desk, "anna", "viewer")
    with w.serving(desk) as web:
        b, viewer = as_(web, "joan"), as_(web, "anna")
        page = b.get("/divendres").text
        assert "AOC_Suport_PADRO" in page and "/divendres/envia" in page and page.count('class="card mailtext"') == 1
        assert "/divendres/envia" not in viewer.get("/divendres").text
        assert viewer.ask("POST", "/divendres/envia", f"_f={viewer.token('/compte')}").status == 403
        token = b.token("/divendres")
        b.post("/divendres/envia", {"_f": token})
        mails = [m for m in desk.json("outbox")["messages"] if m["kind"] == "report"]
        assert [m["state"] for m in mails] == ["approved"]
        assert "/divendres/envia" not in b.get("/divendres?fet=envia").text
        answer = b.post("/divendres/envia", {"_f": token}, expect=422)  # twice only on purpose
        assert 'role="alert"' in answer.text
        assert len([m for m in desk.json("outbox")["messages"] if m["kind"] == "report"]) == 1


def test_the_desk_on_postgresql(tmp_path, postgresql, write):
    """Every page and some forms on the other store: its SQL is the same text."""
    _, url = postgresql.database()
    conftest.run("init", "--lang", "en", "--set", f"store.url={url}", tmp_path / "desk")
    desk = conftest.Desk(tmp_path / "desk")
    desk.load(write("registry.csv", conftest.towns(cds=20)))
    desk.run("outage", "open", "Vic", "no respon", "--date", conftest.day(-3))
    w.add_account(desk, "maria", "administrator")
    with w.serving(desk) as web:
        b = web.browser()
        b.log_in()
        body = re.search(r'href="/ens/(\d+)">Vic<', b.get("/ens").text).group(1)
        for path in ("/", "/ens?q=caduca%3C60", f"/ens/{body}", "/caigudes", "/divendres", "/bustia", "/auditoria", "/compte",
                     "/mes", "/ajuda", "/readyz"):
            b.get(path)
        b.submit(f"/ens/{body}", f"/ens/{body}/caiguda-nota", {"text": "avisats"})
        text = b.get(f"/ens/{body}").text
        assert "avisats" in text and "no respon" in text
        before = b.get("/ens").header("ETag")
        desk.run("silence", "Vic", "manteniment", "--until", conftest.day(2))
        assert b.get("/ens").header("ETag") != before
        b.submit("/compte", "/surt", {})
