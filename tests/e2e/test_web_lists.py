"""The list of bodies as people keep it: tabs of one's own and shared ones, the one that somebody begins with, and the CSV."""
import csv
import html
import io
import re
import urllib.parse

import pytest
import web as w
from web import as_
from test_web import HOSTILE


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_made):
    return w.staffed(demo_made, tmp_path_factory.mktemp("lists") / "desk", "maria", "joan", "anna", "pol")


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk) as server:
        yield server


def tabs(b, path="/ens"):
    """{name: address}, and the one that is shown."""
    nav = re.search(r'<nav class="tabs".*?</nav>', b.get(path).text, re.S).group(0)
    found = re.findall(r'<a href="([^"]+)"[^>]*?( aria-current="page")?>([^<]+)</a>', nav)
    return {html.unescape(n): html.unescape(a) for a, _, n in found}, [html.unescape(n) for _, h, n in found if h]


def names(text):
    return [html.unescape(n) for n in re.findall(r'class="name[^"]*" href="/ens/\d+">([^<]+)<', text)]


def keep(b, name, q="", expect=303, **more):
    return b.submit("/ens/llistes", "/ens/llistes", {"q": q, "ordre": "", "sentit": "", "nom": name, **more}, expect=expect)


def test_a_list_of_ones_own(web):
    joan, pol = as_(web, "joan"), as_(web, "pol")
    page = joan.get("/ens?q=caduca%3C60&ordre=nom&sentit=baixa").text
    link = html.unescape(re.search(r'href="(/ens/llistes\?[^"]+)"', page).group(1))
    form = joan.get(link).text
    fields = dict(re.findall(r'name="(q|ordre|sentit)" value="([^"]*)"', form))
    assert fields == {"q": "caduca&lt;60", "ordre": "nom", "sentit": "baixa"}
    answer = keep(joan, "Properes", **{k: html.unescape(v) for k, v in fields.items()})
    kept = answer.header("Location")
    assert re.fullmatch(r"/ens\?vista=\d+", kept)
    assert names(joan.get(kept).text) == names(page) and len(names(page)) > 5
    assert tabs(joan, kept)[1] == ["Properes"] and tabs(joan)[1] == ["All"]
    assert tabs(joan, "/ens?q=caduca%3C60&ordre=nom&sentit=baixa")[1] == ["Properes"], "the same list by its words"
    assert re.search(r'<nav class="tabs"[^>]*></nav>', pol.get("/ens").text), "it is joan's"
    assert names(pol.get(kept).text) == names(pol.get("/ens").text), "somebody else's list opens nothing"
    assert keep(joan, "Properes", expect=422)
    number = kept.split("=")[1]
    assert pol.submit("/ens/llistes", f"/ens/llistes/{number}/esborra", {}, expect=404)
    joan.submit("/ens/llistes", f"/ens/llistes/{number}/esborra", {})
    assert re.search(r'<nav class="tabs"[^>]*></nav>', joan.get("/ens").text)


def test_the_list_one_begins_with(web):
    joan, pol = as_(web, "joan"), as_(web, "pol")
    every = names(joan.get("/ens").text)
    keep(joan, "JAVA", "plataforma:java", primera="1")
    java = names(joan.get("/ens").text)
    assert 0 < len(java) < len(every) and tabs(joan)[1] == ["JAVA"]
    assert names(joan.get("/ens?vista=0").text) == every and tabs(joan)[0]["All"] == "/ens?vista=0"
    assert names(joan.get("/ens?q=").text) == every, "an empty filter means all"
    assert 'name="vista" value="0"' in joan.get("/ens").text
    assert names(pol.get("/ens").text) == every
    number = re.search(r"vista=(\d+)", tabs(joan)[0]["JAVA"]).group(1)
    joan.submit("/ens/llistes", f"/ens/llistes/{number}/no-primera", {})
    assert names(joan.get("/ens").text) == every
    joan.submit("/ens/llistes", f"/ens/llistes/{number}/primera", {})
    joan.submit("/ens/llistes", f"/ens/llistes/{number}/esborra", {})
    assert names(joan.get("/ens").text) == every, "what is removed is begun with no more"


def test_shared_lists_by_permission(web, desk):
    maria, joan, anna = (as_(web, n) for n in ("maria", "joan", "anna"))
    assert "compartida" not in anna.get("/ens/llistes").text
    assert keep(anna, "Mine", compartida="1", expect=403)
    keep(joan, "For all", "estat:down", compartida="1")
    assert "For all" in tabs(anna)[0] and "For all" in tabs(maria)[0]
    address = tabs(anna)[0]["For all"]
    assert names(anna.get(address).text) == names(anna.get("/ens?q=estat:down").text) != []
    assert "shared by joan" in anna.get("/ens").text
    number = address.split("=")[1]
    anna.submit("/ens/llistes", f"/ens/llistes/{number}/primera", {})
    assert tabs(anna)[1] == ["For all"] and tabs(maria)[1] == ["All"]
    assert anna.submit("/ens/llistes", f"/ens/llistes/{number}/esborra", {}, expect=422), "another's"
    maria.submit("/ens/llistes", f"/ens/llistes/{number}/esborra", {})
    assert "For all" not in anna.get("/ens").text
    trail = desk.run("audit", "list", "--all").out
    assert all(what in trail for what in ("list-add", "list-first", "list-remove"))


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_names_and_filters(web, number):
    maria, text = as_(web, "maria"), HOSTILE[number]
    for answer in (keep(maria, text[:40], text[:200], expect=None), keep(maria, f"{number}", text, expect=None)):
        assert answer.status in (303, 422)
    for path in ("/ens", "/ens/llistes", "/ens/llistes?q=" + urllib.parse.quote(text[:200])):
        shown = maria.get(path).text
        assert "<script>alert" not in shown and "<img src=x" not in shown
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\x1b\x00]", shown)
    for number in re.findall(r"/ens/llistes/(\d+)/esborra", maria.get("/ens/llistes").text):
        maria.submit("/ens/llistes", f"/ens/llistes/{number}/esborra", {})


def test_wrong_forms_change_nothing(web):
    maria = as_(web, "maria")
    assert maria.post("/ens/llistes", {"nom": "x"}, expect=403)
    assert maria.submit("/ens/llistes", "/ens/llistes/999999/esborra", {}, expect=404)
    assert maria.submit("/ens/llistes", "/ens/llistes/999999/primera", {}, expect=404)
    assert keep(maria, "", expect=422) and keep(maria, "x" * 41, expect=422) and keep(maria, "x", "y" * 201, expect=422)
    answer = keep(maria, "x" * 41, "caduca<30", expect=422).text
    assert "x" * 41 in answer and "caduca&lt;30" in answer, "what was typed stays"


def test_the_csv_is_what_is_shown(web, desk):
    joan = as_(web, "joan")
    for query in ("", "?q=caduca%3C60", "?q=estat%3Aexcluded", "?q=plataforma%3Ajava&ordre=cds&sentit=baixa"):
        answer = joan.get(f"/ens.csv{query}")
        assert answer.header("Content-Type").startswith("text/csv") and "ens.csv" in answer.header("Content-Disposition")
        rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))
        page = joan.get(f"/ens{query}").text
        assert f'href="/ens.csv{html.escape(query)}"' in page
        assert len(rows) - 1 == len(names(page)) > 5 and {len(r) for r in rows} == {10}
    known = desk.by_body()
    assert rows[0][:3] == ["Body", "INE10", "Platform"]
    days = {c["name"]: c["cds"]["days"] for c in known.values()}
    assert all(r[4] == ("" if days[r[0]] is None else str(days[r[0]])) for r in rows[1:])
    excluded = list(csv.reader(io.StringIO(joan.get("/ens.csv?q=estat:excluded").body.decode("utf-8-sig")), delimiter=";"))
    assert all(r[9] for r in excluded[1:]), "the excluded ones have their reason"
