"""SIGKILL at every system call that writes: what was there is there, or what was asked for is; never something between.

A run under strace counts the calls that change files; then the command is run once for each of them and killed there. `make
torture` runs the same for more commands (TALAIA_TORTURE=1).
"""
import os
import re
import shutil
import subprocess

import pytest

from conftest import TALAIA, TODAY, Desk, copy_desk, environment

CALLS = "write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink"
TORTURE = os.environ.get("TALAIA_TORTURE") == "1"

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def traced(desk, words, *options):
    return subprocess.run(["strace", "-f", "-qq", *options, TALAIA, *map(str, desk.arguments(*words))],
                          capture_output=True, env=environment(), timeout=60, text=True, errors="replace")


def kill_points(desk, words, log):
    """How often each kind of call occurs in an uninterrupted run on a copy."""
    done = traced(desk, words, "-e", f"trace={CALLS}", "-o", str(log))
    assert done.returncode == 0, done.stderr[-2000:]
    counts = {}
    for line in log.read_text(errors="replace").splitlines():
        found = re.match(r"\d+\s+(\w+)\(", line)
        if found:
            counts[found[1]] = counts.get(found[1], 0) + 1
    return counts


def state(desk):
    return desk.run("certificates", "--all", "--json").out, desk.run("outage", "list", "--all", "--json").out, \
        desk.run("action", "list", "--json").out


def registry(path, rows):
    path.write_text("Ens;Provincia;Municipi;Plataforma;Endpoint;Data CDS;Data CDA\n" + "".join(
        f'"{name}, Ajuntament de";8;{n};0;https://p.example/{n};{cds};01/01/2029\n' for n, (name, cds) in enumerate(rows, 1)))
    return path


def campaign(tmp_path, before, words):
    """Kills the command at every point; returns how many there were."""
    after = copy_desk(before, tmp_path / "after")
    counts = kill_points(after, words, tmp_path / "calls.log")
    old, new = state(before), state(after)
    assert old != new
    points = 0
    seen = {"old": 0, "new": 0}
    for call, count in counts.items():
        for n in range(1, count + 1):
            desk = copy_desk(before, tmp_path / "killed")
            done = traced(desk, words, "-e", f"trace={CALLS}", "-e", f"inject={call}:signal=KILL:when={n}", "-o", os.devnull)
            assert done.returncode != 0, f"{call} {n}: the command was not killed"
            now = state(desk)
            assert now in (old, new), f"killed at {call} {n}: neither the old state nor the new one"
            seen["old" if now == old else "new"] += 1
            desk.run("doctor")
            shutil.rmtree(desk.path)
            points += 1
    assert points == sum(counts.values()) and points > 0
    assert seen["old"] > 0
    print(f"{words[0]}: {points} kill points, {seen}")
    return points


@pytest.fixture
def small(desk, tmp_path):
    desk.run("import", registry(tmp_path / "old.csv", [("Sort", "01/06/2027"), ("Berga", "04/12/2026"), ("Vic", "01/01/2028")]))
    return desk


def test_import_killed_at_every_write(small, tmp_path):
    changed = registry(tmp_path / "new.csv", [("Sort", "01/06/2028"), ("Berga", "04/12/2028"), ("Vic", "01/01/2028"),
                                              ("Reus", "01/01/2027")])
    assert campaign(tmp_path, small, ["import", changed]) > 5


def test_outage_killed_at_every_write(small, tmp_path):
    assert campaign(tmp_path, small, ["outage", "open", "Sort", "El WSDL respon 500"]) > 5


@pytest.mark.skipif(not TORTURE, reason="part of make torture")
@pytest.mark.parametrize("words", [["action", "add", "Sort", "Trucada", "--group", "renewal"],
                                   ["mark", "Berga", "not-verifiable", "Ens bloquejen"]])
def test_changes_killed_at_every_write(small, tmp_path, words):
    campaign(tmp_path, small, words)


def test_first_import_killed_at_every_write(desk, tmp_path):
    campaign(tmp_path, desk, ["import", registry(tmp_path / "new.csv", [("Sort", "01/06/2028")])])
