"""`net.proxy`: everything goes through the CONNECT of an outgoing proxy, names too."""
import contextlib
import socket
import threading

import pytest

from farm import Farm, name_of, sweep


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"))
    yield farm
    farm.stop()


@contextlib.contextmanager
def proxy(farm, refuse=(), status="200 Connection established"):
    """A proxy that knows the farm's names; yields its address and the list of what it was asked for."""
    names = dict(reversed(line.split()) for line in (farm.directory / "hosts").read_text().splitlines())
    asked, server = [], socket.create_server(("127.0.0.1", 0))

    def carry(a, b):
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                b.sendall(data)
        with contextlib.suppress(OSError):
            b.shutdown(socket.SHUT_WR)

    def serve(here):
        head = b""
        while b"\r\n\r\n" not in head:
            data = here.recv(4096)
            if not data:
                return
            head += data
        method, target, _ = head.decode().split("\r\n")[0].split()
        asked.append((method, target))
        host, port = target.rsplit(":", 1)
        if host in refuse or status[:3] != "200":
            here.sendall(f"HTTP/1.1 {status if status[:3] != '200' else '403 Forbidden'}\r\nContent-Length: 0\r\n\r\n".encode())
            here.close()
            return
        try:
            there = socket.create_connection((names.get(host, host), int(port)), 5)
        except OSError:
            here.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            here.close()
            return
        here.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
        threading.Thread(target=carry, args=(there, here), daemon=True).start()
        carry(here, there)

    def loop():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_every_check_goes_through_it(farm, tmp_path):
    cases = ("rsa", "expired", "http-500", "revoked-ocsp", "redirect", "http-url")
    desk = farm.desk(tmp_path / "desk", [farm.row(c) for c in cases], net_dns=None)
    with proxy(farm) as (url, asked):
        found = {k.split(",")[0]: v for k, v in sweep(desk, "--set", f"net.proxy={url}").items()}
    said = {c: tuple(found[c][0][p]["code"] for p in ("connection", "trust", "application")) for c in cases}
    assert said == {"rsa": ("ok", "ok", "ok"), "expired": ("ok", "expired", "ok"), "http-500": ("http-5xx", "ok", "none"),
                    "revoked-ocsp": ("ok", "revoked", "ok"), "redirect": ("ok", "ok", "ok"), "http-url": ("ok", "no-tls", "ok")}
    assert all(len(found[c]) == 1 and found[c][0]["address"] is None for c in cases)  # the proxy resolves
    assert {method for method, _ in asked} == {"CONNECT"}
    assert {"rsa.farm.test:8443", f"{farm.net}.2:8080"} <= {target for _, target in asked}  # the responder too


def test_what_it_refuses_is_not_the_body_s_fault(farm, tmp_path):
    desk = farm.desk(tmp_path / "desk", [farm.row("rsa"), farm.row("ecdsa"), farm.row("refused")], net_dns=None, probe_failures=1, probe_minutes=0)
    with proxy(farm, refuse=("rsa.farm.test",)) as (url, _):
        found = sweep(desk, "--set", f"net.proxy={url}")
    line = found[name_of("rsa")][0]
    assert line["connection"]["code"] == "proxy" and "403" in line["connection"]["reason"] and line["connection"]["advice"].startswith("Our team")
    assert found[name_of("ecdsa")][0]["up"] and found[name_of("refused")][0]["connection"]["code"] == "proxy"
    assert desk.json("outage", "list", "--all", on=None) == []  # unknown is not down


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "503 Service Unavailable"])
def test_a_proxy_that_does_not_work(farm, tmp_path, status):
    desk = farm.desk(tmp_path / "desk", [farm.row("rsa")], net_dns=None, probe_failures=1, probe_minutes=0)
    with proxy(farm, status=status) as (url, _):
        line = sweep(desk, "--set", f"net.proxy={url}")[name_of("rsa")][0]
    assert line["connection"]["code"] == "proxy" and status[:3] in line["connection"]["reason"]
    line = sweep(desk, "--set", f"net.proxy={url}")[name_of("rsa")][0]  # and one that is gone
    assert line["connection"]["code"] == "proxy" and not line["up"]
    assert desk.json("outage", "list", "--all", on=None) == []


def test_internal_addresses_are_refused_before_the_proxy_is_asked(farm, tmp_path):
    row = farm.row("rsa")
    row[5] = "https://10.0.0.1:8443/padro?wsdl"
    desk = farm.desk(tmp_path / "desk", [row], net_dns=None)
    with proxy(farm) as (url, asked):
        line = sweep(desk, "--set", f"net.proxy={url}")[name_of("rsa")][0]
    assert line["connection"]["code"] == "forbidden-address" and asked == []
