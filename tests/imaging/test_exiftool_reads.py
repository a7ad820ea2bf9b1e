"""What we write, read by ExifTool, which shares no code with us."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.imaging.telling import FORMS, HOSTILE, SERVICE_LABEL, facts, from_service, picture
from wanflow.imaging.metadata.label import labelled
from wanflow.imaging.metadata.marks import marks_of, with_marks
from wanflow.model.provenance import Labels

EXIFTOOL = shutil.which("exiftool")
pytestmark = pytest.mark.skipif(EXIFTOOL is None, reason="Debian: libimage-exiftool-perl")


def read(data: bytes, folder: Path) -> dict[str, Any]:
    file = folder / "picture"
    file.write_bytes(data)
    words = ["exiftool", "-json", "-G1", "-a", "-struct", "-validate", "-all:all", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    (found,) = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_every_property_is_read_in_its_own_group(form: str, tmp_path: Path) -> None:
    mine = Labels(mode="full", author="李雷", producer="某公司", propagator="site & co")
    told = facts(labels=mine, rating=4, alt_text="钟在桌上", prompt="把钟放到桌上 & <b>")

    found = read(labelled(picture(form), told, "full"), tmp_path)

    place = "http://cv.iptc.org/newscodes/digitalsourcetype/"
    assert found["XMP-iptcExt:DigitalSourceType"].startswith(place)
    assert found["XMP-iptcExt:AISystemUsed"] == "wan2.5-i2i-preview (Alibaba Model Studio)"
    assert found["XMP-iptcExt:AIPromptInformation"] == "把钟放到桌上 & <b>"
    assert found["XMP-iptcExt:AIPromptWriterName"] == "李雷"
    assert found["XMP-iptcCore:AltTextAccessibility"] == "钟在桌上"
    assert found["XMP-xmp:CreatorTool"] == "wanflow 0.1.0"
    assert found["XMP-xmp:Rating"] == 4
    assert found["XMP-xmpMM:DocumentID"] == f"sha256:{'b' * 64}"
    assert found["XMP-xmpMM:DerivedFrom"] == {"DocumentID": f"sha256:{'e' * 64}"}
    assert len(found["XMP-xmpMM:Ingredients"]) == 2
    assert json.loads(found["XMP-TC260:Aigc"])["ContentPropagator"] == "site & co"
    record = found["PNG:Wanflow" if form == "PNG" else "XMP-wanflow:Record"]
    assert json.loads(record)["recipe"] == "poster@1.2.0"
    assert found["ExifTool:Validate"] == "OK"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_do_no_harm(form: str, text: str, tmp_path: Path) -> None:
    hostile = facts(prompt=text, step=text[:40], row=text[:40])

    found = read(labelled(picture(form), hostile, "full"), tmp_path)

    assert found["ExifTool:Validate"] == "OK"
    assert found["XMP-iptcExt:AISystemUsed"] == "wan2.5-i2i-preview (Alibaba Model Studio)"


@pytest.mark.parametrize("form", FORMS)
def test_the_label_of_a_service_is_read_beside_ours_and_after_carrying(
    form: str, tmp_path: Path
) -> None:
    both = read(labelled(from_service(form), facts(), "label"), tmp_path)
    carried = read(with_marks(picture(form), marks_of(from_service("PNG"), "it")), tmp_path)

    for found in (both, carried):
        label = found["XMP-TC260:Aigc"] if "XMP-TC260:Aigc" in found else found["XMP-T:Aigc"]
        assert label in (SERVICE_LABEL, json.loads(SERVICE_LABEL))
    assert both["XMP-iptcExt:AISystemUsed"] == "wan2.5-i2i-preview (Alibaba Model Studio)"
