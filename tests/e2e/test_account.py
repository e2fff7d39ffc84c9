"""Accounts from the command line: made, listed, changed; nothing secret is shown twice or kept in clear."""
import re
import subprocess

import conftest
import pytest

GOOD = "cavall bateria grapa correcte"


def add(desk, name, role, password=GOOD, expect=0):
    command = [conftest.TALAIA, *map(str, desk.arguments("account", "add", name, role))]
    done = subprocess.run(command, input=password + "\n", capture_output=True, text=True, timeout=60,
                          env=conftest.environment())
    assert done.returncode == expect, done.stderr
    return done


def test_an_account_from_first_to_last(desk):
    assert "first one: talaia account add" in desk.run("account", "list").out
    add(desk, "maria", "administrator")
    made = desk.json("account", "add", "joan", "technician", "--generate")
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", made["password"])
    desk.run("account", "add", "anna", "viewer", "--sso")
    accounts = {a["account"]: a for a in desk.json("account", "list")}
    assert [accounts[n]["role"] for n in ("anna", "joan", "maria")] == ["viewer", "technician", "administrator"]
    assert [accounts[n]["password"] for n in ("anna", "joan", "maria")] == [False, True, True]
    desk.run("account", "role", "joan", "head")
    desk.run("account", "disable", "anna")
    desk.run("account", "disable", "anna", expect=3)
    desk.run("account", "enable", "anna")
    totp = desk.json("account", "totp", "joan")
    assert re.fullmatch(r"[A-Z2-7]{32}", totp["key"]) and totp["url"].startswith("otpauth://totp/Talaia:joan?secret=")
    assert len(set(totp["recovery_codes"])) == 8
    token = desk.json("account", "token", "joan", "Grafana", "--until", conftest.day(30))
    assert token["token"].startswith("tal_") and token["scope"] == "read"
    desk.run("account", "token", "joan", "Grafana", expect=3)
    joan = {a["account"]: a for a in desk.json("account", "list")}["joan"]
    assert joan["totp"] and joan["recovery_codes"] == 8 and joan["tokens"] == [
        {"name": "Grafana", "scope": "read", "until": conftest.day(30)}]
    desk.run("account", "revoke", "joan", "Grafana")
    desk.run("account", "revoke", "joan", "Grafana", expect=3)
    desk.run("account", "totp", "joan", "--off")
    kept = desk.store.read_bytes()
    for secret in (GOOD, made["password"], token["token"], *totp["recovery_codes"]):
        assert secret.encode() not in kept
    trail = [line["what"] for line in desk.json("audit", "list", "--all")]
    for what in ("account-add", "account-role", "account-disable", "account-enable", "account-totp", "token-add",
                 "token-revoke"):
        assert what in trail
    desk.run("audit", "verify")


@pytest.mark.parametrize("name, role, password, code", [
    ("Maria", "viewer", GOOD, 3), ("talaia", "viewer", GOOD, 3), ("a" * 65, "viewer", GOOD, 3), ("a\tb", "viewer", GOOD, 3),
    ("maria", "root", GOOD, 2), ("maria", "viewer", "curta", 3), ("maria", "viewer", "x" * 300, 3),
    ("maria", "viewer", "", 3), ("maria", "viewer", "aaaaaaaaaaaaaaaa", 3), ("maria", "viewer", "sóc la maria 123", 3)])
def test_what_is_refused_changes_nothing(desk, name, role, password, code):
    done = add(desk, name, role, password, expect=code)
    assert len(done.stderr.splitlines()) == 1 and (len(password) < 6 or password not in done.stderr)
    assert desk.json("account", "list") == []


def test_the_last_administrator_stays(desk):
    add(desk, "maria", "administrator")
    add(desk, "joan", "viewer")
    desk.run("account", "disable", "maria", expect=3)
    desk.run("account", "role", "maria", "viewer", expect=3)
    desk.run("account", "role", "joan", "administrator")
    desk.run("account", "disable", "maria")
    desk.run("account", "disable", "joan", expect=3)
    desk.run("account", "disable", "ningú", expect=3)


def test_accounts_live_in_postgresql_too(tmp_path, postgresql):
    name, url = postgresql.database()
    conftest.run("init", "--lang", "en", "--set", f"store.url={url}", tmp_path / "desk")
    desk = conftest.Desk(tmp_path / "desk")
    add(desk, "maria", "administrator")
    desk.run("account", "token", "maria", "x")
    desk.run("account", "totp", "maria")
    assert desk.json("account", "list")[0]["tokens"][0]["name"] == "x"
    desk.run("account", "disable", "maria", expect=3)
    desk.run("audit", "verify")


def test_the_account_of_the_user_decides_what_commands_do(stocked):
    """Whoever has an account under the name of the operating system's user is held to its role at the terminal too."""
    import getpass
    me = getpass.getuser()
    add(stocked, "maria", "administrator")
    add(stocked, me, "technician")
    for words in (("account", "list"), ("audit", "list"), ("backup",), ("backups",)):
        assert "technician" in stocked.run(*words, expect=3).err
    stocked.run("action", "add", "Vic", "vist")
    stocked.run("bodies")


def test_sessions_end_from_the_command_line(desk):
    add(desk, "maria", "administrator")
    desk.run("account", "logout", "maria")
    desk.run("account", "logout", "ningu", expect=3)
