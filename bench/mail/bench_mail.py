#!/usr/bin/env python3
"""10,000 mails of 6 KB over one kept connection to a sink: ours (mail/smtp.h) against a bare libcurl loop.

    bench_mail.py BUILD [--mails N] [--rounds N]

The two take turns; a ratio is the median of the ratios of the turns, of mails in a second: 1.00 is as fast as libcurl. Twice: with a sink
that offers PIPELINING, as real servers do, and with one that does not. The sink's count is compared. Ends with 1 when ours is below 0.6.
"""
import argparse
import pathlib
import resource
import statistics
import subprocess
import sys
import time

LEAST = 0.6


def measured(command):
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def turns(build, options, mails, rounds):
    sink = subprocess.Popen([build / "bench/mail/sink", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = sink.stdout.readline().strip()
    runs = {"ours": [], "libcurl": []}
    for _ in range(rounds):
        runs["ours"].append(measured([build / "bench/mail/session", build / "src/net", port, str(mails)]))
        runs["libcurl"].append(measured([build / "bench/mail/curl_loop", port, str(mails)]))
    taken = int(sink.communicate("")[0])
    if taken != 2 * rounds * mails:
        sys.exit(f"bench: the sink took {taken} mails of {2 * rounds * mails}")
    return runs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(f"{'mails over one connection':<34} {'ours':>11} {'libcurl':>11} {'rate':>8}  {'CPU':>7}  target")
    good = True
    for what, options in (("PIPELINING", []), ("without PIPELINING", ["--no-pipelining"])):
        runs = turns(args.build.resolve(), options, args.mails, args.rounds)
        rate = statistics.median(peer[0] / own[0] for own, peer in zip(runs["ours"], runs["libcurl"]))
        cpu = statistics.median(own[1] / peer[1] for own, peer in zip(runs["ours"], runs["libcurl"]))
        own, peer = (args.mails / statistics.median(r[0] for r in runs[name]) for name in ("ours", "libcurl"))
        good = good and rate >= LEAST
        print(f"{what:<34} {own:>9.0f}/s {peer:>9.0f}/s {rate:>6.2f} x {cpu:>6.2f} x  >= {LEAST} x  {'met' if rate >= LEAST else 'MISSED'}",
              flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
