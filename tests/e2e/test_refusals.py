"""A refusal says what to do next: it names a command, and the command that it names exists."""
import re

import pytest
from conftest import EXIT, ROOT, day

NAMES = {n for f in (ROOT / "src" / "cli").glob("*.c") for n in re.findall(r'\.name = "([a-z -]+)",', f.read_text())}
NAMES |= set(re.findall(r'\{"([a-z -]+)", PERMISSION_', (ROOT / "src" / "cli" / "allowed.c").read_text()))
NAMES |= {n.split()[0] for n in NAMES}  # "`talaia outage`": the family
BODY = "Gavà"


def test_commands_that_messages_name_exist():
    """In every text of the program, of commands and pages alike."""
    named, wrong = 0, []
    for file in (ROOT / "src").glob("*/*.[ch]"):
        # What the compiler joins stands over several lines.
        text = re.sub(r'"\s*\n\s*"', "", file.read_text())
        for words in re.findall(r"`talaia ([a-z][a-z -]*)", text):
            named += 1
            words = words.split(" --")[0].strip().split()
            if " ".join(words[:2]) not in NAMES and words[0] not in NAMES and words[0] != "help":
                wrong.append((file.name, " ".join(words)))
    assert named > 60 and not wrong, wrong


@pytest.mark.parametrize("before, refused, named", [
    ([("exclude", BODY, "fusió")], ("exclude", BODY, "fusió"), "exclude lift"),
    ([], ("exclude", BODY, "x", "--in"), "without --in"),
    ([], ("unsilence", BODY, "x"), "maintenance list"),
    ([], ("outage", "close", BODY, "x"), "outage open"),
    ([("outage", "open", BODY, "500")], ("outage", "open", BODY, "500"), "outage note"),
    ([("contact", "add", BODY, "a@ens.example")], ("contact", "add", BODY, "a@ens.example"), "contacts"),
    ([("account", "add", "anna", "viewer", "--sso")], ("account", "add", "anna", "viewer", "--sso"), "account list"),
    ([], ("action", "withdraw", "99", "--reason", "x"), "action list"),
    ([], ("maintenance", "lift", "99", "x"), "maintenance list"),
    ([], ("reply", "confirm", "99"), "reply list"),
    ([], ("warnings", "cancel", "99", "--reason", "x"), "outbox"),
])
def test_refusals_name_what_to_do(stocked, before, refused, named):
    for words in before:
        stocked.run(*words)
    assert named in stocked.run(*refused, expect=EXIT["input"]).err


def test_what_was_said_is_taken_back_as_it_says(stocked):
    stocked.run("exclude", BODY, "fusió", "--until", day(30))
    command = re.search(r"`talaia ([a-z ]+)`", stocked.run("exclude", BODY, "una altra raó", expect=EXIT["input"]).err).group(1)
    stocked.run(*command.split(), BODY, "m'he equivocat")
    stocked.run("exclude", BODY, "una altra raó")
