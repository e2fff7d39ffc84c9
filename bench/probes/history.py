"""A year of history for a thousand probes, in SQLite and PostgreSQL: 8,760 hours, 365 days and 12 months of each, and how long the chart of one
takes, the start of the program included."""
import datetime
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import zoneinfo

from bench_sweep import Watch

PROBES = 1000
ASKED = 30
TIMES = "112:31 113:17 115:8 118:3 124:1"
MADRID = zoneinfo.ZoneInfo("Europe/Madrid")
CONTROL = pathlib.Path(__file__).resolve().parents[2] / "tests/servers/postgresql.sh"


def spans():
    """Beginnings in µs of the days and months of the last year, as Madrid counts them, and the first of its hours."""
    today = datetime.date.today()

    def at(d):
        return int(datetime.datetime(d.year, d.month, d.day, tzinfo=MADRID).timestamp()) * 1_000_000

    days = [today - datetime.timedelta(n) for n in range(365)]
    return [at(d) for d in days], [at(d) for d in days if d.day == 1], at(days[-1])


def statements(series):
    """`series(first, count)`: a FROM item with one column `at`, an hour apart."""
    days, months, first = spans()
    row = "3600, 7, 0, 0, '{}', 60, 60000, 240000, 480000, 1800000, 30000"
    yield f"INSERT INTO probe_sum SELECT 'h', p.id, s.at, 60, {row.format(TIMES)} FROM probe p, {series(first, 8760)} ORDER BY p.id, s.at"
    for span, begins in (("d", days), ("m", months)):
        values = ", ".join(f"({b})" for b in begins)
        yield (f"INSERT INTO probe_sum SELECT '{span}', p.id, s.at, 1440, {row.format(TIMES)} FROM probe p, "
               f"(SELECT column1 AS at FROM (VALUES {values}) v) s ORDER BY p.id, s.at")


def fill_sqlite(path):
    def series(first, count):
        return (f"(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1}) "
                f"SELECT {first} + i * 3600000000 AS at FROM n) s")

    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.executemany("INSERT INTO probe (name) VALUES (?)", [(f"P{n:05}",) for n in range(PROBES)])
        for s in statements(series):
            db.execute(s)
    db.close()


def fill_postgresql(socket):
    def series(first, count):
        return f"(SELECT {first} + i * 3600000000 AS at FROM generate_series(0::bigint, {count - 1}) i) s"

    text = "SET synchronous_commit = off;" + f"INSERT INTO probe (name) SELECT 'P' || lpad(i::text, 5, '0') FROM generate_series(0, {PROBES - 1}) i;"
    text += ";".join(statements(series)) + "; ANALYZE"
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", "talaia", "talaia"], input=text, text=True, check=True)


def charts(build, d, desk, report, name):
    took, cpu, watch = [], [], Watch()
    for n in range(ASKED):
        probe = f"P{n * 37 % PROBES:05}"
        subprocess.run([build / "bench/measure", d / "measured", build / "talaia", "--config", desk / "talaia.yaml", "probe", "history", probe,
                        "--out", d / "chart.svg"], check=True, stdout=subprocess.DEVNULL)
        wall, user, system, _, status = map(int, (d / "measured").read_text().split())
        if status != 0 or len(re.findall("<rect|<path", (d / "chart.svg").read_text())) < 300:
            raise SystemExit(f"the chart of {probe} is not there")
        took.append(wall / 1e6)
        cpu.append((user + system) / 1e3)
    print(f"  {name}: {statistics.median(took):.1f} ms of wall (worst {max(took):.1f}), {statistics.median(cpu):.1f} ms of CPU")
    report.kept.append({"what": f"history {name}", "wall_ms": statistics.median(took), "cpu_ms": statistics.median(cpu)})
    report.target("its CPU (of the program), ms", statistics.median(cpu), "<=", 50)
    report.target(f"the chart of a year in {name}, ms", statistics.median(took), "<=", 50, others=watch.others())


class Store:
    """Where a desk keeps what it knows: SQLite, or a PostgreSQL of its own below `d`."""

    def __init__(self, build, d, name):
        self.d, self.socket, self.where = d, None, []
        self.there = name == "SQLite" or (build / "src/store/talaia-postgresql.so").exists() and shutil.which("psql") is not None
        if name == "PostgreSQL" and self.there:
            self.socket = subprocess.run(["sh", CONTROL, "start", d / "pg"], check=True, capture_output=True, text=True).stdout.strip()
            self.where = ["--set", f"store.url=postgresql:///talaia?host={self.socket}&user=talaia"]

    def ask(self, desk, sql):
        """Rows, each a list of texts."""
        if self.socket is None:
            with sqlite3.connect(f"file:{desk}/talaia.db?mode=ro", uri=True) as db:
                return [list(map(str, row)) for row in db.execute(sql)]
        done = subprocess.run(["psql", "-qAt", "-F", " ", "-h", self.socket, "-U", "talaia", "-c", sql, "talaia"], check=True, capture_output=True, text=True)
        return [line.split(" ") for line in done.stdout.splitlines()]

    def stop(self):
        if self.socket is not None:
            subprocess.run(["sh", CONTROL, "stop", self.d / "pg"], check=False)


def history(build, report):
    report.title(f"A year of {PROBES:,} probes by hours, days and months; `talaia probe history NAME --out`, started anew each time")
    with tempfile.TemporaryDirectory(prefix="bench-history-", dir=build) as directory:
        d = pathlib.Path(directory)
        for name in ("SQLite", "PostgreSQL"):
            desk, store = d / name, Store(build, d, name)
            if not store.there:
                print("  PostgreSQL: not installed")
                continue
            try:
                subprocess.run([build / "talaia", "init", *store.where, desk], check=True, stdout=subprocess.DEVNULL)
                (desk / "profile/aoc").mkdir(parents=True)
                (desk / "profile/aoc/probes.yaml").write_text("".join(
                    f"P{n:05}:\n  level: 99.9\n  transitions: [{{http: \"https://p{n}.example/\"}}]\n" for n in range(PROBES)))
                if name == "SQLite":
                    fill_sqlite(desk / "talaia.db")
                else:
                    fill_postgresql(store.socket)
                charts(build, d, desk, report, name)
            finally:
                store.stop()
