"""Two gateways on one store: whatever reaches both is answered once."""
import contextlib
import http.client
import random

import pytest

import gateway_live as g
from oncall import stored  # noqa: F401  fixture

CLIENTS, EACH = 6, 25


@pytest.fixture(scope="module")
def who():
    return g.identity()


def test_of_two_one_answers(stored, who):  # noqa: F811
    """Each request goes to both at about the same time, and to one of them again when the other has long answered it."""
    g.authorise(stored, who)
    messages = {f"TWO-{n}-{i}": g.signed(who, number=f"TWO-{n}-{i}") for n in range(CLIENTS) for i in range(EACH)}
    said = {name: [] for name in messages}

    def ask(gateway, names):
        with contextlib.closing(http.client.HTTPConnection(gateway.host, timeout=60)) as connection:
            for name in names:
                said[name].append(gateway.post(messages[name], connection=connection).state)

    with g.serving(stored) as one, g.serving(stored) as other:
        def client(n):
            chance = random.Random(n)
            names = [f"TWO-{n // 2}-{i}" for i in range(EACH)]
            if chance.random() < 0.5:
                names.reverse()
            ask((one, other)[n % 2], names)
        g.all_at_once(2 * CLIENTS, client)
        assert {name: sorted(s == "0003" for s in states) for name, states in said.items()} == {name: [False, True] for name in messages}
        for gateway in (one, other):
            ask(gateway, [f"TWO-{n}-0" for n in range(CLIENTS)])
        assert all(states[2:] and "0003" not in states[2:] for name, states in said.items() if name.endswith("-0"))
    rows = stored.json("gateway", "log", on=None)
    assert sorted(r["request"] for r in rows if r["outcome"] == "answered") == sorted(messages)
    assert len([r for r in rows if r["outcome"] == "replayed"]) == len(messages) + 2 * CLIENTS
