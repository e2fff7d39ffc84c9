#!/usr/bin/python3
"""A million requests through the gateway, half of them with signed answers, from 64 clients: bench_million.py BUILD [SECONDS].

Two gateways on two desks, one of which signs its answers; 32 clients at each, at the same time. Every request is signed for itself, of
its own, and its answer is looked at. After each round the memory of every process is read: what is its own must not grow once the marks
in memory (LIMIT_GATEWAY_MARKS, in two generations) are all there, and no process may ever have had more than 24 MiB. Ends with 1
when a target is missed; after SECONDS it ends with what was done by then, and says how much that was."""
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ALL, ROUND, CLIENTS = 1_000_000, 10_000, 32
SETTLED = 60_000  # of one gateway: three generations of marks, and what is kept of connections
MEMORY, GROWN = 24, 1

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import bench_gateway as bench  # noqa: E402


class Side:
    def __init__(self, served):
        self.served, self.done, self.failed = served, 0, None
        self.samples = []  # requests so far, and for each process: what is its own, its peak with all that it shares

    def run(self, until):
        try:
            self.served.load(2_000, CLIENTS)
            while self.done < ALL // 2 and time.monotonic() < until:
                self.served.load(ROUND, CLIENTS)
                self.done += ROUND
                self.samples.append((self.done, [bench.memory(pid) for pid in self.served.pids]))
        except BaseException as e:  # noqa: BLE001: told by the main thread
            self.failed = e

    def grown(self):
        """Of the process that grew most since it had settled: from the median of the first third to that of the last, in MiB."""
        settled = [s for n, s in self.samples if n >= SETTLED]
        third = len(settled) // 3
        if third == 0:
            return None
        return max(statistics.median(s[i][0] for s in settled[-third:]) - statistics.median(s[i][0] for s in settled[:third])
                   for i in range(len(self.served.pids)))

    def peak(self):
        return max(peak for _, peak in self.samples[-1][1])


def row(what, value, target, good):
    print(f"{what:<64} {value:>11} {'':>11} {target:<20} {'' if good is None else 'met' if good else 'MISSED'}", flush=True)
    return good is False


def main():
    build = Path(sys.argv[1])
    until = time.monotonic() + (float(sys.argv[2]) if len(sys.argv) > 2 else 3600)
    from gateway_live import identity
    with tempfile.TemporaryDirectory(dir=build) as directory:
        work = Path(directory)
        key, certificate = identity("Consorci d'Exemple", "Q0801175A").files(work / "seal")
        (work / "plain").mkdir()
        (work / "signed").mkdir()
        with bench.Served(build, work / "plain") as plain, \
                bench.Served(build, work / "signed", f"gateway.key={key}", f"gateway.certificate={certificate}") as signed:
            sides = [Side(plain), Side(signed)]
            threads = [threading.Thread(target=side.run, args=(until,)) for side in sides]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for side in sides:
                if side.failed is not None:
                    raise side.failed
            kept = [side.served.gateway.desk for side in sides]
            rows = sum(bench.rows_kept(desk) for desk in kept)
    done = sum(side.done for side in sides)
    missed = row("gateway, requests answered, half of them signed", f"{done:,}", f"        {ALL:,}", None if done < ALL else True)
    missed += row("  rows in the logs for them, and for 2,000 before at each", f"{rows:,}", f"        {done + 4_000:,}", rows == done + 4_000)
    for side, name in zip(sides, ("unsigned", "signed")):
        grown = side.grown()
        missed += row(f"  {name} answers: memory of the largest process", f"{side.peak():.1f} MiB", f"        <= {MEMORY}", side.peak() <= MEMORY)
        missed += row("  what the requests after the first 60,000 took", "too few" if grown is None else f"{grown:.1f} MiB", f"        <= {GROWN}",
                      None if grown is None else grown <= GROWN)
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
