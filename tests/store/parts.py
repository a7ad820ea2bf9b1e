"""Small real pictures, a small real probe, and processes that can be stopped at will."""

import hashlib
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

from wanflow.errors import ImageError
from wanflow.model.run import Done
from wanflow.model.values import Artifact, Fingerprint, RunId, Sha256

TOP = Path(__file__).parents[2]
RUN = RunId("cat-20261123-101530-4f2a")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(shade: int = 0) -> bytes:
    """Give a complete grey picture of 1 by 1 pixel; the shades 0 to 255 differ."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, shade]))
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def probe(path: Path) -> Artifact:
    """Say what a PNG file is."""
    content = path.read_bytes()
    if not content.startswith(_SIGNATURE) or content[-8:-4] != b"IEND":
        raise ImageError("not-an-image", f"{path} is no complete picture")
    width_px, height_px = struct.unpack(">II", content[16:24])
    return Artifact(
        sha256=Sha256(hashlib.sha256(content).hexdigest()),
        media_type="image/png",
        width_px=width_px,
        height_px=height_px,
        size_bytes=len(content),
    )


def artifact(shade: int = 0) -> Artifact:
    """Give the identity of `png(shade)` without a file."""
    content = png(shade)
    return Artifact(
        sha256=Sha256(hashlib.sha256(content).hexdigest()),
        media_type="image/png",
        width_px=1,
        height_px=1,
        size_bytes=len(content),
    )


def done(shade: int = 0, *, seconds: float = 1.0) -> Done:
    return Done(pictures=(artifact(shade),), seconds=seconds)


def fingerprint(text: str) -> Fingerprint:
    return Fingerprint(hashlib.sha256(text.encode()).hexdigest())


def written(path: Path, shade: int = 0) -> Path:
    path.write_bytes(png(shade))
    return path


def python(*words: str, under: tuple[str, ...] = ()) -> list[str]:
    """Give the command that runs one of the programs beside the tests."""
    return [*under, sys.executable, str(Path(__file__).with_name("worker.py")), *words]


def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(TOP), "PATH": os.defpath}


def finished(*words: str, under: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        python(*words, under=under),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def started(*words: str) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    return subprocess.Popen(python(*words), env=environment(), stdin=pipe, stdout=pipe, text=True)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
