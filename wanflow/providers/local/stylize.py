"""`stylize`: a photograph as a drawing or a painting, all of it or a part."""

from collections.abc import Callable, Mapping

from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.aim import in_region
from wanflow.providers.local.drawing import comic, pencil
from wanflow.providers.local.light import mixed
from wanflow.providers.local.painting import oil, watercolour
from wanflow.providers.local.pixels import Painted, Pixels, Task

_STYLES: Mapping[str, tuple[Callable[[Pixels], Pixels], tuple[str, ...]]] = {
    "pencil": (pencil, ("pencil drawing", "pencil sketch", "铅笔", "铅笔画", "铅笔素描", "素描")),
    "watercolour": (watercolour, ("watercolor", "水彩", "水彩画")),
    "oil": (oil, ("oil painting", "油画")),
    "comic": (comic, ("cartoon", "comic book", "漫画", "卡通")),
}
_BY_WORD = {word: draw for name, (draw, words) in _STYLES.items() for word in (name, *words)}
_KNOWN = "pencil, watercolour, oil and comic (铅笔画, 水彩画, 油画, 漫画)"


def stylize(task: Task) -> Painted:
    """Draw or paint a picture; outside the region every pixel stays.

    Raises:
        StepError: the style is none of those that the engine knows, or the region is the subject
            and nothing stands out.
    """
    picture = task.pictures[-1]
    style = str(task.arguments.get("style"))
    draw = _BY_WORD.get(style.strip().lower())
    if draw is None:
        raise StepError(
            "needs-a-model",
            f"the local engine does not know the style '{style}'",
            hint=f"it knows {_KNOWN}; any other needs a model: --provider dashscope",
        )
    share = in_region(picture, task.arguments.get("region")) * _strength(task.arguments)
    return Painted(pictures=(mixed(picture, draw(picture), share),))


def _strength(arguments: Mapping[str, JsonValue]) -> float:
    strength = arguments.get("strength")
    return float(strength) if isinstance(strength, int | float) else 1.0
