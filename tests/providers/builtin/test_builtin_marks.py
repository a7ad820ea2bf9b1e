"""Builtin operations carry the marks of what went in, and drop them by accident never."""

from pathlib import Path
from types import MappingProxyType

import pytest

from tests.imaging.telling import (
    SERVICE_LABEL,
    SERVICE_PACKET,
    from_service,
    picture,
    with_chunk,
)
from wanflow.imaging.metadata.png_chunks import png_file
from wanflow.imaging.metadata.read import metadata_of
from wanflow.model.values import JsonValue
from wanflow.providers.builtin.worker import Order, work

CALLS: dict[str, dict[str, JsonValue]] = {
    "crop": {"region": [0.1, 0.1, 0.5, 0.5]},
    "resize": {"width": 20},
    "pad": {"left": 0.5},
    "rotate": {"degrees": 90},
    "convert": {"format": "png"},
    "grid": {},
    "overlay": {},
}


def order(folder: Path, algorithm: str, *pictures: bytes, **more: JsonValue) -> Order:
    paths = []
    for number, data in enumerate(pictures):
        paths.append(folder / f"in-{number}")
        paths[-1].write_bytes(data)
    arguments = {**CALLS[algorithm], **more}
    return Order(
        algorithm=algorithm,
        arguments=MappingProxyType(arguments),
        pictures=tuple(paths),
        scratch=folder,
    )


@pytest.mark.parametrize("algorithm", CALLS)
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_label_of_a_service_goes_through_every_operation(
    algorithm: str, form: str, tmp_path: Path
) -> None:
    several = [from_service(form)] * (2 if algorithm == "overlay" else 1)

    name, notes = work(order(tmp_path, algorithm, *several))

    result = (tmp_path / name).read_bytes()
    assert png_file(result, "it").packet == SERVICE_PACKET
    assert [note.code for note in notes if note.code.startswith("marks")] == []


@pytest.mark.parametrize("form", ["jpeg", "webp", "png"])
def test_converting_keeps_the_label_in_every_format(form: str, tmp_path: Path) -> None:
    name, _ = work(order(tmp_path, "convert", from_service("PNG"), format=form))

    (label,) = metadata_of((tmp_path / name).read_bytes(), "it").labels
    assert label.text == SERVICE_LABEL


def test_a_picture_without_marks_stays_without(tmp_path: Path) -> None:
    name, notes = work(order(tmp_path, "crop", picture("PNG")))

    assert metadata_of((tmp_path / name).read_bytes(), "it") == metadata_of(b"", "it")
    assert notes == ()


def test_of_different_marks_the_first_are_carried_and_it_is_said(tmp_path: Path) -> None:
    other = png_file(picture("PNG"), "it").with_packet(SERVICE_PACKET.replace(b"7f3a", b"8e2b"))
    plain = picture("PNG")

    name, notes = work(order(tmp_path, "grid", plain, from_service("PNG"), other, other))

    (label,) = metadata_of((tmp_path / name).read_bytes(), "it").labels
    assert label.text == SERVICE_LABEL
    (note,) = notes
    assert note.code == "marks_of_first"
    assert note.text.startswith("2 of the pictures bear different marks")


def test_a_manifest_stays_with_the_bytes_that_it_vouches_for_and_it_is_said(
    tmp_path: Path,
) -> None:
    signed = with_chunk(from_service("PNG"), b"caBX", b"jumb")

    name, notes = work(order(tmp_path, "rotate", signed))

    result = (tmp_path / name).read_bytes()
    assert not metadata_of(result, "it").manifest
    assert png_file(result, "it").packet == SERVICE_PACKET
    assert [note.code for note in notes] == ["manifest_left_behind"]


def test_equal_calls_give_equal_bytes_with_marks_too(tmp_path: Path) -> None:
    call = order(tmp_path, "crop", from_service("PNG"))

    one = (tmp_path / work(call)[0]).read_bytes()
    two = (tmp_path / work(call)[0]).read_bytes()

    assert one == two
