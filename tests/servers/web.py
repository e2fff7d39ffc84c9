#!/usr/bin/python3
"""A web server that answers as its path says, for tests of clients.

    web.py [--tls NAME.pem]     prints "PORT" and serves on 127.0.0.1 until its standard input ends

    /echo                method, headers and the SHA-256 of the body that came, as JSON
    /status/N[?retry=T]  status N, with T as Retry-After; date=T: as a date that many seconds after the server's own
    /redirect/N?to=URL   status N with that Location (itself without one)
    /drop                reads the request and closes without an answer
    /reset               the same with a reset
    /partial             promises 1000 bytes, sends 10, closes
    /silent              reads the request and says nothing for 30 s
    /large/N             N bytes
    /heads/N             N header lines of 1 KB
    http://…             as a proxy is asked: 200 and the address, as JSON
    /close-next          answers, and ends the kept connection at the next request on it, after reading it
    /counts              how often each path was asked for, and how many connections there were, as JSON
"""
import argparse
import collections
import hashlib
import json
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

counts = collections.Counter()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fatal = False

    def setup(self):
        super().setup()
        counts["connections"] += 1

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status >= 200 and status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(body)

    def end(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self.chunks()
        counts[f"{self.command} {url.path}"] += 1
        if self.fatal:
            return self.end()
        words = ["echo"] if url.scheme else url.path.strip("/").split("/")
        if words[0] == "echo":
            return self.answer(200, json.dumps({
                "method": self.command, "path": self.path, "headers": [[k, v] for k, v in self.headers.items()],
                "body": body.decode("latin-1"), "sha256": hashlib.sha256(body).hexdigest()}).encode(),
                Content_Type="application/json")
        if words[0] == "status":
            more = {"Retry_After": query["retry"]} if "retry" in query else {}
            if "date" in query:
                more = {"Retry_After": self.date_time_string(int(time.time()) + int(query["date"]))}
            return self.answer(int(words[1]), b'{"errorMessages":["why"]}', **more)
        if words[0] == "redirect":
            return self.answer(int(words[1]), Location=query.get("to", self.path))
        if words[0] == "drop":
            return self.end()
        if words[0] == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return self.connection.close()
        if words[0] == "partial":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789")
            self.wfile.flush()
            return self.end()
        if words[0] == "silent":
            return time.sleep(30)
        if words[0] == "large":
            return self.answer(200, b"x" * int(words[1]))
        if words[0] == "heads":
            return self.answer(200, **{f"X_{n}": "x" * 1000 for n in range(int(words[1]))})
        if words[0] == "close-next":
            self.fatal = True
            return self.answer(200)
        if words[0] == "counts":
            return self.answer(200, json.dumps(counts).encode())
        return self.answer(404)

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_GET = do_POST = do_PUT = do_DELETE = handle_any


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tls", help="certificate; its key stands beside it as .key")
    args = arguments.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    if args.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.tls, args.tls.removesuffix(".pem") + ".key")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
