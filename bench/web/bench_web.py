#!/usr/bin/python3
"""The desk in the browser under load: the list of a thousand bodies with five years of history, and static files beside a bare
libmicrohttpd that sends as many bytes. The server has one core, wrk the other; turns alternate, the median counts.

    bench_web.py BUILD
"""
import contextlib
import datetime
import gzip
import http.client
import itertools
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import registry  # noqa: E402

BODIES, TURNS, SECONDS = 1000, 5, 3
PASSWORD = "cavall bateria grapa correcte"
PIN = lambda core: ["taskset", "-c", str(core)] if (os.cpu_count() or 1) > 1 else []  # noqa: E731


def quiet(*command, **more):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **more)
    if done.returncode not in (0, 1):
        sys.exit(f"bench: {' '.join(map(str, command))}: {done.stderr}")


def make_desk(talaia, work):
    """A registry that changed every quarter for five years, and outages that came and went."""
    quiet(talaia, "init", "--lang", "en", work / "desk")
    at = [talaia, "--config", work / "desk/talaia.yaml"]
    today = datetime.date.today()
    for quarter in range(20, -1, -1):
        registry.write(work / "rows.csv", BODIES, changed_every=100 if quarter % 2 else 0)
        day = today - datetime.timedelta(days=91 * quarter)
        quiet(*at, "--on", day, "import", work / "rows.csv", "--force")
        for body in range(1000 + quarter * 7, 1000 + quarter * 7 + 5):
            quiet(*at, "--on", day, "outage", "open", f"#{body}", "no answer")
            quiet(*at, "--on", day + datetime.timedelta(days=min(3, (today - day).days)), "outage", "close", f"#{body}", "answers again")
    quiet(*at, "account", "add", "maria", "administrator", input=PASSWORD + "\n")
    return at


@contextlib.contextmanager
def serving(at, log):
    with open(log, "w") as errors:
        process = subprocess.Popen([*PIN(0), *map(str, at), "--set", "web.listen=127.0.0.1:0", "--set", "web.threads=1", "serve",
                                    "--roles", "web"], stderr=errors)
    try:
        for _ in range(200):
            if found := re.search(r"http://127.0.0.1:(\d+)", log.read_text()):
                break
            time.sleep(0.05)
        yield process, int(found.group(1))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@contextlib.contextmanager
def hello(build, size):
    process = subprocess.Popen([*PIN(0), build / "bench/web/hello", str(size)], stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def ask(port, path, headers=None, method="GET", body=None):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    c.request(method, path, body, headers or {})
    answer = c.getresponse()
    return answer, answer.read()


def wrk(port, path, headers, connections=16):
    """Requests a second, p99 in ms."""
    words = [x for h in headers.items() for x in ("-H", f"{h[0]}: {h[1]}")]
    out = subprocess.run([*PIN(1), "wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *words,
                          f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"bench: {path}: {out}")
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def processor(pid):
    """Seconds of CPU that it has used."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def flooded(port, attempts=10000, hosts=6):
    """The longest wait of a new client, ten a second, while others open connections and say nothing or half of something."""
    opened, waits = itertools.count(), []

    def flood(host):
        held = []
        while (number := next(opened)) < attempts:
            with contextlib.suppress(OSError):
                s = socket.create_connection(("127.0.0.1", port), 5, (f"127.0.0.{host + 1}", 0))
                s.sendall(b"GET / HTTP/1.1\r\nHost: 127" if number % 2 else b"")
                held.append(s)
            if len(held) > 900:
                held.pop(0).close()
        for s in held:
            s.close()

    threads = [threading.Thread(target=flood, args=(host,)) for host in range(hosts)]
    for t in threads:
        t.start()
    while any(t.is_alive() for t in threads):
        begin = time.monotonic()
        if ask(port, "/healthz", {"Connection": "close"})[0].status != 200:
            sys.exit("bench: a client was refused during a flood")
        waits.append(time.monotonic() - begin)
        time.sleep(0.1)
    return max(waits)


missed = 0


def line(what, ours, peer, ratio, target, good):
    global missed
    missed += good is False
    print(f"{what:<64} {ours:>11} {peer:>11} {ratio:>8}  {target:<9} {({True: 'met', False: 'MISSED', None: ''})[good]}", flush=True)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="bench-web-", dir=build) as temporary:
        work = pathlib.Path(temporary)
        at = make_desk(build / "talaia", work)
        with serving(at, work / "log") as (process, port):
            answer, _ = ask(port, "/entra", {"Content-Type": "application/x-www-form-urlencoded"}, "POST",
                            urllib.parse.urlencode({"compte": "maria", "contrasenya": PASSWORD}))
            headers = {"Cookie": answer.getheader("Set-Cookie").split(";")[0], "Accept-Encoding": "gzip",
                       "Sec-Fetch-Site": "same-origin"}  # as a browser
            begin = time.monotonic()
            _, page = ask(port, "/ens", headers)
            first = time.monotonic() - begin
            rows = len(re.findall(rb'<tr><td>', gzip.decompress(page)))
            files = re.findall(rb'(?:href|src)="(/estatic/[^"]+)"', gzip.decompress(page))
            weight = len(page) + sum(len(ask(port, f.decode(), headers)[1]) for f in files)
            css = next(f.decode() for f in files if f.endswith(b".css"))
            size = len(ask(port, css, headers)[1])
            lists = [wrk(port, "/ens", headers) for _ in range(TURNS)]
            ratios, ours, peers = [], [], []
            with hello(build, size) as other:
                for _ in range(TURNS):
                    ours.append(wrk(port, css, headers)[0])
                    peers.append(wrk(other, "/", headers)[0])
                    ratios.append(ours[-1] / peers[-1])
            before = processor(process.pid)
            body = wrk(port, "/ens/500", headers)
            each = (processor(process.pid) - before) / (body[0] * SECONDS)
            waited = flooded(port)
            pss = int(re.search(r"^Pss:\s+(\d+)", open(f"/proc/{process.pid}/smaps_rollup").read(), re.M).group(1)) / 1024
        rate, late = statistics.median(x[0] for x in lists), statistics.median(x[1] for x in lists)
        line(f"web: the list of {rows} bodies, requests a second on one core", f"{rate:.0f}", "", "", ">= 1000", rate >= 1000)
        line("  99 of 100 answered within", f"{late:.1f} ms", "", "", "< 25 ms", late < 25)
        line("  the first time, from the store", f"{first * 1e3:.0f} ms", "", "", "", None)
        line("  one body, requests a second (not cached)", f"{body[0]:.0f}", "", "", "", None)
        line("    CPU of each", f"{each * 1e3:.2f} ms", "", "", "< 1 ms", each < 1e-3)
        line(f"web: a file of {size} bytes: bare libmicrohttpd, requests a second", f"{statistics.median(ours):.0f}",
             f"{statistics.median(peers):.0f}", f"{statistics.median(ratios):.2f} x", ">= 0.5 x", statistics.median(ratios) >= 0.5)
        line("web: a first page with its files, transferred", f"{weight / 1024:.0f} KiB", "", "", "<= 100 KiB", weight <= 100 * 1024)
        line("web: a new client, during 10,000 connection attempts, waits", f"{waited:.2f} s", "", "", "< 2 s", waited < 2)
        line("web: the role's memory (PSS) after all that", f"{pss:.1f} MiB", "", "", "", None)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
