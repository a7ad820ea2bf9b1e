"""A recipe with its inputs becomes concrete steps: words, pictures, sizes, and what is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from wanflow.cli.compose import Ask, Draft, draft
from wanflow.model.concrete import ConcreteStep
from wanflow.model.plan import FileImage, JobImage, UrlImage
from wanflow.model.values import JsonValue, Size

HEAD = "wanflow: 1\nname: test\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, sides in (("a.png", (640, 480)), ("b.png", (400, 800)), ("small.png", (200, 100))):
        Image.new("RGB", sides, "red").save(tmp_path / name)
    return tmp_path


def made(
    folder: Path, text: str, inputs: Mapping[str, JsonValue] | None = None, **ask: str
) -> Draft:
    path = folder / "r.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return draft(Ask(recipe=path, inputs=inputs or {}, **ask))  # type: ignore[arg-type] # by name


def steps(found: Draft) -> dict[str, ConcreteStep]:
    assert found.concrete is not None, found.problems
    return {step.id: step for step in found.concrete.steps}


def problems(found: Draft) -> list[tuple[int, int, str]]:
    return [
        (p.span.line if p.span else 0, p.span.column if p.span else 0, p.code)
        for p in found.problems
    ]


def test_names_of_images_become_their_numbers_in_any_order(folder: Path) -> None:
    text = """\
inputs: {clock: {type: image, default: a.png}, table: {type: image, default: b.png}}
steps:
  - {use: fuse, images: [ORDER], with: {subject: 钟}, prompt: '将{{ clock }}中的闹钟放到{{ table }}'}
"""

    forth = steps(made(folder, text.replace("ORDER", "clock, table")))["fuse"]
    back = steps(made(folder, text.replace("ORDER", "table, clock")))["fuse"]

    assert forth.prompt == "将图1中的闹钟放到图2"
    assert back.prompt == "将图2中的闹钟放到图1"


def test_a_name_of_another_picture_has_no_number_here(folder: Path) -> None:
    text = """\
inputs: {clock: {type: image, default: a.png}, table: {type: image, default: b.png}}
steps:
  - use: edit
    images: [clock]
    prompt: 把{{ table }}变红
"""

    found = made(folder, text + "  - {use: grid, images: [table]}\n", provider="dashscope")

    (problem,) = [p for p in found.problems if p.severity == "error"]
    assert (
        problem.message == "'table' is not an image of this step, so it has no figure number here"
    )
    assert problem.span is not None
    assert (problem.span.line, problem.span.column) == (7, 17)


def test_facts_about_pictures_are_foreseen_through_the_chain(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}}
steps:
  - {id: wide, use: outpaint, images: [photo], with: {aspect: "2:1"}}
  - {use: add_text, with: {text: '{{ wide.width }}x{{ wide.height }} {{ wide.ratio }} {{ wide.stem }}'}}
"""

    found = steps(made(folder, text))

    assert found["add_text"].arguments["text"] == "960x480 2:1 wide"


def test_a_fact_that_only_the_model_knows_cannot_be_asked_for(folder: Path) -> None:
    text = """\
steps:
  - id: far
    use: outpaint
    images: ["https://example.com/a.png"]
  - use: add_text
    with: {text: '{{ far.width }}'}
"""

    found = made(folder, text, provider="dashscope")

    assert any(p.severity == "error" and p.span and p.span.line == 8 for p in found.problems)


def test_a_picture_behind_a_url_needs_the_service(folder: Path) -> None:
    text = 'steps:\n  - {use: outpaint, images: ["https://example.com/a.png"]}\n'

    assert [code for _, _, code in problems(made(folder, text))] == ["url-needs-service"]


def test_inputs_vars_and_conditions_reach_every_template(folder: Path) -> None:
    text = """\
inputs:
  photo: {type: image, default: a.png}
  mood: {type: string, enum: [dark, light], default: dark}
  my-count: {type: integer, default: 2}
vars: {colors: {dark: blue, light: gold}}
steps:
  - {use: add_text, when: "mood == 'dark'", with: {text: '{{ mood }} {{ my_count }}', color: '{{ colors[mood] }}'}}
"""

    dark = steps(made(folder, text))["add_text"]
    light = steps(made(folder, text, {"mood": "light"}))["add_text"]

    assert (dark.applies, light.applies) == (True, False)
    assert (dark.arguments["text"], dark.arguments["color"]) == ("dark 2", "blue")


def test_a_rendered_number_is_a_number(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}, margin: {type: number, default: 0.5}}
steps:
  - {use: outpaint, images: [photo], with: {left: '{{ margin }}'}}
"""

    found = steps(made(folder, text))["outpaint"]

    assert found.arguments == {"left": 0.5}
    assert found.result_size == Size(width_px=960, height_px=480)


def test_a_rendered_argument_is_held_against_the_operation(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}, margin: {type: number, default: 7}}
steps:
  - {use: outpaint, images: [photo], with: {left: '{{ margin }}'}}
"""

    assert problems(made(folder, text)) == [(5, 51, "bad-argument")]


def test_a_condition_that_fails_with_these_values_is_said(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}, items: {type: list, default: []}}
steps:
  - {use: outpaint, images: [photo], when: "items[3] == 'x'"}
"""

    (found,) = made(folder, text).problems

    assert found.span is not None
    assert found.span.line == 5


def test_a_condition_may_speak_of_the_pictures_of_its_step_only(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}, table: {type: image, default: b.png}}
steps:
  - {id: one, use: outpaint, images: [photo], when: "photo.width > 100"}
  - {id: two, use: outpaint, images: [photo], when: "table.width > 100"}
  - {use: grid, images: [photo, table]}
"""

    (found,) = made(folder, text).problems

    assert found.message.startswith("'table' is not an image of this step")


def test_a_template_that_fails_with_these_values_is_said_at_its_place(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}, items: {type: list, default: []}}
steps:
  - {use: add_text, images: [photo], with: {text: 'x{{ items[3] }}', subtitle: {text: '{{ items | first }}'}}}
  - {use: grid, negative_prompt: 'y'}
"""

    found = [p for p in made(folder, text).problems if p.severity == "error"]

    assert [p.span.line for p in found if p.span] == [5, 5]


def test_the_language_is_that_of_the_recipe_unless_a_step_says_otherwise(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}, title: {type: string, default: TITLE}}
steps:
  - {id: wide, use: outpaint, images: [photo]LANGUAGE}
  - {use: add_text, with: {text: '{{ title }}'}}
"""

    english = steps(made(folder, text.replace("TITLE", "hello").replace("LANGUAGE", "")))
    chinese = steps(made(folder, text.replace("TITLE", "你好").replace("LANGUAGE", "")))
    said = steps(made(folder, text.replace("TITLE", "hello").replace("LANGUAGE", ", language: zh")))

    assert english["wide"].prompt.startswith("Extend image 1")
    assert chinese["wide"].prompt.startswith("把图1")
    assert (said["wide"].language, said["add_text"].language) == ("zh", "en")


def test_an_own_operation_with_one_language_speaks_it(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}}
operations:
  glow:
    summary: Glow
    images: {min: 1, max: 1, roles: [picture]}
    params: {type: object, properties: {much: {type: number, default: 1}}}
    prompt: {LANGUAGE: 'A{{ fig.picture }} {{ much }}'}
steps:
  - {use: glow, images: [photo]}
"""

    for language, prompt in (("zh", "A图1 1"), ("en", "Aimage 1 1")):
        found = made(folder, text.replace("LANGUAGE", language), provider="dashscope")
        assert steps(found)["glow"].prompt == prompt


def test_an_own_operation_whose_prompt_fails_is_said_where_it_stands(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}}
operations:
  glow:
    summary: Glow
    images: {min: 1, max: 1, roles: [picture]}
    params: {type: object, properties: {}}
    prompt: {en: 'Glow {{ much }}'}
steps:
  - {use: glow, images: [photo]}
"""

    found = [p for p in made(folder, text, provider="dashscope").problems if p.severity == "error"]

    assert [p.span.line for p in found if p.span] == [9]


def test_parameters_always_say_how_many_and_never_let_words_be_changed(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}}
defaults: {seed: 7, size: "1:1"}
steps:
  - {id: wide, use: outpaint, images: [photo], n: 2, pick: 2, watermark: false,
     negative_prompt: 'no {{ photo }}'}
  - {id: cut, use: crop, with: {aspect: "1:1"}}
"""

    found = steps(made(folder, text, provider="dashscope"))

    assert found["wide"].parameters == {
        "n": 2,
        "prompt_extend": False,
        "size": "1280*1280",
        "seed": 7,
        "watermark": False,
        "negative_prompt": "no image 1",
    }
    assert found["cut"].parameters == {}
    (image,) = found["cut"].images
    assert isinstance(image, JobImage)
    assert image.index == 2


def test_without_a_size_the_model_is_foreseen_to_keep_the_last_ratio(folder: Path) -> None:
    text = "inputs: {photo: {type: image, default: b.png}}\nsteps: [{use: outpaint}]\n"

    found = steps(made(folder, text, provider="dashscope"))["outpaint"]

    assert found.result_size is not None
    assert found.result_size.height_px > found.result_size.width_px


def test_every_picture_of_a_list_and_of_a_step_is_taken(folder: Path) -> None:
    text = """\
inputs: {photos: {type: images, default: [a.png, b.png]}}
steps:
  - {id: one, use: outpaint, images: ["photos[2]"], n: 3, pick: 1}
  - {id: all, use: grid, images: [photos, "one[*]", ./small.png]}
"""

    found = steps(made(folder, text))

    kinds = [type(image) for image in found["all"].images]
    assert kinds == [FileImage, FileImage, JobImage, JobImage, JobImage, FileImage]
    first = found["one"].images[0]
    assert isinstance(first, FileImage)
    assert first.artifact.height_px == 800


def test_too_many_pictures_of_a_list_are_counted(folder: Path) -> None:
    text = "inputs: {photos: {type: images, default: [a.png, b.png]}}\nsteps: [{use: outpaint}]\n"

    assert "too-many-images" in [code for _, _, code in problems(made(folder, text))]


def test_too_few_pictures_are_counted(folder: Path) -> None:
    text = """\
inputs: {photos: {type: images, default: [a.png]}}
steps: [{use: fuse, with: {subject: x}}]
"""

    assert "too-few-images" in [code for _, _, code in problems(made(folder, text))]


def test_roles_follow_the_order_and_the_last_keeps_its_own(folder: Path) -> None:
    text = """\
steps:
  - {id: a, use: fuse, images: [./a.png, ./b.png, ./small.png], with: {subject: x}}
  - {id: b, use: fuse, images: {scene: ./a.png, subject: ./b.png}, with: {subject: x}}
  - {id: c, use: grid, images: [a, b]}
"""

    found = steps(made(folder, text))

    assert [image.role for image in found["a"].images] == ["subject", "subject", "scene"]
    assert [image.role for image in found["b"].images] == ["scene", "subject"]
    assert [image.role for image in found["c"].images] == ["picture", "picture"]


def test_what_is_mended_stands_with_the_picture(folder: Path) -> None:
    text = "inputs: {photo: {type: image, default: small.png}}\nsteps: [{use: outpaint}]\n"

    (image,) = steps(made(folder, text))["outpaint"].images

    assert isinstance(image, FileImage)
    assert image.size == Size(width_px=768, height_px=384)
    assert image.mended


def test_a_size_that_the_next_model_would_refuse_is_found_before(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}}
steps:
  - {id: strip, use: crop, images: [photo], with: {region: [0, 0, 1, 0.02]}}
  - {use: outpaint, with: {left: 0.5}}
"""

    found = made(folder, text)

    assert [p.span.line for p in found.problems if p.span and p.severity == "error"] == [6]


def test_outputs_are_named_and_numbered(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}, who: {type: string, default: 小明}}
steps:
  - {id: wide, use: outpaint, images: [photo], n: 2, pick: 2}
  - {id: no, use: crop, when: "who == 'x'", with: {aspect: "1:1"}}
outputs:
  poster: {from: wide, name: '海报-{{ who }}'}
  first: "wide[1]"
  left-out: no
"""

    found = made(folder, text)

    assert found.concrete is not None, found.problems
    named = [(o.name, o.file_name, o.job, o.index) for o in found.concrete.outputs]
    assert named == [("poster", "海报-小明", "wide", 2), ("first", "first", "wide", 1)]


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ("{a: {from: wide, name: 'a/b'}}", "cannot be a file name"),
        ("{a: {from: wide, name: '{{ who }}'}}", "begins or ends with a dot"),
        ("{a: {from: wide, name: '.x'}}", "begins or ends with a dot"),
        ("{a: {from: wide, name: '{{ long }}'}}", "at most 120 fit"),
        ("{a: {from: wide, name: x}, b: {from: wide, name: X}}", "would be the same file"),
        ("{a: {from: wide, name: '{{ items }}'}}", "items"),
        ("{a: {from: wide, name: '{{ who / 2 }}'}}", ""),
    ],
)
def test_a_name_that_no_file_can_have_is_refused(folder: Path, outputs: str, words: str) -> None:
    text = f"""\
inputs:
  photo: {{type: image, default: a.png}}
  who: {{type: string, default: ''}}
  long: {{type: string, default: {"x" * 200}}}
  items: {{type: list, default: []}}
steps: [{{id: wide, use: outpaint, images: [photo]}}]
outputs: {outputs}
"""

    found = [p for p in made(folder, text).problems if p.severity == "error"]

    assert len(found) == 1
    assert words in found[0].message
    assert found[0].span is not None
    assert found[0].span.line == 9


def test_words_that_the_model_would_cut_are_warned_of(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}, long: {type: string, default: LONG}}
steps:
  - use: edit
    images: [photo]
    prompt: '{{ long }}'
    negative_prompt: '{{ long }}'
"""

    found = made(folder, text.replace("LONG", "很长" * 1200), provider="dashscope")

    warned = [(p.span.line, p.severity) for p in found.problems if p.span]
    assert (7, "warning") in warned
    assert (8, "warning") in warned


def test_a_broken_recipe_still_has_its_templates_looked_at(folder: Path) -> None:
    text = """\
inputs: {photo: {type: image, default: a.png}}
defaults: {negative_prompt: '{{ x1 }}'}
vars: {v: 1}
steps:
  - {use: outpant, images: [photo], prompt: '{{ phtoo }} {{ v }}', when: 'x2', with: {a: ['{{ x3 }}'], b: 1}}
  - 7
"""

    found = made(folder, text)

    places = [
        (p.span.line, p.span.column) for p in found.problems if p.span and p.code == "unknown-name"
    ]
    assert places == [(4, 33), (7, 49), (7, 75), (7, 95)]


def test_a_file_that_is_no_recipe_has_no_templates(folder: Path) -> None:
    (folder / "r.yaml").write_text("- 1\n", encoding="utf-8")

    assert draft(Ask(recipe=folder / "r.yaml")).problems


def test_a_url_keeps_its_role_and_has_no_size(folder: Path) -> None:
    text = """\
steps:
  - {use: fuse, images: {subject: "https://example.com/a.png", scene: ./a.png}, with: {subject: x}}
"""

    first, _ = steps(made(folder, text, provider="dashscope"))["fuse"].images

    assert first == UrlImage(
        name="https://example.com/a.png", url="https://example.com/a.png", role="subject"
    )
