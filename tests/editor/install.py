"""Installs what package.json beside this file names, from npm, into a folder of the user's cache.

    python tests/editor/install.py

Of packages under `only` one file is taken, and nothing that they depend on. The folder is named by
the content of package.json, so other versions are another folder. What is installed is only read by
tests; no script of a package is run.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

PACKAGES = Path(__file__).with_name("package.json")


def node_modules() -> Path:
    """Say where the packages are, or would be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(PACKAGES.read_bytes()).hexdigest()[:16]
    return cache / "wanflow-tests" / digest / "node_modules"


def install() -> Path:
    """Install the packages, unless they are there, and say where."""
    place = node_modules()
    if place.is_dir():
        return place
    parent = place.parent.parent
    parent.mkdir(parents=True, exist_ok=True)
    # Two that install at once do not meet: each has a folder of its own until it is whole.
    draft = parent / f"{place.parent.name}.{os.getpid()}"
    draft.mkdir()
    try:
        shutil.copy(PACKAGES, draft)
        subprocess.run(
            ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=draft,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for package, file in json.loads(PACKAGES.read_text(encoding="utf-8"))["only"].items():
            _take_one_file(draft, package, file)
        if not place.is_dir():
            draft.rename(place.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place


def _take_one_file(draft: Path, package: str, file: str) -> None:
    packed = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=draft, check=True, capture_output=True, text=True
    )
    archive = draft / packed.stdout.split()[-1]
    with tarfile.open(archive) as opened:
        content = opened.extractfile(f"package/{file}")
        if content is None:
            raise FileNotFoundError(file)
        (draft / "node_modules" / Path(file).name).write_bytes(content.read())
    archive.unlink()


if __name__ == "__main__":
    sys.stdout.write(f"{install()}\n")
