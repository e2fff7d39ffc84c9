"""Starts a farm on a network of 127.0.0.0/8 that no other one uses: two that run at once may draw the same one, and the second
draws again."""
import pathlib
import random
import subprocess
import time

DRAW = random.SystemRandom()
TAKEN = "Address already in use"


def base():
    """A network for one farm: 127.x.y.0, and 127.(x+1) for its many."""
    return f"127.{DRAW.randrange(80, 250, 2)}.{DRAW.randrange(250)}.0"


def start(program, directory, *options, at=None):
    """The process and its network; `at`: that one and no other, as soon as it is free."""
    ready = pathlib.Path(directory) / "ready"
    end = time.monotonic() + 60
    while True:
        network = at or base()
        ready.unlink(missing_ok=True)
        process = subprocess.Popen([program, "serve", directory, "--base", network, "--ready", ready, *options],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while not ready.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        if ready.exists():
            return process, network
        process.kill()
        said = process.communicate()[0]
        if TAKEN not in said or time.monotonic() >= end:
            raise RuntimeError(f"the farm did not start: {said}")
        time.sleep(0.2)
