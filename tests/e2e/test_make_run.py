"""`make run`: the demo's bodies have servers, and what one round of checks sees of them agrees with the demo's story."""
import csv
import json
import os
import pathlib
import re
import subprocess
import time
import urllib.parse
import urllib.request
from collections import Counter

import pytest

from conftest import ROOT, TALAIA, environment

BUILD = pathlib.Path(TALAIA).resolve().parent
STORY = list(csv.DictReader((ROOT / "share/demo/story.csv").open(encoding="utf-8")))
ROWS = {r["description"]: r for r in csv.DictReader((ROOT / "share/demo/registry.csv").open(encoding="utf-8"))}


def script(*args):
    return subprocess.run([ROOT / "share/demo/run", *args], capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL,
                          env=environment(MINUTES=5))


class Made:
    def __init__(self, path, out):
        self.path, self.out = path, out

    @property
    def pid(self):
        return int((self.path / "farm/pid").read_text())

    def json(self, *args, expect=(0,)):
        done = subprocess.run([TALAIA, "--config", self.path / "talaia.yaml", *args, "--json"], capture_output=True, text=True,
                              timeout=100, env=environment())
        assert done.returncode in expect, done.stderr
        return json.loads(done.stdout)


def is_farm(pid):
    """A dead one that nobody has collected yet is none."""
    try:
        state = re.search(r"^State:\s+(\S)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M).group(1)
        return state not in "ZX" and pathlib.Path(f"/proc/{pid}/comm").read_text() == "talaia-farm\n"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "demo"
    first = script(BUILD, path)
    assert first.returncode == 0, first.stdout[-2000:] + first.stderr
    yield Made(path, first.stdout)
    script("stop", path)


@pytest.fixture(scope="module")
def seen(made):
    by_body = {}
    for line in made.json("sweep"):
        by_body.setdefault(line["body"], []).append(line)
    return by_body


def entered(made):
    """Whoever followed the last lines: its opener, the desk's address, and the first page."""
    address, password = re.search(r"(http://127\.0\.0\.1:\d+)\s+compte: demo\s+contrasenya: (\S+)", made.out).groups()
    fields = urllib.parse.urlencode({"compte": "demo", "contrasenya": password}).encode()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(f"{address}/entra", fields, timeout=20) as answer:
        page = answer.read().decode()
    assert answer.url == f"{address}/"
    return opener, address, page


def test_it_ends_at_the_desk_in_the_browser(made):
    page = entered(made)[2]
    assert '<html lang="ca"' in page and "demo" in page


def test_it_ends_with_where_the_results_are(made):
    for file in ("ResumAjuntaments.xlsx", "report.html", "report.eml"):
        assert file in made.out[made.out.rindex("●"):]
    assert is_farm(made.pid)


def test_every_watched_body_is_checked_and_most_are_in_order(seen):
    assert len(seen) >= 300
    assert sum(lines[0]["up"] for lines in seen.values()) > 0.85 * len(seen)
    assert not [b for b, lines in seen.items() if not lines[0]["up"] and ROWS[b]["farm"] == ""]


def test_every_state_of_registry_and_wire_occurs(seen):
    states = Counter(lines[0]["reconciliation"] for lines in seen.values())
    assert set(states) == {"agrees", "registry-stale", "old-served", "addresses-differ", "perhaps-blocked", "wrong-body", "no-date",
                           "unseen"}
    assert states["agrees"] > 0.85 * len(seen)


def test_many_verdicts_occur(seen):
    lines = [line for lines in seen.values() for line in lines]
    assert len({line["connection"]["code"] for line in lines}) >= 20
    assert len({line["trust"]["code"] for line in lines}) >= 14
    assert len({line["application"]["code"] for line in lines}) >= 9


def test_the_open_outages_are_bodies_that_do_not_answer(made, seen):
    down = {o["body"] for o in made.json("outage", "list")}
    assert len(down) == 4
    expected = {"Franqueses del Vallès, Ajuntament de les": "refused", "Gandesa, Ajuntament de": "dns-none",
                "Santa Coloma de Farners, Ajuntament de": "timeout", "Palau-solità i Plegamans, Ajuntament de": "http-5xx"}
    assert {b: seen[b][0]["connection"]["code"] for b in down} == expected


def test_whoever_recovered_in_the_story_answers(seen):
    closed = {s["body"] for s in STORY if s["event"] == "outage-close"}
    assert closed and all(seen[b][0]["up"] for b in closed)


def test_whoever_is_marked_blocks_us(seen):
    marked = {s["body"] for s in STORY if s["event"] == "mark"}
    assert {seen[b][0]["reconciliation"] for b in marked} == {"perhaps-blocked"}


def test_served_dates_are_the_declared_ones(made, seen):
    declared = {c["body"]: c["cds"]["expires"] for c in made.json("certificates")}
    plain = [b for b in seen if ROWS[b]["farm"] == "" and ROWS[b]["farm_cds"] == "" and declared[b]]
    assert len(plain) > 250
    assert all(seen[b][0]["trust"]["not_after"] == declared[b] for b in plain)


def test_one_probe_fails_now_and_no_round_is_made(made):
    def failing():
        return [i["probe"] for i in made.json("incident", "list")]

    deadline = time.monotonic() + 100
    while not failing() and time.monotonic() < deadline:
        time.sleep(0.5)
    log = (made.path / "watch.log").read_text()
    assert failing() == ["REGISTRE_ENTRADA"] and "round:" not in log, log


def test_each_probe_says_what_its_server_does(made):
    states = {p["name"]: made.json("probe", "run", p["name"], expect=(0, 1))[0]["outcome"] for p in made.json("probe", "list")}
    assert states == {"OCSP_AOC": "good", "PADRO_CONSULTA": "good", "PADRO_CERTIFICAT": "good", "REGISTRE_ENTRADA": "bad", "XARXA": "good"}


def test_the_probes_have_a_past_year(made):
    year = made.json("probe", "history", "OCSP_AOC")
    assert len(year["spans"]) >= 364 and year["whole"]["runs"] > 500000 and 99 < year["whole"]["availability"] < 100
    down = [d["detail"] for name in ("OCSP_AOC", "PADRO_CONSULTA", "PADRO_CERTIFICAT", "XARXA") for d in made.json("probe", "history", name)["down"]]
    assert len(down) > 10 and all(down) and len(set(down)) >= 6 and not [d for d in down if "?" in d or "{" in d], down


def test_the_night_of_three_days_ago_is_whole(made):
    """Nobody took it and the next person was paged; a call to be claimed, the provider's mail, the recovery."""
    night = made.json("incident", "show", "1")
    assert [e["what"] for e in night["events"]] == ["opened", "ticket", "paged", "mail", "paged", "acked", "call", "call", "note", "closed",
                                                    "ticked"]
    assert (night["state"], night["seconds"], night["next"]) == ("closed", 67 * 60, None)
    expenses = made.json("expense", "list", "--month", night["since"][:7])
    assert [(c["amount"], c["statement"]) for c in expenses] == [(None, None), (12.5, "Extracte de trucades.pdf")]
    opener, address, _ = entered(made)
    with opener.open(f"{address}/guardia/despeses/{expenses[1]['id']}/extracte", timeout=20) as answer:
        (made.path / "extracte.pdf").write_bytes(answer.read())
    text = subprocess.run(["pdftotext", "-layout", made.path / "extracte.pdf", "-"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert all(words in text for words in ("03:31", "+34 900 000 000", "12,50")), text
    mails = [m for m in made.json("outbox", "--all")["messages"] if any(r["email"] == "suport@proveidor.example" for r in m["recipients"])]
    assert [m["state"] for m in mails] == ["sent", "sent"]


def test_the_public_page_shows_the_probes(made, tmp_path):
    made.json("status", "export", tmp_path / "public")
    page = (tmp_path / "public/index.html").read_text()
    assert all(name in page for name in ("Certificació digital", "Consulta del padró", "Registre d&#39;entrada")), page[:3000]


def test_made_again_over_itself_and_stopped(made, seen):
    before = made.pid
    again = script(BUILD, made.path)
    assert again.returncode == 0, again.stdout[-2000:] + again.stderr
    assert not is_farm(before) and is_farm(made.pid)
    assert script("stop", made.path).returncode == 0
    assert not is_farm(made.pid)
    assert script("stop", made.path).returncode == 0


def test_stop_does_not_end_another_process(tmp_path):
    (tmp_path / "farm").mkdir()
    (tmp_path / "farm/pid").write_text(str(os.getpid()))
    assert script("stop", tmp_path).returncode == 0


def test_integrations_are_at_different_steps(made):
    """With forms that are really signed and CDAs of the farm's authority."""
    states = {x["fp"]: x["state"] for x in made.json("integration", "list", "--all")}
    assert states == {"FP-2104": "pre", "FP-2107": "approval-pre", "FP-2109": "documents", "FP-2110": "asked", "FP-2111": "unlisted",
                      "FP-2112": "depends"}, (made.path / "integracions.log").read_text()
    files = made.json("integration", "show", "FP-2109")["files"]
    assert {f["role"]: f["verdict"] for f in files} == {"form": "valid", "cda": "valid"} and all(f["signer"] for f in files)
