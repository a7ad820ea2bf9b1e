from dataclasses import replace

import pytest

from wanflow.imaging.limits import limit_findings
from wanflow.imaging.probe import Probe
from wanflow.model.card import ImageLimits

WAN = ImageLimits(
    count_min=1,
    count_max=3,
    side_min_px=384,
    side_max_px=5000,
    max_bytes=10_000_000,
    media_types=("image/jpeg", "image/png", "image/bmp", "image/webp"),
    alpha=False,
    ratio_min=0.25,
    ratio_max=4,
)
GOOD = Probe(media_type="image/png", width_px=1000, height_px=800, size_bytes=900_000)


def test_a_picture_within_the_limits_has_no_findings() -> None:
    assert limit_findings(GOOD, WAN) == ()


@pytest.mark.parametrize(
    ("found", "code", "mendable", "text"),
    [
        (replace(GOOD, width_px=383), "image-too-small", True, "is 383*800 pixels"),
        (replace(GOOD, width_px=5001, height_px=2000), "image-too-large", True, "at most 5000"),
        (replace(GOOD, width_px=6000, height_px=5000), "image-too-many-pixels", False, "25 mill"),
        (replace(GOOD, width_px=4001), "image-ratio", False, "is not within 0.25 to 4"),
        (replace(GOOD, size_bytes=10_000_001), "image-too-many-bytes", True, "10000000 are taken"),
        (replace(GOOD, alpha=True), "image-alpha", True, "alpha channel"),
        (replace(GOOD, exif_orientation=6), "image-turned", True, "EXIF orientation 6"),
        (replace(GOOD, mode="cmyk"), "image-cmyk", True, "CMYK"),
        (replace(GOOD, frames=7), "image-animated", False, "7 frames"),
    ],
)
def test_each_broken_limit_is_found(found: Probe, code: str, text: str, *, mendable: bool) -> None:
    (finding,) = limit_findings(found, WAN)

    assert (finding.code, finding.mendable) == (code, mendable)
    assert text in finding.text


def test_a_picture_too_narrow_for_both_side_limits_cannot_be_scaled() -> None:
    loose = replace(WAN, ratio_min=None, ratio_max=None)
    strip = replace(GOOD, width_px=5100, height_px=300)

    (finding,) = limit_findings(strip, loose)

    assert (finding.code, finding.mendable) == ("image-too-narrow", False)


def test_sides_are_those_of_the_upright_picture() -> None:
    wide = replace(WAN, ratio_min=1.0)
    turned = replace(GOOD, exif_orientation=8)

    assert [finding.code for finding in limit_findings(turned, wide)] == [
        "image-ratio",
        "image-turned",
    ]


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(None, 1.0, "not within at most 1"), (2.0, None, "not within at least 2")],
)
def test_a_ratio_limit_may_have_one_end(low: float | None, high: float | None, text: str) -> None:
    (finding,) = limit_findings(GOOD, replace(WAN, ratio_min=low, ratio_max=high))

    assert text in finding.text


@pytest.mark.parametrize(
    ("taken", "mendable"), [(("image/png",), True), (("image/bmp", "image/gif"), False)]
)
def test_another_format_can_be_mended_if_one_that_is_taken_can_be_written(
    taken: tuple[str, ...], *, mendable: bool
) -> None:
    webp = replace(GOOD, media_type="image/webp")

    (finding,) = limit_findings(webp, replace(WAN, media_types=taken))

    assert (finding.code, finding.mendable) == ("image-format", mendable)
    assert "is a WEBP picture" in finding.text
