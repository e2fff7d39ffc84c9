"""More than an ordinary day has: intents of a batch are noted at once (flow/mailer_send.c). Killed in between, each mail still goes
out once; after a loss of power what was on its way is ambiguous, and nothing else."""
import collections
import random
import re
import subprocess
import time

import pytest

from conftest import MODULES, TALAIA, body, copy_desk, environment, stop
from mail_servers import smtp_server  # noqa: F401
from outbox import Outbox, stocked_outbox

MANY = 540  # more than LIMIT_OUTBOX_CALM


@pytest.fixture(scope="module")
def many_ready(tmp_path_factory, empty_desk):
    place = tmp_path_factory.mktemp("many")
    desk = copy_desk(empty_desk, place / "desk")
    profile = desk.path / "profile" / "aoc"
    profile.mkdir(parents=True)
    text = (MODULES / "share/profile/aoc/profile.yaml").read_text()
    (profile / "profile.yaml").write_text(re.sub(r"(?m)^  storm: \d+", "  storm: 10000", text))
    rows = [body(i + 1, f"Vila{i:04d}, Ajuntament de", 20, 400, municipality=str(i + 1)) for i in range(MANY)]
    stocked_outbox(desk, place, rows, "Ens;Nom;E-mail;Rol;Idioma\n" + "".join(
        f"Ajuntament de Vila{i:04d};Oficina;p@vila{i:04d}.example;technical;ca\n" for i in range(MANY)))
    box = Outbox(desk, [])
    box.run("warnings", "approve", "--all")
    assert box.send("--ready")["rendered"] == MANY
    return desk


@pytest.fixture
def many(tmp_path, many_ready, smtp_server):  # noqa: F811
    server = smtp_server()
    box = Outbox(copy_desk(many_ready, tmp_path / "desk"), [*server.settings, "mail.per_minute=0"])
    box.server = server
    return box


def states(box):
    return dict(box.sql("SELECT state, count(*) FROM message GROUP BY state"))


def settle(box):
    accepted = {j["talaia_id"] for j in box.server.journal()}
    settled = box.sql("SELECT id, uid FROM message WHERE state = 'ambiguous'")
    for number, uid in settled:
        box.run("warnings", "settle", number, "--sent" if uid in accepted else "--again", "--reason", "el diari del servidor")
    return len(settled)


def test_killed_in_haste(many):
    random.seed(7)
    kills = settled = 0
    while states(many).get("rendered", 0) > 100 and kills < 6:
        before = len(many.server.journal())
        process = subprocess.Popen([TALAIA, *map(str, many.desk.arguments(*many.words("warnings", "send")))],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        wanted = before + random.randrange(5, 70)
        end = time.monotonic() + 30
        while len(many.server.journal()) < wanted and process.poll() is None and time.monotonic() < end:
            pass
        stop(process)
        kills += 1
        assert states(many).get("sending", 0) <= 1  # whatever was wired with it
    assert kills >= 3
    for _ in range(3):
        many.send(expect=(0, 1))
        settled += settle(many)
    assert states(many) == {"sent": MANY} and settled <= kills
    accepted = collections.Counter(j["talaia_id"] for j in many.server.journal())
    assert len(accepted) == MANY and set(accepted.values()) == {1}


def test_power_lost_in_haste(many):
    """What the store remembers of a run of the machine that is over: a batch was wired, and two of it were written as begun."""
    ids = [i for (i,) in many.sql("SELECT id FROM message ORDER BY id LIMIT 50")]
    many.sql(f"UPDATE message SET wire = 'another run', claim = 'another run:x:1:1', claim_until = 9e15 "
             f"WHERE id <= {ids[-1]} AND state = 'rendered'")
    many.sql(f"UPDATE message SET state = 'sending' WHERE id IN ({ids[3]}, {ids[4]})")
    sent = many.send(expect=(0, 1))
    assert sent["ambiguous"] == 50 and sent["sent"] == MANY - 50
    assert states(many) == {"sent": MANY - 50, "ambiguous": 50}
    assert settle(many) == 50
    many.send()
    assert states(many) == {"sent": MANY}
    assert len({j["talaia_id"] for j in many.server.journal()}) == MANY == len(many.server.journal())
