"""What happens in a worker process: files in, files out.

The parent imports this module to name the function; numpy, OpenCV and the algorithms are imported
by the worker when it has something to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note, Size
from wanflow.providers.local.plug_ins import run_plug_in

if TYPE_CHECKING:
    from wanflow.providers.local.pixels import Algorithm, Painted, Task

INSTALL = "python -m pip install 'wanflow[local]'"
# Which algorithms bring their result to a wished size by themselves, which get their last picture
# in that size (so that what they draw is neither cropped nor blurred), and which are brought to it
# afterwards (so that their arguments mean the picture that the reader sees).
_BY_ITSELF = frozenset({"compose", "extract", "outpaint", "storyboard", "zoom"})
_BEFORE = frozenset({"add_text", "detect", "fuse", "restage", "segment"})
_AFTER = frozenset(
    {
        "colorize",
        "enlarge",
        "inpaint",
        "relight",
        "remove_text",
        "replace",
        "sketch_to_image",
        "stylize",
        "transfer",
        "upscale",
    }
)
ALGORITHMS = _BY_ITSELF | _BEFORE | _AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One call as a worker gets it. `seeds` has one seed a picture that is to be made."""

    algorithm: str
    arguments: Mapping[str, JsonValue]
    pictures: tuple[Path, ...]
    scratch: Path
    seeds: tuple[int, ...]
    size: Size | None = None


def work(order: Order) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """Run an algorithm on files and write its pictures as PNG into the scratch folder.

    Returns:
        The names of the files in the order of the seeds, and the notes.

    Raises:
        StepError: the algorithm refuses, or the machine lacks what it needs.
        ImageError: a picture cannot be read.
    """
    _prepare()
    files = import_module("wanflow.providers.local.files")
    shapes = import_module("wanflow.providers.local.pixels")
    pictures = tuple(files.read(path) for path in order.pictures)
    notes: list[Note] = []
    if order.algorithm in _BEFORE:
        last, said = shapes.shaped(pictures[-1], order.size)
        pictures = (*pictures[:-1], last)
        notes.extend(said)
    task = shapes.Task(
        pictures=pictures, arguments=order.arguments, seeds=order.seeds, size=order.size
    )
    painted = _run(order.algorithm, task)
    notes[:0] = painted.notes
    names = []
    for number, made in enumerate(painted.pictures, 1):
        result, said = shapes.shaped(made, order.size)
        notes.extend(said)
        names.append(f"{number}.png")
        files.write(result, order.scratch / names[-1])
    return tuple(names), shapes.distinct(notes)


def _run(name: str, task: "Task") -> "Painted":
    if name not in ALGORITHMS:
        return run_plug_in(name, task)
    module = import_module(f"wanflow.providers.local.{name}")
    return cast("Algorithm", getattr(module, name))(task)


@cache
def _prepare() -> None:
    try:
        cv2 = import_module("cv2")
        import_module("numpy")
    except ImportError as error:
        raise StepError(
            "engine-not-installed",
            f"the local engine cannot start: {error}",
            hint=INSTALL,
        ) from None
    # As many workers as cores, so one thread each; and results must not hang on the thread count.
    cv2.setNumThreads(1)
    cv2.ocl.setUseOpenCL(False)
