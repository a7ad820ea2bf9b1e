from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from wanflow.errors import ImageError, StepError
from wanflow.imaging.probe import probe
from wanflow.model.operation import SizeRule
from wanflow.model.values import JsonValue, Note, Size
from wanflow.planning.geometry import result_size
from wanflow.providers.builtin.worker import ALGORITHMS, Order, work

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
RULES: Mapping[str, SizeRule] = {
    "crop": "cropped",
    "resize": "resized",
    "pad": "padded",
    "rotate": "turned",
    "convert": "same",
    "overlay": "overlaid",
    "grid": "gridded",
    "paste_back": "same",
    "paste_around": "same",
}
_number = count()


def run(folder: Path, algorithm: str, *pictures: Path, **arguments: JsonValue) -> Image.Image:
    image, _ = run_noting(folder, algorithm, *pictures, **arguments)
    return image


def run_noting(
    folder: Path, algorithm: str, *pictures: Path, **arguments: JsonValue
) -> tuple[Image.Image, tuple[Note, ...]]:
    scratch = folder / f"scratch-{next(_number)}"
    scratch.mkdir()
    name, notes = work(
        Order(algorithm=algorithm, arguments=arguments, pictures=pictures, scratch=scratch)
    )
    with Image.open(scratch / name) as image:
        image.load()
    return image, notes


def saved(folder: Path, image: Image.Image, exif: Image.Exif | None = None) -> Path:
    path = folder / f"picture-{next(_number)}.png"
    image.save(path, format="PNG", exif=exif or Image.Exif())
    return path


def halves(width: int = 40, height: int = 20) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def sides(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


FRACTION = st.floats(0, 1)
ASPECT = st.sampled_from(["1:1", "16:9", "3:4", "99:1", "1:99"])
ARGUMENTS: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "crop": st.fixed_dictionaries({"region": st.lists(FRACTION, min_size=4, max_size=4)})
    | st.fixed_dictionaries(
        {"aspect": ASPECT}, optional={"anchor": st.sampled_from(["top-left", "right"])}
    ),
    "resize": st.fixed_dictionaries({"longest": st.integers(1, 99)})
    | st.fixed_dictionaries({"factor": st.floats(0.01, 3)})
    | st.fixed_dictionaries({"width": st.integers(1, 99)}, optional={"height": st.just(7)})
    | st.fixed_dictionaries({"height": st.integers(1, 99)}),
    "pad": st.fixed_dictionaries({"aspect": ASPECT})
    | st.fixed_dictionaries(
        {}, optional={"left": FRACTION, "top": FRACTION, "color": st.just("transparent")}
    ),
    "rotate": st.fixed_dictionaries(
        {},
        optional={
            "degrees": st.sampled_from([90, 180, 270]),
            "flip": st.sampled_from(["horizontal", "vertical"]),
        },
    ),
    "convert": st.fixed_dictionaries(
        {"format": st.sampled_from(["png", "jpeg", "webp"]), "grayscale": st.booleans()}
    ),
    "overlay": st.fixed_dictionaries(
        {},
        optional={
            "at": st.fixed_dictionaries({"x": FRACTION, "y": FRACTION}),
            "height": st.floats(0.01, 2),
            "opacity": FRACTION,
        },
    ),
    "grid": st.fixed_dictionaries(
        {},
        optional={
            "columns": st.integers(1, 5),
            "gap": st.integers(0, 9),
            "cell": st.integers(16, 50),
            "background": st.sampled_from(["#102030", "transparent"]),
        },
    ),
    "paste_back": st.fixed_dictionaries({"feather": st.floats(0, 0.2)}),
    "paste_around": st.fixed_dictionaries({"feather": st.floats(0, 0.2)}),
}


def test_every_algorithm_is_held_against_its_size_rule() -> None:
    assert RULES.keys() == ALGORITHMS.keys() == ARGUMENTS.keys()
    assert set(RULES.values()) == set(get_args(SizeRule)) - {"extended", "upscaled"}


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
@given(data=st.data())
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_result_has_the_size_that_was_predicted(
    tmp_path: Path, algorithm: str, data: st.DataObject
) -> None:
    some = {"overlay": 2, "grid": data.draw(st.integers(1, 5)), "paste_back": 2, "paste_around": 3}
    needed = some.get(algorithm, 1)
    drawn = data.draw(st.lists(sides(1, 60), min_size=needed, max_size=needed))
    if algorithm == "paste_around":
        drawn = drawn[:1] * 3  # they are of one edit
    arguments = data.draw(ARGUMENTS[algorithm])
    mode = data.draw(st.sampled_from(["RGB", "RGBA", "L", "P"]))
    paths = [saved(tmp_path, Image.new(mode, size)) for size in drawn]

    made = run(tmp_path, algorithm, *paths, **arguments)

    sizes = [Size(width_px=width, height_px=height) for width, height in drawn]
    of: Literal["first", "last"] = "last" if algorithm == "paste_back" else "first"
    expected = result_size(RULES[algorithm], sizes, arguments, asked=None, of=of)
    assert made.size == (expected.width_px, expected.height_px)


def test_equal_work_gives_equal_bytes(tmp_path: Path) -> None:
    picture = saved(tmp_path, halves())
    folders = [tmp_path / "a", tmp_path / "b"]

    for folder in folders:
        folder.mkdir()
        arguments = {"longest": 77}
        work(Order(algorithm="resize", arguments=arguments, pictures=(picture,), scratch=folder))

    assert (folders[0] / "1.png").read_bytes() == (folders[1] / "1.png").read_bytes()


def test_cropping_keeps_the_pixels_of_the_part(tmp_path: Path) -> None:
    picture = saved(tmp_path, halves())

    part = run(tmp_path, "crop", picture, aspect="1:1", anchor="right")

    assert part.size == (20, 20)
    assert part.getcolors() == [(400, BLUE)]


def test_a_picture_is_worked_on_as_it_is_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise: red comes to the top
    picture = saved(tmp_path, halves(), exif=exif)

    top = run(tmp_path, "crop", picture, region=[0, 0, 1, 0.5])

    assert top.size == (20, 20)
    assert top.getcolors() == [(400, RED)]


def test_enlarging_says_that_no_detail_is_added(tmp_path: Path) -> None:
    picture = saved(tmp_path, halves())

    image, notes = run_noting(tmp_path, "resize", picture, factor=2)

    assert image.size == (80, 40)
    assert [note.code for note in notes] == ["no_new_detail"]


def test_stretching_is_said(tmp_path: Path) -> None:
    picture = saved(tmp_path, halves())

    _, notes = run_noting(tmp_path, "resize", picture, width=20, height=20)

    assert [note.code for note in notes] == ["stretched"]


def test_resizing_to_its_own_size_changes_no_pixel(tmp_path: Path) -> None:
    picture = saved(tmp_path, Image.effect_noise((30, 20), 90))

    image, notes = run_noting(tmp_path, "resize", picture, factor=1)

    with Image.open(picture) as before:
        assert image.convert("L").tobytes() == before.tobytes()
    assert notes == ()


@pytest.mark.parametrize(
    ("color", "border"),
    [("#0a141e", (10, 20, 30)), ("gray", (128, 128, 128)), (None, WHITE)],
)
def test_padding_puts_borders_of_one_colour_around(
    tmp_path: Path, color: str | None, border: tuple[int, int, int]
) -> None:
    picture = saved(tmp_path, halves())

    padded = run(tmp_path, "pad", picture, aspect="1:1", **({"color": color} if color else {}))

    assert padded.size == (40, 40)
    assert padded.getpixel((0, 0)) == border
    assert padded.crop((0, 10, 40, 30)).tobytes() == halves().tobytes()


def test_padding_with_nothing_gives_a_transparent_border(tmp_path: Path) -> None:
    picture = saved(tmp_path, halves())

    padded = run(tmp_path, "pad", picture, left=0.5, color="transparent")

    assert padded.getpixel((0, 0)) == (0, 0, 0, 0)
    assert padded.getpixel((25, 10)) == (*RED, 255)


@pytest.mark.parametrize(
    ("arguments", "at", "expected"),
    [
        ({"degrees": 90}, (5, 0), RED),
        ({"degrees": 270}, (5, 0), BLUE),
        ({"degrees": 180}, (0, 5), BLUE),
        ({"flip": "horizontal"}, (0, 5), BLUE),
        ({"flip": "vertical"}, (0, 5), RED),
        ({"degrees": 90, "flip": "vertical"}, (5, 0), BLUE),
    ],
)
def test_turning_goes_clockwise_and_mirroring_comes_after(
    tmp_path: Path, arguments: dict[str, Any], at: tuple[int, int], expected: tuple[int, int, int]
) -> None:
    picture = saved(tmp_path, halves())

    assert run(tmp_path, "rotate", picture, **arguments).getpixel(at) == expected


@pytest.mark.parametrize(("form", "name"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_converting_writes_the_format_that_is_asked_for(
    tmp_path: Path, form: str, name: str
) -> None:
    picture = saved(tmp_path, halves())

    image = run(tmp_path, "convert", picture, format=form, quality=80)

    assert image.format == name


def test_transparency_is_laid_on_white_for_jpeg_alone(tmp_path: Path) -> None:
    picture = saved(tmp_path, Image.new("RGBA", (8, 8), (255, 0, 0, 0)))

    jpeg, notes = run_noting(tmp_path, "convert", picture, format="jpeg")
    webp = run(tmp_path, "convert", picture, format="webp", grayscale=True)

    assert jpeg.getpixel((4, 4)) == WHITE
    assert [note.code for note in notes] == ["flattened"]
    assert webp.getchannel("A").getextrema() == (0, 0)


def test_grayscale_takes_the_colour_out(tmp_path: Path) -> None:
    picture = saved(tmp_path, halves())

    assert run(tmp_path, "convert", picture, grayscale=True).mode == "L"


def test_an_overlay_covers_its_place_and_respects_transparency(tmp_path: Path) -> None:
    base = saved(tmp_path, Image.new("RGB", (40, 40), BLUE))
    ring = Image.new("RGBA", (20, 20), (*RED, 255))
    ring.paste((0, 0, 0, 0), (5, 5, 15, 15))

    joined = run(tmp_path, "overlay", base, saved(tmp_path, ring), at={"x": 1, "y": 0.5})

    assert joined.mode == "RGB"
    assert joined.getpixel((31, 20)) == RED
    assert joined.getpixel((39, 20)) == BLUE  # the hole of the ring
    assert joined.getpixel((10, 20)) == BLUE


def test_opacity_mixes_overlay_and_base(tmp_path: Path) -> None:
    base = saved(tmp_path, Image.new("RGB", (10, 10), BLUE))
    top = saved(tmp_path, Image.new("RGB", (5, 5), RED))

    joined = run(tmp_path, "overlay", base, top, height=1, opacity=0.4)

    assert joined.getcolors() == [(100, (102, 0, 153))]


def test_an_overlay_leaves_a_transparent_base_transparent(tmp_path: Path) -> None:
    base = saved(tmp_path, Image.new("RGBA", (10, 10), (0, 0, 0, 0)))
    top = saved(tmp_path, Image.new("RGB", (2, 2), RED))

    joined = run(tmp_path, "overlay", base, top)

    assert joined.getpixel((0, 0)) == (0, 0, 0, 0)
    assert joined.getpixel((5, 5)) == (*RED, 255)


def test_a_grid_puts_pictures_into_rows_in_their_order(tmp_path: Path) -> None:
    colours = [RED, GREEN, BLUE]
    paths = [saved(tmp_path, Image.new("RGB", (10, 10), colour)) for colour in colours]

    sheet = run(tmp_path, "grid", *paths, columns=2, gap=2, background="black")

    assert sheet.size == (22, 22)
    assert [sheet.getpixel(at) for at in ((5, 5), (17, 5), (5, 17))] == colours
    assert sheet.getpixel((17, 17)) == sheet.getpixel((11, 5)) == (0, 0, 0)


def test_a_grid_scales_other_pictures_into_their_cells(tmp_path: Path) -> None:
    first = saved(tmp_path, Image.new("RGB", (20, 20), RED))
    wide = saved(tmp_path, Image.new("RGBA", (80, 40), (*GREEN, 255)))

    sheet = run(tmp_path, "grid", first, wide, gap=0)

    assert sheet.getpixel((30, 10)) == GREEN
    assert sheet.getpixel((30, 2)) == WHITE


def test_a_grid_on_nothing_is_transparent_between_its_cells(tmp_path: Path) -> None:
    paths = [saved(tmp_path, Image.new("RGB", (10, 10), RED)) for _ in range(2)]

    sheet = run(tmp_path, "grid", *paths, gap=4, background="transparent")

    assert sheet.getpixel((12, 5)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("algorithm", "arguments"),
    [
        ("resize", {"width": 9000, "height": 9000}),
        ("pad", {"left": 4, "right": 4, "top": 4, "bottom": 4}),
        ("grid", {"cell": 4096, "columns": 2}),
        ("overlay", {"height": 2}),
    ],
)
def test_what_would_be_too_large_is_refused_before_it_is_made(
    tmp_path: Path, algorithm: str, arguments: dict[str, Any]
) -> None:
    large = saved(tmp_path, Image.new("1", (1200, 1200)))
    high = saved(tmp_path, Image.new("1", (2, 1)) if algorithm != "overlay" else halves(9000, 10))
    pictures = {"overlay": [large, high], "grid": [large] * 4}.get(algorithm, [large])

    with pytest.raises(StepError, match="at most 40 million are made") as caught:
        run(tmp_path, algorithm, *pictures, **arguments)

    assert caught.value.code == "result-too-large"


def test_what_a_format_cannot_hold_is_refused(tmp_path: Path) -> None:
    long = saved(tmp_path, Image.new("1", (17_000, 1)))

    with pytest.raises(StepError, match="WEBP holds 16383 at most"):
        run(tmp_path, "convert", long, format="webp")


def test_what_could_not_be_read_again_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wanflow.providers.builtin.pictures.MOST_BYTES", 100)
    noise = saved(tmp_path, Image.effect_noise((30, 30), 90))

    with pytest.raises(StepError, match="at most 100 are kept"):
        run(tmp_path, "convert", noise, format="png")


def test_a_picture_that_moves_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "猫.webp"
    halves().save(path, save_all=True, append_images=[Image.new("RGB", (40, 20))])

    with pytest.raises(ImageError, match=r"猫\.webp moves: it has 2 frames"):
        run(tmp_path, "crop", path, aspect="1:1")


def test_results_carry_no_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x8825] = {2: (1.0, 2.0, 3.0)}
    picture = saved(tmp_path, halves(), exif=exif)

    image = run(tmp_path, "convert", picture, format="png")

    assert probe(picture).has_gps
    assert image.info == {}
