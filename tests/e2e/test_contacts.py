"""Contacts, who is left out, and the texts of the profile: changed at the desk, from the command line."""
import conftest


def test_contacts_have_a_history(stocked, write):
    desk = stocked
    desk.load(write("contacts.csv", "Ens;Nom;Correu;Rol;Llengua\r\nAjuntament de Vic;Laia Serra;laia@vic.example;tecnic;ca\r\n"))
    added = desk.run("--json", "contact", "add", "Vic", "joan@vic.example", "--role", "secretary", "--language", "es").json()
    rows = desk.json("contacts", "Vic")
    assert [(r["email"], r["role"], r["language"]) for r in rows] == [
        ("joan@vic.example", "secretary", "es"), ("laia@vic.example", "technical", "ca")]
    assert "Vic" not in {r["name"] for r in desk.run("--json", "contacts", "--missing", expect=1).json()}
    desk.run("contact", "edit", added["id"], "--email", "joana@vic.example", "--name", "Joana <b>Pi</b>")
    desk.run("contact", "retire", added["id"], "ha plegat")
    assert [r["email"] for r in desk.json("contacts", "Vic")] == ["laia@vic.example"]
    kept = desk.json("contacts", "Vic", "--retired")
    assert [(r["email"], r["retired"] is not None) for r in kept] == [("joana@vic.example", True), ("laia@vic.example", False)]
    history = [(h["what"], h["email"], h["reason"]) for h in desk.json("contacts", "Vic", "--history")]
    assert history == [("retired", "joana@vic.example", "ha plegat"), ("changed", "joana@vic.example", ""),
                       ("added", "joan@vic.example", ""), ("added", "laia@vic.example", "")]
    desk.run("contact", "add", "Vic", "joana@vic.example")  # whoever comes back has the same number
    assert desk.json("contacts", "Vic")[0]["id"] == added["id"]
    assert desk.json("contacts", "Vic", "--history")[0]["what"] == "returned"
    trail = [line["what"] for line in desk.json("audit", "list", "--all")]
    assert trail.count("contact-add") == 2 and "contact-edit" in trail and "contact-retire" in trail
    assert desk.json("audit", "verify")["unbroken"]


def test_bad_contacts_are_refused_with_a_reason(stocked):
    for more, reason in ((("maria@ajuntament",), "not an e-mail address"), (("a b@vic.example",), "not an e-mail address"),
                         (("m@vic.example", "--role", "alcalde"), "technical, secretary"), (("m@vic.example", "--language", "fr"), "ca, es or en"),
                         (("x" * 250 + "@vic.example",), "not an e-mail address"), (("m@vic.example", "--name", "x" * 300), "255 characters")):
        assert reason in stocked.run("contact", "add", "Vic", *more, expect=(2, 3)).err, more
    stocked.run("contact", "add", "Vic", "m@vic.example")
    assert "another contact" in stocked.run("contact", "add", "Vic", "m@vic.example", expect=3).err
    assert "no contact" in stocked.run("contact", "retire", "999", "x", expect=3).err
    assert "empty" in stocked.run("contact", "retire", stocked.json("contacts")[0]["id"], " ", expect=3).err


def test_a_person_says_who_is_left_out(desk, write):
    rows = [conftest.body(1, "Vic, Ajuntament de", conftest.dmy(20), conftest.dmy(400)),
            conftest.body(2, "Manresa, Ajuntament de", conftest.dmy(20), conftest.dmy(400))]
    desk.load(write("registry.csv", conftest.table(rows)))
    desk.load(write("contacts.csv", "Ens;Correu\r\nVic, Ajuntament de;a@vic.example\r\nManresa, Ajuntament de;a@manresa.example\r\n"))
    assert [(x["name"], x["source"]) for x in desk.json("exclusions")] == [("Ajuntament de Manresa", "profile")]
    desk.run("exclude", "Vic", "es fusiona amb Gurb", "--until", conftest.day(30))
    desk.run("exclude", "Manresa", "ja no renova sol", "--in")
    found = {x["name"]: x for x in desk.json("exclusions")}
    assert found["Ajuntament de Vic"]["out"] and found["Ajuntament de Vic"]["until"] == conftest.day(30)
    assert found["Ajuntament de Vic"]["reason"] == "es fusiona amb Gurb" and not found["Ajuntament de Manresa"]["out"]
    assert [b["name"] for b in desk.json("bodies")] == ["Ajuntament de Manresa"]
    assert [b["name"] for b in desk.json("bodies", "--excluded")] == ["Ajuntament de Vic"]
    assert "Manresa" in desk.run("warnings", "plan").out and "Vic" not in desk.run("warnings", "plan").out
    # Its last day has passed: it is in by itself, and a new word may be said.
    assert {b["name"] for b in desk.json("bodies", on=conftest.day(31))} == {"Ajuntament de Manresa", "Ajuntament de Vic"}
    desk.run("exclude", "Vic", "encara", on=conftest.day(31))
    # As it was on the day.
    assert {b["name"] for b in desk.json("bodies", on=conftest.day(30))} == {"Ajuntament de Manresa"}
    for args, reason in ((("exclude", "Vic", "x"), "already"), (("exclude", "Manresa", "x", "--until", conftest.day(-1)), "over already"),
                         (("exclude", "Manresa", "  "), "empty")):
        assert reason in desk.run(*args, on=conftest.day(31) if args[1] == "Vic" else conftest.TODAY, expect=3).err
    desk.run("exclude", "lift", "Manresa", "torna a renovar sol")
    assert "nothing to lift" in desk.run("exclude", "lift", "Manresa", "x", expect=3).err
    assert [(x["name"], x["source"]) for x in desk.json("exclusions") if x["name"].endswith("Manresa")] == [("Ajuntament de Manresa", "profile")]
    trail = [line["what"] for line in desk.json("audit", "list", "--all")]
    assert {"exclude", "include", "exclusion-lift"} <= set(trail)


def test_texts_written_at_the_desk_are_the_ones_in_force(stocked, tmp_path):
    desk = stocked
    assert all(t["version"] == 0 for t in desk.json("texts"))
    text = tmp_path / "text.txt"
    text.write_text("Bon dia,\n\n**{nme}** caduca.\n")
    error = desk.run("text", "set", "warning-single", text, expect=4).err
    assert "line 3" in error and "{nme}" in error and "{name}" in error
    text.write_text("Bon dia,\n\n{cda_date}\n")  # of a pair: a single one has no such date
    assert "line 3" in desk.run("text", "set", "warning-single", text, expect=4).err
    text.write_text("Bon dia, {name}.\n\n**{date}** {days}\n")
    assert desk.run("--json", "text", "set", "warning-single", text, "--reason", "més curt").json() == {"version": 1}
    assert "nothing was changed" in desk.run("text", "set", "warning-single", text, expect=3).err
    shown = desk.json("text", "show", "warning-single", "--body", "Vic")
    assert shown["text"].startswith("Bon dia, Ajuntament de Vic.") and "PRO - PADRO" in shown["subject"]
    desk.run("config", "check", on=None)
    text.write_text("Una altra, {name}.\n\n{date}\n")
    desk.run("text", "set", "warning-single", text)
    assert [h["version"] for h in desk.json("text", "show", "warning-single", "--history")] == [2, 1]
    desk.run("text", "restore", "warning-single", "1")
    assert desk.json("text", "show", "warning-single")["text"].startswith("Bon dia, {name}")
    desk.run("text", "restore", "warning-single", "0", "--reason", "la de sempre")
    now = [t for t in desk.json("texts") if (t["name"], t["language"]) == ("warning-single", "ca")][0]
    assert now["version"] == 4 and not now["at_desk"] and now["where"].endswith("warning-single.ca.txt")
    assert "already" in desk.run("text", "restore", "warning-single", "0", expect=3).err
    trail = [line["what"] for line in desk.json("audit", "list", "--all")]
    assert trail.count("text-edit") == 3 and trail.count("text-restore") == 1


def test_config_check_sees_what_was_written_at_the_desk(stocked, tmp_path):
    """A version that an older program let pass is told before anything is approved."""
    import sqlite3
    with sqlite3.connect(stocked.store) as store:
        store.execute("INSERT INTO text_version (name, lang, text, reason, day, at, who) VALUES "
                      "('warning-single', 'ca', 'Hola\n{nome}\n', '', '2026-11-20', 1, 'x')")
    result = stocked.run("config", "check", on=None, expect=1)
    assert "line 2" in result.out and "{name}" in result.out
