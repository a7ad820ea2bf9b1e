"""Order: a step takes pictures of steps before it, and never of itself."""

from collections.abc import Iterator, Mapping, Sequence

from wanflow.errors import Problem
from wanflow.loading.references import Reference
from wanflow.loading.view import RecipeView, StepView


def order_problems(view: RecipeView) -> Iterator[Problem]:
    """Find steps that wait for each other in a circle, and steps that take from later ones."""
    needs = {
        step.number: tuple(view.by_id[one.name].number for one in _made(view, step))
        for step in view.steps
    }
    circle_of = _circles(needs)
    told: set[int] = set()
    for step in view.steps:
        for one in _made(view, step):
            maker = view.by_id[one.name]
            if maker.number < step.number:
                continue
            circle = circle_of.get(step.number)
            if circle is not None and circle == circle_of.get(maker.number):
                if circle not in told:
                    told.add(circle)
                    yield _circular(view, one, [at for at in circle_of if circle_of[at] == circle])
            else:
                yield _too_early(view, one, maker)


def _made(view: RecipeView, step: StepView) -> list[Reference]:
    named = (one for one in step.images if one.form == "name" and one.name not in view.inputs)
    return [one for one in named if one.name in view.by_id]


def _circular(view: RecipeView, one: Reference, members: Sequence[int]) -> Problem:
    steps = [view.steps[at] for at in sorted(members)]
    if len(steps) == 1:
        message = f"the step '{steps[0].id}' takes its own picture"
        return view.problem("circular-steps", message, one.pointer, hint="name an earlier step")
    names = " and ".join(f"'{step.id}'" for step in steps[:5])
    message = f"the steps {names} wait for each other's pictures"
    related = tuple((step.pointer, f"the step '{step.id}'") for step in steps)
    hint = "let one of them take another picture"
    return view.problem("circular-steps", message, one.pointer, hint=hint, related=related)


def _too_early(view: RecipeView, one: Reference, maker: StepView) -> Problem:
    return view.problem(
        "use-before-definition",
        f"the step '{maker.id}' comes only after this one",
        one.pointer,
        hint=f"move '{maker.id}' before this step",
        related=((maker.pointer, f"the step '{maker.id}'"),),
    )


def _circles(needs: Mapping[int, tuple[int, ...]]) -> dict[int, int]:
    """Number the circles: for each member of one, the number of its circle (Kosaraju, O(n + e))."""
    users: dict[int, list[int]] = {at: [] for at in needs}
    for at, before in needs.items():
        for one in before:
            users[one].append(at)
    circle_of: dict[int, int] = {}
    done: set[int] = set()
    for start in reversed(_finished(needs)):
        if start in done:
            continue
        members, todo = [], [start]
        done.add(start)
        while todo:
            at = todo.pop()
            members.append(at)
            fresh = [one for one in users[at] if one not in done]
            done.update(fresh)
            todo.extend(fresh)
        if len(members) > 1 or start in needs[start]:
            circle_of.update(dict.fromkeys(members, start))
    return circle_of


def _finished(needs: Mapping[int, tuple[int, ...]]) -> list[int]:
    """List the steps in the order in which a walk along their needs leaves them."""
    order: list[int] = []
    seen: set[int] = set()
    for start in needs:
        if start in seen:
            continue
        seen.add(start)
        way = [(start, iter(needs[start]))]
        while way:
            at, rest = way[-1]
            fresh = next((one for one in rest if one not in seen), None)
            if fresh is None:
                order.append(at)
                way.pop()
            else:
                seen.add(fresh)
                way.append((fresh, iter(needs[fresh])))
    return order
