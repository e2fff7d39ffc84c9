"""Login through a directory, with a real slapd: over TLS, as the person, with the role of the groups."""
import os
import re
import socket
import sys

import conftest
import pytest
import web as w

sys.path.insert(0, str(conftest.ROOT / "tests" / "servers"))
import slapd  # noqa: E402

P = slapd.PASSWORDS


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    if not os.path.exists("/usr/sbin/slapd"):
        pytest.skip("slapd is not installed")
    with slapd.running(tmp_path_factory.mktemp("slapd") / "run") as server:
        yield server


@pytest.fixture
def desk(tmp_path, empty_desk, directory):
    made = conftest.copy_desk(empty_desk, tmp_path / "desk")
    w.add_account(made, "maria", "administrator")
    return made


def settings(directory, **more):
    all_ = {"url": directory.ldaps, "ca": directory.ca, "bind_dn": slapd.READER, "bind_password": slapd.READER_PASSWORD,
            "base": f"ou=gent,{slapd.BASE}", "seconds": 3} | more
    return [f"ldap.{k}={v}" for k, v in all_.items()]


def roles(desk, *rules):
    """A list of DNs, which have commas, stands in the file."""
    before, after = desk.config.read_text().split("\nldap:\n", 1)
    desk.config.write_text(f"{before}\nldap:\n  roles:\n" + "".join(f"    - {r}\n" for r in rules) + after)


ADMINS = f"administrator=CN=desk-admins, ou=grups,{slapd.BASE}"
SUPPORT = f"technician=cn=suport,ou=grups,{slapd.BASE}"


@pytest.mark.parametrize("how", ["ldaps", "starttls", "groups"])
def test_people_of_the_directory_come_in(desk, directory, how):
    roles(desk, ADMINS, SUPPORT)
    more = {"starttls": {"url": directory.ldap}, "groups": {"groups_base": f"ou=grups,{slapd.BASE}"}}.get(how, {})
    with w.serving(desk, *settings(directory, **more), on=None) as web:
        laia, ona = web.browser(), web.browser()
        laia.log_in("laia", P["laia"])
        ona.log_in("ona", P["ona"])
        assert "/administracio/comptes" in laia.get("/administracio").text
        assert "directory" in laia.get("/administracio/comptes").text
        ona.get("/administracio/comptes", expect=403)
        assert "in no group" in web.browser().log_in("pau", P["pau"], expect=401).text
        for name, password in (("laia", "una altra"), ("laia", ""), ("ona", P["laia"]), ("ningu", "x"), ("doble", "la mateixa per a dos"),
                               ("*", P["laia"]), ("lai*", P["laia"]), ("laia)(uid=*", P["laia"]), ("laia\\2a", P["laia"]),
                               ("(|(uid=*))", P["laia"]), ("talaia", slapd.READER_PASSWORD), ("x" * 3000, P["laia"])):
            text = web.browser().log_in(name, password, expect=401).text
            assert "not right" in text, name
        web.browser().log_in("maria")
        accounts = {a["account"]: a for a in desk.json("account", "list", on=None)}
        assert set(accounts) == {"maria", "laia", "ona"} and accounts["laia"]["role"] == "administrator"
        assert not accounts["laia"]["password"] and accounts["ona"]["role"] == "technician"
        # disabled here: the directory does not help
        desk.run("account", "disable", "ona", on=None)
        web.browser().log_in("ona", P["ona"], expect=401)
        # the password is asked of the directory again for what matters
        laia.submit("/compte", "/compte/token", {"nom": "x", "abast": "read", "clau": "res"}, expect=200)
    desk.run("audit", "verify", on=None)
    kept = desk.store.read_bytes() + desk.path.joinpath("web.log").read_bytes()
    assert not any(p.encode() in kept for p in (*P.values(), slapd.READER_PASSWORD))


def test_the_role_follows_the_groups(desk, directory):
    roles(desk, SUPPORT)
    with w.serving(desk, *settings(directory), on=None) as web:
        web.browser().log_in("laia", P["laia"])
    desk.config.write_text(desk.config.read_text().replace(SUPPORT, ADMINS))
    with w.serving(desk, *settings(directory), on=None) as web:
        web.browser().log_in("laia", P["laia"])
        web.browser().log_in("ona", P["ona"], expect=401)
    trail = [(line["who"], line["what"], line["detail"]) for line in desk.json("audit", "list", "--all", on=None)]
    assert ("laia", "account-add", "laia: technician (directory)") in trail
    assert ("laia", "account-role", "laia: administrator (directory)") in trail


@pytest.mark.parametrize("what", ["other authority", "other name", "in clear", "down", "silent", "reader", "base", "filter", "roles"])
def test_what_cannot_be_known_is_said_and_local_people_still_come_in(desk, directory, what):
    roles(desk, "technician" if what == "roles" else SUPPORT)
    silent = socket.create_server(("127.0.0.1", 0))
    dead = socket.create_server(("127.0.0.1", 0))
    port = dead.getsockname()[1]
    dead.close()
    more = {"other authority": {"ca": directory.other_ca}, "other name": {"url": directory.ldaps.replace("127.0.0.1", "localhost")},
            "in clear": {"url": directory.ldap, "ca": directory.other_ca}, "down": {"url": f"ldaps://127.0.0.1:{port}"},
            "silent": {"url": f"ldaps://127.0.0.1:{silent.getsockname()[1]}", "seconds": 1}, "reader": {"bind_password": "no és aquesta"},
            "base": {"base": "ou=enlloc,dc=consorci,dc=example"}, "filter": {"filter": "(uid=x)"}, "roles": {}}[what]
    with silent, w.serving(desk, *settings(directory, **more), on=None) as web:
        answer = web.browser().log_in("ona", P["ona"], expect=503)
        assert "does not answer" in answer.text and P["ona"] not in answer.text
        web.browser().log_in("maria")
        web.browser().log_in("maria", "no és aquesta", expect=401)
        log = desk.path.joinpath("web.log").read_text()
        assert re.search({"reader": "refuses .*ldap.bind_dn", "base": "refuses", "filter": "ldap.filter needs", "roles": "ldap.roles has"}
                         .get(what, "does not answer as it should"), log), log
        assert slapd.READER_PASSWORD not in log and "no és aquesta" not in log
        assert {a["account"] for a in desk.json("account", "list", on=None)} == {"maria"}
