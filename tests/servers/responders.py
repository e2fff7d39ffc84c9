"""OCSP responders in every state: `openssl ocsp` itself for what it can, and what stands before it for what it cannot.

`Authority(directory)` makes a CA, a good and a revoked certificate and three signers; `serve_…` return addresses. Ports are the kernel's.
"""
import http.server
import os
import re
import select
import subprocess
import threading
import time
import urllib.request

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


def openssl(directory, *arguments):
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)


class Authority:
    KEYS = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")

    def __init__(self, directory):
        self.directory, self.processes, self.servers = directory, [], []
        directory.mkdir(parents=True)
        self.root("ca", "/CN=Autoritat de prova")
        self.root("other", "/CN=Una altra autoritat")
        self.certificate("good", 0x1001, "basicConstraints=CA:FALSE\n")
        self.certificate("revoked", 0x1002, "basicConstraints=CA:FALSE\n")
        self.certificate("signer", 0x1003, "extendedKeyUsage=OCSPSigning\nkeyUsage=digitalSignature\n")
        self.certificate("unauthorised", 0x1004, "extendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n")
        (directory / "index.txt").write_text("V\t400101000000Z\t\t1001\tunknown\t/CN=good\n"
                                             "R\t400101000000Z\t250101000000Z,keyCompromise\t1002\tunknown\t/CN=revoked\n")
        (directory / "empty.txt").write_text("")
        (directory / "wrong.txt").write_text("V\t400101000000Z\t\t1001\tunknown\t/CN=good\nV\t400101000000Z\t\t1002\tunknown\t/CN=revoked\n")

    def root(self, name, subject):
        openssl(self.directory, "req", "-x509", *self.KEYS, "-nodes", "-keyout", f"{name}.key", "-out",
                f"{name}.pem", "-subj", subject, "-days", "3650", "-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature")

    def certificate(self, name, serial, extensions):
        (self.directory / f"{name}.ext").write_text(extensions)
        openssl(self.directory, "req", *self.KEYS, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/CN={name}")
        openssl(self.directory, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", str(serial), "-days", "400",
                "-extfile", f"{name}.ext", "-out", f"{name}.pem")

    def responder(self, index="index.txt", signer="signer", days_ago=0, more=None):
        """A real `openssl ocsp`; with its clock in the past, its answers are out of date by now. `more`: of its environment."""
        environment = dict(os.environ) | (more or {})
        if days_ago:
            environment |= {"LD_PRELOAD": FAKETIME, "FAKETIME": f"-{days_ago}d"}
        process = subprocess.Popen(["openssl", "ocsp", "-port", "0", "-index", index, "-CA", "ca.pem", "-rsigner", f"{signer}.pem", "-rkey",
                                    f"{signer}.key", "-nmin", "5"], cwd=self.directory, env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        self.processes.append(process)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            assert process.poll() is None, "openssl ocsp ended"
            if select.select([process.stdout], [], [], 1)[0]:
                found = re.search(r"ACCEPT \S*:(\d+)", process.stdout.readline())
                if found:
                    return f"http://127.0.0.1:{found[1]}/"
        raise AssertionError("openssl ocsp does not listen")

    def answering(self, answer):
        """`answer(question) -> (status, bytes)`"""
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                status, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/ocsp-response")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    @staticmethod
    def ask(url, question):
        with urllib.request.urlopen(urllib.request.Request(url, question, {"Content-Type": "application/ocsp-request"}), timeout=20) as answer:
            return answer.read()

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()
        for process in self.processes:
            process.terminate()
            process.wait(20)
            process.stdout.close()
