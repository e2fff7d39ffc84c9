"""Probes around the clock: every kind against real servers, every state of an OCSP responder, and the watch itself."""
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import xml.etree.ElementTree
from pathlib import Path

from conftest import FAKETIME, TALAIA, environment, run, until
from watching import LOCAL, Web, closed, codes, plugin, probes, rows, web  # noqa: F401  fixtures

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "servers"))
from responders import Authority, openssl  # noqa: E402

def test_every_state_of_a_responder_has_its_own_verdict(desk, tmp_path, closed):
    authority = Authority(tmp_path / "authority")
    try:
        real = authority.responder()
        openssl(authority.directory, "ocsp", "-issuer", "ca.pem", "-cert", "good.pem", "-reqout", "question.der")
        other = authority.ask(real, (authority.directory / "question.der").read_bytes())  # its nonce is that of another question

        def broken(question):
            body = bytearray(authority.ask(real, question))
            at = body.index(bytes.fromhex("06082a8648ce3d040302")) + 16  # inside of the signature
            body[at + 8] ^= 1
            return 200, bytes(body)

        blank = {}  # questions without nonce, by what they are about
        for name in ("good", "revoked"):
            openssl(authority.directory, "ocsp", "-issuer", "ca.pem", "-cert", f"{name}.pem", "-no_nonce", "-reqout", f"{name}.der")
            blank[name] = (authority.directory / f"{name}.der").read_bytes()

        def about(question):
            return "good" if bytes.fromhex("02021001") in question else "revoked"

        def swapped(question):
            return 200, authority.ask(real, blank["revoked" if about(question) == "good" else "good"])

        def late(status, seconds=8):
            def answer(question):
                time.sleep(seconds)
                return status, authority.ask(real, question)
            return answer

        ahead = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+3d"}
        states = {
            "NONONCE": (authority.answering(lambda q: (200, authority.ask(real, blank[about(q)]))), "good", "ok"),  # RFC 6960: it need not give it back
            "OTHERCERT": (authority.answering(swapped), "bad", "ocsp-other-certificate"),
            "FUTURE": (authority.responder(more=ahead), "bad", "ocsp-future"),
            "LATEANSWER": (authority.answering(late(200)), "bad", "http-timeout"),
            "HTTP500": (authority.answering(lambda q: (500, authority.ask(real, q))), "bad", "ocsp-http"),
            "TRUNCATED": (authority.answering(lambda q: (200, authority.ask(real, q)[:-40])), "bad", "ocsp-garbage"),
            "MORE": (authority.answering(lambda q: (200, authority.ask(real, q) + b"\n")), "good", "ok"),  # clients read it to its end
            "ROOTSIGNS": (authority.responder(signer="ca"), "good", "ok"),
            "GOOD": (real, "good", "ok"),
            "DOWN": (f"http://{closed}/", "bad", "refused"),
            "SLOW": (authority.answering(lambda q: (time.sleep(8), (200, b""))[1]), "bad", "http-timeout"),
            "GARBAGE": (authority.answering(lambda q: (200, b"<html>hello</html>")), "bad", "ocsp-garbage"),
            "EMPTY": (authority.answering(lambda q: (200, b"")), "bad", "ocsp-garbage"),
            "HTTP": (authority.answering(lambda q: (503, b"")), "bad", "ocsp-http"),
            "LATER": (authority.answering(lambda q: (200, bytes.fromhex("30030a0103"))), "bad", "ocsp-try-later"),
            "INTERNAL": (authority.answering(lambda q: (200, bytes.fromhex("30030a0102"))), "bad", "ocsp-internal-error"),
            "MALFORMED": (authority.answering(lambda q: (200, bytes.fromhex("30030a0101"))), "bad", "ocsp-malformed-request"),
            "SIGREQUIRED": (authority.answering(lambda q: (200, bytes.fromhex("30030a0105"))), "bad", "ocsp-signature-required"),
            "UNAUTHORIZED": (authority.answering(lambda q: (200, bytes.fromhex("30030a0106"))), "bad", "ocsp-unauthorized"),
            "HUGE": (authority.answering(lambda q: (200, b"0" * (1 << 20))), "bad", "http-huge"),
            "UNKNOWN": (authority.responder(index="empty.txt"), "bad", "ocsp-good-is-unknown"),
            "ALLGOOD": (authority.responder(index="wrong.txt"), "bad", "ocsp-revoked-is-good"),
            "STALE": (authority.responder(days_ago=3), "bad", "ocsp-stale"),
            "WRONGSIGNER": (authority.responder(signer="other"), "bad", "ocsp-signer"),
            "NOTDELEGATED": (authority.responder(signer="unauthorised"), "bad", "ocsp-signer"),
            "SIGNATURE": (authority.answering(broken), "bad", "ocsp-signature"),
            "REPLAYED": (authority.answering(lambda q: (200, other)), "bad", "ocsp-nonce"),
        }
        text = "".join(f"{name}:\n  transitions:\n    - ocsp: {url}\n      timeout: 5\n      issuer: a/ca.pem\n      good: a/good.pem\n"
                       f"      revoked: \"0x1002\"\n" for name, (url, _, _) in states.items())
        strict = {"REAL": (real, "good", "ok"), "STRICT": (authority.answering(lambda q: (200, authority.ask(real, blank[about(q)]))), "bad", "ocsp-no-nonce")}
        text += "".join(f"{name}:\n  transitions: [{{ocsp: \"{url}\", issuer: a/ca.pem, good: a/good.pem, revoked: \"0x1002\", nonce: true}}]\n" for name, (url, _, _) in strict.items())
        states |= strict
        text += f"REVERSED:\n  transitions:\n    - ocsp: {real}\n      issuer: a/ca.pem\n      good: \"0x1002\"\n      revoked: a/revoked.pem\n"
        place = probes(desk, text)
        (place / "a").symlink_to(authority.directory)
        seen = codes(desk, expect=1)
        assert {n: s[:2] for n, s in seen.items()} == {n: (o, c) for n, (_, o, c) in states.items()} | {"REVERSED": ("bad", "ocsp-good-is-revoked")}
        assert all((s[2] is None) == (s[0] == "good") for s in seen.values()), "who is not well says why"
        assert "2025-01-01" in seen["REVERSED"][2]
    finally:
        authority.close()


def test_other_kinds_and_bad_input(desk, web, closed):
    web.body = "Hola, món " + "a" * 40000 + "!"
    probes(desk, f"""
PAGE:
  transitions:
    - http: {web.url}
      contains: Hola
      lacks: error
      matches: "(?i)^hola, M.N\\\\s"
    - tcp: {web.place}
SLOW:
  transitions: [{{http: "{web.url}", slow_ms: 1}}]
STATUS:
  transitions: [{{http: "{web.url}", status: 404}}]
MISSING:
  transitions: [{{http: "{web.url}", contains: Adéu}}]
PRESENT:
  transitions: [{{http: "{web.url}", lacks: Hola}}]
PATTERN:
  transitions: [{{http: "{web.url}", matches: "^Adéu"}}]
BOMB:
  transitions: [{{http: "{web.url}", matches: "(a|aa)+(a|aa)+$"}}]
HUGE:
  transitions: [{{http: "{web.url}", max_kb: 4}}]
WSDL:
  transitions: [{{wsdl: "{web.url}"}}]
TLS:
  transitions: [{{tls: "{web.place}"}}]
CLOSED:
  transitions: [{{tcp: "{closed}"}}, {{tcp: "{web.place}"}}]
NAME:
  transitions: [{{dns: localhost, addresses: [127.0.0.1]}}]
ELSEWHERE:
  transitions: [{{dns: localhost, addresses: [192.0.2.1]}}]
INTERNAL:
  transitions: [{{tcp: "10.0.0.1:443"}}]
""")
    web.wait = 0.02
    seen = codes(desk, expect=1)
    assert {n: s[:2] for n, s in seen.items()} == {
        "PAGE": ("good", "ok"), "SLOW": ("good", "slow"), "STATUS": ("bad", "status"), "MISSING": ("bad", "text-missing"),
        "PRESENT": ("bad", "text-present"), "PATTERN": ("bad", "pattern"), "BOMB": ("bad", "pattern-hard"), "HUGE": ("bad", "http-huge"),
        "WSDL": ("bad", "not-xml"), "TLS": ("bad", "tls-plain"), "CLOSED": ("bad", "refused"), "NAME": ("good", "ok"),
        "ELSEWHERE": ("bad", "addresses"), "INTERNAL": ("bad", "forbidden-address")}
    codes(desk, "PAGE", "NAME")
    unknown = run("--config", desk.path / "talaia.yaml", "--lang", "en", "probe", "run", "NOBODY", expect=3)
    assert "there is no probe NOBODY" in unknown.err
    probes(desk, f'X:\n  transitions: [{{http: "{web.url}", matches: "(a"}}]\n')
    assert "is no regular expression" in run("--config", desk.path / "talaia.yaml", "--lang", "en", "probe", "run", "X", expect=3).err


def test_the_watch_opens_and_closes_an_incident_and_is_blind_when_the_network_is(desk, closed):
    page, canary, other = Web(), Web(), Web()
    probes(desk, f"""
PAGE:
  seconds: 5
  failures: 2
  recoveries: 1
  transitions: [{{http: "{page.url}"}}]
BEHIND:
  seconds: 5
  failures: 1
  depends: PAGE
  transitions: [{{http: "{page.url}"}}]
BLIND:
  seconds: 5
  failures: 1
  transitions: [{{tcp: "{closed}"}}]
""")
    heartbeats = other.seen
    with sqlite3.connect(desk.path / "talaia.db") as db:  # it watched until an hour ago
        hour = int(time.time()) // 3600 * 3600 - 7200
        db.execute("INSERT INTO probe_watcher VALUES ('seen', ?), ('summed', ?)", [int((time.time() - 3600) * 1e6), hour * 1000000])
        db.execute("INSERT INTO probe (id, name) VALUES (1, 'PAGE')")  # runs in an hour that is still to be summed up, and five minutes down
        db.executemany("INSERT INTO probe_run (probe_id, at, outcome, code, detail, transition, us, us_late) VALUES (1, ?, ?, '', '', 1, ?, 0)",
                       [((hour + s) * 1000000, "bad" if 600 <= s < 900 else "good", 100 * (s % 100 + 10)) for s in range(0, 3600, 10)])
        db.execute("UPDATE probe_run SET us_dns = 7, us_tls = 50, us_http = us - 60")
        db.execute("INSERT INTO probe_down (probe_id, began, judged, ended, transition, code, detail) VALUES (1, ?, ?, ?, 1, 'status', '')",
                   [(hour + 600) * 1000000, (hour + 600) * 1000000, (hour + 900) * 1000000])
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(str(desk.path / "notify"))
    notices.settimeout(60)
    watch = subprocess.Popen([TALAIA, "--config", desk.path / "talaia.yaml", *LOCAL, "--set", f"probe.canaries=http://{closed}/",
                              "--set", f"probe.heartbeat={other.url}", "serve", "--roles", "prober"], stderr=subprocess.PIPE, text=True,
                             env=environment(NOTIFY_SOCKET=str(desk.path / "notify"), WATCHDOG_USEC="4000000"))
    try:
        assert notices.recv(100) == b"READY=1"
        assert notices.recv(100) == b"WATCHDOG=1"
        until(lambda: rows(desk, "SELECT 1 FROM probe WHERE name = 'PAGE' AND outcome = 'good'"))
        assert [r[1] - r[0] > 3.5e9 for r in rows(desk, "SELECT began, ended FROM probe_blind WHERE why = 'stopped'")] == [True]
        # Our network: the canary does not answer either, so nothing is said of whom it kept us from.
        until(lambda: rows(desk, "SELECT 1 FROM probe WHERE name = 'BLIND' AND outcome = 'blind' AND code = 'our-network' AND down = 0"))
        assert rows(desk, "SELECT count(*) FROM probe_blind WHERE why = 'network'")[0][0] > 0
        until(lambda: rows(desk, "SELECT 1 FROM probe_watcher WHERE name = 'summed' AND at > ?", hour * 1000000))
        assert rows(desk, "SELECT runs, up, down, blind FROM probe_sum WHERE probe_id = 1 AND span = 'h' ORDER BY began")[0] == (360, 3300, 300, 0)
        good = [100 * (s % 100 + 10) for s in range(0, 3600, 10) if not 600 <= s < 900]
        phases = (len(good), 7 * len(good), 0, 50 * len(good), sum(good) - 60 * len(good), 3 * len(good))
        assert rows(desk, "SELECT good, us_dns, us_tcp, us_tls, us_http, us_rest FROM probe_sum WHERE probe_id = 1 AND span = 'h' ORDER BY began")[0] == phases
        for span in "dm":
            assert rows(desk, "SELECT runs, down, up >= 3300 FROM probe_sum WHERE probe_id = 1 AND span = ? ORDER BY began", span)[0] == (360, 300, 1)
        shown = json.loads(plugin(desk, "probe", "show", "PAGE", "--json").stdout)
        assert shown["state"] == "up" and 91.6 < shown["spans"][0]["availability"] < 98 and 9e3 < shown["spans"][0]["us_p95"] < 12e3
        run("--config", desk.config, "probe", "history", "PAGE", "--out", desk.path / "page.svg")
        assert xml.etree.ElementTree.parse(desk.path / "page.svg").getroot().tag.endswith("svg")
        assert plugin(desk, "check", "PAGE").stdout.startswith("OK PAGE - ")
        assert plugin(desk, "check", "BLIND", expect=3).stdout.startswith("UNKNOWN BLIND - Our own network failed")
        assert plugin(desk, "check", "NOBODY", expect=3).stdout.startswith("UNKNOWN NOBODY - ")
        page.status = 500
        until(lambda: rows(desk, "SELECT 1 FROM probe WHERE name = 'PAGE' AND down = 1 AND code = 'status'"))
        assert re.match(r"CRITICAL PAGE - It answers with another HTTP status: 500.* \| time=0\.\d+s;;;0 tcp=\S+ http=\S+ availability=9\d\.\d+%;;;0;100$",
                        plugin(desk, "check", "PAGE", expect=2).stdout.strip())
        until(lambda: rows(desk, "SELECT 1 FROM probe WHERE name = 'BEHIND' AND outcome = 'blind' AND code = 'depends' AND down = 0"))
        page.status = 200
        until(lambda: rows(desk, "SELECT 1 FROM incident WHERE probe = 'PAGE' AND closed IS NOT NULL"))
        assert rows(desk, "SELECT kind FROM incident_event ORDER BY id") == [("opened",), ("closed",)]
        [(began, judged, ended, first)] = rows(desk, "SELECT began, judged, ended, (SELECT min(at) FROM probe_run r WHERE r.probe_id = d.probe_id "
                                                     "AND outcome = 'bad' AND at > ?) FROM probe_down d WHERE judged > began", (hour + 3600) * 1000000)
        assert began == first < judged < ended, "from its first bad run to its first good one"
        assert rows(desk, "SELECT since, recovered FROM incident") == [(began, ended)]
        assert other.seen > heartbeats
    finally:
        watch.send_signal(signal.SIGTERM)
        watch.communicate(timeout=60)
        notices.close()
        for w in (page, canary, other):
            w.close()
    assert watch.returncode == 0
    assert rows(desk, "SELECT count(*) FROM probe_run WHERE us_late < 0 OR us IS NULL AND outcome = 'good'") == [(0,)]
