"""A full or a read-only disk ends a run with words, and the same command goes on afterwards."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.running import run_files, wanflow

RECIPE = """\
wanflow: 1
name: large
inputs: {photo: {type: image, default: photo.png}}
steps:
  - {id: large, use: resize, with: {factor: 4}}
  - {id: turned, use: rotate, with: {degrees: 90}}
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of its own, with room for the input and little else."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a disk needs root")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
    try:
        Image.effect_noise((200, 200), 90).save(place / "photo.png")
        (place / "large.yaml").write_text(RECIPE, encoding="utf-8")
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def remount(place: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", place], check=True)


def test_a_full_disk_is_said_and_with_room_the_same_command_goes_on(disk: Path) -> None:
    full = wanflow("run", "large.yaml", cwd=disk)
    remount(disk, "size=40m")
    again = wanflow("run", "large.yaml", cwd=disk)

    assert full.returncode == 3, full.stderr
    assert "full" in full.stderr
    assert "Traceback" not in full.stderr
    assert again.returncode == 0, again.stderr
    assert len(run_files(disk, "images/*.png")) >= 2


def test_a_read_only_disk_is_said_and_checking_still_works(disk: Path) -> None:
    remount(disk, "ro")

    run = wanflow("run", "large.yaml", cwd=disk)
    check = wanflow("check", "large.yaml", cwd=disk)
    plan = wanflow("plan", "large.yaml", cwd=disk)

    assert (run.returncode, check.returncode, plan.returncode) == (5, 0, 0), run.stderr
    assert "hint:" in run.stderr
    assert "Traceback" not in run.stderr
