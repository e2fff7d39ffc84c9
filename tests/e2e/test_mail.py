"""talaia mail test: what works of the mail servers, and what to do about what does not."""
import email
import email.policy
import re

import pytest

from conftest import EXIT
from mail_servers import dovecot, smtp_server  # noqa: F401


def asked(desk, *arguments, sets=(), expect=0):
    sets = [word for value in sets for word in ("--set", value)]
    return desk.run("mail", "test", *arguments, *sets, expect=expect)


def checks(result):
    return {name: check["result"] for name, check in result.json()["checks"].items()}


def test_all_is_well(desk, smtp_server, dovecot):
    smtp = smtp_server("--user", "suport:p@ss:word")
    sets = [f"mail.smtp.url=smtp://suport:p%40ss%3Aword@127.0.0.1:{smtp.port}", *dovecot.settings, "mail.from=suport@aoc.example"]
    result = asked(desk, "--json", sets=sets)
    assert checks(result) == {"sending": "good", "mail": "not-asked", "mailbox": "good", "inbox": "good", "sent": "good",
                              "warnings": "good", "reports": "good"}
    assert smtp.journal() == []
    text = asked(desk, "--to", "admin@aoc.example", sets=sets).out
    assert f"127.0.0.1:{smtp.port}, not encrypted, as suport" in text
    assert "p@ss" not in text and "s3cret" not in text
    assert '"Renovació certificats" is made when it is first needed' in text
    assert [m["to"] for m in smtp.journal()] == [["admin@aoc.example"]]
    mail = email.message_from_bytes(smtp.bytes_of(smtp.journal()[0]), policy=email.policy.default)
    assert mail["From"].addresses[0].addr_spec == "suport@aoc.example"
    assert re.fullmatch(r"<test\.[0-9a-f]{32}@aoc\.example>", mail["Message-ID"])
    assert dovecot.folders() == ["Sent"]  # nothing was made


def test_encrypted(desk, smtp_server, dovecot):
    certs = dovecot.ca.parent
    smtp = smtp_server("--tls", "starttls", "--cert", certs / "good.pem")
    sets = [f"mail.smtp.url={smtp.url}", f"mail.imap.url={dovecot.url(scheme='imaps')}"]
    result = asked(desk, "--json", sets=[*sets, f"mail.ca={dovecot.ca}"])
    assert set(checks(result).values()) == {"good", "not-asked"}
    # Without that authority nothing is accepted.
    result = asked(desk, "--json", sets=sets, expect=EXIT["findings"])
    assert checks(result)["sending"] == checks(result)["mailbox"] == "bad"
    for name in ("sending", "mailbox"):
        detail = result.json()["checks"][name]["detail"]
        assert "127.0.0.1" in detail and "mail.ca" in detail


def test_nothing_configured(desk):
    result = asked(desk, "--json", expect=EXIT["findings"])
    assert checks(result)["sending"] == checks(result)["mailbox"] == "bad"
    assert "mail.smtp.url" in result.json()["checks"]["sending"]["detail"]
    assert "mail.imap.url" in result.json()["checks"]["mailbox"]["detail"]


def test_what_is_wrong(desk, smtp_server, dovecot):
    smtp = smtp_server("--auth-required", "--user", "suport:right")
    sets = [*smtp.settings, f"mail.imap.url={dovecot.url(password='wrong-word')}"]
    result = asked(desk, "--json", "--to", "admin@aoc.example", sets=sets, expect=EXIT["findings"])
    assert checks(result)["sending"] == "good"  # anybody is greeted
    assert checks(result)["mail"] == checks(result)["mailbox"] == "bad"
    assert "530" in result.json()["checks"]["mail"]["detail"]
    assert "padro" in result.json()["checks"]["mailbox"]["detail"]
    assert "wrong-word" not in result.out + result.err
    result = asked(desk, "--json", sets=[*smtp.settings, *dovecot.settings, "mail.inbox=Entrada", "mail.sent=Enviats"],
                   expect=EXIT["findings"])
    assert checks(result)["inbox"] == checks(result)["sent"] == "bad"
    assert '"Sent"' in result.json()["checks"]["sent"]["detail"]  # what the server itself calls it
    assert asked(desk, "--to", "nobody", expect=EXIT["input"]).err.count("\n") == 1


@pytest.mark.parametrize("url", ["smtp://u:hidden@h:99999", "smtp://u:hid/den@h", "smtp://u:hidden%zz@h", "smtp://u@"])
def test_wrong_addresses(desk, url):
    result = asked(desk, "--json", sets=[f"mail.smtp.url={url}"], expect=EXIT["findings"])
    detail = result.json()["checks"]["sending"]["detail"]
    assert detail.startswith("mail.smtp.url") and "hid" not in detail
