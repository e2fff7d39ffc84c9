"""A desk whose warnings are to go out: bodies with contacts, a mail server, and short words for what the tests do."""
import dataclasses
import email
import email.policy
import json
import sqlite3

from conftest import TODAY, Desk, body, copy_desk, run, table

ROWS = [body(1, "Badalona, Ajuntament de", 20, 300), body(2, "Berga, Ajuntament de", 30, 35), body(3, "Calella, Ajuntament de", 9, 400),
        body(4, "Vic, Ajuntament de", -3, 400), body(5, "Reus, Ajuntament de", 50, "")]
CONTACTS = """Ens;Nom;E-mail;Rol;Idioma
Ajuntament de Badalona;Secretaria;a.sec@badalona.example;secretary;es
Ajuntament de Badalona;Oficina;padro@badalona.example;technical;ca
Ajuntament de Berga;Sistemes;it@berga.example;technical;es
Ajuntament de Calella;Help desk;x@calella.example;other;en
Ajuntament de Vic;Oficina;v@vic.example;technical;ca
"""


def stocked_outbox(desk, tmp_path, rows=None, contacts=CONTACTS):
    (tmp_path / "registry.csv").write_text(table(rows or ROWS))
    (tmp_path / "contacts.csv").write_text(contacts)
    desk.load(tmp_path / "registry.csv")
    desk.run("import", tmp_path / "contacts.csv")
    return desk


@dataclasses.dataclass
class Outbox:
    """Commands with the servers' settings."""
    desk: Desk
    settings: list

    def words(self, *words):
        return [*(w for s in self.settings for w in ("--set", s)), *words]

    def run(self, *words, **more):
        return self.desk.run(*self.words(*words), **more)

    def json(self, *words, **more):
        return self.run(*words, "--json", **more).json()

    def approve(self, *words, expect=(0, 1), **more):
        return {line["name"]: line for line in self.json("warnings", "approve", *(words or ["--all"]), expect=expect, **more)}

    def send(self, *words, expect=0, **more):
        return self.json("warnings", "send", *words, expect=expect, **more)

    def list(self, **more):
        return self.json("outbox", "--all", **more)

    def messages(self, **more):
        return {m["name"] or m["kind"]: m for m in self.list(**more)["messages"]}

    def states(self, **more):
        return {name: m["state"] for name, m in self.messages(**more).items()}

    def steps(self, number):
        with sqlite3.connect(self.desk.store) as db:
            return [s for (s,) in db.execute("SELECT state FROM message_step WHERE message_id = ? ORDER BY id", (number,))]

    def sql(self, text, *values):
        with sqlite3.connect(self.desk.store) as db:
            return db.execute(text, values).fetchall()

    def hurry(self):
        """What waits may be tried again at once."""
        self.sql("UPDATE message SET next_try = NULL")
        self.sql("UPDATE ticket_job SET next_try = NULL WHERE state = 'waiting'")
        self.sql("UPDATE outbox_trouble SET next_try = 0")


def parse(content):
    return email.message_from_bytes(content, policy=email.policy.default)


__all__ = ["CONTACTS", "ROWS", "TODAY", "Outbox", "copy_desk", "json", "parse", "run", "stocked_outbox"]
