"""A night, replayed: a responder hangs at 02:58, nobody acknowledges, escalation, a call from a private telephone, recovery; and what is read of it in the morning."""
import datetime
import json
import re
import signal
import sys
import zoneinfo
from pathlib import Path

from conftest import faketime, run, until
from mail_servers import smtp_server  # noqa: F401  fixture
from oncall import STEPS, make_night, sink, write_runbook  # noqa: F401  fixture
from outbox import parse
from watching import LOCAL, Clock, Watch, probes

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "servers"))
from responders import Authority  # noqa: E402

RUNBOOK = """
phone: '+34 600 000 000'
channels:
  sms: {{person: Guàrdia, sms: '{url}/sms', to: '+34 600 000 000'}}
  cap: {{person: Cap de servei, webhook: '{url}/cap'}}
runbooks:
  certificacio:
    probes: [OCSP_AOC]
    page: [{{to: [sms]}}, {{after: 15, to: [cap]}}]
    ticket: {{observers: [ot.anna, ot.pau], related: []}}
    provider: {{name: Proveïdor, to: [suport@proveidor.example]}}
"""
SUMMARY = r"""Incident 1: OCSP_AOC

Servei: Certificació digital
Què s'ha vist: 127\.0\.0\.1 .* 2 segons.*
Des de: .* de \d{4}, 02:58
Recuperació: .* de \d{4}, 04:0[56]
Durada: 1 h 0[78] min
Detectat al cap de: \d+ s
Se n'ha fet càrrec: \S+, 2[01] min després d'obrir-se
Tiquet: ST-1

Què ha passat
.* de \d{4}
  02:5[89]  Ha fallat: 127\.0\.0\.1 .* 2 segons[^(]*
  02:5[89]  Alerta enviada: Guàrdia \(SMS\)
  02:5[89]  Tiquet obert: ST-1
  03:00  Correu al proveïdor: Proveïdor
  03:14  Alerta enviada: Cap de servei \([^)]+\)
  03:20  Se n'ha fet càrrec \(\S+\)
  03:30  Trucada: Atenció 24×7: respost; des del telèfon 600 111 222; 12,50 €; cal un full de despeses\. Ho miren \(\S+\)
  03:32  Nota: Ho preveuen per a les 4 \(\S+\)
  04:0[56]  Recuperació: al cap de 1 h 0[78] min

Trucades: 1, 12,50 €; [^;]+: 1; [^;]+: 1
"""

# Certificates and answers of the responder are in their time then; and no clock changes on a night to Monday.
NIGHT = datetime.date.today() + datetime.timedelta(days=1)
NIGHT += datetime.timedelta(days=NIGHT.weekday() == 6)


def madrid(hour):
    """An hour of that night as the clocks of the desk want it."""
    local = datetime.datetime.combine(NIGHT, datetime.time.fromisoformat(hour), zoneinfo.ZoneInfo("Europe/Madrid"))
    return local.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat()


@faketime
def test_a_night_replayed(desk, sink, smtp_server, tmp_path):  # noqa: F811
    smtp, authority, clock = smtp_server(), Authority(tmp_path / "authority"), Clock(tmp_path / "clock").at(madrid("02:57:45"))
    watch = None
    try:
        url = authority.responder(more=dict(word.split("=", 1) for word in clock.wrap[1:]))
        place = probes(desk, f"""
OCSP_AOC:
  service: Certificació digital
  seconds: 5
  failures: 2
  recoveries: 1
  level: 99.5
  transitions:
    - {{ocsp: "{url}", timeout: 2, issuer: a/ca.pem, good: a/good.pem, revoked: "0x1002"}}
""")
        (place / "a").symlink_to(authority.directory)
        write_runbook(desk, RUNBOOK.format(url=sink.url) + STEPS)
        night = make_night(desk, *smtp.settings)

        def do(*words, at=None, expect=0):
            if at is not None:
                clock.at(madrid(at))
            return run("--config", desk.config, *LOCAL, "--lang", "ca", *night.words(*words), wrap=clock.wrap, expect=expect)

        def check(expect):
            return run("--config", desk.config, "--lang", "en", "check", "OCSP_AOC", wrap=clock.wrap, expect=expect, noisy=True).out

        def state():
            return json.loads(do("probe", "show", "OCSP_AOC", "--json").out)

        assert check(3).startswith("UNKNOWN OCSP_AOC - it has not run yet")
        watch = Watch(desk, "--lang", "ca", wrap=clock.wrap)
        until(lambda: state()["outcome"] == "good")
        assert re.match(r"OK OCSP_AOC - All is well\. \(\S+ 02:5\d\) \| time=\d+\.\d+s;;;0 tcp=", check(0))
        clock.at(madrid("02:58:00"))
        authority.processes[0].send_signal(signal.SIGSTOP)
        until(lambda: state()["outcome"] == "bad")
        seen = check((1, 2))
        assert re.match(r"(WARNING|CRITICAL) OCSP_AOC - .* \| time=", seen)
        until(lambda: "OCSP_AOC" in do("incident", "list").out)
        assert check(2).startswith("CRITICAL OCSP_AOC - ")
        do("incident", "run", expect=(0, 1))
        assert "02:58" in sink.got("/sms")[0].json["text"]
        do("incident", "run", at="03:00:10")
        do("warnings", "send")
        do("incident", "run")
        do("incident", "run", at="03:14:10")
        assert len(sink.got("/cap")) == 1
        do("incident", "ack", "1", at="03:20:10")
        do("incident", "call", "1", "3", "--phone", "600 111 222", "--amount", "12,50", "--note", "Ho miren", at="03:30:10")
        do("incident", "note", "1", "Ho preveuen per a les 4", "--step", "4", at="03:32:10")
        assert state()["state"] == "down"
        clock.at(madrid("04:05:05"))
        until(lambda: state()["at"] >= madrid("04:05")[:16])  # a try from before would say that it came back then
        authority.processes[0].send_signal(signal.SIGCONT)
        until(lambda: state()["state"] == "up")
        until(lambda: json.loads(do("incident", "show", "1", "--json").out)["state"] == "closed")
        do("incident", "run")
        do("warnings", "send")
        assert check((0, 1)).split(" ", 1)[1].startswith("OCSP_AOC - ")
        summary = do("incident", "summary", "1").out
        for line, wanted in zip(summary.splitlines(), SUMMARY.splitlines()):
            assert re.fullmatch(wanted, line), f"{line}\n{wanted}\n\n{summary}"
        assert len(summary.splitlines()) == len(SUMMARY.splitlines()), summary
        failed, recovered = [parse(m.as_bytes()).get_body(("plain",)).get_content() for m in smtp.mails()]
        assert "02:58" in failed and "ST-1" in failed and re.search("1 h 0[78] min", recovered) and re.search("04:0[56]", recovered)
        ticket = json.loads(do("tickets", "show", "ST-1", "--json").out)
        notes = "\n".join(n["text"] for n in ticket["notes"])
        assert sorted(ticket["watchers"]) == ["ot.anna", "ot.pau"]
        for words in ("600 111 222", "Ho preveuen", "1 h 0", "Proveïdor"):
            assert words in notes, notes
        assert "600 111 222" in do("expense", "list", "--month", f"{NIGHT:%Y-%m}").out
        [down] = state()["down"]
        assert down["began"][:16] == madrid("02:58")[:16] and down["ended"][:15] == madrid("04:05")[:15]
    finally:
        if watch is not None:
            watch.stop()
        authority.processes[0].send_signal(signal.SIGCONT)
        authority.close()
