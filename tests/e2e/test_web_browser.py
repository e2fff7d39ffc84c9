"""The desk in a real Chromium: tests/browser/desk.mjs does the looking. Its two packages are fetched once, as package-lock.json
names them."""
import json
import os
import pathlib
import shutil
import subprocess
import time

import conftest
import pytest
import web as w

BROWSER = conftest.ROOT / "tests" / "browser"
PACKAGES = pathlib.Path(os.environ.get("TALAIA_BROWSER_PACKAGES", conftest.ROOT / "build-browser"))


def test_every_page_and_task_in_chromium(tmp_path, demo):
    assert shutil.which("node") and shutil.which("chromium"), "make packages-test installs them"
    done = subprocess.run(["/usr/bin/python3", BROWSER / "fetch.py", PACKAGES], capture_output=True, text=True, timeout=120)
    if done.returncode != 0 and "urlopen error" in done.stderr:
        pytest.skip("the packages of the browser tests cannot be fetched from here")
    assert done.returncode == 0, done.stderr
    for name, role in (("maria", "administrator"), ("joan", "technician")):
        w.add_account(demo, name, role)
    pictures = os.environ.get("TALAIA_PICTURES")
    with w.serving(demo, lang=None) as web:
        begin = time.monotonic()
        done = subprocess.run(["node", BROWSER / "desk.mjs", PACKAGES, web.host, w.PASSWORD, *([pictures] if pictures else [])],
                              capture_output=True, text=True, timeout=300, env=os.environ | {"HOME": str(tmp_path)})
        seconds = time.monotonic() - begin
    checks = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = "\n\n".join(f"{c['name']}: {c['why']}" for c in checks if not c["ok"])
    assert not wrong and done.returncode == 0 and len(checks) > 70, f"{wrong}\n{done.stderr}"
    slow = ", ".join(f"{c['name']} {c['ms']} ms" for c in sorted(checks, key=lambda c: -c["ms"])[:6])
    print(f"{len(checks)} checks in {seconds:.0f} s; slowest: {slow}")
