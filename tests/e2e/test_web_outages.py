"""The page Caigudes: silences and maintenance planned and lifted there, availability with days that nobody looked, the past
as it is filtered, and its CSV."""
import csv
import datetime
import html
import io
import re

import pytest

import conftest
import web as w
from web import as_
from test_web import HOSTILE

TODAY = datetime.date.fromisoformat(conftest.TODAY)


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_made):
    return w.staffed(demo_made, tmp_path_factory.mktemp("outages") / "desk", "maria", "joan", "anna")


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk) as server:
        yield server


def plan(b, body, first, last, text="maintenance", expect=303):
    day = [d if isinstance(d, str) else str(TODAY + datetime.timedelta(days=d)) for d in (first, last)]
    return b.submit("/caigudes", "/caigudes/silenci", {"ens": body, "des": day[0], "fins": day[1], "text": text}, expect=expect)


def silences(b):
    part = b.get("/caigudes").text.split('id="silencis"')[1].split("<h2")[0]
    found = re.findall(r'data-g="⏸">([^<]+)</span>.*?>([^<]+)</a><small class="sub">([^<]+)<.*?/silenci/(\d+)/aixeca', part)
    return [(s[0], html.unescape(s[1]), *s[2:]) for s in found]


def test_maintenance_is_planned_and_lifted(web, desk):
    joan = as_(web, "joan")
    name = desk.certificates()[5]["name"]
    other = desk.certificates()[6]["name"]
    assert silences(joan) == []
    plan(joan, name, 3, 5, "new firewall <b>")
    plan(joan, other, 0, 0)
    found = silences(joan)
    assert [(s[0], s[1]) for s in found] == [("In force", other), ("Planned", name)]
    assert "new firewall &lt;b&gt;" in found[1][2] and "23 Nov 2026 – 25 Nov 2026" in found[1][2]
    states = {c["name"]: c["state"] for c in desk.certificates()}
    assert states[other] == "muted" and states[name] != "muted", "what is planned is not in force"
    later = str(TODAY + datetime.timedelta(days=4))
    assert {c["name"]: c["state"] for c in desk.certificates(on=later)}[name] == "muted"
    planned = found[1][3]
    joan.submit("/caigudes", f"/caigudes/silenci/{planned}/aixeca", {"text": "not needed"})
    assert {c["name"]: c["state"] for c in desk.certificates(on=later)}[name] != "muted"
    assert joan.submit("/caigudes", f"/caigudes/silenci/{planned}/aixeca", {"text": "again"}, expect=422)
    joan.submit("/caigudes", f"/caigudes/silenci/{found[0][3]}/aixeca", {"text": "over"})
    assert silences(joan) == []
    trail = desk.run("audit", "list", "--all").out
    assert "unsilence" in trail and "new firewall" in trail


def test_lifting_a_body_leaves_what_is_planned(web, desk):
    joan = as_(web, "joan")
    name = desk.certificates()[7]["name"]
    plan(joan, name, 0, 1)
    plan(joan, name, 10, 12)
    desk.run("unsilence", name, "it is over")
    assert [s[0] for s in silences(joan)] == ["Planned"]
    for s in silences(joan):
        joan.submit("/caigudes", f"/caigudes/silenci/{s[3]}/aixeca", {"text": "end"})


@pytest.mark.parametrize("case", [
    ("", 0, 1, "x", "say which body"), ("Ajuntament", 0, 1, "x", ""), ("no such place at all", 0, 1, "x", "no body"),
    (None, 1, 0, "x", "cannot end"), (None, -1, 1, "x", "today or later"), (None, -9, -3, "x", "over already"),
    (None, "soon", 1, "x", "no date"), (None, 0, "", "x", "no date"), (None, 0, 1, "", "empty"), (None, 0, "9999-99-99", "x", "no date"),
])
def test_wrong_maintenance_is_told_and_kept(web, desk, case):
    joan = as_(web, "joan")
    body, first, last, text, why = case
    body = desk.certificates()[8]["name"] if body is None else body
    answer = plan(joan, body, first, last, text, expect=422).text
    assert 'role="alert"' in answer and why in answer
    assert f'value="{body}"' in answer.replace("&#39;", "'"), "what was typed stays"
    assert silences(joan) == []


def test_who_may_and_whose_form(web):
    anna, maria = as_(web, "anna"), as_(web, "maria")
    assert "/caigudes/silenci" not in anna.get("/caigudes").text
    token = anna.token("/compte")
    assert anna.post("/caigudes/silenci", {"_f": token, "ens": "x"}, expect=403)
    assert anna.post("/caigudes/silenci/1/aixeca", {"_f": token, "text": "x"}, expect=403)
    assert maria.post("/caigudes/silenci", {"ens": "x"}, expect=403)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_reasons(web, desk, number):
    maria = as_(web, "maria")
    plan(maria, desk.certificates()[9]["name"], 0, 1, HOSTILE[number], expect=None)
    plan(maria, HOSTILE[number], 0, 1, "x", expect=422)
    shown = maria.get("/caigudes").text
    assert "<script>alert" not in shown and "<img src=x" not in shown and "<!--" not in shown
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\x1b\x00]", shown)
    for s in silences(maria):
        maria.submit("/caigudes", f"/caigudes/silenci/{s[3]}/aixeca", {"text": "end"})


def test_days_that_nobody_looked_are_not_up(web, desk):
    """The demo has outages and no round: nothing may look like 100 % available."""
    joan = as_(web, "joan")
    page = joan.get("/caigudes").text
    bars = re.findall(r'aria-label="Of the last 90 days: down on (\d+), up on (\d+), no data of (\d+)"', page)
    assert bars and all(int(up) == 0 and int(d) + int(n) == 90 for d, up, n in bars)
    body = re.search(r'href="(/ens/\d+)"', joan.get("/ens?q=estat:good").text).group(1)
    card = joan.get(body).text
    assert ">no data</span>" in card and "100.0 %" not in card


def past(b, query=""):
    page = b.get(f"/caigudes{query}").text.split('id="abans"')[1]
    return re.findall(r'<tr><td><a class="name" href="[^"]+">([^<]+)</a></td><td[^>]*>([^<]+)</td><td[^>]*>([^<]+)</td>'
                      r"<td[^>]*>(\d+)</td>", page)


def test_the_past_and_its_file(web, desk):
    joan = as_(web, "joan")
    over = [o for o in desk.json("outage", "list", "--all") if o.get("closed")]
    everything = past(joan, "?des=2000-01-01&fins=2099-01-01")
    assert len(everything) == len(over) > 0
    one = over[0]
    word = one["error"].split()[0]
    found = past(joan, f"?des=2000-01-01&fins=2099-01-01&q={word}")
    assert 0 < len(found) <= len(everything)
    assert past(joan, "?q=zzzz") == [] and past(joan, "?des=1990-01-01&fins=1990-02-01") == []
    rows = list(csv.reader(io.StringIO(joan.get("/caigudes.csv?des=2000-01-01&fins=2099-01-01").body.decode("utf-8-sig")),
                           delimiter=";"))
    assert len(rows) - 1 == len(everything) and rows[0][0] == "Body"
    assert [r[3] for r in rows[1:]] == [e[3] for e in everything]
