#!/usr/bin/python3
"""The gateway's messages against the floor: bench_gateway.py BUILD. Ends with 1 when a target is missed.

The same signed request of about 6 KB (RSA 2048, SHA-256, Body and Timestamp) goes through the floor (parse, c14n, digest, verify,
validate, nothing else) and through our reading of it, in turns; ratios are medians. Without HTTP, log and answer, which
are not there yet: the whole pipeline has to reach 0.6 of the floor."""
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
from cryptography.hazmat.primitives import serialization  # noqa: E402
from gateway import Identity, Signing, hestia, sent  # noqa: E402

TURNS, SECONDS = 7, "1"
AT_LEAST = 0.6
NEW_AT_LEAST, MEMORY = 2100, 24 * 1024


def number(*command):
    return [float(word) for word in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]


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
        turns = [(number(*ours), number(*floor)[0], number(*ours, "new")[0]) for _ in range(TURNS)]
    rate, peak = (statistics.median(t[0][i] for t in turns) for i in (0, 1))
    bottom, new = statistics.median(t[1] for t in turns), statistics.median(t[2] for t in turns)
    ratio = statistics.median(t[0][0] / t[1] for t in turns)
    missed = 0
    for what, mine, peer, target, good in (
            (f"gateway, a message read and verified, 6 KB: floor", f"{rate:.0f}/s", f"{bottom:.0f}/s",
             f"{ratio:.2f} x  >= {AT_LEAST}", ratio >= AT_LEAST),
            ("  a certificate never seen", f"{new:.0f}/s", "", f"        >= {NEW_AT_LEAST}", new >= NEW_AT_LEAST),
            ("  peak memory", f"{peak / 1024:.1f} MiB", "", f"        <= {MEMORY / 1024:.0f}", peak <= MEMORY)):
        missed += not good
        print(f"{what:<64} {mine:>11} {peer:>11} {target:<20} {'met' if good else 'MISSED'}", flush=True)
    return missed > 0



if __name__ == "__main__":
    sys.exit(main())
