#!/usr/bin/env python3
"""10,000 warnings that are ready to be sent, against a bare libcurl loop over one kept connection.

    bench_outbox.py BUILD [--mails N] [--rounds N]

`talaia warnings send` does the whole: claims, looks whether each is still due, keeps the intent, sends, keeps the result with the ticket's
note and the line of the comment. Its rate is that of the mails on the wire (first to last, by the store). To a local SMTP
server (aiosmtpd), to the same when it has each mail on its disk before it says so (then both wait for one disk), and to a sink in C. The two
senders take turns; the ratio is the median of the turns. Ends with 1 when ours is below 0.6 of the bare loop at the server.
"""
import argparse
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEAST = 0.6
DAY = "2026-11-20"


def quiet(*command):
    subprocess.run([str(w) for w in command], check=True, stdout=subprocess.DEVNULL)


def prepare(build, work, mails):
    """A desk with so many bodies, each with a warning that is written and waits."""
    desk, talaia = work / "desk", build / "talaia"
    quiet(talaia, "init", "--lang", "en", desk)
    rows = "".join(f"{i + 1};\"Vila{i:05d}, Ajuntament de\";8;{i % 900 + 1};0;https://p.example/{i};10/12/2026;01/01/2029\n"
                   for i in range(mails))
    (work / "rows.csv").write_text("ID;DESCRIPCIO;CODI_PROVINCIA;CODI_MUNICIPI;PLATAFORMA;URL_WSDL;DATA_CDS;DATA_CDA\n" + rows)
    (work / "contacts.csv").write_text("Ens;Nom;E-mail;Rol;Idioma\n" + "".join(
        f"Ajuntament de Vila{i:05d};Oficina;padro@vila{i:05d}.example;technical;ca\n" for i in range(mails)))
    profile = desk / "profile" / "aoc"
    profile.mkdir(parents=True)
    text = (build / "share/profile/aoc/profile.yaml").read_text()
    (profile / "profile.yaml").write_text(text.replace("  storm: 40", "  storm: 100000"))
    command = [talaia, "--config", desk / "talaia.yaml", "--on", DAY, "--set", "mail.tls=none", "--set", "mail.per_minute=0"]
    quiet(*command, "import", work / "rows.csv")
    quiet(*command, "import", work / "contacts.csv")
    quiet(*command, "warnings", "approve", "--all", "--json")
    quiet(*command, "warnings", "send", "--ready", "--json")
    return desk, command


def ours(work, desk, command, port):
    """Mails in a second, of a copy of the desk."""
    copy = work / "copy.db"
    for old in work.glob("copy.db*"):
        old.unlink()
    shutil.copy(desk / "talaia.db", copy)
    quiet("sync")
    quiet(*command, "--set", f"store.url=sqlite:{copy}", "--set", f"mail.smtp.url=smtp://127.0.0.1:{port}", "warnings", "send", "--json")
    with sqlite3.connect(copy) as db:
        first, last, count = db.execute("SELECT min(sent), max(sent), count(sent) FROM message").fetchone()
    return count / ((last - first) / 1e6), count


def bare(build, port, mails):
    began = time.monotonic()
    quiet(build / "bench/mail/curl_loop", port, mails)
    return mails / (time.monotonic() - began)


def row(what, server, build, work, desk, command, mails, rounds):
    port = server.stdout.readline().strip()
    mine, theirs = [], []
    for _ in range(rounds):
        theirs.append(bare(build, port, mails))
        rate, count = ours(work, desk, command, port)
        if count != mails:
            sys.exit(f"bench: {count} of {mails} were sent")
        mine.append(rate)
    server.stdin.close()
    server.wait(30)
    ratio = statistics.median(a / b for a, b in zip(mine, theirs))
    print(f"{what:<66} {statistics.median(mine):>8.0f}/s {statistics.median(theirs):>8.0f}/s {ratio:>6.2f} x", flush=True)
    return ratio


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    build = args.build.resolve()
    print(f"{args.mails} warnings that wait: ours, a bare libcurl loop, ours : bare")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as name:
        work = pathlib.Path(name)
        desk, command = prepare(build, work, args.mails)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        real = row("to a local SMTP server (aiosmtpd)", subprocess.Popen([ROOT / "tests/servers/smtp.py"], **pipes), build, work, desk,
                   command, args.mails, args.rounds)
        row("the same, which keeps each mail on its disk first (no target)", subprocess.Popen(
            [ROOT / "tests/servers/smtp.py", "--journal", work / "journal"], **pipes), build, work, desk, command, args.mails, 1)
        row("to a sink in C that forgets everything (no target)", subprocess.Popen([build / "bench/mail/sink"], **pipes), build, work, desk,
            command, args.mails, args.rounds)
    good = real >= LEAST
    print(f"target: >= {LEAST} x at the server: {'met' if good else 'MISSED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
