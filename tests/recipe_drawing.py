"""Draws recipes without mistakes: pictures, values, steps of the catalogue, templates, outputs."""

from typing import Any

from hypothesis import strategies as st

from wanflow.model.values import JsonValue

Recipe = dict[str, JsonValue]

_SIDES = st.sampled_from([0.1, 0.25])
_COLOR = st.sampled_from(["white", "#202020", "gray"])
_RATIO = st.sampled_from(["1:1", "16:9", "3:4"])
_TEXT = st.sampled_from(["Hello", "{{ title }}", "晨光 {{ title | upper }}", "{{ count }}%"])
# Arguments that fit, of operations that this machine can do.
_ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "crop": st.fixed_dictionaries({"aspect": _RATIO}, optional={"anchor": st.just("top")}),
    "resize": st.fixed_dictionaries({"longest": st.integers(100, 900)})
    | st.fixed_dictionaries({"factor": st.sampled_from([0.5, 2])}),
    "pad": st.fixed_dictionaries({}, optional={"left": _SIDES, "top": _SIDES, "color": _COLOR})
    | st.fixed_dictionaries({"aspect": _RATIO}),
    "rotate": st.fixed_dictionaries({"degrees": st.sampled_from([90, 180])}),
    "outpaint": st.fixed_dictionaries({}, optional={"left": _SIDES, "right": _SIDES})
    | st.fixed_dictionaries({"aspect": _RATIO}),
    "add_text": st.fixed_dictionaries(
        {"text": _TEXT}, optional={"anchor": st.just("top"), "size": st.sampled_from(["s", "xl"])}
    ),
    "detect": st.fixed_dictionaries(
        {"targets": st.lists(st.sampled_from(["face", "文字", "杯子"]), min_size=1, unique=True)}
    ),
}
_MANY = {"grid": st.fixed_dictionaries({}, optional={"columns": st.integers(1, 3)})}
_FOR_MODELS: dict[str, st.SearchStrategy[Any]] = {
    "seed": st.integers(0, 2**31 - 1),
    "size": st.sampled_from(["1280*720", "16:9", "1024*1024"]),
    "negative_prompt": st.sampled_from(["模糊", "blurry, {{ title }}"]),
    "prompt_extend": st.booleans(),
    "language": st.sampled_from(["zh", "en"]),
}
_ALWAYS: dict[str, st.SearchStrategy[Any]] = {
    "fit": st.just("auto"),
    "on_error": st.sampled_from(["stop", "continue"]),
    "timeout": st.sampled_from([90, "5m"]),
    "when": st.sampled_from(["count > 1", "title != 'x'"]),
}


@st.composite
def recipes(draw: st.DrawFn, pictures: tuple[str, str]) -> Recipe:
    """Draw a recipe whose plan can be made; warnings may come, errors may not.

    One thing is left to chance: whether a chain of crops and pads becomes too narrow for a model.

    Args:
        draw: hypothesis's.
        pictures: paths of two pictures that there are, for the inputs.
    """
    inputs: Recipe = {
        "photo": {"type": "image", "default": pictures[0]},
        "table": {"type": "image", "default": pictures[1]},
        "title": {"type": "string", "default": draw(st.sampled_from(["Hi", "你好", "1.10"]))},
        "count": {"type": "integer", "default": draw(st.integers(0, 3)), "minimum": 0},
    }
    names = ["photo", "table"]
    steps: list[JsonValue] = []
    for at in range(draw(st.integers(1, 5))):
        step = _step(draw, names, f"step{at}")
        steps.append(step)
        names.append(f"step{at}")
    recipe: Recipe = {"wanflow": 1, "name": "drawn", "inputs": inputs, "steps": steps}
    if draw(st.booleans()):
        recipe["version"] = draw(st.sampled_from(["1.10", "2.0.1"]))
    if draw(st.booleans()):
        recipe["defaults"] = {"seed": 7, "n": 1}
    if draw(st.booleans()):
        proof: Recipe = {"from": names[2], "name": "p-{{ title }}"}
        recipe["outputs"] = {"poster": names[-1], "proof": proof}
    return recipe


def _step(draw: st.DrawFn, names: list[str], name: str) -> Recipe:
    use = draw(st.sampled_from([*_ARGUMENTS, *_MANY]))
    arguments = draw(_MANY[use] if use in _MANY else _ARGUMENTS[use])
    most = 3 if use in _MANY else 1
    images = draw(st.lists(st.sampled_from(names), min_size=2 if most > 1 else 1, max_size=most))
    step: Recipe = {"id": name, "use": use, "images": list(images)}
    if arguments:
        step["with"] = arguments
    by_model = use in ("outpaint", "add_text", "detect")
    optional = {**_ALWAYS, **_FOR_MODELS} if by_model else _ALWAYS
    for key in draw(st.lists(st.sampled_from(sorted(optional)), max_size=3, unique=True)):
        step[key] = draw(optional[key])
    return step
