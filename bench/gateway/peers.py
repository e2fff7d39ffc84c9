"""The gateway against what integrators' servers are made of, each verifying the same signed requests over HTTP: npm's xml-crypto
in node, and Apache's WSS4J in Java. They answer with a fixed text; the gateway does all that it does. Requests in a second of
CPU; 64 clients on another core. Ratios of the same run."""
import contextlib
import statistics
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
NODE_AT_LEAST, WSS4J_AT_LEAST = 30, 2
JARS = [f"/usr/share/java/{name}.jar" for name in ("wss4j", "xmlsec", "commons-logging", "slf4j-api", "slf4j-nop")]


@contextlib.contextmanager
def running(*command):
    """Yields (pid, port)."""
    process = subprocess.Popen(["taskset", "-c", "0", *map(str, command)], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        if not line.strip().isdigit():
            raise SystemExit(f"{command[0]} does not start")
        yield process.pid, line.strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def classes(work):
    subprocess.run(["javac", "-cp", ":".join(JARS), "-d", str(work), str(HERE / "PeerWss4j.java")], check=True)
    return ["java", "-Xmx512m", "-cp", ":".join([*JARS, str(work)]), "PeerWss4j"]


def peers(s, work, ask, cpu_seconds):
    """Rows for the table. `s`: the gateway served; `ask(host, port, count)` sends so many requests."""
    packages, answer = work / "packages", work / "answer.xml"
    subprocess.run(["/usr/bin/python3", HERE.parents[1] / "tests/browser/fetch.py", packages, HERE.parents[1] / "tests/clients"], check=True)
    import gateway_live as live
    answer.write_bytes(s.gateway.post(live.signed(s.who)).body)
    rows = []
    for name, command, warm, count, least in (
            ("node, xml-crypto", ["node", HERE / "peer_node.mjs", packages], 300, 1500, NODE_AT_LEAST),
            ("Java, WSS4J 1.6", classes(work), 6000, 6000, WSS4J_AT_LEAST)):
        with running(*command, s.certificate, answer) as (pid, port):
            ask("127.0.0.1", port, warm)
            turns = []
            for _ in range(3):
                before = cpu_seconds([pid])
                ask("127.0.0.1", port, count)
                peer = count / (cpu_seconds([pid]) - before)
                turns.append((s.load(6000)[0], peer))
        ours, theirs = (statistics.median(t[i] for t in turns) for i in range(2))
        ratio = statistics.median(t[0] / t[1] for t in turns)
        rows.append((f"  beside {name}, per CPU second", f"{ours:.0f}/s", f"{theirs:.0f}/s", f"{ratio:.1f} x   >= {least}", ratio >= least))
    return rows
