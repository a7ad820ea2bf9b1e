import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wanflow.errors import Problem
from wanflow.loading import Loaded, operations_beside, read_recipe
from wanflow.model.catalogue import Catalogue
from wanflow.model.recipe import Expect, NameRef, PathRef, Ratio, Recipe
from wanflow.model.values import JsonValue, Size

_FULL = """
wanflow: 1
name: clock-on-table
version: 1.10
description: Put the clock beside the vase
inputs:
  clock: {type: image, default: pictures/clock.jpg}
  table: image
  sku: {type: string, default: 007, enum: [007, no]}
  more: {type: images, maxItems: 2}
vars: {brand: 万相}
defaults: {n: 2, seed: 7, language: zh, timeout: 5m, negative_prompt: '{{ brand }} {{ sku }}'}
steps:
  - id: placed
    use: fuse
    images: {subject: clock, scene: table}
    with: {subject: 012, keep_scene: '{{ true }}'}
    prompt: 把{{ clock }}放到{{ table }}
    size: 1280*720
    pick: 2
    take: 3
    timeout: 90
    on_error: stop
    fit: strict
    figure: '[图{n}]'
    prompt_extend: true
    expect: {ratio: '16:9', size: 1280*720, min_width: 10, min_height: 20}
  - use: outpaint
    size: 16:9
    watermark: false
  - use: grid
    images: ['placed[*]', outpaint, clock, 'more', pics/a.webp, https://example.com/a]
outputs:
  poster: grid
  proof: {from: 'placed[1]', name: 'proof-{{ sku }}'}
"""


def read(text: str, catalogue: Catalogue, provider: str = "dashscope") -> Loaded:
    return read_recipe(text.encode(), file="r.yaml", catalogue=catalogue, provider=provider)


def recipe(text: str, catalogue: Catalogue) -> Recipe:
    loaded = read(text, catalogue)
    assert loaded.recipe is not None, loaded.problems
    return loaded.recipe


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{p.span.line}:{p.span.column}: {p.code}" for p in problems if p.span]


def test_a_recipe_without_mistakes_becomes_a_value(catalogue: Catalogue) -> None:
    made = recipe(_FULL, catalogue)

    assert (made.name, made.version) == ("clock-on-table", "1.10")
    assert made.vars == {"brand": "万相"}
    placed = made.steps[0]
    assert placed.images == (
        NameRef(name="clock", role="subject", pointer=placed.images[0].pointer),
        NameRef(name="table", role="scene", pointer=placed.images[1].pointer),
    )
    assert placed.images[0].pointer == "/steps/0/images/subject"
    assert placed.arguments == {"subject": "012", "keep_scene": "{{ true }}"}
    assert (placed.n, placed.seed, placed.pick, placed.take) == (2, 7, 2, 3)
    assert (placed.timeout_s, placed.on_error, placed.fit) == (90.0, "stop", "strict")
    assert placed.size == Size(width_px=1280, height_px=720)
    assert placed.figure == "[图{n}]"
    assert placed.prompt_extend is True
    assert placed.expect == Expect(
        ratio=Ratio(width=16, height=9),
        size=Size(width_px=1280, height_px=720),
        min_width_px=10,
        min_height_px=20,
    )


def test_what_is_expected_of_measures_is_read_with_its_units(catalogue: Catalogue) -> None:
    text = """\
wanflow: 1
name: shot
inputs: [photo]
steps:
  - use: restyle
    with: {style: oil}
    expect: {shift: 2px, zoom: 0.5%, kept: 95%, changed: 5%, border: 1%, text: none}
"""

    assert recipe(text, catalogue).steps[0].expect == Expect(
        shift_px=2,
        zoom_percent=0.5,
        kept_percent=95,
        changed_percent=5,
        border_percent=1,
        text="none",
    )


def test_a_step_takes_the_defaults_that_it_does_not_override(catalogue: Catalogue) -> None:
    step = recipe(_FULL, catalogue).steps[1]

    assert (step.n, step.seed, step.language, step.timeout_s) == (2, 7, "zh", 300.0)
    assert step.size == Ratio(width=16, height=9)
    assert step.watermark is False
    assert step.negative_prompt == "{{ brand }} {{ sku }}"
    assert (step.pick, step.take, step.fit, step.on_error) == (1, 1, "auto", "continue")
    assert step.expect is None


def test_pictures_are_named_in_every_form(catalogue: Catalogue) -> None:
    images = recipe(_FULL, catalogue).steps[2].images

    assert [(one.name, one.index, one.every) for one in images if isinstance(one, NameRef)] == [
        ("placed", None, True),
        ("outpaint", None, False),
        ("clock", None, False),
        ("more", None, False),
    ]
    assert [one.path for one in images if isinstance(one, PathRef)] == [
        "pics/a.webp",
        "https://example.com/a",
    ]


def test_inputs_have_their_types_defaults_and_rules(catalogue: Catalogue) -> None:
    inputs = {one.name: one for one in recipe(_FULL, catalogue).inputs}

    assert (inputs["clock"].type, inputs["clock"].required) == ("image", False)
    assert (inputs["table"].type, inputs["table"].required) == ("image", True)
    assert inputs["sku"].default == "007"
    assert inputs["sku"].rules == {"enum": ["007", "no"]}
    assert inputs["more"].rules == {"maxItems": 2}


def test_outputs_have_a_source_and_a_file_name(catalogue: Catalogue) -> None:
    poster, proof = recipe(_FULL, catalogue).outputs

    assert (poster.name, poster.source.name, poster.file_name) == ("poster", "grid", "poster")
    assert (proof.source.name, proof.source.index) == ("placed", 1)
    assert proof.file_name == "proof-{{ sku }}"


def test_steps_without_images_form_a_chain(catalogue: Catalogue) -> None:
    made = recipe(
        "wanflow: 1\nname: a\ninputs: [cat, room]\nsteps:\n"
        "  - {use: fuse, with: {subject: cat}}\n  - use: outpaint\n  - use: outpaint\n"
        "  - {id: outpaint-3, use: outpaint}\n",
        replace(catalogue),
    )

    assert [step.id for step in made.steps] == ["fuse", "outpaint", "outpaint-2", "outpaint-3"]
    assert [[one.name for one in step.images if isinstance(one, NameRef)] for step in made.steps]
    first, second = made.steps[0], made.steps[1]
    assert [one.name for one in first.images if isinstance(one, NameRef)] == ["cat", "room"]
    assert [one.name for one in second.images if isinstance(one, NameRef)] == ["fuse"]
    assert first.implicit_images
    assert second.implicit_images


def test_a_step_is_named_past_names_that_are_taken(catalogue: Catalogue) -> None:
    made = recipe(
        "wanflow: 1\nname: a\ninputs: {outpaint: image}\nvars: {outpaint_2: x}\nsteps:\n"
        "  - {use: outpaint, negative_prompt: '{{ outpaint_2 }}'}\n"
        "  - {id: outpaint-3, use: outpaint}\n  - use: outpaint\n",
        catalogue,
    )

    assert [step.id for step in made.steps] == ["outpaint-4", "outpaint-3", "outpaint-5"]


def test_warnings_leave_the_recipe_usable(catalogue: Catalogue) -> None:
    loaded = read("wanflow: 1\nname: a\ninputs: [cat]\nsteps: [{use: outpaint, n: 4}]", catalogue)

    assert [problem.severity for problem in loaded.problems] == ["warning"]
    assert loaded.recipe is not None


def test_six_typos_are_reported_in_one_go(catalogue: Catalogue) -> None:
    loaded = read(
        "wanflow: 1\nnmae: a\ninputs: {cat: imge}\nsteps:\n"
        "  - use: outpiant\n  - use: outpaint\n    images: [outpant]\n    sede: 3\n"
        "    with: {lfet: 1}\noutputs: {a: outpaint}\n",
        catalogue,
    )

    assert codes(loaded.problems) == [
        "1:1: missing-key",
        "2:1: unknown-key",
        "3:15: unknown-value",
        "5:10: unknown-operation",
        "7:14: unknown-image",
        "8:5: unknown-parameter",
        "9:12: unknown-parameter",
    ]
    assert loaded.recipe is None
    assert loaded.document is not None


def test_a_number_that_is_none_is_told_once(catalogue: Catalogue) -> None:
    loaded = read(
        "wanflow: 1\nname: a\ninputs: [cat]\nsteps: [{use: outpaint, seed: .nan}]", catalogue
    )

    assert codes(loaded.problems) == ["4:31: not-a-number"]


def test_an_unknown_key_of_a_check_is_told(catalogue: Catalogue) -> None:
    loaded = read(
        "wanflow: 1\nname: a\ninputs: [cat]\nsteps: [{use: outpaint, expect: {ratoi: 1:1}}]",
        catalogue,
    )

    assert [(p.code, p.hint) for p in loaded.problems] == [("unknown-key", "did you mean 'ratio'?")]


def test_a_recipe_of_too_many_values_is_refused(catalogue: Catalogue) -> None:
    loaded = read("wanflow: 1\nname: a\nvars: {a: [" + "1," * 160_000 + "]}", catalogue)

    assert codes(loaded.problems) == ["1:1: too-many-nodes"]


def test_a_file_that_is_no_yaml_has_no_document(catalogue: Catalogue) -> None:
    loaded = read("steps: [", catalogue)

    assert loaded.document is None
    assert codes(loaded.problems) == ["1:9: yaml-syntax"]


def test_a_local_run_wants_operations_that_this_machine_can_do(catalogue: Catalogue) -> None:
    text = "wanflow: 1\nname: a\ninputs: [cat]\nsteps: [{use: edit, prompt: night}]"

    assert codes(read(text, catalogue, "local").problems) == ["4:15: needs-a-model"]
    assert read(text, catalogue).problems == ()


@pytest.mark.parametrize(
    ("provider", "region", "expected"),
    [
        ("dashscope", "beijing", []),
        ("dashscope", None, []),
        ("dashscope", "tokyo", ["4:15: model-not-served"]),
        ("elsewhere", None, ["4:15: model-not-served"]),
        ("local", "tokyo", []),
    ],
)
def test_a_model_must_be_served(
    provider: str, region: str | None, expected: list[str], catalogue: Catalogue
) -> None:
    data = b"wanflow: 1\nname: a\ninputs: [cat]\nsteps: [{use: outpaint}]"

    loaded = read_recipe(data, file="r.yaml", catalogue=catalogue, provider=provider, region=region)

    assert codes(loaded.problems) == expected


def test_a_model_that_is_named_is_where_the_problem_is_told(catalogue: Catalogue) -> None:
    loaded = read_recipe(
        b"wanflow: 1\nname: a\ninputs: [cat]\ndefaults: {model: wan2.5-i2i-preview}\n"
        b"steps: [{use: outpaint}]",
        file="r.yaml",
        catalogue=catalogue,
        provider="elsewhere",
    )

    assert codes(loaded.problems) == ["4:19: model-not-served"]


def test_a_parameter_that_the_model_does_not_have_is_a_mistake(catalogue: Catalogue) -> None:
    card = catalogue.models[catalogue.default_model]
    less = {name: about for name, about in card.parameters.items() if name != "seed"}
    bare = replace(card, parameters=less, size=None, negative_prompt_max_chars=None)
    models = {card.name: bare}
    text = (
        "wanflow: 1\nname: a\ninputs: [cat]\ndefaults: {seed: 1, size: 9*9, "
        "negative_prompt: x}\nsteps: [{use: outpaint}]"
    )

    loaded = read(text, replace(catalogue, models=models))

    assert codes(loaded.problems) == ["4:12: unknown-parameter"]


def test_what_is_said_of_a_default_is_said_once(catalogue: Catalogue) -> None:
    steps = "".join("  - use: outpaint\n    images: [cat]\n" for _ in range(3))
    loaded = read(
        "wanflow: 1\nname: a\ninputs: [cat]\n"
        f"defaults: {{n: 9, size: 1*1, negative_prompt: {'x' * 501}}}\nsteps:\n{steps}",
        catalogue,
    )

    found = [code.partition(" ")[2] for code in codes(loaded.problems)]
    assert found.count("out-of-range") == found.count("size-area") == 1
    assert found.count("negative-prompt-too-long") == 1


def test_many_mistakes_take_no_time_to_explain(catalogue: Catalogue) -> None:
    steps = "\n".join(f"  - {{use: outpiant, images: [stpe-{at}]}}" for at in range(2000))

    loaded = read(f"wanflow: 1\nname: a\nsteps:\n{steps}", catalogue)

    assert len(loaded.problems) == 4000


def test_the_values_of_a_template_are_not_judged_before_rendering(catalogue: Catalogue) -> None:
    loaded = read(
        "wanflow: 1\nname: a\ninputs: {cat: image, room: image, x: number, word: string}\nsteps:\n"
        "  - use: fuse\n    with:\n      subject: '{{ word }}'\n      at: {x: '{{ x }}', y: 0.5}\n"
        "      blend: '{% if x > 1 %}alpha{% else %}poisson{% endif %}'\n",
        catalogue,
    )

    assert loaded.problems == ()


def test_names_count_as_used_wherever_a_template_may_stand(catalogue: Catalogue) -> None:
    loaded = read(
        "wanflow: 1\nname: a\nvars: {v: 1, w-x: 2}\n"
        "inputs: {cat: image, a1: string, a2: string, a3: string, a4: {type: list}, a5: string}\n"
        "steps:\n  - use: detect\n    when: a1 == 'b' and w_x\n    images: [cat]\n"
        "    negative_prompt: '{{ a2 | upper }}'\n"
        "    with: {targets: ['{{ a3 }}{% for a in a4 %}{{ a.b }}{% endfor %}']}\n"
        "outputs: {o: {from: detect, name: '{{ a5 }}{{ v }}'}}\n",
        catalogue,
    )

    assert loaded.problems == ()


def test_a_comment_of_a_template_uses_nothing(catalogue: Catalogue) -> None:
    loaded = read(
        "wanflow: 1\nname: a\ninputs: {cat: image, mood: string}\n"
        "steps: [{use: outpaint, images: [cat],"
        " prompt: '{# mood #}x{{ ''mood'' }} {{ cat.mood }}'}]",
        catalogue,
    )

    assert codes(loaded.problems) == ["3:22: unused-input"]


def test_a_picture_is_mentioned_by_name_number_or_role(catalogue: Catalogue) -> None:
    head = "wanflow: 1\nname: a\ninputs: [cat, room]\nsteps:\n"
    subject = "    with: {subject: cat}\n"

    for prompt in (
        "{{ cat }} {{ room }}",
        "图1 {{ room.width }}",
        "image 1, Image 2",
        "{{ fig.subject }} {{ fig.scene }}",
        "{% for one in fig %}{{ one }}{% endfor %}",
    ):
        loaded = read(f"{head}  - use: fuse\n    prompt: '{prompt}'\n{subject}", catalogue)
        assert loaded.problems == (), prompt


def test_all_pictures_of_a_step_are_counted(catalogue: Catalogue) -> None:
    head = "wanflow: 1\nname: a\ninputs: [cat]\nsteps:\n  - {id: x, use: outpaint, n: 3}\n"
    tail = "  - {use: edit, images: ['x[*]', pics/b.png], prompt: 'Mix 图1 and {{ cat }}'}\n"

    loaded = read(head + tail, catalogue)

    assert codes(loaded.problems) == ["6:25: too-many-images", "6:55: unmentioned-image"]


def test_a_path_is_mentioned_by_its_number(catalogue: Catalogue) -> None:
    loaded = read(
        "wanflow: 1\nname: a\nsteps: [{use: edit, images: [./a.png, b.jpg], prompt: x 图1}]",
        catalogue,
    )

    assert codes(loaded.problems) == ["3:55: unmentioned-image"]
    assert loaded.problems[0].hint == "name it in the prompt, such as 图2"


def test_an_input_of_many_pictures_may_be_enough(catalogue: Catalogue) -> None:
    head = "wanflow: 1\nname: a\ninputs: {all: {type: images%s}}\nsteps:\n"
    step = "  - {use: fuse, with: {subject: cat}, prompt: 图3}\n"

    assert read(head % "" + step, catalogue).problems == ()
    assert codes(read(head % ", maxItems: 1" + step, catalogue).problems) == [
        "5:11: too-few-images",
        "5:47: unknown-figure",
    ]
    assert codes(read(head % ", minItems: 4" + step, catalogue).problems) == [
        "5:11: too-many-images"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "steps: {use: outpaint}",
        "steps: [1, [2], null, {use: 3}, {use: [x]}, {use: outpaint, with: [1], images: 3}]",
        "inputs: [1, [a], {b: c}]\nsteps: [{use: fuse, images: [[a], {b: c}, null]}]",
        "inputs: {a: [1], b: null, c: {type: [x]}, d: {type: list, minItems: x, default: [1]}}",
        "operations: [1]\nvars: 3\ndefaults: [x]\noutputs: [a]",
        "operations: {a: 3, b: {images: 4, params: [x]}, c: {params: {properties: [1], anyOf: 3}}}",
        "outputs: {a: 3, b: {from: [x]}, c: null}\nsteps: [{use: outpaint}]",
        "steps: [{use: outpaint, n: x, pick: -1, size: 3, seed: [], model: 4, prompt: 3}]",
        "defaults: {n: 0, model: no}\nsteps: [{use: outpaint, n: true}]",
        "steps: [{use: '', images: {}}, {use: outpaint, images: []}]",
        "inputs: {a: {type: integer, enum: 3, multipleOf: 0, default: 4}}\nsteps: []",
        "'/~': {'~/': 1}\nsteps: [{'a/b~c': 1, use: outpaint, with: {'~1': 1}}]",
        "inputs: {'a/b': {type: string, default: 1}}\nvars: {'c/d': 1}\nsteps: [{use: edit}]",
    ],
)
def test_a_recipe_of_the_wrong_shape_is_told_so(text: str, catalogue: Catalogue) -> None:
    loaded = read(f"wanflow: 1\nname: a\n{text}", catalogue)

    assert loaded.recipe is None
    assert all(problem.span is not None for problem in loaded.problems)


_WORDS = st.sampled_from(
    [
        "photo",
        "a",
        "outpaint",
        "fuse",
        "edit",
        "a[2]",
        "a[*]",
        "x.png",
        "16:9",
        "{{ a }}",
        "图3",
        "",
    ]
)
_SCALARS = st.none() | st.booleans() | st.integers(-2, 5) | st.floats(0, 2) | _WORDS
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=6,
)
_STEP_KEYS = ["id", "use", "images", "with", "prompt", "figure", "n", "size", "seed", "when"]
_STEP_KEYS += ["pick", "expect", "timeout", "watermark", "model", "retry", "mask"]
_STEPS = st.dictionaries(st.sampled_from(_STEP_KEYS), _ANYTHING, max_size=5)
_ROOT_KEYS = ["name", "inputs", "vars", "defaults", "operations", "outputs", "rows", "version"]


@given(
    rest=st.dictionaries(st.sampled_from(_ROOT_KEYS), _ANYTHING, max_size=5),
    steps=st.lists(_STEPS | _ANYTHING, max_size=4) | _ANYTHING,
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_recipe_breaks_the_reader(
    rest: dict[str, JsonValue], steps: JsonValue, catalogue: Catalogue
) -> None:
    data = yaml.safe_dump({"wanflow": 1, **rest, "steps": steps}, allow_unicode=True).encode()

    loaded = read_recipe(data, file="r.yaml", catalogue=catalogue, provider="local")

    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    assert (loaded.recipe is None) == bool(errors)
    assert len(set(loaded.problems)) == len(loaded.problems)
    places = [(p.span.line, p.span.column) for p in loaded.problems if p.span]
    assert places == sorted(places)


@given(
    data=st.binary(max_size=60) | st.text("[]{}:-'\"|>&*!%@` \n\tab{%", max_size=40).map(str.encode)
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_break_the_reader(data: bytes, catalogue: Catalogue) -> None:
    loaded = read_recipe(data, file="r.yaml", catalogue=catalogue)

    assert loaded.problems
    assert loaded.recipe is None


def test_a_recipe_may_be_written_as_json(catalogue: Catalogue) -> None:
    text = json.dumps(
        {"wanflow": 1, "name": "a", "inputs": ["cat"], "steps": [{"use": "outpaint"}]}
    )

    assert recipe(text, catalogue).name == "a"


def test_the_source_is_kept_exactly(tmp_path: Path, catalogue: Catalogue) -> None:
    file = tmp_path / "r.yaml"
    file.write_bytes(
        b"wanflow: 1\r\nname: a # why\r\ninputs: [cat]\r\nsteps: [{use: outpaint}]\r\n"
    )

    loaded = read_recipe(
        file.read_bytes(), file="r.yaml", catalogue=catalogue, folder=operations_beside(file)
    )

    assert loaded.document is not None
    assert loaded.document.source.encode() == file.read_bytes()


def test_what_we_have_no_words_for_is_told_in_the_parsers_own(catalogue: Catalogue) -> None:
    loaded = read_recipe(b"%FOO\n---\n", file="r.yaml", catalogue=catalogue, provider="local")

    (problem,) = loaded.problems
    assert problem.message == "this is not YAML: found unknown directive name"
    assert (problem.code, problem.hint) == ("yaml-syntax", None)


def test_a_campaign_can_stand_in_for_defaults(catalogue: Catalogue) -> None:
    text = b"""
wanflow: 1
name: r
inputs: [photo]
defaults: {n: 3}
steps: [{use: edit, prompt: image 1}]
"""

    loaded = read_recipe(
        text, file="r.yaml", catalogue=catalogue, provider="dashscope", replaced={"seed": 5, "n": 2}
    )

    assert loaded.recipe is not None, loaded.problems
    assert (loaded.recipe.steps[0].seed, loaded.recipe.steps[0].n) == (5, 2)
