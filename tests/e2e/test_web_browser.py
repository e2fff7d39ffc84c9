"""The desk in a real Chromium: tests/browser/*.mjs do the looking."""
import re

import pytest

import busy
import conftest
import web as w
from mail_servers import Smtp

# What is no page: files, what a page asks for in the background, the frame that shows an e-mail. What the link
# of a page leads to needs one: guard.mjs looks at it.
NO_PAGE = re.compile(r"\.(csv|ics|xlsx)$|/exporta$|/extracte$|/passos$|/homologacio$|/documents/|^/divendres/correu/|^/g/")


@pytest.fixture(scope="module")
def busy_made(tmp_path_factory, demo_made):
    directory = tmp_path_factory.mktemp("busy")
    smtp = Smtp(directory / "smtp")
    yield busy.busy(conftest.copy_desk(demo_made, directory / "desk"), smtp, directory)
    smtp.stop()


@pytest.fixture
def desk(tmp_path, busy_made):
    return conftest.copy_desk(busy_made, tmp_path / "desk")


def test_every_page_in_chromium(tmp_path, desk):
    with w.serving(desk, lang=None) as web:
        checks = w.browse("pages.mjs", web, tmp_path, at_least=120)
    seen = {c["path"] for c in checks}
    routes = re.findall(r'\{"GET", "([^"]+)", ROUTE_PAGE', (conftest.ROOT / "src" / "web" / "routes.c").read_text())
    assert len(routes) > 30
    pages = [r for r in routes if not NO_PAGE.search(r)]
    missing = [r for r in pages if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", r), path) for path in seen)]
    assert not missing, f"add these to the table of tests/browser/pages.mjs: {missing}"


@pytest.mark.parametrize("script, at_least", [("desk.mjs", 7), ("tasks.mjs", 20), ("calendar.mjs", 3), ("admin.mjs", 2), ("data.mjs", 4)])
def test_tasks_in_chromium(tmp_path, desk, script, at_least):
    # Checks end at once: nobody answers for the names.
    with w.serving(desk, "net.dns=127.0.0.1:9", "probe.seconds=4", lang=None) as web:
        w.browse(script, web, tmp_path, at_least)
