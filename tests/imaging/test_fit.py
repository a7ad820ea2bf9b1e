from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tests.imaging import making
from wanflow.errors import ImageError
from wanflow.execute import ports
from wanflow.imaging.fit import Fitter, apply_fit, plan_fit, refuse
from wanflow.imaging.limits import limit_findings
from wanflow.imaging.probe import Probe, probe, upright_size
from wanflow.model.card import ImageLimits
from wanflow.model.plan import Job
from wanflow.model.values import Fingerprint, JobKey, Size

LIMITS = ImageLimits(
    count_min=1,
    count_max=3,
    side_min_px=40,
    side_max_px=200,
    max_bytes=50_000,
    media_types=("image/jpeg", "image/png", "image/webp"),
    alpha=False,
    ratio_min=None,
    ratio_max=None,
)
JOB = Job(
    key=JobKey("edit"),
    operation="edit",
    operation_version="1.0.0",
    provider="dashscope@1",
    model="wan",
    algorithm=None,
    prompt="",
    template="",
    language="zh",
    arguments={},
    parameters={},
    images=(),
    fingerprint=Fingerprint("0" * 64),
)
RED = (255, 0, 0)


def saved(folder: Path, image: Image.Image, name: str = "图.png", **how: object) -> Path:
    path = folder / name
    image.save(path, None, **how)
    return path


def codes(found: Probe, limits: ImageLimits = LIMITS) -> list[str]:
    return [note.code for note in plan_fit(found, limits)[1]]


def test_a_picture_within_the_limits_is_given_as_it_is(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGB", (100, 50)))

    assert apply_fit(path, LIMITS, tmp_path / "out") == (path, ())


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGBA", (100, 50), (255, 0, 0, 0)))

    out, notes = apply_fit(path, LIMITS, tmp_path / "out")

    assert out == tmp_path / "out.png"
    assert [note.code for note in notes] == ["flattened"]
    with Image.open(out) as image:
        assert image.getcolors() == [(5000, (255, 255, 255))]


def test_transparency_is_kept_for_a_model_that_takes_it(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGBA", (20, 40), (255, 0, 0, 9)))

    out, _ = apply_fit(path, replace(LIMITS, alpha=True), tmp_path / "out")

    with Image.open(out) as image:
        assert image.getcolors() == [(3200, (255, 0, 0, 9))]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_picture_comes_upright(tmp_path: Path, orientation: int) -> None:
    # The corner that is red when looked at: the first pixel of the upright picture.
    corners = {2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}
    image = Image.new("RGB", (100, 60))
    right, bottom = corners[orientation]
    image.paste(RED, (50 * right, 30 * bottom, 50 * right + 50, 30 * bottom + 30))
    path = saved(tmp_path, image, exif=making.turned_exif(orientation))

    out, notes = apply_fit(path, LIMITS, tmp_path / "out")

    assert [note.code for note in notes] == ["turned_upright"]
    with Image.open(out) as upright:
        assert upright.size == ((100, 60) if orientation < 5 else (60, 100))
        assert upright.getpixel((0, 0)) == RED
        assert not upright.getexif()


def test_the_colours_of_print_become_rgb(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGB", (64, 64), RED).convert("CMYK"), "druck.jpg")

    out, notes = apply_fit(path, LIMITS, tmp_path / "out")

    assert out.suffix == ".jpg"
    assert [note.code for note in notes] == ["cmyk_to_rgb"]
    with Image.open(out) as image:
        red, green, blue = image.convert("RGB").getpixel((30, 30))  # type: ignore[misc]
    assert red > 230
    assert max(green, blue) < 30


@pytest.mark.parametrize(
    ("size", "code", "after"),
    [
        ((30, 60), "scaled_up", (40, 80)),
        ((60, 10), "scaled_up", (200, 40)),
        ((400, 100), "scaled_down", (200, 50)),
        ((1000, 201), "scaled_down", (200, 40)),
    ],
)
def test_sides_are_scaled_into_the_limits(
    tmp_path: Path, size: tuple[int, int], code: str, after: tuple[int, int]
) -> None:
    limits = replace(LIMITS, side_max_px=240) if size == (60, 10) else LIMITS
    expected = (240, 40) if size == (60, 10) else after
    path = saved(tmp_path, Image.new("RGB", size))

    out, notes = apply_fit(path, limits, tmp_path / "out")

    assert [note.code for note in notes] == [code]
    with Image.open(out) as image:
        assert image.size == expected


def test_what_has_too_many_bytes_is_packed_harder(tmp_path: Path) -> None:
    path = saved(tmp_path, making.noise(200, 200))

    out, notes = apply_fit(path, LIMITS, tmp_path / "out")

    assert [note.code for note in notes] == ["packed_again"]
    assert out.suffix == ".jpg"
    assert out.stat().st_size <= LIMITS.max_bytes


def test_what_cannot_be_packed_small_enough_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, making.noise(200, 200))

    with pytest.raises(ImageError, match=r"图\.png cannot be packed into 5000 bytes") as caught:
        apply_fit(path, replace(LIMITS, max_bytes=5000), tmp_path / "out")

    assert caught.value.code == "image-too-many-bytes"
    assert caught.value.hint


def test_a_format_that_is_not_taken_is_written_in_one_that_is(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGB", (64, 64)), "a.bmp")

    out, notes = apply_fit(path, LIMITS, tmp_path / "out")

    assert [note.code for note in notes] == ["other_format"]
    assert probe(out).media_type == "image/png"


def test_a_mended_jpeg_becomes_png_where_jpeg_is_not_taken(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGB", (64, 64)), "a.jpg")

    out, _ = apply_fit(path, replace(LIMITS, media_types=("image/png",)), tmp_path / "out")

    assert probe(out).media_type == "image/png"


def test_a_profile_that_changes_nothing_or_cannot_be_used_is_dropped(tmp_path: Path) -> None:
    kinds = (ImageCms.createProfile("sRGB"), ImageCms.createProfile("XYZ"))
    profiles = [ImageCms.ImageCmsProfile(kind).tobytes() for kind in kinds]
    for number, profile in enumerate((*profiles, b"no profile")):
        image = Image.new("RGB", (20, 20), RED)
        path = saved(tmp_path, image, f"{number}.png", icc_profile=profile)

        out, _ = apply_fit(path, LIMITS, tmp_path / f"out-{number}")

        with Image.open(out) as mended:
            assert "icc_profile" not in mended.info
            assert mended.getcolors() == [(1600, RED)]


def test_mending_leaves_the_original_and_gives_equal_bytes(tmp_path: Path) -> None:
    path = saved(tmp_path, making.noise(300, 150).convert("RGBA"))
    before = path.read_bytes()

    first, _ = apply_fit(path, LIMITS, tmp_path / "first")
    second, _ = apply_fit(path, LIMITS, tmp_path / "second")

    assert path.read_bytes() == before
    assert first.read_bytes() == second.read_bytes()


@given(
    width=st.integers(1, 600),
    height=st.integers(1, 600),
    mode=st.sampled_from(["RGB", "RGBA", "L", "P", "1"]),
    orientation=st.integers(1, 8),
)
@settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_mended_picture_is_what_was_predicted_and_breaks_no_limit(
    tmp_path: Path, width: int, height: int, mode: str, orientation: int
) -> None:
    exif = making.turned_exif(orientation)
    path = saved(tmp_path, Image.new(mode, (width, height)), exif=exif)
    found = probe(path)
    if any(not finding.mendable for finding in limit_findings(found, LIMITS)):
        with pytest.raises(ImageError):
            plan_fit(found, LIMITS)
        return

    size, notes = plan_fit(found, LIMITS)
    out, said = apply_fit(path, LIMITS, tmp_path / "out")

    mended = probe(out)
    assert said == notes
    assert upright_size(mended) == size
    assert limit_findings(mended, LIMITS) == ()


def test_without_limits_a_picture_is_as_it_is_seen() -> None:
    found = Probe(media_type="image/png", width_px=9, height_px=5, size_bytes=1, exif_orientation=6)

    assert plan_fit(found, None) == (Size(width_px=5, height_px=9), ())


def test_what_would_change_the_picture_is_refused_by_name() -> None:
    moving = Probe(media_type="image/webp", width_px=100, height_px=100, size_bytes=1, frames=2)

    with pytest.raises(ImageError, match=r"猫\.webp moves: it has 2 frames") as caught:
        plan_fit(moving, LIMITS, name="猫.webp")

    assert caught.value.hint == "save the frame that is meant as PNG"


def test_a_refusal_names_all_findings_and_what_cannot_be_mended_first() -> None:
    found = Probe(
        media_type="image/png", width_px=9, height_px=9, size_bytes=1, frames=2, alpha=True
    )

    error = refuse(limit_findings(found, LIMITS), "cat.png")

    assert error.code == "image-animated"
    assert "it is 9*9 pixels; each side must have at least 40; it has an alpha channel" in str(
        error
    )


def test_the_fitter_mends_for_the_model_of_the_job(tmp_path: Path) -> None:
    fitter: ports.Fitter = Fitter({"wan": LIMITS})
    good = saved(tmp_path, Image.new("RGB", (100, 50)), "good.png")
    small = saved(tmp_path, Image.new("RGB", (10, 10)), "small.png")
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    prepared = fitter.prepared(JOB, (good, small, small), scratch)

    assert prepared == (good, scratch / "fitted-2.png", scratch / "fitted-3.png")


@pytest.mark.parametrize("model", [None, "unknown"])
def test_a_job_without_limits_gets_its_pictures_as_they_are(
    tmp_path: Path, model: str | None
) -> None:
    small = saved(tmp_path, Image.new("RGB", (10, 10)))

    prepared = Fitter({"wan": LIMITS}).prepared(replace(JOB, model=model), [small], tmp_path)

    assert prepared == (small,)


def test_a_strict_job_refuses_what_could_be_mended(tmp_path: Path) -> None:
    good = saved(tmp_path, Image.new("RGB", (100, 50)), "good.png")
    small = saved(tmp_path, Image.new("RGB", (10, 10)), "small.png")
    strict = replace(JOB, fit="strict")
    fitter = Fitter({"wan": LIMITS})

    assert fitter.prepared(strict, (good,), tmp_path) == (good,)
    with pytest.raises(ImageError, match=r"small\.png is 10\*10 pixels") as caught:
        fitter.prepared(strict, (good, small), tmp_path)
    assert caught.value.hint == "leave out `fit: strict`, and it is mended"
