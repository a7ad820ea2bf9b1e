"""What happens in a worker process: files in, one file out.

The parent imports this module to name the function; Pillow is loaded by the worker.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wanflow.errors import ImageError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.builtin.carrying import carried

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wanflow.providers.builtin.pictures import Made, Picture

# Each with the module that holds it, as a function of the same name.
ALGORITHMS: Mapping[str, str] = {
    "crop": "single",
    "resize": "single",
    "pad": "single",
    "rotate": "single",
    "convert": "single",
    "overlay": "joined",
    "grid": "joined",
    "paste_back": "pasting",
    "paste_around": "pasting",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One call as a worker gets it; `algorithm` is a key of `ALGORITHMS`."""

    algorithm: str
    arguments: Mapping[str, JsonValue]
    pictures: tuple[Path, ...]
    scratch: Path


def work(order: Order) -> tuple[str, tuple[Note, ...]]:
    """Run one algorithm and write its picture into the scratch folder.

    Returns:
        The name of the file, and what the reader should know.

    Raises:
        StepError: `result-too-large`.
        ImageError: a picture cannot be read, or moves.
    """
    shapes = import_module("wanflow.providers.builtin.pictures")
    module = import_module(f"wanflow.providers.builtin.{ALGORITHMS[order.algorithm]}")
    run = cast(
        "Callable[[Sequence[Picture], Mapping[str, JsonValue]], Made]",
        getattr(module, order.algorithm),
    )
    pictures = [shapes.Picture(path) for path in order.pictures]
    for picture in pictures:
        if picture.frames > 1:
            raise ImageError(
                "image-animated",
                f"{picture.name} moves: it has {picture.frames} frames, and one is needed",
                hint="save the frame that is meant as PNG",
            )
    made = run(pictures, order.arguments)
    name = shapes.saved(made, order.scratch)
    return name, (*made.notes, *carried(order.pictures, order.scratch / name))
