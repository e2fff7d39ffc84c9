"""`talaia serve --roles prober`: the daily round, sooner ones for what failed, and an orderly end at any moment.

What needs the minute that the role sleeps goes on in the background from the beginning, and is looked at in the end.
"""
import contextlib
import datetime
import re
import signal
import sqlite3
import subprocess
import time

import pytest

from conftest import EXIT, TALAIA, environment, fake_clock, faketime, run, until
from farm import MADRID, Farm, Serve, listening, name_of, put
from test_sweep_faults import locked
from test_sweep_outages import DAY_US, at, many, outages, sql, today

NEVER = {"probe_at": "23:59"}  # no daily round of its own in these tests


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"), "--many", "60")
    yield farm
    farm.stop()


@pytest.fixture
def make(farm, tmp_path):
    def maker(rows, **settings):
        return farm.desk(tmp_path / "desk", rows, **({"probe_failures": 2, "probe_minutes": 0, "probe_at": "00:00"} | settings))
    return maker


@pytest.fixture(autouse=True)
def not_at_midnight():
    now = datetime.datetime.now(MADRID)
    if (now.hour, now.minute) >= (23, 56):
        pytest.skip("these tests do not run over midnight in Madrid")


@contextlib.contextmanager
def serving(desk, *words, **more):
    serve = Serve(desk, *words, **more)
    try:
        serve.wait_for("watching")
        yield serve
    finally:
        serve.kill()


@pytest.fixture(scope="module", autouse=True)
def background(farm, tmp_path_factory):
    """Five that take their time: one waits for its time of day, one has a configuration that becomes wrong, one a store that is
    locked, one a body to be asked again, and a round by hand has no descriptors."""
    place = tmp_path_factory.mktemp("background")
    settings = {"probe_failures": 2, "probe_minutes": 0}
    rows = [farm.row("rsa"), farm.row("ecdsa")]
    soon = datetime.datetime.now(MADRID) + datetime.timedelta(minutes=1, seconds=5)
    desks = {
        "time": farm.desk(place / "time", rows, probe_at=soon.strftime("%H:%M"), **settings),
        "config": farm.desk(place / "config", [farm.row("http-500"), *rows], probe_retry="1", **NEVER, **settings),
        "locked": farm.desk(place / "locked", rows, probe_at="00:00", **settings),
        "again": farm.desk(place / "again", [farm.row("http-500"), *rows], probe_at="00:00", probe_retry="1", **settings),
    }
    sql(desks["time"], "INSERT INTO sweep (kind, day, started, ended, who) VALUES ('daily', ?, ?, ?, '')", today(-1),
        *[int(time.time() * 1e6) - DAY_US] * 2)  # yesterday's was made
    good = desks["config"].config.read_text()
    desks["config"].run("sweep", on=None)
    ago = 56 * 10**6  # in four seconds http-500 is to be asked again
    sql(desks["config"], "UPDATE sweep SET started = started - ?, ended = ended - ?", ago, ago)
    serves = {name: Serve(desk) for name, desk in desks.items() if name != "locked"}
    hold = sqlite3.connect(desks["locked"].store, isolation_level=None, check_same_thread=False)
    hold.execute("BEGIN IMMEDIATE")
    serves["locked"] = Serve(desks["locked"])
    serves["config"].wait_for("watching")
    time.sleep(0.5)  # past its first look
    desks["config"].config.write_text(good.replace("23:59", "99:99"))
    serves["config"].wait_for("probe.at is no time of day")  # at its second
    desks["config"].config.write_text(good.replace("23:59", "00:00"))
    # Names take the last descriptor, and no connection ever gets one.
    desks["starved"] = farm.desk(place / "starved", many(3), **settings)
    starved = subprocess.Popen(["prlimit", "--nofile=8:8", TALAIA, *map(str, desks["starved"].arguments("sweep", on=None))],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(), text=True)
    yield {"desks": desks, "serves": serves, "hold": hold, "soon": soon, "starved": starved}
    starved.kill()
    starved.communicate(timeout=30)
    for serve in serves.values():
        serve.kill()
    hold.close()


# --- the day's round ---

def test_one_that_was_missed_is_made_at_once_and_not_repeated(farm, make):
    desk = make([farm.row("rsa"), farm.row("expired")])
    with serving(desk) as serve:
        assert "daily round: 2 bodies, 2 answer, 0 do not" in serve.wait_for("round:")
        serve.process.send_signal(signal.SIGHUP)  # as who asks for its files to be read again, which it does anyway
        time.sleep(1.2)
        assert sum("round:" in line for line in serve.lines) == 1
        serve.stop()
        assert "stopped" in serve.lines[-1]
    with serving(desk) as serve:
        time.sleep(1.2)
        assert not any("round:" in line for line in serve.lines)
        serve.stop()
    assert sql(desk, "SELECT kind FROM sweep") == [("daily",)]
    for line in serve.lines:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* prober: ", line), line


def test_the_next_day_it_is_due_again(farm, make):
    desk = make([farm.row("rsa")])
    sql(desk, "INSERT INTO sweep (kind, day, started, ended, who) VALUES ('daily', ?, ?, ?, '')", today(-1),
        *[int(time.time() * 1e6) - DAY_US] * 2)
    with serving(desk) as serve:
        serve.wait_for("daily round: 1 bodies")
        serve.stop()


def test_before_its_time_nothing_is_done(farm, make):
    desk = make([farm.row("rsa")], **NEVER)
    with serving(desk) as serve:
        time.sleep(1.2)
        serve.stop()
    assert sql(desk, "SELECT count(*) FROM sweep") == [(0,)]


def test_a_round_by_hand_is_not_the_day_s(farm, make):
    desk = make([farm.row("rsa")])
    desk.run("sweep", on=None)
    with serving(desk) as serve:
        serve.wait_for("daily round")
        serve.stop()


@faketime
def test_working_days_only(farm, make, tmp_path):
    """On a Saturday: `probe.days` every makes the round, working does not."""
    today = datetime.datetime.now(MADRID).date()
    ahead = (5 - today.weekday()) % 7 or 7
    wrap = fake_clock(f"+{ahead}d", monotonic=True)
    every = make([farm.row("rsa")])
    working = farm.desk(tmp_path / "working", [farm.row("rsa")], probe_at="00:00", probe_days="working")
    serves = [Serve(every, wrap=wrap), Serve(working, wrap=wrap)]
    try:
        serves[0].wait_for("daily round: 1 bodies")
        time.sleep(1)
        assert not any("daily round" in line for line in serves[1].lines), serves[1].lines
    finally:
        for s in serves:
            s.kill()


@pytest.mark.parametrize("wrong", ["25:00", "nou", "9", "", "09:60"])
def test_a_wrong_time_is_explained_at_once(farm, make, wrong):
    desk = make([farm.row("rsa")])
    result = desk.run("serve", "--set", f"probe.at={wrong}", on=None, expect=EXIT["config"], noisy=True)
    assert "probe.at" in result.err and "09:00" in result.err and "T-CONFIG" in result.err


def test_other_roles_are_refused(farm, make):
    assert "prober" in make([farm.row("rsa")]).run("serve", "--roles", "cook", on=None, expect=EXIT["usage"]).err


# --- again, sooner ---

def back(desk, minutes):
    """As if so many minutes had gone by."""
    sql(desk, "UPDATE sweep SET started = started - ?, ended = ended - ?", *[minutes * 60 * 10**6] * 2)
    sql(desk, "UPDATE watch SET first = first - ?, last = last - ? WHERE failures > 0", *[minutes * 60 * 10**6] * 2)


def test_what_failed_is_asked_again_after_probe_retry(farm, make):
    desk = make([farm.row("http-500"), farm.row("rsa"), farm.row("ecdsa")], probe_retry=5, probe_failures=3, probe_minutes=10)
    with serving(desk) as serve:
        serve.wait_for("daily round: 3 bodies, 2 answer, 1 do not, 0 went down")
        serve.stop()
    for went_down in (0, 1):
        back(desk, 3)
        with serving(desk) as serve:
            time.sleep(0.7)
            assert not any("round:" in line for line in serve.lines)  # not yet
            serve.stop()
        back(desk, 3)
        if today_changed(desk):
            pytest.skip("midnight in Madrid is too near")
        with serving(desk) as serve:
            serve.wait_for(f"retry round: 1 bodies, 0 answer, 1 do not, {went_down} went down")
            serve.stop()
    assert len(outages(desk)) == 1
    # One that is down is asked every hour.
    back(desk, 30)
    with serving(desk) as serve:
        time.sleep(0.7)
        assert not any("retry" in line for line in serve.lines)
        serve.stop()
    put(desk, [at(farm.row("http-500"), farm.url("rsa")), farm.row("rsa"), farm.row("ecdsa")])
    back(desk, 31)
    if today_changed(desk):
        pytest.skip("midnight in Madrid is too near")
    with serving(desk) as serve:
        serve.wait_for("retry round: 1 bodies, 1 answer, 0 do not, 0 went down, 1 recovered")
        serve.stop()
    assert outages(desk) == [] and len(desk.json("action", "list", on=None)) == 1


def today_changed(desk):
    [(started,)] = sql(desk, "SELECT started FROM sweep WHERE kind = 'daily'")
    return datetime.datetime.fromtimestamp(started / 1e6, MADRID).date() != datetime.datetime.now(MADRID).date()


def test_bodies_that_left_the_registry_are_not_asked_for_ever(farm, make):
    desk = make([farm.row("http-500"), *many(10)], **NEVER)
    desk.run("sweep", on=None)
    put(desk, many(10))
    back(desk, 30)
    with serving(desk) as serve:
        time.sleep(1)
        serve.stop()
    assert not any("round:" in line for line in serve.lines)


def test_after_a_blind_round_all_are_asked_again_sooner(farm, make):
    desk = make(many(20))
    with farm.away():
        with serving(desk) as serve:
            serve.wait_for("our own network failed, nothing concluded")
            serve.stop()
    back(desk, 6)
    with serving(desk) as serve:
        serve.wait_for("round: 20 bodies, 20 answer")
        serve.stop()
    assert outages(desk, "--all") == [] and sql(desk, "SELECT count(*), count(ended) FROM blind") == [(1, 1)]


def test_rounds_of_a_clock_that_was_ahead(farm, make):
    desk = make([farm.row("rsa")])
    desk.run("sweep", on=None)
    sql(desk, "UPDATE sweep SET kind = 'daily', started = started + ?, ended = ended + ?", 9 * DAY_US, 9 * DAY_US)
    with serving(desk) as serve:
        serve.wait_for("daily round: 1 bodies")
        serve.stop()


# --- the end ---

@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_stopped_in_the_middle_it_loses_nothing(farm, make, by):
    """Not one of these endpoints gives an answer for seconds."""
    rows = [farm.row(c) for c in ("silent", "stuck", "drip", "http-timeout", "black-hole", "dns-timeout", "ocsp-silent", "rsa")]
    with listening(f"{farm.net}.251") as first:
        desk = make([*rows, at(farm.row("http-500"), f"http://{farm.net}.251:{first.port}/")], probe_seconds=12)
        with serving(desk) as serve:
            until(lambda: first.count)
            serve.stop(by)
            assert any("stopped in the middle" in line for line in serve.lines), serve.lines
    assert sql(desk, "SELECT count(*) FROM sweep") == [(0,)] and sql(desk, "SELECT count(*) FROM observation") == [(0,)]
    with serving(desk) as serve:
        serve.wait_for("daily round: 9 bodies, 2 answer, 7 do not")
        serve.stop()


def test_killed_in_the_middle_it_goes_on(farm, make):
    with listening(f"{farm.net}.251") as first:
        desk = make([farm.row("silent"), at(farm.row("http-500"), f"http://{farm.net}.251:{first.port}/")], probe_seconds=8)
        with serving(desk) as serve:
            until(lambda: first.count)
            serve.process.kill()
    assert sql(desk, "PRAGMA integrity_check") == [("ok",)] and sql(desk, "SELECT count(*) FROM sweep") == [(0,)]
    with serving(desk) as serve:
        serve.wait_for("daily round: 2 bodies")
        serve.stop()


def test_stopped_while_the_store_is_locked(farm, make):
    desk = make([farm.row("rsa")])
    with locked(desk), serving(desk) as serve:
        time.sleep(0.5)
        serve.stop(within=20)  # it waits for the store as any command does
    assert sql(desk, "SELECT count(*) FROM sweep") == [(0,)]


def test_two_that_keep_watch_over_one_store(farm, make):
    desk = make([farm.row("http-500"), farm.row("rsa")], probe_failures=1)
    with serving(desk) as one, serving(desk) as two:  # one of them does the rounds, whichever came first
        until(lambda: sql(desk, "SELECT count(*) FROM sweep WHERE ended IS NOT NULL")[0][0])
        one.stop(), two.stop()
    assert len(outages(desk)) == 1 and desk.json("audit", "verify", on=None)["unbroken"]


def test_a_journal_that_goes_away_does_not_stop_it(farm, make):
    desk = make([farm.row("rsa")])
    with subprocess.Popen([TALAIA, "--config", desk.config, "serve", "--set", "web.listen=127.0.0.1:0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env=environment()) as process:
        process.stderr.close()
        until(lambda: sql(desk, "SELECT count(*) FROM sweep")[0][0])
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert sql(desk, "SELECT kind, ended IS NOT NULL FROM sweep") == [("daily", 1)]


def test_no_desk(tmp_path):
    run("--config", tmp_path / "cap.yaml", "serve", expect=(EXIT["config"], EXIT["input"], EXIT["system"]), noisy=True)


# --- what takes a minute ---

def test_a_locked_store_is_told_and_tried_again(background):
    serve = background["serves"]["locked"]
    assert "another command is writing" in serve.wait_for("writing")
    background["hold"].execute("ROLLBACK")
    serve.wait_for("daily round: 2 bodies, 2 answer", seconds=75)
    serve.stop()


def test_without_descriptors_a_round_ends_all_the_same(background):
    """It gives up after half a minute, and concludes nothing."""
    out, _ = background["starved"].communicate(timeout=60)
    desk = background["desks"]["starved"]
    assert background["starved"].returncode == 0, out
    assert outages(desk) == [] and sql(desk, "SELECT count(*) FROM watch WHERE failures > 0") == [(0,)], out


def test_the_round_of_the_next_minute(background):
    serve = background["serves"]["time"]
    line = serve.wait_for("daily round: 2 bodies, 2 answer", seconds=75)
    at_minute = datetime.datetime.fromisoformat(line.split()[0].replace("Z", "+00:00"))
    assert at_minute.astimezone(MADRID).strftime("%H:%M") == background["soon"].strftime("%H:%M")
    serve.stop()


def test_what_failed_is_asked_again_without_being_told(background):
    serve = background["serves"]["again"]
    serve.wait_for("retry round: 1 bodies, 0 answer, 1 do not, 1 went down", seconds=75)
    serve.stop()
    assert len(outages(background["desks"]["again"])) == 1


def test_a_configuration_that_becomes_wrong_is_told_and_survived(background):
    serve = background["serves"]["config"]
    serve.wait_for("daily round: 3 bodies, 2 answer, 1 do not", seconds=75)
    assert sum("probe.at is no time of day" in line for line in serve.lines) == 1
    serve.stop()
