import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.imaging import making
from wanflow.imaging.exif import ExifFacts, exif_facts

UPRIGHT = ExifFacts()


def tiff(order: str, *entries: tuple[int, int, bytes], tail: bytes = b"") -> bytes:
    start = b"II*\0" if order == "<" else b"MM\0*"
    folder = struct.pack(order + "H", len(entries))
    for tag, kind, value in entries:
        folder += struct.pack(order + "HHI", tag, kind, 1) + value
    return start + struct.pack(order + "I", 8) + folder + bytes(4) + tail


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_the_turn_is_read_in_both_byte_orders(order: str, prefix: bytes) -> None:
    value = struct.pack(order + "HH", 6, 0)

    assert exif_facts(prefix + tiff(order, (0x0112, 3, value))).orientation == 6


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"II*\0",
        b"nonsense",
        tiff("<", (0x0112, 3, struct.pack("<HH", 9, 0))),
        tiff("<", (0x0112, 4, struct.pack("<I", 6))),
        tiff("<", (0x8825, 3, bytes(4))),
        tiff("<", (0x8825, 4, b"\xff\xff\xff\xff")),
        tiff("<", (0x0112, 3, struct.pack("<HH", 6, 0)))[:-8],
        b"II*\0\xff\xff\xff\x7f",
    ],
)
def test_broken_data_count_as_not_there(broken: bytes) -> None:
    assert exif_facts(broken) == UPRIGHT


def test_a_place_needs_a_latitude_and_not_only_a_folder() -> None:
    at = 8 + 2 + 12 + 4
    version = struct.pack("<HHHI4s", 1, 0, 1, 4, b"\2\3\0\0")
    latitude = struct.pack("<HHHI4s", 1, 2, 5, 3, bytes(4))
    pointer = (0x8825, 4, struct.pack("<I", at))

    assert not exif_facts(tiff("<", pointer, tail=version)).has_gps
    assert exif_facts(tiff("<", pointer, tail=latitude)).has_gps


@given(orientation=st.integers(1, 8))
@settings(deadline=None)
def test_what_pillow_writes_is_read(orientation: int) -> None:
    exif = making.turned_exif(orientation)
    exif[0x010F] = "相机"

    assert exif_facts(exif.tobytes()).orientation == orientation


@given(data=st.binary(max_size=300), order=st.sampled_from([b"II*\0", b"MM\0*"]))
@settings(deadline=None)
def test_nothing_in_exif_data_raises(data: bytes, order: bytes) -> None:
    assert 1 <= exif_facts(order + data).orientation <= 8


def test_many_entries_end_somewhere() -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    many = exif.tobytes().removeprefix(b"Exif\0\0")
    count = struct.pack(">H" if many[:2] == b"MM" else "<H", 65_535)

    assert exif_facts(many[:8] + count + many[10:]).orientation == 3
