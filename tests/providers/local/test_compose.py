"""Posters and cards: every picture in its place, every word exact."""

import numpy as np
import pytest

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.compose import compose
from wanflow.providers.local.lettering import lines
from wanflow.providers.local.pixels import Painted, Pixels, Task, resampled, size_of


def made(*pictures: Pixels, size: Size | None = None, **arguments: JsonValue) -> Painted:
    return compose(Task(pictures=pictures, arguments=arguments, size=size))


def near(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(float) - other).mean())


def test_a_poster_has_its_ground_its_sign_and_its_title(photo: Photo) -> None:
    hero, sign = photo("rocket", 640), photo("astronaut", 320)

    result = made(hero, sign, title="星辰大海", palette=["gold", "#101418"]).pictures[0]

    assert size_of(result) == size_of(hero)
    # The ground left of the sign and under the band is the hero's own.
    bottom = slice(result.shape[0] // 2, None)
    left = slice(0, result.shape[1] // 2)
    assert near(result[bottom, left], hero[bottom, left]) < 1
    side = round(min(result.shape[:2]) * 0.2)
    corner = result[-side - 30 :, -side - 30 :]
    shown = resampled(sign, Size(width_px=side, height_px=side))
    margin = round(min(result.shape[:2]) * 0.05)
    where = corner[30 - margin : 30 - margin + side, 30 - margin : 30 - margin + side]
    assert near(where, shown) < 3
    found = lines(result)
    assert any(line.box.top < result.shape[0] * 0.25 for line in found)


def test_without_words_nothing_is_laid_over_the_ground(photo: Photo) -> None:
    hero, sign = photo("coffee", 400), photo("astronaut", 200)

    result = made(hero, sign).pictures[0]

    top = slice(0, result.shape[0] // 2)
    assert (result[top] == hero[top]).all()


def test_two_heroes_stand_side_by_side(photo: Photo) -> None:
    left, right, sign = photo("coffee", 400), photo("chelsea", 400), photo("astronaut", 200)

    result = made(left, right, sign, size=Size(width_px=600, height_px=400)).pictures[0]

    assert size_of(result) == Size(width_px=600, height_px=400)
    assert near(result[:200, :300], result[:200, 300:]) > 20


def test_a_card_has_its_portrait_and_its_fields(photo: Photo) -> None:
    template, person = photo("rocket", 640), photo("astronaut", 512)

    result = made(
        template, person, title="工作证", fields={"姓名": "林知夏", "编号": "A-0042"}
    ).pictures[0]

    found = [line for line in lines(result) if line.box.left > result.shape[1] * 0.38]
    assert len(found) >= 3
    # The portrait is bright where the ground is veiled.
    assert result[:, : result.shape[1] // 3].mean() > result[:, result.shape[1] // 2 :].mean() + 20


def test_a_card_of_three_pictures_has_two_grounds_and_a_portrait(photo: Photo) -> None:
    one, other, person = photo("coffee", 400), photo("chelsea", 400), photo("astronaut", 200)
    fields: JsonValue = {"姓名": "林知夏"}

    both = made(one, other, person, fields=fields).pictures[0]
    twice = made(one, one, person, fields=fields).pictures[0]

    # Only the part that the other ground fills tells them apart.
    assert (both[:, :200] == twice[:, :200]).all()
    assert (both[:, 200:] != twice[:, 200:]).any()


def test_a_long_title_leaves_the_corner_of_the_sign_free(photo: Photo) -> None:
    hero, sign = photo("rocket", 480), photo("astronaut", 200)

    plain = made(hero, sign).pictures[0]
    worded = made(hero, sign, title="很长的标题" * 12, subtitle="副标题" * 40).pictures[0]

    lower = slice(round(plain.shape[0] * 0.75), None)
    assert (worded[lower] == plain[lower]).all()
    assert (worded != plain).any()


def test_what_is_enlarged_and_what_is_not_followed_is_said(photo: Photo) -> None:
    wanted = Size(width_px=600, height_px=600)
    palette = ["white", "black", "gold"]

    painted = made(
        photo("coffee", 300), photo("astronaut", 100), size=wanted, palette=palette, fonts="楷体"
    )

    assert [note.code for note in painted.notes] == [
        "not_read: fonts",
        "not_read: palette",
        "resampled",
        "no_new_detail",
    ]


def test_a_layout_in_words_is_not_read_and_that_is_said(photo: Photo) -> None:
    painted = made(photo("coffee", 200), photo("astronaut", 100), layout="标志在左上角")

    assert [note.code for note in painted.notes] == ["not_read: layout"]


def test_a_character_without_a_glyph_is_named(photo: Photo) -> None:
    with pytest.raises(StepError, match=r"U\+20BB7"):
        made(photo("coffee", 200), photo("astronaut", 100), title="𠮷")


@pytest.mark.parametrize("size", [(60, 60), (40, 900), (900, 40)])
def test_odd_sizes_are_composed_too(photo: Photo, size: tuple[int, int]) -> None:
    wanted = Size(width_px=size[0], height_px=size[1])

    for extra in ({"title": "早安"}, {"fields": {"a": "b"}}):
        result = made(photo("coffee", 200), photo("astronaut", 100), size=wanted, **extra)
        assert size_of(result.pictures[0]) == wanted


@pytest.mark.parametrize("side", [1, 16])
def test_a_poster_without_room_for_its_title_is_refused(photo: Photo, side: int) -> None:
    size = Size(width_px=side, height_px=side)

    with pytest.raises(StepError, match="'早安' does not fit") as refused:
        made(photo("coffee", 200), photo("astronaut", 100), size=size, title="早安")

    assert refused.value.code == "text-too-long"
