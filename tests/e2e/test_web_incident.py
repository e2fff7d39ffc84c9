"""The pages of the guard: in Chromium on a small telephone, and who may do what."""
import datetime
import json
import os
import re
import time
import zoneinfo

import pytest

import web as w
from conftest import fake_clock
from oncall import STEPS, make_night, sink, stored, write_runbook  # noqa: F401  fixtures

RUNBOOK = """
phone: '+34 600 000 000'
channels: {{sms: {{sms: '{url}/sms', to: '600 000 000', person: Núria}}}}
runbooks:
  certificacio:
    probes: [OCSP_AOC, ALTRA]
    page: [{{to: [sms]}}]
    provider: {{name: Proveïdor, to: [suport@proveidor.example]}}
"""
NOW = int(time.time()) * 10**6
MADRID = zoneinfo.ZoneInfo("Europe/Madrid")
SEEN = "La pàgina no carrega: el servidor no ha contestat en 10 segons des de cap de les 2 adreces. La nostra xarxa funciona."


@pytest.fixture
def failing(desk, sink):
    return make_failing(desk, sink)


def make_failing(desk, sink):
    """A desk with one incident, and the path of the link in its page."""
    write_runbook(desk, RUNBOOK.format(url=sink.url) + STEPS)
    night = make_night(desk)
    night.run("incident", "open", "OCSP_AOC", SEEN, wrap=fake_clock("-2m"))
    night.run("incident", "run", wrap=())
    night.link = re.search(r"(/g/[0-9a-f]+)", sink.got("/sms")[0].json["text"]).group(1)
    return night


def test_the_guard_in_chromium(failing, tmp_path, monkeypatch):
    w.add_account(failing.desk, "nuria", "on-call")
    monkeypatch.setenv("LINK", failing.link)
    with w.serving(failing.desk, lang=None, on=None) as web:
        checks = w.browse("guard.mjs", web, tmp_path, at_least=9)
    assert [c["bytes"] for c in checks if "bytes" in c][0] <= 30 * 1024


def test_who_may_do_what(failing):
    for name in ("anna", "nuria"):
        w.add_account(failing.desk, name, w.ROLES[name])
    with w.serving(failing.desk, on=None) as web:
        stranger = web.browser()
        assert stranger.get("/guardia/1", expect=303).header("Location").startswith("/entra")
        stranger.get("/g/" + "0" * 48, expect=404)
        stranger.post("/g/" + "0" * 48, {}, expect=404)
        viewer = w.as_(web, "anna")
        page = viewer.get("/guardia/1").text
        assert "OCSP_AOC" in page and "/guardia/1/pas" not in page and "Last run" not in page
        failing.sql(f"INSERT INTO probe (name, known, down, since, at, outcome, code, detail, us, facts) VALUES ('OCSP_AOC', 1, 1, {NOW - 180 * 10**6}, {NOW}, "
                    "'bad', 'refused', 'Refusat per <b>.', 7000000, 'TLSv1.3\nrevoked')")
        page = viewer.get("/guardia/1").text
        assert "Last run: " in page and "7.0 s" in page and "Refusat per &lt;b&gt;." in page and '<p class="sub">revoked</p>' in page, "whether it still fails"
        token = viewer.token("/compte")
        viewer.post("/guardia/1/agafa", {"_f": token}, expect=403)
        duty = w.as_(web, "nuria")
        duty.post("/guardia/1/agafa", {}, expect=403)  # no token of the session
        duty.submit("/guardia/1", "/guardia/1/agafa", {})
        duty.get("/guardia/99", expect=404)
        for fields in ({"pas": "x"}, {"pas": "99"}, {"pas": "0"}, {"pas": "-1"}):
            duty.submit("/guardia/1", "/guardia/1/pas", fields, expect=422)
        refused = duty.submit("/guardia/1", "/guardia/1/anota", {"text": ""}, expect=422)
        assert "text is empty" in refused.text
        hostile = "<script>alert(1)</script>\u202e"
        duty.submit("/guardia/1", "/guardia/1/anota", {"text": hostile})
        assert "<script>alert" not in duty.get("/guardia/1").text
        duty.submit("/guardia/1", "/guardia/1/tanca", {"text": "Ja va"})
        assert duty.submit("/guardia/1", "/guardia/1/tanca", {"text": "Ja va"}, expect=422)
    assert failing.show()["acked_who"] == "nuria"


def hidden(page, action, name):
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.S).group(0)
    return re.search(rf'name="{name}" value="([^"]+)"', form).group(1)


def test_what_is_sent_twice_is_kept_once(stored, sink):
    """A poor connection and a tired thumb: the same form again is the same call; another text in the same form is another one."""
    failing = make_failing(stored, sink)
    w.add_account(stored, "nuria", "on-call")
    with w.serving(stored, on=None) as web:
        duty = w.as_(web, "nuria")
        page = duty.get("/guardia/1").text
        token = duty.token("/guardia/1")
        call = {"_f": token, "pas": "3", "una": hidden(page, "/guardia/1/trucada", "una"), "resposta": "no", "telefon": "600 111 222", "import": "1,20"}
        for fields in (call, call, call | {"text": "Ara sí", "resposta": "si"}, call | {"text": "Ara sí", "resposta": "si"}):
            duty.post("/guardia/1/trucada", fields)
        note = {"_f": token, "una": hidden(page, "/guardia/1/anota", "una"), "text": "Ho miren"}
        for fields in (note, note, note | {"text": "Ja ho tenen"}):
            duty.post("/guardia/1/anota", fields)
        over = {"_f": token, "una": hidden(page, "/guardia/1/relleu", "una"), "persona": "Berta", "text": "Tot"}
        for _ in range(2):
            duty.post("/guardia/1/relleu", over)
            duty.post("/guardia/1/pas", {"_f": token, "pas": "4", "fet": "1"})
        for _ in range(2):
            duty.post("/guardia/1/desfes", {"_f": token, "pas": "4"})
    told = [e["what"] for e in failing.json("incident", "show", "1", wrap=())["events"] if e["who"] == "nuria"]
    assert told == ["call", "call", "call", "note", "note", "handover", "ticked", "unticked"], told
    assert len(failing.json("expense", "list", wrap=())) == 3, "went back, wrote something else: that is a call of its own"


def test_a_call_as_it_was(failing):
    """Its hour when it is written down later; what was typed stands there still when it is refused; a call that nobody makes is not done."""
    w.add_account(failing.desk, "nuria", "on-call")
    with w.serving(failing.desk, on=None) as web:
        duty = w.as_(web, "nuria")
        token = duty.token("/guardia/1")

        def call(expect=303, file="", **fields):
            body = f'--x\r\nContent-Disposition: form-data; name="extracte"; filename="{file}"\r\n\r\n\r\n' + "".join(f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in ({"_f": token, "pas": "3"} | fields).items())
            answer = duty.ask("POST", "/guardia/1/trucada", (body + "--x--\r\n").encode(), headers={"Content-Type": "multipart/form-data; boundary=x"})
            assert answer.status == expect, answer.text
            return answer.text

        page = call(422, text="Un disc ple, a les quatre estarà", **{"import": "12,50 euros"})
        assert "Un disc ple, a les quatre" in page and 'value="12,50 euros"' in page and "is no amount" in page
        assert "is no hour" in call(422, hora="3 i cinc")
        assert "0 bytes" in call(422, file="extracte.pdf"), "whoever chose an empty file must not think that it was kept"
        ago = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)).astimezone(MADRID)
        assert "long before it failed" in call(422, hora=f"{ago - datetime.timedelta(hours=5):%H:%M}")
        call(hora=f"{ago:%H:%M}", telefon="600 111 222", resposta="si")
        page = duty.get("/guardia/1").text
        assert f"{ago:%H:%M}" in page.split('id="trucades"')[1].split("</ul>")[0] and page.count("tel:+34900000000") == 1, "it can be called again"
        duty.post("/guardia/1/desfes", {"_f": token, "pas": "3"})
        duty.submit("/guardia/1", "/guardia/1/pas", {"pas": "3", "fet": "1"})
        assert "left out" in duty.get("/guardia/1").text
    whole = failing.json("incident", "show", "1", wrap=())
    assert [e["what"] for e in whole["events"] if e["who"] == "nuria"] == ["call", "unticked", "skipped"] and whole["next"] == 4
    assert [f"{datetime.datetime.fromisoformat(c['at']).astimezone(MADRID):%H:%M:%S}" for c in whole["calls"]] == [f"{ago:%H:%M}:00"]


def test_a_story_of_several_days_says_which(failing):
    w.add_account(failing.desk, "nuria", "on-call")
    failing.run("incident", "open", "VELLA", SEEN, wrap=fake_clock("-50h"))
    failing.run("incident", "note", "VELLA", "Encara", wrap=())
    with w.serving(failing.desk, on=None) as web:
        story = w.as_(web, "nuria").get("/guardia/2").text.split('class="story')[1]
    assert [len(t) > 5 for t in re.findall(r"<time[^>]*>([^<]*)", story)] == [True, False], story


def test_a_session_that_ends_in_the_middle_of_the_night(failing):
    """What was typed comes back to whoever typed it, and to nobody whom another site sends."""
    w.add_account(failing.desk, "nuria", "on-call")
    typed = {"text": "Disc ple <b>a les quatre", "persona": "Berta"}
    with w.serving(failing.desk, on=None) as web:
        stranger = web.browser()
        for path in ("/guardia/1/anota", "/guardia/1/trucada", "/guardia/1/relleu"):
            page = stranger.post(path, typed | {"_f": "x"}, expect=401).text
            assert "Disc ple &lt;b&gt;a les quatre" in page and "Berta" in page and "/entra?cap=" in page and "Nothing was recorded" in page
        assert "Disc ple" not in stranger.post("/guardia/1/anota", typed, expect=303, headers={"Origin": "https://evil.example"}).text
        stranger.post("/ens/1/accio", typed, expect=303)
        page = w.as_(web, "nuria").post("/guardia/1/anota", typed | {"_f": "of the session before"}, expect=403).text
        assert "Disc ple &lt;b&gt;a les quatre" in page and 'href="/guardia/1"' in page
    assert [e["what"] for e in failing.json("incident", "show", "1", wrap=())["events"] if e["who"] == "nuria"] == []


def test_asking_for_a_link_does_nothing(stored, sink):
    """Mail programs look at links before people do. Whoever takes it has what failed with it since, too."""
    failing = make_failing(stored, sink)
    failing.run("incident", "open", "ALTRA", SEEN, wrap=fake_clock("-115s"))
    with w.serving(failing.desk, on=None) as web:
        b = web.browser()
        b.get(failing.link)
        assert failing.json("incident", "show", "1", wrap=())["state"] == "open"
        b.post(failing.link, {}, expect=403, headers={"Origin": "https://evil.example"})
        assert "It is yours" in b.post(failing.link, {}, expect=200).text
        assert "It is yours" not in b.post(failing.link, {}, expect=200).text
    whole = failing.json("incident", "show", "1", wrap=())
    assert (whole["state"], whole["acked_who"]) == ("taken", "Núria")
    assert failing.json("incident", "show", "ALTRA", wrap=())["acked_who"] == "Núria"
    assert os.environ.get("LINK") is None


def test_a_link_after_all_is_over(failing):
    """Somebody finds the message in the morning: nothing is taken, nothing breaks, and what fails again is to be taken anew."""
    failing.run("incident", "close", "1", "Torna", wrap=())
    with w.serving(failing.desk, on=None) as web:
        b = web.browser()
        assert "Nothing to take" in b.get(failing.link).text
        assert "Nothing to take" in b.post(failing.link, {}, expect=200).text
        assert failing.json("incident", "show", "1", wrap=())["state"] == "closed"
        failing.run("incident", "open", "OCSP_AOC", SEEN, wrap=())
        whole = failing.json("incident", "show", "1", wrap=())
        assert (whole["state"], whole["acked_who"], whole["again"]) == ("open", None, 1)
        assert "It is yours" in b.post(failing.link, {}, expect=200).text, "the page was about it"


def test_alerts_of_another_monitor_by_http(failing):
    """The same incident as of our own probe; who may not work on incidents may not say so either."""
    for name in ("anna", "nuria"):
        w.add_account(failing.desk, name, w.ROLES[name])
    tokens = {name: failing.desk.json("account", "token", name, "omi", "--scope", "write", on=None)["token"] for name in ("anna", "nuria")}

    def alert(web, name, body):
        return web.browser().ask("POST", "/api/v1/alerts", json.dumps(body), own=False,
                                 headers={"Authorization": f"Bearer {tokens[name]}", "Content-Type": "application/json"})

    with w.serving(failing.desk, on=None) as web:
        failed = {"probe": "OCSP_AOC", "state": "failed", "text": "OMI: timeout"}
        assert alert(web, "anna", failed).status == 403
        assert json.loads(alert(web, "nuria", failed).text) == {"incident": 1, "new": False}
        assert json.loads(alert(web, "nuria", failed | {"probe": "OTHER"}).text) == {"incident": 2, "new": True}
        assert alert(web, "nuria", failed | {"state": "dead"}).status == 422
        assert alert(web, "nuria", failed | {"probe": "bad name"}).status == 422
        assert json.loads(alert(web, "nuria", {"probe": "OTHER", "state": "recovered"}).text)["incident"] == 2
        assert json.loads(alert(web, "nuria", {"probe": "OTHER", "state": "recovered"}).text)["incident"] is None
    assert failing.json("incident", "show", "2", wrap=())["state"] == "closed"


def test_all_that_last_stand_on_the_page(desk, sink):
    """However many there are, and however many came and went since."""
    write_runbook(desk, RUNBOOK.format(url=sink.url) + STEPS)
    night = make_night(desk)
    w.add_account(desk, "nuria", "on-call")
    token = desk.json("account", "token", "nuria", "omi", "--scope", "write", on=None)["token"]

    def alert(web, probe, state):
        web.browser().ask("POST", "/api/v1/alerts", json.dumps({"probe": probe, "state": state, "text": "x"}), own=False,
                          headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})

    with w.serving(desk, on=None) as web:
        for i in range(60):
            alert(web, f"DURA_{i}", "failed")
        for i in range(55):
            alert(web, f"PASSA_{i}", "failed")
            alert(web, f"PASSA_{i}", "recovered")
        page = w.as_(web, "nuria").get("/guardia").text
        assert len(set(re.findall(r">(DURA_\d+)<", page))) == 60 and len(set(re.findall(r">(PASSA_\d+)<", page))) == 50
        write_runbook(desk, "runbooks: [")
        broken = w.as_(web, "nuria").get("/guardia/1").text
        assert "runbook.yaml" in broken and "DURA_0" in broken and "I take it" in broken
    assert len(night.json("incident", "list", wrap=())) == 60
