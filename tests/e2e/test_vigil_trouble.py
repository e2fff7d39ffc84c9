"""What a watch meets that has nothing to do with the services: mistakes in its files, a store that is away, a clock that was wrong, and
judgements that come after the sums."""
import datetime
import json
import sqlite3
import time

from certificates import Eternity
from conftest import fake_clock, faketime, run, until
from watching import Clock, Watch, Web, closed, plugin, probes, rows, web  # noqa: F401  fixtures

HOUR = 3600


def seen(desk, name):
    return rows(desk, "SELECT coalesce(max(r.at), 0) FROM probe p JOIN probe_run r ON r.probe_id = p.id WHERE name = ?", name)[0][0]


def sooner(desk, clock, what, kept=True):
    """Until it happens, four seconds at a time: less than what looks like a clock that was set or a process that stood still. While the
    store takes what is `kept`, the watch makes its turn before the clock goes on."""
    def mark():
        return rows(desk, "SELECT max(at) FROM probe_watcher WHERE name = 'seen'")[0][0]
    for _ in range(60):
        found = what()
        if found:
            return found
        before = mark()
        clock.forward(4)
        time.sleep(1)
        if kept:
            until(lambda: mark() != before)
    raise AssertionError(f"it did not happen: {what}")


@faketime
def test_neither_a_mistake_nor_a_busy_store_end_the_watch(desk, web, closed, tmp_path):  # noqa: F811
    heart, clock = Web(), Clock(tmp_path / "clock", monotonic=True)
    good = f'PAGE: {{seconds: 5, failures: 1, transitions: [{{http: "{web.url}"}}]}}\n'
    broken = f'BROKEN: {{seconds: 5, failures: 1, transitions: [{{ocsp: "{web.url}", issuer: "a/ca.pem", good: "0x1", revoked: "0x2"}}]}}\n'
    place = probes(desk, good + broken)
    web.status = 500
    with sqlite3.connect(desk.path / "talaia.db") as db:  # our network was down when the watch ended
        db.execute("INSERT INTO probe_blind (began, why) VALUES (?, 'network')", [int(time.time() * 1e6) - 60000000])

    def check(code, name="PAGE"):
        return run("--config", desk.config, "--lang", "en", "check", name, wrap=clock.wrap, expect=code, noisy=True).out

    watch = Watch(desk, "--set", f"probe.heartbeat={heart.url}", "--set", f"probe.canaries={heart.url}", wrap=clock.wrap)
    try:
        # Blind ends with whoever is reached, whatever is found there; else what is down would be "not known" for ever.
        sooner(desk, clock, lambda: rows(desk, "SELECT 1 FROM probe_blind, probe WHERE why = 'network' AND ended IS NOT NULL AND down = 1"))
        assert check(2).startswith("CRITICAL PAGE - It answers with another HTTP status: 500")
        # What a probe needs is not there: the others run. It is read when it comes.
        sooner(desk, clock, lambda: rows(desk, "SELECT 1 FROM probe WHERE name = 'BROKEN' AND outcome = 'blind'"))
        assert "ca.pem does not exist" in check(3, "BROKEN") and watch.said("it cannot be tried: ")
        (place / "a").symlink_to(Eternity(tmp_path / "authority").directory)
        sooner(desk, clock, lambda: rows(desk, "SELECT 1 FROM probe WHERE name = 'BROKEN' AND down = 1 AND code <> 'setup'"))
        probes(desk, good.replace("seconds", "secnods"))
        [said] = sooner(desk, clock, lambda: watch.said("the watch goes on as before"))
        assert "probes.yaml:1:" in said and "secnods" in said, said
        before = seen(desk, "PAGE")
        sooner(desk, clock, lambda: seen(desk, "PAGE") > before)
        probes(desk, good + f'OTHER: {{seconds: 5, failures: 1, transitions: [{{http: "{heart.url}"}}]}}\n')
        sooner(desk, clock, lambda: seen(desk, "OTHER"))
        assert len(watch.said("the watch goes on as before")) == 1
        assert check(0, "OTHER").startswith("OK OTHER - ")
        # Paused, and the service stopped in the next second.
        run("--config", desk.config, "probe", "pause", "OTHER", "60", "we stop it", wrap=clock.wrap)
        heart.status = 503
        sooner(desk, clock, lambda: rows(desk, "SELECT 1 FROM probe WHERE name = 'OTHER' AND outcome = 'bad'"))
        assert rows(desk, "SELECT down FROM probe WHERE name = 'OTHER'") == [(0,)]
        heart.status = 200
        # Taken out of the file: what it was is no answer any more.
        probes(desk, good)
        assert check(3, "OTHER").startswith("UNKNOWN OTHER - It is not tried any more.")
        sooner(desk, clock, lambda: watch.said("1 probes run around the clock"))
        # A machine that was too busy for it stood still, which is said; reading files again leaves no gap.
        assert rows(desk, "SELECT count(*) FROM probe_blind WHERE why <> 'network'") == [(len(watch.said("it stood still")),)], watch.lines
        # Nothing is kept while somebody else writes: that is no watch, and the heartbeat does not say that it is one.
        with sqlite3.connect(desk.path / "talaia.db", isolation_level=None, timeout=30) as db:
            db.execute("BEGIN IMMEDIATE")
            clock.forward(70)
            sooner(desk, clock, lambda: watch.said("no heartbeat: "), kept=False)
            before = heart.seen
            db.execute("ROLLBACK")
        sooner(desk, clock, lambda: watch.said("the heartbeat goes on") and heart.seen > before)
    finally:
        code = watch.stop()
        heart.close()
    assert code == 0


def test_a_plugin_takes_no_mistake_of_usage_for_a_failure(desk):
    probes(desk, "X: {\n")
    for words in ((), ("X", "Y"), ("X", "--nope"), ("X",), ("a\nb|c",)):
        line = plugin(desk, "check", *words, expect=3).stdout
        assert line.startswith("UNKNOWN ") and line.count("\n") == 1 and "|" not in line, line


@faketime
def test_what_comes_out_late_is_summed_up_again(desk, web, closed, tmp_path):  # noqa: F811
    """Three bad runs of ten minutes: it was down in an hour of which the sums were made before anybody knew."""
    probes(desk, f"""
DOWN: {{seconds: 600, failures: 3, transitions: [{{tcp: "{closed}"}}]}}
UP: {{seconds: 600, recoveries: 3, transitions: [{{tcp: "{web.place}"}}]}}
BEHIND: {{seconds: 3600, depends: DOWN, transitions: [{{tcp: "{web.place}"}}]}}
""")
    hour = int(datetime.datetime.now(datetime.timezone.utc).replace(hour=11, minute=0, second=0, microsecond=0).timestamp())

    def us(seconds):
        return int((hour + seconds) * 1000000)

    listed = run("--config", desk.config, "probe", "list", "--json", wrap=fake_clock(f"@{datetime.datetime.fromtimestamp(hour + 400, datetime.timezone.utc):%Y-%m-%d %H:%M:%S}", "TZ=UTC"))
    due = {p["name"]: datetime.datetime.fromisoformat(p["next"].replace("Z", "+00:00")).timestamp() - hour for p in json.loads(listed.out)}
    first, last = sorted(("DOWN", "UP"), key=due.get)
    with sqlite3.connect(desk.path / "talaia.db") as db:
        db.execute("INSERT INTO probe_watcher VALUES ('seen', ?), ('summed', ?)", [us(due[first] - 2), us(0)])
        for i, name in enumerate(("DOWN", "UP", "BEHIND"), 1):
            began = us(due[name] - 1200) if name != "BEHIND" else None
            db.execute("INSERT INTO probe (id, name, known, down, bad, good, first, said, since, at, outcome) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, 'good')",
                       [i, name, name == "UP", 2 * (name == "DOWN"), 2 * (name == "UP"), began, began and us(due[name] - 600), us(-20 * HOUR), us(-HOUR)])
            db.executemany("INSERT INTO probe_run (probe_id, at, outcome, code, detail, transition, us, us_late) VALUES (?, ?, 'good', 'ok', '', 1, 2000, 0)", [(i, us(-s)) for s in range(0, 2 * HOUR, 300)])
            db.executemany("INSERT INTO probe_sum (span, probe_id, began, runs, up, down, blind, maintenance, times) VALUES (?, ?, ?, 12, ?, ?, 0, 0, '')",
                           [(span, i, us(-HOUR), 0 if name == "UP" else HOUR, HOUR if name == "UP" else 0) for span in "h"])
        db.execute("INSERT INTO probe_down (probe_id, began, judged, transition, code, detail) VALUES (2, ?, ?, 1, 'refused', '')", [us(-20 * HOUR), us(-20 * HOUR)])
    clock = Clock(tmp_path / "clock")
    clock.set(round(hour + due[first] - 2 - time.time()))
    down = {n: HOUR - (due[n] - 1200 + HOUR) if n == "DOWN" else due[n] - 1200 + HOUR for n in ("DOWN", "UP")}
    watch = Watch(desk, wrap=clock.wrap)
    try:
        until(lambda: rows(desk, "SELECT 1 FROM probe_run r JOIN probe p ON p.id = r.probe_id WHERE name = ? AND r.at > ?", first, us(100)))
        clock.set(round(hour + due[last] - 2 - time.time()))
        until(lambda: rows(desk, "SELECT down FROM probe WHERE id < 3 ORDER BY id") == [(1,), (0,)])

        def sums(span):
            return rows(desk, "SELECT down, up FROM probe_sum WHERE span = ? AND probe_id < 3 ORDER BY probe_id", span)

        wanted = [(down[n], HOUR - down[n]) for n in ("DOWN", "UP")]
        until(lambda: sums("h") == wanted, 30)
        until(lambda: sums("d") == wanted == sums("m"), 30)
        until(lambda: rows(desk, "SELECT blind FROM probe_sum WHERE span = 'h' AND probe_id = 3") == [(down["DOWN"],)], 30)
    finally:
        code = watch.stop()
    assert code == 0


@faketime
def test_a_clock_that_was_ahead_for_a_while(desk, web, tmp_path):  # noqa: F811
    """A machine that begins in another year until it is told better: that time is not blind when it comes, and its hours are summed up."""
    clock = Clock(tmp_path / "clock")
    probes(desk, f'PAGE: {{seconds: 5, failures: 1, transitions: [{{http: "{web.url}"}}]}}\n')
    web.status, before = 500, time.time() - 100
    with sqlite3.connect(desk.path / "talaia.db") as db:
        db.execute("INSERT INTO probe_watcher VALUES ('seen', ?)", [int(before * 1e6)])
    clock.set(300 * 24 * HOUR)
    watch = Watch(desk, wrap=clock.wrap)
    try:
        until(lambda: rows(desk, "SELECT 1 FROM probe WHERE down = 1"))
        assert rows(desk, "SELECT max(ended) FROM probe_blind")[0][0] > (time.time() + 299 * 24 * HOUR) * 1e6
        clock.set(0)
        until(lambda: rows(desk, "SELECT at FROM probe WHERE down = 1")[0][0] < (time.time() + HOUR) * 1e6)
        soon = (time.time() + 60) * 1e6
        assert before * 1e6 < rows(desk, "SELECT max(ended) FROM probe_blind")[0][0] < soon, "it ends when that was found out"
        for what in ("max(at) FROM probe_watcher", "max(began) FROM probe_down", "since FROM probe"):
            assert rows(desk, f"SELECT {what}")[0][0] < soon, what
        assert plugin(desk, "check", "PAGE", expect=2).stdout.startswith("CRITICAL PAGE - ")
    finally:
        code = watch.stop()
    assert code == 0
    with sqlite3.connect(desk.path / "talaia.db", timeout=30) as db:  # nobody watches, and what was said last is of a time to come
        db.execute("UPDATE probe SET at = at + 86400000000")
    assert "nobody watches it" in plugin(desk, "check", "PAGE", expect=3).stdout


@faketime
def test_hours_in_which_nobody_watched_are_counted(desk, web, tmp_path):  # noqa: F811
    probes(desk, f'PAGE: {{seconds: 5, transitions: [{{http: "{web.url}"}}]}}\nOFFICE: {{seconds: 5, hours: mon-sun 00:00-22:00 holidays, transitions: [{{http: "{web.url}"}}]}}\n')
    evening = datetime.datetime.now(datetime.timezone.utc).replace(month=6, day=9, hour=19, minute=0, second=0, microsecond=0)  # 21:00 of Madrid
    clock = Clock(tmp_path / "clock").at((evening + datetime.timedelta(hours=5, minutes=30)).replace(tzinfo=None).isoformat())
    with sqlite3.connect(desk.path / "talaia.db") as db:
        at = int(evening.timestamp()) * 1000000
        db.execute("INSERT INTO probe_watcher VALUES ('seen', ?), ('summed', ?)", [at, at])
    watch = Watch(desk, wrap=clock.wrap)
    try:
        until(lambda: rows(desk, "SELECT 1 FROM probe_watcher WHERE name = 'summed' AND at = ?", at + 5 * HOUR * 1000000), 120)
    finally:
        code = watch.stop()
    assert code == 0
    for span, wanted in (("d", {"PAGE": [3 * HOUR, 2 * HOUR], "OFFICE": [HOUR, 2 * HOUR]}), ("m", {"PAGE": [5 * HOUR], "OFFICE": [3 * HOUR]})):
        for name, blind in wanted.items():
            assert [b for b, in rows(desk, "SELECT s.blind FROM probe p JOIN probe_sum s ON s.probe_id = p.id WHERE name = ? AND span = ? ORDER BY began", name, span)] == blind, (name, span)
    assert rows(desk, "SELECT coalesce(sum(up + down), 0) FROM probe_sum WHERE span = 'h'") == [(0,)]
