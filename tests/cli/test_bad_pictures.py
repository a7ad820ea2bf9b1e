"""Every kind of bad picture gets words before anything is made; what can be mended is, and said."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.running import run_files, wanflow

RECIPE = """\
wanflow: 1
name: marked
inputs: [photo]
steps:
  - {use: add_text, fit: FIT, with: {text: 你好}}
"""


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def plain(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), 128 if mode == "L" else None)


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(plain(), "JPEG", exif=exif)


def animated() -> bytes:
    frames = [plain(), plain().rotate(90), Image.new("RGB", (640, 480), "red")]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def heavy() -> bytes:
    return encoded(Image.effect_noise((4000, 3000), 200).convert("RGB"), "PNG", compress_level=0)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated": (lambda: encoded(plain(), "PNG")[:300], "whole|ends|cut"),
    "text": (lambda: b"hello", "text|not a picture|no picture"),
    "gif": (lambda: encoded(plain(), "GIF"), "GIF"),
    "empty": (lambda: b"", "empty"),
    "animated": (animated, "anima|frames"),
    "too narrow": (lambda: encoded(plain(4900, 300), "PNG"), "384"),
}
MENDED: dict[str, tuple[Callable[[], bytes], str]] = {
    "small": (lambda: encoded(plain(200, 150), "PNG"), "scaled_up"),
    "large": (lambda: encoded(plain(5200, 2000), "PNG"), "scaled_down"),
    "heavy": (heavy, "packed_again"),
    "alpha": (lambda: encoded(plain(mode="RGBA"), "PNG"), "flattened"),
    "turned": (turned, "turned_upright"),
    "cmyk": (lambda: encoded(plain(mode="CMYK"), "JPEG"), "cmyk_to_rgb"),
}


def put(folder: Path, data: bytes, fit: str) -> None:
    (folder / "图.png").write_bytes(data)
    (folder / "r.yaml").write_text(RECIPE.replace("FIT", fit), encoding="utf-8")


@pytest.mark.parametrize("name", REFUSED)
def test_a_picture_that_cannot_be_used_is_refused_with_words(tmp_path: Path, name: str) -> None:
    make, words = REFUSED[name]
    put(tmp_path, make(), "auto")

    done = wanflow("run", "r.yaml", "photo=图.png", cwd=tmp_path)

    assert done.returncode == 2
    assert any(word in done.stderr for word in words.split("|")), done.stderr
    assert "图.png" in done.stderr or "photo" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("name", MENDED)
def test_a_picture_that_can_be_mended_is_and_the_report_says_so(tmp_path: Path, name: str) -> None:
    make, code = MENDED[name]
    put(tmp_path, make(), "auto")

    done = wanflow("run", "r.yaml", "photo=图.png", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    record = json.loads(run_files(tmp_path, "report.json")[0].read_text(encoding="utf-8"))
    codes = [note["code"] for note in record["steps"][0]["images"][0]["mended"]]
    assert code in codes


@pytest.mark.parametrize("name", MENDED)
def test_a_strict_step_refuses_what_would_be_mended(tmp_path: Path, name: str) -> None:
    make, _ = MENDED[name]
    put(tmp_path, make(), "strict")

    done = wanflow("check", "r.yaml", "photo=图.png", cwd=tmp_path)

    assert done.returncode == 2
    assert "fit: strict" in done.stderr
