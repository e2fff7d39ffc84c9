"""What a round makes of the bodies: how the registry and the wire agree, outages that open and close, silences, changed
contracts, and whether it is our own network."""
import contextlib
import datetime
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest

from conftest import EXIT, body, sheet_rows
from farm import MADRID, Farm, name_of, put, real_day, sweep

MANY = 300
DAY_US = 86400 * 10**6


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"), "--many", str(MANY))
    yield farm
    farm.stop()


@pytest.fixture
def make(farm, tmp_path):
    """A desk of the farm's, where two failures in a row are an outage."""
    def maker(rows, **settings):
        return farm.desk(tmp_path / "desk", rows, **({"probe_failures": 2, "probe_minutes": 0} | settings))
    return maker


def sql(desk, text, *values):
    with contextlib.closing(sqlite3.connect(desk.store, timeout=30)) as store:
        found = store.execute(text, values).fetchall()
        store.commit()
        return found


def today(offset=0):
    return (datetime.datetime.now(MADRID).date() + datetime.timedelta(days=offset)).isoformat()


def outages(desk, *words):
    return desk.json("outage", "list", *words, on=None)


def book(desk):
    out = desk.path / "out"
    desk.run("report", "build", "--out", out, on=None)
    return {name: sheet_rows(out / "ResumAjuntaments.xlsx", name) for name in ("Query", "OK", "KO")}


def at(row, url):
    """The row with another endpoint."""
    return [*row[:5], url, *row[6:]]


def many(count=MANY, port=8443, start=1):
    return [[*body(2000 + n, f"Poble {n}, Ajuntament de", real_day(265), real_day(400), "8", str(n))[:5],
             f"https://m{n:04}.many.test:{port}/padro?wsdl", real_day(265), real_day(400)] for n in range(start, start + count)]


# --- the registry and the wire ---

def certificate_owner(farm, case):
    out = subprocess.run(["openssl", "x509", "-noout", "-subject", "-nameopt", "multiline,utf8", "-in", farm.directory / f"{case}.pem"],
                         capture_output=True, text=True, check=True).stdout
    return re.search(r"organizationName\s*= (.+)", out)[1]


def test_reconciliation(farm, make):
    owner = certificate_owner(farm, "wrong-body")
    rows = [farm.row("rsa"), farm.row("ecdsa", days=100), farm.row("tls13", days=400), farm.row("tls12", days=""),
            farm.row("two-certificates"), farm.row("reset"), farm.row("http-403"), farm.row("silent"), farm.row("middlebox"),
            farm.row("dns-none"), farm.row("wrong-body"), farm.row("one-dead"), farm.row("crl-only", days=266), farm.row("stapled", days=264),
            farm.row("http-500"), farm.row("one-middlebox"), farm.row("firewall-page"),
            farm.row("wildcard", name=owner.removeprefix("Ajuntament de ") + ", Ajuntament de", identity=7000)]
    wanted = {"rsa": "agrees", "ecdsa": "registry-stale", "tls13": "old-served", "tls12": "no-date", "two-certificates": "addresses-differ",
              "reset": "perhaps-blocked", "http-403": "perhaps-blocked", "silent": "perhaps-blocked", "middlebox": "perhaps-blocked",
              "dns-none": "unseen", "wrong-body": "wrong-body", "one-dead": "agrees", "crl-only": "agrees", "stapled": "agrees", "http-500": "agrees",
              "one-middlebox": "perhaps-blocked", "firewall-page": "perhaps-blocked"}
    desk = make(rows, probe_seconds=12)
    found = sweep(desk)
    assert {c: found[name_of(c)][0]["reconciliation"] for c in wanted} == wanted
    # It answers through what stands in between: a person is told, and it is not down.
    for case, up in (("middlebox", [True]), ("one-middlebox", [True, True]), ("firewall-page", [False])):
        assert [line["up"] for line in found[name_of(case)]] == up
        assert any(line["trust"]["middlebox"] for line in found[name_of(case)])
    out = " ".join(desk.run("sweep", "one-middlebox", "--explain", on=None).out.split())
    assert "made up on the way, by Corporate Firewall" in out and "Our team: ask the body" in out
    notes = {row["Ens"]: row["Nota"] or "" for row in book(desk)["Query"]}
    texts = {}
    for case, code in wanted.items():
        texts.setdefault(code, set()).add(notes[name_of(case)])
    assert all(len(t) == 1 for code, t in texts.items()), texts
    told = {code: t.pop() for code, t in texts.items()}
    assert told["agrees"] == told["unseen"] == ""
    assert "data" in told["no-date"].lower() or told["no-date"] == ""
    assert len({told[c] for c in ("registry-stale", "old-served", "addresses-differ", "perhaps-blocked", "wrong-body")} - {""}) == 5
    # The registry is corrected after the round: what stood there is no longer true, and the reverse.
    put(desk, [farm.row("rsa", days=100), farm.row("ecdsa"), farm.row("tls13"), *rows[3:]])
    notes = {row["Ens"]: row["Nota"] or "" for row in book(desk)["Query"]}
    assert [notes[name_of(c)] for c in ("rsa", "ecdsa", "tls13")] == [told["registry-stale"], "", ""]


# --- outages ---

def test_one_failure_is_dropped(farm, make):
    row = farm.row("rsa")
    desk = make([row, farm.row("ecdsa")])
    for url, up in (("http-500", False), ("rsa", True), ("http-500", False), ("rsa", True)):
        put(desk, [at(row, farm.url(url)), farm.row("ecdsa")])
        assert sweep(desk)[row[1]][0]["up"] == up
        assert outages(desk, "--all") == []
    assert sql(desk, "SELECT max(failures), max(down) FROM watch") == [(0, 0)]


def test_failures_in_a_row_open_an_outage_that_recovery_closes(farm, make):
    row, other = farm.row("rsa"), farm.row("ecdsa")
    desk = make([at(row, farm.url("http-500")), other])
    sweep(desk)
    assert outages(desk) == []
    out = desk.run("sweep", on=None).out
    assert "1 went down" in out
    [open_one] = outages(desk)
    assert open_one["since"] == today() and open_one["days"] == 0 and "500" in open_one["error"], open_one
    sweep(desk)
    assert len(outages(desk)) == 1  # it is down already
    sheets = book(desk)
    assert [r["Ens"] for r in sheets["KO"]] == [name_of("rsa")] or "rsa" in sheets["KO"][0]["Ens"], sheets["KO"]
    assert "500" in sheets["KO"][0]["Error"] and sheets["OK"] == []
    put(desk, [row, other])
    assert "1 recovered" in desk.run("sweep", on=None).out
    assert outages(desk) == [] and len(outages(desk, "--all")) == 1
    sheets = book(desk)
    assert sheets["KO"] == [] and len(sheets["OK"]) == 1 and "rsa" in sheets["OK"][0]["Ens"], sheets
    sweep(desk)
    assert len(desk.json("action", "list", on=None)) == 1
    assert desk.json("audit", "verify", on=None)["unbroken"]


def test_an_outage_begins_with_the_first_failure_and_needs_its_minutes(farm, make):
    desk = make([farm.row("http-503"), farm.row("ecdsa")], probe_minutes=30)
    for _ in range(3):
        sweep(desk)
    assert outages(desk) == []  # three failures, and no time between them
    sql(desk, "UPDATE watch SET first = first - ? WHERE failures > 0", 3 * DAY_US)
    sweep(desk)
    [outage] = outages(desk)
    assert outage["since"] == today(-3) and outage["days"] == 3
    [row] = book(desk)["KO"]
    assert "503" in row["Error"] and row["Dies"] in (3, None)


def test_what_is_no_outage(farm, make):
    """Trust is another matter, and a body without an address is not down."""
    cases = ("expired", "wrong-host", "revoked", "self-signed", "no-url", "elsewhere", "ocsp-down", "one-dead")
    desk = make([farm.row(c) for c in cases])
    for _ in range(3):
        sweep(desk)
    assert outages(desk, "--all") == []


def test_an_outage_of_a_person_is_not_closed_by_a_round(farm, make):
    desk = make([farm.row("rsa"), farm.row("ecdsa")])
    desk.run("outage", "open", "rsa", "No signa els volants", on=None)
    for _ in range(3):
        assert "recovered" not in desk.run("sweep", on=None).out
    assert [o["error"] for o in outages(desk)] == ["No signa els volants"]
    put(desk, [at(farm.row("rsa"), farm.url("http-500")), farm.row("ecdsa")])
    for _ in range(3):
        sweep(desk)
    put(desk, [farm.row("rsa"), farm.row("ecdsa")])
    sweep(desk)
    assert [o["error"] for o in outages(desk)] == ["No signa els volants"]  # nor a second one opened over it


def test_what_a_person_closed_opens_again_the_next_day_if_it_is_still_down(farm, make):
    desk = make([farm.row("http-500"), farm.row("ecdsa")])
    sweep(desk), sweep(desk)
    desk.run("outage", "close", "http-500", "Diuen que ja va", on=None)
    sweep(desk)
    assert outages(desk) == []
    sql(desk, "UPDATE outage SET since = ?, closed = ?", today(-2), today(-1))
    sql(desk, "UPDATE watch SET first = first - ? WHERE failures > 0", 2 * DAY_US)
    sweep(desk)
    assert [o["since"] for o in outages(desk)] == [today(-1)]


def test_silence_keeps_it_out_of_ko_and_in_sight(farm, make):
    desk = make([farm.row("http-500"), farm.row("ecdsa")])
    desk.run("silence", "http-500", "Canvi de servidor", "--until", today(3), on=None)
    for _ in range(3):
        line = sweep(desk)[name_of("http-500")][0]
        assert not line["up"] and line["silent_until"] == today(3)
    out = desk.run("sweep", on=None).out
    assert "Canvi de servidor" in out and "http-500" in out
    sheets = book(desk)
    assert outages(desk, "--all") == [] and sheets["KO"] == []
    [note] = [row["Nota"] for row in sheets["Query"] if row["Ens"] == name_of("http-500")]
    assert "Canvi de servidor" in note and datetime.date.fromisoformat(today(3)).strftime("%d/%m/%Y") in note
    assert "Canvi de servidor" in desk.run("sweep", "http-500", "--explain", on=None).out
    # It is over, and the body is still down.
    desk.run("unsilence", "http-500", "Han acabat", on=None)
    assert sweep(desk)[name_of("http-500")][0]["silent_until"] is None
    [outage] = outages(desk)
    assert outage["since"] == today()
    assert {"silence", "unsilence"} <= {line["what"] for line in desk.json("audit", "list", "--all", on=None)}


def test_a_silence_on_a_body_that_is_down(farm, make):
    """It stays in sight as silenced, does not count, and is nobody's recovery; over, it counts again since its first day."""
    desk = make([farm.row("http-500"), farm.row("http-503"), farm.row("ecdsa")])
    sweep(desk), sweep(desk)
    sql(desk, "UPDATE outage SET since = ?", today(-9))
    assert "KO 2" in " ".join(desk.run("report", "build", "--out", desk.path / "first", on=None).out.split()) or len(book(desk)["KO"]) == 2
    desk.run("silence", "http-500", "Canvi de servidor", "--until", today(3), on=None)
    until = datetime.date.fromisoformat(today(3)).strftime("%d/%m/%Y")
    sheets = book(desk)
    assert [row["Ens"] for row in sheets["KO"]] == [name_of("http-503"), name_of("http-500")] or "503" in str(sheets["KO"][0])
    silent = sheets["KO"][1]
    assert until in silent["Error"] and "Canvi de servidor" in silent["Error"] and "500" in silent["Error"]
    assert "Canvi de servidor" not in str(sheets["KO"][0]) and sheets["OK"] == []
    assert desk.json("report", "build", "--out", desk.path / "out", on=None)["ko"] == 1
    assert {o["body"]: o["silent_until"] for o in outages(desk)} == {name_of("http-500"): today(3), name_of("http-503"): None}
    states = {b["body"]: b["state"] for b in desk.json("certificates", "--all", on=None)}
    assert states[name_of("http-500")] == "muted" and states[name_of("http-503")] == "down"
    html = (desk.path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Canvi de servidor" in html
    desk.run("unsilence", "http-500", "Han acabat", on=None)
    sweep(desk)
    assert desk.json("report", "build", "--out", desk.path / "out", on=None)["ko"] == 2
    assert {o["since"] for o in outages(desk)} == {today(-9)}
    # It answers during a silence: the outage is over, as it is.
    desk.run("silence", "http-500", "Canvi", "--until", today(3), on=None)
    put(desk, [at(farm.row("http-500"), farm.url("rsa")), farm.row("http-503"), farm.row("ecdsa")])
    sweep(desk)
    assert [o["body"] for o in outages(desk)] == [name_of("http-503")]


def test_silence_needs_an_end_and_a_reason(farm, make):
    desk = make([farm.row("rsa")])
    assert "--until" in desk.run("silence", "rsa", "x", on=None, expect=EXIT["usage"]).err
    desk.run("silence", "rsa", "x", "--until", today(-1), on=None, expect=EXIT["input"])
    desk.run("silence", "rsa", "", "--until", today(1), on=None, expect=(EXIT["usage"], EXIT["input"]))
    desk.run("silence", "Ningú", "x", "--until", today(1), on=None, expect=EXIT["input"])
    desk.run("unsilence", "rsa", "x", on=None, expect=EXIT["input"])


def test_a_person_decides_that_a_body_blocks_us(farm, make):
    """What is marked as not verifiable and looks blocked is no outage; any other failure of it is."""
    rows = [farm.row("http-403"), farm.row("reset"), farm.row("http-500"), farm.row("ecdsa")]
    desk = make(rows)
    for case in ("http-403", "http-500"):
        desk.run("mark", case, "not-verifiable", "Ens bloqueja", on=None)
    for _ in range(2):
        sweep(desk)
    assert sorted(o["body"] for o in outages(desk)) == [name_of("http-500"), name_of("reset")]
    # Asked alone, too: others that answer are asked besides.
    for _ in range(2):
        assert sweep(desk, "http-403")[name_of("http-403")][0]["reconciliation"] == "perhaps-blocked"
    assert len(outages(desk)) == 2


def test_bodies_that_are_left_out_are_nobody_s_outage(farm, make):
    """Excluded by the profile, or gone from the registry: asked by their name, and no more."""
    excluded = farm.row("http-500", name="Manresa, Ajuntament de")
    gone = farm.row("http-503")
    desk = make([excluded, gone, farm.row("rsa"), farm.row("ecdsa")])
    put(desk, [excluded, farm.row("rsa"), farm.row("ecdsa")])
    assert set(sweep(desk)) == {name_of("rsa"), name_of("ecdsa")}
    for _ in range(3):
        assert not sweep(desk, "Manresa")["Manresa, Ajuntament de"][0]["up"]
        desk.run("sweep", "http-503", on=None, expect=(0, EXIT["input"]))
    assert outages(desk, "--all") == []


def test_somebody_opens_an_outage_while_a_round_goes_on(farm, make):
    desk = make([farm.row("silent"), farm.row("ecdsa")], probe_seconds=8, probe_failures=1)
    results = []
    rounds = [threading.Thread(target=lambda: results.append(desk.run("sweep", on=None))) for _ in range(2)]
    for r in rounds:
        r.start()
    time.sleep(0.7)
    desk.run("outage", "open", "silent", "Ho diuen per telèfon", on=None)
    for r in rounds:
        r.join()
    assert [r.code for r in results] == [0, 0]
    assert [o["error"] for o in outages(desk)] == ["Ho diuen per telèfon"]


def test_a_few_that_all_fail_are_no_cut_of_ours(farm, make):
    """Asked alone, six dead ones do not look like our network: some that were up are asked besides, and nothing kept of it."""
    dead = many(6, port=1)
    desk = make(dead + many(20, start=50))
    sweep(desk)
    names = [row[1] for row in dead]
    out = desk.run("sweep", *names, on=None).out
    assert "6 went down" in out and "own network" not in out
    assert len(outages(desk)) == 6 and sql(desk, "SELECT count(*) FROM blind") == [(0,)]
    assert sql(desk, "SELECT bodies FROM sweep ORDER BY id") == [(26,), (6,)]


def test_one_asked_by_hand_waits_for_nobody_else(farm, make):
    desk = make([farm.row("slow-body"), farm.row("slow-handshake"), *many(3)])
    began = time.monotonic()
    sweep(desk)
    half = time.monotonic()
    sweep(desk, "Poble 1")
    assert time.monotonic() - half < (half - began) / 2  # the slow ones keep it as long as they may


# --- contracts ---

def test_a_changed_contract_is_told_once(farm, make):
    row, other = farm.row("rsa"), farm.row("ecdsa")
    desk = make([row, other])

    def code(r=row):
        return sweep(desk)[r[1]][0]["application"]["code"]
    assert [code(), code(), code()] == ["ok", "ok", "ok"]
    put(desk, [at(row, farm.url("no-operation")), other])
    assert code() == "operation-missing"
    put(desk, [row, other])
    assert code() == "ok"  # what was no contract is not what it is compared with
    put(desk, [at(row, farm.url("latin1")), other])
    assert [code(), code()] == ["changed", "ok"]
    assert outages(desk, "--all") == []


def test_a_contract_that_changes_at_each_request(farm, make):
    desk = make([farm.row("changing")])
    codes = [sweep(desk)[name_of("changing")][0]["application"]["code"] for _ in range(3)]
    assert codes == ["ok", "changed", "changed"]


# --- is it us? ---

needs_namespace = pytest.mark.skipif(os.geteuid() != 0 or subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode != 0,
                                     reason="needs root, to take the network away")


@needs_namespace
def test_the_route_removed_is_one_incident(farm, make):
    desk = make(many())
    out = desk.run("sweep", on=None, wrap=("unshare", "-n")).out
    assert "own network" in out and "300 of 300" in out
    out = desk.run("sweep", on=None, wrap=("unshare", "-n")).out
    assert "went down" not in out
    assert outages(desk, "--all") == [] and book(desk)["KO"] == []
    assert sql(desk, "SELECT count(*), count(ended) FROM blind") == [(1, 0)]
    assert sql(desk, "SELECT count(*) FROM watch WHERE failures > 0 OR down") == [(0,)]
    assert sql(desk, "SELECT min(us), min(failed) FROM sweep") == [(1, MANY)]
    assert {line["blind"] for line in desk.json("sweep", on=None, wrap=("unshare", "-n"))} == {True}
    assert "300 answer, 0 do not" in desk.run("sweep", on=None).out
    assert sql(desk, "SELECT count(*), count(ended) FROM blind") == [(1, 1)]
    desk.run("sweep", on=None, wrap=("unshare", "-n"))
    assert sql(desk, "SELECT count(*), count(ended) FROM blind") == [(2, 1)]
    assert sql(desk, "SELECT count(*) FROM watch WHERE failures > 0") == [(0,)]


def test_the_farm_stopped_is_one_incident_too(farm, make):
    desk = make(many(40))
    assert "40 answer" in desk.run("sweep", on=None).out
    with farm.away():
        for _ in range(3):
            assert "own network" in desk.run("sweep", on=None).out
        # Nor does a body alone go down, when those that were up do not answer either.
        assert "own network" in desk.run("sweep", "Poble 1", on=None).out
    assert outages(desk, "--all") == [] and sql(desk, "SELECT count(*), count(ended) FROM blind") == [(1, 0)]
    sweep(desk)
    assert sql(desk, "SELECT count(*), count(ended) FROM blind") == [(1, 1)]


def test_under_half_of_them_is_them(farm, make):
    desk = make(many(19, port=1) + many(21, start=50))
    sweep(desk)
    assert "19 went down" in desk.run("sweep", on=None).out
    assert len(outages(desk)) == 19 and sql(desk, "SELECT count(*) FROM blind") == [(0,)]


def test_a_provider_that_goes_dark_is_them(farm, make):
    """Six in ten live behind one address and give no answer: one network of many is silent, so they are down."""
    dark = many(18, port=1)
    for i, row in enumerate(dark):
        row[5] = f"https://{farm.net}.251:1/{i}?wsdl"
    elsewhere = [farm.row(c) for c in ("rsa", "ecdsa", "tls12", "tls13")] + many(8, start=100)
    for settings in ({}, {"probe_canaries": farm.url("rsa")}):
        desk = make(dark + elsewhere, **settings)
        sweep(desk)
        lines = desk.json("sweep", on=None)
        assert {line["blind"] for line in lines} == {False}
        assert len(outages(desk)) == 18 and sql(desk, "SELECT count(*) FROM blind") == [(0,)]
        shutil.rmtree(desk.path)


@needs_namespace
def test_canaries(farm, make):
    desk = make(many(3), probe_canaries=farm.url("rsa"))
    sweep(desk)
    for _ in range(3):
        assert "own network" in desk.run("sweep", on=None, wrap=("unshare", "-n")).out
    assert outages(desk) == [] and sql(desk, "SELECT count(*), count(ended) FROM blind") == [(1, 0)]
    # One that answers says that the bodies are at fault, all of them; a canary needs no good certificate, only an answer.
    put(desk, many(3, port=1))
    for url in ("expired", "http-403"):
        assert "own network" not in desk.run("sweep", "--set", f"probe.canaries={farm.url(url)}", on=None).out
    assert len(outages(desk)) == 3


def test_a_misspelt_canary_does_not_blind_us(farm, make):
    desk = make(many(2, port=1) + many(10, start=50), probe_canaries="https://cap.farm.test/")
    for _ in range(2):
        assert "own network" not in desk.run("sweep", on=None).out
    assert len(outages(desk)) == 2


def test_an_answer_is_no_cut_of_ours(farm, make):
    """They all fail, and say so."""
    rows = [at(row, farm.url("http-500")) for row in many(10)]
    desk = make(rows)
    sweep(desk)
    assert "10 went down" in desk.run("sweep", on=None).out
