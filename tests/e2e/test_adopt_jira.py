"""Taking over with the tickets of Jira (the strict fake): by a filter, with those that only the mails name."""
import pytest

from conftest import body, day, dmy
from test_adopt import Past, case, rows, subject
from test_ticket import jira, with_jira  # noqa: F401  a fixture


def issue(server, summary):
    return server.call("POST", "issue", {"fields": {"project": {"key": "ST"}, "issuetype": {"id": "10003"}, "summary": summary}})["key"]


@pytest.fixture
def team(desk, write, jira, tmp_path):  # noqa: F811
    """Abrera was warned twice; of Gavà the ticket is closed; Vic has a ticket and no mail; Reus was renewed since."""
    desk.load(write("registry.csv", [body(1, "Abrera, Ajuntament d'", 14, 300), body(2, "Gavà, Ajuntament de", 20, 300),
                                     body(3, "Vic, Ajuntament de", 25, 300), body(4, "Reus, Ajuntament de", 400, 300)]))
    keys = {name: issue(jira, subject(f"Ajuntament {link}{name}", f"CDS[{dmy(days)}]", "ST-?")) for name, link, days in
            (("Abrera", "d'", 14), ("Gavà", "de ", 20), ("Vic", "de ", 25), ("Reus", "de ", -40))}
    keys["other"] = issue(jira, "Caiguda de la VPN")
    jira.call("POST", f"issue/{keys['Gavà']}/transitions", {"transition": {"id": "21"}, "fields": {"resolution": {"id": "1"}}})
    past = Past()
    for name, link, days, when in (("Abrera", "d'", 14, -45), ("Abrera", "d'", 14, -15), ("Gavà", "de ", 20, -30), ("Reus", "de ", -40, -60)):
        past.warn(when, subject(f"Ajuntament {link}{name}", f"CDS[{dmy(days)}]", keys[name]), [days])
    desk.keys, desk.box = keys, past.maildir(tmp_path / "box")
    desk.words = with_jira(jira)
    return desk


def adopt(desk, filter, *more, expect=1):
    return desk.run("adopt", "--tickets", filter, "--mails", desk.box, *desk.words, "--json", *more, expect=expect)


@pytest.mark.parametrize("filter", ["open", "project = ST"])
def test_tickets_of_jira(team, filter):
    s = adopt(team, filter).json()
    assert case(s, "Abrera")["told"] == {"CDS": "60, 30"} and case(s, "Abrera")["remarks"] == []
    assert case(s, "Abrera")["ticket"] == team.keys["Abrera"]
    assert any("is closed" in r for r in case(s, "Gavà")["remarks"]), case(s, "Gavà")
    assert case(s, "Vic")["ticket"] == team.keys["Vic"] and case(s, "Vic")["told"] == {"CDS": ""}
    assert case(s, "Reus")["result"] == "over" and any("still open" in r for r in case(s, "Reus")["remarks"])
    missed = [m["what"] for m in s["not_understood"]]
    assert any(m.startswith(team.keys["other"]) for m in missed)
    before = rows(team)
    assert not adopt(team, filter).json()["changed"]
    assert rows(team) == before


def test_a_tracker_that_fails_changes_nothing(team, jira):  # noqa: F811
    before = rows(team)
    adopt(team, "filter = 999", expect=(3, 4, 6))
    jira.order(".*", "status 503", 50)
    adopt(team, "open", expect=(3, 4, 6))
    assert rows(team) == before
    jira.clear()
    team.words = with_jira(jira, token="wrong")
    result = adopt(team, "open", expect=(3, 4, 6))
    assert "wrong" not in result.err and rows(team) == before
