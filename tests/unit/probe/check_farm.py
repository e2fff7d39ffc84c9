#!/usr/bin/env python3
"""The engine against every row of the farm's table, and against a farm of many.

    check_farm.py PROBE_SWEEP [TALAIA_FARM]

Exits 1 with one line per difference, 77 when the farm was not built.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "servers/farm"))
import farm_start  # noqa: E402

PARTS = ("connection", "trust", "application")
# What the caller says by comparing with the time before: the engine sees one time.
CALLERS = {"changing": {"connection": "ok", "trust": "ok", "application": "ok"}}
# Words that only OpenSSL, libc or c-ares use.
FOREIGN = re.compile(r"error:|SSL routines|ssl3_|tls_process|errno|ARES_|Connection refused|timed out|certificate verify", re.I)
MANY, BAD = 300, 10
# Seconds. A round with dead hosts takes a time-out (5 s); one that waits for them one after another, a hundred.
PATIENCE = 25
differences = []


def differs(text):
    differences.append(text)
    print(text, flush=True)


class Farm:
    def __init__(self, program, directory):
        self.directory = pathlib.Path(directory)
        self.process, network = farm_start.start(program, directory, "--many", str(MANY), "--bad", str(BAD))
        self.base = network.rsplit(".", 1)[0]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)

    def sweep(self, program, name, *options):
        cases = json.loads((self.directory / name).read_text())
        targets = self.directory / "targets"
        targets.write_text("".join(c["url"] + "\n" for c in cases))
        out = subprocess.run([program, "--anchors", self.directory / "anchors.pem", "--dns", self.base + ".250:5353", "--operation", "procesa",
                              "--expiring", "60", "--ms", "5000", *options, targets], check=True, capture_output=True, text=True).stdout
        seen = {}
        for line in out.splitlines():
            o = json.loads(line)
            if "summary" in o:
                summary = o
            else:
                seen.setdefault(o["tag"], []).append(o)
        return cases, seen, summary


def verdict(o):
    return {p: o[p] for p in PARTS}


def wanted(case):
    """Address (None: any) and what may be said of it."""
    if case["case"] in CALLERS:
        return [(None, [CALLERS[case["case"]]])]
    if case.get("observations"):
        return [(w["address"], [w["expect"]]) for w in case["observations"]]
    return [(None, [case["expect"]])]


def compare(case, got):
    name = case["case"]
    want = wanted(case)
    if len(got) != len(want) or sum(o["last"] for o in got) != 1 or not (got and got[-1]["last"]):
        differs(f"{name}: {len(got)} observations, {len(want)} expected; last: {[o['last'] for o in got]}")
    for address, choices in want:
        for o in got:
            if address in (None, o["address"]) and verdict(o) not in choices:
                differs(f"{name} {o['address']}: {verdict(o)} instead of {choices}: {[o[p + '_reason'] for p in PARTS]}")
    for o in got:
        for p in PARTS:
            if FOREIGN.search(o[p + "_reason"]):
                differs(f"{name}: the reason speaks as a library: {o[p + '_reason']}")
            if "{" in o[p + "_reason"]:
                differs(f"{name}: a placeholder stays: {o[p + '_reason']}")
        if o["trust"] not in ("none", "no-tls") and not (o["not_after"] and o["fingerprint"] and o["chain"]):
            differs(f"{name}: a certificate was shown, and its date is missing")


def check_cases(farm, program):
    cases, seen, summary = farm.sweep(program, "farm.json")
    for i, case in enumerate(cases):
        compare(case, seen.get(i, []))
    by_name = {c["case"]: seen[i] for i, c in enumerate(cases)}
    if not by_name["middlebox"][0]["middlebox"] or by_name["unknown-ca"][0]["middlebox"]:
        differs("the middlebox is not told from an unknown authority")
    if by_name["stapled"][0]["revocation_source"] != "stapled":
        differs("the stapled answer was not used")
    if summary["wall"] > PATIENCE:
        differs(f"the cases took {summary['wall']} s")
    again = farm.sweep(program, "farm.json")[1]
    changing = [i for i, c in enumerate(cases) if c["case"] == "changing"][0]
    if again[changing][0]["wsdl_hash"] == seen[changing][0]["wsdl_hash"]:
        differs("changing: the hash did not change")
    rsa = [i for i, c in enumerate(cases) if c["case"] == "rsa"][0]
    if again[rsa][0]["wsdl_hash"] != seen[rsa][0]["wsdl_hash"]:
        differs("rsa: the hash changed")
    return len(cases), summary


def check_many(farm, program):
    cases, seen, summary = farm.sweep(program, "many.json")
    for i, case in enumerate(cases):
        compare(case, seen.get(i, []))
    if summary["wall"] > PATIENCE:
        differs(f"{MANY} with {BAD} % bad took {summary['wall']} s")
    return len(cases), summary


def main():
    program = sys.argv[1]
    farm_program = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.environ.get("TALAIA_TEST_BUILD", ""), "tests/servers/farm/talaia-farm")
    if not os.path.exists(farm_program):
        print(f"{farm_program} is not there: ninja tests/servers/farm/talaia-farm")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        farm = Farm(farm_program, directory)
        try:
            for check in (check_cases, check_many):
                count, summary = check(farm, program)
                print(f"{count} rows, {summary['addresses']} addresses, {summary['connections']} connections, {summary['wall']} s, "
                      f"{summary['rss_kib']} KiB")
        finally:
            farm.stop()
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
