"""An incident says what is true: it is open while our own probe fails, whoever says otherwise, and over when it is over."""
import datetime
import email.utils

from conftest import faketime
from oncall import make_night, sink, write_runbook  # noqa: F401  fixture
from test_incident import runbook
from watching import Clock, Watch, probes, until, web  # noqa: F401  fixture

pytestmark = faketime
SENDER = "omi@example.cat"


def make(desk, sink, clock=None):  # noqa: F811
    """`clock`: one that goes on; else that of a night (at("02:58"))."""
    write_runbook(desk, runbook(sink) + f"\nalerts: {{from: [{SENDER}]}}\n")
    night = make_night(desk)
    if clock is not None:
        night.clock = lambda: (*clock.wrap, "TZ=Europe/Madrid")
    return night


def omi(night, path, number, subject, hour):
    """A mail of the other monitor, written at that hour of Madrid."""
    at = datetime.datetime.fromisoformat(f"2026-11-20T{hour}+01:00")
    file = path / f"omi-{number}.eml"
    file.write_text(f"From: OMI <{SENDER}>\nTo: padro@example.cat\nSubject: {subject}\nDate: {email.utils.format_datetime(at)}\n"
                    f"Message-ID: <{number}@omi.example>\n\nAutomatic alert.\n")
    night.run("reply", "read", file, expect=(0, 1))


def test_nobody_closes_what_our_own_probe_sees_down(desk, sink, web, tmp_path):  # noqa: F811
    """Neither another monitor's word nor a person's hand; and what a person opened outlives a restart of the watch."""
    web.status = 503
    probes(desk, "".join(f"{name}: {{seconds: 5, failures: 1, recoveries: 1, transitions: [{{http: '{web.url}{name}', timeout: 30{more}}}]}}\n"
                         for name, more in (("OCSP_AOC", ""), ("BONA", ", status: 503"))))
    clock = Clock(tmp_path / "clock", monotonic=True).at("2026-11-20T02:00:00")
    night = make(desk, sink, clock)
    watch = Watch(desk, wrap=clock.wrap)

    def go_on(what):
        """As long as it takes, five seconds of theirs at a time."""
        def look():
            clock.forward(5)
            return what()
        until(look)

    def states(*names):
        return [night.show(name)["state"] for name in names]

    try:
        go_on(lambda: [i["probe"] for i in night.json("incident", "list")] == ["OCSP_AOC"])
        omi(night, tmp_path, 1, "RESOLVED: OCSP_AOC ok", "05:00:00")
        assert states("OCSP_AOC") == ["open"], "our own probe still fails"
        assert "still fails" in night.run("incident", "close", "OCSP_AOC", "Ja va", expect=3).err
        night.run("incident", "open", "BONA", "Ho ha dit un usuari: signa malament")
        assert watch.stop() == 0
        watch = Watch(desk, wrap=clock.wrap)
        go_on(lambda: night.json("probe", "show", "BONA")["at"] > night.show("BONA")["opened"])
        web.status = 200  # OCSP_AOC recovers; BONA is down now, and then well again
        go_on(lambda: night.json("probe", "show", "BONA")["state"] == "down" and states("OCSP_AOC", "BONA") == ["closed", "open"])
        web.status = 503
        go_on(lambda: states("OCSP_AOC", "BONA") == ["open", "closed"])
        # In maintenance a person may close it; when that ends and it is down still, it is open again.
        night.run("probe", "pause", "OCSP_AOC", "60", "La sonda s'equivoca")
        night.run("incident", "close", "OCSP_AOC", "La sonda s'equivoca")
        for _ in range(5):
            clock.forward(5)
        assert states("OCSP_AOC") == ["closed"]
        night.run("probe", "resume", "OCSP_AOC", "Encara hi és")
        go_on(lambda: states("OCSP_AOC") == ["open"])
    finally:
        watch.stop()


def test_mails_of_the_other_monitor_that_overtake_one_another(desk, sink, tmp_path):  # noqa: F811
    night = make(desk, sink)
    night.at("03:00")
    omi(night, tmp_path, 1, "CRITICAL: OCSP_AOC timeout", "02:50:00")
    omi(night, tmp_path, 2, "RESOLVED: OCSP_AOC ok", "02:45:00")
    assert night.show()["state"] == "open", "that was before it failed"
    omi(night, tmp_path, 3, "RESOLVED: OCSP_AOC ok", "02:55:00")
    assert night.show()["state"] == "closed"
    omi(night, tmp_path, 4, "CRITICAL: OCSP_AOC timeout", "02:53:00")
    assert (night.show()["state"], night.show()["again"]) == ("closed", 0), "that was before it recovered"
    omi(night, tmp_path, 5, "CRITICAL: OCSP_AOC timeout", "02:56:00")
    assert (night.show()["state"], night.show()["again"]) == ("open", 1)
