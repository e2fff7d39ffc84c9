#!/usr/bin/python3
"""A reverse proxy with faults on order (faults.py), in front of a real server that has none to offer.

    faulty.py --dir DIR --to http://127.0.0.1:PORT      prints its own base address and serves until SIGTERM
"""
import argparse
import http.client
import http.server
import signal
import socket
import sys
import threading
import time
import urllib.parse

import faults


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *args):
        pass

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def forwarded(self, body):
        backend = http.client.HTTPConnection(self.server.to.hostname, self.server.to.port, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "host")}
        backend.request(self.command, self.path, body or None, headers | {"Host": self.headers.get("Host", "")})
        answer = backend.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.faults.take(self.command, self.path) or [""]
        word = fault[0]
        note = self.server.faults.note
        if word == "drop-before":
            note(self.command, self.path, 0, False)
            return self.gone()
        if word in ("status", "html", "body"):
            status = int(fault[1]) if word == "status" else 200
            note(self.command, self.path, status, False)
            text = {"html": b"<html>Log in</html>", "body": fault[-1].encode("utf-8", "surrogateescape")}.get(word, b"")
            extra = [("Retry-After", fault[2])] if len(fault) > 2 and word == "status" else []
            return self.answer(status, extra + [("Content-Type", "text/html" if word == "html" else "application/json")], text)
        if word == "slow":
            time.sleep(float(fault[1]))
        status, headers, content = self.forwarded(body)
        note(self.command, self.path, 0 if word == "drop-after" else status, status < 400)
        if word == "drop-after":
            return self.gone()
        if word == "after":
            return self.answer(int(fault[1]), [], b"")
        return self.answer(status, headers, content, word == "cut")

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

    def gone(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self, status, headers, content, cut=False):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:len(content) // 2] if cut else content)
        self.close_connection |= cut


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dir", required=True)
    options.add_argument("--to", required=True)
    given = options.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    server.to, server.faults = urllib.parse.urlsplit(given.to), faults.Faults(given.dir)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
