import os
import resource
import socket
from pathlib import Path

import pytest
from PIL import Image

from tests.imaging import making
from wanflow.errors import ImageError
from wanflow.imaging.probe import probe
from wanflow.imaging.source import MOST_BYTES


def refused(path: Path) -> ImageError:
    with pytest.raises(ImageError) as caught:
        probe(path)
    return caught.value


def test_a_missing_picture_is_told_with_its_path(tmp_path: Path) -> None:
    error = refused(tmp_path / "没有.png")

    assert error.code == "image-missing"
    assert str(error).endswith("没有.png")


@pytest.mark.parametrize("name", ["a\0b.png", "file/below.png"])
def test_a_path_that_cannot_be_is_missing_too(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")

    assert refused(tmp_path / name).code == "image-missing"


def test_a_name_that_the_system_does_not_take_cannot_be_read(tmp_path: Path) -> None:
    assert refused(tmp_path / ("x" * 5000)).code == "image-unreadable"


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    error = refused(tmp_path)

    assert error.code == "not-a-file"
    assert "is a folder" in str(error)


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)

    assert "is a pipe" in str(refused(pipe))


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.png")

        assert "is a socket" in str(refused(Path("socket.png")))


def test_an_endless_device_is_refused() -> None:
    assert "is a device" in str(refused(Path("/dev/zero")))


def test_a_file_of_the_system_that_says_no_length_is_not_read() -> None:
    assert refused(Path("/proc/self/status")).code == "image-empty"


def test_a_file_over_the_cap_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(MOST_BYTES + 1)

    error = refused(large)

    assert error.code == "image-too-large-bytes"
    assert f"large.png has {MOST_BYTES + 1} bytes" in str(error)


def test_without_a_free_file_handle_the_picture_cannot_be_read(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"x")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))

    try:
        error = refused(picture)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert error.code == "image-unreadable"
    assert "a.png cannot be read: " in str(error)


def test_a_link_to_a_picture_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(making.packed(Image.new("RGB", (3, 2)), "PNG"))
    link = tmp_path / "link.png"
    link.symlink_to("real.png")

    assert probe(link).width_px == 3


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (making.packed(Image.new("P", (2, 2)), "GIF"), "a GIF picture"),
        (making.packed(Image.new("RGB", (2, 2)), "TIFF"), "a TIFF picture"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF picture"),
        (b"\0\0\0\x1cftypheic\0\0\0\0", "a HEIC picture"),
        (b"\0\0\0\x1cftypisom\0\0\0\0", "a video"),
        (b"%PDF-1.7", "a PDF document"),
        (b"<?xml version='1.0'?><svg xmlns=''/>", "an SVG drawing"),
        (b"<!DOCTYPE html><p>404", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b'{"code": "AccessDenied"}', "JSON text"),
        ("BMW 是一种车\n".encode(), "text"),
        (("图" * 400).encode(), "text"),
        (bytes(range(256)), "no picture that can be read"),
        (b"\x80" * 2000, "no picture that can be read"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name_whatever_it_is_called(
    tmp_path: Path, data: bytes, what: str
) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(data)

    error = refused(path)

    assert error.code == "not-an-image"
    assert f"cat.png is {what}" in str(error)


def test_an_empty_file_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "空.png"
    path.write_bytes(b"")

    error = refused(path)

    assert (error.code, str(error)) == ("image-empty", "空.png is empty")
