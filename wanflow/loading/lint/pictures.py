"""Pictures of a step: that each is there, and that there are as many as it takes."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from wanflow.errors import Problem
from wanflow.loading.counts import counts
from wanflow.loading.near import listed
from wanflow.loading.references import Reference
from wanflow.loading.view import RecipeView, StepView


def picture_problems(view: RecipeView) -> Iterator[Problem]:
    """Find entries of `images` that lead nowhere, and too few or too many of them."""
    for step in view.steps:
        found = [problem for one in step.images for problem in _entry(view, step, one)]
        yield from found
        if step.operation is not None and not found:
            yield from _roles(view, step)
            yield from _number(view, step)


def _entry(view: RecipeView, step: StepView, one: Reference) -> Iterator[Problem]:
    if one.form == "path":
        yield from _path(view, one)
    elif one.form == "other":
        message = f"'{one.text[:80]}' is neither a name nor a path"
        hint = "write a name, name[2], name[*], a path with a '/', or an https URL"
        yield view.problem("unknown-image", message, one.pointer, hint=hint)
    elif one.name in view.inputs:
        yield from _input(view, one)
    elif one.name not in view.by_id:
        message = f"there is no input or step '{one.name}'"
        names = [name for name in view.picture_names if name != step.id]
        near = view.near(one.name, names) or f"there are {listed(view.picture_names)}"
        only = view.only(one.name, names)
        fix = view.edit.text(one.pointer, only + one.text[len(one.name) :]) if only else ()
        yield view.problem("unknown-image", message, one.pointer, hint=near, fix=fix)
    elif one.index is not None and one.index > view.by_id[one.name].n:
        yield _beyond(view, one, view.by_id[one.name])


def _path(view: RecipeView, one: Reference) -> Iterator[Problem]:
    scheme, found, _ = one.text.partition("://")
    if not found:
        return
    if scheme.lower() != "https":
        message = f"a picture cannot be fetched by {scheme}://"
        hint = "give an https URL, or a path"
        yield view.problem("unknown-scheme", message, one.pointer, hint=hint)
    elif not _is_plain(one.text):
        message = "this is no plain URL of a picture"
        hint = "give an https URL without user name, fragment and spaces"
        yield view.problem("unknown-scheme", message, one.pointer, hint=hint)


def _is_plain(url: str) -> bool:
    """Say whether the service can be given an address; it may be in any script."""
    try:
        parts = urlsplit(url)
        reachable = parts.port != 0 and bool((parts.hostname or "").encode("idna"))
    except ValueError:  # a port or a host that is none
        return False
    plain = "@" not in parts.netloc and "#" not in url and "\\" not in url
    shown = all(character.isprintable() and not character.isspace() for character in url)
    return reachable and plain and shown


def _input(view: RecipeView, one: Reference) -> Iterator[Problem]:
    item = view.inputs[one.name]
    if not item.is_image:
        message = f"the input '{one.name}' is no picture, it is of type {item.type}"
        hint = f"write `{one.name}: image` under `inputs`"
        yield view.problem("not-a-picture", message, one.pointer, hint=hint)
    elif item.type == "image" and one.index is not None and one.index > 1:
        message = f"the input '{one.name}' is one picture"
        yield view.problem("unknown-picture", message, one.pointer, hint=f"write '{one.name}'")


def _beyond(view: RecipeView, one: Reference, step: StepView) -> Problem:
    many = "1 picture" if step.n == 1 else f"{step.n} pictures"
    message = f"the step '{step.id}' makes {many}; there is no picture {one.index}"
    hint = f"write `n: {one.index}` on '{step.id}', or take another picture"
    return view.problem("unknown-picture", message, one.pointer, hint=hint)


def _roles(view: RecipeView, step: StepView) -> Iterator[Problem]:
    operation = step.operation
    if operation is None or not operation.roles:
        return
    for one in step.images:
        if one.role is not None and one.role not in operation.roles:
            message = f"'{operation.name}' has no role '{one.role}' for a picture"
            free = [role for role in operation.roles if role not in {o.role for o in step.images}]
            hint = view.near(one.role, list(operation.roles))
            hint = hint or f"its roles are {listed(operation.roles)}"
            only = view.only(one.role, free)
            fix = view.edit.key(one.pointer, only) if only else ()
            yield view.problem("unknown-role", message, one.pointer, at="key", hint=hint, fix=fix)


def _number(view: RecipeView, step: StepView) -> Iterator[Problem]:
    operation = step.operation
    if operation is None or (not step.images and step.value.get("images") is not None):
        return
    least, most = counts(view, step)
    place = f"{step.pointer}/use" if step.implied else f"{step.pointer}/images"
    at_most, who = operation.images_max, f"'{operation.name}'"
    card = view.card(step)
    if card is not None and card.images_max(operation.roles) < at_most:
        at_most, who = card.images_max(operation.roles), f"the model '{card.name}'"
    if least > at_most:
        message = (
            f"{who} takes {_range(operation.images_min, at_most)}; here are {_many(step, least)}"
        )
        hint = _choose(step, at_most)
        yield view.problem("too-many-images", message, place, hint=hint)
    elif most < operation.images_min:
        wanted = _range(operation.images_min, operation.images_max)
        message = f"'{operation.name}' takes {wanted}; here {_is_are(least)}"
        yield view.problem("too-few-images", message, place, hint=_more(step, operation.roles))


def _range(least: int, most: int) -> str:
    if least in (most, 0):
        return f"{most} picture{'s' * (most != 1)}"
    return f"{least} to {most} pictures"


def _many(step: StepView, least: int) -> str:
    return f"{least}, all inputs of the recipe" if step.implied and step.number == 0 else str(least)


def _is_are(count: int) -> str:
    return ("is none", "is 1")[count] if count < 2 else f"are {count}"


def _choose(step: StepView, most: int) -> str:
    if step.implied:
        names = ", ".join(one.text for one in step.images[:most])
        return f"say which, such as `images: [{names}]`"
    return "leave out pictures, or make two steps of it"


def _more(step: StepView, roles: tuple[str, ...]) -> str:
    if not step.images and step.number == 0 and step.implied:
        return "write `inputs: [photo]` at the top, or `images: [...]` with a path"
    names = ", ".join(roles) if roles else "first, second"
    return f"write `images: [{names}]` with names of your pictures"
