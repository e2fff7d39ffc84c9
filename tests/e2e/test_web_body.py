"""A body's page: its certificates with the whole chain, and one rule for the last day of a certificate."""
import contextlib
import datetime
import html
import re
import sqlite3
import time

import pytest

import conftest
import web as w
from farm import Farm, name_of


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"))
    yield farm
    farm.stop()


def page_of(b, case):
    listing = b.get(f"/ens?q=%22{case}%22").text
    found = re.findall(r'<a class="name" href="(/ens/\d+)"', listing)
    assert len(found) == 1, listing
    return b.get(found[0]).text


def rows(desk, sql):
    with contextlib.closing(sqlite3.connect(desk.store)) as store:
        return store.execute(sql).fetchall()


def chains(page):
    """Common names of each chain that the page shows."""
    cards = re.findall(r'<div class="card seen chain">(.*?)</ol>', page, re.S)
    return [[html.unescape(n) for n in re.findall(r"<summary><strong>(.*?)</strong>", card)] for card in cards]


def test_the_chain_is_kept_and_shown_whole(farm, tmp_path):
    cases = ["tls13", "incomplete"]
    desk = farm.desk(tmp_path / "desk", [farm.row(c) for c in cases])
    desk.run("sweep", on=None, expect=(0, 1))
    desk.run("sweep", on=None, expect=(0, 1))
    w.add_account(desk, "maria", "administrator")
    with w.serving(desk, on=None) as web:
        b = web.browser()
        b.log_in()
        good, alone = (page_of(b, c) for c in cases)
    assert [len(c) for c in chains(good)] == [2] and [len(c) for c in chains(alone)] == [1]
    for page in (good, alone):
        assert page.count("<dt>SHA-256</dt>") == sum(map(len, chains(page)))
        for term in ("Subject", "Issued by", "Valid", "Key", "Signed with", "Serial number"):
            assert f"<dt>{term}</dt>" in page, term
    kept = rows(desk, "SELECT fingerprints FROM served_chain")
    assert sorted(len(f[0].split()) for f in kept) == [1, 2], "each chain is kept once, however many rounds show it"
    known = {f[0] for f in rows(desk, "SELECT fingerprint FROM served_certificate")}
    assert {f for k in kept for f in k[0].split()} == known


def told(desk, web, case):
    """What list, card, command and report say of a body's CDS."""
    b = web.browser()
    b.log_in()
    listing = b.get(f"/ens?q=%22{case}%22").text
    card = page_of(b, case)
    body = desk.by_body(on=conftest.TODAY)[name_of(case)]
    return {"list": re.search(r'class="st (\w+)"', listing.split("<tbody>")[1]).group(1),
            "words": re.search(r'data-h="CDS">([^<]+)<', listing).group(1),
            "card": re.search(r'class="st (\w+)"', card.split('class="facts"')[1]).group(1),
            "day": re.search(r"<dt>CDS[^<]*</dt><dd><time[^>]*>([^<]+)<", card).group(1),
            "command": body["state"], "days": body["cds"]["days"]}


def test_on_its_last_day_a_certificate_ends_at_its_instant(farm, tmp_path):
    """The registry says: today. It is valid, until the certificate that was seen is over; then it is expired everywhere."""
    row = farm.row("tls13", days="")
    row[6] = conftest.dmy(0)
    desk = farm.desk(tmp_path / "desk", [row])
    w.add_account(desk, "maria", "administrator")
    soon = {"list": "soon", "words": "expires today", "card": "soon", "day": "expires today", "command": "soon", "days": 0}
    past = {"list": "past", "words": "expired today", "card": "past", "day": "expired today", "command": "past", "days": 0}
    with w.serving(desk) as web:
        assert told(desk, web, "tls13") == soon
        desk.run("sweep", on=None, expect=(0, 1))
        assert told(desk, web, "tls13") == soon, "another certificate is served than is declared"
        midnight = int(datetime.datetime.fromisoformat(f"{conftest.TODAY}T00:00:30+01:00").timestamp() * 1e6)
        with contextlib.closing(sqlite3.connect(desk.store)) as store, store:
            store.execute("UPDATE observation SET not_after = ?", [conftest.TODAY])
            store.execute("UPDATE served_certificate SET not_after = ?", [midnight])
        desk.run("action", "add", name_of("tls13"), "--group", "other", "something changes")
        assert told(desk, web, "tls13") == past
    desk.run("report", "build", "--out", tmp_path / "out", expect=(0, 1))


def test_a_check_is_followed_step_by_step(farm, tmp_path):
    desk = farm.desk(tmp_path / "desk", [farm.row("tls13")])
    w.add_account(desk, "maria", "administrator")
    settings = [f"{k}={v}" for k, v in (s.split("=", 1) for s in farm.settings()[1::2])]
    with w.serving(desk, *settings, on=None) as web:
        b = web.browser()
        b.log_in()
        page = re.search(r'href="(/ens/\d+)"', b.get("/ens").text).group(1)
        assert "<li>" not in b.get(f"{page}/passos").text
        b.submit(page, f"{page}/comprova", {})
        end = time.monotonic() + 60
        while 'data-running="1"' in b.get(f"{page}/passos").text and time.monotonic() < end:
            time.sleep(0.05)
        done = b.get(f"{page}/passos").text
        assert 'data-running="0"' in done
        phases = re.findall(r"<strong>([A-Z]+)</strong> (\S+)", done)
        assert [p for p, _ in phases][:4] == ["DNS", "TCP", "TLS", "HTTP"] and phases[0][1].startswith("tls13.")
        assert "Certificates" in b.get(page).text and chains(b.get(page).text)
        assert web.browser().get(f"{page}/passos", expect=303)
