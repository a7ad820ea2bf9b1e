"""How long the checks take for a pair of pictures, and how near they come.

    python benchmarks/checks.py [--side 1280]

Takes the photographs of the repository in the size of a large result, moves or zooms them, packs
them as JPEG of quality 70 and measures. Prints one line a picture and the slowest pair.
"""

import argparse
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from wanflow.checks.alignment import alignment
from wanflow.checks.difference import alike, difference

PICTURES = Path(__file__).parent.parent / "recipes" / "pictures"
CASES = (("as it is", 0, 1.0), ("8 px", 8, 1.0), ("2 %", 0, 1.02), ("8 px and 2 %", 8, 1.02))


def view(large: Image.Image, side: int, right: float, zoom: float) -> Image.Image:
    """Show the middle of a photograph moved and zoomed, packed as JPEG of quality 70."""
    half = side / zoom / 2
    x, y = large.width / 2 - right / zoom, large.height / 2
    box = (x - half, y - half, x + half, y + half)
    moved = large.resize((side, side), Image.Resampling.BICUBIC, box=box)
    packed = BytesIO()
    moved.save(packed, format="JPEG", quality=70)
    return Image.open(BytesIO(packed.getvalue())).convert("RGB")


def main() -> None:
    """Measure every photograph in every case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--side", type=int, default=1280, help="side of the pictures in pixels")
    side = parser.parse_args().side
    slowest = 0.0
    for file in sorted(PICTURES.glob("*.jpg")):
        image = Image.open(file).convert("RGB")
        scale = 1.25 * side / min(image.size)
        large = image.resize((round(image.width * scale), round(image.height * scale)))
        before = np.asarray(view(large, side, 0, 1))
        for name, right, zoom in CASES:
            after = np.asarray(view(large, side, right, zoom))
            begun = time.perf_counter()
            lies = alignment(before, after)
            share = alike(difference(before, after, lies))
            took = time.perf_counter() - begun
            slowest = max(slowest, took)
            found = f"{lies.shift_px:.2f} px, {lies.zoom_percent:.2f} %" if lies else "nothing"
            kept = f"kept {share.alike_percent:.1f} %" if share else ""
            print(f"{file.stem:<10} {name:<13} found {found}, {kept}, in {1000 * took:.0f} ms")
    print(f"slowest pair: {1000 * slowest:.0f} ms")


if __name__ == "__main__":
    main()
