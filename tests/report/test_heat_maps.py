"""Maps of what changed, as a page carries them."""

import base64
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

import wanflow.report.heat as room
from tests.report.sample_runs import branching_run, picture
from wanflow.model.measure import Measure
from wanflow.model.run import RunRecord
from wanflow.report.heat import heats
from wanflow.report.html_page import report_html


def _decoded(src: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(src.partition(",")[2])))


def _noisy(folder: Path, count: int) -> RunRecord:
    """A step that made pictures of nothing but noise, each measured."""
    record = branching_run(folder)
    wide = record.steps[2]
    made, checks = [], []
    for at in range(1, count + 1):
        file = f"images/noise-{at}.png"
        Image.effect_noise((641, 427), 90 + at).convert("RGB").save(folder / file)
        made.append(picture(folder, file, name=f"noise-{at}", step="wide", index=at))
        checks.append(Measure(picture=at, check="kept", value=1.0, unit="%", against="evening"))
    noisy = replace(wide, pictures=tuple(made), checks=tuple(checks))
    return replace(record, steps=(*record.steps[:2], noisy))


def test_a_measured_picture_has_a_map_of_its_own_shape(tmp_path: Path) -> None:
    record = branching_run(tmp_path)

    found = heats(record, tmp_path)

    wide = record.steps[2]
    assert list(found) == [wide.pictures[0].artifact.sha256]
    (view,) = found.values()
    assert view.before == wide.images[0].artifact.sha256
    drawn = _decoded(view.src)
    assert drawn.size == (view.width_px, view.height_px) == (320, 180)
    assert drawn.convert("RGBA").getpixel((160, 90)) == (255, 255, 255, 0)
    assert drawn.convert("RGBA").getpixel((2, 90)) == (120, 124, 130, 200)


def test_noise_is_drawn_at_half_the_size(tmp_path: Path) -> None:
    found = heats(_noisy(tmp_path, 1), tmp_path)

    (view,) = found.values()
    assert _decoded(view.src).size == (160, 106)
    assert len(view.src) < 22_000


def test_of_very_many_pictures_the_first_have_maps(tmp_path: Path) -> None:
    record = _noisy(tmp_path, 3)
    step = record.steps[2]
    many = tuple(step.pictures[at % 3] for at in range(30))

    found = heats(replace(record, steps=(replace(step, pictures=many),)), tmp_path)

    assert len(found) == 3


@pytest.mark.parametrize("file", ["images/wide-1.png", "images/evening-1.png"])
def test_without_one_of_the_files_there_is_no_map(tmp_path: Path, file: str) -> None:
    record = branching_run(tmp_path)
    (tmp_path / file).unlink()

    assert heats(record, tmp_path) == {}


def test_a_picture_that_was_not_kept_or_lies_elsewhere_has_no_map(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    wide = record.steps[2]

    for file in (None, "../wide-1.png"):
        moved = replace(wide, pictures=(replace(wide.pictures[0], file=file),))
        assert heats(replace(record, steps=(moved,)), tmp_path) == {}


def test_what_was_not_measured_or_only_against_the_first_has_no_map(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    wide = record.steps[2]
    unmeasured = (
        Measure(picture=1, check="kept", value=None, against="evening"),
        Measure(picture=1, check="shift", value=2.0, against="evening", first=True),
        Measure(picture=1, check="text", value=2.0, against="evening"),
    )

    assert heats(replace(record, steps=(replace(wide, checks=unmeasured),)), tmp_path) == {}


def test_where_the_pictures_share_nothing_there_is_no_map(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    wide = record.steps[2]
    Image.new("RGB", (900, 300), "navy").save(tmp_path / "images/flat.png")
    flat = picture(tmp_path, "images/flat.png", name="flat", step="wide", index=1)

    assert heats(replace(record, steps=(replace(wide, pictures=(flat,)),)), tmp_path) == {}


def test_without_numpy_a_page_has_no_maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = branching_run(tmp_path)
    monkeypatch.setattr(room, "find_spec", lambda _: None)

    page = report_html(record, folder=tmp_path)

    assert 'data-heat="' not in page
    assert "kept" in page


def test_fifteen_pictures_of_noise_with_their_maps_stay_within_three_mebibytes(
    tmp_path: Path,
) -> None:
    record = _noisy(tmp_path, 9)

    def fills_its_share(path: Path, *, longest_px: int, max_bytes: int | None = None) -> bytes:
        return path.name[:1].encode() * (max_bytes or longest_px)

    page = report_html(record, folder=tmp_path, thumbnail=fills_its_share)

    assert len(re.findall("data:image/png;base64", page)) == 9
    assert len(page.encode()) < 3 * 1024 * 1024
