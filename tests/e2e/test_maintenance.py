"""Planned maintenance at the terminal: the same as on the page Caigudes."""
from conftest import EXIT, TODAY, day


def test_planned_listed_lifted(stocked):
    later = stocked.json("maintenance", "plan", "Gavà", "canvi de servidor", "--since", day(2), "--until", day(4))
    assert later["day"] == day(2) and later["until"] == day(4)
    stocked.run("silence", "Vic", "obres", "--until", day(1))
    lines = stocked.json("maintenance", "list")
    assert [(x["body"], x["in_force"], x["day"], x["until"]) for x in lines] == [
        ("Vic, Ajuntament de", True, TODAY, day(1)), ("Gavà, Ajuntament de", False, day(2), day(4))]
    table = stocked.run("maintenance", "list").out
    assert "Planned" in table and "In force" in table and "canvi de servidor" in table
    # On its days it holds, before and after it does not.
    for on, muted in ((0, False), (2, True), (4, True), (5, False)):
        states = {b["body"]: b["state"] for b in stocked.json("certificates", "--all", on=day(on))}
        assert len(stocked.json("maintenance", "list", on=day(on))) == (2 if on == 0 else 1 if on < 5 else 0), (on, muted, states)
    stocked.run("maintenance", "lift", later["id"], "no es fa")
    assert [x["body"] for x in stocked.json("maintenance", "list")] == ["Vic, Ajuntament de"]
    refused = stocked.run("maintenance", "lift", later["id"], "un altre cop", expect=EXIT["input"])
    assert "over, or was lifted already" in refused.err
    trail = [(x["what"], x["detail"]) for x in stocked.json("audit", "list", "--all")]
    assert ("silence", f"canvi de servidor ({day(2)} – {day(4)})") in trail and ("unsilence", "no es fa") in trail
    assert stocked.json("audit", "verify")["unbroken"]


def test_what_is_refused_says_what_to_do(stocked):
    for words, code, said in (
            (("plan", "Gavà", "x", "--until", day(4)), "usage", "--since YYYY-MM-DD"),
            (("plan", "Gavà", "x", "--since", day(4)), "usage", "--until YYYY-MM-DD"),
            (("plan", "Gavà", "x", "--since", day(-1), "--until", day(4)), "input", "begins today or later"),
            (("plan", "Gavà", "x", "--since", day(5), "--until", day(4)), "input", "before it"),
            (("plan", "Gavà", " ", "--since", day(1), "--until", day(4)), "input", "empty"),
            (("lift", "x", "y"), "usage", "talaia maintenance list"), (("lift", "99", "y"), "input", "talaia maintenance list")):
        refused = stocked.run("maintenance", *words, expect=EXIT[code])
        assert said in refused.err, refused.err
    assert stocked.json("maintenance", "list") == []
    assert stocked.run("maintenance", "list").out == "None is in force, and none is planned.\n"
