"""The registry as it was known on any day, against a model: random imports, in order and out of it, weeks of report and plan."""
import datetime
import random

import pytest

from conftest import TODAY, TOWNS, body, copy_desk, day, part, table


def as_known(desk, on):
    return {b: (c["cds"]["expires"], c["cda"]["expires"], c["endpoint"], "vanished" in c["flags"]) for b, c in desk.by_body(on=on).items()}


def random_rows(rng, present):
    rows = []
    for i, name in enumerate(TOWNS):
        if name not in present:
            continue
        row = body(100 + i, name, rng.choice(["", rng.randrange(-50, 900)]), rng.choice([400, 500, rng.randrange(900)]), "8", str(i + 1))
        row[5] = rng.choice([row[5], f"https://nou{rng.randrange(3)}.example/ws?wsdl"])
        rows.append(row)
    return rows


def declared(row):
    iso = [("-".join(reversed(d.split("/"))) if d else None) for d in row[6:8]]
    return (*iso, row[5])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ids", [True, False])
def test_imports_in_order(desk, write, seed, ids):
    """On a day, the registry is what the last import until then said; who was there once and is not is vanished."""
    rng = random.Random(seed)
    days = sorted(rng.randrange(-40, 1) for _ in range(7))
    states, known = [], {}
    for n, when in enumerate(days):
        present = set(TOWNS) if n == 0 else set(rng.sample(TOWNS, rng.randrange(6, 13)))
        rows = random_rows(rng, present)
        text = table(rows) if ids else table([r[1:] for r in rows], ["DESCRIPCIO", "CODI_PROVINCIA", "CODI_MUNICIPI", "PLATAFORMA",
                                                                       "URL_WSDL", "DATA_CDS", "DATA_CDA"])
        counts = part(desk.load(write(f"{n}.csv", text), "--force", on=day(when)))
        before = dict(known)
        for r in rows:
            known[r[1]] = (*declared(r), False)
        for name in known:
            if name not in present:
                known[name] = (*known[name][:3], True)
        assert counts["rows"] == len(rows) and counts["refused"] == 0
        assert counts["new"] == len(set(known) - set(before))
        assert counts["vanished"] == sum(known[b][3] and not before[b][3] for b in before)
        assert counts["changed"] == sum(known[b] != before[b] and not known[b][3] for b in before)
        states.append((when, dict(known)))
    for when, state in states:
        latest = [s for w, s in states if w == when][-1]
        assert as_known(desk, day(when)) == latest, (when, days)
    assert as_known(desk, day(days[0] - 5)) == [s for w, s in states if w == days[0]][-1], "before the first import, as it was then"
    assert as_known(desk, day(30)) == states[-1][1]


@pytest.mark.parametrize("seed", range(4))
def test_imports_out_of_order_end_like_in_order(desk, write, tmp_path, seed):
    """Saved query results come in as they are found; in the end every day reads as if they had come in time."""
    rng = random.Random(100 + seed)
    days = sorted(rng.sample(range(-60, 1), 6))
    files = {when: write(f"{when}.csv", table(random_rows(rng, set(TOWNS)))) for when in days}
    other = copy_desk(desk, tmp_path / "other")
    for when in days:
        desk.load(files[when], on=day(when))
    shuffled = days[:]
    while shuffled == days:
        rng.shuffle(shuffled)
    for when in shuffled:
        other.load(files[when], on=day(when))
    for when in range(days[0], 2):
        assert as_known(other, day(when)) == as_known(desk, day(when)), (when, shuffled)


@pytest.mark.parametrize("seed", range(6))
def test_old_files_never_change_today(desk, write, seed):
    """Also when bodies come and go: after the newest file, older ones add to the past only."""
    rng = random.Random(200 + seed)
    days = sorted(rng.sample(range(-60, 1), 5))
    files = {when: write(f"{when}.csv", table(random_rows(rng, set(rng.sample(TOWNS, 9))))) for when in days}
    desk.load(files[days[-1]], on=day(days[-1]))
    newest = {b: v for b, v in as_known(desk, TODAY).items()}
    older = days[:-1]
    rng.shuffle(older)
    for when in older:
        desk.load(files[when], on=day(when))
        now = as_known(desk, TODAY)
        assert {b: now[b] for b in newest} == newest
        assert all(v[3] for b, v in now.items() if b not in newest), "a body of the past only is vanished today"


def test_every_day_of_three_months(desk, write):
    """The plan of a day, executed day by day, is the plan made at the beginning: nothing is lost between two days."""
    rng = random.Random(7)
    rows = [body(100 + i, name, rng.randrange(0, 140), rng.randrange(0, 140), "8", str(i + 1)) for i, name in enumerate(TOWNS)]
    desk.load(write("r.csv", rows))
    whole = desk.plan("--days", "90")
    first = {}
    for p in whole:
        first.setdefault((p["body"], p["subject"]), p)
    for ahead in (0, 1, 7, 30, 60):
        later = desk.plan("--days", str(90 - ahead), on=day(ahead))
        # What is planned after that day is planned the same, seen from there; what was due before is due at once.
        mine = [(p["on"], p["subject"], p["threshold"]) for p in whole if p["on"] > day(ahead + 3)]
        theirs = [(p["on"], p["subject"], p["threshold"]) for p in later if p["on"] > day(ahead + 3)]
        assert set(theirs) <= set(mine), (ahead, set(theirs) - set(mine))
    for p in whole:
        left = {k: (datetime.date.fromisoformat(e) - datetime.date.fromisoformat(p["on"])).days for k, e in p["expires"].items()}
        assert min(left.values()) < p["threshold"] <= 60


def test_two_runs_say_the_same(demo_made):
    for words in (("certificates", "--all"), ("warnings", "plan", "--text"), ("action", "list"), ("outage", "list", "--all")):
        assert demo_made.run(*words).out == demo_made.run(*words).out
    assert TODAY in demo_made.run("warnings", "plan", "--json").out
