"""Filing (procedure B3): what is filed is what was verified, whatever the place, the names and the disk are like."""
import shutil
import sqlite3
import subprocess

import pytest
from test_integration import NAME, box, desk, documents, papers, ready_desk, smtp_server  # noqa: F401  fixtures

from conftest import TALAIA, environment

FOLDER = f"FP-1 {NAME}"


@pytest.fixture
def ready(desk, papers):  # noqa: F811
    """Everything is there but the filing."""
    desk.run("integration", "open", "FP-1", "Castelldefels", "--email", "it@castelldefels.example")
    documents(desk, papers)
    desk.run("integration", "take-back", "FP-1")
    shutil.rmtree(desk.path / "integracions")
    return desk


def state(desk):  # noqa: F811
    return desk.json("integration", "show", "FP-1")["state"]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("call, error, words", [("write", "ENOSPC", "No space left"), ("rename", "EROFS", "Read-only file system"),
                                                ("mkdir", "EACCES", "Permission denied"), ("fsync", "EIO", "Input/output error")])
def test_a_disk_that_refuses(ready, call, error, words):
    """Nothing is said to be filed that is not, no half file stays, and it can be done again."""
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:error={error}",
                           TALAIA,
                           *map(str, ready.arguments("integration", "place", "FP-1"))],
                          capture_output=True, text=True, env=environment(), timeout=120)
    assert done.returncode != 0
    if call != "write":  # with which it could not tell the reason either
        assert words in done.stderr, done.stderr
    assert state(ready) == "documents"
    place = ready.path / "integracions" / FOLDER
    assert not place.exists() or [p.name for p in place.iterdir() if p.name.endswith(".part")] == []
    ready.run("integration", "place", "FP-1")
    assert state(ready) == "filed" and subprocess.run(["sha256sum", "--quiet", "-c", "manifest.txt"], cwd=place).returncode == 0


def test_a_share_that_is_not_mounted(ready, tmp_path):
    """It is not filed on our own disk below the place where the share should be."""
    share = tmp_path / "mnt" / "SERVEIS" / "Hestia"
    done = ready.run("integration", "place", "FP-1", "--set", f"integration.dir={share}", expect=6)
    assert "mounted" in done.err and not share.exists() and state(ready) == "documents"
    share.parent.mkdir(parents=True)
    ready.run("integration", "place", "FP-1", "--set", f"integration.dir={share}")
    assert sorted(p.name for p in (share / FOLDER).iterdir()) == ["cda cda.pem", "form formulari signat.pdf", "manifest.txt"]
    # And a share that has gone away since: nothing goes on by what was there once.
    share.rename(tmp_path / "away")
    done = ready.run("integration", "request", "FP-1", "--set", f"integration.dir={share}", expect=3)
    assert "cannot be read" in done.err


def test_a_file_where_the_folder_should_be(ready):
    (ready.path / "integracions").write_text("no directory")
    ready.run("integration", "place", "FP-1", expect=6)
    assert state(ready) == "documents"


def test_the_store_is_not_what_was_verified(ready):
    """Bytes that were changed in the store after they were checked are not filed."""
    with sqlite3.connect(ready.store) as db:
        db.execute("UPDATE integration_bytes SET base64 = 'AAAA' WHERE file_id = (SELECT id FROM integration_file WHERE role = 'cda')")
    done = ready.run("integration", "place", "FP-1", expect=3)
    assert "not what was verified" in done.err and state(ready) == "documents"


def test_names_that_no_share_takes(ready, papers):
    """Slashes, Windows' own names, what SharePoint refuses, dots at the end; and two documents of one name."""
    form, cda = ready.path / "x", ready.path / "y"
    form.write_bytes(papers.form)
    cda.write_bytes(papers.cda.pem())
    ready.run("integration", "add-file", "FP-1", form, "--called", "../../etc/passwd", *papers.settings())
    ready.run("integration", "add-file", "FP-1", cda, "--called", 'C:\\Users\\x\\CON<>"|?*.pem. .', *papers.settings())
    ready.run("integration", "confirm", "FP-1", "--ip", "127.0.0.1/32")
    ready.run("integration", "place", "FP-1")
    names = sorted(p.name for p in (ready.path / "integracions" / FOLDER).iterdir())
    assert len(names) == 3 and names[-1].startswith("manifest") or "manifest.txt" in names
    for name in names:
        assert not set(name) & set('"*:<>?/\\|') and name == name.strip(" .") and ".." not in name, names
    assert [p.name for p in (ready.path / "integracions").iterdir()] == [FOLDER]


def test_two_of_one_number(ready):
    """A number is one request, whatever its case: folders on a share would be one too."""
    for fp in ("FP-1", "fp-1", "Fp-1"):
        assert "already" in ready.run("integration", "open", fp, "Berga", expect=3).err
    ready.run("integration", "open", "FP-10", "Berga")


def test_a_newer_document_does_not_write_over_the_older(ready, papers):
    ready.run("integration", "place", "FP-1")
    place = ready.path / "integracions" / FOLDER
    before = (place / "cda cda.pem").read_bytes()
    (ready.path / "cda.pem").write_bytes(papers.cda.pem() + b"\n")
    ready.run("integration", "add-file", "FP-1", ready.path / "cda.pem", *papers.settings())
    ready.run("integration", "confirm", "FP-1", "--ip", "127.0.0.1/32")
    ready.run("integration", "place", "FP-1")
    assert (place / "cda cda.pem").read_bytes() == before and (place / "cda cda (2).pem").read_bytes() == before + b"\n"
    assert "cda cda (2).pem" in (place / "manifest.txt").read_text() and "cda cda.pem" not in (place / "manifest.txt").read_text()
