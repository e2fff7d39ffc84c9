"""Several probers on one store: one makes the runs, and another takes over."""
import signal
import time

from conftest import Desk, faketime, run, until
from watching import Clock, Watch, Web, probes


@faketime
def test_of_two_probers_one_works(postgresql, tmp_path):
    """One makes the runs; another takes over when it is killed, and when it stands still, which it then sees itself."""
    name, url = postgresql.database()
    page = Web()
    run("init", "--lang", "en", "--set", f"store.url={url}", tmp_path / "desk")
    desk = Desk(tmp_path / "desk")
    probes(desk, f'PAGE:\n  seconds: 5\n  failures: 1\n  transitions: [{{http: "{page.url}"}}]\n')

    def sql(text):
        return postgresql.sql(text, name)

    def runs():
        return int(sql("SELECT count(*) FROM probe_run"))

    def more(than):
        return until(lambda: runs() > than)

    clock = Clock(tmp_path / "clock", monotonic=True)  # of all of them

    def another():
        return Watch(desk, wrap=clock.wrap)

    def takes_over(watch, seconds=4):
        """It counts from when it last saw a beat: time may have to go by once more."""
        clock.forward(21)
        end = time.monotonic() + seconds
        while not watch.said("1 probes run") and time.monotonic() < end:
            time.sleep(0.1)
        return watch.said("1 probes run")

    watches = [another()]
    try:
        more(0)
        watches.append(another())
        before = runs()
        more(before)
        assert watches[0].said("1 probes run") and not watches[1].said("1 probes run")
        # The one that works stands still: the other takes over, and the first sees it.
        watches[0].send(signal.SIGSTOP)
        until(lambda: takes_over(watches[1]))
        before = runs()
        more(before)
        watches[0].send(signal.SIGCONT)
        until(lambda: watches[0].said("standing by"))
        before = runs()
        # Killed: taken over at once on its machine.
        watches[1].stop(signal.SIGKILL)
        until(lambda: len(watches[0].said("1 probes run")) == 2)
        more(before)
        # Ended in good order: nothing to wait for.
        watches.append(another())
        assert watches[0].stop() == 0
        until(lambda: watches[2].said("1 probes run"), 15)
        assert sql("SELECT count(*) FROM (SELECT at / 4000000 FROM probe_run GROUP BY 1 HAVING count(*) > 1) twice") == "0"
        assert sql("SELECT count(*) FROM probe_run WHERE outcome <> 'good'") == "0"
        assert sql(f"SELECT count(*) FROM probe_blind WHERE why = 'stopped' AND ended - began > {60 + clock.offset}000000") == "0"
        assert page.seen - runs() in range(0, 4), "what was asked and not kept was under way when its prober went"
    finally:
        for w in watches:
            w.stop()
        page.close()
