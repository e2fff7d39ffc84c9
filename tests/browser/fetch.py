#!/usr/bin/python3
"""Puts the packages of package-lock.json into a directory: each is fetched once, and must be what the lock file says.

    fetch.py DIRECTORY      → DIRECTORY/node_modules

No npm is needed: the two packages have no dependencies and run nothing when they are installed."""
import base64
import fcntl
import hashlib
import io
import json
import os
import pathlib
import sys
import tarfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
REGISTRY = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org/").rstrip("/")


def fetch(name, version, integrity):
    with urllib.request.urlopen(f"{REGISTRY}/{name}/-/{name}-{version}.tgz", timeout=60) as answer:
        content = answer.read()
    kind, wanted = integrity.split("-", 1)
    if base64.b64encode(hashlib.new(kind, content).digest()).decode() != wanted:
        raise SystemExit(f"{name} {version} is not what package-lock.json says")
    return content


def unpack(content, to):
    draft = to.with_name(to.name + ".draft")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            path = pathlib.PurePosixPath(member.name)
            if not member.isfile() or path.is_absolute() or ".." in path.parts:
                continue
            target = draft.joinpath(*path.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.extractfile(member).read())
    draft.replace(to)


def main(directory):
    lock = json.loads((HERE / "package-lock.json").read_text())
    for place, package in lock["packages"].items():
        to = pathlib.Path(directory) / place
        known = to / "package.json"
        if not place or (known.exists() and json.loads(known.read_text())["version"] == package["version"]):
            continue
        if to.exists():
            raise SystemExit(f"{to} has another version: remove it")
        to.parent.mkdir(parents=True, exist_ok=True)
        unpack(fetch(place.removeprefix("node_modules/"), package["version"], package["integrity"]), to)


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    with open(pathlib.Path(sys.argv[1]) / "lock", "w") as only_one:  # tests run side by side
        fcntl.flock(only_one, fcntl.LOCK_EX)
        main(sys.argv[1])
