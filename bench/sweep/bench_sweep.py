#!/usr/bin/env python3
"""A sweep of 1,000 endpoints on distinct addresses: ours, the floor, curl -Z, blackbox_exporter. One farm, one run, ratios.

    bench_sweep.py BUILD [--many N] [--rounds N] [--bad]

BUILD must have tests/unit/probe/probe_sweep, tests/servers/farm/talaia-farm and bench/sweep/floor. CPU is the checker's own
(user + system, children included); the farm's is told apart. Ours looks every name up in the farm's DNS; floor, curl and
blackbox are given the addresses. --bad adds a run with one endpoint in ten bad, against the time-out of five seconds.
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


def measured(command):
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    out = subprocess.run(command, capture_output=True, text=True).stdout
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return out, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(build, d, base, revocation):
    command = [build / "tests/unit/probe/probe_sweep", "--anchors", d / "anchors.pem", "--dns", base + ".250:5353", "--quiet"]
    out, wall, cpu = measured(command + ([] if revocation else ["--no-revocation"]) + [d / "many.txt"])
    said = json.loads(out.splitlines()[-1])
    return {"ok": said["ok"], "wall": said["wall"], "cpu": said["cpu"], "rss": said["rss_kib"]}


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


def blackbox(d, cases, port):
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

    began, cpu = time.monotonic(), cpu_of(process.pid)
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        good = sum(pool.map(ask, cases))
    wall = time.monotonic() - began
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    result = {"ok": good, "wall": wall, "cpu": cpu_of(process.pid) - cpu, "rss": int(re.search(r"VmHWM:\s+(\d+)", status).group(1))}
    process.send_signal(signal.SIGTERM)
    process.wait()
    return result


def run(build, many, bad, rounds):
    with tempfile.TemporaryDirectory() as directory:
        d = pathlib.Path(directory)
        farm, base = serve(build, d, many, bad)
        cases = json.loads((d / "many.json").read_text())
        targets = d / "floor.txt"
        targets.write_text("".join(f"{c['address']} {c['port']} {c['host']} /padro?wsdl\n" for c in cases))
        kinds = {"ours": lambda: ours(build, d, base, True), "ours, no revocation": lambda: ours(build, d, base, False)}
        if bad == 0:
            kinds.update({"floor": lambda: floor(build, d, targets), "curl -Z": lambda: curl(d, cases),
                          "blackbox": lambda: blackbox(d, cases, 19115)})
        results = {k: [] for k in kinds}
        served = []
        for _ in range(rounds):  # in turn, so that whatever else the machine does meets all alike
            for name, measure in kinds.items():
                before = cpu_of(farm.pid)
                r = measure()
                if r is not None:
                    results[name].append(r)
                    served.append(cpu_of(farm.pid) - before)
        farm.send_signal(signal.SIGTERM)
        farm.wait()
    return results, statistics.median(served)


def show(title, results, many, served):
    print(f"{title} (the farm itself: {served / many * 1000:.2f} CPU-s per 1,000)")
    middle = {k: {f: statistics.median(r[f] for r in v) for f in v[0]} for k, v in results.items() if v}
    for name, m in middle.items():
        ratio = "" if "floor" not in middle else f"  {m['cpu'] / middle['floor']['cpu']:.2f} × floor"
        memory = f"{m['rss'] / 1024:5.1f} MiB" if m["rss"] else "    - MiB"
        print(f"  {name:20} {m['cpu'] / many * 1000:6.3f} CPU-s per 1,000  {m['wall']:6.2f} s  {many / m['wall']:6.0f}/s  "
              f"{memory}  ok {m['ok']:.0f}{ratio}")
    return middle


def judge(middle):
    """Prints the targets and returns how many are missed."""
    ours, floor, peer = (middle.get(k) for k in ("ours", "floor", "blackbox"))
    targets = [("CPU against the floor", ours["cpu"] / floor["cpu"], "<=", 1.05), ("peak memory in MiB", ours["rss"] / 1024, "<=", 24)]
    if peer:
        targets += [("rate against blackbox_exporter", peer["wall"] / ours["wall"], ">=", 1.65),
                    ("CPU against blackbox_exporter", ours["cpu"] / peer["cpu"], "<=", 0.62)]
    missed = 0
    for name, value, how, limit in targets:
        good = value <= limit if how == "<=" else value >= limit
        missed += not good
        print(f"  {name:40} {value:6.2f}  {how} {limit}  {'ok' if good else 'MISSED'}")
    return missed


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--many", type=int, default=1000)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--bad", action="store_true")
    a = p.parse_args()
    results, served = run(a.build.resolve(), a.many, 0, a.rounds)
    missed = judge(show(f"{a.many} good endpoints, 64 at once", results, a.many, served))
    if a.bad:
        results, served = run(a.build.resolve(), a.many, 10, 2)
        wall = show(f"{a.many} endpoints, one in ten bad, 5 s", results, a.many, served)["ours"]["wall"]
        missed += wall > 5.6
        print(f"  {'wall with a time-out of 5 s':40} {wall:6.2f}  <= 5.6  {'ok' if wall <= 5.6 else 'MISSED'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
