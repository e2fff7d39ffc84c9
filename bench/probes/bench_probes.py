#!/usr/bin/env python3
"""The watch of the probes beside a bare OpenSSL loop and a libcurl loop; OCSP answers; a year of history.

    bench_probes.py BUILD [--many N…] [--only watch ocsp history] [--perf FILE]

The watch: a farm of N endpoints, a desk with a probe for each once a minute, `talaia serve --roles prober`, and from the second minute on, for
exactly one minute, all at once: ours, the bare loop of bench/sweep (which verifies chain and name), and, up to a thousand so that the farm keeps up, libcurl. Whatever
else the machine does in that minute strikes all three. CPU is the kernel's count for the threads of each; start jitter is what the runs in the
store say of themselves. What was measured is kept in BUILD/bench-probes.json. Ends with 1 when a target is missed. --perf: records ours.
"""
import argparse
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "sweep"), str(HERE.parent.parent / "tests/servers")]
sys.dont_write_bytecode = True
from bench_sweep import Report, Watch, serve  # noqa: E402
from history import Store, history  # noqa: E402
from responders import Authority, openssl  # noqa: E402

MINUTE = 60
ANSWERS = 80  # more signers than are remembered


def cpu_of(pid):
    """Seconds, to the nanosecond, of all threads."""
    return sum(int((t / "schedstat").read_text().split()[0]) for t in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


def memory(pid):
    """Peak and present, MiB; the second is what others do not share."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    pss = re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024, int(pss[1]) / 1024


def desk(build, d, cases, store):
    subprocess.run([build / "talaia", "init", *store.where, "desk"], cwd=d, check=True, stdout=subprocess.DEVNULL)
    (d / "desk/profile/aoc").mkdir(parents=True)
    (d / "desk/profile/aoc/probes.yaml").write_text("".join(
        f'P{n:05}:\n  seconds: {MINUTE}\n  transitions: [{{http: "{c["url"]}", timeout: 10}}]\n' for n, c in enumerate(cases)))
    return [build / "talaia", "--config", d / "desk/talaia.yaml", "--lang", "en", "--set", "net.allow=127.0.0.0/8", "--set", "trust.bundle=",
            "--set", f"trust.anchors={d}/anchors.pem"]


def started(build, d, base, cases, store):
    """The prober, when each probe has run once."""
    command = desk(build, d, cases, store) + ["--set", f"net.dns={base}.250:5353", "serve", "--roles", "prober"]
    with open(d / "prober.log", "w") as log:
        ours = subprocess.Popen(command, stdout=log, stderr=log)
    end = time.monotonic() + 3 * MINUTE
    while True:
        time.sleep(2)
        if ours.poll() is not None or time.monotonic() > end:
            sys.exit(f"the prober does not watch: {(d / 'prober.log').read_text()}")
        if store.ask(d / "desk", "SELECT count(*) FROM probe WHERE at IS NOT NULL") == [[str(len(cases))]]:
            return ours


def runs_since(d, at, store):
    return [(outcome, int(us)) for outcome, us in store.ask(d / "desk", f"SELECT outcome, us_late FROM probe_run WHERE at >= {int(at * 1e6)}")]


def watch_minute(build, d, farm, base, many, perf, store):
    cases = json.loads((d / "many.json").read_text())
    (d / "targets").write_text("".join(f"{c['address']} {c['port']} {c['host']} /padro?wsdl\n" for c in cases))
    ours = started(build, d, base, cases, store)
    try:
        if perf:
            subprocess.Popen(["perf", "record", "-q", "-g", "-F", "2000", "-p", str(ours.pid), "-o", perf, "--", "sleep", str(MINUTE)])
        watch, since, before, began = Watch(farm.pid, ours.pid), time.time(), cpu_of(ours.pid), time.monotonic()
        peers = [subprocess.Popen(c, stdout=subprocess.PIPE, text=True) for c in
                 ([build / "bench/sweep/floor", d / "anchors.pem", d / "targets", "256", str(MINUTE)],
                  [build / "bench/probes/probes_curl", d / "anchors.pem", d / "targets", str(MINUTE)])[:2 if many <= 1000 else 1]]
        time.sleep(began + MINUTE - time.monotonic())
        used, took = cpu_of(ours.pid) - before, time.monotonic() - began
        said = {name: json.loads(p.communicate()[0]) for name, p in zip(("bare OpenSSL loop", "libcurl multi loop"), peers)}
        time.sleep(3)
        peak, pss = memory(ours.pid)
        others = watch.others()
        runs = runs_since(d, since, store)[:many]
    finally:
        ours.send_signal(signal.SIGTERM)
        ours.wait()
    late = sorted(us for _, us in runs)
    return {"many": many, "cpu": used / took, "peak": peak, "pss": pss, "runs": len(runs), "good": sum(o == "good" for o, _ in runs),
            "late50": late[len(late) // 2] / 1e3, "late99": late[int(len(late) * 0.99)] / 1e3, "late": late[-1] / 1e3, "others": others,
            "peers": {name: {"cpu": p["cpu"] / MINUTE, "peak": p["rss_kib"] / 1024, "good": p["ok"], "wall": p["wall"]} for name, p in said.items()}}


def watch(build, many, perf, report, name):
    with tempfile.TemporaryDirectory(prefix="bench-probes-", dir=build) as directory:
        d = pathlib.Path(directory)
        store = Store(build, d, name)
        if not store.there:
            print(f"  {name}: not installed")
            return
        farm, base = serve(build, d, many, 0)
        try:
            r = watch_minute(build, d, farm, base, many, perf, store)
        finally:
            store.stop()
            farm.send_signal(signal.SIGTERM)
            farm.wait()
    report.title(f"{many:,} HTTPS probes once a minute, kept in {name}; others took {r['others']:.0%} of the machine meanwhile")
    bare = r["peers"]["bare OpenSSL loop"]["cpu"]
    for name, x in {"ours": r, **r["peers"]}.items():
        print(f"  {name:20} {x['cpu'] * 1e3:7.2f} ms of CPU a second  {x['peak']:6.1f} MiB peak  good {x['good']} of {many}  {x['cpu'] / bare:.2f} x bare loop")
    print(f"  ours: {r['pss']:.1f} MiB not shared; runs began late by {r['late50']:.1f} ms (half), {r['late99']:.1f} (99 %), {r['late']:.1f} (all)")
    report.kept.append(r)
    report.target("CPU against the bare loop", r["cpu"] / bare, "<=", 1.05)
    report.target("ms of CPU a second", r["cpu"] * 1e3, "<=", 12 * many / 1000, others=r["others"])
    report.target("peak memory in MiB", r["peak"], "<=", 24 + 10 * max(0, many - 1000) / 1000)
    report.target("99 of 100 runs begin within, ms", r["late99"], "<=", 100, others=r["others"])
    report.target("runs that were good", r["good"], ">=", many * 0.999, others=r["others"])


class RsaAuthority(Authority):
    KEYS = ("-newkey", "rsa:2048")


def ocsp(build, maker, name, report):
    """Real answers of `openssl ocsp`, each by a delegated signer of its own (of the same key) and with a nonce of its own."""
    with tempfile.TemporaryDirectory() as directory:
        d = pathlib.Path(directory) / "ca"
        authority = maker(d)
        for certificate in ("ca", "good"):
            openssl(d, "x509", "-in", f"{certificate}.pem", "-outform", "DER", "-out", f"{certificate}.der")
        subprocess.run([build / "bench/probes/probes_ocsp", "ask", d, str(ANSWERS)], check=True)
        try:
            for i in range(ANSWERS):
                openssl(d, "x509", "-req", "-in", "signer.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", str(5000 + i), "-days", "30",
                        "-extfile", "signer.ext", "-out", f"signer{i}.pem")
                openssl(d, "x509", "-in", f"signer{i}.pem", "-outform", "DER", "-out", f"{i}.signer")
                shutil.copy(d / "signer.key", d / f"signer{i}.key")
                url = authority.responder(signer=f"signer{i}")
                (d / f"{i}.answer").write_bytes(authority.ask(url, (d / f"{i}.question").read_bytes()))
        finally:
            authority.close()
        done = subprocess.run([build / "bench/probes/probes_ocsp", "measure", d, str(ANSWERS)], check=True, capture_output=True, text=True)
    r = json.loads(done.stdout)
    report.title(f"OCSP checks per second of CPU in one process, {name}: question, answer, signature, responder's certificate, nonce, times")
    print(f"  ours {r['ours']:,}; with the signer known {r['ours_known']:,}; OpenSSL's own functions {r['openssl']:,} and {r['openssl_known']:,}")
    report.kept.append({"what": f"ocsp {name}"} | r)
    report.target("checks a second, signer not known", r["ours"], ">=", 4000)
    report.target("signer known", r["ours_known"], ">=", 7000)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--many", type=int, nargs="*", default=[1000, 5000])
    p.add_argument("--only", nargs="*", default=["watch", "ocsp", "history"])
    p.add_argument("--perf")
    a = p.parse_args()
    build, report = a.build.resolve(), Report()
    for many in a.many if "watch" in a.only else []:
        watch(build, many, a.perf, report, "SQLite")
    if "watch" in a.only:
        watch(build, 1000, a.perf, report, "PostgreSQL")
    if "ocsp" in a.only:
        ocsp(build, RsaAuthority, "RSA 2048", report)
        ocsp(build, Authority, "P-256", report)
    if "history" in a.only:
        history(build, report)
    (build / "bench-probes.json").write_text(json.dumps(report.kept, indent=1) + "\n")
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
