import numpy as np
import pytest

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.add_text import add_text
from wanflow.providers.local.areas import Box, around
from wanflow.providers.local.detect import Found, detect, drawn
from wanflow.providers.local.pixels import Painted, Pixels, Task

RED = (255, 59, 48)


def detected(picture: Pixels, *targets: str, **arguments: JsonValue) -> Painted:
    return detect(Task(pictures=(picture,), arguments={"targets": list(targets), **arguments}))


def box_of(pixels: Pixels, colour: tuple[int, int, int]) -> Box:
    box = around((pixels == colour).all(axis=2))
    assert box is not None
    return box


@pytest.mark.parametrize("name", ["face", "人脸", "脸", " Face "])
def test_a_face_is_boxed_by_its_chinese_and_english_names(photo: Photo, name: str) -> None:
    painted = detected(photo("astronaut", 400), name)

    box = box_of(painted.pictures[0], RED)
    assert painted.notes == ()
    assert box.left < 175 < box.right
    assert box.top < 90 < box.bottom
    assert box.width < 140


def test_text_is_boxed_line_by_line(photo: Photo) -> None:
    task = Task(
        pictures=(photo("rocket", 400),), arguments={"text": "星辰大海\n征途", "anchor": "top"}
    )
    picture = add_text(task).pictures[0]

    painted = detected(picture, "文字", style={"color": "#00FF00"})

    assert painted.notes == ()
    assert box_of(painted.pictures[0], (0, 255, 0)).bottom < 150


def test_one_thing_that_cannot_be_named_is_taken_for_the_main_subject(photo: Photo) -> None:
    painted = detected(photo("coffee", 300), "咖啡杯")

    assert [note.code for note in painted.notes] == ["took_subject: 咖啡杯"]
    assert "cannot name things" in painted.notes[0].text
    assert box_of(painted.pictures[0], RED).height > 150


def test_two_things_that_cannot_be_named_are_not_guessed(photo: Photo) -> None:
    picture = photo("coffee", 300)

    painted = detected(picture, "杯子", "闹钟")

    assert [note.code for note in painted.notes] == ["not_found: 杯子", "not_found: 闹钟"]
    assert np.array_equal(painted.pictures[0], picture)


def test_where_the_subject_itself_is_asked_for_nothing_else_is_taken_for_it(photo: Photo) -> None:
    painted = detected(photo("coffee", 300), "主体", "闹钟")

    assert [note.code for note in painted.notes] == ["not_found: 闹钟"]


def test_a_face_where_there_is_none_is_not_found(photo: Photo) -> None:
    painted = detected(photo("rocket", 300), "face")

    assert [note.code for note in painted.notes] == ["not_found: face"]


def test_an_even_picture_has_no_subject() -> None:
    painted = detected(np.full((100, 100, 3), 128, dtype=np.uint8), "subject")

    assert [note.code for note in painted.notes] == ["not_found: subject"]


def test_a_label_that_cannot_be_written_is_an_error(photo: Photo) -> None:
    with pytest.raises(StepError, match="U\\+1F408"):
        detected(photo("coffee", 100), "🐈")


def test_the_picture_outside_lines_and_labels_stays(photo: Photo) -> None:
    picture = photo("astronaut", 400)

    result = detected(picture, "face").pictures[0]

    changed = (result != picture).any(axis=2)
    assert 0.001 < changed.mean() < 0.04


def test_labels_of_boxes_at_one_place_do_not_cover_each_other() -> None:
    picture = np.full((200, 200, 3), 90, dtype=np.uint8)
    box = Box(left=20, top=60, right=150, bottom=150)
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    found = [Found(box=box, label="一二", colour=colour) for colour in colours]

    result = drawn(picture, found, 0.001)

    areas = [int((result == colour).all(axis=2).sum()) for colour in colours]
    assert min(areas) > 200


def test_lines_are_as_wide_as_wished() -> None:
    picture = np.full((400, 400, 3), 90, dtype=np.uint8)
    found = [Found(box=Box(left=50, top=50, right=350, bottom=350), label="a", colour=RED)]

    thin, thick = (drawn(picture, found, width) for width in (0.005, 0.02))

    assert (thin[200] == RED).all(axis=1).sum() == 4
    assert (thick[200] == RED).all(axis=1).sum() == 16
