#!/usr/bin/env python3
"""A sweep of 1,000 endpoints on distinct addresses: ours, the floor, curl -Z, blackbox_exporter, check_http, check_ssl_cert.

    bench_sweep.py BUILD [--many N] [--rounds N] [--quick]

BUILD must have tests/unit/probe/probe_sweep, tests/servers/farm/talaia-farm and bench/sweep/floor. One farm, one run, ratios: the checkers
take turns, and a ratio is the median of the ratios of the turns. CPU is the checker's own (user + system, children included); the farm's is
told apart. Ours looks every name up in the farm's DNS, judges chain and host name, asks OCSP and reads the WSDL; the floor, curl, blackbox
and check_http are given the addresses and judge less. check_http and check_ssl_cert are a process (and many) for each endpoint, so they
check some of them and their figures are for as many.

Then 1,000 in flight; one endpoint in ten bad, and three in ten, against the time-out of five seconds, each verdict and date compared with
the farm's table; and 100,000 endpoints, the thousand a hundred times over. --quick leaves the last out. What was measured is kept in
BUILD/bench-sweep.json. Ends with 1 when a target is missed. A target of wall time that is missed while others kept more than a tenth of
the machine busy is not judged, and told as that: it says more of them.
"""
import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

DISTURBED = 0.1  # share of the machine taken by others from which on wall times say more of them
PLUGINS = pathlib.Path("/usr/lib/nagios/plugins")
TIMEOUT = 5  # seconds of a phase, for all who have one


def serve(build, directory, many, bad):
    ready = directory / "ready"
    base = f"127.{90 + os.getpid() % 70 * 2}.{os.getpid() // 70 % 250}"
    process = subprocess.Popen([build / "tests/servers/farm/talaia-farm", "serve", directory, "--base", base + ".0", "--ready", ready,
                                "--many", str(many), "--bad", str(bad)],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    end = time.monotonic() + 60
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"the farm did not start: {process.communicate()[0]}")
        time.sleep(0.05)
    return process, base


def cpu_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy():
    """CPU seconds that the machine has been busy since its start, whoever with."""
    user, nice, system, _, _, *rest = map(int, pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:])
    return (user + nice + system + sum(rest[:3])) / os.sysconf("SC_CLK_TCK")


class Watch:
    """How much of the machine others took meanwhile: all that was busy, less us, our children and the processes named."""

    def __init__(self, *pids):
        self.pids = pids
        self.before = self.now()

    def now(self):
        own = sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
        return time.monotonic(), busy() - own - sum(map(cpu_of, self.pids))

    def others(self):
        wall, theirs = (b - a for a, b in zip(self.before, self.now()))
        return max(0.0, theirs / wall / os.cpu_count())


def measured(command):
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    out = subprocess.run(command, capture_output=True, text=True).stdout
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return out, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(build, d, base, *options, targets="many.txt", quiet=True):
    """`seen`: with quiet=False, what it said of each target."""
    command = [build / "tests/unit/probe/probe_sweep", "--anchors", d / "anchors.pem", "--dns", base + ".250:5353", *options]
    out, wall, cpu = measured(command + (["--quiet"] if quiet else []) + [d / targets])
    *seen, said = map(json.loads, out.splitlines())
    return {"ok": said["ok"], "wall": said["wall"], "cpu": said["cpu"], "rss": said["rss_kib"], "seen": seen}


def floor(build, d, targets):
    out, wall, cpu = measured([build / "bench/sweep/floor", d / "anchors.pem", targets])
    said = json.loads(out)
    return {"ok": said["ok"], "wall": said["wall"], "cpu": said["cpu"], "rss": said["rss_kib"]}


def curl(d, cases):
    config = d / "curl.conf"
    lines = ["parallel", "parallel-max = 64", f"cacert = {d}/anchors.pem", "silent", "max-time = 5"]
    for c in cases:
        lines += [f'url = "{c["url"]}"', f'resolve = "{c["host"]}:{c["port"]}:{c["address"]}"', 'output = "/dev/null"',
                  'write-out = "%{http_code}\\n"']
    config.write_text("\n".join(lines))
    out, wall, cpu = measured(["curl", "-K", config])
    return {"ok": out.split().count("200"), "wall": wall, "cpu": cpu, "rss": 0}


BLACKBOX = """modules:
  wsdl:
    prober: http
    timeout: 5s
    http:
      tls_config: {ca_file: %s, server_name: m0001.many.test}
      fail_if_body_not_matches_regexp: ["definitions"]
"""


def blackbox(d, cases, port, farm):
    program = shutil.which("prometheus-blackbox-exporter") or shutil.which("blackbox_exporter")
    if program is None:
        return None
    (d / "blackbox.yml").write_text(BLACKBOX % (d / "anchors.pem"))
    process = subprocess.Popen([program, f"--config.file={d}/blackbox.yml", f"--web.listen-address=127.0.0.1:{port}",
                                "--log.level=error"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)

    def ask(c):
        h = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        h.request("GET", f"/probe?module=wsdl&target=https://{c['address']}:{c['port']}/padro%3Fwsdl")
        return b"\nprobe_success 1" in h.getresponse().read()

    began, cpu, watch = time.monotonic(), cpu_of(process.pid), Watch(process.pid, farm)
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        good = sum(pool.map(ask, cases))
    wall = time.monotonic() - began
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    result = {"ok": good, "wall": wall, "cpu": cpu_of(process.pid) - cpu, "rss": int(re.search(r"VmHWM:\s+(\d+)", status).group(1)), "others": watch.others()}
    process.send_signal(signal.SIGTERM)
    process.wait()
    return result


def plugin(d, cases, command):
    """A process for each endpoint, 64 at once; what the first line of a good one begins with stands last in `command`."""
    words, good = command[:-1], command[-1]
    if not words[0].exists():
        return None

    def ask(c):
        fill = {"address": c["address"], "host": c["host"], "port": str(c["port"]), "anchors": str(d / "anchors.pem")}
        done = subprocess.run([str(w).format(**fill) for w in words], capture_output=True, text=True,
                              env=os.environ | {"SSL_CERT_FILE": fill["anchors"], "TMPDIR": str(d)})
        return done.stdout.startswith(good)

    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        ok = sum(pool.map(ask, cases))
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"ok": ok, "wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, "rss": 0}


CHECK_HTTP = (PLUGINS / "check_http", "-I", "{address}", "-H", "{host}", "-p", "{port}", "-S", "--sni", "-t", "5", "-u", "/padro?wsdl",
              "-s", "definitions", "HTTP OK")
CHECK_SSL_CERT = (PLUGINS / "check_ssl_cert", "-H", "{host}", "--resolve", "{address}", "-p", "{port}", "-r", "{anchors}",
                  "--ignore-sct", "--ignore-maximum-validity", "SSL_CERT OK")


class Report:
    """The table as it grows, and what is kept of it."""

    def __init__(self):
        self.missed, self.kept = 0, []

    def title(self, text):
        print(text, flush=True)

    def context(self, name, r, count, ratio=None):
        memory = f"{r['rss'] / 1024:5.1f} MiB" if r["rss"] else "    - MiB"
        beside = "" if ratio is None else f"  {ratio:.2f} x floor"
        print(f"  {name:20} {r['cpu'] / count * 1000:7.3f} CPU-s per 1,000  {r['wall']:6.2f} s  {count / r['wall']:6.0f}/s  {memory}  "
              f"ok {r['ok']:.0f} of {count}{beside}", flush=True)
        self.kept.append({"what": name, "count": count} | {k: v for k, v in r.items() if k != "seen"})

    def target(self, name, value, how, limit, stretch=None, others=0.0):
        """`stretch` is met too, or told; `others`: of a wall time, what else the machine did."""
        good = value <= limit if how == "<=" else value >= limit
        if not good and others > DISTURBED:
            print(f"  {name:58} {value:7.2f}  {how} {limit:<5} not judged: others took {others:.0%} of the machine", flush=True)
            self.kept.append({"target": name, "value": value, "how": how, "limit": limit, "met": None, "others": others})
            return
        self.missed += not good
        note = "" if stretch is None or not good else f" (and {how} {stretch})" if (value <= stretch) == (how == "<=") else f" (not {how} {stretch})"
        print(f"  {name:58} {value:7.2f}  {how} {limit:<5} {'ok' if good else 'MISSED'}{note}", flush=True)
        self.kept.append({"target": name, "value": value, "how": how, "limit": limit, "met": good})


def middle(runs):
    return {f: statistics.median(r[f] for r in runs) for f in ("ok", "wall", "cpu", "rss")}


def ratio(ours_runs, theirs, field):
    return statistics.median(a[field] / b[field] for a, b in zip(ours_runs, theirs))


def good_ones(build, many, rounds, quick, report):
    with tempfile.TemporaryDirectory() as directory:
        d = pathlib.Path(directory)
        farm, base = serve(build, d, many, 0)
        cases = json.loads((d / "many.json").read_text())
        targets = d / "floor.txt"
        targets.write_text("".join(f"{c['address']} {c['port']} {c['host']} /padro?wsdl\n" for c in cases))
        few = {"check_http": cases[:many // 5], "check_ssl_cert": cases[:many // 60]}
        kinds = {"ours": lambda: ours(build, d, base), "ours, no revocation": lambda: ours(build, d, base, "--no-revocation"),
                 "floor": lambda: floor(build, d, targets), "curl -Z": lambda: curl(d, cases), "blackbox": lambda: blackbox(d, cases, 19115, farm.pid)}
        runs, served = {k: [] for k in kinds}, []
        for _ in range(rounds):  # in turn, so that whatever else the machine does meets all alike
            for name, measure in kinds.items():
                before, watch = cpu_of(farm.pid), Watch(farm.pid)
                r = measure()
                if r is not None:
                    r.setdefault("others", watch.others())
                    runs[name].append(r)
                    served.append(cpu_of(farm.pid) - before)
        peers = {"check_http": plugin(d, few["check_http"], CHECK_HTTP), "check_ssl_cert": plugin(d, few["check_ssl_cert"], CHECK_SSL_CERT)}
        report.title(f"{many} good endpoints, 64 at once (the farm itself: {statistics.median(served) / many * 1000:.2f} CPU-s per 1,000)")
        for name, r in runs.items():
            if r:
                report.context(name, middle(r), many, ratio(r, runs["floor"], "cpu"))
        for name, r in peers.items():
            if r is not None:
                report.context(name, r, len(few[name]), r["cpu"] / len(few[name]) / (middle(runs["floor"])["cpu"] / many))
        report.target("CPU against the floor (at worst 1.2)", ratio(runs["ours"], runs["floor"], "cpu"), "<=", 1.2, 1.05)
        report.target("peak memory in MiB, 64 in flight", max(r["rss"] for r in runs["ours"]) / 1024, "<=", 24)
        report.target("endpoints in order", min(r["ok"] for r in runs["ours"]), ">=", many)
        if runs["blackbox"]:
            report.target("rate against blackbox_exporter", 1 / ratio(runs["ours"], runs["blackbox"], "wall"), ">=", 1.65,
                          others=statistics.median(r["others"] for r in runs["ours"] + runs["blackbox"]))
            report.target("CPU against blackbox_exporter", ratio(runs["ours"], runs["blackbox"], "cpu"), "<=", 0.62)
        else:
            report.target("blackbox_exporter is not installed", 0, ">=", 1)
        wide(build, d, base, many, report)
        if not quick:
            long(build, d, base, many, middle(runs["ours"]), report)
        farm.send_signal(signal.SIGTERM)
        farm.wait()


def wide(build, d, base, many, report):
    report.title(f"{many} good endpoints, 1,000 at once")
    runs = [ours(build, d, base, "--in-flight", "1000") for _ in range(3)]
    report.context("ours", middle(runs), many)
    report.target("peak memory in MiB, 1,000 in flight", max(r["rss"] for r in runs) / 1024, "<=", 56)
    report.target("endpoints in order", min(r["ok"] for r in runs), ">=", many)


def long(build, d, base, many, usual, report):
    """The memory must not grow with the number."""
    times = 100_000 // many
    report.title(f"{many * times:,} endpoints, the {many:,} {times} times over")
    (d / "long.txt").write_text((d / "many.txt").read_text() * times)
    r = ours(build, d, base, targets="long.txt")
    report.context("ours", r, many * times)
    report.target("peak memory against that of the thousand", r["rss"] / usual["rss"], "<=", 1.15)
    report.target("endpoints in order", r["ok"], ">=", many * times)


def differences(cases, seen):
    """What was said otherwise than the farm's table says, and certificates that were shown without their date."""
    wrong = []
    for o in seen:
        case = cases[o["tag"]]
        verdicts = [case["expect"]] + case["or"]
        said = {p: o[p] for p in ("connection", "trust", "application")}
        if said not in verdicts or (o["chain"] > 0) != (o["not_after"] != ""):
            wrong.append((case["case"], said, o["not_after"]))
    return wrong


def bad_ones(build, many, percent, turns, report):
    with tempfile.TemporaryDirectory() as directory:
        d = pathlib.Path(directory)
        farm, base = serve(build, d, many, percent)
        cases = json.loads((d / "many.json").read_text())
        runs = []
        for _ in range(turns):
            watch = Watch(farm.pid)
            runs.append(ours(build, d, base, quiet=False) | {"others": watch.others()})
        farm.send_signal(signal.SIGTERM)
        farm.wait()
    report.title(f"{many} endpoints, {percent} in a hundred bad: refused, black hole, silent, truncated, expired, wrong host, self-signed")
    report.context("ours", middle(runs), many)
    wrong = [differences(cases, r["seen"]) for r in runs]
    for case, said, day in wrong[0][:5]:
        print(f"    {case}: {said} {day}")
    # The least of the turns: what else the machine does meanwhile only adds, and here it is no ratio.
    report.target("wall in seconds, with a time-out of 5", min(r["wall"] for r in runs), "<=", TIMEOUT + 0.6,
                  others=min(r["others"] for r in runs))
    report.target("faults without their name, certificates without their date", max(map(len, wrong)), "<=", 0)
    report.target("endpoints that were seen", min(len(r["seen"]) for r in runs), ">=", many)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--many", type=int, default=1000)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--quick", action="store_true")
    a = p.parse_args()
    build, report = a.build.resolve(), Report()
    good_ones(build, a.many, a.rounds, a.quick, report)
    for percent in (10, 30):
        bad_ones(build, a.many, percent, 5 if percent == 10 else 3, report)
    (build / "bench-sweep.json").write_text(json.dumps(report.kept, indent=1) + "\n")
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
