"""Pictures on disk are opened and measured, and what cannot be measured says why."""

import hashlib
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tests.checks.photographs import boxed, repacked, view
from wanflow.checks.sampling import Pixels
from wanflow.cli.inspector import PictureInspector, letters_found_here
from wanflow.errors import StepError
from wanflow.execute.ports import Compared, Examination
from wanflow.model.measure import Check, Measure
from wanflow.model.values import Artifact, Sha256, Size
from wanflow.planning.frames import WHOLE, Frame

INSPECTOR = PictureInspector()


def examination(
    folder: Path, after: Image.Image, before: Image.Image | None, *wanted: Check, **more: object
) -> Examination:
    path = folder / "after.png"
    after.save(path)
    compared = None
    if before is not None:
        before.save(folder / "before.png")
        compared = Compared(name="photo", path=folder / "before.png", frame=WHOLE)
    artifact = Artifact(
        sha256=Sha256(hashlib.sha256(path.read_bytes()).hexdigest()),
        media_type="image/png",
        width_px=after.width,
        height_px=after.height,
        size_bytes=path.stat().st_size,
    )
    base = Examination(number=1, artifact=artifact, path=path, wanted=wanted, before=compared)
    return replace(base, **more)  # type: ignore[arg-type] # fields by name, for tests


def by_name(measures: Sequence[Measure], *, first: bool = False) -> Mapping[str, Measure]:
    return {one.check: one for one in measures if one.first == first}


def test_a_picture_that_moved_is_measured_against_the_one_before(tmp_path: Path) -> None:
    after = repacked(view("coffee", right=8, zoom=1.02))
    asked = examination(tmp_path, after, view("coffee"), "shift", "zoom", "kept", "changed")

    found = by_name(INSPECTOR.measures(asked))

    assert found["shift"].value == pytest.approx(8, abs=0.5)
    assert (found["shift"].unit, found["shift"].against) == ("px", "photo")
    assert found["zoom"].value == pytest.approx(2, abs=0.5)
    assert found["kept"].value == pytest.approx(100, abs=1)
    assert found["kept"].note.startswith("mean difference")
    assert found["changed"].value == pytest.approx(0, abs=1)


def test_numbers_are_those_of_the_full_size(tmp_path: Path) -> None:
    double = (2560, 2560)
    after, before = view("coffee", right=8).resize(double), view("coffee").resize(double)
    asked = examination(tmp_path, after, before, "shift")

    assert by_name(INSPECTOR.measures(asked))["shift"].value == pytest.approx(16, abs=1)


def test_what_was_meant_to_change_is_measured_apart(tmp_path: Path) -> None:
    after = view("chelsea")
    after.paste((255, 0, 255), (0, 640, 1280, 1280))
    half = Frame(left=0, top=0.5, width=1, height=0.5)
    asked = examination(tmp_path, after, view("chelsea"), "kept", "changed", change=half)

    found = by_name(INSPECTOR.measures(asked))

    assert found["kept"].value == 100
    assert found["changed"].value == pytest.approx(100, abs=1)


def test_a_mask_says_what_was_meant_to_change(tmp_path: Path) -> None:
    before = view("coffee")
    mask = Image.new("L", before.size, 0)
    box = (before.width // 4, before.height // 4, before.width // 2, before.height // 2)
    ImageDraw.Draw(mask).rectangle(box, fill=255)
    mask.save(tmp_path / "mask.png")
    kept, broken = before.copy(), before.copy()
    ImageDraw.Draw(kept).rectangle(box, fill="blue")
    ImageDraw.Draw(broken).rectangle((0, 0, before.width // 2, before.height // 2), fill="blue")
    wanted: tuple[Check, ...] = ("kept", "changed")

    found = {
        name: by_name(
            INSPECTOR.measures(
                examination(tmp_path, after, before, *wanted, mask=tmp_path / "mask.png")
            )
        )
        for name, after in (("kept", kept), ("broken", broken))
    }

    assert found["kept"]["kept"].value == pytest.approx(100, abs=0.5)
    assert (found["kept"]["changed"].value or 0) > 80
    assert (found["broken"]["kept"].value or 100) < 85


def test_where_nothing_was_to_stay_there_is_nothing_kept(tmp_path: Path) -> None:
    asked = examination(tmp_path, view("rocket"), view("chelsea"), "kept", change=WHOLE)

    kept = by_name(INSPECTOR.measures(asked))["kept"]

    assert (kept.value, kept.note) == (None, "there is no such part in the picture")


def test_pictures_that_share_nothing_have_no_shift(tmp_path: Path) -> None:
    asked = examination(tmp_path, view("rocket"), view("chelsea"), "shift", "zoom")

    found = INSPECTOR.measures(asked)

    assert [one.value for one in found] == [None, None]
    assert {one.note for one in found} == {"it shares nothing to go by with it"}


def test_an_extended_picture_is_looked_for(tmp_path: Path) -> None:
    wide = view("astronaut").crop((0, 0, 1280, 720))
    wide.paste(view("chelsea").resize((600, 600)), (320, 60))
    asked = examination(tmp_path, wide, view("chelsea"), "shift", "zoom", "kept")
    assert asked.before is not None
    asked = replace(asked, before=replace(asked.before, frame=None))

    found = by_name(INSPECTOR.measures(asked))

    assert found["shift"].value == pytest.approx(0, abs=1)
    assert found["zoom"].value == pytest.approx(0, abs=0.5)
    assert found["kept"].value == pytest.approx(100, abs=1)


def test_a_picture_that_is_not_found_is_said_to_be_lost(tmp_path: Path) -> None:
    asked = examination(tmp_path, view("rocket"), view("coffee"), "shift", "kept")
    assert asked.before is not None
    asked = replace(asked, before=replace(asked.before, frame=None))

    found = INSPECTOR.measures(asked)

    assert {(one.value, one.note) for one in found} == {(None, "'photo' was not found in it")}


def test_a_picture_that_shows_next_to_nothing_of_it_is_not_compared(tmp_path: Path) -> None:
    asked = examination(tmp_path, view("rocket"), view("rocket"), "shift", "count")
    assert asked.before is not None
    aside = Frame(left=0.97, top=0, width=1, height=1)
    asked = replace(asked, before=replace(asked.before, frame=aside), counts="outlines")

    found = INSPECTOR.measures(asked)

    assert {one.note for one in found} == {"it shows next to nothing of 'photo'"}


def test_a_picture_that_is_damaged_cannot_be_compared_with(tmp_path: Path) -> None:
    asked = examination(tmp_path, view("rocket"), view("rocket"), "shift")
    (tmp_path / "before.png").write_bytes(b"no picture")

    (shift,) = INSPECTOR.measures(asked)

    assert shift.value is None
    assert "before.png" in shift.note


def test_without_a_picture_before_there_is_nothing_to_compare(tmp_path: Path) -> None:
    asked = examination(tmp_path, view("rocket"), None, "shift", "kept", "count", counts="areas")

    notes = {one.note for one in INSPECTOR.measures(asked)}

    assert notes == {"the picture that it was made from is not on this machine"}


def test_the_way_from_the_first_picture_is_told(tmp_path: Path) -> None:
    view("coffee", right=-24).save(tmp_path / "first.png")
    first = Compared(name="start", path=tmp_path / "first.png", frame=WHOLE)
    asked = examination(tmp_path, view("coffee", right=8), view("coffee"), "shift", first=first)

    found = by_name(INSPECTOR.measures(asked), first=True)

    assert found["shift"].value == pytest.approx(32, abs=1)
    assert found["zoom"].value == pytest.approx(0, abs=0.2)
    assert found["shift"].against == "start"


def test_no_way_is_told_where_nothing_is_left_of_the_first_picture(tmp_path: Path) -> None:
    view("rocket").save(tmp_path / "first.png")
    first = Compared(name="start", path=tmp_path / "first.png", frame=WHOLE)
    asked = examination(tmp_path, view("coffee"), view("coffee"), "shift", first=first)

    assert by_name(INSPECTOR.measures(asked), first=True) == {}


def test_no_way_is_told_where_nobody_asked_for_shift_or_zoom(tmp_path: Path) -> None:
    first = Compared(name="start", path=tmp_path / "gone.png", frame=WHOLE)
    asked = examination(tmp_path, view("coffee"), view("coffee"), "kept", first=first)

    assert by_name(INSPECTOR.measures(asked), first=True) == {}


def test_another_size_than_asked_for_is_told(tmp_path: Path) -> None:
    asked = examination(
        tmp_path, view("coffee"), None, asked_size=Size(width_px=1280, height_px=1000)
    )

    (size,) = INSPECTOR.measures(asked)

    assert (size.check, size.value, size.unit) == ("size", 28.0, "%")
    assert size.note == "1280*1280 instead of 1280*1000"


def test_a_blank_and_a_copy_are_told(tmp_path: Path) -> None:
    blank = Image.new("RGB", (640, 640), (40, 90, 10))

    found = by_name(INSPECTOR.measures(examination(tmp_path, blank, blank)))

    assert found["flat"].value == 100
    assert found["identical"].note == "the picture is the very one that it was made from"


def test_boxes_patches_and_panels_are_counted(tmp_path: Path) -> None:
    before = view("astronaut")
    boxes = boxed(before, (100, 150, 500, 700), (950, 100, 1200, 300))
    patch = before.copy()
    ImageDraw.Draw(patch).ellipse((100, 100, 600, 600), fill="red")
    sheet = Image.new("RGB", (1280, 1280), "white")
    sheet.paste(before.resize((628, 1280)), (0, 0))
    sheet.paste(before.resize((628, 1280)), (652, 0))

    counts = []
    for after, what in ((boxes, "outlines"), (patch, "areas"), (sheet, "panels")):
        asked = examination(tmp_path, after, before, "count", counts=what)
        counts.append(by_name(INSPECTOR.measures(asked))["count"])

    assert [one.value for one in counts] == [2, 1, 2]
    assert [one.note.partition(",")[0] for one in counts] == [
        "boxes",
        "patches of colour",
        "panels",
    ]


def test_without_something_to_count_nothing_is_counted(tmp_path: Path) -> None:
    asked = examination(tmp_path, view("coffee", right=9), view("coffee"), "count")

    (count,) = INSPECTOR.measures(asked)

    assert (count.value, count.note) == (None, "there is nothing to count")


def test_a_white_border_is_measured(tmp_path: Path) -> None:
    framed = Image.new("RGB", (1280, 1280), "white")
    framed.paste(view("coffee").resize((900, 900)), (190, 190))

    (border,) = INSPECTOR.measures(examination(tmp_path, framed, None, "border"))

    assert (border.value, border.unit) == (100, "%")


def test_what_is_told_by_itself_cannot_be_asked_for(tmp_path: Path) -> None:
    (size,) = INSPECTOR.measures(examination(tmp_path, view("coffee"), None, "size"))

    assert size.value is None


def test_lines_of_letters_are_counted_where_they_were_meant(tmp_path: Path) -> None:
    def letters(pixels: Pixels) -> Sequence[tuple[float, float]]:
        assert pixels.shape == (1280, 1280, 3)
        return [(0.5, 0.1), (0.5, 0.9)]

    upper = Frame(left=0, top=0, width=1, height=0.5)
    inspector = PictureInspector(letters=letters)
    asked = examination(tmp_path, view("coffee"), None, "text")

    (everywhere,) = inspector.measures(asked)
    (above,) = inspector.measures(replace(asked, change=upper))

    assert (everywhere.value, above.value) == (2, 1)


def test_text_that_cannot_be_looked_for_is_not_measured(tmp_path: Path) -> None:
    def damaged(pixels: Pixels) -> Sequence[tuple[float, float]]:
        del pixels
        raise StepError("engine-damaged", "the network is missing")

    asked = examination(tmp_path, view("coffee"), None, "text")

    (nobody,) = INSPECTOR.measures(asked)
    (broken,) = PictureInspector(letters=damaged).measures(asked)

    assert (nobody.value, nobody.note) == (None, "finding text needs wanflow[local]")
    assert (broken.value, broken.note) == (None, "the network is missing")


def test_the_engine_here_finds_a_line(tmp_path: Path) -> None:
    lettered = view("rocket")
    ImageDraw.Draw(lettered).text((200, 150), "Hello 2026", fill="white", font_size=120)

    (text,) = PictureInspector(letters=letters_found_here()).measures(
        examination(tmp_path, lettered, None, "text")
    )

    assert text.value == 1


def test_without_opencv_nothing_here_finds_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)

    assert letters_found_here() is None


@st.composite
def odd_pictures(draw: st.DrawFn) -> Image.Image:
    sides = st.one_of(st.integers(1, 12), st.integers(1, 400), st.just(1500))
    width, height = draw(sides), draw(sides)
    if draw(st.booleans()):
        return Image.new("RGB", (width, height), draw(st.sampled_from(["black", "white", "red"])))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


frames = st.one_of(
    st.none(),
    st.just(WHOLE),
    st.builds(
        Frame,
        left=st.floats(-1, 1),
        top=st.floats(-1, 1),
        width=st.floats(0.05, 3),
        height=st.floats(0.05, 3),
    ),
)
ALL: tuple[Check, ...] = ("shift", "zoom", "kept", "changed", "count", "border", "text")


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    after=odd_pictures(),
    before=odd_pictures(),
    frame=frames,
    change=frames,
    way=frames,
    counts=st.sampled_from([None, "outlines", "areas", "panels"]),
)
@example(
    after=Image.effect_noise((322, 341), 60).convert("RGB"),
    before=Image.effect_noise((9, 1), 60).convert("RGB"),
    frame=None,
    change=None,
    way=None,
    counts="outlines",
)
def test_no_picture_however_odd_stops_the_measuring(
    tmp_path: Path,
    after: Image.Image,
    before: Image.Image,
    frame: Frame | None,
    change: Frame | None,
    way: Frame | None,
    counts: str | None,
) -> None:
    asked = examination(tmp_path, after, before, *ALL, change=change, counts=counts)
    assert asked.before is not None
    compared = replace(asked.before, frame=frame)
    first = replace(compared, name="start", frame=way)

    found = INSPECTOR.measures(replace(asked, before=compared, first=first))

    assert {one.check for one in found if not one.first} >= set(ALL)
    assert all(one.value is None or math.isfinite(one.value) for one in found)
    percents = [one.value for one in found if one.check in {"kept", "changed", "border"}]
    assert all(value is None or 0 <= value <= 100 for value in percents)
