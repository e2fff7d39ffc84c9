"""Whose certificate an endpoint shows: by NIF where both are known, by name otherwise; and how the NIFs get in."""
import re

import pytest

from conftest import events
from farm import Farm, name_of, put, sweep

COUNTY = "Consell Comarcal de Mostra"


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"))
    yield farm
    farm.stop()


def take(desk, text, expect=0):
    file = desk.path / "ens.csv"
    file.write_text(text, encoding="utf-8")
    return desk.json("import", file, on=None, expect=expect)


def nif_list(farm, cases, **other):
    """The list of bodies: each case's own NIF, or another."""
    return "Nom;NIF\n" + "".join(f"Ajuntament de {c};{other.get(c, farm.cases[c]['nif'])}\n" for c in cases)


def owners(desk, *words):
    return {name.removesuffix(", Ajuntament de"): (lines[0]["trust"]["owner"], lines[0]["reconciliation"])
            for name, lines in sweep(desk, *words).items()}


def test_the_number_decides_and_the_name_where_there_is_none(farm, tmp_path):
    cases = ["rsa", "wrong-body", "other-name", "hosted-company", "hosted-county", "no-owner", "two-certificates", "ecdsa"]
    desk = farm.desk(tmp_path / "desk", [farm.row(c) for c in cases])
    # Without any number nobody is another's: the farm's names are no body of this registry.
    assert {o for o, _ in owners(desk).values()} == {"unknown"}
    take(desk, nif_list(farm, cases))
    found = owners(desk)
    assert found == {"rsa": ("body", "agrees"), "wrong-body": ("other", "wrong-body"), "other-name": ("body", "agrees"),
                     "hosted-company": ("host", "agrees"), "hosted-county": ("other", "wrong-body"), "no-owner": ("unknown", "agrees"),
                     "two-certificates": ("body", "addresses-differ"), "ecdsa": ("body", "agrees")}, found
    # The list says that it is a county council's: it serves towns, and that is in order.
    county = next(line["trust"]["nif"] for line in sweep(desk, "hosted-county")[name_of("hosted-county")])
    take(desk, f"Nom;NIF;Tipus\n{COUNTY};{county};county\n")
    assert owners(desk)["hosted-county"] == ("host", "agrees")
    # The number of another that the list knows, on a body of which it knows none.
    assert farm.cases["wrong-body"]["certificate_nif"] not in [farm.cases[c]["nif"] for c in cases]


def test_several_bodies_that_show_the_same_certificate_have_a_host(farm, tmp_path):
    """One may be a mistake; two are guests. Asked alone, too."""
    rows = [farm.row("hosted-county"), farm.row("rsa")]
    desk = farm.desk(tmp_path / "desk", rows)
    take(desk, nif_list(farm, ["hosted-county", "rsa"]))
    assert owners(desk)["hosted-county"] == ("other", "wrong-body")
    guest = [*farm.row("hosted-county")]
    guest[0], guest[1] = "7000", "guest, Ajuntament de"
    put(desk, [*rows, guest])
    take(desk, nif_list(farm, ["ecdsa"]).replace("ecdsa", "guest"))
    assert owners(desk) == {"hosted-county": ("host", "agrees"), "rsa": ("body", "agrees"), "guest": ("host", "agrees")}
    assert owners(desk, "guest") == {"guest": ("host", "agrees")}
    # The guest leaves: what it showed before no longer counts, once it was asked again.
    guest[5] = farm.url("ecdsa")
    put(desk, [*rows, guest])
    assert owners(desk)["hosted-county"] == ("other", "wrong-body")


def test_a_number_of_the_list_on_a_body_without_one(farm, tmp_path):
    desk = farm.desk(tmp_path / "desk", [farm.row("wrong-body"), farm.row("rsa")])
    nif = farm.cases["wrong-body"]["certificate_nif"]
    take(desk, f"Nom;NIF\nAjuntament de Vilaltra;{nif}\n")
    assert owners(desk)["wrong-body"] == ("other", "wrong-body")
    out = desk.run("sweep", "wrong-body", "--explain", on=None).out
    assert f"Ajuntament de Vilaltra (NIF {nif})" in " ".join(out.split()) and "wrong-body.farm.test" in out


@pytest.mark.parametrize("lang", ["en", "ca", "es"])
def test_explained(farm, tmp_path, lang):
    desk = farm.desk(tmp_path / "desk", [farm.row("wrong-body"), farm.row("hosted-company")])
    take(desk, nif_list(farm, ["wrong-body", "hosted-company"]))
    out = " ".join(desk.run("sweep", "--all", "--explain", on=None, lang=lang).out.split())
    case = farm.cases["wrong-body"]
    assert f"NIF {case['certificate_nif']}" in out and f"NIF {case['nif']}" in out
    assert "Proveïdor de Mostra, SL (NIF B99" in out


def test_a_certificate_that_was_handed_in(farm, tmp_path):
    desk = farm.desk(tmp_path / "desk", [farm.row("rsa"), farm.row("ecdsa")])
    take(desk, nif_list(farm, ["rsa", "ecdsa"]))
    for case, owner, code in (("rsa", "body", (0, 1)), ("wrong-body", "other", 1), ("hosted-company", "host", (0, 1)), ("other-name", "other", 1)):
        given = desk.json("certificate", "add", "rsa", farm.directory / f"{case}.pem", on=None, expect=code)
        assert given["owner"] == owner, case


# --- the list ---

def test_numbers_that_cannot_be_one_refuse_their_row(desk):
    good = "Ajuntament d'Abrera;P9900001J"
    rows = ["Ajuntament d'Alella;P12", "Ajuntament d'Alpens;12345678Z", "Ajuntament d'Arenys de Mar;hola", "Ajuntament d'Aguilar de Segarra;P9912345Z"]
    file = desk.path / "ens.csv"
    file.write_text("Ens;NIF\n" + "\n".join([good.replace("P9900001J", "P1234567D"), *rows]) + "\n", encoding="utf-8")
    summary = desk.json("import", file, on=None, expect=1)
    refused = events(summary, "refused")
    assert [r["row"] for r in refused] == [3, 4, 5, 6], summary
    assert all("B (NIF)" in r["text"] for r in refused)
    assert "12345678" not in refused[1]["text"]  # a person's number is not repeated


def test_a_wrong_control_character_is_a_remark_and_is_left_out(farm, tmp_path):
    desk = farm.desk(tmp_path / "desk", [farm.row("rsa"), farm.row("wrong-body")])
    nif = farm.cases["rsa"]["nif"]
    slip = nif[:8] + ("A" if nif[8] != "A" else "B")
    summary = take(desk, nif_list(farm, ["rsa"], rsa=slip), expect=(0, 1))
    [remark] = events(summary, "remark")
    assert slip in remark["text"] and "B (NIF)" in remark["text"] and remark["row"] == 2
    assert owners(desk)["rsa"] == ("unknown", "agrees")


def test_a_list_of_numbers_takes_no_codes_away_nor_the_reverse(desk):
    def codes():
        import sqlite3
        with sqlite3.connect(desk.store) as store:
            return store.execute("SELECT ine10, nif, kind FROM directory WHERE name = 'Ajuntament d''Abrera'").fetchone()
    before = codes()
    assert before[0] and before[1] is None and before[2] == "town"
    take(desk, "Ens;CIF\nAjuntament d'Abrera;P1234567D\n")
    assert codes() == (before[0], "P1234567D", "town")
    take(desk, f"Nom;INE10;Tipus\nAjuntament d'Abrera;{before[0]};town\n")
    assert codes() == (before[0], "P1234567D", "town")


def test_the_farm_s_own_list(farm, tmp_path):
    """What the demo uses."""
    from farm import FARM
    import subprocess
    subprocess.run([FARM, "list", farm.directory, tmp_path / "ens.csv"], check=True)
    lines = (tmp_path / "ens.csv").read_text().splitlines()
    assert lines[0] == "name;nif" and len(lines) > 100 and all(re.search(r";P99\d{5}[A-J]$", line) for line in lines[1:])
