"""Submissions in the service's three families of endpoints, and its older editor.

Source: API references of wan2.5, wan2.6, wan2.7, wanx2.1 and qwen image editing; the bodies equal
those of the official SDK 2.0.2, which the tests hold them against.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wanflow.model.values import JsonValue
from wanflow.providers.dashscope.wire.encoding import InlinePicture, Tree, encode
from wanflow.providers.dashscope.wire.requests import Request

_ASYNC = ("X-DashScope-Async", "enable")
_RESOLVE = ("X-DashScope-OssResourceResolve", "enable")

# A picture on its way: an address that the service can read, or the picture itself.
Carried = str | InlinePicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One edit in the service's words, before it is put into the shape of a family.

    `function` is what the older editor calls its operations; `parameters` are sent as they are.
    """

    model: str
    prompt: str
    images: tuple[Carried, ...]
    parameters: Mapping[str, JsonValue]
    negative_prompt: str | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family: where it answers, and whether it answers with a task or with the pictures.

    `echoes_prompt` says that a finished task shows the prompt it was given.
    """

    path: str
    tasks: bool
    body: Callable[[Order], dict[str, Tree]]
    echoes_prompt: bool = False


def submission(family: Family, order: Order) -> Request:
    """Write the request that buys an edit."""
    uploaded = any(isinstance(image, str) and image.startswith("oss://") for image in order.images)
    headers = ((_ASYNC,) if family.tasks else ()) + ((_RESOLVE,) if uploaded else ())
    return Request(
        method="POST", path=family.path, headers=headers, body=encode(family.body(order))
    )


def _images_body(order: Order) -> dict[str, Tree]:
    given: dict[str, Tree] = {"prompt": order.prompt}
    if order.negative_prompt:
        given["negative_prompt"] = order.negative_prompt
    return {
        "model": order.model,
        "parameters": dict(order.parameters),
        "input": {**given, "images": [*order.images]},
    }


def _function_body(order: Order) -> dict[str, Tree]:
    names = ("base_image_url", "mask_image_url")
    given: dict[str, Tree] = {"prompt": order.prompt, "function": order.function or ""}
    return {
        "model": order.model,
        "parameters": dict(order.parameters),
        "input": {**given, **dict(zip(names, order.images, strict=False))},
    }


def _messages_body(order: Order) -> dict[str, Tree]:
    content: list[Tree] = [{"image": image} for image in order.images]
    content.append({"text": order.prompt})
    parameters: dict[str, Tree] = dict(order.parameters)
    if order.negative_prompt:
        parameters["negative_prompt"] = order.negative_prompt
    return {
        "model": order.model,
        "parameters": parameters,
        "input": {"messages": [{"role": "user", "content": content}]},
    }


_SYNTHESIS = "/services/aigc/image2image/image-synthesis"
_FUNCTION = Family(path=_SYNTHESIS, tasks=True, body=_function_body)

FAMILIES: Mapping[str, Family] = {
    "image2image": Family(path=_SYNTHESIS, tasks=True, body=_images_body, echoes_prompt=True),
    "image2image-function": _FUNCTION,
    "multimodal-generation": Family(
        path="/services/aigc/multimodal-generation/generation", tasks=False, body=_messages_body
    ),
    "image-generation": Family(
        path="/services/aigc/image-generation/generation", tasks=True, body=_messages_body
    ),
}


def family_named(name: str, *, has_function: bool) -> Family:
    """Find a model card's family. The older editor shares its address and not its body.

    Raises:
        KeyError: the service has no such family.
    """
    if name == "image2image" and has_function:
        return _FUNCTION
    return FAMILIES[name]
