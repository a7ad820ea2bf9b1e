import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.loading import catalogue
from wanflow.loading.arguments import argument_problems
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.add_text import add_text
from wanflow.providers.local.areas import Box, around
from wanflow.providers.local.fonts import characters, checked, font
from wanflow.providers.local.lettering import lines
from wanflow.providers.local.pixels import Pixels, Task
from wanflow.providers.local.typeset import Run, arranged, is_light

ANCHORS = [
    "top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom",
    "bottom-right",
]  # fmt: skip


def written(picture: Pixels, **arguments: JsonValue) -> Pixels:
    return add_text(Task(pictures=(picture,), arguments=arguments)).pictures[0]


def changed(before: Pixels, after: Pixels) -> Box:
    box = around(np.abs(after.astype(int) - before).sum(axis=2) > 200)
    assert box is not None
    return box


def test_chinese_is_written_so_that_the_text_detector_finds_it(photo: Photo) -> None:
    picture = photo("rocket", 480)

    result = written(picture, text="星辰大海", anchor="top", size="xl", color="gold")

    box = changed(picture, result)
    assert [line.box.holds_centre_of(box) for line in lines(result)] == [True]


@pytest.mark.parametrize("anchor", ANCHORS)
def test_text_stands_where_its_anchor_says(anchor: str) -> None:
    picture = np.full((300, 400, 3), 40, dtype=np.uint8)

    box = changed(picture, written(picture, text="早安", anchor=anchor, size="s"))

    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    assert ("left" in anchor) == (across < 150)
    assert ("right" in anchor) == (across > 250)
    assert ("top" in anchor) == (down < 100)
    assert ("bottom" in anchor) == (down > 200)


def test_larger_sizes_make_larger_letters() -> None:
    picture = np.full((400, 400, 3), 40, dtype=np.uint8)

    heights = [
        changed(picture, written(picture, text="海", size=size)).height
        for size in ("s", "m", "l", "xl")
    ]

    assert heights == sorted(set(heights))


def test_a_subtitle_stands_below_the_text_in_its_own_colour() -> None:
    picture = np.zeros((300, 400, 3), dtype=np.uint8)
    subtitle: JsonValue = {"text": "下", "color": "#00FF00"}

    result = written(picture, text="上", anchor="center", color="red", subtitle=subtitle)

    red = around((result == (255, 0, 0)).all(axis=2))
    green = around((result == (0, 255, 0)).all(axis=2))
    assert red is not None
    assert green is not None
    assert red.bottom <= green.top
    assert red.height > green.height


def test_a_subtitle_without_a_colour_takes_that_of_the_text() -> None:
    picture = np.zeros((200, 200, 3), dtype=np.uint8)

    result = written(picture, text="上", color="red", subtitle={"text": "下"})

    assert not (result == (255, 255, 255)).all(axis=2).any()


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize("ink", ["white", "black"])
def test_text_is_legible_on_any_ground(ground: int, ink: str) -> None:
    picture = np.full((200, 300, 3), ground, dtype=np.uint8)

    result = written(picture, text="早安", color=ink, size="xl")

    assert len(lines(result)) == 1


def test_the_same_text_gives_the_same_bits(photo: Photo) -> None:
    picture = photo("coffee", 200)

    assert np.array_equal(written(picture, text="早安"), written(picture, text="早安"))


@given(
    text=st.text(alphabet="ab 早安,。(", min_size=1, max_size=120).filter(str.strip),
    width_px=st.integers(200, 700),
    height_px=st.integers(200, 700),
    anchor=st.sampled_from(ANCHORS),
    size_px=st.integers(10, 120),
)
@settings(deadline=None, max_examples=60)
def test_text_of_any_length_stays_inside_and_loses_nothing(
    text: str, width_px: int, height_px: int, anchor: str, size_px: int
) -> None:
    run = Run(text=text, size_px=size_px, colour=(255, 255, 255))

    placed = arranged([run], Size(width_px=width_px, height_px=height_px), anchor)

    assert "".join(line.text for line in placed).replace(" ", "") == text.replace(" ", "")
    for line in placed:
        assert line.x_px >= 0
        assert line.x_px + font(line.size_px).getlength(line.text) <= width_px
        assert line.y_px >= 0
        assert line.y_px + line.size_px * 1.28 <= height_px


def test_a_word_too_long_for_any_line_is_cut_only_at_the_smallest_size() -> None:
    word = "a" * 300
    run = Run(text=word, size_px=60, colour=(0, 0, 0))

    placed = arranged([run], Size(width_px=384, height_px=384), "top")

    assert "".join(line.text for line in placed) == word
    assert len(placed) > 1
    assert {line.size_px for line in placed} == {8}


@pytest.mark.parametrize("mark", ",。、;:?!)】》〉」』〕”’…—~·%")
def test_closing_punctuation_never_begins_a_line(mark: str) -> None:
    run = Run(text=f"一二三四五{mark}六七八九十{mark}", size_px=40, colour=(0, 0, 0))

    placed = arranged([run], Size(width_px=250, height_px=400), "top")

    assert len(placed) > 1
    assert not [line.text for line in placed if line.text[0] == mark]


@pytest.mark.parametrize("mark", "(【《〈「『〔“‘¥")
def test_opening_punctuation_never_ends_a_line(mark: str) -> None:
    run = Run(text=f"一二三四{mark}五六七八九十", size_px=40, colour=(0, 0, 0))

    placed = arranged([run], Size(width_px=250, height_px=400), "top")

    assert len(placed) > 1
    assert not [line.text for line in placed if line.text[-1] == mark]


def test_a_dash_of_two_characters_is_not_cut_in_two() -> None:
    for before in range(1, 9):
        run = Run(text="一" * before + "——二三四五六……七八九", size_px=40, colour=(0, 0, 0))

        placed = arranged([run], Size(width_px=250, height_px=600), "top")

        joined = "|".join(line.text for line in placed)
        assert "—|—" not in joined
        assert "…|…" not in joined


def test_line_breaks_of_the_text_are_kept() -> None:
    run = Run(text="一\n二", size_px=20, colour=(0, 0, 0))

    placed = arranged([run], Size(width_px=400, height_px=400), "left")

    assert [line.text for line in placed] == ["一", "二"]


@pytest.mark.parametrize(
    ("text", "point"), [("猫😀", r"U\+1F600 GRINNING FACE"), ("a\x07", r"U\+0007\)")]
)
def test_a_missing_character_is_named_with_its_code_point(text: str, point: str) -> None:
    with pytest.raises(StepError, match=point) as refusal:
        checked(text)

    assert refusal.value.code == "missing-glyph"


def test_all_missing_characters_are_named_at_once() -> None:
    with pytest.raises(StepError, match=r"U\+20BB7.*U\+1F600") as refusal:
        checked("𠮷野家😀𠮷")

    assert refusal.value.hint == (
        "write the text without U+20BB7, U+1F600, or use --provider dashscope"
    )


def test_text_that_is_set_smaller_than_asked_for_says_so() -> None:
    picture = np.full((400, 400, 3), 40, dtype=np.uint8)
    task = Task(pictures=(picture,), arguments={"text": "很长的标题" * 20, "size": "xl"})

    painted = add_text(task)

    assert [note.code for note in painted.notes] == ["made_smaller"]
    assert "not 64" in painted.notes[0].text


def test_wishes_for_a_font_are_not_read_and_that_is_said() -> None:
    picture = np.full((200, 200, 3), 40, dtype=np.uint8)

    painted = add_text(Task(pictures=(picture,), arguments={"text": "早安", "font": "毛笔书法"}))

    assert [note.code for note in painted.notes] == ["not_read: font"]


@pytest.mark.parametrize("side", [1, 12])
def test_text_without_any_room_is_refused_rather_than_cut_off(side: int) -> None:
    picture = np.full((side, side, 3), 40, dtype=np.uint8)

    with pytest.raises(StepError, match="'一二三' does not fit") as refusal:
        written(picture, text="一二三")

    assert refusal.value.code == "text-too-long"


@pytest.mark.parametrize("blank", [" ", "\n", "\u3000"])
def test_text_without_a_character_is_found_by_check(blank: str) -> None:
    operation = catalogue().operations["add_text"]

    problems = argument_problems(operation, {"text": blank, "subtitle": {"text": blank}})

    assert {pointer for pointer, _, _ in problems} == {"/text", "/subtitle/text"}


def test_the_font_has_every_character_of_gb_2312() -> None:
    every = {
        bytes((high, low)).decode("gb2312", errors="ignore")
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
    }

    assert {ord(character) for character in every if character} <= characters()
    assert checked("Ünïcödé, «Straße» – €5 ①★→「你好」!") != ""


def test_light_and_dark_are_told_apart() -> None:
    assert is_light((255, 255, 0))
    assert not is_light((0, 0, 255))
