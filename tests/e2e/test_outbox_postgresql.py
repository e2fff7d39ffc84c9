"""The outbox on PostgreSQL: the same road, and several mailers at once."""
import threading

import pytest

from conftest import Desk, run
from mail_servers import smtp_server  # noqa: F401
from outbox import Outbox, stocked_outbox

SENT = {f"Ajuntament de {n}" for n in ("Badalona", "Berga", "Calella", "Vic")}


@pytest.fixture
def box(tmp_path, postgresql, smtp_server):  # noqa: F811
    _, url = postgresql.database()
    run("init", "--lang", "en", "--set", f"store.url={url}", tmp_path / "desk")
    server = smtp_server()
    box = Outbox(stocked_outbox(Desk(tmp_path / "desk"), tmp_path), server.settings)
    box.server = server
    return box


def test_the_road(box, tmp_path):
    assert {x["result"] for n, x in box.approve().items() if n in SENT} == {"approved"}
    assert box.send()["sent"] == 4
    assert {s for n, s in box.states().items() if n in SENT} == {"sent"}
    assert {m["sha256"] for m in box.messages().values() if m["sha256"]} == {j["sha256"] for j in box.server.journal()}
    box.run("report", "build", "--out", tmp_path / "r")
    box.run("report", "send")
    assert len(box.server.journal()) == 5 and box.list()["ticket_jobs"] == []


def test_several_at_once(box):
    results = []
    threads = [threading.Thread(target=lambda: results.append(box.approve())) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(sum(x["result"] == "approved" for x in r.values()) for r in results) == [0, 0, 4]
    threads = [threading.Thread(target=lambda: box.send(expect=(0, 1))) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    box.send()
    assert len(box.server.journal()) == 4 and {s for n, s in box.states().items() if n in SENT} == {"sent"}
