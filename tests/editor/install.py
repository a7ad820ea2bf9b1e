"""Installs what package.json beside this file names, from npm, into a folder of the user's cache.

    python tests/editor/install.py

The folder is named by the content of package.json, so other versions are another folder. What is
installed is only read by tests; no script of a package is run.
"""

import hashlib
import os
import shutil
import subprocess
import sys
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
        if not place.is_dir():
            draft.rename(place.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place


if __name__ == "__main__":
    sys.stdout.write(f"{install()}\n")
