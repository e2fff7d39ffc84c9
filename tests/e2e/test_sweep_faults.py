"""Rounds in bad weather: no DNS, no descriptors, kills, a locked store, clocks that jump, responders that storm; and the same
flows on PostgreSQL."""
import contextlib
import random
import signal
import sqlite3
import subprocess
import time

import pytest

from conftest import EXIT, TALAIA, Desk, environment, fake_clock, faketime, run
from farm import Farm, Serve, name_of, put, sweep
from test_sweep_outages import DAY_US, at, book, many, outages, sql, today

MANY = 120


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"), "--many", str(MANY))
    yield farm
    farm.stop()


@pytest.fixture
def make(farm, tmp_path):
    def maker(rows, **settings):
        return farm.desk(tmp_path / "desk", rows, **({"probe_failures": 2, "probe_minutes": 0} | settings))
    return maker


# --- DNS, descriptors, responders ---

def test_no_dns_at_all(farm, make):
    """Nobody answers on that port: bounded, told as DNS, and nothing concluded."""
    desk = make(many(60), probe_seconds=8)
    began = time.monotonic()
    found = sweep(desk, "--set", f"net.dns={farm.net}.9:5353")
    assert time.monotonic() - began < 60
    assert {line["connection"]["code"] for lines in found.values() for line in lines} <= {"dns-timeout", "dns-failed"}
    assert sql(desk, "SELECT us FROM sweep") == [(1,)] and outages(desk) == []


def test_some_names_without_an_answer(farm, make):
    desk = make([farm.row("dns-timeout"), farm.row("dns-none"), farm.row("dns-nodata"), *many(20)], probe_seconds=8)
    found = sweep(desk)
    codes = {c: found[name_of(c)][0]["connection"]["code"] for c in ("dns-timeout", "dns-none", "dns-nodata")}
    assert codes["dns-timeout"] == "dns-timeout" and codes["dns-none"] == "dns-none" and codes["dns-nodata"] in ("dns-failed", "dns-none")
    assert sum(lines[0]["up"] for lines in found.values()) == 20
    assert "2 seconds" in found[name_of("dns-timeout")][0]["connection"]["reason"]


def test_descriptors_run_out(farm, make):
    rows = many(MANY)
    desk = make(rows, probe_in_flight=200)
    free = sweep(desk)
    tight = sweep(desk, wrap=("prlimit", "--nofile=40:40"))
    assert set(free) == set(tight)
    for name in free:
        assert tight[name][0]["up"] and [tight[name][0][p]["code"] for p in ("connection", "trust", "application")] == ["ok"] * 3, name
    assert outages(desk) == []


def test_too_few_descriptors_to_begin(farm, make):
    desk = make(many(3))
    for limit in (3, 4, 5, 6):
        desk.run("sweep", on=None, wrap=("prlimit", f"--nofile={limit}:{limit}"), expect=(3, 4, 5, 6, 70, 127), noisy=True)
    assert "3 answer" in desk.run("sweep", on=None).out


@pytest.mark.parametrize("case", ["ocsp-silent", "ocsp-down", "ocsp-garbage", "ocsp-try-later"])
def test_responders_in_a_storm_make_nobody_bad(farm, make, case):
    """A hundred bodies behind a responder that does not help: unknown, up, and in the time of one."""
    rows = [at(row, f"{farm.url(case)}&n={i}") for i, row in enumerate(many(100))]
    desk = make(rows)
    began = time.monotonic()
    found = sweep(desk)
    assert time.monotonic() - began < 60
    for lines in found.values():
        assert lines[0]["up"] and lines[0]["trust"]["code"] == "revocation-unknown" and lines[0]["trust"]["not_after"]
    assert outages(desk) == []


# --- kills and locks ---

def test_killed_in_the_middle_nothing_or_all(farm, make):
    desk = make([farm.row("http-500"), *many(60)])
    sweep(desk)
    dice = random.Random(7)
    for i in range(14):
        before = sql(desk, "SELECT count(*) FROM sweep")[0][0]
        process = subprocess.Popen([TALAIA, *map(str, desk.arguments("sweep", "--json", on=None))], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=environment())
        time.sleep(dice.uniform(0, 0.35) if i else 0.02)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        assert sql(desk, "PRAGMA integrity_check") == [("ok",)] and sql(desk, "PRAGMA foreign_key_check") == []
        after, unfinished = sql(desk, "SELECT count(*), sum(ended IS NULL) FROM sweep")[0]
        assert after - before in (0, 1) and unfinished == 0
        assert sql(desk, "SELECT count(*) FROM sweep s WHERE (SELECT count(*) FROM observation o WHERE o.sweep_id = s.id) <> 61") == [(0,)]
    sweep(desk)
    assert len(outages(desk)) == 1 and desk.json("audit", "verify", on=None)["unbroken"]


@contextlib.contextmanager
def locked(desk):
    with contextlib.closing(sqlite3.connect(desk.store, isolation_level=None)) as store:
        store.execute("BEGIN IMMEDIATE")
        yield
        store.execute("ROLLBACK")


def test_store_locked_while_it_writes(farm, make):
    desk = make([farm.row("http-500"), farm.row("rsa")])
    sweep(desk)
    with locked(desk):
        err = desk.run("sweep", on=None, expect=EXIT["store"]).err
    assert "writing" in err and "T-BUSY" in err and "SQLITE" not in err
    assert sql(desk, "SELECT count(*) FROM sweep") == [(1,)] and outages(desk) == []
    assert "1 went down" in desk.run("sweep", on=None).out


def test_full_disk(farm, make, tmp_path):
    """RLIMIT_FSIZE stands for it: the store cannot grow."""
    desk = make(many(MANY))
    result = desk.run("sweep", on=None, wrap=("prlimit", "--fsize=50000:50000"), expect=EXIT["store"])
    assert "T-" in result.err and "SQLITE" not in result.err
    assert sql(desk, "PRAGMA integrity_check") == [("ok",)] and sql(desk, "SELECT count(*) FROM sweep") == [(0,)]
    assert f"{MANY} answer" in desk.run("sweep", on=None).out


# --- clocks ---

def test_clock_that_was_ahead(farm, make):
    """What was written by a clock ten days ahead: failures begin to count anew, and nothing is dated in the future."""
    desk = make([farm.row("http-500"), farm.row("rsa")], probe_failures=3, probe_minutes=10)
    for _ in range(2):
        sweep(desk)
    sql(desk, "UPDATE watch SET first = first + ?, last = last + ? WHERE failures > 0", 10 * DAY_US, 10 * DAY_US)
    sql(desk, "UPDATE sweep SET started = started + ?, ended = ended + ?", 10 * DAY_US, 10 * DAY_US)
    sweep(desk)
    assert outages(desk) == []  # three in a row, and not over ten minutes
    sql(desk, "UPDATE watch SET first = first - 660000000 WHERE failures > 0")
    sweep(desk)
    assert [o["since"] for o in outages(desk)] == [today()] or [o["since"] for o in outages(desk)] == [today(-1)]  # at midnight


@faketime
def test_clock_jumps_while_it_checks(farm, make):
    desk = make([farm.row("slow-body"), *many(10)])
    for jump in ("+0 x3600", "-10d", "+10d"):
        assert "11 answer" in desk.run("sweep", on=None, wrap=fake_clock(jump)).out


# --- the same on PostgreSQL ---

def test_the_same_on_postgresql(farm, tmp_path, postgresql):
    database, url = postgresql.database()
    cases = ("http-500", "rsa", "expired", "two-certificates", "changing")
    rows = [farm.row(c) for c in cases]
    settings = {"probe_failures": 2, "probe_minutes": 0}
    pg = Desk(tmp_path / "pg")
    run("init", "--lang", "en", "--set", f"store.url={url}", pg.path, *farm.settings(**settings))
    put(pg, rows)
    lite = farm.desk(tmp_path / "lite", rows, **settings)
    seen = []
    for desk in (lite, pg):
        steps = [plain(sweep(desk)) for _ in range(2)]
        steps += [[(o["body"], o["since"], o["error"]) for o in outages(desk)]]
        desk.run("silence", "rsa", "Canvi", "--until", today(2), on=None)
        put(desk, [at(rows[0], farm.url("rsa")), at(rows[1], farm.url("http-503")), *rows[2:]])
        steps += [plain(sweep(desk)), plain(sweep(desk)), [(o["body"], o["closed"]) for o in outages(desk, "--all")]]
        steps += [[a["text"] for a in desk.json("action", "list", on=None)]]
        desk.run("unsilence", "rsa", "Fet", on=None)
        steps += [plain(sweep(desk)), sorted(o["body"] for o in outages(desk)), book(desk)]
        assert desk.json("audit", "verify", on=None)["unbroken"]
        seen.append(steps)
    assert seen[0] == seen[1]
    assert len(seen[0][2]) == 1 and len(seen[0][-2]) == 1

    assert postgresql.sql("SELECT count(*) = 5, bool_and(ended IS NOT NULL) FROM sweep", database) == "t|t"


def test_our_own_network_on_postgresql(farm, tmp_path, postgresql):
    database, url = postgresql.database()
    pg = Desk(tmp_path / "pg")
    run("init", "--lang", "en", "--set", f"store.url={url}", pg.path, *farm.settings(probe_failures=1, probe_minutes=0, probe_at="00:00"))
    put(pg, many(30))
    sweep(pg)
    with farm.away():
        for _ in range(2):
            assert "own network" in pg.run("sweep", on=None).out
    assert outages(pg) == [] and postgresql.sql("SELECT count(*), count(ended) FROM blind", database) == "1|0"
    serve = Serve(pg)
    try:
        serve.wait_for("daily round: 30 bodies, 30 answer")
        serve.stop()
    finally:
        serve.kill()
    assert postgresql.sql("SELECT count(*), count(ended) FROM blind", database) == "1|1"


def plain(found):
    """Without what differs from one moment to the next."""
    return {name: sorted([line["address"], line["up"], line["reconciliation"], line["silent_until"], line["trust"]["not_after"],
                          *[line[p]["code"] + line[p]["reason"] for p in ("connection", "trust", "application")]] for line in lines)
            for name, lines in found.items()}
