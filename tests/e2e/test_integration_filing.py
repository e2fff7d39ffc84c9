"""Filing (procedure B3): what is filed is what was verified, whatever the place, the names and the disk are like."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.request

import pytest
from test_integration import NAME, box, box_of, desk, documents, far_box, on_both, papers, ready_desk, smtp_server  # noqa: F401  fixtures

from conftest import TALAIA, environment

FOLDER = f"FP-1 {NAME}"


@pytest.fixture
def ready(request, papers):  # noqa: F811
    """Everything is there but the filing."""
    desk = box_of(request).desk  # noqa: F811
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


@on_both("ready")
def test_the_store_is_not_what_was_verified(ready):
    """Bytes that were changed in the store after they were checked are not filed."""
    ready.query("UPDATE integration_bytes SET base64 = 'AAAA' WHERE file_id = (SELECT id FROM integration_file WHERE role = 'cda')")
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
    assert len(names) == 3 and "manifest.txt" in names
    for name in names:
        assert not set(name) & set('"*:<>?/\\|') and name == name.strip(" .") and ".." not in name, names
    assert [p.name for p in (ready.path / "integracions").iterdir()] == [FOLDER]


@on_both("ready")
def test_two_of_one_number(ready):
    """A number is one request, whatever its case: folders on a share would be one too."""
    for fp in ("FP-1", "fp-1", "Fp-1"):
        assert "already" in ready.run("integration", "open", fp, "Berga", expect=3).err
    ready.run("integration", "open", "FP-10", "Berga")


@on_both("ready")
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


MODULES = "/usr/lib/apache2/modules"
APACHE = """ServerName localhost
ServerRoot {dir}
PidFile {dir}/pid
ErrorLog {dir}/error.log
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dav_module {modules}/mod_dav.so
LoadModule dav_fs_module {modules}/mod_dav_fs.so
User www-data
Group www-data
DocumentRoot {dir}/root
DavLockDB {dir}/lock/db
<Directory {dir}/root>
Dav On
Require all granted
</Directory>
"""


def apache(where):
    """Apache with WebDAV on a port that it found free; its process."""
    for port in range(21000 + os.getpid() % 9000, 65000, 97):
        (where / "httpd.conf").write_text(APACHE.format(dir=where, port=port, modules=MODULES))
        server = subprocess.Popen(["apache2", "-f", where / "httpd.conf", "-D", "FOREGROUND"], stderr=subprocess.DEVNULL)
        while server.poll() is None:
            with contextlib.suppress(OSError):
                asked = urllib.request.Request(f"http://127.0.0.1:{port}/", method="PROPFIND", headers={"Depth": "0"})
                if urllib.request.urlopen(asked, timeout=10).status == 207 and (where / "pid").exists():
                    return server, port
            time.sleep(0.05)
    raise AssertionError("no port for Apache")


@pytest.fixture
def share():
    """A share over WebDAV, mounted; and where its server keeps it."""
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse") or not shutil.which("mount.davfs") or not shutil.which("apache2"):
        pytest.skip("a share over WebDAV needs root, /dev/fuse, davfs2 and apache2-bin")
    where = pathlib.Path(tempfile.mkdtemp(prefix="talaia-dav-"))  # pytest's own folders are closed to Apache's account
    where.chmod(0o755)
    for name in ("root", "lock", "mnt"):
        (where / name).mkdir()
        (where / name).chmod(0o777)
    server, port = apache(where)
    (where / "davfs.conf").write_text("ask_auth 0\ndelay_upload 0\n")
    mount = where / "mnt"
    try:
        done = subprocess.run(["mount.davfs", "-o", f"conf={where}/davfs.conf,uid=root", f"http://127.0.0.1:{port}/", mount],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            pytest.skip(f"a share over WebDAV needs root that may mount: {done.stderr.strip()}")
        try:
            yield mount, where / "root"
        finally:
            subprocess.run(["umount", mount], capture_output=True, timeout=120)
    finally:
        server.terminate()
        server.wait(timeout=60)
        shutil.rmtree(where)


def test_a_share_over_webdav(ready, share):
    """As SharePoint and its like are mounted: what the server has is what was verified, and it is read again before approval."""
    mount, kept = share
    ready.run("integration", "place", "FP-1", "--set", f"integration.dir={mount}/Hestia")
    ready.run("integration", "request", "FP-1", "--set", f"integration.dir={mount}/Hestia")
    assert state(ready) != "filed"
    subprocess.run(["umount", mount], check=True, timeout=120)
    place = kept / "Hestia" / FOLDER
    files = sorted(p.name for p in place.iterdir() if p.is_file())
    assert files == ["cda cda.pem", "form formulari signat.pdf", "manifest.txt"]
    assert subprocess.run(["sha256sum", "--quiet", "-c", "manifest.txt"], cwd=place).returncode == 0
