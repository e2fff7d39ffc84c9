#!/usr/bin/python3
"""The gateway's messages against the floor: bench_gateway.py BUILD. Ends with 1 when a target is missed.

The same signed request of about 6 KB (RSA 2048, SHA-256, Body and Timestamp) goes through the floor (parse, c14n, digest, verify,
validate, nothing else) and through our reading of it, in turns; ratios are medians. Then the same served: `talaia serve --roles gateway` on one core, 64 clients on the other, every request of its
own, HTTP, permissions, back office, log and answer included, in CPU seconds of all its processes."""
import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
os.environ["TALAIA"] = str(Path(sys.argv[1]).resolve() / "talaia")
from cryptography.hazmat.primitives import serialization  # noqa: E402
from gateway import Identity, Signing, hestia, sent  # noqa: E402
from peers import peers  # noqa: E402

TURNS, SECONDS = 7, "1"
AT_LEAST, SIGNED_AT_LEAST = 0.6, 0.85
NEW_AT_LEAST, MEMORY = 2100, 24 * 1024


def number(*command):
    return [float(word) for word in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]


def cpu_seconds(pids):
    fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in pids]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    """What is its own, and its peak with everything that it shares, in MiB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("RssAnon", "VmHWM"))


def rows_kept(desk):
    with contextlib.closing(sqlite3.connect(desk.store, timeout=30)) as store:
        return store.execute("SELECT count(*) FROM gateway_log WHERE outcome = 'answered'").fetchone()[0]


class Served:
    def __init__(self, build, work, *settings):
        self.build, self.work, self.settings = build, work, settings

    def __enter__(self):
        import conftest
        import gateway_live as live
        desk = conftest.Desk(self.work / f"desk-{len(self.settings)}")
        conftest.run("init", "--lang", "en", desk.path)
        self.who = live.identity()
        live.authorise(desk, self.who)
        self.key, self.certificate = self.who.files(desk.path / "identity")
        self.serving = live.serving(desk, *self.settings, wrap=("taskset", "-c", "0"))
        self.gateway = self.serving.__enter__()
        self.pids = [self.gateway.process.pid, *self.gateway.children()]
        return self

    def __exit__(self, *why):
        self.serving.__exit__(*why)

    def ask(self, host, port, count, clients=64, rate=0):
        return number("taskset", "-c", "1", self.build / "bench/gateway/gateway_load", host, port, ROOT / "share/scsp", self.key,
                      self.certificate, "0805690004", str(clients), str(count), str(rate), self.work / "served.xml")

    def load(self, count, clients=64, rate=0):
        """Requests per CPU second of the gateway, per second of the clock, and the times in ms: median, 99 %, longest."""
        before = cpu_seconds(self.pids)
        done, wall, *times = self.ask(*self.gateway.host.split(":"), count, clients, rate)
        return done / (cpu_seconds(self.pids) - before), done / wall, times


def signing_rate():
    """RSA 2048 signatures in a second of CPU: OpenSSL's own figure."""
    done = subprocess.run(["openssl", "speed", "-seconds", "1", "-mr", "rsa2048"], capture_output=True, text=True, check=True)
    return float([line for line in done.stdout.splitlines() if line.startswith("+F2:")][0].split(":")[3])


def served(build, work):
    rows = []
    with Served(build, work) as s:
        s.load(2000)
        turns = []
        for _ in range(3):
            got = s.load(6000)
            public = work / "public.pem"
            subprocess.run(["openssl", "pkey", "-in", s.key, "-pubout", "-out", public], check=True)
            floor = number(build / "bench/gateway/gateway_floor", work / "served.xml", ROOT / "bench/gateway/peticion.xsd", public, SECONDS)[0]
            turns.append((got[0], got[1], floor))
        cpu, wall, bottom = (statistics.median(t[i] for t in turns) for i in range(3))
        ratio = statistics.median(t[0] / t[2] for t in turns)
        first = [memory(pid) for pid in s.pids]
        late = s.load(4000, clients=32, rate=wall / 2)[2]
        s.load(20000)
        last = [memory(pid) for pid in s.pids]
        beside = peers(s, work, s.ask, cpu_seconds)
    rows.append(("gateway served, unsigned answers, per CPU second", f"{cpu:.0f}/s", f"{bottom:.0f}/s", f"{ratio:.2f} x  >= {AT_LEAST}",
                 ratio >= AT_LEAST))
    rows += beside
    rows.append(("  99 % within, at half of what one core serves", f"{late[1]:.1f} ms", "", "        < 10", late[1] < 10))
    peak = max(m[1] for m in last)
    rows.append(("  memory of the largest process", f"{peak:.1f} MiB", "", "        <= 24", peak <= 24))
    grown = max(b[0] - a[0] for a, b in zip(first, last))
    rows.append(("  memory that 20,000 more requests take", f"{grown:.1f} MiB", "", "        <= 1", grown <= 1))
    seal = work / "seal"
    from gateway_live import identity
    key, certificate = identity("Consorci d'Exemple", "Q0801175A").files(seal)
    with Served(build, work, f"gateway.key={key}", f"gateway.certificate={certificate}") as s:
        s.load(1000)
        turns = [(s.load(3000)[0], signing_rate()) for _ in range(3)]
        peak = max(memory(pid)[1] for pid in s.pids)
    mine = statistics.median(t[0] for t in turns)
    bound = statistics.median(1 / (1 / t[1] + 1 / cpu) for t in turns)
    rows.append(("  signed answers; beside: one signature more for each of the above", f"{mine:.0f}/s", f"{bound:.0f}/s",
                 f"{mine / bound:.2f} x  >= {SIGNED_AT_LEAST}", mine / bound >= SIGNED_AT_LEAST))
    rows.append(("  memory of the largest process when it has them signed", f"{peak:.1f} MiB", "", "        <= 24", peak <= 24))
    return rows


def main():
    build = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(dir=build) as directory:
        work = Path(directory)
        identity = Identity()
        message, key = work / "message.xml", work / "key.pem"
        message.write_bytes(sent(Signing(identity).sign(hestia())))
        key.write_bytes(identity.key.public_key().public_bytes(serialization.Encoding.PEM,
                                                               serialization.PublicFormat.SubjectPublicKeyInfo))
        floor = [build / "bench/gateway/gateway_floor", message, ROOT / "bench/gateway/peticion.xsd", key, SECONDS]
        ours = [build / "bench/gateway/gateway_ours", message, ROOT / "share/scsp", SECONDS]
        over_http = served(build, work)
        turns = [(number(*ours), number(*floor)[0], number(*ours, "new")[0]) for _ in range(TURNS)]
    rate, peak = (statistics.median(t[0][i] for t in turns) for i in (0, 1))
    bottom, new = statistics.median(t[1] for t in turns), statistics.median(t[2] for t in turns)
    ratio = statistics.median(t[0][0] / t[1] for t in turns)
    missed = 0
    for what, mine, peer, target, good in (
            (f"gateway, a message read and verified, 6 KB: floor", f"{rate:.0f}/s", f"{bottom:.0f}/s",
             f"{ratio:.2f} x  >= {AT_LEAST}", ratio >= AT_LEAST),
            ("  a certificate never seen", f"{new:.0f}/s", "", f"        >= {NEW_AT_LEAST}", new >= NEW_AT_LEAST),
            ("  peak memory", f"{peak / 1024:.1f} MiB", "", f"        <= {MEMORY / 1024:.0f}", peak <= MEMORY), *over_http):
        missed += not good
        print(f"{what:<64} {mine:>11} {peer:>11} {target:<20} {'met' if good else 'MISSED'}", flush=True)
    return missed > 0



if __name__ == "__main__":
    sys.exit(main())
