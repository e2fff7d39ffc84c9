#!/usr/bin/python3
"""An IMAP server that says what it is told, for what no real server can be made to say.

    imap_script.py FILE     prints "PORT" and serves on 127.0.0.1 until its standard input ends

FILE is a JSON list of [REGEX, ANSWER]; the first expression that matches a command (without its tag) gives the answer, in which
{tag} stands for the tag. CAPABILITY, LOGIN, SELECT, EXAMINE, LOGOUT have answers of their own when no rule matches; the rule "^$"
is the greeting. An answer that is null closes the connection; {close} at its end does so after it. The file is read again
for each connection.
"""
import json
import re
import socketserver
import sys
import threading

USUAL = [["^$", "* OK ready"],
         ["^CAPABILITY", "* CAPABILITY IMAP4rev1\r\n{tag} OK"],
         ["^LOGIN", "{tag} OK"],
         ["^(SELECT|EXAMINE)", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 30] x\r\n{tag} OK"],
         ["^LOGOUT", "* BYE bye\r\n{tag} OK"]]


class Handler(socketserver.StreamRequestHandler):
    def say(self, tag, command):
        for expression, answer in [*self.rules, *USUAL]:
            if re.search(expression, command, re.I):
                if answer is None:
                    return False
                close = answer.endswith("{close}")
                text = answer.removesuffix("{close}").replace("{tag}", tag)
                self.wfile.write(text.encode("latin-1") + (b"" if close else b"\r\n"))
                return not close
        self.wfile.write(f"{tag} BAD not in the script\r\n".encode())
        return True

    def handle(self):
        with open(sys.argv[1], encoding="utf-8") as file:
            self.rules = json.load(file)
        if not self.say("*", ""):
            return
        for line in self.rfile:
            tag, _, command = line.decode("latin-1").rstrip("\r\n").partition(" ")
            literal = re.search(r"\{(\d+)\}$", command)
            if literal and not any(re.search(e, command) for e, _ in self.rules):
                self.wfile.write(b"+ go on\r\n")
                self.rfile.read(int(literal[1]))
                self.rfile.readline()
            if not self.say(tag, command):
                return


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
