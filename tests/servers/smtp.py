#!/usr/bin/python3
"""A real SMTP server (aiosmtpd) for tests: what it accepts is written down, and it fails as it is told.

    tests/servers/smtp.py [options]      prints "PORT" and serves on 127.0.0.1 until its standard input ends

    --journal FILE     a line of JSON for each mail accepted, on the disk before the sender hears of it:
                       {"n", "connection", "from", "to": […], "bytes", "sha256", "message_id", "talaia_id", "user", "tls"}
    --keep DIR         the exact bytes of each as DIR/SHA256.eml
    --mail DIR         delivers into the Maildir DIR/USER/Maildir of each recipient USER@… that has one (dovecot.sh)
    --sent USER        files a copy into that user's folder Sent by itself, as Exchange does
    --replace-id       gives that copy a new Message-ID, the old one as X-Microsoft-Original-Message-ID
    --tls starttls|implicit    with --cert NAME.pem (key beside it as NAME.key; tests/servers/certificates.sh)
    --user USER:PASSWORD       somebody who may log in (AUTH PLAIN, LOGIN); may be repeated
    --token USER:TOKEN         the same with XOAUTH2
    --auth-required    mails of others are refused with 530
    --mechanisms A,B   of PLAIN, LOGIN, XOAUTH2; all that have users when not given
    --no-pipelining    does not offer PIPELINING
    --remembers        after a message that it refused its sender still stands, until RSET
    --size N           largest mail (default 33554432)
    --script FILE      rules for faults, a JSON list; read again whenever it changes; a missing file is an empty one

A rule:  {"at": POINT, "do": WHAT, "to": REGEX, "from": REGEX, "skip": N, "times": N}
    Without "to"/"from" it holds for every mail; "to" looks at any recipient (at "rcpt": at this one). The first N
    matches are passed over with "skip"; "times" is how often it then holds (default: always). The first rule that holds counts.
    POINT   connect    instead of the greeting
            auth       instead of the answer to a login
            mail       instead of the answer to MAIL
            rcpt       instead of the answer to RCPT
            data       instead of 354
            354        after 354 was sent
            middle     after the first line of the message
            end        after the final dot; the mail is not accepted
            taken      the same, but the mail is accepted and written down first
            after      after the mail was accepted and the sender was told
    WHAT    "451 4.3.2 Try later"   says that ("421 …" also closes); text after \\n is another line as it stands
            "drop"                  closes the connection without a word; "reset": with a reset
            "delay 3"               waits 3 s and goes on
"""
import argparse
import asyncio
import base64
import email
import hashlib
import itertools
import json
import logging
import os
import pathlib
import re
import socket
import ssl
import struct
import sys
import threading
import warnings

from aiosmtpd.smtp import SMTP, AuthResult


class Script:
    def __init__(self, path):
        self.path, self.stamp, self.rules, self.seen = path, None, [], []

    def load(self):
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            text = self.path.read_text() if stamp != self.stamp else None
        except (AttributeError, FileNotFoundError):
            stamp, text = None, "[]" if self.rules else None
        if text is not None:
            self.stamp, self.rules = stamp, json.loads(text or "[]")
            self.seen = [0] * len(self.rules)

    def ask(self, point, sender="", recipients=()):
        self.load()
        for n, rule in enumerate(self.rules):
            if rule["at"] != point:
                continue
            if "to" in rule and not any(re.search(rule["to"], r) for r in recipients):
                continue
            if "from" in rule and not re.search(rule["from"], sender or ""):
                continue
            self.seen[n] += 1
            skip = rule.get("skip", 0)
            if skip < self.seen[n] <= skip + rule.get("times", sys.maxsize):
                return rule["do"]
        return None


class Server(SMTP):
    line_length_limit = 1 << 20  # our limits are tried, not its own
    command_size_limit = 1 << 16

    def __init__(self, house, context):
        self.house = house
        self.number = next(house.connections)
        super().__init__(house, data_size_limit=house.args.size, enable_SMTPUTF8=True, hostname="smtp.example",
                         tls_context=context if house.args.tls == "starttls" else None, auth_require_tls=False,
                         require_starttls=house.args.tls == "starttls", authenticator=house.authenticate,
                         auth_required=house.args.auth_required,
                         auth_exclude_mechanism={"PLAIN", "LOGIN", "XOAUTH2"} - house.mechanisms)
        self.command_size_limits.default_factory = lambda: self.command_size_limit

    async def fault(self, point, *what):
        """What to say instead of the answer; None: the answer. Ends the conversation by itself when told so."""
        do = self.house.script.ask(point, *what)
        if do is None:
            return None
        if do.startswith("delay "):
            await asyncio.sleep(float(do.split()[1]))
            return None
        if do in ("drop", "reset"):
            if do == "reset":
                self.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
            raise asyncio.CancelledError
        do = do.replace("\n", "\r\n")
        if do.startswith("421"):
            await super().push(do)
            self.transport.close()
            raise asyncio.CancelledError
        return do

    async def push(self, status):
        text = status if isinstance(status, str) else status.decode()
        if text.startswith("220 smtp.example"):
            status = await self.fault("connect") or status
        await super().push(status)
        if text.startswith("354"):
            recipients = self.envelope.rcpt_tos
            await self.fault("354", self.envelope.mail_from, recipients)
            self.house.script.load()
            if any(r["at"] == "middle" for r in self.house.script.rules):
                line = await self._reader.readuntil(b"\r\n")
                await self.fault("middle", self.envelope.mail_from, recipients)
                self._reader._buffer[:0] = line

    async def smtp_AUTH(self, arg):
        said = await self.fault("auth")
        await (super().smtp_AUTH(arg) if said is None else self.push(said))

    async def smtp_DATA(self, arg):
        said = await self.fault("data", self.envelope.mail_from, self.envelope.rcpt_tos) if self.envelope.rcpt_tos else None
        if said is not None:
            return await self.push(said)
        self.accepted, sender = None, self.envelope.mail_from
        await super().smtp_DATA(arg)
        if self.house.args.remembers and self.accepted is None:
            self.envelope.mail_from = sender
        said = await self.fault("after", *self.accepted) if self.accepted is not None else None
        if said is not None:
            await self.push(said)


class House:
    """What aiosmtpd calls the handler: where mails go, and who may log in."""

    def __init__(self, args):
        self.args = args
        self.script = Script(args.script)
        self.connections, self.mails, self.files = itertools.count(1), itertools.count(1), itertools.count(1)
        self.users = dict(u.split(":", 1) for u in args.user)
        self.tokens = dict(u.split(":", 1) for u in args.token)
        known = ({"PLAIN", "LOGIN"} if self.users else set()) | ({"XOAUTH2"} if self.tokens else set())
        self.mechanisms = set(args.mechanisms.split(",")) if args.mechanisms else known

    # --- logging in

    def authenticate(self, server, session, envelope, mechanism, data):
        name = data.login.decode()
        good = self.users.get(name) == data.password.decode()
        return AuthResult(success=good, handled=False, auth_data=name)

    async def auth_XOAUTH2(self, server, args):
        text = base64.b64decode(args[1]).decode()
        found = re.fullmatch("user=([^\1]*)\1auth=Bearer ([^\1]*)\1\1", text)
        if found and self.tokens.get(found[1]) == found[2]:
            return AuthResult(success=True, auth_data=found[1])
        refusal = base64.b64encode(b'{"status":"401","schemes":"Bearer","scope":"smtp"}').decode()
        await server.push("334 " + refusal)
        await server._reader.readline()
        return AuthResult(success=False, handled=False)

    # --- the conversation

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        if not self.args.no_pipelining:
            responses.insert(len(responses) - 1, "250-PIPELINING")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        said = await server.fault("mail", address)
        if said is not None:
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        said = await server.fault("rcpt", envelope.mail_from, [address])
        if said is not None:
            return said
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        sender, recipients = envelope.mail_from, list(envelope.rcpt_tos)
        said = await server.fault("end", sender, recipients)
        if said is not None:
            return said
        number = self.accept(server, session, envelope)
        server.accepted = (sender, recipients)
        return await server.fault("taken", sender, recipients) or f"250 2.0.0 OK queued as {number}"

    # --- what is accepted

    def accept(self, server, session, envelope):
        content = envelope.original_content
        head = email.message_from_bytes(content)
        number, digest = next(self.mails), hashlib.sha256(content).hexdigest()
        for user in {r.split("@")[0] for r in envelope.rcpt_tos}:
            self.deliver(user, "new", content)
        if self.args.sent:
            copy = content
            if self.args.replace_id:
                copy = re.sub(rb"(?im)^message-id:", b"X-Microsoft-Original-Message-ID:", copy, count=1)
                copy = f"Message-ID: <{digest[:16]}@exchange.example>\r\n".encode() + copy
            self.deliver(self.args.sent, ".Sent/cur", copy, ":2,S")
        if self.args.keep:
            (self.args.keep / f"{digest}.eml").write_bytes(content)
        line = {"n": number, "connection": server.number, "from": envelope.mail_from, "to": envelope.rcpt_tos,
                "bytes": len(content), "sha256": digest, "message_id": head["Message-ID"],
                "talaia_id": head["X-Talaia-Id"], "user": session.auth_data if session.authenticated else None,
                "tls": session.ssl is not None or self.args.tls == "implicit"}
        if self.args.journal:
            with open(self.args.journal, "a") as journal:
                journal.write(json.dumps(line) + "\n")
                journal.flush()
                os.fsync(journal.fileno())
        return number

    def deliver(self, user, folder, content, flags=""):
        if not self.args.mail or "/" in user or not (self.args.mail / user / "Maildir").is_dir():
            return
        box = self.args.mail / user / "Maildir"
        target = box / folder
        for sub in ("cur", "new", "tmp"):
            (target.parent / sub).mkdir(parents=True, exist_ok=True)
        name = f"{next(self.files)}.{os.getpid()}.smtp,S={len(content)},W={len(content)}"
        (target.parent / "tmp" / name).write_bytes(content)
        os.rename(target.parent / "tmp" / name, target / (name + flags))


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("journal", "keep", "mail", "script", "cert"):
        parser.add_argument(f"--{name}", type=pathlib.Path)
    parser.add_argument("--sent")
    parser.add_argument("--tls", choices=("starttls", "implicit"))
    parser.add_argument("--user", action="append", default=[])
    parser.add_argument("--token", action="append", default=[])
    parser.add_argument("--mechanisms")
    parser.add_argument("--size", type=int, default=33554432)
    for name in ("auth-required", "no-pipelining", "remembers", "replace-id"):
        parser.add_argument(f"--{name}", action="store_true")
    return parser.parse_args()


async def serve(args):
    context = None
    if args.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert, args.cert.with_suffix(".key"))
    house = House(args)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(house, context), "127.0.0.1", 0,
                                      ssl=context if args.tls == "implicit" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # aiosmtpd: a login without TLS
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(read_arguments()))
