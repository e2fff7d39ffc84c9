"""Saved query results of earlier days, imported after newer ones, become the past and change nothing of today."""
import pytest

HEADER = "ID;DESCRIPCIO;CODI_PROVINCIA;CODI_MUNICIPI;PLATAFORMA;URL_WSDL;DATA_CDS;DATA_CDA\n"


def registry(path, *rows):
    path.write_text(HEADER + "".join(f"{i};{name};8;{i};0;https://p.example/{i}?wsdl;{cds};{cda}\n" for i, name, cds, cda in rows))
    return path


@pytest.fixture
def old_desk(desk, tmp_path):
    """March and June are known; Sort was there in both, Berga only in June."""
    march = registry(tmp_path / "march.csv", (1, "Sort, Ajuntament de", "01/06/2026", "01/01/2029"))
    june = registry(tmp_path / "june.csv", (1, "Sort, Ajuntament de", "01/06/2028", "01/01/2029"),
                    (2, "Berga, Ajuntament de", "05/05/2027", ""))
    desk.run("import", march, on="2026-03-06")
    desk.run("import", june, on="2026-06-05")
    return desk


def declared(desk, day, name):
    for body in desk.run("certificates", "--all", "--json", on=day).json():
        if name in body["body"]:
            return body["cds"]["expires"], body["cda"]["expires"], "vanished" in body["flags"]
    return None


def test_an_old_file_before_everything_is_kept_as_the_past(old_desk, tmp_path):
    old = registry(tmp_path / "2025.csv", (1, "Sort, Ajuntament de", "01/06/2025", "01/01/2025"))
    counts = old_desk.run("import", old, "--json", on="2025-02-07").json()["parts"][0]
    assert (counts["new"], counts["changed"], counts["vanished"]) == (0, 1, 0)
    assert declared(old_desk, "2025-02-10", "Sort") == ("2025-06-01", "2025-01-01", False)
    assert declared(old_desk, "2026-03-10", "Sort") == ("2026-06-01", "2029-01-01", False)
    assert declared(old_desk, "2026-06-10", "Sort") == ("2028-06-01", "2029-01-01", False)


def test_an_old_file_between_two_stands_between_them(old_desk, tmp_path):
    april = registry(tmp_path / "april.csv", (1, "Sort, Ajuntament de", "02/06/2027", "01/01/2029"))
    old_desk.run("import", april, on="2026-04-10")
    assert declared(old_desk, "2026-04-09", "Sort")[0] == "2026-06-01"
    assert declared(old_desk, "2026-04-10", "Sort")[0] == "2027-06-02"
    assert declared(old_desk, "2026-06-05", "Sort")[0] == "2028-06-01"


def test_a_version_that_went_on_unchanged_is_split_around_it(desk, tmp_path):
    same = registry(tmp_path / "same.csv", (1, "Sort, Ajuntament de", "01/06/2028", ""))
    for day in ("2026-01-09", "2026-03-06", "2026-06-05"):
        desk.run("import", same, on=day)
    other = registry(tmp_path / "other.csv", (1, "Sort, Ajuntament de", "09/09/2027", ""))
    desk.run("import", other, on="2026-02-06")
    assert [declared(desk, day, "Sort")[0] for day in ("2026-01-20", "2026-02-06", "2026-03-05", "2026-03-06", "2026-12-01")] == [
        "2028-06-01", "2027-09-09", "2027-09-09", "2028-06-01", "2028-06-01"]


def test_a_body_that_nobody_knew_is_there_that_day_and_gone_today(old_desk, tmp_path):
    old = registry(tmp_path / "old.csv", (9, "Poble Antic, Ajuntament de", "01/06/2026", ""))
    old_desk.run("import", old, on="2026-01-09")
    assert declared(old_desk, "2026-01-09", "Poble Antic")[2] is False
    assert declared(old_desk, "2026-06-10", "Poble Antic")[2] is True


def test_the_same_old_file_twice_changes_nothing(old_desk, tmp_path):
    old = registry(tmp_path / "old.csv", (1, "Sort, Ajuntament de", "01/06/2025", ""))
    old_desk.run("import", old, on="2025-02-07")
    counts = old_desk.run("import", old, "--json", on="2025-02-07").json()["parts"][0]
    assert (counts["same"], counts["new"], counts["changed"]) == (1, 0, 0)


def test_the_guard_does_not_stop_an_old_file_that_is_a_part(old_desk, tmp_path):
    old = registry(tmp_path / "old.csv", (2, "Berga, Ajuntament de", "05/05/2026", ""))
    counts = old_desk.run("import", old, "--json", on="2025-02-07").json()["parts"][0]
    assert counts["vanished"] == 0
    assert declared(old_desk, "2026-06-10", "Sort")[0] == "2028-06-01"
