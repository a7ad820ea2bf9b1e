"""From the body of a submission to an order, for each shape that a body can have."""

from collections.abc import Callable, Mapping
from typing import Any

from wanflow.emulator import fields
from wanflow.emulator.models import Model, Shape
from wanflow.emulator.orders import Order
from wanflow.emulator.refusals import refusal

Body = Mapping[str, Any]

# Function -> does it need a mask. Source: wanx image edit API reference, input.function.
_FUNCTIONS = {
    "stylization_all": False,
    "stylization_local": False,
    "description_edit": False,
    "description_edit_with_mask": True,
    "remove_watermark": False,
    "expand": False,
    "super_resolution": False,
    "colorization": False,
    "doodle": False,
    "control_cartoon_feature": False,
}
_SCALES = ("top_scale", "bottom_scale", "left_scale", "right_scale")


def read_order(body: Body, model: Model) -> Order:
    """Check the fields of a submission and fill in the service's defaults.

    Raises:
        Refusal: a required field is missing, or a value is outside its range.
    """
    if body.get("input") is None:
        raise refusal("BadRequest.EmptyInput")
    return _READERS[model.shape](body, model)


def _synthesis(body: Body, model: Model) -> Order:
    given, parameters = fields.part(body, "input"), fields.part(body, "parameters")
    prompt = fields.text(given, "prompt", most=model.prompt_most, required=True)
    references = _references(given.get("images"), model)
    size, area_px = fields.size(parameters, model, with_images=True)
    default = bool(model.prompt_extend_default)
    return Order(
        model=model,
        model_name=body["model"],
        prompt=prompt,
        negative_prompt=fields.text(given, "negative_prompt", most=model.negative_prompt_most),
        references=references,
        n=fields.whole(parameters, "n", least=1, most=model.n_most, default=model.n_default),
        size=size,
        area_px=area_px,
        prompt_extend=fields.switch(parameters, "prompt_extend", default=default),
        watermark=fields.switch(parameters, "watermark", default=False),
        seed=fields.seed(parameters),
    )


def _references(found: object, model: Model) -> tuple[str, ...]:
    expected = f"{model.images_least} to {model.images_most} images"
    if not isinstance(found, list) or not model.images_least <= len(found) <= model.images_most:
        raise fields.invalid("images", expected)
    if not all(isinstance(entry, str) and entry for entry in found):
        raise fields.invalid("images", "texts")
    return tuple(found)


def _function(body: Body, model: Model) -> Order:
    given, parameters = fields.part(body, "input"), fields.part(body, "parameters")
    function = fields.text(given, "function", most=64, required=True)
    if function not in _FUNCTIONS:
        raise fields.invalid("function", "one of " + ", ".join(_FUNCTIONS))
    # The size of an entry is not documented: whatever a data URI may be.
    whole_text = 2 * model.bytes_most
    references = [fields.text(given, "base_image_url", most=whole_text, required=True)]
    if _FUNCTIONS[function]:
        references.append(fields.text(given, "mask_image_url", most=whole_text, required=True))
    if any(reference.startswith("http") and not reference.isascii() for reference in references):
        raise refusal("InvalidURL", "The image URL must not hold Chinese characters.")
    return Order(
        model=model,
        model_name=body["model"],
        prompt=fields.text(given, "prompt", most=model.prompt_most, required=True),
        references=tuple(references),
        n=fields.whole(parameters, "n", least=1, most=model.n_most, default=model.n_default),
        area_px=model.default_area_px,
        watermark=fields.switch(parameters, "watermark", default=False),
        seed=fields.seed(parameters),
        function=function,
        scales=_scales(function, parameters),
    )


def _scales(function: str, parameters: Body) -> dict[str, float]:
    if function == "expand":
        return {
            name: fields.number(parameters, name, least=1, most=2, default=1) for name in _SCALES
        }
    if function == "super_resolution":
        factor = fields.whole(parameters, "upscale_factor", least=1, most=4, default=1)
        return {"upscale_factor": float(factor)}
    if function in {"stylization_all", "description_edit"}:
        fields.number(parameters, "strength", least=0, most=1, default=0.5)
    if function == "doodle":
        fields.switch(parameters, "is_sketch", default=False)
    return {}


def _messages(body: Body, model: Model) -> Order:
    given, parameters = fields.part(body, "input"), fields.part(body, "parameters")
    if fields.switch(parameters, "enable_interleave", default=False):
        raise fields.invalid("enable_interleave", "interleaved output is not served here")
    prompt, found = _content(given)
    references = _references(found, model)
    sequential = model.n_sequential_most is not None and fields.switch(
        parameters, "enable_sequential", default=False
    )
    size, area_px = fields.size(parameters, model, with_images=bool(references))
    extend = model.prompt_extend_default
    _check_boxes(parameters, len(references))
    return Order(
        model=model,
        model_name=body["model"],
        prompt=prompt[: model.prompt_most],
        negative_prompt=fields.text(parameters, "negative_prompt", most=model.negative_prompt_most),
        references=references,
        n=_count(parameters, model, sequential=sequential),
        size=size,
        area_px=area_px,
        prompt_extend=None
        if extend is None
        else fields.switch(parameters, "prompt_extend", default=extend),
        watermark=fields.switch(parameters, "watermark", default=False),
        seed=fields.seed(parameters),
    )


def _count(parameters: Body, model: Model, *, sequential: bool) -> int:
    if model.n_most == 1 and parameters.get("n") not in {None, 1}:
        raise refusal("InvalidParameter", "num_images_per_prompt must be 1")
    most = (model.n_sequential_most if sequential else None) or model.n_most
    default = (model.n_sequential_default if sequential else None) or model.n_default
    return fields.whole(parameters, "n", least=1, most=most, default=default)


def _content(given: Body) -> tuple[str, list[str]]:
    messages = given.get("messages")
    if not isinstance(messages, list) or len(messages) != 1 or not isinstance(messages[0], dict):
        raise fields.invalid("messages", "exactly one message")
    content = messages[0].get("content")
    if messages[0].get("role") != "user" or not isinstance(content, list):
        raise fields.invalid("messages", "role user and a list of content")
    entries = [entry for entry in content if isinstance(entry, dict)]
    texts = [entry["text"] for entry in entries if isinstance(entry.get("text"), str)]
    if len(texts) != 1 or not texts[0]:
        raise fields.invalid("messages.content", "exactly one text")
    return texts[0], [entry["image"] for entry in entries if "image" in entry]


def _check_boxes(parameters: Body, images: int) -> None:
    """Check `bbox_list`: per picture up to two boxes of four absolute pixel numbers."""
    boxes = parameters.get("bbox_list")
    if boxes is None:
        return
    fits = isinstance(boxes, list) and len(boxes) == images
    if not fits or not all(isinstance(of, list) and len(of) <= 2 for of in boxes):
        raise fields.invalid("bbox_list", "for each image a list of at most two boxes")
    for box in (box for of in boxes for box in of):
        if not (isinstance(box, list) and len(box) == 4 and all(type(v) is int for v in box)):
            raise fields.invalid("bbox_list", "boxes of four whole numbers")


_READERS: Mapping[Shape, Callable[[Body, Model], Order]] = {
    "synthesis": _synthesis,
    "function": _function,
    "messages-wan": _messages,
    "messages-qwen": _messages,
}
