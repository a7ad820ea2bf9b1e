"""Draw the before/after sheet of the manual from the bundled recipes.

    python benchmarks/sheet.py

Writes docs/operations.webp, and for each operation docs/pictures/OPERATION.webp for its place in
the reference. Runs every recipe of recipes/gallery on the local engine, as its own comment says,
and puts what went into the operation that it shows beside what came out; a recipe that says it
needs a model is left out. The recipes of recipes/, most of them chains, follow with their inputs
and a result.
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
FONT = ROOT / "wanflow/providers/local/data/NotoSansSC-Medium-subset.otf"
NEEDS = {"wide-shot": ["photo=recipes/pictures/chelsea.jpg"]}
# Which result of a chain tells most, where it is not the first.
SHOWS = {"text-removed": "sheet"}
COLUMNS, CELL_W_PX, CELL_H_PX, GAP_PX = 3, 300, 240, 14
TITLE_PX, CAPTION_PX, LINE_PX, CAPTION_LINES = 17, 13, 19, 2
STRIP_W_PX, STRIP_H_PX, ARROW_PX = 360, 240, 64
GROUND, INK, SOFT = "white", "#1b1b1f", "#6a6a72"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One recipe on the sheet: what it is called and does, its pictures before and after."""

    title: str
    operation: str
    caption: str
    before: tuple[Path, ...]
    after: Path


def command(recipe: Path) -> list[str] | None:
    """Give the words that run a recipe here; None if it needs a model."""
    if recipe.parent.name != "gallery":
        return ["run", f"recipes/{recipe.name}", *NEEDS.get(recipe.stem, [])]
    for line in recipe.read_text(encoding="utf-8").splitlines():
        if line.startswith("#   wanflow run "):
            words = shlex.split(line.removeprefix("#   wanflow "))
            return None if "dashscope" in words else words
    return None


def results(folder: Path) -> Iterator[Shown]:
    """Run the recipes in a copy of their folder, and give what each of them made."""
    ignored = shutil.ignore_patterns("*.lock.yaml", "runs", ".wanflow")
    shutil.copytree(ROOT / "recipes", folder / "recipes", ignore=ignored)
    recipes = folder / "recipes"
    for recipe in [*sorted(recipes.glob("gallery/*.yaml")), *sorted(recipes.glob("*.yaml"))]:
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
        report = json.loads(done.stdout)
        run = folder / "runs" / report["run"]
        shown = one_edit if recipe.parent.name == "gallery" else whole
        yield shown(recipe, report, run)


def one_edit(recipe: Path, report: dict[str, Any], run: Path) -> Shown:
    """Show the first step of the operation that stands last: what is before makes its picture."""
    edits = [step for step in report["steps"] if step["provider"] != "builtin"]
    step = next(step for step in edits if step["operation"] == edits[-1]["operation"])
    return Shown(
        title=f"{recipe.stem.partition('-')[0]}  {step['operation']}",
        operation=step["operation"],
        caption=caption(recipe),
        before=tuple(run / picture["file"] for picture in step["images"]),
        after=run / step["pictures"][0]["file"],
    )


def whole(recipe: Path, report: dict[str, Any], run: Path) -> Shown:
    """Show what goes into a recipe and a named result, or what its last step made."""
    made = [*report["outputs"], report["steps"][-1]["pictures"][0]]
    made.sort(key=lambda output: output["name"] != SHOWS.get(recipe.stem))
    return Shown(
        title=f"{recipe.name}: " + ", ".join(step["operation"] for step in report["steps"]),
        operation="",
        caption=caption(recipe),
        before=tuple(run / picture["file"] for picture in report["input_pictures"]),
        after=run / made[0]["file"],
    )


def caption(recipe: Path) -> str:
    """Give the first line of a recipe's comment, as far as it holds whole sentences."""
    for line in recipe.read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and not line.startswith("# yaml-language-server"):
            words = line.removeprefix("# ")
            return words if words[-1] in ".。" else words[: words.rfind(". ") + 1]
    return ""


def sheet(entries: list[Shown]) -> Image.Image:
    """Lay the entries out in columns."""
    words_px = LINE_PX * (CAPTION_LINES + 1) + 8
    width, height = 2 * CELL_W_PX + GAP_PX, CELL_H_PX + words_px + 2 * GAP_PX
    rows = -(-len(entries) // COLUMNS)
    across = COLUMNS * width + (COLUMNS + 1) * 2 * GAP_PX
    canvas = Image.new("RGB", (across, rows * height + 2 * GAP_PX), GROUND)
    for at, entry in enumerate(entries):
        left = 2 * GAP_PX + at % COLUMNS * (width + 2 * GAP_PX)
        top = GAP_PX + at // COLUMNS * height
        write(canvas, entry, (left, top), width)
        top += words_px
        share = CELL_H_PX // len(entry.before)
        for k, path in enumerate(entry.before):
            place(canvas, path, (left, top + k * share), (CELL_W_PX, share - (4 if k else 0)))
        place(canvas, entry.after, (left + CELL_W_PX + GAP_PX, top), (CELL_W_PX, CELL_H_PX))
    return canvas


def write(canvas: Image.Image, entry: Shown, corner: tuple[int, int], width: int) -> None:
    """Write the title and the caption, broken into lines and never wider than the entry."""
    pen, left, top = ImageDraw.Draw(canvas), *corner
    pen.text((left, top), entry.title, fill=INK, font=ImageFont.truetype(FONT, TITLE_PX))
    face = ImageFont.truetype(FONT, CAPTION_PX)
    lines = [""]
    for word in entry.caption.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    for number, line in enumerate(lines[:CAPTION_LINES], 1):
        pen.text((left, top + 4 + number * LINE_PX), line, fill=SOFT, font=face)


def place(canvas: Image.Image, path: Path, corner: tuple[int, int], room: tuple[int, int]) -> None:
    """Put a picture as large as it fits into the middle of a place."""
    with Image.open(path) as picture:
        small = picture.convert("RGB")
        small.thumbnail(room, Image.Resampling.LANCZOS)
    left = corner[0] + (room[0] - small.width) // 2
    canvas.paste(small, (left, corner[1] + (room[1] - small.height) // 2))


def strip(entry: Shown) -> Image.Image:
    """Lay what went into an operation beside what came out, an arrow in between."""
    smalls = []
    for path in (*entry.before, entry.after):
        with Image.open(path) as picture:
            small = picture.convert("RGB")
        small.thumbnail((STRIP_W_PX, STRIP_H_PX), Image.Resampling.LANCZOS)
        smalls.append(small)
    height = max(small.height for small in smalls)
    gaps = GAP_PX * (len(smalls) - 2) + ARROW_PX
    canvas = Image.new("RGB", (sum(small.width for small in smalls) + gaps, height), GROUND)
    left = 0
    for number, small in enumerate(smalls):
        if number == len(smalls) - 1:
            draw_arrow(canvas, left - GAP_PX, height // 2)
            left += ARROW_PX - GAP_PX
        canvas.paste(small, (left, (height - small.height) // 2))
        left += small.width + GAP_PX
    return canvas


def draw_arrow(canvas: Image.Image, left: int, middle: int) -> None:
    """Draw an arrow to the right."""
    pen, right = ImageDraw.Draw(canvas), left + ARROW_PX - 12
    pen.line((left + 12, middle, right, middle), fill=SOFT, width=3)
    pen.polygon([(right + 4, middle), (right - 8, middle - 8), (right - 8, middle + 8)], fill=SOFT)


def write_strips(entries: list[Shown], folder: Path) -> None:
    """Write a strip for each operation, from the first recipe that shows it."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in reversed(entries):
        if entry.operation:
            target = folder / f"{entry.operation}.webp"
            strip(entry).save(target, "WEBP", quality=72, method=6)


def main() -> None:
    """Write the sheet and the strips."""
    target = ROOT / "docs" / "operations.webp"
    with tempfile.TemporaryDirectory() as folder:
        entries = list(results(Path(folder)))
        made = sheet(entries)
        write_strips(entries, ROOT / "docs" / "pictures")
    made.save(target, "WEBP", quality=76, method=6)
    print(f"{target}: {made.width}x{made.height}, {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
