"""The watch watches itself: stopped, killed, clocks that are set. What nobody saw is blind and never down."""
import datetime
import json
import signal

from conftest import fake_clock, faketime, run
from watching import Clock, Watch, probes, rows, until, web  # noqa: F401  fixture

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
