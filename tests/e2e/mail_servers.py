"""Real mail servers for tests: SMTP that fails as it is told (tests/servers/smtp.py) and Dovecot (tests/servers/dovecot.sh).

    from mail_servers import dovecot, smtp_server  # noqa: F401  fixtures

    def test_it(desk, smtp_server, dovecot):
        smtp = smtp_server("--sent", "padro", mail=dovecot)      # options of smtp.py
        settings = [*smtp.settings, *dovecot.settings]           # "mail.smtp.url=…" …, for --set
        smtp.script([{"at": "end", "do": "drop", "times": 1}])
        assert [m["to"] for m in smtp.journal()] == [["secretaria@odena.example"]]
        assert len(dovecot.mails("padro", "Sent")) == 1
"""
import base64
import email
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import pytest

SERVERS = pathlib.Path(__file__).resolve().parents[1] / "servers"


class Smtp:
    def __init__(self, directory, *options, mail=None):
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "keep").mkdir(exist_ok=True)
        words = [SERVERS / "smtp.py", "--journal", directory / "journal", "--keep", directory / "keep", "--script",
                 directory / "script", *options]
        if mail is not None:
            words += ["--mail", mail.directory / "mail"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    url = property(lambda self: f"smtp://127.0.0.1:{self.port}")
    settings = property(lambda self: [f"mail.smtp.url={self.url}", "mail.tls=none"])

    def script(self, rules):
        """Rules for faults from now on; see smtp.py."""
        new = self.directory / "script.new"
        new.write_text(json.dumps(rules))
        new.rename(self.directory / "script")

    def journal(self):
        """What was accepted, in order."""
        try:
            text = (self.directory / "journal").read_text()
            return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]  # the last one may be half written
        except FileNotFoundError:
            return []

    def bytes_of(self, accepted):
        """The exact bytes of one entry of the journal."""
        content = (self.directory / "keep" / f"{accepted['sha256']}.eml").read_bytes()
        assert hashlib.sha256(content).hexdigest() == accepted["sha256"]
        return content

    def mails(self):
        return [email.message_from_bytes(self.bytes_of(entry)) for entry in self.journal()]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


class Dovecot:
    def __init__(self):
        # not under pytest's own directories: root runs Dovecot as nobody, who could not enter them
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="talaia-dovecot-"))
        self.directory.chmod(0o755)
        self.port, self.tls_port = map(int, self.control("start").split())
        self.ca = self.directory / "certs" / "ca.pem"
        subprocess.run(["cp", "-a", self.directory / "mail", self.directory / "mail.begun"], check=True)
        self.begun = {name: (self.directory / name).read_text() for name in ("users", "tokens")}

    def renew(self):
        """Mailboxes, users and quotas as they were in the beginning."""
        shutil.rmtree(self.directory / "mail")
        subprocess.run(["cp", "-a", self.directory / "mail.begun", self.directory / "mail"], check=True)
        changed = {name: text for name, text in self.begun.items() if (self.directory / name).read_text() != text}
        for name, text in changed.items():
            (self.directory / name).write_text(text)
        if changed:
            time.sleep(1.2)  # it looks at them once a second

    settings = property(lambda self: [f"mail.imap.url={self.url()}", "mail.tls=none"])

    def control(self, command, *arguments):
        done = subprocess.run([SERVERS / "dovecot.sh", command, self.directory, *arguments], stdout=subprocess.PIPE,
                              text=True, check=True, timeout=60)
        return done.stdout

    def url(self, user="padro", password="s3cret", scheme="imap"):
        port = self.tls_port if scheme == "imaps" else self.port
        return f"{scheme}://{user}:{password}@127.0.0.1:{port}"

    def quota(self, user, kilobytes):
        """0: as much as there is room."""
        self.control("quota", user, str(kilobytes))

    def box(self, user, folder):
        box = self.directory / "mail" / user / "Maildir"
        return box if folder == "INBOX" else box / f".{utf7(folder).replace('/', '.')}"

    def folders(self, user="padro"):
        """Names as they lie on the disk (modified UTF-7)."""
        return sorted(p.name[1:] for p in (self.directory / "mail" / user / "Maildir").glob(".*") if p.is_dir())

    def mails(self, user="padro", folder="INBOX"):
        """The exact bytes of all mails of a folder, oldest first."""
        files = [f for sub in ("cur", "new") for f in sorted((self.box(user, folder) / sub).glob("*"))]
        return [f.read_bytes() for f in sorted(files, key=lambda f: f.stat().st_mtime_ns)]

    def put(self, content, user="padro", folder="INBOX"):
        """A mail that arrives."""
        box = self.box(user, folder)
        number = sum(1 for _ in (box / "new").iterdir()) + sum(1 for _ in (box / "cur").iterdir())
        name = f"{number}.{os.urandom(4).hex()}.test,S={len(content)},W={len(content)}"
        (box / "tmp" / name).write_bytes(content)
        (box / "tmp" / name).rename(box / "new" / name)

    def stop(self):
        self.control("stop")
        shutil.rmtree(self.directory, ignore_errors=True)


def utf7(name):
    """Modified UTF-7 of RFC 3501 §5.1.3, for the names on the disk."""
    out, run = "", ""

    def flush():
        coded = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{coded}-" if run else ""
    for c in name:
        if 0x20 <= ord(c) <= 0x7E:
            out, run = out + flush() + ("&-" if c == "&" else c), ""
        else:
            run += c
    return out + flush()


@pytest.fixture
def smtp_server(tmp_path):
    """smtp_server(*options, mail=dovecot) → Smtp; as many as wanted."""
    started = []

    def start(*options, mail=None):
        started.append(Smtp(tmp_path / f"smtp-{len(started)}", *options, mail=mail))
        return started[-1]
    yield start
    for server in started:
        server.stop()


OF_MODULE = pytest.StashKey()


@pytest.fixture
def dovecot(request):
    """One for all tests of a module, because it takes two seconds to begin and to end; each finds it as it began."""
    module = request.node.getparent(pytest.Module)
    if OF_MODULE not in module.stash:
        module.stash[OF_MODULE] = Dovecot()
        module.addfinalizer(module.stash[OF_MODULE].stop)
    else:
        module.stash[OF_MODULE].renew()
    return module.stash[OF_MODULE]
