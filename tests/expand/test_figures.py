"""Pictures are called by their numbers in the language of the prompt."""

import copy
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.expand.figures import Facts, Figure, figure_names, figures, language_of
from wanflow.expand.templates import check_template, render
from wanflow.model.recipe import Language
from wanflow.model.values import Size

ROOM = Facts(size=Size(width_px=1920, height_px=1080), stem="room")


@pytest.mark.parametrize(
    ("language", "form", "text"),
    [
        ("zh", None, "图1 图2"),
        ("en", None, "image 1 image 2"),
        ("zh", "[图{n}]", "[图1] [图2]"),
        ("en", "no. {n}{n}", "no. 11 no. 22"),
        ("en", "{0.__class__}", "{0.__class__} {0.__class__}"),
    ],
)
def test_a_figure_prints_its_number(language: Language, form: str | None, text: str) -> None:
    context = figures(["clock", "big-table"], language=language, form=form)

    assert render("{{ clock }} {{ big_table }}", context) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "图1、图2和图3在图4"), ("en", "image 1, image 2 and image 3在image 4")],
)
def test_several_pictures_of_one_role_are_named_together(language: Language, text: str) -> None:
    context = figures(
        ["a", "b", "c", "d"],
        roles=["subject", "subject", "subject", "scene"],
        language=language,
    )

    assert render("{{ fig.subject }}在{{ fig.scene }}", context) == text


def test_a_picture_without_a_role_is_in_no_role() -> None:
    assert figures(["a", "b"], roles=[None, "scene"])["fig"] == {"scene": "image 2"}


def test_two_outputs_of_one_step_are_named_together() -> None:
    context = figures(["placed", "placed"], facts=[ROOM, ROOM], language="zh")

    assert context["placed"] == "图1和图2"
    assert render("{{ placed.width | default('?') }}", context) == "?"


def test_facts_of_a_picture_can_be_used() -> None:
    context = figures(["room"], facts=[ROOM])

    text = render("{{ room.width }}x{{ room.height }}, {{ room.ratio }}, {{ room.stem }}", context)

    assert text == "1920x1080, 16:9, room"


def test_facts_are_attributes_too() -> None:
    figure = Figure("图1", facts=ROOM)

    assert (figure.width, figure.height, figure.ratio, figure.stem) == (1920, 1080, "16:9", "room")
    assert Figure("图1", facts=Facts(stem="a")).width is None


def test_a_figure_survives_copying_and_pickling() -> None:
    figure = Figure("图1", label="room", facts=ROOM)

    for again in (copy.deepcopy(figure), pickle.loads(pickle.dumps(figure))):  # noqa: S301 - ours
        assert (again, again.label, again.width) == ("图1", "room", 1920)


def test_the_names_of_figures_are_known_to_a_check() -> None:
    names = figure_names(["big-clock"], ["subject", None])

    assert check_template("{{ big_clock.width }}{{ fig.subject }}", names=names) == ()
    (problem,) = check_template("{{ big_clock.widht }}", names=names)
    assert problem.hint == "did you mean 'width'?"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("将{{ clock }}中的闹钟放到{{ table }}上", "zh"),
        ("Put the {{ subject }} on the table", "en"),
        ("Add the text '春天来了' in large letters at the top", "en"),
        ("把标志换成 Coca Cola", "zh"),
        ("{% if mood == '黄昏' %}warm{% endif %} light", "en"),
        ("{% if light == 'warm and very soft' %}暖色{% endif %}", "zh"),
        ("}} {{ 图 }} {# 图 #} word {{ 图图图", "en"),
        ("", "en"),
        ("123 !", "en"),
    ],
)
def test_the_language_of_a_prompt_is_that_of_most_of_its_words(
    text: str, language: Language
) -> None:
    assert language_of(text) == language


@settings(deadline=None)
@given(
    st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True), min_size=1, max_size=9),
    st.sampled_from(["zh", "en"]),
)
def test_every_picture_is_named_exactly_once(names: list[str], language: Language) -> None:
    context = figures(names, language=language, form="<{n}>")
    distinct = dict.fromkeys(name.replace("-", "_") for name in names)

    text = "".join(str(context[name]) for name in distinct if name != "fig")

    expected = [n for n, name in enumerate(names, 1) if name != "fig"]
    assert all(text.count(f"<{n}>") == 1 for n in expected)
