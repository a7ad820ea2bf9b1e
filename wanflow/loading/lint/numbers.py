"""Numbers that the model limits: how many pictures, which seeds."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.view import RecipeView
from wanflow.model.values import JsonValue

_LIMITED = {"n": " pictures at once", "seed": " as a seed"}


def number_problems(view: RecipeView) -> Iterator[Problem]:
    """Find numbers outside the model's range, each place once."""
    told: set[str] = set()
    for step in view.steps:
        card = view.card(step)
        for key, what in _LIMITED.items() if card is not None else ():
            value, place = _number(step.get(key)), step.place(key)
            limits = card.parameters.get(key, {}) if card is not None else {}
            most = _number(limits.get("maximum"))
            if value is None or most is None or value <= most or place in told:
                continue
            told.add(place)
            least = _number(limits.get("minimum")) or 0
            name = card.name if card is not None else ""
            span = f"{least} to {most}{what}" if least < most else f"{most} only"
            message = f"`{key}` is {value}; '{name}' takes {span}"
            yield view.problem("out-of-range", message, place, hint=f"write at most {most}")


def _number(value: JsonValue) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value
