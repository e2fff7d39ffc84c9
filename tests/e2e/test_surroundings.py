"""What surrounds the program must not change what it says: locale, time zone, terminal, directory, the rights of its files."""
import datetime
import os
import pty
import re
import select
import shutil
import stat
import subprocess
import time
import zoneinfo

import pytest

from conftest import EXIT, MODULES, TALAIA, TODAY, body, environment, part, run, stop, table, towns


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "ca_ES.UTF-8", "tr_TR.UTF-8", "xx_XX", ""])
def test_locale_does_not_count(demo_made, locale):
    env = {"LC_ALL": locale, "LANG": locale, "LANGUAGE": "de:fr"}
    for words in (("certificates", "--all"), ("warnings", "plan"), ("action", "list", "Gavà")):
        assert demo_made.run(*words, env=env).out == demo_made.run(*words).out
    assert demo_made.run("certificates", lang="ca", env=env).out == demo_made.run("certificates", lang="ca").out


def test_locale_does_not_count_in_files(stocked, write, tmp_path):
    stocked.load(write("r.csv", towns(cds=20)), env={"LC_ALL": "tr_TR.UTF-8"})
    for name, locale in (("a", "C"), ("b", "es_ES.UTF-8")):
        stocked.run("report", "build", "--out", tmp_path / name, env={"LC_ALL": locale})
    assert (tmp_path / "a" / "report.txt").read_bytes() == (tmp_path / "b" / "report.txt").read_bytes()


def test_today_is_madrids_everywhere(stocked):
    """The same instant in Kiribati and in Baker Island is the same day in Madrid."""
    seen = {stocked.run("certificates", "--json", on=None, env={"TZ": zone}).out
            for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "UTC", "", "no/existeix")}
    assert len(seen) == 1
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Madrid")).date()
    first = stocked.json("certificates", on=None)[0]
    assert first["cds"]["days"] in {(datetime.date.fromisoformat(first["cds"]["expires"]) - today).days + d for d in (0, 1)}


def on_a_terminal(arguments, **env):
    """What a person sees: standard output and error are a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen([TALAIA, *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave, env=environment(TERM="xterm", **env))
    os.close(slave)
    seen, until = b"", time.monotonic() + 30
    try:
        while time.monotonic() < until:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    more = os.read(master, 65536)
                except OSError:
                    break
                if not more:
                    break
                seen += more
            elif process.poll() is not None:
                break
    finally:
        stop(process)
        os.close(master)
    return process.returncode, seen.decode()


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*[mK]", "", text).replace("\r\n", "\n")


@pytest.mark.parametrize("words", [("certificates",), ("outage", "list"), ("warnings", "plan"), ("help",), ("audit", "verify")], ids=" ".join)
def test_colours_only_on_a_terminal_and_nothing_else_differs(demo_made, words):
    piped = demo_made.run(*words).out
    code, seen = on_a_terminal(demo_made.arguments(*words))
    assert code == 0 and "\x1b" not in piped and ("\x1b[" in seen) == (words[0] != "audit")
    assert plain(seen) == piped
    assert plain(on_a_terminal(demo_made.arguments(*words), NO_COLOR="1")[1]) == piped
    assert "\x1b" not in on_a_terminal(demo_made.arguments(*words), NO_COLOR="1")[1]


def test_every_colour_is_ended(demo_made):
    for line in on_a_terminal(demo_made.arguments("certificates", "--all"))[1].splitlines():
        inks = re.findall(r"\x1b\[([0-9;]*)m", line)
        assert len(inks) % 2 == 0 and all(i == "0" for i in inks[1::2])


def test_progress_is_shown_to_people_and_gone_at_the_end(desk, write):
    rows = [body(i, f"Poble {i}, Ajuntament de", 90, 500, str(i % 4 + 1), str(i)) for i in range(1, 150_001)]
    file = write("gran.csv", table(rows))
    code, seen = on_a_terminal(desk.arguments("import", file, "--dry-run"))
    assert code == 0
    if "█" in seen or "·" in seen:
        assert seen.rindex("\r\x1b[K") > seen.rindex("]")
    assert "150000 rows" in plain(seen)
    assert "\r" not in desk.run("import", file, "--dry-run").err


def test_answers_as_json_on_a_terminal_have_no_colour(demo_made):
    assert "\x1b" not in on_a_terminal(demo_made.arguments("certificates", "--json"))[1]


def test_from_another_directory(stocked, tmp_path, write):
    """Relative paths of the command line are where one stands; those of the configuration are where it stands."""
    write("sub/r.csv", towns())
    there = os.path.relpath(stocked.config, tmp_path / "sub")
    result = run("--config", there, "--on", TODAY, "--lang", "en", "import", "r.csv", "--json", cwd=tmp_path / "sub")
    assert part(result.json())["same"] == 12
    run("--config", there, "--on", TODAY, "report", "build", "--out", "fora", cwd=tmp_path / "sub")
    assert (tmp_path / "sub" / "fora" / "report.eml").exists()
    run("--config", there, "--on", TODAY, "report", "build", cwd=tmp_path / "sub")
    assert list(stocked.path.glob("informes/**/report.eml")) and not (tmp_path / "sub" / "informes").exists()


def test_names_with_spaces_and_accents(tmp_path, write):
    place = tmp_path / "El meu escriptori à · «1»"
    run("init", "--lang", "en", place)
    file = write("Registre de padró (còpia).csv", towns())
    arguments = ["--config", place / "talaia.yaml", "--on", TODAY]
    assert part(run(*arguments, "import", file, "--json").json())["new"] == 12
    run(*arguments, "report", "build", "--out", place / "informe d'avui")
    assert (place / "informe d'avui" / "ResumAjuntaments.xlsx").exists()


def test_nobody_else_reads_store_and_configuration(stocked):
    for path in (stocked.config, stocked.store):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_part_that_is_missing_is_told(stocked, tmp_path, write):
    """A program installed without one of its modules works, but for what needs it."""
    place = tmp_path / "bin"
    place.mkdir()
    shutil.copy2(TALAIA, place / "talaia")
    for p in MODULES.glob("talaia-*.so"):
        if p.name != "talaia-picture.so":
            (place / p.name).symlink_to(p.resolve())
    for name in ("share", "po"):
        if (MODULES / name).exists():
            (place / name).symlink_to((MODULES / name).resolve())
    if (MODULES.parent / "share").exists():
        (tmp_path / "share").symlink_to((MODULES.parent / "share").resolve())
    assert run(*stocked.arguments("certificates"), binary=str(place / "talaia")).out
    err = run(*stocked.arguments("report", "build", "--out", tmp_path / "o"), binary=str(place / "talaia"), expect=EXIT["system"]).err
    assert "talaia-picture.so" in err and "T-MODULE" in err
    findings = run(*stocked.arguments("doctor", "--json"), binary=str(place / "talaia"), expect=1).json()
    assert [f["code"] for f in findings if not f["good"]] == ["T-MODULE"]
