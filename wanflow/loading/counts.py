"""How many pictures an entry of `images` stands for, as far as that is known beforehand."""

from wanflow.loading.references import Reference
from wanflow.loading.view import RecipeView, StepView, whole

# More than any operation takes: the number is only known when the inputs are given.
ANY = 1_000_000


def counts(view: RecipeView, step: StepView) -> tuple[int, int]:
    """Give the least and the most pictures that a step may get."""
    ranges = [count_of(view, one) for one in step.images]
    return sum(least for least, _ in ranges), sum(most for _, most in ranges)


def count_of(view: RecipeView, one: Reference) -> tuple[int, int]:
    """Give the least and the most pictures that one entry may stand for."""
    item = view.inputs.get(one.name) if one.form == "name" else None
    if item is not None and item.type == "images" and one.index is None:
        least = whole(item.value.get("minItems"))
        most = whole(item.value.get("maxItems"))
        return (1 if least is None else least), (ANY if most is None else most)
    maker = view.by_id.get(one.name) if one.form == "name" else None
    if maker is not None and one.every:
        return maker.n, maker.n
    return 1, 1
