import numpy as np
import pytest
from PIL import Image, ImageDraw
from sklearn.datasets import load_sample_image

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.loading import catalogue
from wanflow.loading.arguments import argument_problems
from wanflow.model.values import JsonValue
from wanflow.providers.local.add_text import add_text
from wanflow.providers.local.areas import region
from wanflow.providers.local.fonts import font
from wanflow.providers.local.lettering import lines
from wanflow.providers.local.pixels import Painted, Pixels, Task, size_of
from wanflow.providers.local.remove_text import remove_text


def titled(picture: Pixels, **arguments: JsonValue) -> Pixels:
    return add_text(Task(pictures=(picture,), arguments=arguments)).pictures[0]


def cleaned(picture: Pixels, **arguments: JsonValue) -> Painted:
    return remove_text(Task(pictures=(picture,), arguments=arguments))


@pytest.mark.parametrize(
    ("name", "anchor", "color"), [("rocket", "top", "gold"), ("coffee", "bottom-right", "white")]
)
def test_afterwards_no_text_is_found_and_the_picture_is_near_what_it_was(
    photo: Photo, name: str, anchor: str, color: str
) -> None:
    before = photo(name, 400)
    titled_ = titled(before, text="星辰大海", anchor=anchor, size="l", color=color)

    painted = cleaned(titled_, what="text")

    result = painted.pictures[0]
    assert lines(titled_)
    assert lines(result) == ()
    assert np.abs(result.astype(int) - before).mean() < np.abs(titled_.astype(int) - before).mean()
    assert [note.code for note in painted.notes] == ["invented_by_copying"]


def test_only_the_region_is_touched(photo: Photo) -> None:
    picture = titled(photo("rocket", 400), text="上面的字", anchor="top")
    picture = titled(picture, text="下面的字", anchor="bottom")

    result = cleaned(picture, region="bottom").pictures[0]

    half = picture.shape[0] // 2
    assert np.array_equal(result[:half], picture[:half])
    assert len(lines(picture)) == 2
    assert len(lines(result)) == 1


def test_eyes_cups_and_lamps_are_not_taken_for_letters(photo: Photo) -> None:
    for name in ("chelsea", "coffee", "rocket"):
        picture = photo(name, 600)

        painted = cleaned(picture)

        assert np.array_equal(painted.pictures[0], picture)
        assert [note.code for note in painted.notes] == ["not_found: text"]


def test_a_single_character_is_removed_too(photo: Photo) -> None:
    picture = titled(photo("coffee", 400), text="福", anchor="left", size="xl", color="red")

    result = cleaned(picture).pictures[0]

    assert lines(result) == ()
    assert not np.array_equal(result, picture)


@pytest.mark.parametrize("what", ["logo", "all", "watermark"])
def test_a_box_without_letters_is_filled_as_a_whole(photo: Photo, what: str) -> None:
    picture = photo("rocket", 300).copy()
    picture[10:40, 20:60] = (255, 0, 0)
    box: JsonValue = {"x": 0.05, "y": 0.03, "width": 0.17, "height": 0.2}

    result = cleaned(picture, region=box, what=what).pictures[0]

    assert not (result == (255, 0, 0)).all(axis=2).any()
    assert np.array_equal(result[:, 100:], picture[:, 100:])


def test_a_logo_without_a_place_is_not_guessed(photo: Photo) -> None:
    with pytest.raises(StepError, match="cannot tell a logo") as refused:
        cleaned(photo("rocket", 200), what="logo", region="top-left", rights="confirm")

    assert refused.value.code == "needs-region"
    assert "region: {x:" in str(refused.value.hint)


@pytest.mark.parametrize("what", ["watermark", "all"])
def test_other_lettering_that_goes_with_a_watermark_is_told(photo: Photo, what: str) -> None:
    picture = titled(photo("rocket", 400), text="样张", anchor="top")

    painted = cleaned(picture, what=what, rights="confirm")

    assert [note.code for note in painted.notes] == ["invented_by_copying", "lettering_only"]


@pytest.mark.parametrize("what", ["watermark", "logo", "all"])
def test_what_tells_whose_a_picture_is_needs_a_word_about_rights(what: str) -> None:
    operation = catalogue().operations["remove_text"]

    (problem,) = argument_problems(operation, {"what": what})

    assert problem == (
        "",
        "'remove_text' needs `rights` under `with`",
        "write `with: {rights: confirm}`",
    )
    assert argument_problems(operation, {"what": what, "rights": "confirm"}) == ()
    assert argument_problems(operation, {"what": "text"}) == ()
    assert argument_problems(operation, {}) == ()


def test_equal_seeds_give_equal_bits_and_others_other_ones(photo: Photo) -> None:
    picture = titled(photo("coffee", 300), text="早安", anchor="left", size="xl")

    first, again, other = remove_text(
        Task(pictures=(picture,), arguments={}, seeds=(1, 1, 2))
    ).pictures

    assert (first == again).all()
    assert (first != other).any()


def test_letters_everywhere_end_in_a_picture_without_letters() -> None:
    ground = np.full((240, 320, 3), 250, dtype=np.uint8)
    picture = titled(
        ground, text="一二三四五六七八九十" * 6, anchor="center", size="m", color="black"
    )

    result = cleaned(picture).pictures[0]

    assert lines(result) == ()


def test_lettering_over_many_edges_is_gone_too(photo: Photo) -> None:
    picture = titled(photo("coffee", 400), text="早安 Coffee time", anchor="center", size="l")

    result = cleaned(picture).pictures[0]

    assert lines(picture)
    assert lines(result) == ()


def test_letters_are_not_filled_with_other_letters() -> None:
    ground = np.full((300, 400, 3), 250, dtype=np.uint8)
    wall = titled(ground, text="永字八法天地玄黄" * 9, anchor="center", size="m", color="black")
    box: JsonValue = {"x": 0.25, "y": 0.3, "width": 0.5, "height": 0.4}

    result = cleaned(wall, region=box).pictures[0]

    middle = result[130:170, 150:250]
    assert np.array_equal(result[:40], wall[:40])
    assert middle.std() < 20


def test_where_only_letters_are_around_the_fill_is_smooth_at_last() -> None:
    page = Image.new("RGB", (420, 300), "#fafafa")
    pen = ImageDraw.Draw(page)
    for row in range(13):
        words = "永字八法天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"[row % 5 :] * 2
        pen.text((4 - 7 * (row % 2), 4 + 23 * row), words, fill="black", font=font(22))
    box: JsonValue = {"x": 0.2, "y": 0.3, "width": 0.6, "height": 0.3}

    result = cleaned(np.asarray(page), region=box).pictures[0]

    area = region(box, size_of(result))
    assert lines(np.asarray(page))
    assert [line for line in lines(result) if area.holds_centre_of(line.box)] == []


def test_what_is_written_on_a_pagoda_is_gone_afterwards() -> None:
    pagoda = np.ascontiguousarray(load_sample_image("china.jpg"))
    written = add_text(
        Task(
            pictures=(pagoda,),
            arguments={
                "text": "颐和园 SAMPLE 2026",
                "anchor": "center",
                "subtitle": {"text": "仅供预览,不得转载", "color": "gold"},
            },
        )
    ).pictures[0]

    cleaned = remove_text(Task(pictures=(written,), arguments={"what": "text"})).pictures[0]

    assert lines(pagoda) == ()
    assert len(lines(written)) >= 2
    assert lines(cleaned) == ()
    assert np.abs(cleaned.astype(float) - pagoda).mean() < 8
