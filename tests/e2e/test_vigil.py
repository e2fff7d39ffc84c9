"""The watch watches itself: stopped, killed, clocks that are set. What nobody saw is blind and never down."""
import signal
import time

from conftest import faketime
from watching import Clock, Watch, probes, rows, until, web  # noqa: F401  fixture

HOUR = 3600


def blind(desk, why):
    return [(ended - began) / 1e6 for began, ended in rows(desk, "SELECT began, ended FROM probe_blind WHERE why = ? AND ended IS NOT NULL ORDER BY began", why)]


@faketime
def test_what_nobody_saw_is_blind_and_never_down(desk, web, tmp_path):
    clock = Clock(tmp_path / "clock")
    probes(desk, f'PAGE:\n  seconds: 5\n  failures: 1\n  transitions: [{{http: "{web.url}", timeout: 4}}]\n')
    count = "SELECT count(*) FROM probe_run WHERE outcome = 'good'"
    watch = Watch(desk, wrap=clock.wrap)
    try:
        until(lambda: rows(desk, count)[0][0] >= 1)
        # Stopped with a question under way: when it goes on, the question's time is over, and that says nothing of the page.
        web.wait, asked = 2, web.seen
        until(lambda: web.seen > asked)
        watch.send(signal.SIGSTOP)
        time.sleep(11)
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
