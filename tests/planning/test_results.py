from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import artifact, file_image, operation
from wanflow.loading import catalogue
from wanflow.model.card import ModelCard
from wanflow.model.operation import Operation
from wanflow.model.plan import FileImage, UrlImage
from wanflow.model.recipe import Ratio
from wanflow.model.values import Size
from wanflow.planning.legal_sizes import (
    default_model_size,
    is_legal,
    nearest_legal,
    size_for_ratio,
)
from wanflow.planning.picture_limits import breaks, fitted_size
from wanflow.planning.results import Shape, model_result, natural_size, wished_size

CARDS = catalogue().models
OUTPAINT = catalogue().operations["outpaint"]
SIDES = st.integers(1, 9000)
SIZES = st.builds(lambda w, h: Size(width_px=w, height_px=h), SIDES, SIDES)
SIZED = [card for card in CARDS.values() if card.size is not None]


def size(width: int, height: int) -> Size:
    return Size(width_px=width, height_px=height)


def shape(uses: Operation, *sizes: Size | None) -> Shape:
    return Shape(operation=uses, sizes=sizes, arguments={"left": 0.5})


@pytest.mark.parametrize(
    ("model", "tier", "expected"),
    [
        ("wan2.5-i2i-preview", None, size(1472, 1104)),
        ("wan2.6-image", None, size(1472, 1104)),
        ("wan2.6-image", "2K", size(2352, 1776)),
        ("wan2.7-image", None, size(2352, 1776)),
        ("wan2.7-image", "1K", size(1184, 880)),
        ("qwen-image-edit-plus", None, size(1184, 880)),
        ("qwen-image-edit", None, None),
        ("wanx2.1-imageedit", None, size(640, 480)),
    ],
)
def test_without_a_size_each_model_goes_by_its_own_rule(
    model: str, tier: str | None, expected: Size | None
) -> None:
    edit = shape(operation(), size(640, 480))

    assert model_result(edit, CARDS[model], asked=None, tier=tier) == expected


def test_the_older_editor_makes_what_the_operation_makes() -> None:
    wide = shape(OUTPAINT, size(600, 400))

    assert model_result(wide, CARDS["wanx2.1-imageedit"], asked=None) == size(900, 400)
    assert wished_size(wide, CARDS["wanx2.1-imageedit"]) is None


def test_a_model_with_sizes_is_asked_for_the_shape_of_the_operation() -> None:
    wide = shape(OUTPAINT, size(600, 400))
    card = CARDS["wan2.5-i2i-preview"]

    wished = wished_size(wide, card)

    assert wished is not None
    assert wished.width_px / wished.height_px == pytest.approx(900 / 400, rel=0.01)
    assert model_result(wide, card, asked=wished) == wished
    assert wished_size(shape(operation(), size(600, 400)), card) is None
    assert wished_size(shape(OUTPAINT, None), card) is None


def test_nothing_is_predicted_of_pictures_whose_size_nobody_knows() -> None:
    assert natural_size(shape(operation())) is None
    assert natural_size(shape(operation(), size(9, 9), None)) is None
    assert model_result(shape(operation(), None), CARDS["wan2.6-image"], asked=None) is None
    assert model_result(shape(operation()), CARDS["wan2.6-image"], asked=None) is None


@pytest.mark.parametrize("card", SIZED, ids=lambda card: card.name)
@given(wish=SIZES)
@settings(deadline=None, max_examples=50)
def test_every_card_has_a_legal_size_near_any_wish(card: ModelCard, wish: Size) -> None:
    limits = card.size
    assert limits is not None

    near = nearest_legal(wish, limits)

    assert is_legal(near, limits)
    assert is_legal(default_model_size(wish, limits), limits)
    ratio = Ratio(width=wish.width_px, height=wish.height_px)
    assert is_legal(size_for_ratio(ratio, limits), limits)


@pytest.mark.parametrize(
    ("wish", "legal"),
    [
        (size(512, 512), True),
        (size(2048, 2048), True),
        (size(511, 600), False),
        (size(2049, 1000), False),
        (size(2048, 512), True),
    ],
)
def test_sides_decide_where_a_card_limits_them(wish: Size, *, legal: bool) -> None:
    limits = CARDS["qwen-image-edit-max"].size

    assert limits is not None
    assert is_legal(wish, limits) is legal


LIMITS = replace(CARDS["wanx2.1-imageedit"].images, ratio_min=0.5, ratio_max=2.0)


@pytest.mark.parametrize(
    ("raw", "expected", "codes"),
    [
        (size(800, 600), size(800, 600), []),
        (size(400, 300), size(683, 512), ["image-too-small"]),
        (size(8000, 6000), size(4096, 3072), ["image-too-large"]),
        (size(300, 900), size(512, 1536), ["image-too-small", "image-ratio"]),
        (size(10, 9000), size(512, 4096), ["image-too-narrow", "image-ratio"]),
    ],
)
def test_a_picture_is_scaled_to_what_a_model_takes(
    raw: Size, expected: Size, codes: list[str]
) -> None:
    image = _image(raw)

    assert fitted_size(raw, LIMITS) == expected
    assert [found.code for found in breaks(image, raw, LIMITS)] == codes


def test_a_picture_without_a_size_or_a_model_stays_as_it_is() -> None:
    assert fitted_size(None, LIMITS) is None
    assert fitted_size(size(1, 1), None) == size(1, 1)
    assert list(breaks(_image(size(9, 9)), None, LIMITS)) == []


def test_kind_and_weight_of_a_picture_are_looked_at() -> None:
    heavy = _image(size(800, 600), media_type="image/gif", size_bytes=20_000_000)
    address = UrlImage(name="x", url="https://example.com/图.png")

    found = [(one.code, one.mendable) for one in breaks(heavy, size(800, 600), LIMITS)]

    assert found == [("image-format", True), ("image-too-many-bytes", True)]
    assert list(breaks(address, None, LIMITS)) == []


def _image(raw: Size, **changes: object) -> FileImage:
    made = artifact("a", width_px=raw.width_px, height_px=raw.height_px)
    return replace(file_image(), artifact=replace(made, **changes))  # type: ignore[arg-type]  # names of fields
