"""The page Calendari: the year by week, what goes out in the next sixty days, and the feed with a token of its own."""
import datetime
import html
import re

import pytest

import conftest
import web as w
from test_web import HOSTILE

TODAY = datetime.date.fromisoformat(conftest.TODAY)


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_made):
    return w.staffed(demo_made, tmp_path_factory.mktemp("calendar") / "desk", "maria", "anna")


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk) as server:
        yield server


@pytest.fixture
def maria(web):
    return w.as_(web)


def expiries(desk):
    """The last days of all certificates that are watched, from today on."""
    days = [datetime.date.fromisoformat(c[k]["expires"]) for c in desk.certificates() for k in ("cds", "cda")
            if c[k]["expires"] and "vanished" not in c["flags"]]
    return [d for d in days if d >= TODAY]


def test_the_year_by_week(maria, desk):
    page = maria.get("/calendari").text
    profile = (conftest.ROOT / "share" / "profile" / "aoc" / "profile.yaml").read_text()
    most = int(re.search(r"^ +week: (\d+)", profile, re.M).group(1))
    monday = TODAY - datetime.timedelta(days=TODAY.weekday())
    year = [d for d in expiries(desk) if d < monday + datetime.timedelta(weeks=53)]
    cells = re.findall(r'<a href="/calendari\?setmana=([\d-]+)#setmana" class="h(\d)( over)?">'
                       r"<title>Week of [^:]+: (\d+) expir(?:y|ies), (\d+) warnings?(?:;? ?[^<]*)</title>", page)
    assert [c[0] for c in cells] == [str(monday + datetime.timedelta(weeks=i)) for i in range(53)]
    assert sum(int(c[3]) for c in cells) == len(year) > 100
    for when, level, over, count, sent in cells:
        of_week = [d for d in year if d - datetime.timedelta(days=d.weekday()) == datetime.date.fromisoformat(when)]
        assert int(count) == len(of_week) and (level == "0") == (not of_week)
        assert (over != "") == (int(sent) > most)
    assert any(c[2] for c in cells) and "August" in page and re.search(r"\d holiday", page)
    table = page.split("The same as a table")[1].split("</table>")[0]
    rows = [re.findall(r"<td[^>]*>([^<]*)</td>", r) for r in table.split("<tr>")[2:]]
    assert [(r[1], r[2]) for r in rows] == [(c[3], c[4]) for c in cells], "the table says the same"


def test_what_is_sent_each_day(maria, desk):
    page = maria.get("/calendari").text
    plan = desk.plan("--days", "60")
    sent = sum(int(n) for n in re.findall(r"· (\d+) warnings?(?: |<)", page.split('id="dies"')[1]))
    assert sent == len(plan) > 50
    end = sum(int(n) for n in re.findall(r"· (\d+) expir(?:y|ies)<", page.split('id="dies"')[1]))
    assert end == len([d for d in expiries(desk) if d <= TODAY + datetime.timedelta(days=60)])
    names = {html.unescape(n) for n in re.findall(r'class="name" href="/ens/\d+">([^<]+)<', page)}
    assert {x["name"] for x in plan} <= names


def test_a_week_is_looked_at_by_its_link(maria):
    page = maria.get("/calendari?setmana=2027-01-06").text
    assert "Week of 4 Jan 2027" in page.split('id="setmana"')[1] and 'id="dies"' not in page
    for wrong in ("2001-01-01", "9999-01-01", "2027-13-01", "x" * 3000, "%3Cscript%3E", "%E2%80%AE"):
        assert 'id="dies"' in maria.get(f"/calendari?setmana={wrong}").text


def events(text):
    return [dict(line.split(":", 1) for line in e.split("\r\n") if ":" in line)
            for e in text.replace("\r\n ", "").split("BEGIN:VEVENT\r\n")[1:]]


def test_the_file_is_what_the_command_writes(maria, web, desk, tmp_path):
    answer = maria.get("/calendari.ics")
    assert answer.header("Content-Type").startswith("text/calendar") and "attachment" in answer.header("Content-Disposition")
    file = tmp_path / "all.ics"
    desk.run("warnings", "calendar", "--out", file)
    of_command = events(file.read_bytes().decode())
    assert [e["UID"] for e in events(answer.text)] == [e["UID"] for e in of_command] and len(of_command) > 100
    assert web.browser().get("/calendari.ics", expect=303).header("Location").startswith("/entra")


def subscribe(b, name, expect=200):
    answer = b.submit("/calendari", "/calendari/subscripcio", {"nom": name}, expect=expect)
    found = re.search(r'value="(http://[^"]+/calendari/subscripcio\.ics[^"]+)"', answer.text)
    return answer, html.unescape(found.group(1)).split("/", 3)[3] if found else None


def test_a_subscription_has_a_token_that_opens_nothing_else(web, desk):
    b, stranger = web.browser(), web.browser()
    b.log_in("anna")  # who may look may subscribe
    _, address = subscribe(b, "Outlook <b>&amp;</b>")
    token = re.search(r"clau=(tal_\S+)", address).group(1)
    answer = stranger.get("/" + address)
    assert answer.header("Content-Type").startswith("text/calendar") and len(events(answer.text)) > 100
    assert answer.header("Cache-Control") == "private, no-cache"
    assert stranger.get("/" + address, headers={"If-None-Match": answer.header("ETag")}, expect=304).body == b""
    assert "Advertencia" in stranger.get("/" + address.replace("idioma=en", "idioma=es")).text or "Aviso" in stranger.get(
        "/" + address.replace("idioma=en", "idioma=es")).text
    for path in ("/api/v1/bodies", "/metrics"):
        assert stranger.ask("GET", path, headers={"Authorization": f"Bearer {token}"}).status == 403
    read = desk.json("account", "token", "anna", "an API token")["token"]
    for wrong in (read, token[:-1], "tal_", "x" * 1000, ""):
        assert stranger.ask("GET", f"/calendari/subscripcio.ics?clau={wrong}").status == 403
    assert token not in web.log.read_text() and token not in desk.run("audit", "list", "--all").out
    page = b.get("/calendari").text
    assert "Outlook &lt;b&gt;" in page and token not in page, "the address is shown once"
    assert subscribe(b, "Outlook <b>&amp;</b>", expect=422)[1] is None, "one of that name is there already"
    other = web.browser()
    other.log_in()
    assert "Outlook &lt;" not in other.get("/calendari").text
    assert other.submit("/calendari", "/calendari/subscripcio/revoca", {"nom": "Outlook <b>&amp;</b>"}, expect=404)
    b.submit("/calendari", "/calendari/subscripcio/revoca", {"nom": "Outlook <b>&amp;</b>"})
    assert stranger.ask("GET", "/" + address).status == 403
    assert "Outlook &lt;" not in b.get("/calendari").text
    trail = desk.run("audit", "list", "--all").out
    assert "token-add" in trail and "token-revoke" in trail


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_names_of_subscriptions(maria, number):
    answer, _ = subscribe(maria, HOSTILE[number][:60], expect=None)
    assert answer.status in (200, 422)
    for text in (answer.text, maria.get("/calendari").text):
        assert "<script>alert" not in text and "<img src=x" not in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\x1b\x00]", text)


def test_forms_are_of_this_session(maria):
    assert maria.post("/calendari/subscripcio", {"nom": "x"}, expect=403)
    assert maria.post("/calendari/subscripcio/revoca", {"nom": "x", "_f": "nonsense"}, expect=403)
    assert subscribe(maria, "x" * 500, expect=422)[1] is None
    assert subscribe(maria, "", expect=422)[1] is None
