"""The reference pages say what the program says."""

import subprocess
import sys
from pathlib import Path

from wanflow.loading import catalogue

ROOT = Path(__file__).parent.parent.parent


def test_the_reference_is_up_to_date() -> None:
    checked = subprocess.run(
        [sys.executable, str(ROOT / "docs/generate.py"), "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.stdout == "", f"{checked.stdout}run: python docs/generate.py"
    assert checked.returncode == 0, checked.stderr


def test_every_operation_with_an_algorithm_is_shown_before_and_after() -> None:
    shown = {path.stem for path in (ROOT / "docs/pictures").glob("*.webp")}
    page = (ROOT / "docs/reference/operations.md").read_text(encoding="utf-8")

    assert shown == {
        entry.name
        for entry in catalogue().operations.values()
        if entry.kind == "model" and entry.local
    }
    assert all(f"](../pictures/{name}.webp)" in page for name in shown)
