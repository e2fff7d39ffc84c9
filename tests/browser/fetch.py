#!/usr/bin/python3
"""Puts the packages of package-lock.json into a directory: each is fetched once, and must be what the lock file says.

    fetch.py DIRECTORY [WHERE]      → DIRECTORY/node_modules

WHERE holds package-lock.json; without it, the directory of this file. No npm is needed: the packages run nothing when they
are installed."""
import base64
import concurrent.futures
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
    file = name.rpartition("/")[2]  # of a scope, "@a/b", only the second part
    with urllib.request.urlopen(f"{REGISTRY}/{name}/-/{file}-{version}.tgz", timeout=60) as answer:
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


def main(directory, where=HERE):
    lock = json.loads((pathlib.Path(where) / "package-lock.json").read_text())
    missing = []
    for place, package in lock["packages"].items():
        to = pathlib.Path(directory) / place
        known = to / "package.json"
        if not place or (known.exists() and json.loads(known.read_text())["version"] == package["version"]):
            continue
        if to.exists():
            raise SystemExit(f"{to} has another version: remove it")
        to.parent.mkdir(parents=True, exist_ok=True)
        missing.append((place.rpartition("node_modules/")[2], package, to))
    with concurrent.futures.ThreadPoolExecutor(8) as many:
        contents = list(many.map(lambda m: fetch(m[0], m[1]["version"], m[1]["integrity"]), missing))
    for (_, _, to), content in zip(missing, contents):
        unpack(content, to)


if __name__ == "__main__":
    main(*sys.argv[1:3])
