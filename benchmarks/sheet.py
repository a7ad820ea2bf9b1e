"""Draw the before/after sheet of the manual from the recipes of the gallery.

    python benchmarks/sheet.py docs/operations.webp

Runs every recipe under recipes/gallery on the local engine, as its own comment says, and puts what
went in beside what came out. A recipe that says it needs a model is left out.
"""

import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "recipes" / "gallery"
FONT = ROOT / "wanflow/providers/local/data/NotoSansSC-Medium-subset.otf"
COLUMNS, CELL_PX, CAPTION_PX, GAP_PX = 3, 300, 30, 14
GROUND, INK, SOFT = "white", "#1b1b1f", "#6a6a72"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One recipe on the sheet: what it is called, and its pictures before and after."""

    title: str
    before: tuple[Path, ...]
    after: Path


def command(recipe: Path) -> list[str] | None:
    """Give the words of the command in a recipe's comment; None if it needs a model."""
    for line in recipe.read_text(encoding="utf-8").splitlines():
        if line.startswith("#   wanflow run "):
            words = shlex.split(line.removeprefix("#   wanflow "))
            return None if "dashscope" in words else words
    return None


def results(folder: Path) -> Iterator[Shown]:
    """Run the gallery in a copy, and give what each recipe made."""
    ignored = shutil.ignore_patterns("*.lock.yaml")
    shutil.copytree(ROOT / "recipes", folder / "recipes", ignore=ignored)
    for recipe in sorted(GALLERY.glob("*.yaml")):
        words = command(recipe)
        if words is None:
            continue
        done = subprocess.run(
            [sys.executable, "-m", "wanflow", *words, "--json"],
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{recipe.name}: {done.stderr}")
        yield shown(recipe, json.loads(done.stdout), folder)


def shown(recipe: Path, report: dict[str, Any], folder: Path) -> Shown:
    """Take what the sheet shows out of the report of a run."""
    run = folder / "runs" / report["run"]
    number = recipe.stem.partition("-")[0]
    steps = ", ".join(dict.fromkeys(step["operation"] for step in report["steps"]))
    return Shown(
        title=f"{number}  {steps}",
        before=tuple(run / picture["file"] for picture in report["input_pictures"][:2]),
        after=run / report["outputs"][0]["file"],
    )


def sheet(entries: list[Shown]) -> Image.Image:
    """Lay the entries out in columns."""
    width, height = 2 * CELL_PX + GAP_PX, CELL_PX + CAPTION_PX + GAP_PX
    rows = -(-len(entries) // COLUMNS)
    across = COLUMNS * width + (COLUMNS + 1) * 2 * GAP_PX
    canvas = Image.new("RGB", (across, rows * height + 2 * GAP_PX), GROUND)
    pen, face = ImageDraw.Draw(canvas), ImageFont.truetype(FONT, 17)
    for at, entry in enumerate(entries):
        left = 2 * GAP_PX + at % COLUMNS * (width + 2 * GAP_PX)
        top = GAP_PX + at // COLUMNS * height
        pen.text((left, top + 4), entry.title, fill=INK, font=face)
        cell = (CELL_PX, CELL_PX)
        top += CAPTION_PX
        for k, path in enumerate(entry.before):
            part = (CELL_PX, CELL_PX // len(entry.before) - (4 if k else 0))
            place(canvas, path, (left, top + k * CELL_PX // len(entry.before)), part)
        place(canvas, entry.after, (left + CELL_PX + GAP_PX, top), cell)
        pen.text((left + CELL_PX + 1, top + CELL_PX // 2 - 10), "›", fill=SOFT, font=face)
    return canvas


def place(canvas: Image.Image, path: Path, corner: tuple[int, int], room: tuple[int, int]) -> None:
    """Put a picture as large as it fits into the middle of a place."""
    with Image.open(path) as picture:
        small = picture.convert("RGB")
        small.thumbnail(room, Image.Resampling.LANCZOS)
    left = corner[0] + (room[0] - small.width) // 2
    canvas.paste(small, (left, corner[1] + (room[1] - small.height) // 2))


def main() -> None:
    """Write the sheet."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/operations.webp")
    with tempfile.TemporaryDirectory() as folder:
        made = sheet(list(results(Path(folder))))
    made.save(target, "WEBP", quality=80, method=6)
    print(f"{target}: {made.width}x{made.height}, {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
