"""The watch watches itself: stopped, killed, clocks that are set. What nobody saw is blind and never down."""
import datetime
import http.server
import json
import re
import signal
import sqlite3
import ssl
import threading
import zoneinfo

import pytest

from certificates import Eternity
from conftest import fake_clock, faketime, run, until
from watching import Clock, Watch, closed, probes, rows, web  # noqa: F401  fixtures

HOUR = 3600


def blind(desk, why):
    return [(ended - began) / 1e6 for began, ended in rows(desk, "SELECT began, ended FROM probe_blind WHERE why = ? AND ended IS NOT NULL ORDER BY began", why)]


@faketime
def test_what_nobody_saw_is_blind_and_never_down(desk, web, tmp_path):
    clock, whole = Clock(tmp_path / "clock"), Clock(tmp_path / "whole", monotonic=True)
    probes(desk, f'PAGE:\n  seconds: 5\n  failures: 1\n  transitions: [{{http: "{web.url}", timeout: 4}}]\n')
    count = "SELECT count(*) FROM probe_run WHERE outcome = 'good'"
    watch = Watch(desk, wrap=whole.wrap)
    try:
        until(lambda: rows(desk, count)[0][0] >= 1)
        # Stopped with a question under way: when it goes on, the question's time is over, and that says nothing of the page.
        web.wait, asked = 2, web.seen
        until(lambda: web.seen > asked)
        watch.send(signal.SIGSTOP)
        whole.forward(15)
        watch.send(signal.SIGCONT)
        web.wait = 0
        [still] = until(lambda: blind(desk, "stopped"))
        assert 10 < still < 60
        before = rows(desk, count)[0][0]
        until(lambda: rows(desk, count)[0][0] > before)
        # Killed, and started again an hour later.
        assert watch.stop(signal.SIGKILL) == -signal.SIGKILL
        clock.set(HOUR)
        watch = Watch(desk, wrap=clock.wrap)
        until(lambda: len(blind(desk, "stopped")) == 2)
        assert HOUR - 60 < blind(desk, "stopped")[1] < HOUR + 60
        assert watch.said("the watcher has been blind from")
        # Set forward while it runs (a machine that slept looks the same), and back: no hour is waited for.
        for seconds in (3 * HOUR, -2 * HOUR):
            until(lambda: rows(desk, "SELECT 1 FROM probe_watcher WHERE name = 'seen'"))
            before, said = rows(desk, count)[0][0], len(watch.said("the clock was set"))
            clock.set(seconds)
            until(lambda: len(watch.said("the clock was set")) > said and rows(desk, count)[0][0] > before)
        [jump] = blind(desk, "clock")
        assert 2 * HOUR - 60 < jump < 2 * HOUR + 60
        until(lambda: rows(desk, "SELECT 1 FROM probe_sum WHERE span = 'h' AND blind > 600"))
        assert rows(desk, "SELECT coalesce(sum(down), 0) FROM probe_sum") == [(0,)]
        assert rows(desk, "SELECT outcome, code, detail FROM probe_run WHERE outcome = 'bad'") == []
        assert rows(desk, "SELECT count(*) FROM incident") == [(0,)]
    finally:
        code = watch.stop()
    assert code == 0


@faketime
def test_nights_on_which_the_clock_changes(desk):
    """02:30 twice, and not at all: runs go on by the world's clock, and hours of service by the clock on the wall."""
    probes(desk, 'N:\n  seconds: 600\n  hours: sun 02:30-02:40\n  transitions: [{tcp: "a.example:1"}]\nA:\n  seconds: 3600\n  transitions: [{tcp: "a.example:1"}]\n')

    def upcoming(name, when):
        done = run("--config", desk.config, "--lang", "en", "probe", "list", "--json", wrap=fake_clock(f"@{when}", "TZ=UTC"))
        return datetime.datetime.fromisoformat({p["name"]: p["next"] for p in json.loads(done.out)}[name].replace("Z", "+00:00"))

    first = upcoming("N", "2026-10-24 23:00:00")
    again = upcoming("N", "2026-10-25 00:45:00")
    assert (first.hour, again.hour) == (0, 1) and (again - first).total_seconds() == 3600, "25 October has 02:30 twice"
    assert upcoming("N", "2027-03-27 23:00:00").date().isoformat() == "2027-04-04", "28 March has none: the Sunday after it"
    for when in ("2026-10-25 00:10:00", "2026-10-25 01:10:00", "2027-03-28 00:10:00", "2027-03-28 01:10:00"):
        at = datetime.datetime.fromisoformat(when + "+00:00")
        assert 0 < (upcoming("A", when) - at).total_seconds() <= 3605, "every hour of the world has its run"


@pytest.fixture
def ending(tmp_path):
    """A TLS server whose certificate ends in ten days: its place, and its authority's file."""
    authority = Eternity(tmp_path / "authority")
    authority.files("soon", (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=10)).strftime("%y%m%d%H%M%SZ"), generalized=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.directory / "soon.pem", authority.directory / "soon.key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", authority.directory / "ca.pem"
    server.shutdown()
    server.server_close()


MADRID = zoneinfo.ZoneInfo("Europe/Madrid")
TODAY = datetime.datetime.now(MADRID).date()  # certificates are in their time then


def madrid(hour):
    return datetime.datetime.combine(TODAY, datetime.time.fromisoformat(hour), MADRID).astimezone(datetime.timezone.utc)


# Name: hours, down from when to when; what was available of them from 13:00 to 16:00. They ran all the time, NEW from 14:00 on and ASLEEP never.
AGREED = {"INSIDE": ("mon-sun 08:00-15:00 holidays", "14:00", "15:00", 50), "OUTSIDE": ("mon-sun 08:00-15:00 holidays", "15:00", "16:00", 100),
          "ACROSS": ("mon-sun 08:00-15:00 holidays", "14:30", "16:00", 75), "ALWAYS": ("24x7", "15:00", "16:00", 66.666),
          "NEW": ("24x7", "15:00", "16:00", 50), "ASLEEP": ("24x7", "15:00", "15:00", None)}
# Name: what the plugin says and ends with; only GOOD ran before.
STATES = {"GOOD": (0, "OK", "All is well", "time tcp http availability"), "SLOW": (1, "WARNING", "slowly", "time tcp http"), "SOON": (1, "WARNING", "too few days left", "time tcp tls"),
          "FAILS": (1, "WARNING", "", "time"), "DOWN": (2, "CRITICAL", "", "time"), "BEHIND": (3, "UNKNOWN", "depends on", "(time)?"),
          "OUTSIDE": (3, "UNKNOWN", "it has not run yet", "time availability"), "NOBODY": (3, "UNKNOWN", "there is no probe", None)}


@faketime
def test_agreed_hours_and_what_a_plugin_says(desk, web, closed, ending, tmp_path):  # noqa: F811
    clock, (place, anchors), web.wait = Clock(tmp_path / "clock").at(madrid("16:06").replace(tzinfo=None).isoformat()), ending, 0.02
    text = "".join(f'{n}: {{hours: "{hours}", seconds: 5, failures: 1, level: 99, transitions: [{{tcp: "{closed}"}}]}}\n' for n, (hours, *_) in AGREED.items())
    probes(desk, text + f"""
GOOD: {{seconds: 5, transitions: [{{http: "{web.url}"}}]}}
SLOW: {{seconds: 5, transitions: [{{http: "{web.url}", slow_ms: 1}}]}}
SOON: {{seconds: 5, failures: 100, transitions: [{{tls: "{place}", expiring_days: 60}}]}}
FAILS: {{seconds: 5, failures: 100, transitions: [{{tcp: "{closed}"}}]}}
DOWN: {{seconds: 5, failures: 1, transitions: [{{tcp: "{closed}"}}]}}
BEHIND: {{seconds: 5, failures: 1, depends: DOWN, transitions: [{{tcp: "{closed}"}}]}}
""")

    def us(hour):
        return int(madrid(hour).timestamp()) * 1000000

    with sqlite3.connect(desk.path / "talaia.db") as db:
        db.execute("INSERT INTO probe_watcher VALUES ('seen', ?), ('summed', ?)", [us("16:06"), us("13:00")])
        for i, (name, (_, began, ended, _)) in enumerate({**AGREED, "GOOD": ("", "15:00", "15:00", None)}.items(), 1):
            db.execute("INSERT INTO probe (id, name) VALUES (?, ?)", [i, name])
            db.execute("""WITH RECURSIVE t(at) AS (SELECT ? UNION ALL SELECT at + 10000000 FROM t WHERE at < ?)
                INSERT INTO probe_run (probe_id, at, outcome, code, detail, transition, us, us_late) SELECT ?, at, 'good', 'ok', '', 1, 2000, 0 FROM t WHERE ?""", [us("14:00" if name == "NEW" else "12:59"), us("16:05"), i, name != "ASLEEP"])
            db.execute("INSERT INTO probe_down (probe_id, began, judged, ended, transition, code, detail) VALUES (?, ?, ?, ?, 1, 'refused', '')", [i, us(began), us(began), us(ended)])

    def said(*words, expect=0):
        done = run("--config", desk.config, "--lang", "en", *words, wrap=clock.wrap, expect=expect, noisy=True)
        assert done.err == ""
        return done.out

    watch = Watch(desk, "--set", f"trust.anchors={anchors}", wrap=clock.wrap)
    try:
        until(lambda: rows(desk, "SELECT 1 FROM probe_watcher WHERE name = 'summed' AND at >= ?", us("16:00")))
        for name, (hours, _, _, available) in AGREED.items():
            shown = json.loads(said("probe", "show", name, "--json"))
            assert [s["availability"] for s in (shown["whole"], *shown["spans"])] == [available] * 2, (name, shown)
        until(lambda: rows(desk, "SELECT count(*) FROM probe WHERE outcome <> ''") == [(len(AGREED) + 6 - 3,)])
        until(lambda: rows(desk, "SELECT 1 FROM probe WHERE name = 'BEHIND' AND code = 'depends'"))
        ran = {n for n, in rows(desk, "SELECT DISTINCT name FROM probe p JOIN probe_run r ON r.probe_id = p.id WHERE r.at > ?", us("16:05:30"))}
        assert ran & set(AGREED) == {"ALWAYS", "NEW", "ASLEEP"}, "outside of its hours nothing runs"
        wrong = []
        for name, (code, word, why, numbers) in STATES.items():
            line = said("check", name, expect=code)
            assert line.startswith(f"{word} {name} - ") and why in line and line.count("\n") == 1, line
            found = re.findall(r" (\w+)=\d+\.\d+(?:s;;;0|%;;;0;100)(?=[ \n])", line)
            wrong += [line] if (re.fullmatch(numbers, " ".join(found)) is None if numbers else "|" in line) else []
        assert wrong == []
    finally:
        code = watch.stop()
    assert code == 0
